"""Mutations: wrong versions of the core and of its driver, which the checks must find.

Each mutant is a context manager that breaks one rule, as implementations have broken it: most are
faults that were found in other projects. ``MUTANTS`` has them by name. Nothing of the library is
changed for them; outside the context all is as it was.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from igniter_nb.consensus import replica
from igniter_nb.consensus.simulator.stepwise import Stepwise
from igniter_nb.consensus.state_machine.machine import Machine
from igniter_nb.consensus.storage import MemoryStorage
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    EntryKind,
    InstallSnapshot,
    ReadState,
    RequestVote,
    Role,
    VoteReply,
    changes,
    core,
    handover,
    reads,
    replication,
)
from igniter_nb.raft.log import RaftLog
from igniter_nb.raft.quorum import jointly_agreed
from igniter_nb.raft.readtable import ReadTable
from igniter_nb.raft.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


def _handles(kind: type, mutant: Callable[[Callable[..., None]], Callable[..., None]]) -> Any:
    """Wrap the handler of a kind of message; ``mutant`` gets the right one."""
    right = core._HANDLERS[kind]
    return patch.dict(core._HANDLERS, {kind: mutant(right)})


# ---- elections


def vote_twice() -> AbstractContextManager[Any]:
    """A voter forgets whom it voted for, and votes for whoever asks."""

    def mutant(right: Callable[..., None]) -> Callable[..., None]:
        def vote(state: State, asked: RequestVote) -> None:
            if not asked.pre and state.role is Role.FOLLOWER:
                state.vote = None
            right(state, asked)

        return vote

    return _handles(RequestVote, mutant)


def vote_not_kept() -> AbstractContextManager[Any]:
    """The vote is left out of what is made durable."""
    right = core.Raft._persist

    def persist(self: core.Raft) -> Any:
        made = right(self)
        if made is None or made.hard_state is None:
            return made
        return made._replace(hard_state=made.hard_state._replace(vote=None))

    return patch.object(core.Raft, "_persist", persist)


def votes_without_sender() -> AbstractContextManager[Any]:
    """Answers are counted and not whose they are (PySyncObj): a doubled one counts twice."""

    def mutant(right: Callable[..., None]) -> Callable[..., None]:
        def count(state: State, reply: VoteReply) -> None:
            voters = [*state.configuration.voters, *state.configuration.outgoing]
            silent = [voter for voter in voters if voter not in state.votes]
            right(state, reply._replace(sender=silent[0]) if silent else reply)

        return count

    return _handles(VoteReply, mutant)


def any_log_may_lead() -> AbstractContextManager[Any]:
    """A candidate's log is not compared (paper section 5.4.1)."""
    return patch.object(RaftLog, "is_up_to_date", lambda self, last_index, last_term: True)


def index_before_term() -> AbstractContextManager[Any]:
    """Logs are compared by length first (openraft a48a3282)."""

    def compare(self: RaftLog, last_index: int, last_term: int) -> bool:
        return (last_index, last_term) >= (self.last_index, self.last_term)

    return patch.object(RaftLog, "is_up_to_date", compare)


def leader_does_not_step_down() -> AbstractContextManager[Any]:
    """A leader that hears of a later term takes the term over and leads on."""
    right = core.Raft._in_term

    def meet(self: core.Raft, message: Any) -> bool:
        state = self._state
        later = message.term > state.term and isinstance(message, AppendReply | VoteReply)
        if later and state.role is Role.LEADER:
            state.term, state.vote = message.term, None
            return True
        return right(self, message)

    return patch.object(core.Raft, "_in_term", meet)


# ---- replication


def old_terms_by_counting() -> AbstractContextManager[Any]:
    """An entry of an older term is committed because a majority has it (figure 8)."""
    right = replication.advance_commit

    def advance(state: State) -> None:
        log, progress, term = state.log, state.progress, state.term
        reached = jointly_agreed(
            state.configuration,
            lambda node: log.persisted if node == state.node_id else progress[node].match,
        )
        state.term = log.term_at(reached) or term
        right(state)
        state.term = term

    return patch.object(replication, "advance_commit", advance)


