"""Simulation: a run that one can go back and forth in, and that forks where one acts.

A run is its seed and its script: the same two give the same run. Going back restores the nearest
checkpoint before and lets everything happen again, up to the time that was asked for. Whoever goes
back and then does something makes a new future; the old one is forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from igniter_nb.consensus.simulator.arguments import by_hand, checked
from igniter_nb.consensus.simulator.checkpoints import Checkpoint, Checkpoints, revive
from igniter_nb.consensus.simulator.observe import world_status
from igniter_nb.consensus.simulator.recording import Recording
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.tape import Tape, advance
from igniter_nb.consensus.simulator.world import World
from igniter_nb.consensus.status.trace import TraceEvent, trace_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.consensus.simulator.options import Line
    from igniter_nb.consensus.simulator.world import Options
    from igniter_nb.consensus.status.status import NodeStatus
    from igniter_nb.raft import NodeId

__all__ = ["Simulation"]


BEFORE_US = 1_000_000
"""Microseconds before a time that is sought, of which the trace is told too."""


class Simulation:
    """A run that can be looked at, step by step, forwards and backwards.

    Args:
        world: a new one, or one that goes on from a tape; its trace is kept as a list from here on.
        checkpoint_every: events between two checkpoints.
        tape: what was done to it and what lies ahead, if it is no new one.

    Attributes:
        world: the world as it is now. Going back puts another one here, so ask for it each time.
        tape: what was done to it, and what lies ahead.
        trace: what happened up to now; of a run that was taken from a live cluster it may begin
            late, but a second before the time that was sought or earlier.
        failure: what must never be and was found by the last event, None if all is well.

    Examples:
        >>> run = Simulation.start(7, ["n1", "n2", "n3"])
        >>> run.run_until(2_000_000)
        >>> run.now_us
        2000000
        >>> run.world.leader() is not None
        True
        >>> run.seek(1_000_000)
        >>> run.now_us
        1000000
    """

    def __init__(
        self, world: World, *, checkpoint_every: int = 500, tape: Tape | None = None
    ) -> None:
        assert tape is not None or not world.events, (
            "expected a world in which nothing has happened yet"
        )
        self.world = world
        self.trace: list[TraceEvent] = list(world.trace or ())
        world.trace = self.trace
        self.failure: Exception | None = None
        self.tape = world.script = Tape() if tape is None else tape
        self._leaps = tape is not None
        self._known_us = 0
        self._checkpoints = Checkpoints(checkpoint_every, self.tape.checkpoints)
        if not self._checkpoints:
            self._checkpoints.take(world)

    @classmethod
    def start(
        cls,
        seed: int,
        node_ids: Sequence[NodeId],
        *,
        machine: Any = None,
        options: Options | None = None,
    ) -> Self:
        """Begin a run of a cluster in which nothing goes wrong by itself.

        Args:
            seed: what all chance follows from.
            node_ids: the first members.
            machine: what they replicate.
            options: how the world is made.
        """
        return cls(World(seed, node_ids, machine=machine, options=options, trace=[]))

    @classmethod
    def open(cls, seed: int, *, at_us: int | None = None) -> Self:
        """Open the run that :func:`igniter_nb.consensus.testing.swarm.simulate` judges for a seed.

        Args:
            seed: the seed.
            at_us: where to stand, in microseconds; where the faults end if left out.

        Returns:
            The run, with its clients, its faults and its invariants.
        """
        world, until_us = _of_seed(seed)
        opened = cls(world)
        opened.seek(until_us if at_us is None else at_us)
        return opened

    @classmethod
    def replay(cls, recording: Recording, *, machine: Any = None) -> Self:
        """Begin a run that was recorded; its lines lie ahead.

        Args:
            recording: the run.
            machine: what its nodes replicate, if that is a state machine of its own.

        Raises:
            ValueError: it is another state machine than the recorded one.
        """
        recording.check_machine(machine)
        if recording.swarm:
            begun = cls(_of_seed(recording.seed)[0])
        else:
            begun = cls.start(
                recording.seed, recording.nodes, machine=machine, options=recording.options
            )
        begun.tape.ahead.extend(recording.lines)
        begun.tape.ends = (recording.until_us, recording.until_events)
        return begun

    @classmethod
    def rewind(cls, tape: Tape) -> Self:
        """Begin at the start of what a tape of a live world has; its lines lie ahead.

        Args:
            tape: a copy, with at least one checkpoint and the time at which it ends.
        """
        first = tape.checkpoints[0]
        world = revive(first)
        begun = cls(world, checkpoint_every=5_000, tape=tape)
        begun._go_to(first)
        return begun

    # -- forwards

    @property
    def now_us(self) -> int:
        """The time in microseconds."""
        return self.world.now_us

    @property
    def span_us(self) -> tuple[int, int]:
        """From when to when one can go: to now, or to where what is known ahead ends."""
        last_us = max(self.world.now_us, self._known_us, self.tape.ends_us)
        return self._checkpoints.first.time_us, last_us

    @property
    def script(self) -> tuple[Line, ...]:
        """What was done from outside, including what is still ahead after going back."""
        return tuple(self.tape.since(0))

    def act(self, name: str, *args: Any) -> None:
        """Do something now; what lay ahead in the script will not happen.

        Raises:
            ValueError: there is no such action, or it cannot be done to what is named.
        """
        checked(self.world, name, args)
        here = (self.world.events, len(self.tape))
        self._known_us = 0
        self.tape.forget_ahead()  # else it could be what lies ahead
        self._checkpoints.forget_after(*here)
        act(self.world, name, *args)

    def check(self, name: object, args: object) -> None:
        """See whether a person may do a fault now, by hand.

        Raises:
            ValueError: it cannot be done.
        """
        by_hand(self.world, name, args)

    def step(self) -> bool:
        """Let the next event happen, or the next line of the script; tell whether there was one.

        Where something is found that must never be, the run ends: see :attr:`failure`.
        """
        world = self.world
        if self.failure is not None:
            return False
        try:
            happened = advance(world, self.tape)
            if world.events >= self._checkpoints.due:
                self._checkpoints.take(world)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the run ends here
            self.failure = failure
            return False
        return happened

    def run_until(self, time_us: int) -> None:
        """Let everything happen up to a time, the script included."""
        while self.tape.due_us(self.world) <= time_us:
            is_over = time_us <= self.tape.ends_us and self.tape.is_over(self.world)
            if is_over or not self.step():
                return
        if time_us > self.world.now_us:
            self.world.wait_until(time_us)

    # -- anywhere

    def seek(self, time_us: int) -> None:
        """Go to a time, forwards or backwards.

        Args:
            time_us: in microseconds; everything that happens up to it has happened then.

        Raises:
            ValueError: the time is negative.
        """
        if time_us < 0:
            msg = f"expected a time of 0 or more microseconds, came {time_us!r}"
            raise ValueError(msg)
        self._known_us = max(self._known_us, self.world.now_us)
        back = self._checkpoints.at_time(time_us)
        leap = self._checkpoints.at_time(time_us - BEFORE_US)
        if time_us < self.world.now_us:
            self._go_to(leap if self._leaps else back)
        elif self._leaps and leap.events > self.world.events:
            self._go_to(leap)
        self.run_until(time_us)

    def seek_event(self, events: int) -> None:
        """Go to the point right after so many events.

        Raises:
            ValueError: the number is negative.
        """
        if events < 0:
            msg = f"expected a number of events of 0 or more, came {events!r}"
            raise ValueError(msg)
        self._known_us = max(self._known_us, self.world.now_us)
        if events < self.world.events:
            self._go_to(self._checkpoints.at_event(events))
        while self.world.events < events and self.step():
            pass

    def _go_to(self, checkpoint: Checkpoint) -> None:
        self.world = world = revive(checkpoint)
        self.failure = None
        if self._leaps:  # what it noted, with messages, and what the live world noted do not fit
            self.trace.clear()
        else:
            del self.trace[checkpoint.noted :]
        world.trace = self.trace
        world.details = True
        self.tape = world.script = self.tape.rewound(checkpoint.lines)

    # -- looking

    def recording(self) -> Recording:
        """Return how the run came about, up to now.

        Raises:
            ValueError: it ran for so long that its beginning is not there any more.
        """
        return Recording.of(self.world, self.tape)

    def kept(self) -> list[Checkpoint]:
        """Return the checkpoints up to now."""
        return self._checkpoints.until(self.world.events, len(self.tape))

    def trace_text(self) -> str:
        """Write what happened up to now, one line an event."""
        return trace_text(self.trace)

    def status(self) -> tuple[NodeStatus, ...]:
        """Return every node as it is now, in the order of their names."""
        return world_status(self.world).rows


def _of_seed(seed: int) -> tuple[World, int]:
    """Make the world of a simulated seed, with clients, faults and invariants; say when it ends."""
    from igniter_nb.consensus.testing import plan, swarm  # noqa: PLC0415 -- loaded for a seed alone

    drawn = plan.draw(seed)
    return swarm.furnished(drawn, []).world, drawn.until_us
