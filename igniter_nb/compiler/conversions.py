"""Conversions of validated values: unchanged wherever they were of their type already.

pydantic makes plain values of what it validates: a ``Counter`` becomes a dict, an ``IntEnum`` an
int, a ``Decimal`` a float. Here its result is laid beside what was given, and:

1. What is of the declared type stays what it is; so does a value of a class derived from it.
2. A whole number becomes a float where nothing is lost (2**53 + 1 would lose a digit).
3. A numpy scalar becomes the value of Python that it stands for.
4. Any other conversion is a finding; unless conversion was asked for, then it is the result.

Where only a part is converted, a container of the same class is made with the converted part.
"""

from __future__ import annotations

import copy
import datetime as dt
import operator
import sys
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from igniter_nb.text import class_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_NUMBERS = frozenset({int, float})
_SCALARS = (bool, int, float, complex, str, bytes)
_TIMES = (dt.date, dt.timedelta)
_LEAVES = frozenset({*_SCALARS, type(None)})
_CONTAINERS = frozenset({list, tuple, dict, set, frozenset})


class Mismatch(Exception):  # noqa: N818 -- caught where it is raised from, never shown
    """A value does not fit; ``args`` are the findings as text."""


def python_value(value: Any) -> Any:
    """Return a value with its numpy scalars turned into Python's; itself if it has none."""
    numpy = sys.modules.get("numpy")
    return value if numpy is None else _python_value(value, numpy)


def _python_value(value: Any, numpy: Any) -> Any:
    if isinstance(value, numpy.generic):
        return _scalar(value, numpy)
    if isinstance(value, dict):
        given = list(value.items())
        pairs = [(_python_value(key, numpy), _python_value(item, numpy)) for key, item in given]
        return value if all(map(_identical, pairs, given)) else _refilled(value, pairs)
    if isinstance(value, (list, tuple, deque, set, frozenset)):
        items = [_python_value(item, numpy) for item in value]
        return value if _identical(items, value) else _rebuilt(value, items)
    return value


def _scalar(value: Any, numpy: Any) -> Any:
    """Return the value of Python that a numpy scalar stands for, or the scalar if there is none."""
    if isinstance(value, numpy.longdouble):
        item: Any = float(value)
        return item if item == value or item != item else value  # noqa: PLR0124 -- nan
    item = value.item()
    timed = isinstance(value, (numpy.datetime64, numpy.timedelta64))
    return item if isinstance(item, _TIMES if timed else _SCALARS) else value


def is_plain(value: Any) -> bool:
    """Tell whether a value is put together of Python's own types alone, no class derived from one.

    pydantic makes nothing else of such a value than an equal one with floats for ints; what is not
    equal is looked at more closely. This is the short way for long lists.
    """
    kind = type(value)
    if kind in _LEAVES:
        return True
    if kind is dict:
        return _all_plain(value) and _all_plain(value.values())
    return kind in _CONTAINERS and _all_plain(value)


def _all_plain(items: Iterable[Any]) -> bool:
    kinds = {*map(type, items)} - _LEAVES
    return not kinds or (kinds <= _CONTAINERS and all(map(is_plain, items)))