def leader_counts_itself_early() -> AbstractContextManager[Any]:
    """A leader counts its own entry before it is durable (thesis 10.2.1)."""
    right = replication.advance_commit

    def advance(state: State) -> None:
        durable, state.log.persisted = state.log.persisted, state.log.last_index
        right(state)
        state.log.persisted = durable

    return patch.object(replication, "advance_commit", advance)


def any_previous_entry() -> AbstractContextManager[Any]:
    """The term of the entry before the new ones is not compared (paper section 5.3)."""

    def mutant(right: Callable[..., None]) -> Callable[..., None]:
        def take(state: State, message: AppendEntries) -> None:
            term = state.log.term_at(message.prev_index)
            right(state, message if term is None else message._replace(prev_term=term))

        return take

    return _handles(AppendEntries, mutant)


def cut_after_previous() -> AbstractContextManager[Any]:
    """All behind the previous entry is deleted on every append (openraft 9540c904, PySyncObj)."""

    def merge(self: RaftLog, entries: Any) -> Any:
        if entries[0].index <= self.last_index:
            self._cut(entries[0].index)
        self.append(entries)
        return tuple(entries)

    return patch.object(RaftLog, "merge", merge)


def conflicts_stay() -> AbstractContextManager[Any]:
    """Entries that conflict are kept, and only what is longer is appended."""

    def merge(self: RaftLog, entries: Any) -> Any:
        new = tuple(entry for entry in entries if entry.index > self.last_index)
        if new:
            self.append(new)
        return new

    return patch.object(RaftLog, "merge", merge)


def commit_beyond_the_match() -> AbstractContextManager[Any]:
    """The leader's commit index is taken as it is, not cut to what matches."""

    def mutant(right: Callable[..., None]) -> Callable[..., None]:
        def take(state: State, message: AppendEntries) -> None:
            right(state, message)
            if state.log.term_at(message.prev_index) == message.prev_term:
                state.log.commit_to(message.commit)

        return take

    return _handles(AppendEntries, mutant)


def replies_of_any_term() -> AbstractContextManager[Any]:
    """A late success of an earlier term is taken for one of this term (aioraft, PySyncObj)."""
    right = core.Raft.step

    def step(self: core.Raft, message: Any) -> None:
        if isinstance(message, AppendReply) and message.success and message.term < self.term:
            message = message._replace(term=self.term)
        right(self, message)

    return patch.object(core.Raft, "step", step)


# ---- reads


def reads_without_a_round() -> AbstractContextManager[Any]:
    """A leader answers reads at once, from what it knows committed."""

    def ask(state: State, *, lease: bool) -> int:
        if state.role is not Role.LEADER:
            return right(state, lease=lease)
        state.reads.count += 1
        state.reads.confirmed.append(ReadState(state.reads.count, state.log.commit))
        return state.reads.count

    right = reads.ask
    return patch.object(reads, "ask", ask)


def reads_before_the_terms_first_commit() -> AbstractContextManager[Any]:
    """A new leader answers reads before it knows what is committed (paper section 8)."""
    return patch.object(State, "owns_commit", property(lambda self: True))


def reads_before_they_are_applied() -> AbstractContextManager[Any]:
    """A confirmed read is answered from whatever is applied."""
    right = ReadTable.answerable
    return patch.object(ReadTable, "answerable", lambda self, applied: right(self, 1 << 40))


def lease_without_drift() -> AbstractContextManager[Any]:
    """A lease lasts a whole election timeout, as if all clocks ran alike."""
    right = reads.has_lease

    def has(state: State) -> bool:
        config, table = state.config, state.reads
        more = config.election_ticks - int(config.election_ticks / config.clock_drift_bound)
        table.lease_until += more
        found = right(state)
        table.lease_until -= more
        return found

    return patch.object(reads, "has_lease", has)


def lease_kept_after_a_transfer() -> AbstractContextManager[Any]:
    """A leader that told another one to run goes on reading by its lease."""
    right = handover.when_caught_up

    def caught_up(state: State) -> None:
        until = state.reads.lease_until
        right(state)
        state.reads.lease_broken, state.reads.lease_until = False, until

    def has(state: State) -> bool:
        leads = state.config.lease_reads and state.owns_commit
        return leads and state.now < state.reads.lease_until

    @contextmanager
    def both() -> Iterator[None]:
        with (
            patch.object(handover, "when_caught_up", caught_up),
            patch.object(reads, "has_lease", has),
        ):
            yield

    return both()


