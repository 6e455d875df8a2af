"""Watching a cluster whose loop is in this process: frames of what is now and of its past.

1. A watch holds the driver and no cluster, and looks at it in its loop.
2. While somebody watches, the world notes messages and commits; afterwards what it did before.
3. A past is a run of its own, from a copy of what happened: to look at it disturbs no cluster.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary

from igniter_nb.consensus.frame import Pace
from igniter_nb.consensus.local.driver import forked
from igniter_nb.consensus.local.runs import opened_run
from igniter_nb.consensus.simulator.arguments import known_node
from igniter_nb.consensus.simulator.frames import (
    MOST_EVENTS,
    commands,
    details_of,
    frame_of,
    highest_commit,
    only_heartbeats,
    recent,
    sent_since,
)
from igniter_nb.consensus.simulator.observe import world_status
from igniter_nb.consensus.simulator.quorums import is_wiped
from igniter_nb.consensus.status.names import name_problems
from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.frame import Flight, Frame, NodeDetails
    from igniter_nb.consensus.local.driver import Driver
    from igniter_nb.consensus.simulation import Simulation
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.consensus.state_machine.machine import Machine
    from igniter_nb.consensus.status.status import ClusterStatus
    from igniter_nb.consensus.status.trace import TraceEvent
    from igniter_nb.raft import Entry, Message, NodeId

    Look = Callable[[Callable[[World], Any]], Any]

T = TypeVar("T")


class Losses:
    """Collects messages that will not arrive; a world that is put away takes none along."""

    def __init__(self) -> None:
        self.messages: deque[Message] = deque(maxlen=MOST_EVENTS)

    def __call__(self, message: Message, _: str) -> None:
        """Hear of a message."""
        self.messages.append(message)

    def __reduce__(self) -> tuple[object, ...]:
        """Leave as one that has heard of none."""
        return Losses, ()

    def take(self) -> list[Message]:
        """Hand out what was lost since the last time."""
        found = [*self.messages]
        self.messages.clear()
        return found


class _Watchers:
    """How many watch a world, and whether it noted messages before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: WeakKeyDictionary[World, tuple[int, bool]] = WeakKeyDictionary()

    def begin(self, world: World) -> None:
        with self._lock:
            count, before = self._of.get(world, (0, world.details))
            self._of[world] = (count + 1, before)
            world.details = True

    def end(self, world: World) -> None:
        with self._lock:
            count, before = self._of.pop(world)
            if count > 1:
                self._of[world] = (count - 1, before)
            else:
                world.details = before


_WATCHERS: Final = _Watchers()


class Seen:
    """What can be asked of a cluster, as it is now or was at a moment.

    Args:
        look: calls something with the world, where that may be done.
    """

    def __init__(self, look: Look) -> None:
        self._look = look

    def details(self, node: object, most: int) -> NodeDetails:
        """Tell everything that is known of a node; of its state at most so many characters.

        Raises:
            ValueError: there is no such node.
        """
        found: NodeDetails = self._look(lambda world: details_of(world, node, most))
        return found

    def name(self, node: object) -> NodeId:
        """Return the name of a node that there is.

        Raises:
            ValueError: there is no such node.
        """
        found: NodeId = self._look(lambda world: known_node(world, node))
        return found

    def new_name(self, name: object) -> NodeId:
        """Return the name of a node that is to be added: what was given, or the next number.

        Raises:
            ValueError: it cannot be a name.
        """
        found: NodeId = self._look(lambda world: _new_name(world, name))
        return found

    def read(self, query: Callable[[Machine], T]) -> tuple[int, NodeId, T]:
        """Read what the leader holds, or else the node that has applied most.

        Returns:
            The time in microseconds, the node, and what was read.
        """
        found: tuple[int, NodeId, T] = self._look(lambda world: _read(world, query))
        return found


def _new_name(world: World, name: object) -> NodeId:
    if name in (None, ""):
        numbers = range(1, len(world.hosts) + 2)
        return next(f"n{at}" for at in numbers if f"n{at}" not in world.hosts)
    if problems := name_problems(name):
        raise ValueError("; ".join(problems))
    host = world.hosts.get(str(name))
    if host is not None and is_wiped(host.replica):
        raise ValueError(f"{name!r} was used before; give the new node a name of its own")
    return str(name)


def _read(world: World, query: Callable[[Machine], T]) -> tuple[int, NodeId, T]:
    host = world.leader() or max(
        world.hosts.values(), key=lambda each: each.replica.core.last_applied
    )
    return world.now_us, host.replica.node_id, query(host.replica.machine)


