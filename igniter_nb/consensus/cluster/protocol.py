"""Protocol of what drives a cluster: a loop in this process, or something elsewhere.

A driver knows nodes by their names and answers with futures. What every driver can do is
:class:`Driver`. What only some can do is apart: :class:`Faults` break nodes and links,
:class:`OwnTime` pauses, records and forks. A driver that has no such part says None there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from igniter_nb.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from igniter_nb.consensus.simulator.recording import Recording
    from igniter_nb.consensus.state_machine.machine import Machine, Outcome
    from igniter_nb.consensus.status.status import ClusterStatus, NodeStatus
    from igniter_nb.consensus.status.trace import TraceEvent
    from igniter_nb.consensus.transport import Link
    from igniter_nb.raft import NodeId


class Life(Protocol):
    """What runs for a cluster until it is stopped; it knows neither cluster nor driver."""

    @property
    def stopping(self) -> bool:
        """Whether it has ended or is about to."""

    @property
    def foreign(self) -> bool:
        """Whether it is a copy, in a forked child, of one that runs in its parent."""

    def end(self) -> None:
        """Begin to end, without waiting and without taking a lock."""

    def stop(self, timeout: float) -> bool:
        """End; tell whether that was done in so many seconds."""

    def let_go(self, timeout: float) -> None:
        """Wait, of one that ends, until others may use what its nodes kept."""

    def forked(self) -> None:
        """Note, in a forked child, that what runs is not there."""

    def forget_past(self) -> None:
        """Keep no more of what was than is needed."""


class Faults(Protocol):
    """What breaks nodes and links, where a driver can."""

    def act(self, name: str, *args: Any) -> None:
        """Do an action of :mod:`igniter_nb.consensus.simulator.actions`."""

    def act_on(self, name: str, node: object, *args: Any) -> None:
        """Do something to a node."""

    def act_between(self, name: str, sender: object, recipient: object, *args: Any) -> None:
        """Do something to the link from one node to another."""

    def part(self, groups: Iterable[Any]) -> None:
        """Cut the links between groups of nodes."""

    def relink(self, node: object, link: Link) -> None:
        """Say how well a node's links work."""

    def skip(self, index: int) -> None:
        """Let all nodes pass over an entry."""

    def inflict(self, name: object, args: object) -> str:
        """Do a fault that a person asks for by hand; return what was done, in a sentence."""


class OwnTime(Protocol):
    """A cluster's own time, where it has one: it can stand still, be recorded and gone back in.

    A page that goes on with a cluster needs it, and more than this protocol says: the simulator's
    world, of which :mod:`igniter_nb.consensus.local.watch` makes frames and tells lost messages,
    the turns of its loop, and a copy of its tape for the past. A driver with a world of another
    kind would have to come with a ``Watch`` and a ``Past`` of its own. Of a driver without a time
    of its own a page draws what :meth:`Driver.status` says, once.
    """

    @property
    def speed(self) -> float:
        """Seconds of it in a second."""

    @property
    def paused(self) -> bool:
        """Whether it stands still."""

    def set_pace(self, *, paused: bool | None = None, speed: float | None = None) -> None:
        """Let it stand still or go on, and how fast."""

    def step(self) -> tuple[TraceEvent, ...]:
        """Let it stand still, then let something happen; return what did."""

    def run_for(self, duration: float) -> tuple[TraceEvent, ...]:
        """Let so many seconds pass at once, then let it stand still; return what happened."""

    def span(self) -> tuple[float, float]:
        """Return from when to when one can go back, in seconds."""

    def status_at(self, at: float, timeout: float) -> ClusterStatus:
        """Return every node as it was; computed within so many seconds."""

    def recording(self) -> Recording:
        """Return how the run came about."""

    def fork(self, at: float | None, timeout: float) -> Driver:
        """Return a driver of a cluster with the same past up to a moment; the same holds."""


class Driver(Protocol):
    """What drives a cluster."""

    @property
    def kind(self) -> str:
        """What it is called where it cannot do something."""

    @property
    def life(self) -> Life:
        """What is stopped when the cluster is."""

    @property
    def faults(self) -> Faults | None:
        """What breaks its nodes, None if it cannot."""

    @property
    def own_time(self) -> OwnTime | None:
        """Its own time, None if it has only everybody's."""

    def start(self, *, paused: bool) -> None:
        """Begin."""

    def discard(self) -> None:
        """Let go of what it holds although it was never started."""

    def refuse_inside(self) -> None:
        """Refuse to wait where that would be for ever, as in a reducer."""

    # -- what takes until it is answered

    def write(self, commands: Iterable[bytes], timeout: float) -> list[Future[Outcome]]:
        """Hand in encoded commands, together and in order."""

    def read(
        self,
        query: Callable[[Machine], Any],
        consistency: object,
        node: NodeId | None,
        *,
        timeout: float,
        leases: bool,
    ) -> Future[Any]:
        """Hand in a read of one of the kinds that there are."""

    def leads(self, timeout: float) -> Future[NodeId]:
        """Hand in the wish for a leader."""

    def hand_over(self, to: object, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node leads."""

    def step_down(self, timeout: float) -> Future[NodeId]:
        """Hand in the wish that another one leads."""

    def join(self, node_id: NodeId, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node gets a vote."""

    def leave(self, node: object, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node is no member any more."""

    # -- looking

    def names(self) -> tuple[NodeId, ...]:
        """Name all nodes, those that were removed too."""

    def leader(self) -> NodeId | None:
        """Name who leads, as far as is known."""

    def quorum_size(self) -> int:
        """Return how many voters must agree."""

    def alive_count(self) -> int:
        """Return how many members run."""

    def has_quorum(self) -> bool:
        """Say whether enough nodes run, and reach one another."""

    def status(self) -> ClusterStatus:
        """Return every node as it is."""

    def node(self, node_id: NodeId, *, copied: bool) -> NodeStatus:
        """Look at a node; ``copied`` says whether its state is wanted too."""

    @property
    def age(self) -> float:
        """How many seconds ago the cluster was as it is seen now."""

    def events(self) -> tuple[TraceEvent, ...]:
        """Return the latest events that a person follows."""

    def trace(self) -> tuple[TraceEvent, ...]:
        """Return the latest events, all of them."""

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call something when something may have changed; return what ends that."""


def faults_of(driver: Driver, wanted: str) -> Faults:
    """Return what breaks a driver's nodes.

    Args:
        driver: of the cluster.
        wanted: the method that needs it.

    Raises:
        UnsupportedError: its nodes are not ours to break.
    """
    found = driver.faults
    if found is None:
        raise _unsupported(driver, wanted, "its nodes are not ours to break")
    return found


def own_time_of(driver: Driver, wanted: str) -> OwnTime:
    """Return a driver's own time.

    Args:
        driver: of the cluster.
        wanted: the method that needs it.

    Raises:
        UnsupportedError: it has none.
    """
    found = driver.own_time
    if found is None:
        raise _unsupported(driver, wanted, "it has no time of its own")
    return found


def _unsupported(driver: Driver, wanted: str, why: str) -> UnsupportedError:
    return UnsupportedError(
        f"{wanted}: a cluster driven by {driver.kind} cannot do that, since {why}; "
        f"try it with one that Cluster.start() runs in this process"
    )
