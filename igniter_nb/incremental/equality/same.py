"""Sameness of a new value and the old one: the question behind every cut-off.

``==`` answers another question: ``1 == True == 1.0``, ``nan != nan``, arrays do not answer at all,
and a list that was changed in place is equal to itself. :func:`same` is strict and sound:

1. The types are equal, exactly. Signs of zero count, two nans are the same.
2. Containers are compared item by item, in the order in which they are gone through. That counts
   for sets too: ``list(…)`` of two equal sets may differ, and whoever made a list of the old one
   would keep it. A set made in the same way goes in the same order; one that does not has changed.
3. The *same object* is the same only if its type cannot be changed in place. A list that a step
   changed and returned again is a new value, since nobody kept the old one; so is an array, a view
   or a frame that shares memory with the old one, unless the memory is that of ``bytes``. Classes,
   functions, modules and members of enums are taken for what they were when they were defined;
   a function with attributes or a closure is not.
4. Instances of a class with an ``__eq__`` of its own are the same if all that they hold is, what
   its ``__eq__`` leaves out as well, and it does not deny it.
5. What users say with :func:`equal` about a class holds for its values, wherever they stand.
6. What is not known here has changed. Wrongly "changed" costs a run, wrongly "same" a result.

Values are compared, not objects: ``[x, x]`` and a list of two equal copies of ``x`` are the same.
"""

from __future__ import annotations

import array
import collections
import datetime as dt
import decimal
import enum
import fractions
import gc
import inspect
import itertools
import math
import types
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter, countOf, is_
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental.equality.asking import BY_CLASS, label, says_equal, share
from igniter_nb.incremental.equality.libraries import library_of
from igniter_nb.incremental.equality.plain import PATHS, PLAIN, QUICK
from igniter_nb.incremental.equality.records import (
    frozen,
    held,
    is_declared,
    layout,
    made_in_python,
)
from igniter_nb.text import abbreviate, class_name

if TYPE_CHECKING:
    from typing import TypeVar

    from igniter_nb.incremental.equality.asking import Equality

    Class = TypeVar("Class", bound=type)

_BUDGET = 1_000_000
_NESTED = _BUDGET - 1
"""Below that a comparison has come to a part of the value."""

_FEW = 8
"""Below so many items a loop is as fast as what is fast for many."""

_NUMBERS = frozenset({int, bool, float})
_SIMPLE = QUICK | _NUMBERS

_CONTAINERS = frozenset(
    {
        *(list, dict, set, bytearray, array.array, types.SimpleNamespace),
        *(collections.OrderedDict, collections.defaultdict, collections.Counter, collections.deque),
    }
)
"""Types of values that can be changed in place wherever they stand."""


def same(old: object, new: object) -> bool:
    """Tell whether a new value is the same as the old one.

    Args:
        old: the value kept.
        new: the value that was just made; may be the same object.

    Returns:
        True only if no reader could tell the difference, or a function given to :func:`equal`
        says so. Values of more than a million items that have to be looked at one by one, nested
        too deep, or that raise when they are compared, count as changed.
    """
    kind = type(new)
    if type(old) is not kind:
        return False
    if kind in QUICK:
        return old == new
    if kind is float:
        return _float(old, new)  # type: ignore[arg-type]  # both are floats
    try:
        return _Comparison().same(old, new)
    except Exception:  # noqa: BLE001 -- too deep, too big, or a hostile __eq__: it has changed
        return False


def same_by(equal: Equality, old: object, new: object) -> bool:
    """Tell whether a new value is the same as the old one, as a user's function has it.

    It is not asked about what may have been changed in place: an object that can be and is the
    old one, and two that share such a part, have changed.

    Raises:
        TypeError: the function's answer is neither True nor False.
        Exception: what the function raises.
    """
    return not share(old, new) and says_equal(equal, old, new)