def _identical(one: Collection[Any], other: Collection[Any]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def _rebuilt(value: Any, items: Iterable[Any]) -> Any:
    """Return a container like ``value`` with other items."""
    if isinstance(value, tuple):
        return tuple.__new__(type(value), items)
    if isinstance(value, frozenset):
        return frozenset.__new__(type(value), items)
    made = copy.copy(value)
    made.clear()
    add = made.update if isinstance(value, set) else made.extend
    add(items)
    return made


def _refilled(value: Any, pairs: Iterable[tuple[Any, Any]]) -> Any:
    """Return a mapping like ``value`` with other items."""
    if not isinstance(value, dict):
        return dict(pairs)
    made = copy.copy(value)
    made.clear()
    for key, item in pairs:
        made[key] = item
    return made


class Comparison:
    """Lays what pydantic made beside what was given.

    Args:
        strict: whether conversions are findings.
        whole: whether an int is declared besides a float; pydantic takes a class derived from int,
            or a numpy scalar, for the float.
        transforms: whether a user's function may have made something else, which is no finding.

    Attributes:
        findings: what is wrong, as text.
    """

    def __init__(self, *, strict: bool, whole: bool, transforms: bool) -> None:
        self.strict = strict and not transforms
        self.whole = whole
        self.transforms = transforms
        self.findings: list[str] = []

    def handed_on(self, value: Any, made: Any, where: tuple[object, ...] = ()) -> Any:
        """Return what is handed on of a value.

        Args:
            value: what was given.
            made: what pydantic made of it.
            where: keys and indexes on the way to it.
        """
        if made is value:
            return value
        if class_name(type(made)) == "ValidatorIterator":
            return self._read(value, made, where)
        for kinds, compare in (
            ((list, tuple, deque), self._sequence),
            ((dict, Mapping), self._mapping),
            ((set, frozenset), self._set),
        ):
            if isinstance(made, kinds) and isinstance(value, kinds):
                return compare(value, made, where)
        return self._scalar(value, made, where)

    def _scalar(self, value: Any, made: Any, where: tuple[object, ...]) -> Any:
        plain, kind = python_value(value), type(made)
        if type(plain) is kind:
            return made
        if not isinstance(plain, bool):
            if kind is float and isinstance(plain, int):
                if self.whole and type(value) is not int:
                    return plain
                if plain != made:
                    self._find(where, f"{plain} cannot be a float without losing digits")
                return made
            if isinstance(plain, kind):
                return plain if plain == made else made
        return self._converted(value, made, where)

    def _converted(self, value: Any, made: Any, where: tuple[object, ...]) -> Any:
        """Return what something else was made of, which is a finding."""
        kind, came = class_name(type(made)), class_name(type(value))
        self._find(where, f"Input should be of type {kind}, which {came} is not")
        return made

    def _find(self, where: tuple[object, ...], text: str) -> None:
        if self.strict:
            place = ".".join(map(str, where))
            self.findings.append(f"{place}: {text}" if place else text)

    def _read(self, value: Any, made: Iterable[Any], where: tuple[object, ...]) -> Any:
        """Read what pydantic would check only while it is read, and that only once."""
        given = list(value)
        items = self._items(given, list(made), where)
        if isinstance(value, str) or _identical(items, given):
            return value
        known = isinstance(value, (list, tuple, deque, set, frozenset))
        return _rebuilt(value, items) if known else items

    def _sequence(self, value: Any, made: Any, where: tuple[object, ...]) -> Any:
        kind = type(made)
        if type(value) is kind and (_identical(value, made) or _exact_numbers(value, made)):
            return made
        items = self._items(value, made, where)
        if not isinstance(value, kind):
            return _rebuilt(self._converted(value, made, where), items)
        return (
            value
            if type(value) is not kind and _identical(items, value)
            else _rebuilt(value, items)
        )

    def _items(
        self, given: Sequence[Any], made: Sequence[Any], where: tuple[object, ...]
    ) -> list[Any]:
        if len(given) != len(made):  # a function of the user's has chosen among them
            return list(made)
        return [
            self.handed_on(old, new, (*where, index))
            for index, (old, new) in enumerate(zip(given, made, strict=True))
        ]

    def _mapping(self, value: Any, made: Any, where: tuple[object, ...]) -> Any:
        given, found = list(value.items()), list(made.items())
        named = not self.transforms and made.keys() <= value.keys()
        if named and [*value] != [*made]:  # a TypedDict, which has an order of its own
            found = [(key, made.get(key, item)) for key, item in given]
        if len(given) != len(found):
            return made
        pairs = [
            (
                self.handed_on(old_key, new_key, (*where, old_key)),
                self.handed_on(old, new, (*where, old_key)),
            )
            for (old_key, old), (new_key, new) in zip(given, found, strict=True)
        ]
        if type(value) is not type(made) and all(map(_identical, pairs, given)):
            return value
        return _refilled(value, pairs)

    def _set(self, value: Any, made: Any, where: tuple[object, ...]) -> Any:
        """Pair equal members, since sets have no order."""
        twins = {item: item for item in made}
        if not isinstance(value, type(made)):
            return self._converted(value, made, where)
        for item in value:
            if item not in twins and isinstance(item, int):
                self._find((*where, item), f"{item} cannot be a float without losing digits")
        items = [self.handed_on(item, twins.get(item, item), (*where, item)) for item in value]
        if len(twins) != len(value) or not made >= value:
            return made
        same = type(value) is not type(made) and _identical(items, list(value))
        return value if same else _rebuilt(value, items)


def _exact_numbers(value: Any, made: Any) -> bool:
    """Tell at once that many numbers came out equal: long lists have to be fast."""
    return _NUMBERS.issuperset(map(type, value)) and bool(value == made)
