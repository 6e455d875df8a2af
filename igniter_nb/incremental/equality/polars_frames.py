"""Frames and columns of polars: whether two are alike.

polars never changes its memory, but takes over that of numpy and of other Arrow libraries without a
copy, and there it can be written to. Columns that share memory have changed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental.equality.arrow import overlap

if TYPE_CHECKING:
    from igniter_nb.incremental.equality.arrays import Compare


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
    if overlap(shown(old), shown(new)) or not old.equals(new, null_equal=True):
        return False
    return str(new.dtype) in _EQUAL_IN_POLARS or _stored(old) == _stored(new)


_EQUAL_IN_POLARS = frozenset(
    {"Boolean", "String", "Binary", "Date", "Time", "Null"}
    | {f"{sign}Int{width}" for sign in ("", "U") for width in (8, 16, 32, 64)}
)
"""Types whose equal values look alike; those of others are compared as they would be stored."""


def shown(value: Any) -> list[Any]:
    """Return arrays that show the memory of a frame or a column, as far as it may be another's.

    What other Arrow libraries lent is shown by pyarrow, without which there is hardly any. What
    numpy lent is shown without it: numpy shows numbers of which none is missing in place.
    """
    polars = sys.modules["polars"]
    if isinstance(value, polars.DataFrame):
        return [array for column in value.get_columns() for array in shown(column)]
    if not isinstance(value, polars.Series):
        return []
    numbers = value if value.dtype == polars.Decimal else value.to_physical()
    if "pyarrow" in sys.modules:
        return [numbers.to_arrow(compat_level=polars.CompatLevel.newest())]
    if not numbers.dtype.is_numeric():
        return []
    return [chunk.to_numpy() for chunk in numbers.get_chunks()]


def _stored(column: Any) -> bytes:
    found: bytes = column.rechunk().to_frame().write_ipc(None).getvalue()
    return found
