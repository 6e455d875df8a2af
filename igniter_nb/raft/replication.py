"""Log replication: the leader's half and the follower's (paper section 5.3), commitment (5.4.2).

What a leader sends is decided in one place, :func:`flush`, each time the node is asked what is to
be done: whatever came in since then, proposals, answers, reads and commits, shares its messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.raft import handover, reads, snapshots
from igniter_nb.raft.membership import encode, left
from igniter_nb.raft.messages import AppendEntries, AppendReply, TimeoutNow
from igniter_nb.raft.progress import ProgressState
from igniter_nb.raft.quorum import jointly_agreed
from igniter_nb.raft.types import Entry, EntryKind, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.raft.progress import Progress
    from igniter_nb.raft.state import State
    from igniter_nb.raft.types import NodeId, Ticket

SNAPSHOT, REPLICATE = ProgressState.SNAPSHOT, ProgressState.REPLICATE


# -- the leader --------------------------------------------------------------------------------


def start_term(state: State) -> None:
    """Open a leader's term with a blank entry, so that it learns what is committed (section 8)."""
    log = state.log
    state.uncommitted = sum(len(e.data) for e in log.entries(log.commit + 1, log.last_index + 1))
    reads.begin_round(state)
    append(state, [(EntryKind.NOOP, b"", None)])


def append(
    state: State, commands: Iterable[tuple[EntryKind, bytes, Ticket | None]]
) -> tuple[Entry, ...]:
    """Put entries at the end of a leader's log."""
    assert state.role is Role.LEADER, state.role
    state.stirred = True
    index, term = state.log.last_index, state.term
    made = tuple(
        Entry(index + number, term, kind, data, ticket)
        for number, (kind, data, ticket) in enumerate(commands, 1)
    )
    state.log.append(made)
    state.uncommitted += sum(len(entry.data) for entry in made)
    state.note_configurations(made)
    return made


def flush(state: State) -> None:
    """Send each follower what it lacks, as far as its window is open."""
    reads.join_round(state)
    last, commit, number = state.log.last_index, state.log.commit, state.reads.round
    for node, progress in state.progress.items():
        if progress.state is SNAPSHOT:
            snapshots.send_chunk(state, node, progress)
            continue
        while progress.next <= last and progress.open:
            if not _send(state, node, progress, empty=False):
                break
        if progress.round_sent < number:
            _send(state, node, progress, empty=True)
        elif progress.commit_sent < commit and progress.state is REPLICATE:
            _announce(state, node, progress)


def _send(state: State, node: NodeId, progress: Progress, *, empty: bool) -> bool:
    """Send entries, or none in a heartbeat; start a snapshot where they are gone."""
    log = state.log
    previous = progress.next - 1
    term = log.term_at(previous)
    if term is None or previous < log.first_index - 1:
        progress.send_snapshot(log.snapshot)
        snapshots.send_chunk(state, node, progress)
        return False
    entries: tuple[Entry, ...] = ()
    if not empty:
        entries, size = log.batch(progress.next, state.config.max_entries_bytes)
        progress.sent(entries[-1].index, size)
    progress.commit_sent = log.commit
    if progress.state is ProgressState.PROBE:  # it takes no more than it is known to have
        progress.commit_sent = min(log.commit, previous + len(entries))
    progress.round_sent = state.reads.round
    state.send.append(
        AppendEntries(
            state.node_id, node, state.term, previous, term, entries, log.commit, state.reads.round
        )
    )
    return True


def _announce(state: State, node: NodeId, progress: Progress) -> None:
    """Tell a follower what is committed, which wants no answer."""
    log = state.log
    previous = progress.next - 1
    term = log.term_at(previous)
    if term is not None:
        progress.commit_sent = log.commit
        state.send.append(
            AppendEntries(state.node_id, node, state.term, previous, term, (), log.commit, 0)
        )


def on_append_reply(state: State, reply: AppendReply) -> None:
    """Learn how far a follower's log matches (paper figure 2, leaders)."""
    progress = reads.heard(state, reply)
    if progress is None:
        return
    if reply.success:
        _matched(state, reply, progress)
    elif reply.index:  # without one it answers a message of an older term
        # Entries above the hint are of terms that the follower's own excludes.
        following = state.log.match_hint(reply.hint_index, reply.hint_term)[0] + 1
        progress.refused(reply.index, max(1, min(following, reply.index)), reply.round)


