"""World with clients, watched by every invariant, in which the scenarios are played.

Time is virtual: ``run(20)`` lets 20 ms pass. An election timeout is 100 to 200 ms, a heartbeat
comes every 20 ms, a message takes 0.5 to 1 ms. A :class:`Call` is one operation of a client; what
it hears goes into the history, which :meth:`Stage.finish` checks for linearizability.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.world import Options, World
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.state_machine.machine import Failure
from igniter_nb.consensus.testing.history import History
from igniter_nb.consensus.testing.invariants import Invariants
from igniter_nb.consensus.testing.linearizability import Answer as Checked
from igniter_nb.consensus.testing.linearizability import check
from igniter_nb.consensus.transport import Link
from igniter_nb.raft import Config, EntryKind, ProposalRefusedError, Role, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.replica import Answer, Replica
    from igniter_nb.consensus.storage import Storage

LIVE_WITHIN_MS = 6_000
TIMEOUT_MS = 200
"""The longest election timeout."""


def settings(**config: Any) -> Config:
    """Make the options of the cores, with ticks of a millisecond."""
    usual = {"election_ticks": 100, "election_jitter": 100, "heartbeat_ticks": 20}
    return Config(**{"node_id": "any", **usual, **config})


class Call:
    """One operation of a client.

    Attributes:
        status: ``"nothing yet"``, then what the node said: ok, lost, unknown, refused.
        value: what a read saw, or what a command returned.
        entry: what a proposal was made into.
        outcome: what the state machine said to a command.
    """

    def __init__(self, stage: Stage, number: int, key: str = "") -> None:
        self.stage = stage
        self.number = number
        self.key = key
        self.status = "nothing yet"
        self.value: Any = None
        self.entry: Any = None
        self.outcome: Any = None

    def decided(self, answer: Answer, _: Replica) -> None:
        """Hear what came of a proposal."""
        history, now = self.stage.history, self.stage.world.now_us
        self.status, self.outcome = answer.status, answer.outcome
        if self.number < 0:
            self.value = answer.outcome.value if answer.status == "ok" else None
        elif answer.status == "ok" and answer.outcome.failure is Failure.NONE:
            history.complete(self.number, at=now)
            self.stage.acked.append((answer.outcome.index, answer.outcome.term))
        elif answer.status == "lost":
            history.fail(self.number, at=now)
        else:
            history.unknown(self.number)

    def readable(self, answer: Answer, replica: Replica) -> None:
        """Read, or hear that this is not to be."""
        self.status = answer.status
        if answer.status == "ok":
            self.value = replica.machine.get(self.key)
            now = self.stage.world.now_us
            self.stage.history.complete(self.number, at=now, result=self.value)


class Stage:
    """A world with its watch and its clients.

    Args:
        nodes: how many.
        seed: of the world.
        config: of the cores, see :func:`settings`.
        storage: makes what a node keeps.
        link: how well the network works.
        options: of the world.

    Attributes:
        world: the world.
        invariants: what watches it.
        history: what clients saw.
        acked: index and term of each write that a client was told of.
    """

    def __init__(
        self,
        nodes: int = 3,
        *,
        seed: int = 1,
        config: Config | None = None,
        storage: Callable[[str], Storage] | None = None,
        link: Link = Link(500, 1_000),  # noqa: B008 - a value
        **options: Any,
    ) -> None:
        made = Options(
            **{"config": config or settings(), "stepwise": True, "link": link, **options}
        )
        names = [f"n{number + 1}" for number in range(nodes)]
        self.trace: list[Any] = []
        self.world = World(seed, names, options=made, trace=self.trace, storage=storage)
        self.invariants = Invariants(self.world)
        self.history = History()
        self.acked: list[tuple[int, int]] = []
        self.act = partial(act, self.world)

    # ---- time

    def run(self, milliseconds: float) -> None:
        """Let virtual time pass."""
        self.world.run_until(self.world.now_us + int(milliseconds * 1_000))
        self.invariants.check_deeply()

    def until(self, condition: Callable[[], Any], *, within_ms: int = LIVE_WITHIN_MS) -> float:
        """Let time pass until a condition holds; return how many milliseconds that took."""
        began = self.world.now_us
        while not condition():
            waited = (self.world.now_us - began) / 1_000
            assert waited < within_ms, f"not within {within_ms} ms:\n{self}"
            self.world.run_until(self.world.now_us + 1_000)
        return (self.world.now_us - began) / 1_000

    # ---- nodes

    def replica(self, node: str) -> Replica:
        """Give a node."""
        return self.world.hosts[node].replica

    def core(self, node: str) -> Any:
        """Give a node's core."""
        return self.replica(node).core

    @property
    def leader(self) -> str:
        """The living leader of the newest term; fail if there is none."""
        host = self.world.leader()
        assert host is not None, f"nobody leads:\n{self}"
        return host.replica.node_id

    @property
    def followers(self) -> list[str]:
        """The other nodes."""
        return [node for node in self.world.hosts if node != self.leader]

    def leads(self, *nodes: str) -> bool:
        """Say whether a node leads and has committed in its term; of these, if any are named."""
        host = self.world.leader()
        if host is None or (nodes and host.replica.node_id not in nodes):
            return False
        core = host.replica.core
        return core.log.term_at(core.commit) == core.term

    def elected(self, *nodes: str) -> str:
        """Let time pass until somebody leads, of these nodes if any are named; return who."""
        self.until(lambda: self.leads(*nodes))
        return self.leader

    # ---- clients

    def write(
        self, key: str, value: Any, *, at: str | None = None, ticket: Ticket | None = None
    ) -> Call:
        """Write at a node, by default at the leader; wait for nothing."""
        number = self.history.invoke("a client", key, "write", at=self.world.now_us, argument=value)
        call = Call(self, number, key)
        data = encode({"key": key, "value": value})
        self._propose(call, data, at=at, ticket=ticket)
        return call

    def session(self) -> int:
        """Open a client session at the leader and wait for it; return its id."""
        call = Call(self, -1)
        self._propose(call, b"", at=None, kind=EntryKind.REGISTER)
        self.until(lambda: call.status != "nothing yet")
        assert call.value, f"no session was opened: {call.status}"
        return int(call.value)

    def _propose(self, call: Call, data: bytes, *, at: str | None, **keywords: Any) -> None:
        host = self.world.hosts[at or self.leader]
        try:
            call.entry = self.world.propose(host, data, call.decided, **keywords)
        except ProposalRefusedError:
            self.history.fail(call.number, at=self.world.now_us)
            raise

    def read(self, key: str, *, at: str | None = None, lease: bool = False) -> Call:
        """Read at a node, by default at the leader; wait for nothing."""
        number = self.history.invoke("a reader", key, "read", at=self.world.now_us)
        call = Call(self, number, key)
        self.world.read(self.world.hosts[at or self.leader], call.readable, lease=lease)
        return call

    def written(self, key: str, value: Any) -> Call:
        """Write at the leader and wait until the client hears ok."""
        call = self.write(key, value)
        self.until(lambda: call.status != "nothing yet")
        assert call.status == "ok", f"a write was {call.status}:\n{self}"
        return call

    def value(self, key: str, *, at: str | None = None) -> Any:
        """Read at a node and wait for the answer."""
        call = self.read(key, at=at)
        self.until(lambda: call.status != "nothing yet")
        assert call.status == "ok", f"a read was {call.status}:\n{self}"
        return call.value

    # ---- the end of every scenario

    def finish(self) -> None:
        """Turn all faults off, and check that the cluster is whole and has lost nothing."""
        self.repair()
        self.until(self._of_one_mind)
        self.written("fresh", self.world.now_us)
        members = list(self.core(self.leader).configuration.members)
        for node in members:
            assert self.value("fresh", at=node) is not None, f"{node} reads no fresh write"
        self.until(lambda: len({self.core(node).last_applied for node in members}) == 1)
        self.invariants.check_deeply()
        assert len({self.replica(node).machine.digest() for node in members}) == 1
        for index, term in self.acked:
            kept = self.invariants.committed[index - 1].entry
            assert kept.term == term, (
                f"a client was told of {index} of term {term}, there is {kept}"
            )
        found = check(self.history, budget=200_000)
        assert found.answer is not Checked.NOT_LINEARIZABLE, found.explanation

    def repair(self) -> None:
        """Mend the links, the clocks and the disks, and let every node run."""
        self.act("heal")
        self.act("links", 500, 1_000)
        for node, host in self.world.hosts.items():
            host.fuse = 0
            if host.disk_breaks:
                self.act("kill", node)
            self.act("clock_rate", node, 1_000)
            self.act("slow_disk", node, 0, 0)
        self.act("resume", "all")
        self.act("restart", "all")

    def _of_one_mind(self) -> bool:
        if not self.leads():
            return False
        leader = self.core(self.leader)
        return all(
            (self.core(node).leader_id, self.core(node).term) == (leader.node_id, leader.term)
            for node in leader.configuration.members
        )

    def __str__(self) -> str:
        lines = [
            f"{node}: {'up' if host.replica.alive else 'down'} {core.role} term {core.term} vote"
            f" {core.vote} leader {core.leader_id} commit {core.commit} applied"
            f" {core.last_applied} last {core.log.last_index}"
            for node, host in self.world.hosts.items()
            for core in [host.replica.core]
        ]
        return "\n".join([*lines, *map(str, self.trace[-25:])])


def leaders_of(stage: Stage) -> list[str]:
    """List the living nodes that take themselves for leader."""
    return [
        node
        for node, host in stage.world.hosts.items()
        if host.replica.alive and host.replica.core.role is Role.LEADER
    ]
