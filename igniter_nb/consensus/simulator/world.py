"""World: a cluster in one thread, with nodes, network, virtual clock and events in order.

The tests run it as fast as it goes; a live cluster tells it the time and lets it catch up. What
always holds:

1. Time is an integer of microseconds and never goes back. What comes due at one time happens in
   the order in which it was asked for; nodes that do all at once come last.
2. Everything follows from the seed, the options and the calls: same calls, same trace.
3. A node is woken only by what arrives and when its core wants it; before it is given anything it
   is told the ticks that have passed on its own clock.
4. With ``stepwise`` every single effect of a node is an event of its own, so that a crash can fall
   between any two; without, a node takes all that waits for it and does all that follows at once.
5. What a node asked for in one life never happens in the next. Messages under way live on.
6. A world can be pickled at any point between two events, and goes on from there in the same way.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from igniter_nb.consensus.replica import FAILURES, Replica, why_ended
from igniter_nb.consensus.simulator.chance import stream
from igniter_nb.consensus.simulator.host import ANY, HELD_MOST, NEVER, Host, facts
from igniter_nb.consensus.simulator.network import MemoryTransport
from igniter_nb.consensus.simulator.options import Line, Options
from igniter_nb.consensus.simulator.stepwise import Stepwise
from igniter_nb.consensus.status.trace import TraceEvent
from igniter_nb.consensus.storage import in_memory, volatile
from igniter_nb.errors import LogCorruptedError
from igniter_nb.raft import Configuration, EntryKind, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from igniter_nb.consensus.simulator.host import Facts
    from igniter_nb.consensus.storage import Storage
    from igniter_nb.consensus.storage.protocol import StorageFactory
    from igniter_nb.raft import Entry, Message, NodeId, Ticket

__all__ = ["Line", "Options", "World"]


_Event: TypeAlias = "tuple[Any, Host | None, int, Any]"
"""What comes due: what to call, on which host, in which of its lives or ``ANY``, with what."""


class Script(Protocol):
    """Where what comes from outside is written: a list, or what can be gone back in."""

    def append(self, line: Line, /) -> None:
        """Note that a line was done."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Line]: ...


