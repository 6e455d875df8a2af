"""Stories in which one broken rule does harm, for faults that a random run rarely meets.

Each plays on a cluster or a world and ends in order when the rule holds. When it is broken a check
raises: an invariant, the check of the history, or the story's own assertion.
"""

from __future__ import annotations

from igniter_nb.consensus.testing.linearizability import check
from igniter_nb.raft import AppendReply, RequestVote, VoteReply
from tests.consensus.scenarios.test_time import leased, stale_reads
from tests.consensus.stage import Stage, settings
from tests.raft.disk import restored
from tests.raft.network import names
from tests.raft.scenario import Scenario

PLAIN = {"pre_vote": False, "check_quorum": False}


def a_vote_comes_twice() -> None:
    """n1 has its own vote and n2's, which comes twice; n5 has the other three."""
    peers = Scenario(5, **PLAIN)
    for candidate in ("n1", "n5"):
        peers.call(candidate, "campaign")
    peers.deliver(sender="n1", recipient="n2")
    (vote,) = peers.take(VoteReply, sender="n2")
    for other in ("n3", "n4"):
        peers.deliver(sender="n5", recipient=other)
    peers.step(vote)
    peers.step(vote)
    peers.deliver(VoteReply, recipient="n5")
    peers.finish()


def a_long_log_of_an_old_term_runs() -> None:
    """n1 has five entries of term 1; a majority has committed one of term 2 at index 2."""
    start = {
        "n1": restored(names(3), 1, 1, 1, 1, 1, term=2),
        "n2": restored(names(3), 1, 2, commit=2),
        "n3": restored(names(3), 1, 2, commit=2),
    }
    peers = Scenario(3, start=start, jitter=lambda node, bound: bound - int(node[1:]), **PLAIN)
    peers.call("n1", "campaign")
    peers.settle()
    peers.finish()


def a_yes_comes_two_terms_late() -> None:
    """n2 said yes to index 3 in term 1, and lost it to n3's term 2; n1 leads term 3 and has a 3."""
    peers = Scenario(5, **PLAIN)
    peers.elect("n1")
    peers.partition(["n1", "n2"], ["n3", "n4", "n5"])
    for data in (b"a", b"b"):
        peers.propose(data, at="n1")
    peers.deliver(recipient="n2")
    late = peers.take(AppendReply, sender="n2")
    peers.drop()
    peers.elect("n3")
    peers.heal()
    peers.run(2)
    assert peers.terms("n2") == [1, 2]
    peers.call("n1", "campaign")
    peers.deliver(RequestVote)
    peers.deliver(VoteReply)
    assert peers.leader == "n1"
    peers.deliver(recipient="n4")
    peers.deliver(sender="n4")
    for answer in late:
        peers.step(answer)
    peers.drop()
    peers.finish()


def entries_come_after_another_entry() -> None:
    """n3 holds an entry of term 2 that n1's entries do not come after."""
    start = {
        "n1": restored(names(3), 1, 3, 3),
        "n2": restored(names(3), 1, 3, 3),
        "n3": restored(names(3), 1, 2, 2, term=3),
    }
    peers = Scenario(3, start=start, **PLAIN)
    peers.elect("n1")
    peers.run(2)
    peers.finish()


def an_old_leader_is_read() -> None:
    """A leader is cut off, another one takes a write, and the old one is read."""
    stage = Stage(config=settings(check_quorum=False))
    old = stage.elected()
    stage.written("k", "old")
    stage.act("isolate", old)
    stage.elected(*stage.followers)
    stage.written("k", "new")
    stage.read("k", at=old)
    stage.finish()


def a_slow_clock_is_leased_to() -> None:
    """The leader's clock is slow, within the bound that its lease has to allow for."""
    stage, old = leased(bound=1.6)
    stale_reads(stage, old)
    found = check(stage.history)
    assert found, found.explanation


def a_leader_hands_over_and_is_read_by_lease() -> None:
    """It sends TimeoutNow and hears nothing more; the next leader takes a write."""
    stage = Stage(config=settings(lease_reads=True))
    old = stage.elected()
    stage.written("k", "old")
    stage.run(50)
    heir, third = stage.followers
    stage.act("transfer", heir)
    stage.world.settle()
    for node in (heir, third):
        stage.act("cut", node, old)
    stage.until(lambda: stage.leads(heir), within_ms=40)
    stage.written("k", "new")
    stage.read("k", at=old, lease=True)
    stage.finish()
