"""Cluster with clients, for the scenarios: a client hears what came of each of its proposals.

A client hears ``ok`` when *its* entry, index and term, is applied where it was proposed; ``failed``
when another entry is applied at that index; ``unknown`` when the node crashed or took a snapshot
over in between. That is what a driver tells its waiters, and nothing else may be told.

:meth:`Scenario.finish` is how a scenario ends: faults off, then one leader, equal logs, a fresh
write, a read at every member, and every write there that a client was told of.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.raft import ProposalRefusedError, Role
from tests.raft.network import Peer, Peers

if TYPE_CHECKING:
    from igniter_nb.raft import Entry, Raft

LIVE_WITHIN_TICKS = 400
"""A healed cluster serves within so many ticks: twenty of the longest election timeouts."""


class Asked(NamedTuple):
    """A proposal of a client.

    Attributes:
        node: where it was made.
        life: the node as it was then; a crash puts another one in its place.
        entry: what was made of it.
    """

    node: str
    life: Peer
    entry: Entry


class Scenario(Peers):
    """:class:`Peers` with clients; its options are the same."""

    def __init__(self, count: Any = 3, **options: Any) -> None:
        self.asked: list[Asked] = []
        super().__init__(count, **options)

    def propose(self, data: bytes = b"x", *, at: str | None = None, **keywords: Any) -> Entry:
        """Propose a command for a client, by default at the leader; deliver nothing."""
        node = at if at is not None else self.leader
        entry = super().propose(data, at=node, **keywords)
        self.asked.append(Asked(node, self.nodes[node], entry))
        return entry

    def answer(self, asked: Asked) -> str:
        """Say what the client of a proposal has heard: ok, failed, unknown, or nothing yet."""
        _, life, entry = asked
        applied = next((one for one in life.applied if one.index == entry.index), None)
        if applied is not None:
            return "ok" if applied == entry else "failed"
        covered = any(entry.index <= snapshot.index for snapshot in life.restores)
        gone = self.nodes[asked.node] is not life
        return "unknown" if covered or gone else "nothing yet"

    def answers(self) -> dict[bytes, str]:
        """Say what the clients have heard, by what they proposed."""
        return {asked.entry.data: self.answer(asked) for asked in self.asked}

    def acked(self) -> list[bytes]:
        """List the commands of which a client heard ok."""
        return [asked.entry.data for asked in self.asked if self.answer(asked) == "ok"]

    # ---- the end of every scenario

    def finish(self) -> None:
        """Turn all faults off, and check that the cluster is whole and has lost nothing."""
        self.repair()
        self.run_until(self._of_one_mind, ticks=LIVE_WITHIN_TICKS)
        fresh = self._fresh()
        members = self.members
        self.run_until(lambda: self._have_applied(members, fresh), ticks=LIVE_WITHIN_TICKS)
        leader = self.leader
        for node in members:
            assert self.commands(node) == self.commands(leader), (
                f"equal logs make equal states: {node} and {leader} differ\n{self}"
            )
            assert self.raft(node).log.last_term == self.raft(leader).log.last_term, str(self)
        lost = Counter(self.acked()) - Counter(self.commands(leader))
        assert not lost, f"a client was told of {sorted(lost)}, and they are gone\n{self}"
        self._read_everywhere(members)

    def repair(self) -> None:
        """Mend the links, the disks and the state machines, and start what is down."""
        self.heal()
        for node, peer in self.nodes.items():
            if peer.held is not None:
                self.release(node)
            if peer.waiting is not None:
                self.release_applies(node)
            if peer.raft is None:
                self.restart(node)

    @property
    def members(self) -> list[str]:
        """The members of the leader's configuration."""
        return list(self.raft(self.leader).configuration.members)

    def _of_one_mind(self) -> bool:
        leaders = self.leaders
        if len(leaders) != 1 or not set(self.members) <= set(self.nodes):
            return False
        leader: Raft = self.raft(leaders[0])
        return leader.status().transferee is None and all(
            self.raft(node).leader_id == leaders[0] and self.raft(node).term == leader.term
            for node in self.members
        )

    def _fresh(self) -> Entry:
        for _ in range(LIVE_WITHIN_TICKS):
            try:
                entry = self.propose(b"fresh")
            except ProposalRefusedError:
                self.run()
            else:
                self.settle()
                return entry
        raise AssertionError(f"a whole cluster takes a fresh write:\n{self}")

    def _have_applied(self, members: list[str], entry: Entry) -> bool:
        ends = {self.raft(node).log.last_index for node in members}
        applied = [self.raft(node).last_applied for node in members]
        return len(ends) == 1 and min(applied) >= entry.index

    def _read_everywhere(self, members: list[str]) -> None:
        numbers = {node: self.read(node) for node in members}
        self.run(3)
        for node, number in numbers.items():
            assert number in self.nodes[node].reads, f"{node} answers no read\n{self}"


def leads(peers: Peers, node: str) -> bool:
    """Say whether a node leads the newest term."""
    return peers.raft(node).role is Role.LEADER and peers.leader == node
