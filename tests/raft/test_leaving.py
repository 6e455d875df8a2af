"""Nodes that leave: they are told as well as can be, and never disturb those that stay."""

from __future__ import annotations

from random import Random

import pytest

from igniter_nb.raft import AppendReply, ChangeAction, ConfChange, RequestVote, Role
from tests.raft.network import Peers

CHECKS = [
    {"pre_vote": pre_vote, "check_quorum": check_quorum}
    for pre_vote in (True, False)
    for check_quorum in (True, False)
]


def remove(peers, node):
    """Let n1 take a node out of the membership."""
    peers.call("n1", "propose_conf_change", [ConfChange(ChangeAction.REMOVE, node)])


def standing(peers, gone):
    """Return role, leader and term of those that stay."""
    cores = [peers.raft(node) for node in peers.alive if node != gone]
    return [(core.node_id, core.role, core.leader_id, core.term) for core in cores]


@pytest.mark.parametrize("options", CHECKS, ids=str)
@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_node_that_leaves_is_told_and_stays_quiet(count, options):
    """It knows that it is no member any more, so it never runs, however long it hears nobody."""
    peers = Peers(count, **options)
    peers.elect("n1")
    gone = f"n{count}"

    remove(peers, gone)
    peers.settle()
    before = standing(peers, gone)
    peers.run(300)

    assert gone not in peers.raft(gone).configuration.members
    assert peers.raft(gone).commit >= peers.raft(gone).configuration_index
    assert peers.raft(gone).role is Role.FOLLOWER
    assert standing(peers, gone) == before
    assert gone not in peers.raft("n1")._state.progress


@pytest.mark.parametrize("options", CHECKS, ids=str)
def test_a_node_that_is_not_told_disturbs_nobody(options):
    """One that was cut off while it was removed runs in vain, and nobody's term rises for it."""
    peers = Peers(4, **options)
    peers.elect("n1")
    peers.isolate("n4")
    remove(peers, "n4")
    peers.settle()

    peers.heal()
    before = standing(peers, "n4")
    peers.run(300)

    assert standing(peers, "n4") == before
    assert peers.raft("n4").role is not Role.FOLLOWER


@pytest.mark.parametrize("options", CHECKS, ids=str)
def test_what_a_leaving_node_says_in_a_later_term_ends_no_leader(options):
    """It may have run before it is told: what it answers the leader then is not heard."""
    peers = Peers(4, **options)
    peers.elect("n1")
    peers.isolate("n4")
    for _ in range(3):
        peers.call("n4", "campaign", pre_vote=False)
    peers.drop(RequestVote)
    assert peers.raft("n4").term > peers.raft("n1").term

    remove(peers, "n4")
    peers.heal()
    peers.run(1)
    reply = AppendReply("n4", "n1", peers.raft("n4").term, success=False, index=0)
    peers.step(reply)
    peers.run(100)

    assert [row[1:] for row in standing(peers, "n4") if row[0] == "n1"] == [
        (Role.LEADER, "n1", peers.raft("n2").term)
    ]


def test_a_node_that_is_no_member_is_heard_where_there_is_no_leader():
    """Who hears no leader votes for whoever asks: it may be the one that does not know yet."""
    peers = Peers(3, pre_vote=False, check_quorum=False)
    peers.elect("n1")
    peers.join("n4")
    peers.crash("n1")
    peers.tick(200, at="n2")
    peers.drop()
    term = peers.raft("n2").term + 1

    peers.step(RequestVote("n4", "n2", term, 9, term))

    assert peers.raft("n2").vote == "n4"


@pytest.mark.parametrize("seed", range(40))
def test_no_schedule_lets_a_node_that_left_disturb_the_others(seed):
    """Wherever its links are cut and mended, those that stay keep their leader and their term."""
    chance = Random(seed)  # noqa: S311 -- a schedule
    peers = Peers(4, **chance.choice(CHECKS))
    peers.elect("n1")
    if chance.random() < 0.5:
        peers.cut("n1", "n4")
    remove(peers, "n4")
    peers.settle()
    before = standing(peers, "n4")

    for _ in range(30):
        act = chance.randrange(5)
        if act == 0:
            peers.isolate("n4")
        elif act == 1:
            peers.heal()
        elif act == 2:
            peers.cut(chance.choice(["n1", "n2", "n3"]), "n4", both=chance.random() < 0.5)
        elif act == 3:
            peers.tick(chance.randrange(60), at="n4")
        peers.run(chance.randrange(8))

    assert standing(peers, "n4") == before


def test_a_change_that_is_cut_off_again_lets_nobody_go():
    """A node whose removal was never committed is followed by the next leader as any other."""
    peers = Peers(3)
    peers.elect("n1")
    peers.isolate("n1")
    remove(peers, "n3")
    peers.run_until(lambda: len(peers.leaders) == 1 and peers.leaders != ["n1"])
    peers.heal()
    peers.run(20)
    peers.write(b"x")

    assert peers.commands("n3") == [b"x"]
    assert "n3" in peers.raft("n1").configuration.members
