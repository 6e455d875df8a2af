"""Frames, columns and indexes of pandas: whether two are alike.

What a column shows stands in memory below it, which others may write to: columns that share
memory have changed, whatever kind of array holds it. The same goes for labels, since pandas takes
them over without a copy, and an index that is the same object may have got another name.

An array that is not listed here, and a class derived from those of pandas, has changed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental.equality.arrays import arrays, shares
from igniter_nb.incremental.equality.arrow import chunks_alike
from igniter_nb.incremental.isolation.closed import is_closed

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.incremental.equality.arrays import Compare

_KEPT_BY_PANDAS = frozenset(
    {"_mgr", "_attrs", "_flags", "_name", "_item_cache", "_cacher", "_is_copy"}
    | {"_data", "_cache", "_id", "_references", "_range", "_freq"}
    | {"_levels", "_codes", "_names"}
)
"""Attributes of frames, columns and indexes that are compared in another way; others are parts."""


def same_frames(old: Any, new: Any, same: Compare) -> bool:
    """Compare two values of one class of pandas'.

    Args:
        old: the value kept.
        new: the new value.
        same: compares the parts of a value.
    """
    pandas, kind = sys.modules["pandas"], type(new)
    if kind in (pandas.DataFrame, pandas.Series):
        return old is not new and _frames(old, new, same)
    if isinstance(new, pandas.Index):
        return _labels(old, new, same)
    if kind in (pandas.Timestamp, pandas.Timedelta):
        zones = [(getattr(value, "tzinfo", None), repr(value)) for value in (old, new)]
        return bool(old == new) and old.unit == new.unit and same(*zones)
    return old is new and (new is pandas.NA or new is pandas.NaT)


def _frames(old: Any, new: Any, same: Compare) -> bool:
    if len(old) != len(new) or not same({**old.attrs}, {**new.attrs}):
        return False
    if old.flags.allows_duplicate_labels != new.flags.allows_duplicate_labels:
        return False
    if not same(_extras(old), _extras(new)):
        return False
    if not all(_labels(*axes, same) for axes in zip(old.axes, new.axes, strict=True)):
        return False
    if not hasattr(new, "columns"):
        return same(old.name, new.name) and _columns(old, new, same)
    width = range(new.shape[1])
    return all(_columns(old.iloc[:, at], new.iloc[:, at], same) for at in width)


def _of_pandas(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "pandas"


def _extras(value: Any) -> dict[str, Any]:
    return {name: part for name, part in vars(value).items() if name not in _KEPT_BY_PANDAS}


def _labels(old: Any, new: Any, same: Compare) -> bool:
    """Compare indexes; one that is the same object may have got another name in place."""
    if type(old) is not type(new) or len(old) != len(new) or (old is new and not is_closed(new)):
        return False
    if not same((tuple(old.names), _extras(old)), (tuple(new.names), _extras(new))):
        return False
    pandas = sys.modules["pandas"]
    if isinstance(new, pandas.RangeIndex):
        return (old.start, old.stop, old.step) == (new.start, new.stop, new.step)
    if isinstance(new, pandas.MultiIndex):
        return _levels(old, new, same)
    freq = getattr(old, "freq", None) == getattr(new, "freq", None)
    return freq and _of_pandas(type(new)) and _columns(old, new, same)


def _levels(old: Any, new: Any, same: Compare) -> bool:
    levels = zip(old.levels, new.levels, strict=True)
    codes = zip(old.codes, new.codes, strict=True)
    return (
        old.nlevels == new.nlevels
        and all(_labels(*pair, same) for pair in levels)
        and all(arrays(*pair, same) for pair in codes)
    )


def _columns(old: Any, new: Any, same: Compare) -> bool:
    """Compare what a column or an index holds."""
    dtype = new.dtype
    if type(old.dtype) is not type(dtype) or old.dtype != dtype:
        return False
    if isinstance(dtype, sys.modules["numpy"].dtype) and dtype.kind not in "mM":
        return _values(old.to_numpy(), new.to_numpy(), same)
    before, after = old.array, new.array
    kind = type(after)
    if type(before) is not kind or not _of_pandas(kind):
        return False
    compare = _BY_ARRAY.get(kind.__name__)
    return compare is not None and compare(before, after, same)


def _values(old: Any, new: Any, same: Compare) -> bool:
    """Compare arrays; objects of which some are missing with those apart from the rest."""
    if new.dtype.kind != "O" or old.shape != new.shape:
        return arrays(old, new, same)
    if shares(old, new):
        return False
    before, after = old.tolist(), new.tolist()
    pandas = sys.modules["pandas"]
    missing, kinds = type(pandas.NA), set(map(type, after))
    if missing not in kinds and float not in kinds:
        return same(before, after)
    if kinds <= {str, missing} and before == after:
        return set(map(type, before)) == kinds
    gaps, found = pandas.isna(old), pandas.isna(new)
    if not arrays(gaps, found, same):
        return False
    return same(old[~gaps].tolist(), new[~found].tolist()) and _gaps(old[gaps], new[found], same)


def _gaps(old: Any, new: Any, same: Compare) -> bool:
    """Compare missing values, which are often the very same object over and over."""
    before, after = old.tolist(), new.tolist()
    known = dict(zip(map(id, before + after), before + after, strict=True))
    pairs = set(zip(map(id, before), map(id, after), strict=True))
    return all(same(known[a], known[b]) for a, b in pairs)


def _numpy_backed(old: Any, new: Any, same: Compare) -> bool:
    return _values(old._ndarray, new._ndarray, same)  # noqa: SLF001 -- the memory below


def _categorical(old: Any, new: Any, same: Compare) -> bool:
    alike = _labels(old.dtype.categories, new.dtype.categories, same)
    return alike and _numpy_backed(old, new, same)


def _moments(old: Any, new: Any, same: Compare) -> bool:
    """Compare times: equal zone, frequency and numbers."""
    zones = getattr(old.dtype, "tz", None), getattr(new.dtype, "tz", None)
    freqs = getattr(old, "freq", None), getattr(new, "freq", None)
    return same(*zones) and bool(freqs[0] == freqs[1]) and _numpy_backed(old, new, same)


def _masked(old: Any, new: Any, same: Compare) -> bool:
    """Compare numbers of which some are missing; what stands in their place is not shown."""
    hidden, found = old._mask, new._mask  # noqa: SLF001 -- the memory below
    before, after = old._data, new._data  # noqa: SLF001 -- the same
    if shares(before, after) or not arrays(hidden, found, same):
        return False
    return arrays(before[~hidden], after[~hidden], same)


def _intervals(old: Any, new: Any, same: Compare) -> bool:
    return _labels(old.left, new.left, same) and _labels(old.right, new.right, same)


def _sparse(old: Any, new: Any, same: Compare) -> bool:
    """Compare numbers of which most are one: that one, where the others stand, and the others."""
    before, after = old.sp_index, new.sp_index
    if not same((old.fill_value, type(before)), (new.fill_value, type(after))):
        return False
    places = ("indices",) if hasattr(after, "indices") else ("blocs", "blengths")
    return all(
        arrays(getattr(before, name), getattr(after, name), same) for name in places
    ) and _values(old.sp_values, new.sp_values, same)


def _arrow(old: Any, new: Any, same: Compare) -> bool:
    return chunks_alike(old._pa_array, new._pa_array, same)  # noqa: SLF001 -- the memory below


_BY_ARRAY: dict[str, Callable[[Any, Any, Compare], bool]] = {
    **dict.fromkeys(("IntegerArray", "FloatingArray", "BooleanArray"), _masked),
    **dict.fromkeys(("DatetimeArray", "TimedeltaArray", "PeriodArray"), _moments),
    **dict.fromkeys(("StringArray", "StringArrayNumpySemantics"), _numpy_backed),
    **dict.fromkeys(
        ("ArrowExtensionArray", "ArrowStringArray", "ArrowStringArrayNumpySemantics"), _arrow
    ),
    "Categorical": _categorical,
    "IntervalArray": _intervals,
    "SparseArray": _sparse,
}