def equal(function: Equality) -> Callable[[Class], Class]:
    """Say when two values of a class are equal: ``@ig.equal(fn)`` above it.

    For a class of somebody else's it is called: ``ig.equal(torch.equal)(torch.Tensor)``. What is
    said holds for values of exactly this class, wherever they stand in other values, until
    something else is said; if the function raises or returns neither True nor False, the value has
    changed. It is not asked about an object that may have been changed in place.

    Args:
        function: takes the old and the new value and returns whether they are equal.

    Returns:
        A decorator that returns the class as it is.

    Raises:
        TypeError: the function does not take two values; or, from the decorator, what is
            decorated is no class, or one whose values are always compared by what they hold.

    Examples:
        >>> from igniter_nb.incremental import same
        >>> @ig.equal(lambda old, new: old.id == new.id)
        ... class Order:
        ...     def __init__(self, id):
        ...         self.id = id
        >>> same(Order(1), Order(1)), same(Order(1), Order(2))
        (True, False)
    """
    if isinstance(function, type):
        msg = (
            f"@equal expects a function of an old and a new value, got the class"
            f" {function.__qualname__}: write @equal(function) above it"
        )
        raise TypeError(msg)
    check_equality(function)

    def decorate(kind: Class) -> Class:
        if not inspect.isclass(kind):
            msg = f"@equal({label(function)}) expects a class under it, got {abbreviate(kind)}"
            raise TypeError(msg)
        if kind in PLAIN or kind in _BY_TYPE:
            msg = (
                f"values of {kind.__qualname__} are always compared by what they hold:"
                " give equal= to the node instead"
            )
            raise TypeError(msg)
        BY_CLASS[kind] = function
        return kind

    return decorate


def check_equality(function: object) -> None:
    """Check that something can be asked about two values.

    Raises:
        TypeError: it cannot be called with two values, or returns no answer but a coroutine.
    """
    wanted = "equal expects a function of two values, the old and the new one"
    if not callable(function):
        msg = f"{wanted}, got {class_name(type(function))} {abbreviate(function)}"
        raise TypeError(msg)
    if inspect.iscoroutinefunction(function):
        msg = f"{wanted}, that answers at once; {label(function)} is a coroutine function"
        raise TypeError(msg)
    try:
        inspect.signature(function).bind(None, None)
    except ValueError:  # some built-ins have no signature to read
        return
    except TypeError as error:
        msg = f"{wanted}; {label(function)} cannot take them: {error}"
        raise TypeError(msg) from None


class _Met:
    """The containers that a comparison has come by, in pairs."""

    def __init__(self) -> None:
        self._old_of: dict[int, int] = {}
        self._new_of: dict[int, int] = {}
        self._many: list[set[int]] = []
        self._alive: list[Any] = []  # an id is one object's for as long as that lives

    def pair(self, old: object, new: object) -> bool:
        before, after = id(old), id(new)
        if any(before in ids or after in ids for ids in self._many):
            return False  # with which one of many it stood is not known
        self._alive.append((old, new))
        return (
            self._old_of.setdefault(after, before) == before
            and self._new_of.setdefault(before, after) == after
        )

    def pair_all(self, old: Sequence[Any], new: Sequence[Any]) -> bool:
        """Note many pairs, without a look at each where nothing occurs twice."""
        before, after = set(map(id, old)), set(map(id, new))
        met = (*self._many, self._old_of.keys(), self._new_of.keys())
        if len(before) == len(after) == len(new) and all(
            before.isdisjoint(ids) and after.isdisjoint(ids) for ids in met
        ):
            self._alive.append((old, new))
            self._many += (before, after)
            return True
        return all(map(self.pair, old, new))


