"""Journal of a long-running cluster: the latest events, and the latest that matter."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from igniter_nb.consensus.simulator.tape import advance
from igniter_nb.consensus.status.trace import TraceEvent, describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from igniter_nb.consensus.simulator.tape import Tape
    from igniter_nb.consensus.simulator.world import World

KEPT: Final = 20_000
"""Events that are kept."""

NOTEWORTHY: Final = frozenset({"act", "client", "role", "start", "stop", "restore"})
"""Kinds of events that a person follows."""

STEP_US: Final = 1_000_000
"""Microseconds of the world's time after which a step ends although nothing was noted."""


class Journal(deque[TraceEvent]):
    """The latest events of a world.

    Args:
        verbose: whether noteworthy events are printed as they happen.

    Attributes:
        worthy: how many noteworthy events there were.
    """

    def __init__(self, *, verbose: bool = False) -> None:
        super().__init__(maxlen=KEPT)
        self._verbose = verbose
        self._details = False
        self._noteworthy: deque[TraceEvent] = deque(maxlen=KEPT)
        self.worthy = 0

    def append(self, event: TraceEvent, /) -> None:
        """Note an event."""
        super().append(event)
        if event.kind in NOTEWORTHY and not self._details:
            self._noteworthy.append(event)
            self.worthy += 1
            if self._verbose:
                with suppress(OSError, ValueError):  # a closed output must not end the cluster
                    print(describe(event), flush=True)  # noqa: T201 -- what verbose asks for

    def pop(self) -> TraceEvent:  # type: ignore[override]  # a journal is popped without an argument
        """Take back the latest event: it did not happen."""
        event = super().pop()
        if self._noteworthy and self._noteworthy[-1] is event:
            self._noteworthy.pop()
            self.worthy -= 1
        return event

    def newest(self, count: int) -> list[TraceEvent]:
        """Return so many of the latest events that a person follows, the latest first."""
        return [*islice(reversed(self._noteworthy), count)]

    @contextmanager
    def details(self) -> Iterator[None]:
        """Note what happens meanwhile as details of what was noted before."""
        self._details = True
        try:
            yield
        finally:
            self._details = False

    def everything(self) -> tuple[TraceEvent, ...]:
        """Return the latest events."""
        return tuple(self)

    def noteworthy(self) -> tuple[TraceEvent, ...]:
        """Return the latest events that a person follows."""
        return tuple(self._noteworthy)

    def next_of(self, world: World, tape: Tape) -> tuple[TraceEvent, ...]:
        """Let things happen in a world until something is noted; return what was.

        Messages and commits count as well here. Where nothing happens, as in a cluster of one that
        is asked for nothing, it ends after a second of the world's time.

        Args:
            world: its world.
            tape: what lies ahead in it.
        """
        before, ends_us, details = world.noted, world.now_us + STEP_US, world.details
        world.details = True
        try:
            while world.noted == before and tape.due_us(world) <= ends_us:
                advance(world, tape)
            if world.noted == before:
                world.run_until(ends_us)
        finally:
            world.details = details
        return tuple(event for event in self if event.sequence >= before)
