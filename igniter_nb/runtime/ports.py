"""Protocols between the engine and what is handed in to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from igniter_nb.runtime.execution import Execution

Step = Callable[[list[Any], "Execution"], Any]
"""What a node does: reads values by id, returns its own value or raises.

The value may be an awaitable or a :class:`Nested` run; the runner waits for what comes of it.
"""


UNCHANGED: Final = object()
"""What a step returns when it knows by itself that its value is the one it had."""


class Kept(NamedTuple):
    """A value that can be changed in place, made a cell's own.

    Attributes:
        value: what nobody else holds.
        lend: returns a copy of it for one reader.
    """

    value: Any
    lend: Callable[[Any], Any]


class Nested:
    """What a step returns whose nested run waits for something.

    Args:
        then: takes a function, which is called with whether the step succeeded and its value or
            error, once the nested run is over.
    """

    __slots__ = ("then",)

    def __init__(self, then: Callable[[Callable[[bool, Any], object]], object]) -> None:
        self.then = then


def of_the_step(error: BaseException) -> bool:
    """Tell whether an error is a failure of the step that raised it, not the end of the run.

    A cancelled coroutine is a failure too, though its error is no ``Exception``: what cancels a
    run is never raised inside a step.
    """
    if isinstance(error, Exception):
        return True
    asyncio = sys.modules.get("asyncio")  # its error exists only if somebody has loaded it
    return asyncio is not None and isinstance(error, asyncio.CancelledError)