class Watch:
    """Watches a cluster that goes on.

    Args:
        driver: of the cluster.

    Attributes:
        driver: of the cluster.
        seen: what can be asked of it; waits for the loop.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.seen = Seen(lambda look: driver.loop.look(partial(look, driver.world)))
        self._losses = Losses()
        self._is_begun = False
        self._worthy = 0

    # -- from any thread

    @property
    def pulse(self) -> tuple[bool, float, bool]:
        """Whether time stands still, how fast it goes, and whether the cluster has ended."""
        loop = self.driver.loop
        return loop.paused, loop.pace, loop.stopping

    @property
    def has_ended(self) -> bool:
        """Whether it has ended or is about to."""
        return self.driver.loop.stopping

    @property
    def mark(self) -> tuple[int, int]:
        """The cluster's time in microseconds, and how many events it has noted."""
        return self.driver.world.now_us, self.driver.world.noted

    @property
    def noted(self) -> int:
        """How many events there were."""
        return self.driver.world.noted

    @property
    def worthy(self) -> int:
        """How many events there were that a person follows."""
        return self.driver.journal.worthy

    @property
    def busy_seconds(self) -> float:
        """For how many seconds code of others has kept the loop from turning."""
        return self.driver.loop.world_lock.seconds

    @property
    def busy_with(self) -> str:
        """What that is, in a clause."""
        return self.driver.loop.world_lock.said()

    @property
    def command_types(self) -> tuple[str, ...]:
        """The commands of a state machine of the reader's own; none of keys and values."""
        declared = getattr(self.driver.world.machine, "declared", None)
        return () if declared is None else tuple(declared.reducers)

    def pace(self) -> Pace:
        """Return how far it has come, and how its time goes."""
        driver, loop = self.driver, self.driver.loop
        now_us, ahead_us = driver.world.now_us, driver.ahead_us or 0
        checkpoints = loop.tape.checkpoints
        first_us = checkpoints[0].time_us if loop.keeps and checkpoints else now_us
        paused, speed, stopped = self.pulse
        slow = driver.showing.is_slow
        return Pace(first_us, now_us, ahead_us, paused, speed, slow, stopped, loop.failure)

    def names(self, seconds: float) -> tuple[NodeId, ...]:
        """Name the nodes, those that were removed left out.

        Raises:
            ConsensusError: it ended just now.
            TimeoutError: it is busy for longer than that.
        """
        world, loop = self.driver.world, self.driver.loop

        def named() -> tuple[NodeId, ...]:
            return tuple(name for name in [*world.hosts] if name not in world.gone)

        return named() if loop.stopping else loop.submit(named).result(seconds)

    def wake(self, turn: Callable[[], None]) -> None:
        """Let the loop turn soon, or do what it does then if it has ended and turns no more."""
        try:
            self.driver.loop.post(int)
        except ConsensusError:
            if self.driver.loop.stopping:
                self.driver.loop.look(turn)

    def look(self, turn: Callable[[], None]) -> None:
        """Do what is done at the end of a turn, though the loop does not turn now."""
        with suppress(ConsensusError):  # it came back, and turns again
            self.driver.loop.look(turn)

    def later(self, call: Callable[[], None]) -> None:
        """Do something in the loop, unless it has ended."""
        with suppress(ConsensusError):
            self.driver.loop.post(call)

    # -- in the loop

    @property
    def is_over(self) -> bool:
        """Whether it has ended; before that it may only be about to."""
        hosts = self.driver.world.hosts.values()
        return self.driver.loop.stopping and not any(host.replica.alive for host in hosts)

    def begin(self) -> None:
        """Note messages and commits from now on."""
        world = self.driver.world
        self._is_begun = True
        _WATCHERS.begin(world)
        if world.network.lost is None or isinstance(world.network.lost, Losses):
            world.network.lost = self._losses

    def end(self) -> None:
        """Leave the world as it was."""
        world = self.driver.world
        self.show(is_here=False)
        if self._is_begun:
            self._is_begun = False
            _WATCHERS.end(world)
            if world.network.lost is self._losses:
                world.network.lost = None

    def show(self, *, is_here: bool) -> None:
        """Note whether somebody sees it on a page now."""
        self.driver.showing.watch(self, is_here=is_here)

    def wake_in(self, nanoseconds: int) -> None:
        """Let the loop turn after a time, although nothing is due."""
        loop = self.driver.loop
        loop.wake_us = min(loop.wake_us, loop.uptime_us + nanoseconds // 1000 + 1)

    def frame(self, since: int) -> Frame:
        """Return what is to be seen now; what is new begins with an event."""
        loop = self.driver.loop
        return frame_of(
            self.driver.world,
            since,
            losses=self._losses.take(),
            stopped=loop.stopping,
            speed=loop.pace,
        )

    def is_idle(self, since: int) -> bool:
        """Say whether a leader was heard at once from an event on, and nothing else happened."""
        return only_heartbeats(recent(self.driver.world, since), self.driver.loop.pace)

    def recent(self, since: int) -> list[TraceEvent]:
        """Return the events from one on; of too many the latest."""
        return recent(self.driver.world, since)

    def sent(self, since: int) -> list[Flight]:
        """Return the messages that were sent from an event on; of too many the latest."""
        return sent_since(self.driver.world, since)

    def news(self) -> tuple[TraceEvent, ...]:
        """Return what a person follows and was not returned yet."""
        journal = self.driver.journal
        count, self._worthy = journal.worthy - self._worthy, journal.worthy
        return journal.noteworthy()[-count:] if count else ()

    def highest_commit(self) -> int:
        """Return the highest index that a node knows to be committed."""
        return highest_commit(self.driver.world)

    def commands(self, node_id: NodeId, first: int, last: int) -> list[Entry]:
        """Return the commands in a part of a node's log, as far as they are kept."""
        return commands(self.driver.world, node_id, first=first, last=last)


class Past:
    """A run of what happened in a cluster, standing at a moment.

    Args:
        run: the run; to be used in one thread.

    Attributes:
        seen: what can be asked of that moment.
    """

    def __init__(self, run: Simulation) -> None:
        self._run = run
        self.seen = Seen(lambda look: look(run.world))

    @classmethod
    def of(cls, driver: Driver) -> Past:
        """Take a run of what happened in a cluster so far.

        Raises:
            ConsensusError: it cannot be gone back in.
        """
        return cls(driver.past())

    @property
    def now_us(self) -> int:
        """The moment."""
        return self._run.now_us

    @property
    def first_us(self) -> int:
        """The first moment that there is."""
        return self._run.span_us[0]

    @property
    def ends_us(self) -> int:
        """Where what is known ends."""
        return self._run.tape.ends_us

    @property
    def due_us(self) -> int:
        """When the next thing happens."""
        return self._run.tape.due_us(self._run.world)

    @property
    def noted(self) -> int:
        """How many events there were."""
        return self._run.world.noted

    @property
    def failure(self) -> Exception | None:
        """What must never be and was found; None if all is well."""
        return self._run.failure

    def seek(self, time_us: int) -> None:
        """Go to a moment."""
        self._run.seek(time_us)

    def step(self) -> bool:
        """Let the next thing happen; say whether there was one."""
        return self._run.step()

    def latest(self, count: int) -> list[TraceEvent]:
        """Return the latest events."""
        return self._run.trace[-count:]

    def frame(self, since: int | None = None) -> Frame:
        """Return what is to be seen; what is new begins with an event, nothing is if left out."""
        world = self._run.world
        return frame_of(world, world.noted if since is None else since)

    def sent(self, since: int) -> list[Flight]:
        """Return the messages that were sent from an event on; of too many the latest."""
        return sent_since(self._run.world, since)

    def status(self) -> ClusterStatus:
        """Return every node as it is, with a copy of its state."""
        return world_status(self._run.world)

    def check(self, name: object, args: object) -> None:
        """See whether a person may do a fault here.

        Raises:
            ValueError: it cannot be done.
        """
        self._run.check(name, args)

    def commands(self, node_id: NodeId, first: int, last: int) -> list[Entry]:
        """Return the commands in a part of a node's log, as far as they are kept."""
        return commands(self._run.world, node_id, first=first, last=last)

    def fork(self, before: tuple[TraceEvent, ...] = ()) -> Driver:
        """Return a driver for what follows from here; the run is not to be used any more.

        Args:
            before: what is known of what happened before its trace begins.
        """
        return forked(self._run, before=before)


def reopened_beside(driver: Driver, text: str) -> Driver:
    """Return the driver of a recorded run, of the state machine of a cluster or of keys and values.

    Args:
        driver: of the cluster.
        text: the recording.

    Raises:
        ValueError: it is no recording.
        ConsensusError: it went another way than was recorded.
    """
    machine: Any = driver.world.machine
    try:
        run = opened_run(text, None, machine)
    except ValueError:
        if machine is None:
            raise
        run = opened_run(text, None, None)
    return forked(run, onwards=True)


def opened_at(recording: Any, at: float) -> Driver:
    """Return the driver of a recorded run that stands at a moment, with what lies ahead of it."""
    return forked(opened_run(recording, at, None), onwards=True)
