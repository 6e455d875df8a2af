"""Handing leadership over (thesis 3.10)."""

from __future__ import annotations

import pytest

from igniter_nb.raft import (
    AppendEntries,
    ChangeAction,
    ConfChange,
    ProposalRefusedError,
    Role,
    TimeoutNow,
)
from tests.raft.network import Peers


def led(**options):
    """Let n1 lead three nodes that all have its first entry."""
    peers = Peers(3, **options)
    peers.elect("n1")
    return peers


@pytest.mark.parametrize("careful", [True, False])
def test_one_that_is_up_to_date_takes_over_at_once(careful):
    """Thesis 3.10: TimeoutNow, one round of votes, and the other one leads; no timeout passes."""
    peers = led(pre_vote=careful, check_quorum=careful)

    peers.call("n1", "transfer_leader", "n3")
    peers.settle()

    assert peers.leaders == ["n3"]
    assert peers.raft("n3").term == 2
    assert peers.raft("n1").role is Role.FOLLOWER


def test_one_that_lags_is_brought_up_to_date_first():
    """Thesis 3.10: the log of who takes over is completed before it is told to run."""
    peers = led()
    peers.isolate("n3")
    peers.write(b"x")
    peers.heal()

    peers.call("n1", "transfer_leader", "n3")
    assert peers.pending(TimeoutNow) == []
    peers.run(3)

    assert peers.leaders == ["n3"]
    assert peers.commands("n3") == [b"x"]


def test_nothing_is_proposed_meanwhile():
    """Thesis 3.10: a leader that hands over refuses proposals and names who will take them."""
    peers = led()
    peers.call("n1", "transfer_leader", "n3")

    with pytest.raises(ProposalRefusedError, match="n1 is handing over to n3") as caught:
        peers.propose(b"x", at="n1")

    assert caught.value.leader == "n3"
    assert peers.raft("n1").status().transferee == "n3"


def test_it_is_given_up_after_an_election_timeout():
    """Thesis 3.10: if the other one does not take over in time, the leader goes on as before."""
    peers = led()
    peers.crash("n3")
    peers.call("n1", "transfer_leader", "n3")

    peers.run(9)
    assert peers.raft("n1").status().transferee == "n3"
    peers.run(1)

    assert peers.raft("n1").status().transferee is None
    peers.write(b"x")
    assert peers.commands("n2") == [b"x"]


def test_it_does_not_outlive_the_role():
    """A leader that is deposed and elected again while it handed over takes proposals again.

    hashicorp/raft 696: a transfer that is interrupted blocked the node for ever.
    """
    peers = led()
    peers.crash("n3")
    peers.call("n1", "transfer_leader", "n3")
    peers.call("n2", "campaign", pre_vote=False)
    peers.drop()
    peers.run(1)  # n1 hears of the newer term and steps down
    assert peers.raft("n1").role is Role.FOLLOWER

    peers.tick(12)
    peers.drop()
    peers.elect("n1")

    assert peers.raft("n1").status().transferee is None
    peers.write(b"x")
    assert peers.commands("n2") == [b"x"]


def test_another_one_may_be_named():
    """A second wish replaces the first one."""
    peers = led()
    peers.crash("n3")
    peers.call("n1", "transfer_leader", "n3")

    peers.call("n1", "transfer_leader", "n2")
    peers.settle()

    assert peers.leaders == ["n2"]


def test_what_was_proposed_before_is_not_lost():
    """Thesis 3.10: entries from before the transfer are committed by the new leader."""
    peers = led()
    peers.propose(b"x")

    peers.call("n1", "transfer_leader", "n2")
    peers.run(3)

    assert peers.leader == "n2"
    assert [peers.commands(node) for node in peers.alive] == [[b"x"]] * 3


@pytest.mark.parametrize("to", ["n1", "n9", "n4"], ids=["itself", "stranger", "learner"])
def test_only_another_voter_takes_over(to):
    """To itself, a stranger, or a learner nothing is handed over; the voters are named."""
    peers = led()
    peers.join("n4")
    change = [ConfChange(ChangeAction.ADD_LEARNER, "n4")]
    peers.call("n1", "propose_conf_change", change)
    peers.run(2)

    with pytest.raises(ValueError, match=f"'{to}' cannot take over: .* one of n2, n3"):
        peers.call("n1", "transfer_leader", to)


def test_only_a_leader_hands_over():
    """A follower refuses and names the leader."""
    peers = led()

    with pytest.raises(ProposalRefusedError, match="n2 does not lead") as caught:
        peers.call("n2", "transfer_leader", "n3")

    assert caught.value.leader == "n1"


def test_other_followers_do_not_start_it():
    """Only the one that takes over is waited for: another one's answer sends no TimeoutNow."""
    peers = led()
    peers.isolate("n3")
    peers.propose(b"x")
    peers.call("n1", "transfer_leader", "n3")

    peers.settle()

    assert peers.pending(TimeoutNow) == []
    assert peers.leaders == ["n1"]


def test_a_lost_timeout_now_is_harmless():
    """Without TimeoutNow nobody runs, and the old leader goes on after the timeout."""
    peers = led()
    peers.lose(TimeoutNow)
    peers.call("n1", "transfer_leader", "n2")

    peers.run(30)

    assert (peers.leaders, peers.raft("n1").term) == (["n1"], 1)


def test_a_late_timeout_now_starts_an_ordinary_election():
    """A TimeoutNow that comes long after is obeyed in its term; there is still one leader."""
    peers = led()
    peers.call("n1", "transfer_leader", "n2")
    (late,) = peers.take(TimeoutNow)
    peers.run(30)
    peers.write(b"x")

    peers.step(late)
    peers.settle()

    assert peers.leaders == ["n2"]
    assert peers.commands("n2") == [b"x"]


def test_heartbeats_go_on_meanwhile():
    """A leader that hands over is heard as ever, so that nobody else runs."""
    peers = led()
    peers.lose(TimeoutNow)
    peers.call("n1", "transfer_leader", "n2")
    peers.drop()

    peers.tick(at="n1")

    assert {message.recipient for message in peers.pending(AppendEntries)} == {"n2", "n3"}
