"""Arrays and frames kept apart: views and shallow copies that share what nobody can write to.

Nothing is imported here: a value can only come from a library that is loaded already.

An array is kept as a copy that cannot be written to and lent as a view of it. A frame is kept on
memory that cannot be written to, by way of its columns and below them (``df["a"].array``), and
lent as a shallow copy. Where pandas copies on write, a reader's frame takes a copy of its own of
what it writes; where it does not (pandas 2), the reader is refused. Columns of objects that can be
changed are copied for each reader.

What a caller gives is copied, since the caller goes on holding it; what a step has just made is
closed where it stands. Memory that is closed needs no second copy, and frames that share it are
known to be equal where they do (:func:`igniter_nb.incremental.isolation.closed`).
"""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from igniter_nb.incremental.isolation.closed import close, is_closed
from igniter_nb.incremental.isolation.lending import Copy, Isolation

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
    name = kind.__module__.partition(".")[0], kind.__name__
    if name in _POLARS:
        return lambda _: Isolation(_deeply, lambda value: value.clone())
    copied = _BY_NAME.get(name)
    return copied and (lambda _: Isolation(copied, copied))


def _copied(value: Any) -> Any:
    return value.copy()


def _deeply(value: Any) -> Any:
    """Copy with all memory, which may be that of an array of somebody's."""
    try:
        return pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))  # noqa: S301 -- see above
    except Exception:  # noqa: BLE001 -- a column of objects that cannot be written
        return value.clone()