class World:
    """Nodes, network and clock.

    Args:
        seed: what all chance follows from.
        node_ids: the nodes.
        machine: what the nodes replicate: a kind that ``Machine`` takes.
        options: how the world is made.
        trace: where events are noted; a list, a bounded deque, or None to note nothing.
        storage: makes what a node keeps; in memory by default.
        founders: the first members, all of them voters: what those of them begin with that have
            kept nothing. All nodes by default.
        gone: nodes that were removed before this world began; what they kept is not looked at.

    Attributes:
        now_us: the time in microseconds.
        events: how many events have happened.
        founders: the membership at first.
        hosts: the nodes in the order in which they came, by name.
        network: what carries messages.
        script: what came from outside so far; its length counts the lines that were done.
        trace: what happened, see :mod:`igniter_nb.consensus.status.trace`.
        details: whether messages and commits are noted too, or only what a person follows.
        gone: nodes that were removed; their names are not used again.
        skipped: indexes of entries that all nodes pass over, see the action ``skip``.
        guests: what else lives in the world, as clients do, and is pickled with it.
        farewell: called with each node whose removal is decided, before it is stopped for that.
        watch: called after each event that changed a node and at the start of each life, with the
            host and the facts before; an error stops the world.
        overhear: called with each message that will arrive.

    Examples:
        >>> world = World(7, ["n1", "n2", "n3"])
        >>> world.run_until(2_000_000)
        >>> world.leader() is not None
        True
    """

    def __init__(  # noqa: PLR0913 - all but three are named and have defaults
        self,
        seed: int,
        node_ids: Sequence[NodeId],
        *,
        machine: Any = None,
        options: Options | None = None,
        trace: list[TraceEvent] | deque[TraceEvent] | None = None,
        storage: StorageFactory | None = None,
        founders: Sequence[NodeId] | None = None,
        gone: Collection[NodeId] = (),
    ) -> None:
        self.seed = seed
        self.options = options = options or Options()
        self.machine = machine
        self.now_us = self.events = self.noted = self._pushed = 0
        self.trace = trace
        self.script: Script = []
        self.guests: list[Any] = []
        self.gone: dict[NodeId, None] = dict.fromkeys(gone)
        self.skipped: set[int] = set()
        self.details = True
        self.farewell: Callable[[NodeId], None] | None = None
        self.watch: Callable[[Host, Facts], None] | None = None
        self.overhear: Callable[[Message], None] | None = None
        self.hosts: dict[NodeId, Host] = {}
        self.network = MemoryTransport(
            self._arriving, stream(seed, "network"), options.link, may_show=options.may_show
        )
        self.chance = stream(seed, "world")
        self._make_storage = storage or in_memory
        self._fifo: deque[_Event] = deque()
        self._dirty: deque[Host] = deque()
        self._heap: list[tuple[int, int, _Event]] = []
        self._stepwise = Stepwise(self) if options.stepwise else None
        first = node_ids if founders is None else founders
        self.founders = Configuration(voters=tuple(sorted(first)))
        for node_id in node_ids:
            if node_id in gone:
                self._host(node_id, in_memory(node_id), None).replica.look_blank()
            else:
                self.add_host(node_id, self.founders if node_id in first else None, damaged=True)

    def __getstate__(self) -> dict[str, Any]:
        """Leave trace and script out of a checkpoint: whoever goes back still has them."""
        return {**self.__dict__, "trace": None, "script": []}

    # -- time

    def step(self) -> bool:
        """Let the next event happen, and the time it takes pass; tell whether there was one."""
        heap, fifo = self._heap, self._fifo
        if self._dirty and not fifo and not (heap and heap[0][0] <= self.now_us):
            self._settle_next()
            return True
        if fifo and not (heap and heap[0][0] <= self.now_us):  # the heap's were asked for earlier
            event = fifo.popleft()
        elif heap:
            time_us, _, event = heappop(heap)
            if time_us > self.now_us:
                self.now_us = self.network.now_us = time_us
        else:
            return False
        self.events += 1
        if event[1] is None:
            event[0](event[3])
        else:
            self._at_host(event[1], event)
        return True

    def _settle_next(self) -> None:
        """Let the first node in line take all that waits for it; the same as an event, leaner."""
        self.events += 1
        host = self._dirty.popleft()
        if not host.dirty:
            return  # that life is over
        if host.fuse or not host.replica.alive or host.replica.paused:
            host.dirty = False
            self._fifo.append((self._settle, host, host.replica.incarnation, None))
            return
        try:
            self._settle(host, None)
        except FAILURES as error:
            self.stop(host, why_ended(error), failure=error)
        self.touched(host)

    def _at_host(self, host: Host, event: _Event) -> None:
        call, _, incarnation, payload = event
        replica = host.replica
        if incarnation not in (replica.incarnation, ANY):
            return
        if not replica.alive:
            if incarnation == ANY and self.trace is not None:
                self.note(replica.node_id, "lost", (payload, "the node is down"))
            return
        if replica.paused:
            self._hold(host, event)
            return
        if host.fuse:
            host.fuse -= 1
            if not host.fuse:
                self.stop(host, "it is ended between two steps", kept=host.fuse_keeps)
                return
        try:
            if call(host, payload):
                return  # it left the node as it was
        except FAILURES as error:
            self.stop(host, why_ended(error), failure=error)
        self.touched(host)

    def _hold(self, host: Host, event: _Event) -> None:
        """Keep for a paused node what came due."""
        if event[2] != ANY or len(host.held) < HELD_MOST:
            host.held.append(event)
        elif self.trace is not None:
            self.note(host.replica.node_id, "lost", (event[3], "the node's buffer is full"))

    def run_until(self, time_us: int) -> None:
        """Let everything happen that comes due up to a time, which then is now."""
        fifo, dirty, heap, step = self._fifo, self._dirty, self._heap, self.step
        while dirty or fifo or (heap and heap[0][0] <= time_us):
            step()
        if time_us > self.now_us:
            self.now_us = self.network.now_us = time_us

    def wait_until(self, time_us: int) -> None:
        """Let time pass in which nothing comes due."""
        assert self.now_us <= time_us <= self.next_us, (self.now_us, time_us, self.next_us)
        self.now_us = self.network.now_us = time_us

    def settle(self) -> None:
        """Let everything happen that is due now."""
        self.run_until(self.now_us)

    @property
    def next_us(self) -> int:
        """When the next event comes due; ``NEVER`` if none does."""
        is_due = self._fifo or self._dirty
        return self.now_us if is_due else self._heap[0][0] if self._heap else NEVER

    # -- asking for events

    def at(self, time_us: int, call: Callable[[Any], None], payload: Any = None) -> None:
        """Let something happen at a time: ``call(payload)``; a bound method, to be picklable."""
        self._push(time_us, (call, None, ANY, payload))

    def _push(self, time_us: int, event: _Event) -> None:
        if time_us <= self.now_us:
            self._fifo.append(event)
        else:
            self._pushed += 1
            heappush(self._heap, (time_us, self._pushed, event))

    def later(self, host: Host, call: Any, payload: Any, *, at_us: int) -> None:
        """Let something happen on a host at a time, if this life lasts."""
        self._push(at_us, (call, host, host.replica.incarnation, payload))

    # -- nodes

    def add_host(
        self, node_id: NodeId, bootstrap: Configuration | None = None, *, damaged: bool = False
    ) -> Host:
        """Set up a node and start it; without a membership of its own it waits to be added.

        With ``damaged`` it is there and down if it lost a part of what it had kept.
        """
        if node_id in self.hosts:
            raise ValueError(f"expected a name that was never used, came {node_id!r}")
        host = self._host(node_id, self._make_storage(node_id), bootstrap)
        try:
            self.start(host)
        except BaseException as error:
            if not (damaged and isinstance(error, LogCorruptedError)):
                del self.hosts[node_id]  # it never lived
                raise
            host.replica.look_blank()
        return host

    def _host(self, node_id: NodeId, storage: Storage, bootstrap: Configuration | None) -> Host:
        options = self.options
        replica = Replica(
            replace(options.config, node_id=node_id),
            storage,
            stream(self.seed, f"jitter of {node_id}").randrange,
            machine=self.machine,
            send=self.network.send,
            snapshot_every=options.snapshot_every,
            bootstrap=bootstrap,
            skipped=self.skipped,
        )
        host = self.hosts[node_id] = Host(replica, options.tick_us, options.disk_us)
        return host

    def start(self, host: Host) -> None:
        """Begin a life."""
        replica = host.replica
        tried = replica.incarnation or replica.failure
        if tried and volatile(replica.storage) is None:
            replica.storage = self._make_storage(replica.node_id)
        try:
            replica.start()
        except BaseException as error:
            replica.failure = error
            if isinstance(error, LogCorruptedError) and self.trace is not None:
                self.note(replica.node_id, "stop", f"it cannot be started: {error.message}")
            with suppress(OSError):  # what is wrong is told already
                replica.storage.close()
            if (disk := volatile(replica.storage)) is not None:
                disk.crash()  # to be loaded again
            raise
        host.begin(self.now_us)
        core = replica.core
        if self.trace is not None:
            detail = (replica.incarnation, core.term, core.log.last_index)
            self.note(replica.node_id, "start", detail)
        host.seen = facts(core)
        if self.watch is not None:
            self.watch(host, host.seen)
        self.nudge(host)

    def stop(
        self,
        host: Host,
        why: str,
        *,
        kept: int | None = None,
        torn: bool = False,
        failure: BaseException | None = None,
    ) -> None:
        """End a life.

        Args:
            host: whose.
            why: a clause for the trace.
            kept: how many unsynced writes the disk keeps; None for all, if only the process ends.
            torn: whether the first write that is lost was half done.
            failure: the error that ended it.
        """
        replica = host.replica
        if self.trace is not None:
            self.note(replica.node_id, "stop", why)
        host.held.clear()
        host.dirty = False
        disk = volatile(replica.storage)
        if disk is None:
            with suppress(OSError):  # it was told already, or it is told at the next start
                replica.storage.close()
        else:
            unsynced = disk.unsynced
            disk.crash(unsynced if kept is None else min(kept, unsynced), torn=torn)
        replica.stop(failure)

    def rest(self, host: Host, why: str) -> None:
        """End a life with that of the cluster: what the node was is still to be seen."""
        was_paused = host.replica.paused
        self.stop(host, why)
        host.replica.rests, host.replica.paused = True, was_paused

    def resume(self, host: Host) -> None:
        """Let a paused node go on with what came due in between, in order."""
        host.replica.paused = False
        for event in host.held:  # before all that is asked for from now on
            self._pushed += 1
            heappush(self._heap, (self.now_us, self._pushed - NEVER, event))
        host.held.clear()
        self.nudge(host)

    def nudge(self, host: Host) -> None:
        """Let a node look whether there is something to do."""
        if self._stepwise is not None:
            self.later(host, self._stepwise.look, None, at_us=self.now_us)
        elif not host.dirty:
            host.dirty = True
            self._dirty.append(host)

    def leader(self) -> Host | None:
        """Return the living leader of the highest term, None if nobody leads."""
        alive = [host for host in self.hosts.values() if host.replica.alive]
        leaders = (host for host in alive if host.replica.core.role is Role.LEADER)
        return max(leaders, key=lambda host: host.replica.core.term, default=None)

    def propose(
        self,
        host: Host,
        data: bytes,
        waiter: Any = None,
        *,
        ticket: Ticket | None = None,
        kind: EntryKind = EntryKind.COMMAND,
    ) -> Entry:
        """Give a command to a node; see :meth:`Replica.propose`."""
        self.pass_time(host)
        entry = host.replica.propose(data, waiter, ticket=ticket, kind=kind)
        self.nudge(host)
        return entry

    def read(self, host: Host, waiter: Any, *, lease: bool = False) -> int:
        """Ask when a node may be read; see :meth:`Replica.read`."""
        self.pass_time(host)
        number = host.replica.read(waiter, lease=lease)
        self.nudge(host)
        return number

    # -- what a node is given

    def _arriving(self, message: Message, delay_us: int) -> None:
        """Carry a message that was sent."""
        if self.details and self.trace is not None:
            self.note(message.sender, "send", (message, self.now_us + delay_us))
        if self.overhear is not None:
            self.overhear(message)
        host = self.hosts.get(message.recipient)
        if host is None:
            return
        if delay_us:
            self._push(self.now_us + delay_us, (self._arrived, host, ANY, message))
        elif self._stepwise is not None:
            self._fifo.append((self._arrived, host, ANY, message))
        elif host.replica.alive and not host.replica.paused:
            host.replica.inbox.append(message)
            if not host.dirty:
                host.dirty = True
                self._dirty.append(host)
        else:
            self._fifo.append((self._arrived, host, ANY, message))

    def _arrived(self, host: Host, message: Message) -> None:
        """Take a message that was under way."""
        if not self.network.carries(message.sender, message.recipient):
            if self.trace is not None:
                self.note(host.replica.node_id, "lost", (message, "the link was cut"))
        elif self._stepwise is not None:
            self._stepwise.deliver(host, message)
        else:
            host.replica.inbox.append(message)
            self._settle(host, None)

    def _settle(self, host: Host, _: object) -> None:
        """Let a node take all that waits for it and do all that follows."""
        host.dirty = False
        if self.now_us >= host.next_tick_us:
            host.pass_time(self.now_us)
        host.replica.settle()
        if host.armed_for != host.replica.core.changes or host.armed_us == NEVER:
            self.arm(host)  # else the deadline has not come nearer

    # -- timers

    def pass_time(self, host: Host) -> None:
        """Tell a node what time it is, before it is given anything."""
        if self.now_us >= host.next_tick_us:
            host.pass_time(self.now_us)

    def arm(self, host: Host) -> None:
        """Have a node woken when its core wants it.

        A wake-up under way that comes too early is kept, and moved on when it comes; so there are
        never more of them than times that a deadline was moved forward.
        """
        deadline = host.deadline_us()
        if deadline < host.armed_us:
            self._arm(host, deadline)

    def _arm(self, host: Host, deadline_us: int) -> None:
        host.armed_us = deadline_us
        self._push(deadline_us, (self._wake, host, host.replica.incarnation, deadline_us))

    def _wake(self, host: Host, armed_us: int) -> None:
        if armed_us != host.armed_us:
            return
        host.armed_us = NEVER
        deadline = host.deadline_us()
        if self.now_us < deadline:
            self._arm(host, deadline)
        elif self._stepwise is not None:
            self._stepwise.look(host, None)
        else:
            self._settle(host, None)

    # -- what happened

    def note(self, node_id: NodeId, kind: str, detail: Any) -> None:
        """Note an event; callers ask first whether there is a trace."""
        assert self.trace is not None
        self.trace.append(TraceEvent(self.noted, self.now_us, node_id, kind, detail))
        self.noted += 1

    def touched(self, host: Host) -> None:
        """Look at a node after an event: note what is new, and let invariants be checked."""
        core, old = host.replica.core, host.seen
        quiet = self.watch is None and not (self.details and self.trace is not None)
        if quiet and core.changes == host.looked_at:
            return  # nothing that is noted, and nobody else looks
        host.looked_at = core.changes
        new = facts(core)
        if new == old:
            return
        host.seen = new
        if self.trace is not None:
            node_id = host.replica.node_id
            if new[:3] != old[:3]:
                self.note(node_id, "role", new[:3])
            if self.details and new.commit != old.commit:
                self.note(node_id, "commit", new.commit)
            if self.details and old.snapshot < new.snapshot <= new.applied:
                self.note(node_id, "compact", new.snapshot)
        if self.watch is not None:
            self.watch(host, old)
