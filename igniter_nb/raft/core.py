"""Raft as a library of values: what comes in, what is to be done, nothing in between.

A :class:`Raft` is one node. It is told that time passed, that a message came, what a client wants,
what storage has made durable and what the state machine has applied. Asked for it, it says what is
to be done, as a :class:`Ready`. It has no clock, no chance, no thread and no I/O: the same inputs
give the same outputs.

What always holds, each checked by the simulator after every step (paper figure 3):

1. Election safety: at most one leader in a term.
2. Leader append-only: a leader never cuts or changes its own log.
3. Log matching: logs that agree in index and term of an entry agree in all before it.
4. Leader completeness: what is committed is in the log of every later leader.
5. State machine safety: no two nodes apply different entries at one index.

The order that durability demands: whatever says that something is in this node's log or that it
voted is released after that is durable. A leader's own entries may leave before it has written
them (thesis 10.2.1); it counts itself when they are durable.

Sources: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (extended
version), called the paper; Ongaro, "Consensus: Bridging Theory and Practice", called the thesis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.raft import changes as membership_changes
from igniter_nb.raft import elections, handover, leadership, reads, replication, snapshots
from igniter_nb.raft.membership import Transition
from igniter_nb.raft.membership import check_invariants as check_configuration
from igniter_nb.raft.messages import (
    AppendEntries,
    AppendReply,
    InstallSnapshot,
    Message,
    Persist,
    ReadReply,
    ReadRequest,
    Ready,
    RequestVote,
    SnapshotReply,
    TimeoutNow,
    VoteReply,
)
from igniter_nb.raft.proposals import ProposalRefusedError, refuse_unless_open
from igniter_nb.raft.state import NEVER, InFlight, State
from igniter_nb.raft.status import Status, status
from igniter_nb.raft.types import EntryKind, HardState, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from igniter_nb.raft.config import Config
    from igniter_nb.raft.log import RaftLog
    from igniter_nb.raft.membership import ConfChange
    from igniter_nb.raft.types import Configuration, Entry, NodeId, Restored, Snapshot, Ticket

_HANDLERS: dict[type, Callable[[State, Any], None]] = {
    RequestVote: elections.on_request_vote,
    VoteReply: elections.on_vote_reply,
    AppendEntries: replication.on_append_entries,
    AppendReply: replication.on_append_reply,
    InstallSnapshot: snapshots.on_install_snapshot,
    SnapshotReply: snapshots.on_snapshot_reply,
    TimeoutNow: elections.on_timeout_now,
    ReadRequest: reads.on_read_request,
    ReadReply: reads.on_read_reply,
}


class Raft:
    """One node.

    Args:
        config: its options.
        restored: what its storage gave back; ``restored.snapshot.configuration`` is the
            membership that a new node starts with. Everything after the snapshot is handed out
            to be applied again.
        jitter: gives a number from 0 to below its argument; called for each new countdown.
        incarnation: number of this life, another one than those of earlier lives from which
            messages may still be under way: an answer to a read of one answers none of another.

    Examples:
        >>> alone = Restored(snapshot=Snapshot(configuration=Configuration(voters=("a",))))
        >>> node = Raft(Config(node_id="a"), alone, jitter=lambda bound: 0)
        >>> def carry_out():
        ...     while (todo := node.ready()) is not None:
        ...         if todo.persist:
        ...             node.persisted(todo.persist.number)
        ...         if todo.apply:
        ...             node.applied(todo.apply[-1].index)
        >>> node.campaign()
        >>> carry_out()
        >>> node.role
        <Role.LEADER: 'leader'>
        >>> entry = node.propose(b"x=1")
        >>> carry_out()
        >>> node.commit == entry.index
        True
    """

    def __init__(
        self,
        config: Config,
        restored: Restored,
        jitter: Callable[[int], int],
        *,
        incarnation: int = 0,
    ) -> None:
        self._state = State(config, restored, jitter, first_read=incarnation << 40)
        self.config = config
        self.node_id = config.node_id

    # -- what comes in -------------------------------------------------------------------------

    def tick(self, ticks: int = 1) -> None:
        """Let time pass.

        Args:
            ticks: how many at once; each timer fires at most once, as for a node that was paused.
        """
        assert ticks >= 0, ticks
        state = self._state
        state.now += ticks
        state.elapsed += ticks
        state.stirred = True
        if state.role is Role.LEADER:
            leadership.tick(state, ticks)
        elif state.elapsed >= state.timeout:
            elections.campaign(state, pre_vote=state.config.pre_vote)

    def step(self, message: Message) -> None:
        """Take a message of a peer.

        Raises:
            ValueError: it is for another node.
        """
        if message.recipient != self.node_id:
            msg = f"a message to {message.recipient!r} came to {self.node_id!r}: {message}"
            raise ValueError(msg)
        self._state.stirred = True
        if message.term == self._state.term or self._in_term(message):
            _HANDLERS[type(message)](self._state, message)

    def _in_term(self, message: Message) -> bool:
        """Meet a message of another term (paper section 5.1); say whether it is to be handled."""
        state = self._state
        if message.term < state.term:
            self._answer_old(message)
            return False
        match message:
            case RequestVote() if elections.ignores(state, message):
                return False
            case AppendReply() | SnapshotReply() if elections.leaves(state, message.sender):
                return False
            case RequestVote(pre=True) | VoteReply(pre=True, granted=True):
                pass  # nobody is in that term yet
            case AppendEntries() | InstallSnapshot():
                state.become_follower(message.term, message.sender)
            case _:
                state.become_follower(message.term, None)
        return True

    def _answer_old(self, message: Message) -> None:
        """Tell who is behind which term it is, so that an old leader or candidate gives up."""
        state, to = self._state, message.sender
        match message:
            case RequestVote():
                reply: Message = VoteReply(
                    self.node_id, to, state.term, granted=False, pre=message.pre
                )
            case AppendEntries() | InstallSnapshot():
                reply = AppendReply(self.node_id, to, state.term, success=False, index=0)
            case _:
                return  # an answer to a question of an older term
        state.release.append(reply)

    def propose(
        self,
        data: bytes,
        *,
        ticket: Ticket | None = None,
        kind: EntryKind = EntryKind.COMMAND,
    ) -> Entry:
        """Append a command to the leader's log.

        Args:
            data: the command.
            ticket: makes it safe to propose the same command again.
            kind: ``REGISTER`` opens a session, ``NOOP`` says nothing.

        Returns:
            The entry. It took effect if it is the one that is applied at its index; if an entry of
            another term is, it did not and never will.

        Raises:
            ProposalRefusedError: this node does not lead, is handing over, or holds too much that
                is not committed.
        """
        assert kind is not EntryKind.CONFIGURATION, "propose_conf_change() is for that"
        refuse_unless_open(self._state, len(data))
        return replication.append(self._state, [(kind, data, ticket)])[0]

    def propose_many(self, commands: Sequence[tuple[bytes, Ticket | None]]) -> tuple[Entry, ...]:
        """Append commands as one; see :meth:`propose`."""
        if not commands:
            return ()
        refuse_unless_open(self._state, sum(len(data) for data, _ in commands))
        kind = EntryKind.COMMAND
        return replication.append(self._state, [(kind, data, ticket) for data, ticket in commands])

    def propose_conf_change(
        self, changes: Sequence[ConfChange], *, transition: Transition = Transition.AUTO
    ) -> Entry:
        """Append a change of the membership; it is in force at once.

        Args:
            changes: what happens to which node; nothing leaves a joint configuration.
            transition: how several nodes change.

        Raises:
            ProposalRefusedError: as for :meth:`propose`, or this is not the time.
            ValueError: the changes make no sense; with every reason.
        """
        refuse_unless_open(self._state, 0)
        problems = membership_changes.problems(self._state, changes)
        if problems:
            raise ProposalRefusedError("; ".join(problems), self.node_id)
        return membership_changes.propose(self._state, changes, transition)

    def read(self, *, lease: bool = False) -> int:
        """Ask to read from this node's state machine, linearizably (thesis 6.4).

        Args:
            lease: whether a leader may answer at once while its lease holds; a follower asks the
                leader as ever.

        Returns:
            A number; :attr:`Ready.reads` or :attr:`Ready.refused_reads` names it once, unless a
            message is lost: who waits needs a timeout, and asks again under a new number.

        Raises:
            ValueError: a lease is asked for and ``config.lease_reads`` is off.
        """
        if lease and not self.config.lease_reads:
            msg = (
                "reads by lease are off: set lease_reads in the config, and know that a clock "
                "that drifts beyond clock_drift_bound makes them stale"
            )
            raise ValueError(msg)
        self._state.stirred = True
        return reads.ask(self._state, lease=lease)

    def forget_reads(self, numbers: Collection[int]) -> None:
        """Give own reads up, by their numbers: nobody waits for an answer any more."""
        self._state.reads.forget(numbers)

    def persisted(self, number: int) -> None:
        """Take word that a :class:`Persist`, and all before it, is durable."""
        state = self._state
        in_flight, log = state.in_flight, state.log
        state.stirred = True
        while in_flight and in_flight[0].number <= number:
            done = in_flight.popleft()
            log.persisted = max(log.persisted, done.last)
            state.durable = done.hard_state
            if done.snapshot is not None:
                state.restore = done.snapshot
        if state.role is Role.LEADER:
            replication.advance_commit(state)
        elif state.role is Role.CANDIDATE:
            elections.count_own_vote(state)

    def applied(self, index: int) -> None:
        """Take word that the state machine has applied all up to an index."""
        state = self._state
        log = state.log
        assert index <= log.applying, f"{index} was not handed out, {log.applying} was"
        log.applied = max(log.applied, index)
        if state.reads.confirmed:
            state.stirred = True

    def compact(self, index: int, data: bytes) -> Snapshot | None:
        """Replace the entries up to an applied index by a snapshot of the state machine.

        Args:
            index: what the snapshot covers; applied.
            data: the snapshot.

        Returns:
            The snapshot as it is handed to storage by the next :meth:`ready`; None if one that
            covers as much is there already, for example from the leader.
        """
        self._state.stirred = True
        return snapshots.compact(self._state, index, data)

    def campaign(self, *, pre_vote: bool | None = None) -> None:
        """Start an election now; a leader does nothing.

        It counts its own vote although it may have heard a leader just now, so leases do not hold
        where this is called by hand.

        Args:
            pre_vote: whether to ask first if it could be won; as configured if left out.
        """
        if self._state.role is not Role.LEADER:
            self._state.stirred = True
            ask = self.config.pre_vote if pre_vote is None else pre_vote
            elections.campaign(self._state, pre_vote=ask)

    def transfer_leader(self, to: NodeId) -> None:
        """Hand leadership over (thesis 3.10); given up after an election timeout.

        Raises:
            ProposalRefusedError: this node does not lead.
            ValueError: the other one is no other voter.
        """
        state = self._state
        if state.role is not Role.LEADER:
            msg = f"{self.node_id} does not lead, so it has nothing to hand over"
            raise ProposalRefusedError(msg, state.leader)
        voters = [node for node in state.configuration.voters if node != self.node_id]
        if to not in voters:
            msg = f"{to!r} cannot take over: expected another voter, one of {', '.join(voters)}"
            raise ValueError(msg)
        state.stirred = True
        handover.begin(state, to)

    def forget_leader(self) -> None:
        """Let a follower vote although it heard a leader lately, for example one known dead.

        Where leases are allowed it does nothing: they rest on that a follower does not forget.
        """
        if self._state.role is Role.FOLLOWER and not self.config.lease_reads:
            self._state.leader = None
            self._state.changes += 1

    def report_unreachable(self, node_id: NodeId) -> None:
        """Say that messages to a follower are lost, so that the leader sends fewer."""
        progress = self._state.progress.get(node_id)
        if progress is not None:
            self._state.stirred = True
            progress.unreachable()

    def report_snapshot(self, node_id: NodeId, *, ok: bool) -> None:
        """Say how sending a snapshot by other means than messages ended."""
        progress = self._state.progress.get(node_id)
        if progress is not None:
            self._state.stirred = True
            progress.snapshot_done(installed=ok)

    def set_election_timeout(self, ticks: int) -> None:
        """Set the length of the countdown that runs; the next one is drawn as ever.

        Where leases are allowed it is never shorter than ``election_ticks``, on which they rest.
        """
        assert ticks > 0, ticks
        shortest = self.config.election_ticks if self.config.lease_reads else 1
        self._state.timeout = max(ticks, shortest)
        self._state.changes += 1

    # -- what is to be done --------------------------------------------------------------------

    def ready(self) -> Ready | None:
        """Hand out what is to be done now, None if nothing is; see :class:`Ready`."""
        state = self._state
        if not state.stirred:
            return None  # it was asked already, and nothing came in since
        state.stirred = False
        table, log = state.reads, state.log
        if state.role is Role.LEADER:
            replication.flush(state)
        elif table.sending:
            reads.request(state)
        persist = self._persist() if self._unsaid() else None
        apply = log.next_to_apply() if log.applying < log.commit else ()
        answers = table.answerable(log.applied) if table.confirmed else ()
        send = state.send
        if not (send or persist or apply or answers or table.refused or state.restore):
            return None
        refused, table.refused = tuple(table.refused), []
        restore, state.restore = state.restore, None
        state.send = []
        return Ready(tuple(send), persist, restore, apply, answers, refused)

    def _unsaid(self) -> bool:
        """Say whether there is something to persist, or a message that must wait for it."""
        state = self._state
        return bool(
            state.release
            or state.log.handed != state.log.last_index
            or state.term != state.handed_state.term
            or state.vote != state.handed_state.vote
            or state.pending_snapshot is not None
        )

    def _persist(self) -> Persist | None:
        """Hand out what is to be made durable, with the messages that wait for it."""
        state = self._state
        handed = state.handed_state
        entries = state.log.next_to_persist()
        snapshot, state.pending_snapshot = state.pending_snapshot, None
        voted = state.term != handed.term or state.vote != handed.vote
        new = bool(entries) or voted or snapshot is not None
        release = state.release
        state.release = []
        if not new and not state.in_flight:
            state.send += release
            return None
        state.persists += 1
        if new:
            handed = state.handed_state = HardState(state.term, state.vote, state.log.commit)
        restored = snapshot if state.foreign else None
        asked = InFlight(state.persists, state.log.handed, handed, restored, state.now)
        state.in_flight.append(asked)
        hard_state = handed if new else None
        return Persist(state.persists, hard_state, snapshot, entries, new, tuple(release))

    # -- looking -------------------------------------------------------------------------------

    @property
    def term(self) -> int:
        """Current term."""
        return self._state.term

    @property
    def vote(self) -> NodeId | None:
        """Whom it voted for in this term."""
        return self._state.vote

    @property
    def role(self) -> Role:
        """What it is in this term."""
        return self._state.role

    @property
    def leader_id(self) -> NodeId | None:
        """Who leads, as far as it knows."""
        return self._state.leader

    @property
    def changes(self) -> int:
        """How often role, term, leader or countdown began anew; else no deadline comes nearer."""
        return self._state.changes

    @property
    def commit(self) -> int:
        """Highest index that it knows to be committed."""
        return self._state.log.commit

    @property
    def last_applied(self) -> int:
        """Highest index that its state machine has applied."""
        return self._state.log.applied

    @property
    def configuration(self) -> Configuration:
        """The membership in force."""
        return self._state.configuration

    @property
    def configuration_index(self) -> int:
        """Index of the entry that brought the membership in force; committed or not."""
        return self._state.configurations[-1][0]

    @property
    def log(self) -> RaftLog:
        """Its log, to look at."""
        return self._state.log

    def status(self) -> Status:
        """Return what the node is now, with what a leader knows of each follower."""
        return status(self._state)

    def ticks_to_deadline(self) -> int:
        """Return after how many ticks something happens; fewer change nothing."""
        state, config = self._state, self.config
        if state.role is not Role.LEADER:
            return max(state.timeout - state.elapsed, 0)
        soonest = min(
            config.heartbeat_ticks - state.heartbeat_elapsed,
            NEVER if state.transferee is None else config.election_ticks - state.transfer_elapsed,
        )
        return max(soonest, 0)

    @property
    def election(self) -> tuple[int, int, int]:
        """Ticks since its countdown began, ticks after which it runs out, votes it was granted."""
        state = self._state
        return state.elapsed, state.timeout, sum(state.votes.values())

    def check_invariants(self) -> None:
        """Check what always holds of a node by itself.

        Raises:
            AssertionError: names what does not hold.
        """
        state = self._state
        state.log.check_invariants()
        state.reads.check_invariants()
        if any(state.configuration):  # a node that waits to be added knows none yet
            check_configuration(state.configuration)
        places = [at for at, _ in state.configurations]
        assert places == sorted(places), f"configurations are in the order of the log: {places}"
        assert state.durable.term <= state.term, "no term is durable before it begins"
        leads = state.role is Role.LEADER
        assert not leads or state.leader == self.node_id, "a leader knows that it leads"
        assert leads or not state.progress, "only a leader follows the progress of others"
        assert leads or state.transferee is None, "only a leader hands over"
        assert state.uncommitted >= 0, f"{state.uncommitted} bytes are not committed"
        for node, progress in state.progress.items():
            assert node in state.followed, f"{node} is followed and no member"
            assert progress.match <= state.log.last_index, f"{node} has more than its leader"
            progress.check_invariants()
