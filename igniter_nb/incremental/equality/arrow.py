"""Memory in Arrow's format, below frames of pandas and polars: whether it is shared or alike.

Arrow never changes its memory, but takes over that of others without a copy: an array of numpy
behind it can be written to. Where memory is shared, the value has changed.
"""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from igniter_nb.incremental.equality.arrays import Compare


def overlap(old: Iterable[Any], new: Iterable[Any]) -> bool:
    """Tell whether some memory belongs to arrays of both sides, of Arrow or of numpy.

    Args:
        old: arrays on one side; they are held until the end, so that no address is used twice.
        new: arrays on the other.
    """
    spans = [(*span, 0) for array in old for span in _spans(array)]
    spans += [(*span, 1) for array in new for span in _spans(array)]
    ends = [0, 0]
    for first, behind, side in sorted(spans):
        if first < ends[1 - side]:
            return True
        ends[side] = max(ends[side], behind)
    return False


def _spans(array: Any) -> Iterator[tuple[int, int]]:
    """Yield first addresses and those behind the last of what an array, or its chunks, stand in."""
    if hasattr(array, "__array_interface__"):
        first = array.__array_interface__["data"][0]
        found = [(first, array.nbytes)]
    else:
        chunks = array.chunks if hasattr(array, "chunks") else [array]
        buffers = chain.from_iterable(chunk.buffers() for chunk in chunks)
        found = [(buffer.address, buffer.size) for buffer in buffers if buffer is not None]
    yield from ((first, first + size) for first, size in found if size)


def chunks_alike(old: Any, new: Any, same: Compare) -> bool:
    """Compare arrays in chunks by type and items; signs of zeros count, two nans are the same."""
    types = sys.modules["pyarrow"].types
    kind = new.type
    if not old.type.equals(kind, check_metadata=True) or overlap([old], [new]):
        return False
    if types.is_dictionary(kind) or isinstance(kind, sys.modules["pyarrow"].BaseExtensionType):
        return False
    if types.is_nested(kind) or types.is_floating(kind):
        return same(old.to_pylist(), new.to_pylist())
    return bool(old.equals(new))
