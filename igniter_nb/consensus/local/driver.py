"""Driver of a cluster whose nodes live in this process.

Any thread hands in what it wants of the cluster's loop, and gets a future of it. The driver knows
the names of nodes and no cluster, so that what waits in the loop keeps none alive. It is the first
implementation of :mod:`igniter_nb.consensus.cluster.protocol`.
"""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.local import operations
from igniter_nb.consensus.local.client import Client
from igniter_nb.consensus.local.loop import CALL_SECONDS, ENDING_SECONDS, Loop, Request
from igniter_nb.consensus.local.queries import peek
from igniter_nb.consensus.local.showing import SLOWEST, Showing
from igniter_nb.consensus.local.travel import travel
from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.simulator.actions import ALL, check_skip, unapplied
from igniter_nb.consensus.simulator.journal import Journal
from igniter_nb.consensus.simulator.observe import node_status, world_status
from igniter_nb.consensus.simulator.quorums import (
    can_decide,
    configuration,
    is_wiped,
    members_alive,
    quorum_size,
)
from igniter_nb.consensus.simulator.recording import Recording
from igniter_nb.consensus.simulator.script import act, inflict
from igniter_nb.consensus.simulator.tape import play
from igniter_nb.consensus.simulator.world import World
from igniter_nb.consensus.status.names import named, sides
from igniter_nb.consensus.storage import volatile
from igniter_nb.consensus.timing import seconds
from igniter_nb.consensus.waiting import apart
from igniter_nb.errors import ConsensusError
from igniter_nb.text import abbreviate, natural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from igniter_nb.consensus.local.folder import Folder
    from igniter_nb.consensus.simulator.tape import Tape
    from igniter_nb.consensus.state_machine.machine import Machine, Outcome
    from igniter_nb.consensus.status.status import ClusterStatus, NodeStatus
    from igniter_nb.consensus.status.trace import TraceEvent
    from igniter_nb.consensus.transport import Link
    from igniter_nb.raft import NodeId

    Operation = Callable[[], NodeId | None]


