"""Frames and columns of polars: are two of them alike.

polars never changes its memory, but takes over that of numpy and of other Arrow libraries without a
copy, and there it can be written to. Columns that share memory have changed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental.arrow import overlap, spans

if TYPE_CHECKING:
    from igniter_nb.incremental.arrays import Compare
    from igniter_nb.incremental.arrow import Span


def same_in_polars(old: Any, new: Any, same: Compare) -> bool:
    """Compare frames and columns of one class, unless they share memory."""
    polars, kind = sys.modules["polars"], type(new)
    if kind is polars.Series:
        extras = [{**vars(value), "_s": None} for value in (old, new)]
        columns = [(old, new)]
    elif kind is polars.DataFrame:
        extras = [{**vars(value), "_df": None} for value in (old, new)]
        columns = list(zip(old.get_columns(), new.get_columns(), strict=False))
    else:
        return False
    return (
        old is not new
        and old.shape == new.shape
        and same(*extras)
        and all(_columns(*pair) for pair in columns)
    )


def _columns(old: Any, new: Any) -> bool:
    if old.name != new.name or old.dtype != new.dtype or old.flags != new.flags:
        return False
    if overlap(memory(old), memory(new)) or not old.equals(new, null_equal=True):
        return False
    return str(new.dtype) in _EQUAL_IN_POLARS or _stored(old) == _stored(new)


_EQUAL_IN_POLARS = frozenset(
    {"Boolean", "String", "Binary", "Date", "Time", "Null"}
    | {f"{sign}Int{width}" for sign in ("", "U") for width in (8, 16, 32, 64)}
)
"""Types whose equal values look alike; those of others are compared as they would be stored."""


def memory(value: Any) -> list[Span]:
    """Return where the memory of a frame or a column is that may be somebody else's.

    That of other Arrow libraries is found by pyarrow, without which there is hardly any. What
    numpy lent is found without it: numbers of which none is missing are shown by numpy in place.
    """
    polars = sys.modules["polars"]
    if isinstance(value, polars.DataFrame):
        return [span for column in value.get_columns() for span in memory(column)]
    if not isinstance(value, polars.Series):
        return []
    if "pyarrow" in sys.modules:
        return spans(value.to_arrow(compat_level=polars.CompatLevel.newest()))
    if not (value.dtype.is_numeric() or value.dtype.is_temporal()):
        return []
    shown = [chunk.to_numpy() for chunk in value.get_chunks()]
    firsts = [array.__array_interface__["data"][0] for array in shown]
    return [
        (first, first + array.nbytes)
        for first, array in zip(firsts, shown, strict=True)
        if array.nbytes
    ]


def _stored(column: Any) -> bytes:
    found: bytes = column.rechunk().to_frame().write_ipc(None).getvalue()
    return found
