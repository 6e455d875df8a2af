"""Arrays and frames kept apart: views and shallow copies that share what nobody can write to.

Nothing is imported here: a value can only come from a library that is loaded already.

An array is kept as a copy that cannot be written to and lent as a view of it. A frame is kept with
blocks that cannot be written to, under its columns and below them (``df["a"].array``), and lent as
a shallow copy. Where pandas copies on write, a reader's frame takes a copy of its own of what it
writes; where it does not (pandas 2), the reader is refused. Columns of objects that can be changed
are copied for each reader.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from igniter_nb.incremental.lending import Copy, Isolation

Items = Callable[[Sequence[Any]], Isolation | None]
"""Finds how any of some items is kept apart."""

Library = Callable[[Sequence[Any]], Isolation | None]
"""Finds how some values of one type of a library are kept apart."""


def library_isolation(kind: type, items: Items) -> Library | None:
    """Return what finds how values of a library's type are kept apart, None for other types.

    Args:
        kind: the type.
        items: finds it for what arrays and columns of objects hold.
    """
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and issubclass(kind, (numpy.ndarray, numpy.void)):
        return _array_maker(kind, items)
    if pandas is not None and issubclass(kind, (pandas.DataFrame, pandas.Series)):
        return lambda values: _frames(values, items)
    if pandas is not None and issubclass(kind, pandas.Index):
        return lambda _: Isolation(_sealed_index, _viewed)
    if pandas is not None and issubclass(kind, pandas.api.extensions.ExtensionArray):
        return lambda _: Isolation(_copied, _copied)
    copied = _BY_NAME.get((kind.__module__.partition(".")[0], kind.__name__))
    return copied and (lambda _: Isolation(copied, copied))


def _copied(value: Any) -> Any:
    return value.copy()


_BY_NAME: dict[tuple[str, str], Copy] = {
    ("polars", "DataFrame"): lambda value: value.clone(),
    ("polars", "Series"): lambda value: value.clone(),
    ("xarray", "DataArray"): lambda value: value.copy(deep=True),
    ("xarray", "Dataset"): lambda value: value.copy(deep=True),
    **{
        ("scipy", f"{form}_{make}"): _copied
        for form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
        for make in ("array", "matrix")
    },
}


# --- arrays ------------------------------------------------------------------------------------


def _array_maker(kind: type, items: Items) -> Library:
    numpy = sys.modules["numpy"]
    if issubclass(kind, (numpy.ma.MaskedArray, numpy.void)):
        return lambda _: Isolation(_copied, _copied)
    return lambda values: _arrays(values, items)


def _arrays(values: Sequence[Any], items: Items) -> Isolation | None:
    if any(value.dtype.hasobject for value in values):
        held = [item for value in values for item in _objects(value)]
        how = items(held)
        if how is not None:
            keep, lend, _ = how
            return Isolation(lambda v: _each(keep, v), lambda v: _each(lend, v))
    return Isolation(_sealed, _read_only, _claimed)


def _objects(value: Any) -> Sequence[Any]:
    """Return what an array holds, items of structured rows one by one."""
    if value.dtype.names is None:
        return value.ravel().tolist() if value.dtype.hasobject else ()
    return [item for name in value.dtype.names for item in _objects(value[name])]


def _each(copied: Copy, value: Any) -> Any:
    """Copy an array with copies of the objects in it."""
    if value.dtype.names is None:
        if not value.dtype.hasobject:
            return value.copy()
        items = map(copied, value.ravel().tolist())
        flat = sys.modules["numpy"].fromiter(items, dtype=object, count=value.size)
        return flat.reshape(value.shape)
    new = value.copy()
    for name in value.dtype.names:
        new[name] = _each(copied, value[name])
    return new


def _sealed(value: Any) -> Any:
    """Return a copy that cannot be written to, or the array itself if nobody can write to it."""
    holder = value
    numpy = sys.modules["numpy"]
    while isinstance(holder, numpy.ndarray) and not holder.flags.writeable:
        if holder.base is None or isinstance(holder, numpy.memmap):
            return value
        holder = holder.base
    return _closed(value.copy(order="K") if type(value) is numpy.ndarray else value.copy())


def _claimed(value: Any) -> Any:
    """Close an array that nobody else holds, if its memory is its own."""
    return _closed(value) if value.flags.owndata and value.base is None else _sealed(value)


def _read_only(value: Any) -> Any:
    return _closed(value.view())


def _closed(value: Any) -> Any:
    value.flags.writeable = False
    return value


# --- frames ------------------------------------------------------------------------------------


def _frames(values: Sequence[Any], items: Items) -> Isolation:
    objects = [column for value in values for column in _object_blocks(value)]
    how = items([item for block in objects for item in block.ravel().tolist()]) if objects else None
    keep, lend = (None, None) if how is None else how[:2]
    return Isolation(
        lambda value: _sealed_frame(value, keep), lambda value: _lent_frame(value, lend)
    )


def _object_blocks(frame: Any) -> list[Any]:
    numpy = sys.modules["numpy"]
    return [
        block.values
        for block in frame._mgr.blocks  # noqa: SLF001 -- the seal stands below pandas' own surface
        if isinstance(block.values, numpy.ndarray) and block.values.dtype.hasobject
    ]


def _sealed_frame(frame: Any, copied: Copy | None) -> Any:
    """Return a frame of which nobody can write the blocks.

    Where pandas copies on write, blocks are shared with the given frame until that one is written
    to, but for extension arrays: they can be written to below the frame without pandas noticing.
    """
    on_write = _copies_on_write()
    new = frame.copy(deep=not on_write)
    manager = new._mgr  # noqa: SLF001 -- see above
    for block in manager.blocks:
        block.values = _sealed_values(block.values, copied, shared=on_write)
        if on_write:
            block.refs.add_reference(_pin())
    manager.axes = [_sealed_index(axis) for axis in manager.axes]
    return new


def _lent_frame(frame: Any, copied: Copy | None) -> Any:
    """Return a shallow copy of a sealed frame, with labels of its own."""
    new = frame.copy(deep=False)
    manager, numpy = new._mgr, sys.modules["numpy"]  # noqa: SLF001 -- see above
    for block in manager.blocks:
        values = block.values
        if not isinstance(values, numpy.ndarray):
            if hasattr(values, "_pa_array"):  # is changed by being given other memory
                block.values = _sealed_extension(values.copy())
        elif copied is not None and values.dtype.hasobject:
            block.values = _each(copied, values)
    if new.index is frame.index:
        manager.axes = [axis.view() for axis in manager.axes]
    return new


def _sealed_values(values: Any, copied: Copy | None, *, shared: bool) -> Any:
    """Return what one block of a frame holds, in a form that cannot be written to."""
    if not isinstance(values, sys.modules["numpy"].ndarray):
        return _sealed_extension(values.copy() if shared else values)
    if copied is not None and values.dtype.hasobject:
        return _closed(_each(copied, values))
    return _read_only(values)


def _sealed_extension(values: Any) -> Any:
    """Close an extension array that nobody else holds."""
    numpy = sys.modules["numpy"]
    if hasattr(values, "_readonly"):
        values._readonly = True  # noqa: SLF001 -- see above
    for name in ("_ndarray", "_data", "_mask", "_sparse_values", "_left", "_right"):
        part = getattr(values, name, None)
        if isinstance(part, numpy.ndarray):
            _closed(part)
        elif hasattr(part, "_ndarray") or hasattr(part, "_mask"):
            _sealed_extension(part)
    return values


def _sealed_index(index: Any) -> Any:
    """Return labels that nobody can change, under a name of their own."""
    numpy, pandas = sys.modules["numpy"], sys.modules["pandas"]
    if _copies_on_write() or type(index) is not pandas.Index:
        return index.view()
    values = index.array.copy().to_numpy()
    return pandas.Index(_closed(numpy.array(values)), name=index.name, copy=False)


def _viewed(index: Any) -> Any:
    return index.view()


def _copies_on_write() -> bool:
    """Tell whether a frame takes a copy before it is written to: always from pandas 3 on."""
    pandas = sys.modules["pandas"]
    if int(pandas.__version__.partition(".")[0]) >= 3:  # noqa: PLR2004 -- a version
        return True
    return pandas.get_option("mode.copy_on_write") is True


@lru_cache(maxsize=1)
def _pinned() -> Any:
    return sys.modules["pandas"].Series([0])


def _pin() -> Any:
    """Return a block that lives for ever.

    A block that nobody else refers to is written to without a copy, and ours cannot be written
    to; one more reference makes pandas copy them first, also when the kept frame is gone.
    """
    return _pinned()._mgr.blocks[0]  # noqa: SLF001 -- see above
