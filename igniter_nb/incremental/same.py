"""When is a new value the same as the old one? The question behind every cut-off.

``==`` answers another question: ``1 == True == 1.0``, ``nan != nan``, arrays do not answer at all,
and a list that was changed in place is equal to itself. :func:`same` is strict and sound:

1. The types are equal, exactly. Signs of zero count, two nans are the same.
2. Containers are compared item by item; the order of a dict counts.
3. The *same object* is the same only if its type cannot be changed in place. A list that a step
   changed and returned again is a new value, since nobody kept the old one. Classes, functions and
   modules are taken for what they were when they were defined.
4. What is not known here has changed. Wrongly "changed" costs a run, wrongly "same" a result.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import math
import re
import types
import uuid
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental.libraries import same_in_library

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK = frozenset({int, str, bool, bytes, types.NoneType})
"""Types whose own ``==`` is the answer once the types are equal."""

_PLAIN = frozenset(
    {
        *QUICK,
        dt.date,
        dt.timedelta,
        fractions.Fraction,
        re.Pattern,
        uuid.UUID,
        types.EllipsisType,
        types.NotImplementedType,
    }
)
_UNCHANGEABLE = (
    enum.Enum,
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
)
_BUDGET = 1_000_000
_MADE_IN_PYTHON = 1 << 9
"""Flag of classes made by a ``class`` statement; others may hold more than attributes."""


def same(old: object, new: object) -> bool:
    """Tell whether a new value is the same as the old one.

    Args:
        old: the value kept.
        new: the value that was just made; may be the same object.

    Returns:
        True only if no reader could tell the difference. Values of more than a million items,
        nested too deep, or that raise when they are compared, count as changed.
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


class _Comparison:
    """One comparison with its budget of items."""

    def __init__(self) -> None:
        self.left = _BUDGET

    def same(self, old: Any, new: Any) -> bool:
        kind = type(new)
        if type(old) is not kind:
            return False
        self.left -= 1
        if self.left < 0:
            raise OverflowError
        if kind in _PLAIN:
            return bool(old == new)
        compare = _BY_TYPE.get(kind)
        if compare is not None:
            return compare(self, old, new)
        if isinstance(new, _UNCHANGEABLE):
            return old is new
        if isinstance(new, tuple):
            return hasattr(kind, "_fields") and self.items(old, new) and self.extras(old, new)
        if dataclasses.is_dataclass(kind):
            return self.record(old, new)
        return same_in_library(old, new, self.same)

    def items(self, old: Any, new: Any) -> bool:
        return len(old) == len(new) and all(map(self.same, old, new))

    def sequence(self, old: Any, new: Any) -> bool:
        return old is not new and self.items(old, new)

    def mapping(self, old: Any, new: Any) -> bool:
        if old is new or len(old) != len(new):
            return False
        return self.items(tuple(old), tuple(new)) and self.items(
            tuple(old.values()), tuple(new.values())
        )

    def unordered(self, old: Any, new: Any) -> bool:
        """Compare sets: equal members of equal types."""
        if type(new) is set and old is new:
            return False
        if len(old) != len(new) or old != new:
            return False
        twins = {item: item for item in old}
        return all(self.same(twins[item], item) for item in new)

    def record(self, old: Any, new: Any) -> bool:
        """Compare dataclasses by their fields and by what else their instances hold."""
        kind = type(new)
        if old is new and not kind.__dataclass_params__.frozen:
            return False
        if not all(base is object or base.__flags__ & _MADE_IN_PYTHON for base in kind.__mro__):
            return False
        names = [field.name for field in dataclasses.fields(new)]
        fields = all(
            self.same(getattr(old, name, None), getattr(new, name, None)) for name in names
        )
        return fields and self.extras(old, new)

    def extras(self, old: Any, new: Any) -> bool:
        """Compare the attributes that instances hold in a dictionary."""
        before, after = getattr(old, "__dict__", {}), getattr(new, "__dict__", {})
        return self.items(tuple(before.items()), tuple(after.items()))


def _float(old: float, new: float) -> bool:
    if old != old or new != new:  # noqa: PLR0124 -- nan is what differs from itself
        return old != old and new != new  # noqa: PLR0124
    return old == new and math.copysign(1.0, old) == math.copysign(1.0, new)


def _moment(old: Any, new: Any) -> bool:
    """Compare times: equal clock, zone and fold."""
    return (
        old.replace(tzinfo=None) == new.replace(tzinfo=None)
        and old.fold == new.fold
        and type(old.tzinfo) is type(new.tzinfo)
        and str(old.tzinfo) == str(new.tzinfo)
        and old.utcoffset() == new.utcoffset()
    )


def _bounds(value: slice) -> tuple[object, ...]:
    return value.start, value.stop, value.step


_BY_TYPE: dict[type, Callable[[_Comparison, Any, Any], bool]] = {
    float: lambda _, old, new: _float(old, new),
    complex: lambda _, old, new: _float(old.real, new.real) and _float(old.imag, new.imag),
    decimal.Decimal: lambda _, old, new: old.compare_total(new) == 0,
    dt.datetime: lambda _, old, new: _moment(old, new),
    dt.time: lambda _, old, new: _moment(old, new),
    list: _Comparison.sequence,
    tuple: _Comparison.items,
    dict: _Comparison.mapping,
    set: _Comparison.unordered,
    frozenset: _Comparison.unordered,
    range: lambda _, old, new: repr(old) == repr(new),
    slice: lambda this, old, new: this.items(_bounds(old), _bounds(new)),
    **dict.fromkeys(
        (PurePosixPath, PureWindowsPath, PosixPath, WindowsPath),
        lambda _, old, new: str(old) == str(new),
    ),
    bytearray: lambda _, old, new: old is not new and old == new,
    types.MappingProxyType: _Comparison.mapping,
}
