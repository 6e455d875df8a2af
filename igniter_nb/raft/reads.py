"""Reads that are linearizable without an entry in the log (thesis 6.4), and leases (6.4.1).

A leader may answer from its state once it knows, by a round of heartbeats that a majority answered,
that nobody else led when the read came in. A round is counted by a number that only grows in a
term, and replies of other terms are dropped, so that no late answer confirms a later read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.raft.messages import ReadReply, ReadRequest, ReadState
from igniter_nb.raft.quorum import jointly_agreed
from igniter_nb.raft.readtable import Asked, Round
from igniter_nb.raft.types import Role

if TYPE_CHECKING:
    from igniter_nb.raft.messages import AppendReply, SnapshotReply
    from igniter_nb.raft.progress import Progress
    from igniter_nb.raft.state import State

ROUNDS_KEPT = 256
"""Rounds that are remembered when nobody answers; what others asked before has been given up."""


def ask(state: State, *, lease: bool) -> int:
    """Take a read of this node's own; return its number."""
    table = state.reads
    table.count += 1
    number = table.count
    if state.role is Role.LEADER:
        if lease and has_lease(state):
            table.confirmed.append(ReadState(number, state.log.commit))
        else:
            table.joining.append(Asked("", (number,)))
    elif state.leader is not None:
        table.sending.append(number)
    else:
        table.refused.append(number)
    return number


def has_lease(state: State) -> bool:
    """Say whether a leader may read without a round: nobody can have been elected since one.

    Between the start of an answered round and an election timeout later, on the fastest clock
    allowed, a majority ignores candidates.
    """
    return (
        state.config.lease_reads
        and state.owns_commit
        and state.transferee is None
        and state.now < state.reads.lease_until
    )


def join_round(state: State) -> None:
    """Begin a round for the reads that wait, if the leader may answer any."""
    if state.reads.joining and state.owns_commit:
        begin_round(state)


def begin_round(state: State) -> None:
    """Begin a round of heartbeats; the reads that wait are confirmed by it."""
    assert state.role is Role.LEADER, state.role
    table = state.reads
    table.round += 1
    asked: tuple[Asked, ...] = ()
    if state.owns_commit:
        asked, table.joining = tuple(table.joining), []
    table.rounds.append(Round(table.round, state.now, state.log.commit, asked))
    if len(table.rounds) > ROUNDS_KEPT:
        own = tuple(asked for asked in table.rounds.popleft().asked if not asked.node)
        later = table.rounds[0]  # it confirms what came before it as well
        table.rounds[0] = later._replace(asked=own + later.asked)
    confirm_rounds(state)  # where nobody else has a vote it is confirmed already


def heard(state: State, reply: AppendReply | SnapshotReply) -> Progress | None:
    """Note that a follower answered, and which round.

    Returns:
        What is known of it; None if this node does not lead it.
    """
    progress = state.progress.get(reply.sender)
    if progress is not None:
        progress.heard = state.now
        if progress.round_acked < reply.round <= progress.round_sent:  # else it is from before
            progress.round_acked = reply.round
            confirm_rounds(state)
    return progress


def confirm_rounds(state: State) -> None:
    """Confirm the rounds that a majority has answered."""
    table, progress, own = state.reads, state.progress, state.node_id
    reached = jointly_agreed(
        state.configuration,
        lambda node: table.round if node == own else progress[node].round_acked,
    )
    rounds = table.rounds
    while rounds and rounds[0].number <= reached:
        _, started, index, asked = rounds.popleft()
        if state.config.lease_reads and not table.lease_broken:
            # One tick less: a follower's first tick may come right after the heartbeat.
            lasts = int((state.config.election_ticks - 1) / state.config.clock_drift_bound)
            table.lease_until = started + lasts
        for node, numbers in asked:
            if node:
                state.send.append(ReadReply(own, node, state.term, numbers, index))
            else:
                table.confirmed += [ReadState(number, index) for number in numbers]


def request(state: State) -> None:
    """Send a follower's own reads to the leader."""
    table = state.reads
    if table.sending and state.leader is not None:
        numbers = tuple(table.sending)
        table.sending = []
        table.sent.update(dict.fromkeys(numbers))
        state.send.append(ReadRequest(state.node_id, state.leader, state.term, numbers))


def on_read_request(state: State, message: ReadRequest) -> None:
    """Take a follower's reads into the next round; who does not lead says so."""
    if state.role is Role.LEADER:
        state.reads.joining.append(Asked(message.sender, message.reads))
    else:
        state.send.append(ReadReply(state.node_id, message.sender, state.term, message.reads, 0))


def on_read_reply(state: State, message: ReadReply) -> None:
    """Learn from which index on own reads are fresh; 0 says that they will not be."""
    table = state.reads
    for number in message.reads:
        if number not in table.sent:
            continue  # answered before: the message was doubled
        del table.sent[number]
        if message.index:
            table.confirmed.append(ReadState(number, message.index))
        else:
            table.refused.append(number)
