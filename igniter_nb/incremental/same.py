"""When is a new value the same as the old one? The question behind every cut-off.

``==`` answers another question: ``1 == True == 1.0``, ``nan != nan``, arrays do not answer at all,
and a list that was changed in place is equal to itself. :func:`same` is strict and sound:

1. The types are equal, exactly. Signs of zero count, two nans are the same.
2. Containers are compared item by item; the order of a dict counts.
3. The *same object* is the same only if its type cannot be changed in place. A list that a step
   changed and returned again is a new value, since nobody kept the old one.
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
import sys
import types
import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

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
        range,
        slice,
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
    PurePath,
)
_BUDGET = 1_000_000


class _TooBig(Exception):  # noqa: N818 -- control flow inside this file
    """More items than it is worth to compare."""


def same(old: object, new: object) -> bool:
    """Tell whether a new value is the same as the old one.

    Args:
        old: the value kept.
        new: the value that was just made; may be the same object.

    Returns:
        True only if no reader could tell the difference. Values of more than a million items,
        or nested too deep, count as changed.
    """
    kind = type(new)
    if type(old) is not kind:
        return False
    if kind in QUICK:
        return old == new
    try:
        return _Comparison().same(old, new)
    except (RecursionError, _TooBig):
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
            raise _TooBig
        if kind in _PLAIN:
            return bool(old == new)
        compare = _BY_TYPE.get(kind)
        if compare is not None:
            return compare(self, old, new)
        if isinstance(new, _UNCHANGEABLE):
            return old is new or (isinstance(new, PurePath) and old == new)
        if isinstance(new, tuple):
            return self.items(old, new)
        if dataclasses.is_dataclass(new):
            return self.record(old, new)
        return old is not new and _library(old, new)

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
        frozen = type(new).__dataclass_params__.frozen
        if old is new and not frozen:
            return False
        fields = dataclasses.fields(new)
        return all(
            self.same(getattr(old, field.name, None), getattr(new, field.name, None))
            for field in fields
        )


def _float(old: float, new: float) -> bool:
    if old != old or new != new:  # noqa: PLR0124 -- nan is what differs from itself
        return old != old and new != new  # noqa: PLR0124
    return old == new and math.copysign(1.0, old) == math.copysign(1.0, new)


def _moment(old: Any, new: Any) -> bool:
    """Compare times: equal clock, zone and fold."""
    return (
        old.replace(tzinfo=None) == new.replace(tzinfo=None)
        and old.fold == new.fold
        and str(old.tzinfo) == str(new.tzinfo)
        and type(old.tzinfo) is type(new.tzinfo)
    )


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
    bytearray: lambda _, old, new: old is not new and old == new,
    types.MappingProxyType: _Comparison.mapping,
}


def _library(old: Any, new: Any) -> bool:
    """Compare values of libraries that are loaded; anything else has changed."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(new, numpy.generic):
            return bool(old.dtype == new.dtype and old.tobytes() == new.tobytes())
        if isinstance(new, numpy.ndarray):
            return _arrays(numpy, old, new)
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(new, (pandas.DataFrame, pandas.Series, pandas.Index)):
        return _frames(pandas, old, new)
    return False


def _arrays(numpy: Any, old: Any, new: Any) -> bool:
    if old.dtype != new.dtype or old.shape != new.shape or old.dtype.hasobject:
        return False
    inexact = numpy.issubdtype(old.dtype, numpy.inexact)
    if not numpy.array_equal(old, new, equal_nan=bool(inexact or old.dtype.kind in "mM")):
        return False
    real = numpy.issubdtype(old.dtype, numpy.floating)
    return not real or bool((numpy.signbit(old) == numpy.signbit(new))[old == 0].all())


def _frames(pandas: Any, old: Any, new: Any) -> bool:
    if not old.equals(new) or getattr(old, "attrs", None) != getattr(new, "attrs", None):
        return False
    if isinstance(new, pandas.Index):
        return bool(old.dtype == new.dtype and list(old.names) == list(new.names))
    axes = zip(old.axes, new.axes, strict=True)
    if not all(a.equals(b) and a.dtype == b.dtype and a.names == b.names for a, b in axes):
        return False
    if isinstance(new, pandas.Series):
        return bool(old.name == new.name and old.dtype == new.dtype)
    return bool((old.dtypes == new.dtypes).all())
