"""Leader election (paper section 5.2), and asking before whether it can be won (thesis 9.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.raft.messages import RequestVote, VoteReply
from igniter_nb.raft.quorum import VoteResult, jointly_counted
from igniter_nb.raft.replication import start_term
from igniter_nb.raft.types import Role

if TYPE_CHECKING:
    from igniter_nb.raft.messages import TimeoutNow
    from igniter_nb.raft.state import State
    from igniter_nb.raft.types import NodeId


def campaign(state: State, *, pre_vote: bool, transfer: bool = False) -> None:
    """Start an election, or ask first whether it could be won.

    Args:
        state: of a node that is not the leader.
        pre_vote: whether to ask first.
        transfer: whether the leader told it to; then nobody is asked first.
    """
    if not state.may_run:
        # A learner, or a node that was removed: it hears nobody, so it listens to candidates.
        state.become_follower(state.term, None)
        state.restart_countdown()
        return
    if pre_vote:
        state.become_pre_candidate()
        _ask(state, state.term + 1, pre=True, transfer=False)
        _count(state)
    else:
        state.become_candidate()
        _ask(state, state.term, pre=False, transfer=transfer)


def _ask(state: State, term: int, *, pre: bool, transfer: bool) -> None:
    """Ask every other voter; what it says of this log and term must be durable first."""
    voters = sorted({*state.configuration.voters, *state.configuration.outgoing})
    last_index, last_term = state.log.last_index, state.log.last_term
    state.release += [
        RequestVote(state.node_id, voter, term, last_index, last_term, pre, transfer)
        for voter in voters
        if voter != state.node_id
    ]


def hears_a_leader(state: State) -> bool:
    """Say whether a leader was heard within the shortest election timeout (thesis 4.2.3).

    Where leases rest on that, it counts whatever has happened to term and role since; and a node
    that has just started may have heard one in its last life.
    """
    if state.role is Role.LEADER:
        return True
    lately = state.now - state.heard_at < state.config.election_ticks
    return lately and (state.leader is not None or state.config.lease_reads)


def is_stranger(state: State, node_id: NodeId) -> bool:
    """Say whether a node is no member, as far as this one knows."""
    return node_id not in state.configuration.members


def leaves(state: State, node_id: NodeId) -> bool:
    """Say whether this node leads and the other one is to be no member any more.

    Whatever term that has come to in the meantime, it does not end the leader's.
    """
    return state.role is Role.LEADER and is_stranger(state, node_id)


def ignores(state: State, asked: RequestVote) -> bool:
    """Say whether a candidate is not heard at all, since there is a leader (thesis 4.2.3, 9.6).

    A candidate that the leader itself sent is always heard. One that is no member is not heard
    either way: it may not know that it was removed, and would run for ever.
    """
    sticks = state.config.check_quorum or asked.pre or is_stranger(state, asked.sender)
    return sticks and not asked.transfer and hears_a_leader(state)


def on_request_vote(state: State, asked: RequestVote) -> None:
    """Vote for a candidate, if nothing speaks against it (paper figure 2, RequestVote)."""
    free = state.vote in (None, asked.sender) and state.leader in (None, asked.sender)
    if asked.pre:
        free = asked.term > state.term
    if state.config.lease_reads and not asked.transfer and hears_a_leader(state):
        free = False  # this term may have come by an answer, and a lease of the last one still hold
    granted = free and state.log.is_up_to_date(asked.last_index, asked.last_term)
    if granted and not asked.pre:
        assert asked.term == state.term, (asked.term, state.term)
        state.vote = asked.sender
        state.restart_countdown()
    term = asked.term if granted else state.term
    state.release.append(VoteReply(state.node_id, asked.sender, term, granted, asked.pre))


def on_vote_reply(state: State, reply: VoteReply) -> None:
    """Count a vote, once for each voter and only for the election that runs."""
    wanted = Role.PRE_CANDIDATE if reply.pre else Role.CANDIDATE
    if state.role is not wanted:
        return
    if reply.pre and reply.granted and reply.term != state.term + 1:
        return  # it was for an earlier question
    state.votes.setdefault(reply.sender, reply.granted)
    _count(state)


def count_own_vote(state: State) -> None:
    """Count a candidate's vote for itself, now that it is durable (paper section 5.2)."""
    if state.role is Role.CANDIDATE and state.durable[:2] == (state.term, state.node_id):
        state.votes[state.node_id] = True
        _count(state)


def _count(state: State) -> None:
    """Act on the votes so far."""
    result = jointly_counted(state.configuration, state.votes)
    if result is VoteResult.LOST:
        state.become_follower(state.term, None)
    elif result is VoteResult.WON and state.role is Role.PRE_CANDIDATE:
        campaign(state, pre_vote=False)
    elif result is VoteResult.WON and state.votes.get(state.node_id, False):
        state.become_leader()
        start_term(state)


def on_timeout_now(state: State, told: TimeoutNow) -> None:
    """Run at once: the leader that sends this hands over (thesis 3.10)."""
    assert told.term == state.term, (told.term, state.term)
    if state.role is not Role.LEADER:
        campaign(state, pre_vote=False, transfer=True)