class Driver:
    """One cluster's world, the loop that drives it, and the client in it.

    Args:
        world: the cluster's; its trace is a :class:`Journal`.
        folder: where its nodes keep their logs, None for in memory.
        again: opens one like it; if left out, one that begins as its world did.

    Attributes:
        world: the cluster's, which only the loop may touch.
        loop: drives it.
        showing: what is different while somebody watches.

    Examples:
        >>> run = Simulation.start(7, ["n1", "n2", "n3"])
        >>> run.run_until(2_000_000)
        >>> driver = forked(run)
        >>> driver.loop.world.now_us
        2000000
    """

    kind = "a loop in this process"

    def __init__(
        self,
        world: World,
        folder: Folder | None = None,
        again: Callable[[], Driver] | None = None,
    ) -> None:
        self.world = world
        self._folder = folder
        self._again = again
        self._client = Client()
        self.loop = self._client.loop = Loop(world, self._turn)
        self.showing = Showing(self.loop, self._client)
        self._client.hurry = self.showing.hurry
        self._hurries = True
        self.loop.given_up = self._client.abandon
        self.loop.release = None if folder is None else folder.close
        if all(volatile(host.replica.storage) for host in world.hosts.values()):
            self.loop.keeps = True
            self.loop.tape.look(world)

    def _turn(self) -> None:
        self._client.turn()
        self.showing.turn()

    @property
    def unhurried(self) -> Driver:
        """The same, for a page: who watches may see slowly what is asked of it."""
        other = copy(self)
        other._hurries = False  # noqa: SLF001 -- it is itself
        return other

    # -- its life

    @property
    def life(self) -> Loop:
        """What is stopped when the cluster is."""
        return self.loop

    @property
    def faults(self) -> Driver:
        """What breaks the nodes: itself."""
        return self

    @property
    def own_time(self) -> Driver:
        """The world's time, which it sets the pace of."""
        return self

    def start(self, *, paused: bool) -> None:
        """Begin; with ``paused`` the world's time stands still at first."""
        self.loop.paused = paused
        self.loop.start()

    def again(self) -> Driver:
        """Open the driver of another cluster of the same kind, after this one has ended.

        It begins with nothing, or with what the folder has.

        Raises:
            ConsensusError: it cannot be.
        """
        if not self.can_start_again:
            raise ConsensusError("it cannot be started again: start another cluster")
        self.loop.let_go(ENDING_SECONDS)
        if self._again is not None:
            return self._again()
        world = self.world
        first = [name for name in world.hosts if name in world.founders.voters]
        trace = Journal()
        made = World(world.seed, first, machine=world.machine, options=world.options, trace=trace)
        made.details = False
        return Driver(made)

    @property
    def can_start_again(self) -> bool:
        """Whether another one of its kind can be opened, once it has ended."""
        return self.loop.stopping and not (self.loop.foreign or self.world.guests)

    def discard(self) -> None:
        """Let go of the folder, if it has one."""
        if self._folder is not None:
            self._folder.close()

    def refuse_inside(self) -> None:
        """Refuse to wait in the loop itself.

        Raises:
            ConsensusError: this is the loop.
        """
        self.loop.refuse_inside()

    # -- what takes until it is answered

    def write(self, commands: Iterable[bytes], timeout: float) -> list[Future[Outcome]]:
        """Hand in encoded commands, together and in order; waits while too much is in line."""
        self.loop.yield_to_others(timeout)
        patience_us = round(timeout * 1e6)
        requests = [Request(patience_us, data=data) for data in commands]
        return [*self._hand_in(self._client.take, *requests)]

    def _hand_in(self, take: Callable[..., None], *requests: Request) -> tuple[Request, ...]:
        for request in requests:
            request.given_up = self._give_up
            request.hurries = self._hurries
        self.loop.post(partial(take, *requests), *requests)
        return requests

    def _give_up(self, request: Request) -> None:
        apart(partial(self._client.give_up, request))

    def read(
        self,
        query: Callable[[Machine], Any],
        consistency: object,
        node: NodeId | None,
        *,
        timeout: float,
        leases: bool,
    ) -> Future[Any]:
        """Hand in a read of one of the kinds that there are.

        Args:
            query: what to read.
            consistency: the kind.
            node: who is to answer, None for whoever fits.
            timeout: seconds to wait for an answer.
            leases: whether reads by lease are allowed.

        Raises:
            ValueError: there is no such kind, it is not allowed, or the timeout makes no sense.
            ConsensusError: a run is replayed, which a question would change.
        """
        patience_us = _patience_us(timeout)
        if consistency == "stale":
            look = partial(peek, self.world, query, node)
            return self._hand_in(self._client.peek, Request(patience_us, peek=look))[0]
        if consistency not in ("linearizable", "lease"):
            msg = f'consistency: expected "linearizable", "lease" or "stale", came {consistency!r}'
            raise ValueError(msg)
        if self.ahead_us is not None:
            raise ConsensusError(
                "a run is replayed here: to confirm a read the nodes would be asked, and what was "
                'recorded would not happen. read(key, consistency="stale") asks nobody; or fork() '
                "first"
            )
        lease = consistency == "lease"
        if lease and not leases:
            msg = "reads by lease are off; start the cluster with timing=Timing(lease_reads=True)"
            raise ValueError(msg)
        request = Request(patience_us, query=query, lease=lease, node=node)
        return self._hand_in(self._client.take, request)[0]

    def leads(self, timeout: float) -> Future[NodeId]:
        """Hand in the wish for a leader that knows all that was committed."""
        return self._reach(partial(operations.leads, self.world), timeout)

    def leader(self) -> NodeId | None:
        """Name who leads now, as far as the nodes know."""
        host = self.loop.look(self.world.leader)
        return None if host is None else host.replica.node_id

    def hand_over(self, to: object, timeout: float) -> Future[NodeId]:
        """Let a node begin to take over.

        Raises:
            ValueError: there is no such node.
            ConsensusError: it does not run.
        """
        return self._begin(partial(self._hand_over, operations.heir, to), timeout)

    def _hand_over(self, choose: Callable[..., NodeId], *wanted: object) -> operations.HandOver:
        return operations.HandOver(self.world, choose(self.world, *wanted))

    def join(self, node_id: NodeId, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node gets a vote.

        Raises:
            ValueError: the name is too long for a folder.
        """
        if self._folder is not None:
            self._folder.fits(node_id)
        operation = operations.Join(self.world, node_id, self._client.late)
        return self._reach(operations.Noted(self.world, ("add_node", node_id), operation), timeout)

    def leave(self, node: object, timeout: float) -> Future[NodeId]:
        """Begin to take a node out of the membership.

        Raises:
            ValueError: there is no such node.
        """
        return self._begin(partial(self._leave, node), timeout)

    def _leave(self, node: object) -> operations.Noted:
        node_id = named(node, self.world.hosts)
        self._client.forget_join(node_id)
        operation = operations.Leave(self.world, node_id)
        return operations.Noted(self.world, ("remove_node", node_id), operation)

    def _begin(self, make: Callable[[], Operation], timeout: float) -> Future[NodeId]:
        """Make an operation, which raises what is wrong, and ask it in one call of the loop."""
        request = Request(_patience_us(timeout))
        request.given_up = self._give_up
        request.hurries = self._hurries
        self.loop.call(partial(self._begun, request, make), min(timeout, CALL_SECONDS))
        return request

    def _begun(self, request: Request, make: Callable[[], Operation]) -> None:
        request.operation = make()
        self._client.begin(request)

    def _reach(self, operation: Callable[[], NodeId | None], timeout: float) -> Future[NodeId]:
        return self._hand_in(
            self._client.take, Request(_patience_us(timeout), operation=operation)
        )[0]

    # -- what is done at once

    def names(self) -> tuple[NodeId, ...]:
        """Name all nodes."""
        return self.loop.look(lambda: tuple(sorted(self.world.hosts, key=natural)))

    def act(self, name: str, *args: Any) -> None:
        """Do something to the world.

        Raises:
            ValueError: it cannot be done; or a node is to be started that was removed, or lost its
                disk.
        """
        self.loop.call(partial(self._act, name, *args))

    def _act(self, name: str, *args: Any) -> None:
        if name == "restart" and args:
            self._restart(args[0])
            return
        members = configuration(self.world, self.world.leader()).members
        act(self.world, name, *args)
        if name in {"remove", "replace"}:
            self._see_off(members)

    def _see_off(self, before: Sequence[NodeId]) -> None:
        """Stop those that are to leave when that is decided, as if remove_node() had asked."""
        after = configuration(self.world, self.world.leader())
        for node in before:
            if node not in after.voters + after.learners + after.learners_next:
                self._client.see_through(operations.Leave(self.world, node, begun=True))

    def _restart(self, node_id: Any) -> None:
        """Start what may be started; of all nodes those that may not are left out."""
        world = self.world
        if node_id == ALL:
            self._start(
                each
                for each, host in world.hosts.items()
                if not (host.replica.alive or each in world.gone or is_wiped(host.replica))
            )
            return
        if node_id in world.gone:
            raise ValueError(f"{node_id!r} was removed; add_node() one with another name")
        if node_id in world.hosts and is_wiped(world.hosts[node_id].replica):
            raise ValueError(
                f"{node_id!r} lost its disk, and with it what it has voted and promised: started "
                f"again it could vote twice in one term. remove_node() it and add_node() one with "
                f"another name"
            )
        act(world, "restart", node_id)

    def _start(self, nodes: Iterable[NodeId]) -> None:
        """Start nodes; one that cannot be started keeps no other one from it."""
        failures = []
        for node in tuple(nodes):
            try:
                act(self.world, "restart", node)
            except (ConsensusError, OSError, MemoryError) as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def skip(self, index: int) -> None:
        """Let all nodes pass over an entry, and start those again that ended by it.

        Raises:
            ValueError: no node ended by it, or one has applied it.
            OSError: that could not be kept in the folder; then nothing was done.
        """
        self.loop.call(partial(self._skip, index))

    def _skip(self, index: int) -> None:
        check_skip(self.world, index)
        ended = [node for node, at in unapplied(self.world).items() if at == index]
        if self._folder is not None:
            self._folder.skip(index)
        act(self.world, "skip", index)
        self._start(ended)

    def act_on(self, name: str, node: object, *args: Any) -> None:
        """Do something to a node.

        Raises:
            ValueError: there is no such node; or it is to be started and was removed, or lost
                its disk.
        """
        self.loop.call(partial(self._act_on, name, node, *args))

    def _act_on(self, name: str, node: object, *args: Any) -> None:
        self._act(name, named(node, self.world.hosts), *args)

    def inflict(self, name: object, args: object) -> str:
        """Do a fault that a person asks for by hand, checked and done in one call of the loop.

        Args:
            name: of the fault, as it came.
            args: what it takes from a person, as it came.

        Returns:
            What was done, as a sentence without its full stop.

        Raises:
            ValueError: it cannot be done; then nothing was done.
        """
        return self.loop.call(partial(inflict, self.world, name, args))

    def act_between(self, name: str, sender: object, recipient: object, *args: Any) -> None:
        """Do something to the link from one node to another.

        Raises:
            ValueError: there is no such node, or it is one and the same.
        """
        self.loop.call(partial(self._act_between, name, (sender, recipient), *args))

    def _act_between(self, name: str, ends: Sequence[object], *args: Any) -> None:
        known = [named(each, self.world.hosts) for each in ends]
        if known[0] == known[1]:
            raise ValueError(f"expected two nodes, came {known[0]!r} twice")
        self._act(name, *known, *args)

    def step_down(self, timeout: float) -> Future[NodeId]:
        """Let the leader begin to hand over to whoever has most of the log.

        Raises:
            NoLeaderError: nobody leads, or there is nobody to hand over to.
        """
        return self._begin(partial(self._hand_over, operations.successor), timeout)

    def part(self, groups: Iterable[Iterable[NodeId]]) -> None:
        """Cut the links between groups of nodes."""
        self.loop.call(partial(self._part, [*map(tuple, groups)]))

    def _part(self, groups: Sequence[Sequence[NodeId]]) -> None:
        self._act("partition", *sides(groups, sorted(self.world.hosts, key=natural)))

    def relink(self, node: object, link: Link) -> None:
        """Say how well a node's links work, in both directions."""
        self.loop.call(partial(self._relink, node, link))

    def _relink(self, node: object, link: Link) -> None:
        node_id = named(node, self.world.hosts)
        self.world.note("", "act", ("slow", (node_id, link.latency_us_min / 1e6, link.loss)))
        with self.journal.details():
            for other in self.world.hosts:
                if other != node_id:
                    act(self.world, "link", node_id, other, *link)
                    act(self.world, "link", other, node_id, *link)

    def set_pace(self, *, paused: bool | None = None, speed: float | None = None) -> None:
        """Let the world's time stand still or go on, and how fast."""
        self.loop.call(partial(self._set_pace, paused, speed))

    def _set_pace(self, paused: bool | None, speed: float | None) -> None:  # noqa: FBT001 -- as it came
        self.loop.paused = self.loop.paused if paused is None else paused
        if speed is not None:
            self.loop.speed = speed
            self.showing.skip()

    @property
    def speed(self) -> float:
        """Seconds of the world's time in a second, as was said."""
        return self.loop.speed

    @property
    def slowest(self) -> float:
        """The same, while somebody watches and it may be slowed down."""
        return min(self.loop.speed, SLOWEST)

    def skip_slow(self) -> None:
        """End slow motion."""
        self.loop.call(self.showing.skip)

    @property
    def paused(self) -> bool:
        """Whether the world's time stands still."""
        return self.loop.paused

    # -- looking on, and back

    def quorum_size(self) -> int:
        """Return how many voters must agree."""
        return self.loop.look(partial(quorum_size, self.world))

    def alive_count(self) -> int:
        """Return how many members run."""
        return len(self.loop.look(partial(members_alive, self.world)))

    def has_quorum(self) -> bool:
        """Say whether enough nodes run, and reach one another, to decide something."""
        return self.loop.look(lambda: can_decide(self.world, self.world.leader()))

    def events(self) -> tuple[TraceEvent, ...]:
        """Return the latest events that a person follows."""
        return self.loop.look(self.journal.noteworthy)

    def trace(self) -> tuple[TraceEvent, ...]:
        """Return the latest events, all of them."""
        return self.loop.look(self.journal.everything)

    def status(self) -> ClusterStatus:
        """Return every node as it is now, or was before the loop began what it does now."""
        return self.loop.look(self._status)

    def _status(self) -> ClusterStatus:
        loop = self.loop
        age = loop.world_lock.seconds
        busy = loop.world_lock.runs if age else ""
        return world_status(self.world, stopped=loop.stopping, age=age, busy=busy)

    def node(self, node_id: NodeId, *, copied: bool) -> NodeStatus:
        """Look at a node; ``copied`` says whether its state is wanted too."""
        return self.loop.look(partial(node_status, self.world, node_id, copied=copied))

    @property
    def age(self) -> float:
        """How many seconds ago the cluster was as it is seen now."""
        return self.loop.world_lock.seconds

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call something at the end of each turn of the loop, in its thread.

        Args:
            listener: called at least ten times a second, also while time stands still, and once
                when the loop has ended; it is quick and raises nothing.

        Returns:
            What ends that.
        """
        self.loop.listen(listener)
        return partial(self.loop.unlisten, listener)

    def step(self) -> tuple[TraceEvent, ...]:
        """Let the world's time stand still, then let something happen in it; return what did."""
        self.set_pace(paused=True)
        return self.loop.call(partial(self.journal.next_of, self.world, self.loop.tape))

    def run_for(self, duration: float) -> tuple[TraceEvent, ...]:
        """Let the world's time stand still but for so many seconds at once; return what happened.

        Raises:
            ValueError: the number makes no sense.
        """
        duration_us = round(seconds("seconds", duration) * 1e6)
        return self.loop.call(partial(self._run_for, duration_us))

    def _run_for(self, duration_us: int) -> tuple[TraceEvent, ...]:
        self.loop.paused = True
        before = self.world.noted
        play(self.world, self.loop.tape, self.world.now_us + duration_us)
        return tuple(each for each in self.journal.noteworthy() if each.sequence >= before)

    def play_until(self, time_us: int) -> None:
        """Let the world's time go on, and stand still again at a time."""
        self.loop.call(partial(self._play_until, time_us))

    def _play_until(self, time_us: int) -> None:
        self.loop.until_us = time_us
        self.loop.paused = time_us <= self.world.now_us

    @property
    def ahead_us(self) -> int | None:
        """Up to when it is known what comes, in a run that is replayed; None elsewhere."""
        tape = self.loop.tape
        return tape.ends_us if tape.ends_us > self.world.now_us else None

    def past(self) -> Simulation:
        """Return the run so far, to go back in; what is computed there disturbs nobody here.

        Raises:
            ConsensusError: the cluster keeps its logs in a folder.
        """
        if not self.loop.keeps:
            raise ConsensusError(
                "a cluster that keeps its logs in a folder cannot be gone back in; "
                "start one without storage= to try things"
            )
        return Simulation.rewind(self.loop.look(self._taped))

    def span(self) -> tuple[float, float]:
        """Return from when to when one can go back, in seconds of the world's time."""
        first_us, last_us = self.past().span_us
        return first_us / 1e6, last_us / 1e6

    def status_at(self, at: float, timeout: float) -> ClusterStatus:
        """Return every node as it was at a time, in seconds.

        Raises:
            ConsensusError: it cannot be gone back in, or that was not computed in so many seconds.
        """
        return world_status(self._moment(at, timeout).world)

    def fork(self, at: float | None, timeout: float) -> Driver:
        """Return the driver of a cluster with the same past up to a time; now if that is None.

        Raises:
            ConsensusError: as for :meth:`status_at`.
        """
        return forked(self._moment(at, timeout), before=self.events())

    def _moment(self, at: float | None, timeout: float) -> Simulation:
        past = self.past()
        travel(past, moment_us(at, past.span_us), timeout)
        return past

    def _taped(self) -> Tape:
        tape = self.loop.tape.copy()
        tape.reach(self.world)
        return tape

    def recording(self) -> Recording:
        """Return how the run came about.

        Raises:
            ConsensusError: the cluster keeps its logs in a folder.
            ValueError: it ran for so long that its beginning was dropped.
        """
        if not self.loop.keeps:
            raise ConsensusError(
                "a cluster that keeps its logs in a folder cannot be recorded: what it began "
                "with is there and not here"
            )
        return self.loop.look(lambda: Recording.of(self.world, self.loop.tape))

    @property
    def journal(self) -> Journal:
        """What happened."""
        journal: Any = self.world.trace
        return journal  # type: ignore[no-any-return]  # that is what the world was made with


def forked(
    simulation: Simulation, *, before: Iterable[TraceEvent] = (), onwards: bool = False
) -> Driver:
    """Open a driver for what follows from a moment of a run.

    Args:
        simulation: stands at that moment, and is not to be used any more.
        before: what is known of what happened before its trace begins.
        onwards: whether what lies ahead in it is played; else it is dropped.

    Examples:
        >>> run = Simulation.start(7, ["n1", "n2", "n3"])
        >>> run.run_until(2_000_000)
        >>> driver = forked(run)
        >>> driver.loop.world.now_us
        2000000
    """
    world, tape = simulation.world, simulation.tape
    tape.reach(world)
    if not onwards:
        tape.forget_ahead()
    tape.checkpoints = simulation.kept()
    world.trace = journal = Journal()
    begins_us = simulation.trace[0].time_us if simulation.trace else world.now_us
    for event in (*(each for each in before if each.time_us < begins_us), *simulation.trace):
        journal.append(event)
    world.details = False
    return Driver(world)


def moment_us(at: Any, span_us: tuple[int, int]) -> int:
    """Return a moment of a run in microseconds.

    Args:
        at: seconds; None for the end.
        span_us: from when to when one can go.

    Raises:
        ValueError: it is no time in between.
    """
    first_us, last_us = span_us
    if at is None:
        return last_us
    if isinstance(at, int | float) and first_us <= at * 1e6 <= last_us + 1:
        return min(round(at * 1e6), last_us)
    raise ValueError(
        f"at: expected seconds of the cluster's own time from {first_us / 1e6:.6f} to "
        f"{last_us / 1e6:.6f}, came {abbreviate(at)}"
    )


def _patience_us(timeout: float) -> int:
    return round(seconds("timeout", timeout) * 1e6)
