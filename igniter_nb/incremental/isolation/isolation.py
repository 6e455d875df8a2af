"""Private copies of values that can be changed in place, and copies of those for each reader.

A kept value belongs to the cell that holds it: ``keep`` makes it when the value arrives, so that
nobody else can change it, and ``lend`` makes what one reader gets, so that no reader can. Between
the two a kept value never changes.

Three ways were measured for plain containers (``tests/benchmarks/README.md``): to freeze them, to
copy them for each reader, and to compare them after each reader. They are copied: code that changes
its argument then gets the right value, where the other ways can only refuse; a frozen list is not
safe from C code (``heapq`` writes into subclasses of ``list``); and a list is copied without a look
at its items, which comparing cannot do. What a value is made of is found out once, when it arrives,
and level by level: of a list of a million dicts of numbers, two sets of types are looked at.

1. Atoms (numbers, texts, dates, enum members, functions, classes) cannot be changed: no copy.
2. Containers, records (dataclasses, named tuples, models, namespaces) and what they nest are
   copied. What occurs twice in a value occurs twice in its copy; circles stay circles.
3. Arrays are lent as views that cannot be written to, frames as shallow copies
   (:mod:`igniter_nb.incremental.isolation.libraries`).
4. Everything else is an object with an identity of its own: a client, a lock, a fitted model. It is
   shared, since its copy would be another one.
5. What can be read only once is no value, wherever the walk meets it
   (:mod:`igniter_nb.incremental.isolation.lasting`): by its type, so that numbers, texts and what
   holds nothing else cost nothing.
"""

from __future__ import annotations

import array
import collections
import copy
import dataclasses
import enum
import io
import pickle
import types
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import chain
from sys import getrefcount
from typing import Any, TypeVar

from igniter_nb.incremental.isolation.lasting import FleetingError, lasts, suspect, told
from igniter_nb.incremental.isolation.lending import ATOMS, Copy, Isolation
from igniter_nb.incremental.isolation.libraries import library_isolation
from igniter_nb.text import abbreviate

Kind = TypeVar("Kind", bound=type)


def isolation(value: object) -> Isolation | None:
    """Return how a value is kept apart; None if it cannot be changed or is shared as it is.

    Raises:
        FleetingError: it, or something in it, can be read only once or follows another value.

    Example:
        >>> how = isolation([1, [2]])
        >>> kept = how.keep([1, [2]])
        >>> how.lend(kept)[1].append(3)
        >>> kept
        [1, [2]]
    """
    return None if type(value) in ATOMS else _found(value, held=False)


def _found(value: object, *, held: bool) -> Isolation | None:
    """Find how a value is kept apart that stands alone, or is held by a record."""
    walk = _Walk(value, held=held)
    try:
        how = walk.level([value], 1)
    except (_SharedError, RecursionError):
        return Isolation(partial(_rebuilt, keep=True), partial(_rebuilt, keep=False))
    except _OnceError as met:
        (found,) = met.args
        raise FleetingError(told(found, _way(value, found, set()) or "")) from None
    return how._replace(claim=None) if how and walk.held_elsewhere else how


def _way(value: Any, found: object, seen: set[int]) -> str | None:
    """Return the way from a value to something in it; None if it is not found there."""
    if value is found:
        return ""
    if type(value) in ATOMS or id(value) in seen or _maker(type(value)) is None:  # type: ignore[arg-type]  # a class can be hashed
        return None
    seen.add(id(value))
    for key, part in _items(value):
        if (way := _way(part, found, seen)) is not None:
            return f"[{abbreviate(key)}]{way}"
    for name, part in _attributes(value).items():
        if (way := _way(part, found, seen)) is not None:
            return f".{name}{way}"
    return None


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    """Return what a container holds, with the key or index of each."""
    if isinstance(value, (dict, types.MappingProxyType)):
        return value.items()
    return enumerate(value) if isinstance(value, (*_SEQUENCES, tuple)) else ()


def lent(value: Any) -> Any:
    """Return a copy of a kept value for one reader; what cannot be changed is returned as it is.

    Raises:
        RecursionError: it is nested too deep to be copied.
    """
    how = isolation(value)
    return value if how is None else how.lend(value)


def kept(value: Any) -> Any:
    """Return a copy of a value that nobody else holds; what cannot be changed as it is.

    Raises:
        RecursionError: it is nested too deep to be copied.
    """
    how = isolation(value)
    return value if how is None else how.keep(value)


