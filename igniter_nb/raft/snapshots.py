"""Compaction, and sending a snapshot in chunks (paper section 7, figure 13).

A leader sends one chunk and waits for the follower to name the byte that it wants next. It goes on
with the snapshot it began, also when it has taken a newer one, so that a slow follower is not kept
from ever finishing. A follower keeps the chunks of one snapshot from one leader and drops them when
another comes, so that what it installs is never a mixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.raft import reads
from igniter_nb.raft.messages import AppendReply, InstallSnapshot, SnapshotReply
from igniter_nb.raft.state import Incoming
from igniter_nb.raft.types import Snapshot

if TYPE_CHECKING:
    from igniter_nb.raft.progress import Progress
    from igniter_nb.raft.state import State
    from igniter_nb.raft.types import NodeId


# -- the leader --------------------------------------------------------------------------------


def send_chunk(state: State, node: NodeId, progress: Progress) -> None:
    """Send the chunk that a follower waits for, once; in a later round an empty one as heartbeat.

    A follower that answers the empty one and still wants the same byte has lost the chunk.
    """
    snapshot, number = progress.snapshot, state.reads.round
    assert snapshot is not None, "a snapshot is sent in the state of that name"
    data, done = b"", False
    if progress.chunk_round < 0:
        end = progress.offset + state.config.snapshot_chunk_bytes
        data, done = snapshot.data[progress.offset : end], end >= len(snapshot.data)
        progress.chunk_round = number
    elif progress.round_sent >= number:
        return
    progress.round_sent = number
    state.send.append(
        InstallSnapshot(
            state.node_id, node, state.term, snapshot.index, snapshot.term,
            snapshot.configuration, progress.offset, data, done, number,
        )
    )  # fmt: skip


def on_snapshot_reply(state: State, reply: SnapshotReply) -> None:
    """Send the next chunk, or the same one again if it was lost."""
    progress = reads.heard(state, reply)
    if progress is None:
        return
    snapshot = progress.snapshot
    if snapshot is None or snapshot.index != reply.last_index:
        return
    if reply.offset > progress.offset or reply.round > progress.chunk_round >= 0:
        progress.offset, progress.chunk_round = min(reply.offset, len(snapshot.data)), -1


def compact(state: State, index: int, data: bytes) -> Snapshot | None:
    """Put a snapshot of the state machine in place of the entries that it covers."""
    if index <= state.log.snapshot.index:
        return None
    term = state.log.term_at(index)
    assert term is not None, index
    snapshot = Snapshot(index, term, state.configuration_at(index), data)
    state.log.compact(snapshot, state.config.trailing_entries)
    later = [each for each in state.configurations if each[0] > index]
    state.configurations = [(index, snapshot.configuration), *later]
    state.pending_snapshot, state.foreign = snapshot, False
    return snapshot


# -- the follower ------------------------------------------------------------------------------


def on_install_snapshot(state: State, message: InstallSnapshot) -> None:
    """Take a chunk; install the snapshot when it was the last one (paper figure 13)."""
    state.follow(message.sender)
    if message.last_index <= state.log.commit:
        _installed(state, message, state.log.commit)  # an old one, or the last chunk once more
        return
    known = state.incoming
    if known is None or known[:3] != (message.term, message.last_index, message.last_term):
        known = Incoming(message.term, message.last_index, message.last_term, bytearray())
        state.incoming = known
    if message.offset == len(known.data):
        known.data.extend(message.data)
        if message.done:
            _install(state, message, bytes(known.data))
            return
    state.release.append(
        SnapshotReply(
            state.node_id, message.sender, state.term, message.last_index, len(known.data),
            message.round,
        )
    )  # fmt: skip


def _install(state: State, message: InstallSnapshot, data: bytes) -> None:
    """Replace the log by a snapshot, unless the log has its last entry: then it is all here."""
    index, term = message.last_index, message.last_term
    state.incoming = None
    if state.log.term_at(index) == term:
        state.log.commit_to(index)
    else:
        snapshot = Snapshot(index, term, message.configuration, data)
        state.log.restore(snapshot)
        state.cut_in_flight(index + 1)
        state.configurations = [(index, snapshot.configuration)]
        state.pending_snapshot, state.foreign = snapshot, True
    _installed(state, message, index)


def _installed(state: State, message: InstallSnapshot, index: int) -> None:
    """Say up to where the log matches; released once that is durable."""
    state.release.append(
        AppendReply(
            state.node_id, message.sender, state.term, success=True, index=index,
            round=message.round,
        )
    )  # fmt: skip
