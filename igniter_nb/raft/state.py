"""State of one node, and the only place where its role changes.

The rules of the protocol are functions of this state, one file for each concern: ``elections``,
``replication``, ``snapshots``, ``reads``, ``changes``. They leave what they want done in the lists
of outgoing messages; ``core`` hands it out in the right order.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.raft.log import RaftLog
from igniter_nb.raft.membership import decode
from igniter_nb.raft.progress import Progress
from igniter_nb.raft.readtable import ReadTable
from igniter_nb.raft.types import EntryKind, HardState, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.raft.config import Config
    from igniter_nb.raft.messages import Message
    from igniter_nb.raft.types import Configuration, Entry, NodeId, Restored, Snapshot

NEVER = 1 << 40
"""Ticks until something that will not happen."""


class InFlight(NamedTuple):
    """A write that storage was asked for and has not confirmed.

    Attributes:
        number: of the :class:`Persist`.
        last: the log is durable up to here once it is confirmed.
        hard_state: term and vote that are durable then.
        snapshot: from a leader, to be restored then; None if there is none.
        since: tick at which it was asked for.
    """

    number: int
    last: int
    hard_state: HardState
    snapshot: Snapshot | None
    since: int


class Incoming(NamedTuple):
    """A snapshot of which some chunks have come.

    Attributes:
        term: of the leader it comes from.
        last_index: last entry that it covers.
        last_term: term of that entry.
        data: what has come, in order.
    """

    term: int
    last_index: int
    last_term: int
    data: bytearray


class State:
    """All that a node knows.

    Attributes:
        term: its current term.
        vote: whom it voted for in this term.
        role: what it is in this term.
        leader: who leads, as far as it knows.
        log: its log.
        configurations: index and membership of each configuration in the log, the last in force.
        now: ticks since it started.
        elapsed: ticks since its countdown began.
        timeout: ticks of the countdown.
        heard_at: tick at which a leader of the current term was last heard, in any term.
        changes: how often role, term, leader or countdown began anew.
        heartbeat_elapsed: ticks since a leader's last round.
        votes: what each answered in the running election.
        progress: what a leader knows of each other member, in the order of their names.
        transferee: to whom a leader is handing over.
        transfer_elapsed: ticks since it began to.
        uncommitted: bytes of commands that a leader accepted and not committed yet.
        reads: reads on their way.
        incoming: a snapshot that is coming.
        send: messages that may leave at once.
        release: messages that say what is not durable yet.
        in_flight: writes that were handed out and not confirmed.
        durable: the hard state that is durable.
        handed_state: the hard state that storage was last asked to write.
        persists: writes that were ever handed out; the last one's number.
        stirred: whether something came in since it was last asked what is to be done.
        pending_snapshot: a snapshot that storage was not asked to write yet.
        foreign: whether it is a leader's, that the state machine has to take over.
        restore: a leader's snapshot, durable now, that the state machine is to take over.
    """

    __slots__ = (
        "changes",
        "config",
        "configurations",
        "durable",
        "elapsed",
        "foreign",
        "handed_state",
        "heard_at",
        "heartbeat_elapsed",
        "in_flight",
        "incoming",
        "jitter",
        "leader",
        "log",
        "node_id",
        "now",
        "pending_snapshot",
        "persists",
        "progress",
        "reads",
        "release",
        "restore",
        "role",
        "send",
        "stirred",
        "term",
        "timeout",
        "transfer_elapsed",
        "transferee",
        "uncommitted",
        "vote",
        "votes",
    )

    def __init__(
        self, config: Config, restored: Restored, jitter: Callable[[int], int], *, first_read: int
    ) -> None:
        self.config = config
        self.node_id = config.node_id
        self.jitter = jitter
        self.term, self.vote, _ = restored.hard_state
        self.role = Role.FOLLOWER
        self.leader: NodeId | None = None
        self.log = RaftLog(restored)
        self.configurations: list[tuple[int, Configuration]] = []
        self._read_configurations(restored)
        self.now = 0
        self.elapsed = 0
        self.timeout = 0
        self.changes = 0
        self.heard_at = 0 if self.term else -config.election_ticks  # in its last life, maybe
        self.heartbeat_elapsed = 0
        self.votes: dict[NodeId, bool] = {}
        self.progress: dict[NodeId, Progress] = {}
        self.transferee: NodeId | None = None
        self.transfer_elapsed = 0
        self.uncommitted = 0
        self.reads = ReadTable(first_read)
        self.incoming: Incoming | None = None
        self.pending_snapshot: Snapshot | None = None
        self.foreign = False
        self.restore: Snapshot | None = None
        self.send: list[Message] = []
        self.release: list[Message] = []
        self.in_flight: deque[InFlight] = deque()
        self.persists = 0
        self.stirred = True
        self.durable = self.handed_state = HardState(self.term, self.vote, self.log.commit)
        self.restart_countdown()

    def _read_configurations(self, restored: Restored) -> None:
        self.configurations.append((restored.snapshot.index, restored.snapshot.configuration))
        self.note_configurations(restored.entries)

    @property
    def configuration(self) -> Configuration:
        """The membership in force: the last one in the log, committed or not (thesis 4.1)."""
        return self.configurations[-1][1]

    @property
    def is_voter(self) -> bool:
        """Whether this node has a vote in the configuration in force."""
        configuration = self.configurations[-1][1]
        return self.node_id in configuration.voters or self.node_id in configuration.outgoing

    @property
    def may_run(self) -> bool:
        """Whether this node may be needed as leader (thesis 4.2.2).

        It has a vote, or had one in a configuration that may still come back, since the one
        without it is not known to be committed.
        """
        commit = self.log.commit
        possible = [made for at, made in self.configurations if at > commit]
        possible.append(self.configuration_at(commit))
        return any(self.node_id in made.voters + made.outgoing for made in possible)

    @property
    def owns_commit(self) -> bool:
        """Whether an entry of this term is committed: from then on a leader knows all of it.

        Until then it must answer no read (paper section 8) and change no membership (the erratum
        to thesis 4.1).
        """
        return self.log.term_at(self.log.commit) == self.term

    def restart_countdown(self) -> None:
        """Begin a new election timeout, of a new length (paper section 5.2)."""
        self.changes += 1
        self.elapsed = 0
        jitter = self.jitter(self.config.election_jitter)
        assert 0 <= jitter < self.config.election_jitter, jitter
        self.timeout = self.config.election_ticks + jitter

    # -- roles ---------------------------------------------------------------------------------

    def become_follower(self, term: int, leader: NodeId | None) -> None:
        """Follow, in this term or a later one (paper section 5.1)."""
        assert term >= self.term, f"a term never goes back: {self.term} to {term}"
        if term > self.term:
            self.term, self.vote = term, None
        followed, elapsed, timeout = self.role is Role.FOLLOWER, self.elapsed, self.timeout
        self._enter(Role.FOLLOWER)
        self.leader = leader
        if followed:  # only a leader and a vote that is given hold its own election off
            self.elapsed, self.timeout = elapsed, timeout

    def follow(self, leader: NodeId) -> None:
        """Hear from the leader of this term (paper section 5.2)."""
        if self.role is not Role.FOLLOWER or self.leader != leader:
            assert self.role is not Role.LEADER, f"term {self.term} has one leader, not {leader}"
            self.become_follower(self.term, leader)
        self.elapsed = 0
        self.heard_at = self.now

    def become_pre_candidate(self) -> None:
        """Ask who would vote, without a new term (thesis 9.6)."""
        assert self.role is not Role.LEADER, "a leader does not run against itself"
        self._enter(Role.PRE_CANDIDATE)
        self.votes = {self.node_id: True}

    def become_candidate(self) -> None:
        """Begin a term and vote for itself; the vote counts once it is durable."""
        assert self.role is not Role.LEADER, "a leader does not run against itself"
        self.term += 1
        self.vote = self.node_id
        self._enter(Role.CANDIDATE)

    def become_leader(self) -> None:
        """Lead; what is known of the followers starts anew (paper figure 2)."""
        assert self.role is Role.CANDIDATE, "only a candidate can win"
        assert self.durable[:2] == (self.term, self.node_id), "its vote for itself is durable"
        self._enter(Role.LEADER)
        self.leader = self.node_id
        self.heartbeat_elapsed = 0
        self.follow_configuration()

    def _enter(self, role: Role) -> None:
        """Put down all that belonged to the role before."""
        self.role = role
        self.leader = None
        self.votes = {}
        self.progress = {}
        self.transferee = None
        self.uncommitted = 0
        self.reads.abandon()
        self.restart_countdown()

    # -- membership ----------------------------------------------------------------------------

    def note_configurations(self, entries: Sequence[Entry]) -> None:
        """Put configurations into force that came into the log."""
        for entry in entries:
            if entry.kind is EntryKind.CONFIGURATION:
                self.configurations.append((entry.index, decode(entry.data)))
                self.follow_configuration()

    def forget_configurations(self, index: int) -> None:
        """Fall back to the configuration before those that were cut off from an index on."""
        while self.configurations[-1][0] >= index:
            self.configurations.pop()
            assert self.configurations, "the one of the snapshot is never cut off"

    def configuration_at(self, index: int) -> Configuration:
        """Return the membership that was in force at an index."""
        return next(made for at, made in reversed(self.configurations) if at <= index)

    @property
    def followed(self) -> list[NodeId]:
        """The members, and those that are members until the change in force is committed.

        So who leaves gets to know it, and does not run for an election that it cannot win.
        """
        members = self.configuration.members
        until_then = self.configuration_at(self.log.commit).members
        return sorted({*members, *until_then})

    def follow_configuration(self) -> None:
        """Keep track, as a leader, of the members there are now, and of those that leave."""
        if self.role is not Role.LEADER:
            return
        known, following = self.progress, self.log.last_index + 1
        self.progress = {
            node: known.get(node) or Progress(self.config, following, self.now)
            for node in self.followed
            if node != self.node_id
        }

    # -- what is durable -----------------------------------------------------------------------

    def cut_in_flight(self, index: int) -> None:
        """Note that entries from an index on were replaced: older writes no longer count there."""
        self.in_flight = deque(
            each._replace(last=min(each.last, index - 1)) for each in self.in_flight
        )