def record(kind: Kind) -> Kind:
    """Decorate a class whose instances stand for what they hold: they are copied with it."""
    _RECORDS.add(kind)
    return kind


def references(value: object) -> int:
    """Count who refers to an object; comparable between calls of the same form."""
    return getrefcount(value)


# --- what a value is made of -------------------------------------------------------------------


class _SharedError(Exception):
    """A container occurs twice, or inside itself."""


class _OnceError(Exception):
    """Something in the value does not last."""


_ONE = max(map(getrefcount, [object()]))
"""What the interpreter counts for an object that is in one list and nowhere else."""


class _Walk:
    """A walk through a value, one level of nesting after the other.

    Args:
        root: the value.
        held: whether a record holds it.

    Attributes:
        held: whether a record holds the values of this level.
        held_elsewhere: whether anybody else seems to hold a container in the value.
    """

    def __init__(self, root: object, *, held: bool = False) -> None:
        self.root = root
        self.held = held
        self.held_elsewhere = False
        self.seen: set[int] = set()

    def level(self, values: Sequence[Any], lists: int) -> Isolation | None:
        """Find how any of some values is kept apart; they stand at the same depth.

        Args:
            values: the values, of whatever types.
            lists: how many lists of ours each value is in, besides its container.
        """
        kinds = set(map(type, values))
        found: dict[type, Isolation] = {}
        for kind in kinds - ATOMS:
            maker = _maker(kind)
            if maker is not None:
                if len(kinds) == 1:
                    how = maker(self, values, lists)
                else:
                    how = maker(self, [v for v in values if type(v) is kind], lists + 1)
                if how is not None:
                    found[kind] = how
        if not found:
            return None
        return found.popitem()[1] if len(kinds) == 1 else _mixed(found)

    def inside(self, parts: Iterable[Any]) -> Isolation | None:
        """Find how any of the parts of some containers is kept apart."""
        return self.level([*parts], 1)

    def held_by_records(self, parts: Iterable[Any]) -> Isolation | None:
        """Find how any of what some records hold is kept apart."""
        before, self.held = self.held, True
        how = self.inside(parts)
        self.held = before
        return how

    def refuse(self, values: Sequence[Any]) -> None:
        """Refuse values that do not last.

        Raises:
            _OnceError: one of them does not.
        """
        for value in values:
            if not lasts(value, held=self.held):
                raise _OnceError(value)

    def note(self, values: Sequence[Any], lists: int) -> None:
        """Look for containers that are somewhere else as well.

        One that is referred to once is nowhere else; of the others the ids are noted.

        Raises:
            _SharedError: one of them was noted before.
        """
        most = _ONE + lists
        counts = [*map(getrefcount, values)]
        if max(counts, default=0) <= most:
            return
        ids = [id(v) for v, count in zip(values, counts, strict=True) if count > most]
        once = set(ids)
        if len(once) < len(ids) or not self.seen.isdisjoint(once):
            raise _SharedError
        self.seen |= once
        self.held_elsewhere |= once != {id(self.root)}


Maker = Callable[[_Walk, Sequence[Any], int], Isolation | None]
"""Finds how some values of one type are kept apart, each being in so many lists of ours."""


def _mixed(found: dict[type, Isolation]) -> Isolation:
    claimed = all(how.claim is _itself for how in found.values())
    return Isolation(
        partial(_by_type, {kind: how.keep for kind, how in found.items()}),
        partial(_by_type, {kind: how.lend for kind, how in found.items()}),
        _itself if claimed else None,
    )


def _by_type(copies: dict[type, Copy], value: Any) -> Any:
    found = copies.get(type(value))
    return value if found is None else found(value)


def _itself(value: Any) -> Any:
    return value


def _flat(copied: Copy) -> Isolation:
    return Isolation(copied, copied, _itself)


def _nested(how: Isolation, copied: Callable[[Copy, Any], Any]) -> Isolation:
    """Return how containers are kept apart, of things that are kept apart."""
    claim = _itself if how.claim is _itself else None
    return Isolation(partial(copied, how.keep), partial(copied, how.lend), claim)


def _lists(walk: _Walk, values: Sequence[list[Any]], lists: int) -> Isolation:
    walk.note(values, lists)
    one = len(values) == 1
    how = walk.level(values[0], 0) if one else walk.inside(chain.from_iterable(values))
    return _nested(how, _list_of) if how else _flat(list.copy)


def _list_of(each: Copy, value: Iterable[Any]) -> list[Any]:
    return [*map(each, value)]


