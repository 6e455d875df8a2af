"""Invariants between the nodes of a cluster, checked after every single event.

The checker only looks, and it remembers: who led which term, which entry stood at which index and
term, what was once committed, what was applied, who was voted for. Its failure text names the
promise in the paper's words (figure 3).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from igniter_nb.raft import Role, VoteReply


class Committed(NamedTuple):
    """An entry that was seen committed, and the smallest term in which somebody knew it."""

    entry: Any
    term: int


class Invariants:
    """The memory of what happened in a cluster, and the checks against it."""

    def __init__(self) -> None:
        self.leaders: dict[int, str] = {}
        self.entries: dict[tuple[int, int], Any] = {}
        self.before: dict[tuple[int, int], int] = {}
        self.committed: dict[int, Committed] = {}
        self.applied: dict[int, Any] = {}
        self.votes: dict[tuple[str, int], str] = {}
        self._looks: dict[str, Any] = {}

    def forget_incarnation(self, node: str) -> None:
        """Let a node start again below what it had in memory only."""
        self._looks.pop(node, None)

    def know_committed(self, raft: Any) -> None:
        """Take what a node brings along as committed, as it was restored, as given."""
        for entry in _committed(raft):
            self.committed.setdefault(entry.index, Committed(entry, raft.term))

    def sent(self, message: Any) -> None:
        """Look at a message that leaves: one node gives one vote in one term."""
        if isinstance(message, VoteReply) and message.granted and not message.pre:
            key = (message.sender, message.term)
            chosen = self.votes.setdefault(key, message.recipient)
            assert chosen == message.recipient, (
                f"one vote a term: {message.sender} voted for {chosen} and for"
                f" {message.recipient} in term {message.term}"
            )

    def applies(self, node: str, entry: Any) -> None:
        """Look at an entry that a node applies: no other one was ever applied at its index."""
        first = self.applied.setdefault(entry.index, entry)
        assert first == entry, (
            f"State Machine Safety: at index {entry.index} {node} applies {entry}, another node"
            f" applied {first}"
        )

    def check(self, raft: Any, disks: dict[str, Any] | None) -> None:
        """Check one node after an event at it.

        Args:
            raft: its core.
            disks: what each node of the cluster has durable; None if some nodes are not there.
        """
        raft.check_invariants()
        look = (raft.term, raft.commit, raft.last_applied)
        seen = (*look, raft.role, raft.vote, raft.log.last_index, raft.log.last_term)
        before = self._looks.get(raft.node_id)
        if before == seen:
            return
        self._looks[raft.node_id] = seen
        if before is not None:
            self._only_forward(raft, before, look)
        self._election_safety(raft)
        self._log_matching(raft)
        self._commits(raft, disks)
        self._leader_completeness(raft)

    def _only_forward(self, raft: Any, before: Any, look: Any) -> None:
        for name, was, now in zip(("term", "commit", "applied"), before, look, strict=False):
            assert now >= was, f"{raft.node_id}: {name} went back from {was} to {now}"
        if before[0] == raft.term and before[4] is not None:
            assert raft.vote == before[4], (
                f"one vote a term: {raft.node_id} changed its vote of term {raft.term} from"
                f" {before[4]} to {raft.vote}"
            )

    def _election_safety(self, raft: Any) -> None:
        if raft.role is Role.LEADER:
            first = self.leaders.setdefault(raft.term, raft.node_id)
            assert first == raft.node_id, (
                f"Election Safety: {first} and {raft.node_id} both lead term {raft.term}"
            )

    def _log_matching(self, raft: Any) -> None:
        """The entry at an index and term is one, and so is the term before it: by induction all."""
        entries = _entries(raft)
        for entry in entries:
            first = self.entries.setdefault((entry.index, entry.term), entry)
            assert first == entry, (
                f"Log Matching: {raft.node_id} holds {entry}, elsewhere it is {first}"
            )
        starts = [] if not entries else [(raft.log.term_at(entries[0].index - 1), entries[0])]
        terms = starts + [(one.term, two) for one, two in pairwise(entries)]
        for term, entry in terms:
            first = self.before.setdefault((entry.index, entry.term), term)
            assert first == term, (
                f"Log Matching: before {entry} {raft.node_id} has an entry of term {term},"
                f" elsewhere it is of term {first}"
            )

    def _commits(self, raft: Any, disks: dict[str, Any] | None) -> None:
        for entry in _committed(raft):
            known = self.committed.get(entry.index)
            if known is None and disks is not None:
                _on_a_quorum(raft, entry, disks)
            term = raft.term if known is None else min(known.term, raft.term)
            first = entry if known is None else known.entry
            assert first == entry, (
                f"a committed entry never changes: {raft.node_id} committed {entry} at an index"
                f" where {first} was committed"
            )
            self.committed[entry.index] = Committed(entry, term)

    def _leader_completeness(self, raft: Any) -> None:
        if raft.role is not Role.LEADER:
            return
        for index, (entry, term) in self.committed.items():
            if term >= raft.term or index < raft.log.first_index:
                continue
            held = raft.log.term_at(index) if index <= raft.log.last_index else None
            assert held == entry.term, (
                f"Leader Completeness: {raft.node_id} leads term {raft.term} without {entry},"
                f" which was committed by term {term}"
            )


def _entries(raft: Any) -> tuple[Any, ...]:
    return tuple(raft.log.entries(raft.log.first_index, raft.log.last_index + 1))


def _committed(raft: Any) -> tuple[Any, ...]:
    return tuple(raft.log.entries(raft.log.first_index, raft.commit + 1))


def _on_a_quorum(raft: Any, entry: Any, disks: dict[str, Any]) -> None:
    """A newly committed entry is durable on a majority of the voters, while joint of both sets."""
    configuration = raft.configuration
    for voters in filter(None, (configuration.voters, configuration.outgoing)):
        holders = [node for node in voters if node in disks and disks[node].holds(entry)]
        assert 2 * len(holders) > len(voters), (
            f"committed means durable on a quorum: {raft.node_id} committed {entry}, which is"
            f" durable only on {holders} of {voters}"
        )
