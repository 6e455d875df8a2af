"""Ownership of values that can be changed in place: each belongs to one cell alone.

What a step returns may still be held by the step, and what a caller gives is held by the caller.
The cell gets a copy, unless nobody else holds the value; then it is the cell's as it is.
"""

from __future__ import annotations

from typing import Any

from igniter_nb.incremental import isolation, references
from igniter_nb.runtime.ports import Kept

DEEP = (
    "it is nested too deep to be copied, and what can be changed in place is copied for each"
    " reader: nest it less, or declare borrow=True if nobody ever changes it"
)


def taken(value: Any) -> Any:
    """Return what a caller gave as a cell keeps it: as it is, or copied as a :class:`Kept`.

    Raises:
        ValueError: it is nested too deep to be copied.
    """
    how = isolation(value)
    if how is None:
        return value
    try:
        return Kept(how.keep(value), how.lend)
    except RecursionError:
        raise ValueError(DEEP) from None


def shared(value: Any) -> Any:
    """Return a value as a cell keeps it that need not be copied, since nobody changes it."""
    how = isolation(value)
    return value if how is None else Kept(value, how.lend)


def returned(value: Any) -> Any:
    """Return what a step returned as a cell keeps it; without a copy if nobody else holds it.

    It is to be called with a parameter, whose argument was a variable; nobody else holds the value
    if those two do.

    Raises:
        ValueError: it is nested too deep to be copied.
    """
    how = isolation(value)
    if how is not None and how.claim is not None and references(value) <= _ALONE:
        return Kept(how.claim(value), how.lend)
    return value if how is None else taken(value)


def _probe() -> int:
    """Count the references to a value on the way from a runner to :func:`returned`."""

    def in_a_runner() -> int:
        new = object()
        return in_an_execution(new)

    def in_an_execution(value: object) -> int:
        return in_returned(value)

    def in_returned(value: object) -> int:
        return references(value)

    return in_a_runner()


_ALONE = _probe()