def _dicts(walk: _Walk, values: Sequence[dict[Any, Any]], lists: int) -> Isolation:
    walk.note(values, lists)
    how = walk.inside(chain.from_iterable(map(dict.values, values)))
    return _nested(how, _dict_of) if how else _flat(dict.copy)


def _dict_of(each: Copy, value: dict[Any, Any]) -> dict[Any, Any]:
    return dict(zip(value, map(each, value.values()), strict=True))


def _tuples(walk: _Walk, values: Sequence[tuple[Any, ...]], lists: int) -> Isolation | None:
    once = {id(value): value for value in values}  # texts in pairs may well occur twice
    how = walk.inside(chain.from_iterable(once.values()))
    if how is None:
        return None
    del once  # or each would be held once more
    walk.note(values, lists)
    return _nested(how, _tuple_of)


def _tuple_of(each: Copy, value: tuple[Any, ...]) -> tuple[Any, ...]:
    copied: tuple[Any, ...] = tuple.__new__(type(value), map(each, value))
    for name, attribute in _attributes(value).items():
        object.__setattr__(copied, name, each(attribute))
    return copied


def _without_containers(copied: Copy) -> Maker:
    """Return a maker for containers whose items are hashable or numbers."""

    def make(walk: _Walk, values: Sequence[Any], lists: int) -> Isolation:
        walk.note(values, lists)
        return _flat(copied)

    return make


def _proxies(walk: _Walk, values: Sequence[Any], _: int) -> Isolation:
    keep, lend = _dicts(walk, [dict(value) for value in values], 1)[:2]
    view = types.MappingProxyType
    return Isolation(lambda v: view(keep(dict(v))), lambda v: view(lend(dict(v))))


def _views(_: _Walk, values: Sequence[memoryview], __: int) -> Isolation | None:
    writable = any(not value.readonly for value in values)
    return Isolation(_memory, memoryview.toreadonly) if writable else None


def _memory(view: memoryview) -> memoryview:
    copied: memoryview = memoryview(view.tobytes()).cast(view.format, view.shape)  # type: ignore[call-overload]
    return copied


def _derived(walk: _Walk, values: Sequence[Any], lists: int) -> Isolation | None:
    """Find how classes derived from containers are kept apart: what they hold, and attributes."""
    walk.note(values, lists)
    copied = copy.copy(values[0])
    if copied is values[0] or type(copied) is not type(values[0]):
        return None  # says of itself that it cannot be changed, or leaves as something else
    how = walk.inside(chain.from_iterable(map(_parts, values)))
    return _nested(how, _refilled) if how else _flat(copy.copy)


def _records(walk: _Walk, values: Sequence[Any], lists: int) -> Isolation | None:
    if not (frozen := _is_frozen(type(values[0])) or copy.copy(values[0]) is values[0]):
        walk.note(values, lists)
    how = walk.held_by_records(chain.from_iterable(map(_parts, values)))
    if how is None:
        return None if frozen else _flat(copy.copy)
    if frozen:
        walk.note(values, lists)
    return _nested(how, _refilled)


def _parts(value: Any) -> Iterable[Any]:
    """Return what an instance holds as a container, and what its attributes do."""
    attributes = _attributes(value).values()
    if isinstance(value, dict):
        return chain(dict.values(value), attributes)
    return chain(value, attributes) if isinstance(value, _SEQUENCES) else attributes


def _refilled(each: Copy, value: Any) -> Any:
    """Copy an instance, with copies of what it holds."""
    copied = copy.copy(value)
    if isinstance(value, dict):
        for key, item in dict.items(value):
            dict.__setitem__(copied, key, each(item))
    elif isinstance(value, _SEQUENCES):
        for at, item in enumerate(value):
            copied[at] = each(item)
    for name, attribute in _attributes(value).items():
        object.__setattr__(copied, name, each(attribute))
    return copied


def _attributes(value: Any) -> dict[str, Any]:
    """Return the attributes that an instance stores, in its dictionary and in slots."""
    found = dict(getattr(value, "__dict__", ()))
    kind: Any = type(value)
    for name in _slots(kind):
        try:
            found[name] = getattr(value, name)
        except AttributeError:  # a slot that was never filled
            continue
    return found


@lru_cache(maxsize=512)
def _slots(kind: type) -> tuple[str, ...]:
    """Return the names of a class's slots, inherited ones too, private ones as they are stored."""
    return tuple(
        name
        for base in kind.__mro__
        for name, member in vars(base).items()
        if isinstance(member, types.MemberDescriptorType)
        and base.__flags__ & _MADE_IN_PYTHON
        and name != "__pydantic_fields_set__"  # which a copy has for itself
    )


