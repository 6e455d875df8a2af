"""Memory in Arrow's format, below frames of pandas and polars: is it shared, is it alike.

Arrow never changes its memory, but takes over that of others without a copy: an array of numpy
behind it can be written to. Where memory is shared, the value has changed.
"""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.incremental.arrays import Compare

Span = tuple[int, int]
"""The first address of some memory, and the one behind its last."""


def spans(array: Any) -> list[Span]:
    """Return where the memory of an array is, or of one in chunks."""
    chunks = array.chunks if hasattr(array, "chunks") else [array]
    buffers = chain.from_iterable(chunk.buffers() for chunk in chunks)
    return [(b.address, b.address + b.size) for b in buffers if b is not None and b.size]


def overlap(old: Iterable[Span], new: Iterable[Span]) -> bool:
    """Tell whether some memory belongs to both."""
    ends = [0, 0]
    for first, behind, side in sorted([*((*s, 0) for s in old), *((*s, 1) for s in new)]):
        if first < ends[1 - side]:
            return True
        ends[side] = max(ends[side], behind)
    return False


def chunks_alike(old: Any, new: Any, same: Compare) -> bool:
    """Compare arrays in chunks by type and items; signs of zeros count, two nans are the same."""
    types = sys.modules["pyarrow"].types
    kind = new.type
    if not old.type.equals(kind, check_metadata=True) or overlap(spans(old), spans(new)):
        return False
    if types.is_dictionary(kind) or isinstance(kind, sys.modules["pyarrow"].BaseExtensionType):
        return False
    if types.is_nested(kind) or types.is_floating(kind):
        return same(old.to_pylist(), new.to_pylist())
    return bool(old.equals(new))
