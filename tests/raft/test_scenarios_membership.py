"""Scenarios of changes of the membership that are told as programs."""

from __future__ import annotations

from itertools import combinations

import pytest

from igniter_nb.raft import (
    AppendEntries,
    ChangeAction,
    ConfChange,
    ProposalRefusedError,
    RequestVote,
    Role,
    Transition,
)
from tests.raft.handmade import append, ask
from tests.raft.network import names
from tests.raft.scenario import Scenario

ADD, LEARN, REMOVE = ChangeAction.ADD_VOTER, ChangeAction.ADD_LEARNER, ChangeAction.REMOVE


def led(count=3, **options):
    """Let n1 lead a cluster with one write."""
    peers = Scenario(count, **options)
    peers.elect("n1")
    peers.write(b"x")
    return peers


def change(peers, *changes, **keywords):
    """Let the leader propose a change; deliver nothing."""
    wanted = [ConfChange(*each) for each in changes]
    return peers.call(peers.leader, "propose_conf_change", wanted, **keywords)


@pytest.mark.parametrize("down", ["n2", "n3"])
@pytest.mark.parametrize("size", [0, 200])
def test_a_voter_is_added_by_way_of_a_learner_while_another_fails(down, size):
    """Scenario 47: the new node catches up without a vote, so that the old majority goes on."""
    peers = led(max_entries_bytes=500)
    for number in range(size):
        peers.write(b"%d" % number)
    peers.join("n4")
    change(peers, (LEARN, "n4"))
    peers.crash(down)
    peers.write(b"meanwhile")
    assert peers.answers()[b"meanwhile"] == "ok"
    peers.run(3)
    assert peers.commands("n4") == peers.commands("n1")

    change(peers, (ADD, "n4"))
    peers.run(2)
    peers.restart(down)
    peers.write(b"after")

    assert peers.raft("n1").configuration.voters == names(4)
    peers.finish()


def test_a_leader_that_is_removed_leads_until_the_others_have_agreed():
    """Scenario 48: it needs both of the two others, goes on meanwhile, and then follows."""
    peers = led()
    change(peers, (REMOVE, "n1"))
    peers.propose(b"meanwhile", at="n1")
    peers.deliver(recipient="n2")
    peers.deliver(sender="n2")
    assert peers.raft("n1").commit == 2  # itself and n2 would be two of three

    peers.run(2)

    assert peers.raft("n1").role is Role.FOLLOWER
    assert peers.leader in {"n2", "n3"}
    assert peers.raft(peers.leader).configuration.voters == ("n2", "n3")
    peers.finish()
    assert b"meanwhile" in peers.commands("n2")


def test_two_changes_never_overlap():
    """Scenario 49: while one is not committed every other is refused, also at a new leader."""
    peers = led()
    for node in ("n4", "n5"):
        peers.join(node)
    change(peers, (ADD, "n4"))
    with pytest.raises(ProposalRefusedError, match="only one is made at a time"):
        change(peers, (ADD, "n5"))

    peers.deliver(AppendEntries, recipient="n2")  # n2 has it, and leads next
    peers.drop()
    peers.isolate("n1")
    for voter in ("n3", "n4"):
        peers.call(voter, "forget_leader")
    peers.call("n2", "campaign", pre_vote=False)
    peers.deliver(RequestVote)
    peers.deliver(recipient="n2")
    assert peers.leader == "n2"
    with pytest.raises(ProposalRefusedError, match="only one is made at a time"):
        change(peers, (ADD, "n5"))

    peers.settle()
    change(peers, (ADD, "n5"))
    peers.settle()
    peers.finish()


def test_without_the_erratums_rule_two_leaders_could_commit_apart():
    """Scenario 50: the story of raft-dev 2015: the rule refuses its second step.

    n1 adds n5 and reaches n5 only; n2 leads, and if it could remove n1 at once, {n2, n3} would be
    a majority for it and {n1, n4, n5} one for n1 when that leads again.
    """
    peers = led(4)
    peers.join("n5")
    peers.partition(["n1", "n5"], ["n2", "n3", "n4"])
    change(peers, (ADD, "n5"))
    peers.settle()
    for voter in ("n3", "n4"):
        peers.call(voter, "forget_leader")
    peers.call("n2", "campaign", pre_vote=False)
    peers.deliver(RequestVote)
    peers.deliver(recipient="n2")
    assert peers.raft("n2").role is Role.LEADER

    with pytest.raises(ProposalRefusedError, match="no entry of term 2 is committed yet"):
        peers.call("n2", "propose_conf_change", [ConfChange(REMOVE, "n1")])

    peers.settle()
    peers.finish()


