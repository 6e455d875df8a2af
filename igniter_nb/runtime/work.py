"""Work of a step: a function and its arguments, carried out wherever a runner likes.

A step reads its arguments and judges what came back where the cells are. What lies between is one
call, which needs nothing of the execution: another thread can make it, another process, another
machine. A coroutine function has no work of this kind; its coroutine is awaited on the loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from igniter_nb.runtime.ports import Instance

Outcome = tuple[bool, Any, int]
"""Whether work succeeded, its value or error, and nanoseconds that it took."""


class Work(NamedTuple):
    """A call that can be made anywhere.

    Attributes:
        function: what to call.
        args: arguments by position.
        kwargs: arguments by name.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


def carry_out(work: Work) -> Outcome:
    """Make the call; its error is part of the outcome, as its time is."""
    begin = now()
    try:
        value = work.function(*work.args, **work.kwargs)
    except BaseException as error:  # noqa: BLE001 -- judged where the cells are
        return False, error, now() - begin
    return True, value, now() - begin


class Apart(NamedTuple):
    """A step taken apart: what is done before its work, and what after.

    Attributes:
        work: reads the arguments by id; what they hold may be changed by whoever gets them.
        value: the node's value, of what the work returned and the values by id; None for the same.
        error: the node's error, of what the work raised; None for the same.
    """

    work: Callable[[Any, Instance], Work]
    value: Callable[[Any, Any], Any] | None = None
    error: Callable[[BaseException, Instance], BaseException] | None = None
