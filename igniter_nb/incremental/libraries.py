"""Are two values of a library the same: arrays, frames, models. Nothing is imported here.

A value can only come from a library that is loaded already, so libraries are looked up among the
loaded modules. What is unknown here has changed; a class derived from an array or a frame may hold
more than they do, so it is unknown as well.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Compare = Callable[[Any, Any], bool]

_BY_VALUE = "biufcmMSU"
"""Kinds of dtypes whose items numpy compares by value; those of others are compared as bytes."""


def same_in_library(old: Any, new: Any, same: Compare) -> bool:
    """Compare two values of one type that is none of Python's own.

    Args:
        old: the value kept.
        new: the new value.
        same: compares the parts of a value.
    """
    numpy, pydantic = sys.modules.get("numpy"), sys.modules.get("pydantic")
    if numpy is not None and isinstance(new, numpy.generic):
        return bool(old.dtype == new.dtype and old.tobytes() == new.tobytes())
    if numpy is not None and type(new) is numpy.ndarray:
        return not numpy.may_share_memory(old, new) and _arrays(old, new)
    if "pandas" in sys.modules and type(new).__module__.partition(".")[0] == "pandas":
        return _pandas(old, new, same)
    if pydantic is not None and isinstance(new, pydantic.BaseModel):
        return (old is not new or bool(new.model_config.get("frozen"))) and _models(old, new, same)
    return False


def _arrays(old: Any, new: Any) -> bool:
    """Compare arrays by dtype, shape and items; signs of zeros count, two nans are the same."""
    numpy = sys.modules["numpy"]
    kind = old.dtype.kind
    if old.dtype != new.dtype or old.shape != new.shape or old.dtype.hasobject:
        return False
    if kind not in _BY_VALUE:
        return bool(old.tobytes() == new.tobytes())
    if not numpy.array_equal(old, new, equal_nan=kind in "fcmM"):
        return False
    if kind == "c":
        return _arrays(old.real, new.real) and _arrays(old.imag, new.imag)
    return kind != "f" or bool((numpy.signbit(old) == numpy.signbit(new))[old == 0].all())


def _models(old: Any, new: Any, same: Compare) -> bool:
    if old.__pydantic_fields_set__ != new.__pydantic_fields_set__:
        return False
    parts = ("__dict__", "__pydantic_extra__", "__pydantic_private__")
    pairs = [(getattr(old, part) or {}, getattr(new, part) or {}) for part in parts]
    return all(same(tuple(before.items()), tuple(after.items())) for before, after in pairs)


def _pandas(old: Any, new: Any, same: Compare) -> bool:
    pandas = sys.modules["pandas"]
    if isinstance(new, (pandas.DataFrame, pandas.Series)):
        return old is not new and _frames(old, new, same)
    if isinstance(new, pandas.Index):
        return _labels(old, new, same)
    if isinstance(new, (pandas.Timestamp, pandas.Timedelta)):
        return bool(old == new and old.unit == new.unit and repr(old) == repr(new))
    return old is new and (new is pandas.NA or new is pandas.NaT)


def _frames(old: Any, new: Any, same: Compare) -> bool:
    """Compare labels and columns; columns that share memory may have been changed in place."""
    if len(old) != len(new) or not same({**old.attrs}, {**new.attrs}):
        return False
    if not all(_labels(*axes, same) for axes in zip(old.axes, new.axes, strict=True)):
        return False
    if not hasattr(new, "columns"):
        return same(old.name, new.name) and _column(old, new, same)
    width = range(new.shape[1])
    return all(_column(old.iloc[:, at], new.iloc[:, at], same) for at in width)


def _column(old: Any, new: Any, same: Compare) -> bool:
    if _held_by_numpy(old.dtype) and _held_by_numpy(new.dtype):
        held, found = old.to_numpy(), new.to_numpy()
        if held.dtype.kind != "O" and sys.modules["numpy"].may_share_memory(held, found):
            return False
    return _items(old, new, same)


def _held_by_numpy(dtype: Any) -> bool:
    return isinstance(dtype, sys.modules["numpy"].dtype)


def _items(old: Any, new: Any, same: Compare) -> bool:
    """Compare what a column or an index holds."""
    dtype = new.dtype
    if type(old.dtype) is not type(dtype) or old.dtype != dtype:
        return False
    if isinstance(dtype, sys.modules["pandas"].CategoricalDtype):
        codes = _arrays(_codes(old), _codes(new))
        return codes and _labels(old.dtype.categories, dtype.categories, same)
    if _held_by_numpy(dtype) and dtype.kind != "O":
        return _arrays(old.to_numpy(), new.to_numpy())
    if _held_by_numpy(dtype) or dtype.kind in "fc":
        return same(tuple(old.tolist()), tuple(new.tolist()))
    return bool(old.equals(new))


def _codes(column: Any) -> Any:
    return column.array.codes


def _labels(old: Any, new: Any, same: Compare) -> bool:
    """Compare indexes, which pandas never changes in place."""
    if old is new:
        return True
    if type(old) is not type(new) or not same(tuple(old.names), tuple(new.names)):
        return False
    pandas = sys.modules["pandas"]
    if isinstance(new, pandas.RangeIndex):
        return (old.start, old.stop, old.step) == (new.start, new.stop, new.step)
    if isinstance(new, pandas.MultiIndex):
        levels = zip(old.levels, new.levels, strict=False)
        return bool(old.equals(new)) and all(_labels(*pair, same) for pair in levels)
    return getattr(old, "freq", None) == getattr(new, "freq", None) and _items(old, new, same)
