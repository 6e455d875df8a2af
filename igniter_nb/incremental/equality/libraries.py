"""Equality of arrays and frames, by library. Nothing is imported here.

A value can only come from a library that is loaded already, so libraries are looked up among the
loaded modules. What is unknown here has changed; a class derived from an array or a frame may hold
more than they do, so it is unknown as well.
"""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental.equality.arrays import same_in_numpy
from igniter_nb.incremental.equality.frames import same_frames
from igniter_nb.incremental.equality.labelled import same_in_xarray
from igniter_nb.incremental.equality.polars_frames import same_in_polars, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.incremental.equality.arrays import Compare


def library_of(kind: type) -> Callable[[Any, Any, Compare], bool] | None:
    """Return what compares values of a class, or None if it belongs to no library known here."""
    return _BY_LIBRARY.get(kind.__module__.partition(".")[0])


def is_constant(value: object) -> bool:
    """Tell whether a value of a library can neither be changed nor hold what can."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and isinstance(value, (numpy.dtype, numpy.generic)):
        return not isinstance(value, numpy.void)
    if pandas is None:
        return False
    return isinstance(value, (pandas.api.extensions.ExtensionDtype, pandas.Timestamp)) or (
        value is pandas.NA or value is pandas.NaT
    )


def parts_of(value: Any) -> list[Any] | None:
    """Return the parts of a value that the garbage collector does not know; None for others."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, (numpy.ndarray, numpy.void)):
        return None
    holds = isinstance(value, numpy.ndarray) and value.dtype.kind == "O"
    return [value.base, *(value.ravel().tolist() if holds else ())]


def memory(value: Any) -> list[Any]:
    """Return arrays that show the memory of a value where Python does not know it."""
    match type(value).__module__.partition(".")[0]:
        case "polars":
            return shown(value)
        case "pyarrow" if hasattr(value, "buffers") or hasattr(value, "chunks"):
            return [value]
        case _:
            return []


def _zones(old: Any, new: Any, same: Compare) -> bool:  # noqa: ARG001 -- as the others
    """Compare time zones, of which their makers keep one object each and never change it."""
    return old is new and isinstance(new, dt.tzinfo)


_BY_LIBRARY: dict[str, Callable[[Any, Any, Compare], bool]] = {
    "numpy": same_in_numpy,
    "pandas": same_frames,
    "polars": same_in_polars,
    "zoneinfo": _zones,
    "pytz": _zones,
    "dateutil": _zones,
    "xarray": same_in_xarray,
}
