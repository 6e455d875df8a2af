"""Scenarios of handing leadership over that are told as programs."""

from __future__ import annotations

import pytest

from igniter_nb.raft import ChangeAction, ConfChange, ProposalRefusedError, Role, TimeoutNow
from tests.raft.network import names
from tests.raft.scenario import Scenario


def led(count=3, **options):
    """Let n1 lead a cluster with one write."""
    peers = Scenario(count, **options)
    peers.elect("n1")
    peers.write(b"x")
    return peers


@pytest.mark.parametrize("count", [3, 5])
def test_leadership_goes_over_in_one_round_trip_and_a_vote(count):
    """Scenario 60: TimeoutNow, the requests, the votes: three steps on the wire and no tick."""
    peers = led(count)

    peers.call("n1", "transfer_leader", "n2")
    for _ in range(3):
        peers.deliver()

    assert peers.leader == "n2"
    assert peers.raft("n1").role is Role.FOLLOWER
    peers.finish()


def test_no_write_is_confirmed_by_the_old_and_by_the_new_leader():
    """Scenario 60: what the old leader had under way is answered once, with what came of it."""
    peers = led()
    peers.propose(b"under way")
    peers.call("n1", "transfer_leader", "n2")
    with pytest.raises(ProposalRefusedError) as refused:
        peers.propose(b"too late", at="n1")
    assert refused.value.leader == "n2"

    peers.settle()
    peers.write(b"y")

    assert peers.leader == "n2"
    assert peers.answers() == {b"x": "ok", b"under way": "ok", b"y": "ok"}
    assert peers.commands("n3") == [b"x", b"under way", b"y"]
    peers.finish()


@pytest.mark.parametrize("fault", ["dead", "cut off", "lagging and cut off"])
def test_a_transfer_to_one_that_cannot_is_given_up(fault):
    """Scenario 61: after an election timeout the leader takes proposals again."""
    peers = led()
    if fault == "dead":
        peers.crash("n3")
    else:
        peers.isolate("n3")
    if fault.startswith("lagging"):
        peers.write(b"missed")

    peers.call("n1", "transfer_leader", "n3")
    with pytest.raises(ProposalRefusedError, match="handing over"):
        peers.propose(b"y", at="n1")
    peers.run(10)
    peers.write(b"y")

    assert peers.leaders == ["n1"]
    assert peers.raft("n1").term == 1
    assert peers.answers()[b"y"] == "ok"
    peers.finish()


def test_a_transfer_to_one_that_is_removed_meanwhile_is_impossible():
    """Scenario 61: who is no member any more takes nothing over."""
    peers = led()
    peers.call("n1", "propose_conf_change", [ConfChange(ChangeAction.REMOVE, "n3")])
    peers.settle()

    with pytest.raises(ValueError, match="'n3' cannot take over: expected another voter"):
        peers.call("n1", "transfer_leader", "n3")

    peers.write(b"y")
    peers.finish()


def test_a_transfer_to_a_learner_is_refused():
    """Scenario 61: a learner has no vote and cannot lead."""
    peers = led()
    peers.join("n4")
    peers.call("n1", "propose_conf_change", [ConfChange(ChangeAction.ADD_LEARNER, "n4")])
    peers.run(2)

    with pytest.raises(ValueError, match="'n4' cannot take over"):
        peers.call("n1", "transfer_leader", "n4")

    peers.write(b"y")
    peers.finish()


@pytest.mark.parametrize("ticks", [0, 3, 9])
def test_one_that_is_elected_again_during_its_transfer_starts_clean(ticks):
    """Scenario 61: hashicorp/raft 696: the transfer does not outlive the term it was begun in."""
    peers = led(5)
    peers.crash("n5")
    peers.call("n1", "transfer_leader", "n5")
    peers.tick(ticks, at="n1")
    for leader in ("n2", "n1"):
        peers.drop()
        for voter in ("n3", "n4"):
            peers.call(voter, "forget_leader")
        peers.elect(leader)

    peers.write(b"y")

    assert peers.raft("n1").status().transferee is None
    assert peers.answers()[b"y"] == "ok"
    peers.finish()


def test_a_late_timeoutnow_elects_once_and_loses_nothing():
    """Scenario 61: the message of a transfer that was given up comes late: one more election."""
    peers = led()
    peers.call("n1", "transfer_leader", "n3")
    late = peers.take(TimeoutNow)
    peers.run(12)
    peers.write(b"y")

    for message in late:
        peers.step(message)
    peers.run(2)

    assert peers.leaders == ["n3"]
    assert peers.raft("n3").term == 2
    peers.finish()


def test_a_timeoutnow_of_an_old_term_is_ignored():
    """Scenario 61: in a later term the same message does nothing."""
    peers = led()
    peers.call("n1", "transfer_leader", "n3")
    late = peers.take(TimeoutNow)
    for voter in names(3)[1:]:
        peers.call(voter, "forget_leader")
    peers.elect("n2")

    for message in late:
        peers.step(message)
    peers.settle()

    assert (peers.leaders, peers.raft("n2").term) == (["n2"], 2)
    peers.finish()
