"""Step with arguments that can be changed in place: copies of them, and errors that explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.errors import ResolutionError
from igniter_nb.runtime.flags import LENT
from igniter_nb.runtime.loop import awaitable, close
from igniter_nb.text import said

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from igniter_nb.runtime.ports import Instance, Step
    from igniter_nb.runtime.work import Apart, Work

_REFUSED = ("read-only", "readonly")
"""What the texts of all errors have that arrays, frames and buffers raise when written to."""


def make(plain: Step, deps: Sequence[int], params: Sequence[str], *, name: str) -> Step:
    """Return a step that hands copies of what can be changed in place to another.

    Args:
        plain: the step that does the work.
        deps: ids it reads.
        params: parameter that each is passed as.
        name: name of the node, for the error's text.
    """

    def step(values: list[Any], execution: Instance) -> Any:
        flags, lenders = execution.flags, execution.lenders
        lent: Any = {
            source: lenders[source](values[source]) if flags[source] == LENT else values[source]
            for source in deps
        }
        closed = [
            param.lstrip("*")
            for param, source in zip(params, deps, strict=True)
            if flags[source] == LENT and _is_closed(type(lent[source]))
        ]
        if not closed:
            return plain(lent, execution)
        try:
            new = plain(lent, execution)
        except Exception as error:
            if told := _explained(error, name, closed):
                raise told from error
            raise
        return _Awaited(new, name, closed) if awaitable(new) else new

    return step


def apart(plain: Apart, deps: Sequence[int], params: Sequence[str], *, name: str) -> Apart:
    """Return a step taken apart whose work gets copies of what can be changed in place.

    Args:
        plain: the step that does the work.
        deps: ids it reads.
        params: parameter that each is passed as.
        name: name of the node, for the error's text.
    """

    def work(values: Any, execution: Instance) -> Work:
        flags, lenders = execution.flags, execution.lenders
        lent = {
            source: lenders[source](values[source]) if flags[source] == LENT else values[source]
            for source in deps
        }
        return plain.work(lent, execution)

    def explained(error: BaseException, execution: Instance) -> BaseException:
        flags, values = execution.flags, execution.values
        closed = [
            param.lstrip("*")
            for param, source in zip(params, deps, strict=True)
            if flags[source] == LENT and _is_closed(type(values[source]))
        ]
        told = _explained(error, name, closed) if closed else None
        if told is None:
            return error
        told.__cause__ = error
        return told

    return plain._replace(work=work, error=explained)


class _Awaited:
    """What a coroutine step returned: whatever refuses a write is explained then.

    Args:
        value: the awaitable.
        name: name of the node.
        closed: its parameters that cannot be written to.
    """

    def __init__(self, value: Any, name: str, closed: Sequence[str]) -> None:
        self._value = value
        self._name = name
        self._closed = closed

    def __await__(self) -> Generator[Any, Any, Any]:
        try:
            return (yield from self._value.__await__())
        except Exception as error:
            if told := _explained(error, self._name, self._closed):
                raise told from error
            raise

    def close(self) -> None:
        """Give up the awaitable that nobody will await."""
        close(self._value)


def _explained(error: BaseException, name: str, closed: Sequence[str]) -> ResolutionError | None:
    """Return the error of a node that writes into an argument; None if it did something else."""
    refused = _refusal(error)
    return ResolutionError(_text(name, closed, refused)) if refused else None


def _is_closed(kind: type) -> bool:
    """Tell whether values of a type are lent so that they cannot be written to."""
    return kind is memoryview or str(kind.__module__).partition(".")[0] in {"numpy", "pandas"}


def _refusal(error: BaseException | None) -> str:
    """Return the text of the error, or of the one it came from, that refuses a write."""
    while error is not None:
        text = said(error)
        if isinstance(error, (ValueError, TypeError)) and any(word in text for word in _REFUSED):
            return text
        error = error.__cause__ or error.__context__
    return ""


def _text(name: str, closed: Sequence[str], refused: str) -> str:
    first = closed[0]
    among = f"one of its arguments {', '.join(map(repr, closed))}"
    what = f"its argument {first!r}" if len(closed) == 1 else among
    return (
        f"node {name!r} changes {what} in place ({refused}): others read the same value, so it"
        f" cannot be written to; take a copy first, {first} = {first}.copy(), and where an array is"
        " taken out of a frame, .to_numpy(copy=True)"
    )