_MADE_IN_PYTHON = 1 << 9
"""Flag of classes made by a ``class`` statement."""


def _is_frozen(kind: type) -> bool:
    params = getattr(kind, "__dataclass_params__", None)
    config = getattr(kind, "model_config", None)
    return bool(params.frozen if params else isinstance(config, dict) and config.get("frozen"))


_MAKERS: dict[type, Maker] = {
    list: _lists,
    dict: _dicts,
    tuple: _tuples,
    set: _without_containers(set.copy),
    bytearray: _without_containers(bytearray.copy),
    array.array: _without_containers(copy.copy),
    memoryview: _views,
    types.MappingProxyType: _proxies,
    types.SimpleNamespace: _records,
}
_SEQUENCES = (list, collections.deque)
_CONTAINERS = (*_SEQUENCES, dict, set, bytearray, array.array)
_RECORDS: set[type] = {collections.UserDict, collections.UserList, collections.ChainMap}
_UNCHANGEABLE = (enum.Enum, type, int, str, bytes)


@lru_cache(maxsize=512)
def _maker(kind: type) -> Maker | None:
    """Return what finds how values of a type are kept apart; None for what is handed on as is."""
    known = _MAKERS.get(kind)
    if known is not None:
        return known
    try:
        found = _maker_by_nature(kind)
    except Exception:  # noqa: BLE001 -- a class that does not let itself be looked at
        found = None
    return partial(_looked_at, found) if suspect(kind) else found


def _looked_at(  # noqa: PLR0917 -- the first is known, the others are a maker's
    maker: Maker | None, walk: _Walk, values: Sequence[Any], lists: int
) -> Isolation | None:
    """Find how values are kept apart that may be of those that do not last."""
    walk.refuse(values)
    return maker and maker(walk, values, lists)


def _maker_by_nature(kind: type) -> Maker | None:
    if issubclass(kind, _UNCHANGEABLE):
        return None
    if issubclass(kind, tuple):
        return _tuples
    if issubclass(kind, _CONTAINERS):
        return _derived
    if _is_record(kind):
        return _records
    how = library_isolation(kind, lambda items: _Walk(items).held_by_records(items))
    return how and (lambda _, values, __: how(values))


def _is_record(kind: type) -> bool:
    """Tell whether instances stand for what they hold: equal fields, equal values."""
    if issubclass(kind, (*_RECORDS,)) or hasattr(kind, "__pydantic_fields__"):
        return True
    declared = dataclasses.is_dataclass(kind) or hasattr(kind, "__attrs_attrs__")
    return declared and kind.__eq__ is not object.__eq__


# --- values that hold something twice ----------------------------------------------------------


def _rebuilt(value: Any, *, keep: bool) -> Any:
    """Copy a value in which a container occurs twice, or in itself, as it is."""
    apart: list[Any] = []
    file = io.BytesIO()
    pickler = _Pickler(file, pickle.HIGHEST_PROTOCOL)
    pickler.apart = apart
    pickler.dump(value)
    file.seek(0)
    unpickler = _Unpickler(file)
    unpickler.apart = [_by_itself(each, keep=keep) for each in apart]
    return unpickler.load()


def _by_itself(value: Any, *, keep: bool) -> Any:
    """Copy what a value holds that is written aside."""
    how = _found(value, held=True)
    if how is None:
        return value
    return how.keep(value) if keep else how.lend(value)


class _Pickler(pickle.Pickler):
    """Writes containers and records; everything else is handed on beside."""

    apart: list[Any]

    def persistent_id(self, obj: Any) -> int | None:
        """Return the number of a value that is not written, None for one that is."""
        kind: Any = type(obj)
        if kind in _WRITTEN or _maker(kind) in _REBUILT:
            return None
        self.apart.append(obj)
        return len(self.apart) - 1


class _Unpickler(pickle.Unpickler):
    """Reads what :class:`_Pickler` wrote."""

    apart: list[Any]

    def persistent_load(self, pid: Any) -> Any:
        """Return a value that was not written."""
        return self.apart[pid]


_WRITTEN = frozenset({types.NoneType, bool, int, float, str, bytes})
_REBUILT: set[Maker | None] = {*_MAKERS.values(), _derived, _records}
_REBUILT -= {_views, _proxies}