_POLARS = {("polars", "DataFrame"), ("polars", "Series")}
_BY_NAME: dict[tuple[str, str], Copy] = {
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
        return lambda _: Isolation(_copied_row, _copied_row)
    return lambda values: _arrays(values, items)


def _copied_row(value: Any) -> Any:
    """Copy a masked array, or a row, which looks into the array it was taken from."""
    if value.dtype.hasobject:
        return copy.deepcopy(value)
    try:
        return value.copy()
    except AttributeError:  # a row of a masked array cannot be copied
        return value


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
    numpy = sys.modules["numpy"]
    if not value.flags.writeable and is_closed(value):
        return value
    return close(value.copy(order="K") if type(value) is numpy.ndarray else value.copy())


def _claimed(value: Any) -> Any:
    """Close an array that nobody else holds, if its memory is its own."""
    return close(value) if value.flags.owndata and value.base is None else _sealed(value)


def _read_only(value: Any) -> Any:
    view = value.view()
    view.flags.writeable = False
    return view


# --- frames ------------------------------------------------------------------------------------


def _frames(values: Sequence[Any], items: Items) -> Isolation:
    objects = [column for value in values for column in _object_blocks(value)]
    how = items([item for block in objects for item in block.ravel().tolist()]) if objects else None
    keep, lend = (None, None) if how is None else how[:2]
    on_write = _copies_on_write() and how is None
    return Isolation(
        lambda value: _sealed_frame(value, keep),
        lambda value: _lent_frame(value, lend),
        (lambda value: _sealed_frame(value, None, ours=True)) if on_write else None,
    )


def _object_blocks(frame: Any) -> list[Any]:
    numpy = sys.modules["numpy"]
    return [
        block.values
        for block in frame._mgr.blocks  # noqa: SLF001 -- the seal stands below pandas' own surface
        if isinstance(block.values, numpy.ndarray) and block.values.dtype.hasobject
    ]


def _sealed_frame(frame: Any, copied: Copy | None, *, ours: bool = False) -> Any:
    """Return a frame whose memory nobody can write to.

    Args:
        frame: the frame.
        copied: copies what columns of objects hold; None if it cannot be changed.
        ours: whether nobody else holds the frame, so that arrays which nobody else holds either
            need no copy. Another frame may stand on them: it copies before it writes.
    """
    alone = [ours and _holders(block) <= _one_holder() for block in frame._mgr.blocks]  # noqa: SLF001 -- see above
    new = frame.copy(deep=False)
    manager, numpy = new._mgr, sys.modules["numpy"]  # noqa: SLF001 -- see above
    for block, mine in zip(manager.blocks, alone, strict=True):
        values = block.values
        if not isinstance(values, numpy.ndarray):
            block.values = _sealed_extension(values)
        elif copied is not None and values.dtype.hasobject:
            block.values = close(_each(copied, values))
        else:
            block.values = _read_only(close(values) if mine else _sealed(values))
        if _copies_on_write():
            block.refs.add_reference(_pin())
    manager.axes = [_sealed_index(axis) for axis in manager.axes]
    return new


def _holders(block: Any) -> int:
    """Count the references to the array of a block, or to one that it is a view of: the most."""
    numpy, most = sys.modules["numpy"], 0
    holder = block.values
    while isinstance(holder, numpy.ndarray):
        most = max(most, sys.getrefcount(holder))
        holder = holder.base
    return most if holder is None else sys.maxsize  # memory of somebody who is no array


@lru_cache(maxsize=1)
def _one_holder() -> int:
    """Return what :func:`_holders` counts for a frame that was made a moment ago."""
    return _holders(sys.modules["pandas"].DataFrame({"a": [0.5]})._mgr.blocks[0])  # noqa: SLF001 -- see above


def _lent_frame(frame: Any, copied: Copy | None) -> Any:
    """Return a shallow copy of a sealed frame, with labels of its own."""
    new = frame.copy(deep=False)
    manager, numpy = new._mgr, sys.modules["numpy"]  # noqa: SLF001 -- see above
    for block in manager.blocks:
        values = block.values
        if not isinstance(values, numpy.ndarray):
            block.values = _own_extension(values)
        elif copied is not None and values.dtype.hasobject:
            block.values = _each(copied, values)
    manager.axes = [_viewed(axis) for axis in manager.axes]
    return new


def _sealed_extension(values: Any) -> Any:
    """Return a copy of an extension array that nobody can write to, or itself if it is one."""
    if is_closed(values):
        return values
    if hasattr(values, "categories"):
        pandas = sys.modules["pandas"]
        labels = pandas.CategoricalDtype(_sealed_index(values.categories), values.ordered)
        return close(type(values)._simple_new(values.codes.copy(), labels))  # noqa: SLF001 -- see above
    return close(values.copy())


def _own_extension(values: Any) -> Any:
    """Return an extension array of a reader's own, over memory that nobody can write to."""
    if hasattr(values, "categories"):  # which may be given a name
        labels = sys.modules["pandas"].CategoricalDtype._from_fastpath(  # noqa: SLF001 -- see above
            _viewed(values.categories), values.ordered
        )
        return type(values)._simple_new(values._ndarray, labels)  # noqa: SLF001 -- see above
    return values if hasattr(values, "_readonly") else _own_in_pandas_2(values)


def _own_in_pandas_2(values: Any) -> Any:
    """Return an array of a reader's own where it is given other memory in place.

    Its memory is its own as well where its own code writes into it.
    """
    if hasattr(values, "_pa_array"):
        return close(values.copy())
    return values.copy() if hasattr(values, "_mask") else values.view()


def _sealed_index(index: Any) -> Any:
    """Return labels that nobody can change, under a name of their own."""
    data = getattr(index, "_data", None)
    if isinstance(index, sys.modules["pandas"].RangeIndex) or is_closed(index):
        return _viewed(index)
    if hasattr(index, "levels"):
        levels = [*map(_sealed_index, index.levels)]
        codes = [close(each.copy()) for each in index.codes]
        return type(index)(levels, codes, names=index.names, verify_integrity=False)
    if hasattr(data, "codes"):  # its categories may be the caller's
        return type(index)._simple_new(_sealed_extension(data), name=index.name)  # noqa: SLF001 -- see above
    return close(index.copy(deep=True))


def _viewed(index: Any) -> Any:
    """Return the same labels as another index, whose name and frequency are its own."""
    data: Any = getattr(index, "_data", None)
    if hasattr(data, "_freq"):  # pandas 2 keeps it there
        return type(index)._simple_new(data[:], name=index.name)  # noqa: SLF001 -- see above
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