@pytest.mark.parametrize("first", [LEARN, ADD])
def test_a_change_that_is_cut_off_falls_back_at_each_node_that_had_it(first):
    """Scenario 51: leader and follower that had stored it go by the membership before it again."""
    peers = led(5)
    peers.join("n6")
    peers.partition(["n1", "n2", "n6"], ["n3", "n4", "n5"])
    change(peers, (first, "n6"))
    peers.settle()
    assert "n6" in peers.raft("n2").configuration.members

    for voter in ("n4", "n5"):
        peers.call(voter, "forget_leader")
    peers.elect("n3")
    peers.write(b"y")
    peers.heal()
    peers.run(2)

    for node in names(5):
        assert peers.raft(node).configuration.members == names(5), node
    peers.finish()


OLD, NEW = ("n1", "n2", "n3"), ("n1", "n4", "n5")


def joint():
    """Let n1 lead a joint configuration of n1 n2 n3 and n1 n4 n5 that all have."""
    peers = led()
    for node in ("n4", "n5"):
        peers.join(node)
    wanted = [(ADD, "n4"), (ADD, "n5"), (REMOVE, "n2"), (REMOVE, "n3")]
    change(peers, *wanted, transition=Transition.EXPLICIT)
    peers.run(2)
    assert peers.raft("n1").commit == 3
    return peers


SETS = [s for size in range(5) for s in combinations(("n2", "n3", "n4", "n5"), size)]


@pytest.mark.parametrize("helpers", SETS, ids=lambda nodes: " ".join(nodes) or "nobody")
def test_a_joint_leader_commits_with_both_majorities_only(helpers):
    """Scenario 52: of all sixteen sets of helpers, those commit that hold one of each side."""
    peers = joint()
    both = any(n in helpers for n in OLD[1:]) and any(n in helpers for n in NEW[1:])
    peers.partition(["n1", *helpers], [node for node in names(5) if node not in ("n1", *helpers)])

    peers.write(b"y")

    assert peers.answers()[b"y"] == ("ok" if both else "nothing yet")
    peers.heal()
    peers.run_until(lambda: peers.leaders)
    peers.run(3)
    change(peers)
    peers.settle()
    peers.finish()


@pytest.mark.parametrize("helpers", SETS, ids=lambda nodes: " ".join(nodes) or "nobody")
def test_a_joint_candidate_wins_with_both_majorities_only(helpers):
    """Scenario 52: the same sixteen sets elect by the same rule."""
    peers = joint()
    both = any(n in helpers for n in OLD[1:]) and any(n in helpers for n in NEW[1:])
    peers.restart("n1")
    for helper in names(5)[1:]:
        peers.call(helper, "forget_leader")
    peers.partition(["n1", *helpers], [node for node in names(5) if node not in ("n1", *helpers)])

    peers.call("n1", "campaign", pre_vote=False)
    peers.settle()

    assert (peers.leaders == ["n1"]) is both
    peers.heal()
    peers.run_until(lambda: peers.leaders)
    peers.run(3)
    change(peers)
    peers.run(30)
    peers.finish()


def test_a_joint_leader_crashes_and_the_next_one_leaves_by_itself():
    """Scenario 52: an auto-leaving change is brought to its end by whoever leads."""
    peers = led()
    for node in ("n4", "n5"):
        peers.join(node)
    change(peers, (ADD, "n4"), (ADD, "n5"), (REMOVE, "n2"), (REMOVE, "n3"))
    peers.deliver(AppendEntries)
    peers.deliver()
    peers.deliver(AppendEntries)
    peers.crash("n1")

    peers.run(80)
    peers.restart("n1")
    peers.run(5)

    assert peers.raft(peers.leader).configuration.voters == NEW
    assert not peers.raft(peers.leader).configuration.joint
    peers.finish()


def test_a_node_that_was_removed_while_cut_off_disturbs_nobody():
    """Scenario 53: healed, it asks and is not heard; the term and the leader stay."""
    peers = led(4)
    peers.isolate("n4")
    change(peers, (REMOVE, "n4"))
    peers.settle()
    peers.heal()

    peers.run(200)

    assert (peers.leaders, peers.raft("n1").term) == (["n1"], 1)
    peers.finish()


def test_a_candidate_outside_ones_own_configuration_gets_ones_vote():
    """Scenario 54: who votes may not know yet that the candidate was added."""
    peers = led()
    peers.isolate("n3")
    peers.join("n4")
    change(peers, (ADD, "n4"))
    peers.settle()
    peers.run(2)
    assert "n4" not in peers.raft("n3").configuration.members
    peers.heal()
    peers.call("n3", "forget_leader")

    peers.step(ask(2, (3, 1), sender="n4", recipient="n3"))

    assert peers.raft("n3").vote == "n4"
    peers.drop()
    peers.finish()


def test_a_leader_outside_ones_own_configuration_is_followed():
    """Scenario 54: entries are taken from whoever leads the term."""
    peers = Scenario(3, only=["n1"])

    peers.step(append(1, sender="n9"))

    assert peers.raft("n1").leader_id == "n9"


def test_one_that_is_not_in_its_own_configuration_still_votes():
    """Scenario 54: a node that knows of no membership at all helps to elect."""
    peers = led()
    peers.join("n4")

    peers.step(ask(5, (9, 4), sender="n2", recipient="n4"))

    assert peers.raft("n4").vote == "n2"
