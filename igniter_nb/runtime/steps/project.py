"""Step of a projection: a part of a value, by items and fields only; nothing is called.

A mapping or sequence is read by item, a record (dataclass, named tuple, model, plain object) by
the fields it stores, a data frame by its columns, a series of pandas by its labels, an array of
records by its names too. Methods, properties and private names are no parts.

A default stands for a part that is known to be missing. A value that nothing is known about is an
error even then: nobody could tell whether it has the part.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import numbers
import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from igniter_nb.graph import MISSING, Project
from igniter_nb.runtime.ports import UNCHANGED
from igniter_nb.runtime.steps.compose import untouched
from igniter_nb.runtime.steps.output import newer
from igniter_nb.text import abbreviate, class_name, nearest

if TYPE_CHECKING:
    from igniter_nb.runtime.ports import Instance, Place, Step


_WHOLE = (str, bytes, numbers.Number, type(None), dt.date, dt.time, dt.timedelta, AbstractSet)
"""Values that certainly have no parts; those of a set have no names."""

_LABELLED = (
    ("pandas", "DataFrame", "columns"),
    ("pandas", "Series", "index"),
    ("polars", "DataFrame", "columns"),
)
"""Library, class and attribute that holds the labels by which its parts are read."""


def make(node: Project, position: int, deps: Sequence[int]) -> Step:
    """Return the step of a projection.

    Its error names the step of the path that is missing and what there was instead.
    """
    (source,) = deps
    steps, default = node.steps, node.default
    place: Place = (source, None)

    def project(values: list[Any], execution: Instance) -> Any:
        if untouched(execution, place, position, name=steps[0]):
            return UNCHANGED
        value = values[source]
        for depth, step in enumerate(steps):
            holder, value = value, part(value, step)
            if value is MISSING:
                if default is not MISSING and not _is_opaque(holder):
                    return default
                raise LookupError(_missing(values[source], steps, depth))
        if value is values[position] and not newer(execution, source, position):
            return UNCHANGED  # it ran again after a failure; a mutable part would count as changed
        return value

    return project


def part(value: Any, step: str | int) -> Any:
    """Return one part of a value, or :data:`MISSING`."""
    if isinstance(value, Mapping):
        try:
            return value.get(step, MISSING)
        except TypeError:
            return MISSING
    labels = _labels(value)
    if labels is not None:
        return value[step] if step in labels else MISSING
    if isinstance(step, int):
        return _item(value, step)
    if step in _record_names(value):
        return value[step]
    if step.startswith("_"):
        return MISSING
    return _field(value, step)


def _labels(value: Any) -> Any:
    """Return the labels of a frame or a series of pandas; None if it is neither."""
    for library, kind, labels in _LABELLED:
        found = getattr(sys.modules.get(library), kind, None)
        if isinstance(found, type) and isinstance(value, found):
            return getattr(value, labels)
    return None


def _record_names(value: Any) -> Sequence[str]:
    """Return the names of the parts of an array of records, or of one record of it."""
    if not hasattr(type(value), "__array__"):
        return ()
    return getattr(getattr(value, "dtype", None), "names", None) or ()


def _is_opaque(value: Any) -> bool:
    """Tell whether nothing is known of the parts of a value, not even that there are none."""
    return not (
        isinstance(value, (*_WHOLE, Mapping, Sequence))
        or hasattr(type(value), "__array__")
        or hasattr(value, "__dict__")
        or hasattr(type(value), "__slots__")
    )


def _item(value: Any, step: int) -> Any:
    indexable = isinstance(value, Sequence) or hasattr(type(value), "__array__")
    if not indexable or isinstance(value, (str, bytes)):
        return MISSING
    try:
        return value[step]
    except (IndexError, KeyError):
        return MISSING


def _field(value: Any, step: str) -> Any:
    if dataclasses.is_dataclass(value) or isinstance(value, tuple):
        fields: Any = getattr(value, "__dataclass_fields__", None) or getattr(value, "_fields", ())
        return getattr(value, step, MISSING) if step in fields else MISSING
    if step in getattr(type(value), "model_fields", ()) or step in _slots(value):
        return getattr(value, step, MISSING)
    return getattr(value, "__dict__", {}).get(step, MISSING)


def _slots(value: Any) -> set[str]:
    found: set[str] = set()
    for parent in type(value).__mro__:
        slots = vars(parent).get("__slots__", ())
        found |= {slots} if isinstance(slots, str) else {*slots}
    return found


def _missing(value: Any, steps: Sequence[str | int], depth: int) -> str:
    for step in steps[:depth]:
        value = part(value, step)
    path = " / ".join(str(step) for step in steps[: depth + 1])
    names = _names(value)
    if (isinstance(value, _WHOLE) and not names) or _is_opaque(value):
        return (
            f"{class_name(type(value))} {abbreviate(value, 40)} cannot be taken apart: there is no"
            f" part {steps[depth]!r} (path {path}); ig.project reads items of mappings and"
            " sequences, fields of records and columns of frames: use ig.compute for anything else"
        )
    wanted = steps[depth]
    there = f" with {abbreviate(names, 80)}" if names or isinstance(value, Mapping) else ""
    if isinstance(wanted, int) and isinstance(value, Sequence) and not isinstance(value, str):
        there = f" of length {len(value)}"
    like = nearest(str(wanted), [name for name in names if isinstance(name, str)])
    advice = "give ig.project(…, default=…) if it may be missing"
    return f"there is no part {wanted!r} (path {path}) in {class_name(type(value))}{there}: " + (
        f"{like} Or {advice}" if like else advice
    )


def _names(value: Any) -> list[Any]:
    """Return the names of the parts that a value has."""
    if isinstance(value, Mapping):
        return list(value)
    labels = _labels(value)
    if labels is not None:
        return list(labels)
    fields: Any = (
        _record_names(value)
        or getattr(value, "__dataclass_fields__", None)
        or getattr(value, "_fields", None)
        or getattr(type(value), "model_fields", None)
        or (*sorted(_slots(value)), *getattr(value, "__dict__", ()))
    )
    return [name for name in fields if not name.startswith("_")]
