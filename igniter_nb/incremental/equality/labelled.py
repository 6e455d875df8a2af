"""Arrays and data sets of xarray: whether two are alike; what is not in memory has changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from igniter_nb.incremental.equality.arrays import Compare


def same_in_xarray(old: Any, new: Any, same: Compare) -> bool:
    """Compare arrays and data sets that are in memory, by all they hold."""
    xarray, kind = sys.modules["xarray"], type(new)
    if old is new:
        return False
    if kind is xarray.Dataset:
        variables = tuple((tuple(v.variables.items()), v.attrs, v.encoding) for v in (old, new))
        return same(*variables) and _placed_alike(old, new, same)
    if kind is xarray.DataArray:
        return same((old.name, old.variable), (new.name, new.variable)) and _placed_alike(
            old, new, same
        )
    if kind in (xarray.Variable, xarray.IndexVariable):
        said = [(v.dims, v.attrs, v.encoding, _data(v)) for v in (old, new)]
        return same(*said)
    return False


def _placed_alike(old: Any, new: Any, same: Compare) -> bool:
    """Compare coordinates and indexes, and that neither is read from a file."""
    pandas_made = {"PandasIndex", "PandasMultiIndex"}
    said = []
    for value in (old, new):
        indexes = [(name, type(i), i.dim, i.index) for name, i in value.xindexes.items()]
        if value._close is not None or not {i[1].__name__ for i in indexes} <= pandas_made:  # noqa: SLF001 -- a file behind it
            return False
        coords = {name: coord.variable for name, coord in value.coords.items()}
        said.append((coords, indexes))
    return same(*said)


def _data(variable: Any) -> Any:
    """Return what holds the data of a variable; an object like no other if it is not in memory."""
    data = variable._data  # noqa: SLF001 -- the public way loads what is not in memory
    if type(data).__name__ in {"PandasIndexingAdapter", "PandasMultiIndexingAdapter"}:
        return (data.array, data.dtype.str, getattr(data, "level", None))
    return data
