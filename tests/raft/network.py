"""Network of cores without sockets, clocks or threads, which every test of Raft drives.

A test says what happens, event by event; nothing else happens. In short::

    peers = Peers(3)                       # n1, n2, n3; options of Config by keyword
    peers.elect("n1")                      # n1 campaigns, everything is delivered, n1 leads
    peers.propose(b"x")                    # at the leader; not delivered yet
    peers.deliver()                        # what is on the wire now, not what it causes
    assert peers.commands("n1") == []      # the yes of the others is still under way
    peers.settle()                         # deliver until nothing is under way
    assert peers.commands("n2") == [b"x"]
    peers.run(1)                           # one tick at everyone, then settle

* **Time.** ``tick(n)`` ticks everyone (``at="n2"`` one node) and delivers nothing; ``run(n)`` does
  n times one tick and ``settle()``; ``run_until(condition)`` runs until it holds. The election
  jitter is ``jitter(node, bound)``, by default the node's position, so n1 is the first to time out.
* **Messages** wait in ``in_flight``, oldest first. ``deliver(...)`` delivers those in flight now,
  ``settle()`` goes on until there are none, ``step(message)`` delivers a given one (hand-made,
  kept, or doubled). ``take(...)`` and ``drop(...)`` remove messages from the wire, ``pending(...)``
  only looks. All select by ``kind``, ``sender``, ``recipient`` and ``where`` (a predicate); a
  message taken from the wire can be ``step``-ped later: that is how a test delays and reorders.
* **Links.** ``cut("n1", "n2")`` (``both=False``: one way), ``isolate("n3")``,
  ``partition(["n1", "n2"], ["n3"])``, ``lose(kind, ...)`` for a standing rule; ``heal()`` undoes
  all. A message over a cut link is lost when it would be delivered.
* **Disks** are memory and durable at once. ``hold("n1")`` lets writes of a node wait, so that what
  needs them waits too; ``flush("n1")`` makes the oldest (``count=1``) or all of them durable;
  ``release("n1")`` ends the holding. ``hold_applies`` and ``release_applies`` do the same to the
  state machine.
* **Crashes.** ``crash("n1")`` loses what is not durable: held writes, and writes that did not ask
  for a sync. ``restart("n1")`` starts again from the disk, ``join("n4")`` starts an empty node.
* **State machine.** ``commands(node)`` lists the data of applied commands, snapshots included;
  ``peers[node].applied`` has the entries of this incarnation. ``compact(node)`` snapshots it.
* **Reads.** ``read("n2")`` returns the number; ``peers[node].reads`` maps numbers to ReadStates,
  ``peers[node].refused`` lists the refused ones.

``Peers(3, only=["n1"])`` runs one core of three: what it says to the others stays on the wire for
the test to look at, and the test speaks for them with ``step``. ``start={"n1": restored}`` gives a
node a disk to start from; ``log_of(1, 1, 2)`` makes entries of these terms.

After each event every promise is checked: the core's own ``check_invariants()`` and, across the
cores, those in invariants.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from igniter_nb.raft import Config, Entry, Raft, Restored, Role, Snapshot
from tests.raft.disk import Disk, commands_in, is_command, log_of, restored
from tests.raft.invariants import Invariants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from igniter_nb.raft import Persist, ReadState, Ready

__all__ = ["Peer", "Peers", "log_of", "names", "restored"]

SETTLES_WITHIN = 100_000
"""Messages after which a cluster that still talks without a tick is in a loop."""


def names(count: int) -> tuple[str, ...]:
    """Name n1, n2, ... so many nodes."""
    return tuple(f"n{number}" for number in range(1, count + 1))


@dataclass
class Peer:
    """One node: its core, its disk, its state machine.

    Attributes:
        raft: the core, None while crashed.
        disk: what survives a crash.
        applied: entries applied by this incarnation, in order.
        machine: data of all commands applied, those under a snapshot included.
        restores: snapshots that replaced the state machine in this incarnation.
        reads: reads that may be answered, by number.
        refused: numbers of refused reads.
        held: writes that wait while the disk is held, None if it is not.
        waiting: entries and snapshots that wait while applying is held, None if it is not.
    """

    raft: Any
    disk: Disk
    applied: list[Entry] = field(default_factory=list)
    machine: list[bytes] = field(default_factory=list)
    restores: list[Snapshot] = field(default_factory=list)
    reads: dict[int, ReadState] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    held: list[Persist] | None = None
    waiting: list[Snapshot | Entry] | None = None


class Peers:
    """A cluster in one place; the module's docstring is its manual.

    Args:
        count: number of voters n1, n2, ..., or their names.
        only: the nodes that are there; by default all voters and those in ``start``.
        start: disks to start from, by node; the others start with the voters and an empty log.
        jitter: ``(node, bound)`` to the jitter of an election timeout, in ticks.
        options: of :class:`Config`, the same for every node.
    """

    def __init__(
        self,
        count: int | Sequence[str] = 3,
        *,
        only: Iterable[str] | None = None,
        start: Mapping[str, Restored] | None = None,
        jitter: Callable[[str, int], int] | None = None,
        **options: Any,
    ) -> None:
        self.voters = names(count) if isinstance(count, int) else tuple(count)
        self.options = options
        self.jitter = jitter if jitter is not None else self._position
        self.in_flight: list[Any] = []
        self.nodes: dict[str, Peer] = {}
        self.lives: dict[str, int] = {}
        self.invariants = Invariants()
        self._cut: list[tuple[str, str]] = []
        self._rules: list[Callable[[Any], bool]] = []
        disks = dict(start or {})
        for node in only if only is not None else dict.fromkeys((*self.voters, *disks)):
            self.nodes[node] = Peer(None, Disk(disks.get(node, restored(self.voters))))
            self._start(node)
        for peer in self.nodes.values():
            self.invariants.know_committed(peer.raft)
        for node in self.nodes:
            self.pump(node)

    def __getitem__(self, node: str) -> Peer:
        return self.nodes[node]

    def _position(self, node: str, bound: int) -> int:
        return (list(self.nodes).index(node)) % bound

    def _start(self, node: str) -> None:
        peer = self.nodes[node]
        self.lives[node] = self.lives.get(node, 0) + 1
        peer.raft = Raft(
            Config(node_id=node, **self.options),
            peer.disk.durable,
            lambda bound: self.jitter(node, bound),
            incarnation=self.lives[node],
        )
        peer.machine = commands_in(peer.disk.durable.snapshot)

    # ---- time

    def tick(self, ticks: int = 1, *, at: str | None = None) -> None:
        """Let time pass at one node or at all, one tick after the other; deliver nothing."""
        for _ in range(ticks):
            for node in [at] if at is not None else self.alive:
                self.raft(node).tick()
                self.pump(node)

    def run(self, ticks: int = 1) -> None:
        """Let time pass at all nodes, and deliver everything after each tick."""
        for _ in range(ticks):
            self.tick()
            self.settle()

    def run_until(self, condition: Callable[[], Any], *, ticks: int = 1000) -> None:
        """Run until a condition holds; fail if it does not within so many ticks."""
        for _ in range(ticks):
            if condition():
                return
            self.run()
        assert condition(), f"not within {ticks} ticks:\n{self}"

    # ---- what a node is told

    def raft(self, node: str) -> Any:
        """Give the core of a node that runs."""
        core = self.nodes[node].raft
        assert core is not None, f"{node} is crashed"
        return core

    def call(self, node: str, name: str, *arguments: Any, **keywords: Any) -> Any:
        """Call a method of a node's core and do what it then asks for."""
        found = getattr(self.raft(node), name)(*arguments, **keywords)
        self.pump(node)
        return found

    def elect(self, node: str) -> None:
        """Let a node campaign at once, without a pre-vote, and deliver everything: it leads.

        With the check of the quorum, who hears a leader ignores it: isolate or crash that one and
        let time pass first, or transfer the leadership.
        """
        self.call(node, "campaign", pre_vote=False)
        self.settle()
        assert self.raft(node).role is Role.LEADER, f"{node} was to lead:\n{self}"

    def propose(self, data: bytes = b"x", *, at: str | None = None, **keywords: Any) -> Entry:
        """Propose a command at a node, by default at the leader; deliver nothing."""
        return self.call(at if at is not None else self.leader, "propose", data, **keywords)

    def write(self, data: bytes = b"x") -> Entry:
        """Propose at the leader and deliver everything."""
        entry = self.propose(data)
        self.settle()
        return entry

    def read(self, node: str, **keywords: Any) -> int:
        """Start a read at a node; return its number."""
        return self.call(node, "read", **keywords)

    # ---- messages

    def pending(self, kind: Any = None, **where: Any) -> list[Any]:
        """List messages on the wire, oldest first."""
        return [message for message in self.in_flight if _chosen(message, kind, where)]

    def take(self, kind: Any = None, **where: Any) -> list[Any]:
        """Take messages from the wire, oldest first."""
        taken = self.pending(kind, **where)
        self.in_flight = [one for one in self.in_flight if not _chosen(one, kind, where)]
        return taken

    def drop(self, kind: Any = None, **where: Any) -> None:
        """Lose messages that are on the wire now."""
        self.take(kind, **where)

    def deliver(self, kind: Any = None, **where: Any) -> None:
        """Deliver the messages that are on the wire now, not what they cause."""
        for message in self.take(kind, **where):
            self._arrive(message)

    def deliver_next(self) -> None:
        """Deliver the oldest message on the wire."""
        self._arrive(self.in_flight.pop(0))

    def settle(self) -> None:
        """Deliver everything, and what it causes, until nothing is on the wire.

        What is sent to nodes that are not there stays on the wire.
        """
        for _ in range(SETTLES_WITHIN):
            known = next((m for m in self.in_flight if m.recipient in self.nodes), None)
            if known is None:
                return
            self.in_flight.remove(known)
            self._arrive(known)
        raise AssertionError(f"messages without an end:\n{self}")

    def step(self, message: Any) -> None:
        """Hand a message to its recipient, whatever the links are."""
        self.call(message.recipient, "step", message)

    def _arrive(self, message: Any) -> None:
        cut = (message.sender, message.recipient) in self._cut
        peer = self.nodes.get(message.recipient)
        lost = any(rule(message) for rule in self._rules)
        if not cut and not lost and peer is not None and peer.raft is not None:
            self.step(message)

    # ---- links

    def cut(self, one: str, other: str, *, both: bool = True) -> None:
        """Lose what is sent from one node to another, and back."""
        self._cut += [(one, other), (other, one)] if both else [(one, other)]

    def isolate(self, node: str) -> None:
        """Cut a node from all others."""
        self.partition([node], [other for other in self.nodes if other != node])

    def partition(self, *groups: Iterable[str]) -> None:
        """Cut every link between nodes of different groups."""
        sides = [tuple(group) for group in groups]
        self._cut += [
            (one, other) for a in sides for b in sides if a is not b for one in a for other in b
        ]

    def lose(self, kind: Any = None, **where: Any) -> None:
        """Lose such messages from now on, until healed."""
        self._rules.append(lambda message: _chosen(message, kind, where))

    def heal(self) -> None:
        """Join all links and end all losses."""
        self._cut.clear()
        self._rules.clear()

    # ---- disks and state machines

    def hold(self, node: str) -> None:
        """Let a node's writes wait from now on."""
        if self.nodes[node].held is None:
            self.nodes[node].held = []

    def flush(self, node: str, *, count: int | None = None) -> None:
        """Make the oldest waiting writes of a node durable, by default all that wait now."""
        held = self.nodes[node].held
        assert held is not None, f"{node} holds no writes"
        for _ in range(len(held) if count is None else count):
            self._write(node, held.pop(0))
            self.pump(node)

    def release(self, node: str) -> None:
        """Make what waits durable and hold no longer."""
        self.flush(node)
        while self.nodes[node].held:
            self.flush(node)
        self.nodes[node].held = None

    def hold_applies(self, node: str) -> None:
        """Let a node's state machine wait from now on."""
        if self.nodes[node].waiting is None:
            self.nodes[node].waiting = []

    def release_applies(self, node: str) -> None:
        """Let a node's state machine do what waits, and hold no longer."""
        peer = self.nodes[node]
        waiting, peer.waiting = peer.waiting or [], None
        self._apply(node, waiting)
        self.pump(node)

    def compact(self, node: str, index: int | None = None) -> Snapshot:
        """Put a snapshot, by default of all that is applied, in place of a node's entries."""
        raft = self.raft(node)
        at, past = raft.last_applied if index is None else index, raft.log.snapshot
        covered = raft.log.entries(past.index + 1, at + 1)
        data = commands_in(past) + [entry.data for entry in covered if is_command(entry)]
        return self.call(node, "compact", at, repr(data).encode())

    def crash(self, node: str) -> None:
        """Stop a node; what is not durable is lost."""
        peer = self.nodes[node]
        self.nodes[node] = Peer(None, Disk(peer.disk.durable))
        self.invariants.forget_incarnation(node)

    def restart(self, node: str) -> None:
        """Start a node from its disk, crashing it first if it runs."""
        self.crash(node)
        self._start(node)
        self.pump(node)

    def join(self, node: str) -> None:
        """Start a new node that knows nothing, not even who belongs to the cluster."""
        self.nodes[node] = Peer(None, Disk(Restored()))
        self._start(node)
        self.pump(node)

    # ---- looking

    @property
    def alive(self) -> list[str]:
        """The nodes that run."""
        return [node for node, peer in self.nodes.items() if peer.raft is not None]

    @property
    def leaders(self) -> list[str]:
        """The nodes that take themselves for leader."""
        return [node for node in self.alive if self.raft(node).role is Role.LEADER]

    @property
    def leader(self) -> str:
        """The leader of the newest term; fail if there is none."""
        assert self.leaders, f"there is no leader:\n{self}"
        return max(self.leaders, key=lambda node: self.raft(node).term)

    def commands(self, node: str) -> list[bytes]:
        """List the data of the commands that a node has applied."""
        return list(self.nodes[node].machine)

    def log(self, node: str) -> tuple[Entry, ...]:
        """List the entries of a node's log behind its snapshot."""
        log = self.raft(node).log
        return tuple(log.entries(log.first_index, log.last_index + 1))

    def terms(self, node: str) -> list[int]:
        """List the terms of a node's entries."""
        return [entry.term for entry in self.log(node)]

    def __str__(self) -> str:
        lines = []
        for node, peer in self.nodes.items():
            raft = peer.raft
            lines.append(
                f"{node}: crashed"
                if raft is None
                else f"{node}: {raft.role} term {raft.term} vote {raft.vote} leader"
                f" {raft.leader_id} commit {raft.commit} log {self.terms(node)}"
            )
        return "\n".join([*lines, *(f"  on the wire: {m}" for m in self.in_flight[:20])])

    # ---- the driver's duties

    def pump(self, node: str) -> None:
        """Do all that a node asks for, then check every promise."""
        while (ready := self.raft(node).ready()) is not None:
            self._do(node, ready)
        present = set(self.nodes) >= set(self.raft(node).configuration.members)
        disks = {name: peer.disk for name, peer in self.nodes.items()} if present else None
        self.invariants.check(self.raft(node), disks)

    def _do(self, node: str, ready: Ready) -> None:
        peer = self.nodes[node]
        self._send(node, ready.send)
        if ready.persist is not None:
            if peer.held is None:
                self._write(node, ready.persist)
            else:
                peer.held.append(ready.persist)
        restore = [] if ready.restore is None else [ready.restore]
        self._apply(node, [*restore, *ready.apply])
        peer.reads.update({read.number: read for read in ready.reads})
        peer.refused += ready.refused_reads

    def _write(self, node: str, persist: Persist) -> None:
        self.nodes[node].disk.write(persist)
        self._send(node, persist.release)
        self.raft(node).persisted(persist.number)

    def _send(self, node: str, messages: Iterable[Any]) -> None:
        for message in messages:
            assert message.sender == node, f"{node} sends in the name of another: {message}"
            assert message.recipient != node, f"{node} sends to itself: {message}"
            self.invariants.sent(message)
            self.in_flight.append(message)

    def _apply(self, node: str, steps: list[Snapshot | Entry]) -> None:
        peer = self.nodes[node]
        if peer.waiting is not None:
            peer.waiting += steps
            return
        for each in steps:
            if isinstance(each, Snapshot):
                peer.restores.append(each)
                peer.machine = commands_in(each)
            else:
                self.invariants.applies(node, each)
                peer.applied.append(each)
                peer.machine += [each.data] if is_command(each) else []
        if steps:
            self.raft(node).applied(steps[-1].index)


def _chosen(message: Any, kind: Any, where: Mapping[str, Any]) -> bool:
    wanted = dict(where)
    predicate = wanted.pop("where", None)
    if kind is not None and not isinstance(message, kind):
        return False
    if predicate is not None and not predicate(message):
        return False
    return all(getattr(message, name, None) == value for name, value in wanted.items())
