"""Step of a guard: True, or an error that stops what the guard gates.

A guard fails closed: it holds only if its function returns a truth value that is true. A
coroutine is awaited first. A truth value is True or False, a number, what ``re`` matched, None, or
whatever says by a ``__bool__`` of its own whether it is true. Everything else is true for another
reason (a text or a collection because it is not empty, a function or a record always), and is
refused whatever it holds: ``(False, "too young")`` is meant as False, ``["paid"]`` perhaps as True.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sized
from numbers import Number
from types import NoneType
from typing import TYPE_CHECKING, Any

from igniter_nb.errors import GuardError
from igniter_nb.runtime.loop import awaitable
from igniter_nb.runtime.steps import compute
from igniter_nb.text import abbreviate, said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.graph import Guard
    from igniter_nb.runtime.ports import Instance, Step


def make(node: Guard, deps: Sequence[int], params: Sequence[str], *, names: Sequence[str]) -> Step:
    """Return the step of a guard; its value is True, or it fails.

    Args:
        node: the declaration.
        deps: ids it reads.
        params: parameter that each is passed as.
        names: name of each, for the error's text.
    """
    holds = compute.make(node.call, deps, params)
    judged = judge(node, deps, names)

    def step(values: list[Any], execution: Instance) -> Any:
        found = holds(values, execution)
        return True if found is True else judged(found, values)

    return step


def whole(node: Guard, deps: Sequence[int], params: Sequence[str]) -> Step:
    """Return the step of a guard that is given columns and must hold in all rows.

    Args:
        node: the declaration.
        deps: ids it reads.
        params: parameter that each is passed as.
    """
    holds = compute.make(node.call, deps, params)

    def step(values: list[Any], execution: Instance) -> Any:
        found: Any = holds(values, execution)
        is_column = isinstance(found, Iterable)
        column = [*found] if is_column else [found]
        failed = [row for row, each in enumerate(column) if not truth(each, node.name)]
        if failed:
            message = node.message or f"guard {node.name!r} does not hold"
            rows = f"{len(failed):,} of {len(column):,} rows" if is_column else "all rows"
            raise GuardError(f"{message} in {rows}, first in row {failed[0]:,}")
        return True

    return step


def judge(
    node: Guard, deps: Sequence[int], names: Sequence[str]
) -> Callable[[Any, Sequence[Any]], Any]:
    """Return a function that takes what a guard's function returned, and the values by id.

    It returns True, or an awaitable of it, or raises the error that says what did not hold.
    """

    def either(found: Any, values: Sequence[Any]) -> Any:
        if awaitable(found):
            return _later(found, lambda value: judged(value, values))
        return judged(found, values)

    def judged(found: object, values: Sequence[Any]) -> bool:
        if truth(found, node.name):
            return True
        seen = [
            f"{name}={abbreviate(values[source])}" for name, source in zip(names, deps, strict=True)
        ]
        message = node.message or f"guard {node.name!r} does not hold"
        wanted = f", expected {node.condition}" if node.condition else ""
        raise GuardError(f"{message} (got {', '.join(seen) or 'a false value'}{wanted})")

    return either


async def _later(found: Any, judged: Callable[[object], bool]) -> bool:
    while awaitable(found):
        found = await found
    return judged(found)


def truth(found: Any, name: str) -> bool:
    """Return whether what a guard's function returned is true.

    Numbers are true unless they are zero, None is false. What holds other values is no truth value,
    empty or not: ``return len(found) > 0`` says what is meant.

    Args:
        found: what was returned.
        name: name of the guard, for the error's text.

    Raises:
        TypeError: it is no truth value; the text says what to return instead.
    """
    if found is True or found is False or found is None:
        return found is True
    if not isinstance(found, Number) and hasattr(type(found), "__array__"):
        if getattr(found, "ndim", True) or not hasattr(found, "item"):
            raise _refused(found, name, "return one truth value, by .all(), .any() or .empty")
        found = found.item()
    if advice := _no_truth(found):
        raise _refused(found, name, advice)
    try:
        return bool(found)
    except Exception as error:
        raise _refused(found, name, f"asked for its truth, it raises {said(error)}") from error


def _refused(found: object, name: str, why: str) -> TypeError:
    return TypeError(
        f"guard {name!r} expects True or False from its function, got {abbreviate(found)} of type"
        f" {type(found).__name__}: {why}"
    )


def _no_truth(found: Any) -> str:
    """Say why a value is no truth value and what to return instead; empty if it is one."""
    kind = type(found)
    if isinstance(found, Number):
        return "" if found == found else "a number that is none is neither; compare it"  # noqa: PLR0124 -- what tells a nan
    if isinstance(found, (NoneType, re.Match)):
        return ""
    if callable(found):
        return "it was not called, and is true whatever it would say; call it"
    if hasattr(kind, "__next__") or hasattr(kind, "__anext__"):
        return "it is true whatever it would give; return all(…) or any(…) of it"
    if found is NotImplemented:
        return "it is always true; return a comparison, as in `x is not None`"
    if any("__bool__" in vars(each) for each in kind.__mro__):
        return ""
    if isinstance(found, (str, bytes, bytearray)):
        return 'a text is true whatever it says; compare it, as in `x == "yes"` or `x != ""`'
    if isinstance(found, Sized):
        return (
            "it is true if it is not empty, whatever it holds; return `len(x) > 0`, or all(…) or"
            " any(…) of it"
        )
    return "it is always true; return a comparison, as in `x is not None`"
