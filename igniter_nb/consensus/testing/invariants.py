"""Invariants of a cluster, checked after every event.

Each invariant is a function that raises :class:`InvariantViolationError`, which names it, its
source, the nodes and the values. Only the node that the event touched is looked at, and of it only
what is new: what was checked before is kept as a record of every entry ever seen in a log, of what
is committed, of who led and who voted for whom. So a check costs what the event changed.

A node may forget in a crash what it had not synced. So what must stay true across lives is what a
node *said*: the messages that left it, not what it thought.

Sources: the paper's figure 3 for the five properties; the list of openraft's turmoil tests for the
rest. They hold of any Raft, so nothing here looks at how the core works inside.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NoReturn

from igniter_nb.consensus.simulator.host import Facts
from igniter_nb.consensus.testing.observed import Committed, Observed
from igniter_nb.consensus.testing.violations import InvariantViolationError
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    EntryKind,
    InstallSnapshot,
    RequestVote,
    Role,
    SnapshotReply,
    VoteReply,
    majority,
)

if TYPE_CHECKING:
    from igniter_nb.consensus.replica import Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import Configuration, Entry, Message, NodeId, Raft

__all__ = ["InvariantViolationError", "Invariants"]


class Invariants:
    """Watches a world; :meth:`check` after each event, :meth:`heard` for each message.

    Args:
        world: what is watched; it calls from here on.

    Attributes:
        committed: every entry ever committed; the one of index ``i`` at ``i - 1``.
        leaders: who led each term.
        votes: whom each node said it votes for, by node and term.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.committed: list[Committed] = []
        self.leaders: dict[int, NodeId] = {}
        self.votes: dict[tuple[NodeId, int], NodeId] = {}
        self._asked: dict[tuple[NodeId, int], tuple[int, int]] = {}
        self._said_term: dict[NodeId, int] = {}
        self._said_log: dict[NodeId, tuple[int, int]] = {}
        self._entries: dict[tuple[int, int], tuple[Entry, int | None]] = {}
        self._snapshots: dict[int, bytes] = {}
        self._seen: dict[NodeId, Observed] = {}
        world.watch = self.check
        world.overhear = self.heard
        for host in world.hosts.values():
            self.check(host, host.seen)

    def _broken(self, invariant: str, source: str, found: str) -> NoReturn:
        where = (self.world.seed, self.world.now_us)
        raise InvariantViolationError(invariant, source, found, where=where)

    # -- after an event

    def check(self, host: Host, old: Facts) -> None:
        """Check a node that an event changed.

        Args:
            host: the node.
            old: what was true of it before; what is true now is ``host.seen``.
        """
        replica, new = host.replica, host.seen
        seen = self._seen.get(replica.node_id)
        if seen is None:
            seen = self._seen[replica.node_id] = Observed()
        if seen.incarnation != replica.incarnation:
            old = self._born(replica, seen)
        core = replica.core
        self.monotone(core.node_id, old, new)
        self.ordered(core.node_id, new, core.log.applying)
        if new.last_index != old.last_index or new.last_term != old.last_term:
            self._log_changed(core, seen, old=old, new=new)
        if new.role is Role.LEADER and old.role is not Role.LEADER:
            self.election_safety(core.node_id, new.term)
            self.leader_completeness(core)
        if new.commit != old.commit:
            self.committed_immutable(core, old.commit)
            self.commits_its_own_term(core, old, new)
        if new.applied != old.applied:
            self.state_machine_safety(core)
        if new.snapshot != old.snapshot:
            seen.snapshot = new.snapshot
            self.equal_snapshots(core)
        seen.configuration = core.configuration

    def _log_changed(self, core: Raft, seen: Observed, *, old: Facts, new: Facts) -> None:
        kept = self._follow_log(core, seen)
        if new.role is Role.LEADER and old.role is Role.LEADER and new.term == old.term:
            self.leader_append_only(core.node_id, old, kept)
            for entry in core.log.entries(kept + 1, new.last_index + 1):
                if entry.kind is EntryKind.CONFIGURATION:
                    self.configured_in_turn(core, old, entry)

    def _born(self, replica: Replica, seen: Observed) -> Facts:
        """Take note of a new life; return the facts from which everything in it is new."""
        core = replica.core
        replica.watched = True
        seen.incarnation = replica.incarnation
        snapshot = core.log.snapshot
        seen.snapshot = seen.base = snapshot.index
        seen.terms = []
        seen.configuration = core.configuration
        self.keeps_its_word(replica)
        index = snapshot.index
        at = (index, core.vote, index, index, snapshot.term, index)
        return Facts(Role.FOLLOWER, core.term, None, *at)

    def _follow_log(self, core: Raft, seen: Observed) -> int:
        """Bring the record of a node's log up to date; return up to where it stayed the same."""
        log, terms = core.log, seen.terms
        if log.last_index < seen.base or log.snapshot.index > seen.base + len(terms):
            seen.base = log.snapshot.index  # a snapshot replaced the log
            terms.clear()
            seen.snapshot = max(seen.snapshot, seen.base)
        kept = min(seen.base + len(terms), log.last_index)
        lowest = max(seen.base, log.first_index - 1)
        while kept > lowest and log.term_at(kept) != terms[kept - seen.base - 1]:
            kept -= 1
        del terms[kept - seen.base :]
        if kept < log.last_index:
            previous = log.term_at(kept)
            for entry in log.entries(kept + 1, log.last_index + 1):
                self.log_matching(core.node_id, entry, previous)
                terms.append(entry.term)
                previous = entry.term
        return kept

    # -- the five properties of the paper

    def election_safety(self, node_id: NodeId, term: int) -> None:
        """At most one leader can be elected in a term (paper figure 3, section 5.2)."""
        leader = self.leaders.setdefault(term, node_id)
        if leader != node_id:
            self._broken(
                "election safety",
                "paper section 5.2",
                f"{leader} and {node_id} both lead term {term}",
            )

    def leader_append_only(self, node_id: NodeId, old: Facts, kept: int) -> None:
        """A leader never overwrites or deletes entries of its log (paper figure 3, 5.3).

        Args:
            node_id: a node that leads the same term as before.
            old: what was true of it before.
            kept: up to which index its log stayed the same.
        """
        if kept < old.last_index:
            self._broken(
                "leader append-only",
                "paper section 5.3",
                f"{node_id} leads term {old.term}; its log reached {old.last_index} and now "
                f"differs from what it was after {kept}",
            )

    def log_matching(self, node_id: NodeId, entry: Entry, previous: int | None) -> None:
        """Logs with an entry of the same index and term agree up to it (paper figure 3, 5.3).

        Each entry ever seen is kept with the term of the one before it; where both agree for every
        entry, by induction the logs agree.
        """
        known = self._entries.setdefault((entry.index, entry.term), (entry, previous))
        if known[0] is entry and known[1] == previous:
            return
        differs = known[0] != entry
        follows = previous is not None and known[1] is not None and known[1] != previous
        if differs or follows:
            self._broken(
                "log matching",
                "paper section 5.3",
                f"{node_id} has {entry} after an entry of term {previous}; elsewhere it is "
                f"{known[0]} after an entry of term {known[1]}",
            )
        if known[1] is None:
            self._entries[entry.index, entry.term] = (entry, previous)

    def leader_completeness(self, core: Raft) -> None:
        """What is committed in a term is in the logs of all later leaders (figure 3, 5.4)."""
        for known in reversed(self.committed):
            if known.in_term < core.term:
                self._has(core, known)
                return

    def _has(self, core: Raft, known: Committed) -> None:
        index, term = known.entry.index, known.entry.term
        if not self._seen[core.node_id].holds(index, term):
            self._broken(
                "leader completeness",
                "paper section 5.4",
                f"{core.node_id} leads term {core.term} with a log up to {core.log.last_index} and "
                f"lacks entry {index} of term {term}, which {known.by} committed in term "
                f"{known.in_term}",
            )

    def state_machine_safety(self, core: Raft) -> None:
        """No two nodes apply different entries at one index (paper figure 3, 5.4.3)."""
        index = core.last_applied
        if index == 0:
            return
        term = core.log.term_at(index)
        entry = self.committed[index - 1].entry if index <= len(self.committed) else None
        if entry is None or term not in {None, entry.term}:
            self._broken(
                "state machine safety",
                "paper section 5.4.3",
                f"{core.node_id} applied entry {index} of term {term}; committed there is {entry}",
            )

    # -- what follows from them

    def committed_immutable(self, core: Raft, since: int) -> None:
        """What is committed at an index never changes (paper section 5.4).

        Args:
            core: a node whose commit index rose.
            since: its commit index before.
        """
        log, committed = core.log, self.committed
        first = max(since + 1, log.first_index)
        for index in range(first, core.commit + 1):
            term = log.term_at(index)
            if index > len(committed):
                self._commit(core, index)
            elif committed[index - 1].entry.term != term:
                known = committed[index - 1]
                self._broken(
                    "committed entries are immutable",
                    "paper section 5.4",
                    f"{core.node_id} commits entry {index} of term {term}; {known.by} committed "
                    f"{known.entry} there in term {known.in_term}",
                )

    def commits_its_own_term(self, core: Raft, old: Facts, new: Facts) -> None:
        """A leader commits by counting only what is of its term (paper 5.4.2, figure 8).

        Args:
            core: a node whose commit index rose.
            old: what was true of it before.
            new: what is true of it now.
        """
        leads = old.role is Role.LEADER and old.term == new.term
        term = core.log.term_at(new.commit)
        if leads and term not in {None, new.term}:
            self._broken(
                "a leader commits entries of its own term",
                "paper section 5.4.2",
                f"{core.node_id} leads term {new.term} and commits {new.commit} of term {term}",
            )

    def configured_in_turn(self, core: Raft, old: Facts, entry: Entry) -> None:
        """A leader changes the membership once the last change and an own entry are committed.

        Without the second the first change of a new leader is unsafe: the erratum to thesis 4.1.

        Args:
            core: a leader with a new configuration in its log.
            old: what was true of it before.
            entry: the configuration.
        """
        commit = max(old.commit, core.commit)
        waiting = [
            other.index
            for other in core.log.entries(max(commit + 1, core.log.first_index), entry.index)
            if other.kind is EntryKind.CONFIGURATION
        ]
        if waiting or core.log.term_at(commit) not in {None, core.term}:
            self._broken(
                "membership changes one by one",
                "thesis 4.1 and its erratum",
                f"{core.node_id} leads term {core.term}, has committed up to {commit} of term "
                f"{core.log.term_at(commit)}, and adds a change at {entry.index} while those at "
                f"{waiting} are not committed",
            )

    def _commit(self, core: Raft, index: int) -> None:
        """Record an entry that nobody knew committed before."""
        (entry,) = core.log.entries(index, index + 1)
        assert index == len(self.committed) + 1, f"{index} is the next index to be committed"
        known = Committed(entry, core.node_id, core.term)
        self.committed.append(known)
        self.committed_on_quorum(core, entry, self._seen[core.node_id].configuration)
        if core.term < max(self.leaders, default=0):
            for host in self.world.hosts.values():
                later = host.replica.core
                if later.role is Role.LEADER and later.term > core.term:
                    self._has(later, known)

    def committed_on_quorum(self, core: Raft, entry: Entry, configuration: Configuration) -> None:
        """What is committed is in the logs of a majority (paper section 5.3; thesis 4.3).

        Args:
            core: the node that commits it.
            entry: what is committed.
            configuration: the membership in force, of which both majorities count while joint.
        """
        holders = [
            node_id
            for node_id, seen in self._seen.items()
            if seen.holds(entry.index, entry.term) and self._durable(node_id, entry.index)
        ]
        for voters in (configuration.voters, configuration.outgoing):
            have = [node_id for node_id in holders if node_id in voters]
            if voters and len(have) < majority(len(voters)):
                self._broken(
                    "committed on a quorum",
                    "paper section 5.3",
                    f"{core.node_id} commits entry {entry.index} of term {entry.term} in term "
                    f"{core.term}; of the voters {', '.join(voters)} it is durable on "
                    f"{', '.join(have) or 'none'}",
                )

    def _durable(self, node_id: NodeId, index: int) -> bool:
        replica = self.world.hosts[node_id].replica
        return not replica.alive or replica.core.log.persisted >= index

    def equal_snapshots(self, core: Raft) -> None:
        """Snapshots at one index are equal, for state machines are deterministic (section 7)."""
        snapshot = core.log.snapshot
        digest = blake2b(snapshot.data, digest_size=8).digest()
        if self._snapshots.setdefault(snapshot.index, digest) != digest:
            self._broken(
                "equal snapshots",
                "paper section 7",
                f"{core.node_id} has a snapshot up to {snapshot.index} that differs from another "
                f"node's: {snapshot.data[:80]!r}",
            )

    def ordered(self, node_id: NodeId, new: Facts, applying: int) -> None:
        """Holds: snapshot <= applied <= commit <= last index (thesis section 5).

        Args:
            node_id: the node.
            new: what is true of it now.
            applying: what was handed out to be applied; while a leader's snapshot is taken over,
                it is there already and applied is not.
        """
        within = new.snapshot <= max(new.applied, applying)
        if not (within and new.applied <= new.commit <= new.last_index):
            self._broken(
                "snapshot <= applied <= commit <= last",
                "thesis section 5",
                f"{node_id} has snapshot {new.snapshot}, applied {new.applied}, commit "
                f"{new.commit}, last {new.last_index}",
            )

    def monotone(self, node_id: NodeId, old: Facts, new: Facts) -> None:
        """Term, commit and applied never go back; a vote is never changed (paper figure 2)."""
        if new.term < old.term or new.commit < old.commit or new.applied < old.applied:
            self._broken(
                "term, commit and applied never go back",
                "paper figure 2",
                f"{node_id} went from term {old.term}, commit {old.commit}, applied "
                f"{old.applied} to {new.term}, {new.commit}, {new.applied}",
            )
        if new.term == old.term and old.vote is not None and new.vote != old.vote:
            self._broken(
                "one vote in a term",
                "paper section 5.2",
                f"{node_id} voted for {old.vote} in term {old.term} and now for {new.vote}",
            )

    # -- across lives

    def heard(self, message: Message) -> None:
        """Hold a node to what it says: called for each message that will arrive."""
        sender, term = message.sender, message.term
        match message:
            case AppendReply():
                self.durable_before_said(sender, term)
                if message.success:
                    self.durable_before_said(sender, term, last_index=message.index)
                    said = self._said_log.get(sender, (0, 0))
                    self._said_log[sender] = max(said, (term, message.index))
            case AppendEntries() | InstallSnapshot():
                self.election_safety(sender, term)
            case RequestVote() if not message.pre:
                self._asked[sender, term] = (message.last_term, message.last_index)
                self.durable_before_said(sender, term, vote=sender)
                self.one_vote(sender, term, sender)
            case VoteReply() if message.granted and not message.pre:
                self.durable_before_said(sender, term, vote=message.recipient)
                self.one_vote(sender, term, message.recipient)
                self.up_to_date_candidate(sender, term, message.recipient)
            case SnapshotReply():
                self.durable_before_said(sender, term)
            case _:
                return  # it promises nothing: a pre-vote, a read
        if term > self._said_term.get(sender, 0):
            self._said_term[sender] = term

    def durable_before_said(
        self, node_id: NodeId, term: int, *, vote: NodeId | None = None, last_index: int = 0
    ) -> None:
        """What a node says of its term, vote and log is durable before (paper figure 2; 3.8).

        Args:
            node_id: the node.
            term: in which it speaks.
            vote: for whom it says that it votes.
            last_index: up to where it says that it has the log.
        """
        kept = self.world.hosts[node_id].replica.synced
        voted = vote is None or kept.term > term or kept.vote == vote
        if kept.term < term or not voted or kept.last_index < last_index:
            self._broken(
                "durable before it is said",
                "paper figure 2, thesis 3.8",
                f"{node_id} says that in term {term} it voted for {vote} and has the log up to "
                f"{last_index}; durable are {kept}",
            )

    def one_vote(self, node_id: NodeId, term: int, candidate: NodeId) -> None:
        """A node says of one candidate in a term that it votes for it (section 5.2; 3.8)."""
        known = self.votes.setdefault((node_id, term), candidate)
        if known != candidate:
            self._broken(
                "one vote in a term",
                "paper section 5.2, thesis 3.8",
                f"{node_id} told {known} and {candidate} that it votes for them in term {term}",
            )

    def up_to_date_candidate(self, node_id: NodeId, term: int, candidate: NodeId) -> None:
        """A node votes only for who has a log at least as up-to-date as its own (5.4.1)."""
        log = self.world.hosts[node_id].replica.core.log
        asked = self._asked.get((candidate, term))
        own = (log.last_term, log.last_index)
        if asked is not None and log.last_term < term and own > asked:
            self._broken(
                "votes go to who is up to date",
                "paper section 5.4.1",
                f"{node_id} with a last entry {own} votes in term {term} for {candidate} with "
                f"{asked}, as (term, index)",
            )

    def keeps_its_word(self, replica: Replica) -> None:
        """A node starts with all that it ever said: term, vote and log (thesis 3.8)."""
        node_id, core = replica.node_id, replica.core
        term = self._said_term.get(node_id, 0)
        vote = self.votes.get((node_id, core.term))
        said_in, said = self._said_log.get(node_id, (0, 0))
        forgot = []
        if core.term < term:
            forgot.append(f"it spoke in term {term} and starts in term {core.term}")
        if vote is not None and core.vote != vote:
            forgot.append(f"it voted for {vote} in term {core.term} and starts with {core.vote}")
        if said_in == core.term and said > core.log.last_index:
            last = core.log.last_index
            forgot.append(f"it confirmed up to {said} in term {said_in} and starts with {last}")
        if forgot:
            self._broken("a node keeps its word", "thesis 3.8", f"{node_id}: {'; '.join(forgot)}")

    # -- now and then

    def check_deeply(self) -> None:
        """Check every living node by itself, and that equal logs made equal states.

        Raises:
            AssertionError: names what does not hold.
        """
        states: dict[int, tuple[NodeId, str]] = {}
        for node_id, host in self.world.hosts.items():
            replica = host.replica
            if not replica.alive:
                continue
            replica.core.check_invariants()
            applied, digest = replica.machine.applied, replica.machine.digest()
            known = states.setdefault(applied, (node_id, digest))
            if known[1] != digest:
                self._broken(
                    "state machine safety",
                    "paper section 5.4.3",
                    f"{known[0]} and {node_id} have applied up to {applied} and differ: "
                    f"{self.world.hosts[known[0]].replica.machine.state} and "
                    f"{replica.machine.state}",
                )
