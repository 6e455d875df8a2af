"""Arrays and scalars of numpy: whether two are alike, and whether two share memory.

numpy is looked up among the loaded modules: an array can only come from there. A class derived
from an array may hold more, and so does a dtype of somebody else's: both have changed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental.isolation.closed import is_closed

if TYPE_CHECKING:
    from collections.abc import Callable

    Compare = Callable[[Any, Any], bool]

_BITS = {2: "u2", 4: "u4", 8: "u8"}
"""Unsigned numbers as wide as a float, by which bits are compared."""


def same_in_numpy(old: Any, new: Any, same: Compare) -> bool:
    """Compare two values of one class of numpy's.

    Args:
        old: the value kept.
        new: the new value.
        same: compares the parts of a value.
    """
    numpy, kind = sys.modules["numpy"], type(new)
    if kind is numpy.ndarray:
        return old is not new and _laid_out_alike(old, new) and arrays(old, new, same)
    if kind in (numpy.void, numpy.record):  # a row: it looks into the array it was taken from
        shared = old.base is not None and new.base is not None and shares(old.base, new.base)
        return old is not new and not shared and arrays(numpy.array(old), numpy.array(new), same)
    if isinstance(new, numpy.generic) and kind.__module__ == "numpy":
        return _described_alike(old.dtype, new.dtype, same) and bool(old.tobytes() == new.tobytes())
    return False


def shares(old: Any, new: Any) -> bool:
    """Tell whether arrays share memory that can be written to."""
    return bool(sys.modules["numpy"].may_share_memory(old, new)) and not is_closed(new)


def arrays(old: Any, new: Any, same: Compare) -> bool:
    """Compare arrays by dtype, shape and items, wherever these stand in memory.

    Signs of zeros count; two nans are the same. Arrays that share memory have changed.
    """
    if old.shape != new.shape or not _described_alike(old.dtype, new.dtype, same):
        return False
    return not shares(old, new) and _items(old, new, same)


def _items(old: Any, new: Any, same: Compare) -> bool:
    numpy, kind = sys.modules["numpy"], old.dtype.kind
    if kind in "OT":  # objects and texts, whose bytes are pointers
        return same(old.ravel().tolist(), new.ravel().tolist())
    if kind == "V":
        return not old.dtype.hasobject and bool(old.tobytes() == new.tobytes())
    if kind == "c":
        return _items(old.real, new.real, same) and _items(old.imag, new.imag, same)
    if kind != "f":
        return bool(numpy.array_equal(old, new, equal_nan=kind in "mM"))
    bits = _BITS.get(old.dtype.itemsize)
    if bits and numpy.array_equal(_as_bits(old, bits), _as_bits(new, bits)):
        return True
    if not numpy.array_equal(old, new, equal_nan=True):
        return False
    return bool((numpy.signbit(old) == numpy.signbit(new))[old == 0].all())


def _as_bits(array: Any, bits: str) -> Any:
    return array.view(bits) if array.flags.c_contiguous else array.copy().view(bits)


def _laid_out_alike(old: Any, new: Any) -> bool:
    """Compare what an array says of its memory: its order, and whether it may be written to."""
    before, after = old.flags, new.flags
    return bool(
        before.writeable == after.writeable
        and before.c_contiguous == after.c_contiguous
        and before.f_contiguous == after.f_contiguous
        and (before.forc or old.strides == new.strides)
    )


def _described_alike(old: Any, new: Any, same: Compare) -> bool:
    """Compare dtypes with what their ``==`` leaves out: metadata, names of types, alignment."""
    if not type(new).__module__.startswith("numpy"):
        return False
    if old is new:
        return True
    if old != new or old.char != new.char or old.isalignedstruct != new.isalignedstruct:
        return False
    if not same({**(old.metadata or {})}, {**(new.metadata or {})}):
        return False
    if old.subdtype:
        return _described_alike(old.base, new.base, same)
    pairs = ((old.fields[name], new.fields[name]) for name in old.names or ())
    return all(a[1:] == b[1:] and _described_alike(a[0], b[0], same) for a, b in pairs)
