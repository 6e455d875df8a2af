"""Workload: clients that live in a world, and the history of what they saw.

A client does one operation after another on a few keys that all clients share: unique writes,
compare-and-set, reads at any node. It gives up after a while, and then does not know. Some clients
have a session, so that they may ask again: with the same ticket, at another node.

Recorded is what a client may say, no more: an answer, a refusal of something that was never
appended or whose place another entry took, or nothing. The history is for
:func:`igniter_nb.consensus.testing.linearizability.check`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.consensus.simulator.chance import stream
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.state_machine.machine import Failure
from igniter_nb.consensus.testing.history import History
from igniter_nb.raft import EntryKind, ProposalRefusedError, Ticket

if TYPE_CHECKING:
    from igniter_nb.consensus.replica import Answer, Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import NodeId

__all__ = ["Acknowledged", "Client", "Habits", "Workload"]


class Habits(NamedTuple):
    """What clients do.

    Attributes:
        clients: how many.
        keys: how many keys they share.
        sessions: share of them that have a session.
        reads: share of operations that read.
        compares: share that compare and set; the rest writes.
        any_node_reads: share of reads that do not go to the leader.
        unheard: share of answers that never reach the client.
        timeout_us: after how long a client gives up, in microseconds.
        pause_us: longest time between two operations.
        travel_us: longest time a request is under way to a node.
        until_us: no operation begins after this time.
    """

    clients: int = 4
    keys: int = 3
    sessions: float = 0.5
    reads: float = 0.4
    compares: float = 0.15
    any_node_reads: float = 0.3
    unheard: float = 0.0
    timeout_us: int = 400_000
    pause_us: int = 60_000
    travel_us: int = 1_000
    until_us: int = 2_000_000


class Acknowledged(NamedTuple):
    """A write that a client was told of: this entry must be there for ever.

    Attributes:
        index: index of the entry.
        term: its term.
    """

    index: int  # type: ignore[assignment]  # the paper's word, not tuple.index
    term: int


class Workload:
    """All clients of a world.

    Args:
        world: where they live.
        habits: what they do.

    Attributes:
        history: what they saw.
        acknowledged: the writes that they were told of.
    """

    def __init__(self, world: World, habits: Habits) -> None:
        self.world = world
        self.habits = habits
        self.history = History()
        self.acknowledged: list[Acknowledged] = []
        with_session = round(habits.clients * habits.sessions)
        self.clients = [
            Client(self, number, session=number < with_session) for number in range(habits.clients)
        ]
        world.guests.append(self)

    def counts(self) -> tuple[int, int]:
        """Return how many operations ended with an answer, and how many without."""
        ended = [operation.end is not None for operation in self.history]
        return sum(ended), len(ended) - sum(ended)


class _Attempt(NamedTuple):
    """One operation as it goes to a node.

    Attributes:
        number: of the operation in the history; -1 opens a session.
        kind: ``"write"``, ``"cas"``, ``"read"`` or ``"register"``.
        key: what it is about.
        data: the command, empty for a read.
        ticket: of a client with a session.
    """

    number: int
    kind: str
    key: str
    data: bytes
    ticket: Ticket | None


class Client:
    """One client; does one thing at a time.

    Args:
        workload: whose history it writes to.
        number: its own.
        session: whether it opens a session, and asks again when it hears nothing.
    """

    def __init__(self, workload: Workload, number: int, *, session: bool) -> None:
        self.workload = workload
        self.world = workload.world
        self.name = f"c{number + 1}"
        self._chance = stream(self.world.seed, f"client {self.name}")
        self._session = session
        self._id = 0
        self._serial = 0
        self._last: dict[str, Any] = {}
        self._leader: NodeId | None = None
        self._now: _Attempt | None = None  # what it waits for
        self._begun = 0
        self.world.at(self._soon(100_000), self._next)

    def _soon(self, longest_us: int) -> int:
        return self.world.now_us + 1 + int(self._chance.random() * longest_us)

    # -- beginning

    def _next(self, _: object) -> None:
        """Begin the next operation, if it is not too late."""
        habits, world = self.workload.habits, self.world
        if world.now_us >= habits.until_us:
            return
        if self._session and not self._id:
            attempt = _Attempt(-1, "register", "", b"", None)
        else:
            attempt = self._drawn()
        self._now = attempt
        self._begun = world.now_us
        if world.trace is not None and attempt.number >= 0:
            world.note("", "client", f"{self.name} asks: {self._told(attempt)}")
        self._send(attempt)
        patience = habits.timeout_us // (2 if attempt.ticket is not None else 1)
        world.at(world.now_us + patience, self._hears_nothing, attempt)

    def _told(self, attempt: _Attempt) -> str:
        what = attempt.data.decode() if attempt.data else attempt.key
        return f"{attempt.kind} {what}"

    def _drawn(self) -> _Attempt:
        habits, draw = self.workload.habits, self._chance.random
        key = f"k{int(draw() * habits.keys)}"
        share = draw()
        self._serial += 1
        value = f"{self.name}-{self._serial}"
        invoke = partial(self.workload.history.invoke, self.name, key, at=self.world.now_us)
        if share < habits.reads:
            return _Attempt(invoke("read"), "read", key, b"", None)
        ticket = Ticket(self._id, self._serial, self._serial) if self._id else None
        if share < habits.reads + habits.compares:
            expected = self._last.get(key)
            data = encode({"key": key, "value": value, "expected": expected})
            number = invoke("cas", argument=value, expected=expected)
            return _Attempt(number, "cas", key, data, ticket)
        number = invoke("write", argument=value)
        return _Attempt(number, "write", key, encode({"key": key, "value": value}), ticket)

    def _send(self, attempt: _Attempt) -> None:
        """Send a request to whom it is thought to be for."""
        habits, draw = self.workload.habits, self._chance.random
        target = self._leader
        anywhere = attempt.kind == "read" and draw() < habits.any_node_reads
        if target is None or anywhere:
            names = list(self.world.hosts)
            target = names[int(draw() * len(names))]
        self.world.at(self._soon(habits.travel_us), self._arrives, (attempt, target))

    # -- at a node

    def _arrives(self, request: tuple[_Attempt, NodeId]) -> None:
        attempt, target = request
        host = self.world.hosts[target]
        if attempt is not self._now:
            return
        if not host.replica.alive:
            self._leader = None
            self._again(attempt)
        else:
            self.world.later(host, self._serve, attempt, at_us=self.world.now_us)

    def _serve(self, host: Host, attempt: _Attempt) -> None:
        if attempt.kind == "read":
            self.world.read(host, partial(self._may_read, attempt))
            return
        register = attempt.kind == "register"
        kind = EntryKind.REGISTER if register else EntryKind.COMMAND
        waiter = partial(self._applied, attempt)
        try:
            self.world.propose(host, attempt.data, waiter, ticket=attempt.ticket, kind=kind)
        except ProposalRefusedError as refused:
            self._leader = refused.leader if refused.leader in self.world.hosts else None
            self._again(attempt)
        else:
            self._leader = host.replica.node_id

    def _again(self, attempt: _Attempt) -> None:
        """Ask again after a while, somewhere: nothing was appended, or the ticket makes it safe."""
        self.world.at(self._soon(40_000), self._resend, attempt)

    def _resend(self, attempt: _Attempt) -> None:
        if attempt is self._now:
            self._send(attempt)

    # -- ends

    def _applied(self, attempt: _Attempt, answer: Answer, _: Replica) -> None:
        """Hear what came of a proposal."""
        if attempt is not self._now or self._chance.random() < self.workload.habits.unheard:
            return
        if answer.status == "ok":
            self._answered(attempt, answer)
        elif attempt.ticket is not None or attempt.kind == "register":
            self._leader = None
            self._again(attempt)
        elif answer.status == "lost":
            self.workload.history.fail(attempt.number, at=self.world.now_us)
            self._done("was lost")
        else:
            self._leader = None
            self.workload.history.unknown(attempt.number)
            self._done("never hears")

    def _answered(self, attempt: _Attempt, answer: Answer) -> None:
        outcome, now, history = answer.outcome, self.world.now_us, self.workload.history
        if attempt.kind == "register":
            self._id, self._serial = outcome.value, 0
            self._done(f"has session {self._id}")
        elif outcome.failure is Failure.NONE:
            history.complete(attempt.number, at=now)
            self.workload.acknowledged.append(Acknowledged(outcome.index, outcome.term))
            self._done(f"has it at {outcome.index}")
        elif outcome.failure is Failure.REFUSED and attempt.kind == "cas":
            history.mismatch(attempt.number, at=now)
            self._last.pop(attempt.key, None)
            self._done("found another value")
        else:
            history.unknown(attempt.number)
            self._id = 0
            self._done(f"cannot know: {outcome.failure.value}")

    def _may_read(self, attempt: _Attempt, answer: Answer, replica: Replica) -> None:
        """Read, now that the node says that it is fresh."""
        if attempt is not self._now or self._chance.random() < self.workload.habits.unheard:
            return
        if answer.status != "ok":
            self._leader = None
            self._again(attempt)
            return
        value = replica.machine.get(attempt.key)
        self._last[attempt.key] = value
        self.workload.history.complete(attempt.number, at=self.world.now_us, result=value)
        self._done(f"reads {value} at {replica.node_id}")

    def _hears_nothing(self, attempt: _Attempt) -> None:
        """Give up, or with a session ask again elsewhere, up to three times as long."""
        if attempt is not self._now:
            return
        habits, world = self.workload.habits, self.world
        self._leader = None
        if attempt.ticket is not None and world.now_us < self._begun + 3 * habits.timeout_us:
            self._send(attempt)
            world.at(world.now_us + habits.timeout_us // 2, self._hears_nothing, attempt)
            return
        if attempt.number >= 0:
            self.workload.history.unknown(attempt.number)
        self._done("gives up")

    def _done(self, sentence: str) -> None:
        self._now = None
        if self.world.trace is not None:
            self.world.note("", "client", f"{self.name} {sentence}")
        self.world.at(self._soon(self.workload.habits.pause_us), self._next)