def _matched(state: State, reply: AppendReply, progress: Progress) -> None:
    snapshot = progress.snapshot
    if snapshot is not None:
        if reply.index < snapshot.index:
            return
        progress.snapshot_done(installed=True)
    if progress.acknowledged(reply.index, reply.round):
        if reply.index > state.log.commit:
            advance_commit(state)
        if state.transferee == reply.sender:
            handover.when_caught_up(state)


def advance_commit(state: State) -> None:
    """Commit what a majority has, if it is of this term (paper section 5.4.2, figure 8)."""
    progress, own, log = state.progress, state.node_id, state.log
    # What this node handed over is not counted before it is durable here as well.
    reached = jointly_agreed(
        state.configuration,
        lambda node: log.persisted if node == own else progress[node].match,
    )
    if reached <= log.commit or log.term_at(reached) != state.term:
        return
    first = log.commit + 1
    log.commit_to(reached)
    state.uncommitted -= sum(len(entry.data) for entry in log.entries(first, reached + 1))
    _follow_up_configuration(state)


def _follow_up_configuration(state: State) -> None:
    """Go on with a change of the membership that is committed, also by an earlier leader."""
    at, configuration = state.configurations[-1]
    if at > state.log.commit:
        return
    if len(state.progress) >= len(configuration.members):
        flush(state)  # tells those that leave, which are not followed any more, as well as can be
        state.follow_configuration()
    if configuration.auto_leave:
        append(state, [(EntryKind.CONFIGURATION, encode(left(configuration)), None)])
    elif not state.is_voter:
        _step_down_when_removed(state)


def _step_down_when_removed(state: State) -> None:
    """Follow once the configuration without this leader is committed (thesis 4.2.2).

    It asks the follower that is furthest to run, so that nobody has to wait for a timeout.
    """
    heirs = [
        (progress.match, node)
        for node, progress in state.progress.items()
        if node in state.configuration.voters and progress.match == state.log.last_index
    ]
    flush(state)
    term = state.term
    state.become_follower(term, None)
    if heirs:
        state.send.append(TimeoutNow(state.node_id, max(heirs)[1], term))


# -- the follower ------------------------------------------------------------------------------


def on_append_entries(state: State, message: AppendEntries) -> None:
    """Store entries that follow ours, cut what conflicts (paper figure 2, AppendEntries)."""
    log = state.log
    state.follow(message.sender)
    previous, entries = message.prev_index, message.entries
    if previous < log.commit:
        # What is committed matches any leader. Only what comes after it is looked at.
        skipped = log.commit - previous
        if len(entries) <= skipped:
            _answer(state, message, log.commit)
            return
        previous, entries = log.commit, entries[skipped:]
    elif log.term_at(previous) != message.prev_term:
        hint, term = log.match_hint(previous, message.prev_term)
        state.release.append(
            AppendReply(
                state.node_id, message.sender, state.term, success=False, index=previous,
                hint_index=hint, hint_term=term, round=message.round,
            )
        )  # fmt: skip
        return
    if entries:
        store(state, entries)
    last = previous + len(entries)
    log.commit_to(min(message.commit, last))
    _answer(state, message, last)


def _answer(state: State, message: AppendEntries, index: int) -> None:
    """Say up to where the log matches; released once that is durable."""
    if not message.round and not message.entries:
        return  # it only told what is committed
    state.release.append(
        AppendReply(
            state.node_id, message.sender, state.term, success=True, index=index,
            round=message.round,
        )
    )  # fmt: skip


def store(state: State, entries: tuple[Entry, ...]) -> None:
    """Take entries into a follower's log, with the configurations among them."""
    log, handed = state.log, state.log.handed
    new = log.merge(entries)
    if not new:
        return
    if new[0].index <= handed:
        state.cut_in_flight(new[0].index)
    state.forget_configurations(new[0].index)
    state.note_configurations(new)
