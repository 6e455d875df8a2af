"""Tape of a world: what came to it from outside, so that the same can happen again.

A run follows from how its world was made and from what was done to it, at which point. A tape has
the second: the lines that were done, and those that lie ahead, as when a run is gone back in or
played. What always holds:

1. A world that is made in the same way and played with the lines does the same, event for event.
2. Whoever does something else than what lies ahead makes a new future: the old one is dropped.
3. A tape that runs for long stays bounded: checkpoints get sparse where they are old, and beyond
   ``MOST_LINES`` the oldest lines go, with what can be gone back to.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from igniter_nb.consensus.simulator.checkpoints import Checkpoint, put_away
from igniter_nb.consensus.simulator.script import act
from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from igniter_nb.consensus.simulator.options import Line
    from igniter_nb.consensus.simulator.world import World

__all__ = ["Tape", "advance", "play"]

MOST_LINES: Final = 100_000
"""Lines that are kept at most."""

MOST_CHECKPOINTS: Final = 240
FEWEST_CHECKPOINTS: Final = 2
MOST_BYTES: Final = 64_000_000
"""Bytes of all of them; where few are more than that, the fewest are kept."""

NOWHERE: Final = (-1, 0)
"""The end of a run of which nothing is known ahead."""

EVERY_US: Final = 10_000_000
"""Microseconds of the world's time between two checkpoints of a live one, at least ..."""

EVERY_US_PER_BYTE: Final = 2
"""... and what each byte of the last one adds, so that they take less than one part in a hundred
of the time."""

EVERY_LINES: Final = 20_000
"""Lines after which there is one in any case."""


class Tape:
    """The lines of one run; its length counts those that were done.

    Args:
        done: lines that were done.
        ahead: lines that are to be done again.

    Attributes:
        ahead: the lines that lie ahead.
        ends: time and events up to which the run was known when it was last gone back in.
        dropped: how many of the first lines are not there any more.
    """

    def __init__(self, done: Iterable[Line] = (), ahead: Iterable[Line] = ()) -> None:
        self._done = deque(done)
        self.ahead = deque(ahead)
        self.ends = NOWHERE
        self.dropped = 0
        self.checkpoints: list[Checkpoint] = []
        self._next_us = self._next_lines = 0

    def __len__(self) -> int:
        return self.dropped + len(self._done)

    def __iter__(self) -> Iterator[Line]:
        """Iterate over the lines that were done and are still there."""
        return iter(self._done)

    def append(self, line: Line) -> None:
        """Note that a line was done: one that lay ahead, or the first of a new future."""
        if self.ahead and repr(self.ahead[0]) == repr(line):  # 1, 1.0 and True are not the same
            self.ahead.popleft()
        else:
            self.forget_ahead()
        self._done.append(line)

    def drop_done(self) -> None:
        """Drop the lines that were done: nobody will go back in this run, or record it."""
        self.dropped += len(self._done)
        self._done.clear()

    def forget_ahead(self) -> None:
        """Drop what lies ahead."""
        self.ahead.clear()
        self.ends = NOWHERE

    @property
    def ends_us(self) -> int:
        """The time up to which the run was known."""
        return self.ends[0]

    def reach(self, world: World) -> None:
        """Note that the run is known up to here, at the least."""
        self.ends = max(self.ends, (world.now_us, world.events))

    def is_over(self, world: World) -> bool:
        """Say whether this is where the run ended; what else is due then had not happened yet."""
        return (world.now_us, world.events) == self.ends and self.due(world) is None

    def due(self, world: World) -> Line | None:
        """Return the line that is to be done before the world's next event, None if none is."""
        if not self.ahead or self.ahead[0].events > world.events:
            return None
        line = self.ahead[0]
        if line.events < world.events or line.time_us < world.now_us:
            raise ConsensusError(
                f"the run went another way than was recorded: {line.name} was to come after event "
                f"{line.events:,} at {line.time_us / 1e6:.6f} s, and this is event "
                f"{world.events:,} at {world.now_us / 1e6:.6f} s; replay it with the version of "
                f"igniter_nb and of its state machine that recorded it"
            )
        return line

    def due_us(self, world: World) -> int:
        """Return when the next event or line comes due."""
        line = self.due(world)
        return world.next_us if line is None else line.time_us

    def since(self, lines: int) -> list[Line]:
        """Return what follows after so many lines, what lies ahead included."""
        return [*self._done, *self.ahead][max(lines - self.dropped, 0) :]

    # -- of a live world

    def look(self, world: World) -> None:
        """Put the world away if it is time."""
        if world.now_us >= self._next_us or len(self) >= self._next_lines:
            self.checkpoints.append(put_away(world))
            size = len(self.checkpoints[-1].data)
            self._next_us = world.now_us + EVERY_US + EVERY_US_PER_BYTE * size
            self._next_lines = len(self) + EVERY_LINES
            self._stay_bounded()

    def _stay_bounded(self) -> None:
        if len(self._done) > MOST_LINES:
            kept = len(self) - MOST_LINES // 2
            self.checkpoints = [each for each in self.checkpoints if each.lines >= kept]
            while self.dropped < self.checkpoints[0].lines:
                self._done.popleft()
                self.dropped += 1
        size = sum(len(each.data) for each in self.checkpoints)
        if size > MOST_BYTES or len(self.checkpoints) > MOST_CHECKPOINTS:
            half = len(self.checkpoints) // 2
            self.checkpoints[1:half] = self.checkpoints[1:half:2]
            size = sum(len(each.data) for each in self.checkpoints)
        while size > MOST_BYTES and len(self.checkpoints) > FEWEST_CHECKPOINTS:
            size -= len(self.checkpoints.pop(0).data)

    # -- to go back

    def copy(self) -> Tape:
        """Return a tape with the same lines and checkpoints."""
        return self.rewound(len(self))

    def rewound(self, lines: int) -> Tape:
        """Return a tape with the same lines, of which the first so many were done."""
        all_lines, at = self.since(0), lines - self.dropped
        other = Tape(all_lines[:at], all_lines[at:])
        other.ends, other.dropped = self.ends, self.dropped
        other.checkpoints = [*self.checkpoints]
        return other


def play(world: World, tape: Tape, time_us: int) -> None:
    """Let everything happen up to a time, the lines that lie ahead included."""
    while tape.ahead and tape.due_us(world) <= time_us:
        advance(world, tape)
    world.run_until(time_us)


def advance(world: World, tape: Tape) -> bool:
    """Let the next event or line happen; tell whether there was one."""
    line = tape.due(world)
    if line is None:
        return world.step()
    world.wait_until(line.time_us)
    with suppress(ValueError):  # it could not be done then either
        act(world, line.name, *line.args)
    if tape.ahead and tape.ahead[0] is line:
        raise ConsensusError(
            f"the run went another way than was recorded: {line.name}{line.args} cannot be done at "
            f"{line.time_us / 1e6:.6f} s"
        )
    return True