class _Comparison:
    """One comparison with its budget of items.

    What can be changed in place and occurs twice in one value has to occur twice in the other, at
    the same places: a reader that changes it in one place finds it changed in both.
    """

    met: _Met | None = None

    def __init__(self) -> None:
        self.left = _BUDGET

    def same(self, old: Any, new: Any) -> bool:
        kind = type(new)
        if type(old) is not kind:
            return False
        self.count()
        if kind in PLAIN:
            return bool(old == new)
        if kind in _CONTAINERS and self.left < _NESTED and not self.pair(old, new):
            return False
        compare = _BY_TYPE.get(kind)
        if compare is not None:
            return compare(self, old, new)
        if kind in BY_CLASS:
            return same_by(BY_CLASS[kind], old, new)
        if isinstance(new, (enum.Enum, type)):
            return old is new
        if isinstance(new, tuple):
            return self.named(old, new)
        in_library = library_of(kind)
        if in_library is not None:
            return in_library(old, new, self.same)
        return self.record(old, new)

    def pair(self, old: object, new: object) -> bool:
        """Note that two containers stand at one place; say whether they did wherever they stood."""
        if self.met is None:
            self.met = _Met()
        return self.met.pair(old, new)

    def pair_all(self, old: Sequence[Any], new: Sequence[Any]) -> bool:
        """Note the same of many pairs."""
        if self.met is None:
            self.met = _Met()
        return self.met.pair_all(old, new)

    def count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OverflowError

    def items(self, old: Any, new: Any) -> bool:
        """Compare two lists or two tuples; where the types allow it, without a look at each."""
        if len(old) != len(new):
            return False
        if len(new) < _FEW:
            return all(map(self.same, old, new))
        self.count()
        kind = type(new[0])
        if not _all_of(kind, new):
            return self.mixed(old, new)
        if kind in QUICK:
            return _all_of(kind, old) and bool(old == new)
        if not _all_of(kind, old):
            return False
        if kind is float and _same_floats(old, new):
            return True
        rows = _ROWS.get(kind)
        columns = rows(old, new) if rows else None
        if columns is None:
            return all(map(self.same, old, new))
        if kind in _CONTAINERS and not self.pair_all(old, new):
            return False
        return all(itertools.starmap(self.items, columns))

    def mixed(self, old: Any, new: Any) -> bool:
        """Compare items of several types."""
        kinds = set(map(type, new))
        if not kinds <= _SIMPLE:
            return all(map(self.same, old, new))
        if set(map(type, old)) != kinds:
            return False
        if len(kinds & _NUMBERS) > 1 and not all(map(is_, map(type, old), map(type, new))):
            return False  # among others, whatever is equal is of one type
        if float not in kinds or (old == new and 0.0 not in new):
            return bool(old == new)
        floats = [[item for item in side if type(item) is float] for side in (old, new)]
        others = [[item for item in side if type(item) is not float] for side in (old, new)]
        places = [[type(item) is float for item in side] for side in (old, new)]
        return places[0] == places[1] and others[0] == others[1] and self.items(*floats)

    def sequence(self, old: Any, new: Any) -> bool:
        return old is not new and self.items(old, new)

    def mapping(self, old: Any, new: Any) -> bool:
        if old is new or len(old) != len(new):
            return False
        return self.items(tuple(old), tuple(new)) and self.items(
            tuple(old.values()), tuple(new.values())
        )

    def dictionary(self, old: Any, new: Any) -> bool:
        """Compare dictionaries that hold something besides their items."""
        return self.mapping(old, new) and self.mapping({**vars(old)}, {**vars(new)})

    def unordered(self, old: Any, new: Any) -> bool:
        """Compare sets; the order counts in which they are gone through."""
        if type(new) is set and old is new:
            return False
        return len(old) == len(new) and self.items(tuple(old), tuple(new))

    def proxied(self, old: Any, new: Any) -> bool:
        """Compare what two read-only views show, which may be one dictionary."""
        return all(map(self.same, gc.get_referents(old), gc.get_referents(new)))

    def named(self, old: Any, new: Any) -> bool:
        """Compare named tuples; other tuples may hold more than their items."""
        kind = type(new)
        if not hasattr(kind, "_fields") or not made_in_python(kind, tuple):
            return False
        before, after = held(old)[1], held(new)[1]
        if old is new and after:
            return False
        return self.items(tuple(old), tuple(new)) and self.attributes(before, after)

    def record(self, old: Any, new: Any) -> bool:
        """Compare instances by all that they hold: slots and attributes, fields or not."""
        kind: Any = type(new)
        if not layout(kind).whole or (old is new and not frozen(new)):
            return False
        if not self.pair(old, new) and not frozen(new):
            return False
        if old is not new and kind.__eq__ is object.__eq__:
            return False  # whoever compares them by == can tell them apart
        (slots, before), (others, after) = held(old), held(new)
        if not all(map(self.same, slots, others)) or not self.attributes(before, after):
            return False
        return _compares_fields(kind) or bool(old == new)

    def attributes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        return self.items(tuple(old.items()), tuple(new.items()))

    def function(self, old: Any, new: Any) -> bool:
        """Compare functions: code is itself, what it carries along may have been changed."""
        carried = new.__closure__ or new.__dict__
        usual = old.__defaults__, old.__kwdefaults__
        return (
            old is new and not carried and self.same(usual, (new.__defaults__, new.__kwdefaults__))
        )


def _compares_fields(kind: Any) -> bool:
    """Tell whether ``==`` of a class was made for it, out of its fields."""
    code = getattr(kind.__eq__, "__code__", None)
    written = (
        code is None or code.co_filename == "<string>" or "attrs generated" in code.co_filename
    )
    return is_declared(kind) and (written or kind.__eq__.__module__.partition(".")[0] == "pydantic")


def _all_of(kind: type, items: Sequence[Any]) -> bool:
    return countOf(map(type, items), kind) == len(items)


def _same_floats(old: Sequence[float], new: Sequence[float]) -> bool:
    """Tell whether many floats are the same to the bit."""
    if old == new and 0.0 not in new:
        return True
    return array.array("d", old).tobytes() == array.array("d", new).tobytes()


Columns = Iterable[tuple[Sequence[Any], Sequence[Any]]]
"""The columns of two tables, in pairs."""


