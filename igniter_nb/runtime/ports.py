"""Protocols of the runtime: what a step, a runner and a cell know of one another.

They stand below all three, so that a step can be written, and a run be waited for, without
knowing what an execution is made of.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from igniter_nb.runtime.loop import awaitable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.graph import Held

Place = tuple[int, Hashable]
"""Where a nested execution is held: id of the node, and which of the node's it is."""


class Turn(Protocol):
    """A run that waits for something and goes on when it is there."""

    @property
    def open(self) -> bool:
        """Whether the run still goes on."""

    @property
    def finished(self) -> bool:
        """Whether nothing is left to run."""

    async def over(self) -> None:
        """Wait until the run is over, if a coroutine drives it."""

    def when_finished(self, tell: Callable[[], object]) -> None:
        """Have a function called when nothing is left to run."""

    def end(self) -> object:
        """Write down that all is done, and hand the execution over to the next run."""

    def leave(self) -> None:
        """Hand the execution over to the next run, done or not."""


class Watcher(Protocol):
    """Who is told when a run is over."""

    def run_finished(self) -> None:
        """Hear that the execution may be read again."""


class Outward(Protocol):
    """What a nested contract shows of its program."""

    @property
    def outputs(self) -> Mapping[str, int]:
        """Output name to node id."""


class Instance(Protocol):
    """An execution as steps see it: the one that they run in, or one that is nested in it."""

    @property
    def id(self) -> str:
        """Name of the execution, unique in the process."""

    @property
    def number(self) -> int:
        """Number of the execution, unique in the process."""

    @property
    def run(self) -> int:
        """Number of the latest run."""

    @property
    def program(self) -> Outward:
        """What it runs."""

    @property
    def owner(self) -> Any:
        """The contract instance, for callables that take it."""

    @property
    def values(self) -> list[Any]:
        """Value of each node by id."""

    @property
    def flags(self) -> bytearray:
        """Flag of each node by id."""

    @property
    def changed_at(self) -> Sequence[int]:
        """Run in which each node's value last changed."""

    @property
    def lenders(self) -> Mapping[int, Callable[[Any], Any]]:
        """For each value that can be changed in place, what makes a copy for one reader."""

    @property
    def children(self) -> Mapping[Place, Instance]:
        """The nested executions."""

    def nested(
        self, place: Place, held: Held, sources: Mapping[str, int], *, path: str
    ) -> Instance:
        """Return a nested execution with its inputs up to date."""

    def resolve_nested(self, place: Place) -> Turn | None:
        """Make the outputs of a nested execution fresh, as far as that goes without waiting."""

    def raise_first(self) -> None:
        """Raise the error of the first failed node that an output needs, if there is one."""

    def keeps_from(self, names: Sequence[str]) -> bool:
        """Tell whether a block in which it was made denies one of some capabilities."""


Step = Callable[[Any, Instance], Any]
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


def pending(value: Any) -> bool:
    """Tell whether a step has returned something that is not there yet."""
    return type(value) is Nested or awaitable(value)


def of_the_step(error: BaseException) -> bool:
    """Tell whether an error is a failure of the step that raised it, not the end of the run.

    A cancelled coroutine is a failure too, though its error is no ``Exception``: what cancels a
    run is never raised inside a step.
    """
    if isinstance(error, Exception):
        return True
    asyncio = sys.modules.get("asyncio")  # its error exists only if somebody has loaded it
    return asyncio is not None and isinstance(error, asyncio.CancelledError)