# ---- membership and snapshots


def changes_overlap() -> AbstractContextManager[Any]:
    """A change of the membership is made at any time, whatever is uncommitted."""
    return patch.object(changes, "problems", lambda state, wanted: [])


def change_before_the_terms_first_commit() -> AbstractContextManager[Any]:
    """The erratum's rule is left out: a new leader changes the membership at once."""
    right = changes.problems

    def problems(state: State, wanted: Any) -> list[str]:
        return [each for each in right(state, wanted) if "no entry of term" not in each]

    return patch.object(changes, "problems", problems)


def cut_changes_stay_in_force() -> AbstractContextManager[Any]:
    """A change that was cut off from the log stays in force."""
    return patch.object(State, "forget_configurations", lambda self, index: None)


def snapshot_with_the_first_membership() -> AbstractContextManager[Any]:
    """A snapshot does not carry the membership as of its last entry, but an older one."""
    return patch.object(State, "configuration_at", lambda self, index: self.configurations[0][1])


def chunks_are_mixed() -> AbstractContextManager[Any]:
    """Chunks are joined whatever snapshot and leader they are of."""

    def mutant(right: Callable[..., None]) -> Callable[..., None]:
        def take(state: State, message: InstallSnapshot) -> None:
            known = state.incoming
            if known is not None:
                state.incoming = known._replace(
                    term=message.term, last_index=message.last_index, last_term=message.last_term
                )
            right(state, message)

        return take

    return _handles(InstallSnapshot, mutant)


# ---- the driver


def said_before_durable() -> AbstractContextManager[Any]:
    """What waits for the disk leaves before it: an acknowledgement, a vote."""
    right = Stepwise._write

    def write(self: Stepwise, host: Any, persist: Any) -> None:
        for message in persist.release:
            host.replica.send(message)
        right(self, host, persist._replace(release=()))

    return patch.object(Stepwise, "_write", write)


def sync_does_nothing() -> AbstractContextManager[Any]:
    """Nothing is synced (PySyncObj: no fsync anywhere)."""
    return patch.object(MemoryStorage, "sync", lambda self: None)


def applied_before_committed() -> AbstractContextManager[Any]:
    """What is durable here is applied, committed or not."""

    def hand_out(self: RaftLog) -> Any:
        if self.persisted <= self.applying:
            return ()
        found = self.entries(self.applying + 1, self.persisted + 1)
        self.applying = self.persisted
        return found

    return patch.object(RaftLog, "next_to_apply", hand_out)


def sessions_are_ignored() -> AbstractContextManager[Any]:
    """A command that is sent twice takes effect twice."""

    def once(self: Machine, entry: Any, ticket: Any) -> Any:
        del ticket
        return self._carried_out(entry.index, entry.term, entry.data)

    return patch.object(Machine, "_once", once)


def waiters_by_index_alone() -> AbstractContextManager[Any]:
    """Who waits for an index hears ok whatever entry is applied there."""
    right = replica.Replica._told

    def told(self: replica.Replica, entry: Any, outcome: Any) -> None:
        if entry.kind is EntryKind.COMMAND:
            waiting = self._proposals[entry.index]
            self._proposals[entry.index] = [(entry.term, waiter) for _, waiter in waiting]
        right(self, entry, outcome)

    return patch.object(replica.Replica, "_told", told)


MUTANTS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    each.__name__: each
    for each in (
        vote_twice,
        vote_not_kept,
        votes_without_sender,
        any_log_may_lead,
        index_before_term,
        leader_does_not_step_down,
        old_terms_by_counting,
        leader_counts_itself_early,
        any_previous_entry,
        cut_after_previous,
        conflicts_stay,
        commit_beyond_the_match,
        replies_of_any_term,
        reads_without_a_round,
        reads_before_the_terms_first_commit,
        reads_before_they_are_applied,
        lease_without_drift,
        lease_kept_after_a_transfer,
        changes_overlap,
        change_before_the_terms_first_commit,
        cut_changes_stay_in_force,
        snapshot_with_the_first_membership,
        chunks_are_mixed,
        said_before_durable,
        sync_does_nothing,
        applied_before_committed,
        sessions_are_ignored,
        waiters_by_index_alone,
    )
}
"""All mutants by name."""