def _columns_of_tuples(old: Sequence[Any], new: Sequence[Any]) -> Columns | None:
    """Turn rows of one length into columns, which are compared faster; None for others."""
    return _columns(old, new, itertools.chain.from_iterable)


def _columns_of_lists(old: Sequence[Any], new: Sequence[Any]) -> Columns | None:
    return None if any(map(is_, old, new)) else _columns_of_tuples(old, new)


def _columns_of_dicts(old: Sequence[Any], new: Sequence[Any]) -> Columns | None:
    """Turn dictionaries whose keys are the same texts in the same order into columns."""
    keys, rows = tuple(new[0]), (*old, *new)
    if any(map(is_, old, new)) or countOf(map(tuple, rows), keys) != len(rows):
        return None
    if countOf(map(type, itertools.chain.from_iterable(rows)), str) != len(rows) * len(keys):
        return None
    return _columns(old, new, lambda side: itertools.chain.from_iterable(map(dict.values, side)))


def _columns(
    old: Sequence[Any], new: Sequence[Any], flat: Callable[[Sequence[Any]], Iterable[Any]]
) -> Columns | None:
    """Cut the items of all rows, one after the other, into columns: no row is made anew."""
    width = len(new[0])
    sizes = countOf(map(len, new), width), countOf(map(len, old), width)
    if not 0 < width < len(new) or sizes != (len(new), len(old)):
        return None
    before, after = [*flat(old)], [*flat(new)]
    return ((before[at::width], after[at::width]) for at in range(width))


_ROWS: dict[type, Callable[[Sequence[Any], Sequence[Any]], Columns | None]] = {
    tuple: _columns_of_tuples,
    list: _columns_of_lists,
    dict: _columns_of_dicts,
}


def _float(old: float, new: float) -> bool:
    if old != old or new != new:  # noqa: PLR0124 -- nan is what differs from itself
        return old != old and new != new  # noqa: PLR0124
    return old == new and math.copysign(1.0, old) == math.copysign(1.0, new)


def _moment(this: _Comparison, old: Any, new: Any) -> bool:
    """Compare times: equal clock, zone and fold."""
    return (
        old.replace(tzinfo=None) == new.replace(tzinfo=None)
        and old.fold == new.fold
        and this.same(old.tzinfo, new.tzinfo)
    )


def _parts(*names: str) -> Callable[[_Comparison, Any, Any], bool]:
    """Compare values that never change by some of their attributes, which say all."""
    read = attrgetter(*names)
    return lambda this, old, new: this.items(read(old), read(new))


def _builtin(this: _Comparison, old: Any, new: Any) -> bool:  # noqa: ARG001 -- as the others
    """Compare functions written in C: a method of a list belongs to the list."""
    return old is new and isinstance(new.__self__, (types.ModuleType, type, types.NoneType))


_BY_TYPE: dict[type, Callable[[_Comparison, Any, Any], bool]] = {
    float: lambda _, old, new: _float(old, new),
    complex: lambda _, old, new: _float(old.real, new.real) and _float(old.imag, new.imag),
    decimal.Decimal: lambda _, old, new: old.compare_total(new) == 0,
    fractions.Fraction: _parts("numerator", "denominator"),
    uuid.UUID: _parts("int", "is_safe"),
    dt.datetime: _moment,
    dt.time: _moment,
    dt.timezone: lambda _, old, new: old == new and str(old) == str(new),
    list: _Comparison.sequence,
    tuple: _Comparison.items,
    dict: _Comparison.mapping,
    set: _Comparison.unordered,
    frozenset: _Comparison.unordered,
    collections.OrderedDict: _Comparison.dictionary,
    collections.Counter: _Comparison.dictionary,
    collections.defaultdict: lambda this, old, new: (
        this.mapping(old, new) and this.same(old.default_factory, new.default_factory)
    ),
    collections.deque: lambda this, old, new: (
        old is not new and old.maxlen == new.maxlen and this.items(tuple(old), tuple(new))
    ),
    types.SimpleNamespace: lambda this, old, new: this.mapping(vars(old), vars(new)),
    range: _parts("start", "stop", "step"),
    slice: _parts("start", "stop", "step"),
    **dict.fromkeys(PATHS, lambda _, old, new: str(old) == str(new)),
    bytearray: lambda _, old, new: old is not new and old == new,
    array.array: lambda this, old, new: (
        old.typecode == new.typecode
        and this.sequence(old.tolist(), new.tolist())
        and old is not new
    ),
    types.MappingProxyType: _Comparison.proxied,
    types.FunctionType: _Comparison.function,
    types.BuiltinFunctionType: _builtin,
    types.ModuleType: lambda _, old, new: old is new,
}
