"""What leases rest on: whoever acknowledged a round elects nobody else while it may hold (6.4.1).

The interleavings were found by reading; each of them once gave a stale read, or a needless rewind.
"""

from __future__ import annotations

import pytest

from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    ChangeAction,
    ConfChange,
    Config,
    Configuration,
    HardState,
    Raft,
    RequestVote,
    Restored,
    Role,
    Snapshot,
    VoteReply,
)
from tests.raft.network import Peers

VOTERS = ("n1", "n2", "n3")


def follower(*, term=1, **options):
    """Return a follower of n1 in term 1 that hears it now."""
    members = Snapshot(configuration=Configuration(voters=VOTERS))
    restored = Restored(HardState(term=term), members)
    raft = Raft(Config(node_id="n2", **options), restored, lambda _: 0)
    raft.step(AppendEntries("n1", "n2", 1, 0, 0, (), 0, 1))
    said(raft)
    return raft


def said(raft):
    """Return what a node says now, with all it writes made durable."""
    messages = []
    while (ready := raft.ready()) is not None:
        messages += ready.send
        if ready.persist is not None:
            raft.persisted(ready.persist.number)
            messages += ready.persist.release
    return messages


def asks(raft, *, term):
    """Let n3 ask for a vote; tell whether it gets it."""
    raft.step(RequestVote("n3", "n2", term, 9, 9))
    return any(each.granted for each in said(raft) if isinstance(each, VoteReply))


def test_a_follower_does_not_forget_a_leader_for_a_term_it_heard_of():
    """An answer of a later term makes nobody free to vote within a lease of the earlier one."""
    raft = follower(lease_reads=True)

    raft.step(VoteReply("n3", "n2", 2, granted=False, pre=True))

    assert (raft.term, raft.leader_id) == (2, None)
    assert not asks(raft, term=2)
    raft.tick(9)
    said(raft)
    assert not asks(raft, term=2)


def test_it_votes_when_no_lease_can_hold_any_more():
    """After the shortest election timeout without a leader the same request gets the vote."""
    raft = follower(lease_reads=True, election_jitter=5)
    raft.step(VoteReply("n3", "n2", 2, granted=False, pre=True))
    raft.set_election_timeout(100)

    raft.tick(10)

    assert asks(raft, term=2)


def test_without_leases_the_term_is_enough():
    """Where nobody reads by lease a follower that knows of no leader votes at once."""
    raft = follower()

    raft.step(VoteReply("n3", "n2", 2, granted=False, pre=True))

    assert asks(raft, term=2)


def test_a_lease_is_a_tick_shorter_than_the_timeout():
    """A follower's first tick may come right after the heartbeat, so one of them is no time."""
    peers = Peers(3, lease_reads=True, clock_drift_bound=1.0, election_ticks=10)
    peers.elect("n1")
    peers.write()
    peers.run(1)
    peers.isolate("n1")

    peers.tick(8, at="n1")
    within = peers.read("n1", lease=True)
    peers.tick(1, at="n1")
    after = peers.read("n1", lease=True)

    assert within in peers["n1"].reads
    assert after not in peers["n1"].reads


@pytest.mark.parametrize(("lease_reads", "waits"), [(True, 10), (False, 1)])
def test_a_countdown_is_not_shortened_below_what_leases_rest_on(lease_reads, waits):
    """set_election_timeout() is never below the shortest timeout where leases are allowed."""
    raft = follower(lease_reads=lease_reads)

    raft.set_election_timeout(1)

    assert raft.ticks_to_deadline() == waits


def test_an_answer_to_an_old_term_rewinds_nobody():
    """What a follower says to a message of an older term is no refusal of the log."""
    peers = Peers(3)
    peers.elect("n1")
    for _ in range(5):
        peers.write()
    before = peers.raft("n1").status().progress[0]

    peers.step(AppendReply("n2", "n1", peers.raft("n1").term, success=False, index=0))

    assert peers.raft("n1").status().progress[0][:4] == before[:4]


def test_an_old_refusal_rewinds_nobody():
    """A refusal of an earlier round than the last match is from before it; a later one counts."""
    peers = Peers(3)
    peers.elect("n1")
    for _ in range(5):
        peers.write()
        peers.run(1)
    leader = peers.raft("n1")
    before = leader.status().progress[0]

    peers.step(AppendReply("n2", "n1", leader.term, success=False, index=2, hint_index=1, round=1))
    assert leader.status().progress[0][:4] == before[:4]

    refused = AppendReply("n2", "n1", leader.term, success=False, index=2, hint_index=1, round=99)
    leader.step(refused)
    assert leader.status().progress[0].match < before.match


def test_an_answer_from_before_a_node_was_added_again_is_no_error():
    """Removed and added again in one term, a node's late answer confirms no round."""
    peers = Peers(3)
    peers.elect("n1")
    peers.run(3)
    leader = peers.raft("n1")
    peers.isolate("n3")
    peers.call("n1", "propose_conf_change", [ConfChange(ChangeAction.REMOVE, "n3")])
    peers.run(2)
    peers.call("n1", "propose_conf_change", [ConfChange(ChangeAction.ADD_LEARNER, "n3")])

    leader.step(AppendReply("n3", "n1", leader.term, success=True, index=1, round=2))

    assert leader.role is Role.LEADER
    leader.check_invariants()
