"""Elections beyond the paper: the pre-vote, the check of the quorum, who may run at all."""

from __future__ import annotations

import pytest

from igniter_nb.raft import (
    AppendReply,
    ChangeAction,
    ConfChange,
    Configuration,
    RequestVote,
    Restored,
    Role,
    Snapshot,
    TimeoutNow,
    VoteReply,
)
from tests.raft.disk import restored
from tests.raft.handmade import THREE, accepted, append, ask, vote
from tests.raft.network import Peers, names

FIVE = names(5)


def alone(*terms, voters=THREE, **hard_state):
    """Start n1 alone with the options that are on by default."""
    return Peers(voters, only=["n1"], start={"n1": restored(voters, *terms, **hard_state)})


# ---- cold start


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
def test_a_cold_start_elects_one_leader(count):
    """Whatever its size, a new cluster has one leader within a few timeouts, and it commits."""
    peers = Peers(count)

    peers.run_until(lambda: peers.leaders, ticks=60)
    peers.write(b"x")

    assert len(peers.leaders) == 1
    assert [peers.commands(node) for node in peers.alive] == [[b"x"]] * count


# ---- the pre-vote (thesis 9.6)


def test_a_pre_vote_changes_no_term_and_no_vote():
    """Thesis 9.6: asking whether an election could be won changes nothing, at either end."""
    peers = Peers(3)
    peers.cut("n1", "n3")
    peers.tick(10, at="n1")
    assert peers.raft("n1").role is Role.PRE_CANDIDATE

    peers.deliver()

    assert {(peers.raft(node).term, peers.raft(node).vote) for node in peers.alive} == {(0, None)}


def test_a_majority_of_pre_votes_starts_the_election():
    """Thesis 9.6: with a majority behind it a pre-candidate begins the term it asked about."""
    peers = alone(voters=FIVE)
    peers.tick(10)
    asked = peers.take(RequestVote)
    assert {(message.pre, message.term) for message in asked} == {(True, 1)}

    peers.step(vote(1, "n2", pre=True))
    assert peers.raft("n1").role is Role.PRE_CANDIDATE
    peers.step(vote(1, "n3", pre=True))

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.CANDIDATE, 1)
    assert {(message.pre, message.term) for message in peers.take(RequestVote)} == {(False, 1)}


def test_a_majority_against_it_ends_a_pre_candidacy():
    """Thesis 9.6: a pre-candidate that cannot win goes back to following, in the same term."""
    peers = alone(term=4)
    peers.tick(10)

    for node in ("n2", "n3"):
        peers.step(vote(4, node, granted=False, pre=True))

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.FOLLOWER, 4)


def test_a_pre_vote_for_another_term_does_not_count():
    """A yes to a question about another term, an earlier one, is not counted."""
    peers = alone(term=4)
    peers.tick(10)

    peers.step(vote(4, "n2", pre=True))

    assert peers.raft("n1").role is Role.PRE_CANDIDATE


def test_a_vote_does_not_count_as_a_pre_vote():
    """An answer to a real election is not one to the question before it."""
    peers = alone(voters=FIVE, term=4)
    peers.tick(10)

    for node in ("n2", "n3", "n4"):
        peers.step(vote(4, node))

    assert peers.raft("n1").role is Role.PRE_CANDIDATE


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (ask(3, last=(2, 2), pre=True), True),
        (ask(2, last=(2, 2), pre=True), False),  # not a term it could start
        (ask(3, last=(9, 1), pre=True), False),  # an older log
    ],
)
def test_a_pre_vote_is_given_to_who_could_win(asked, granted):
    """Thesis 9.6: yes, if the term is newer, the log is up-to-date and no leader is heard."""
    peers = alone(1, 2, term=2, vote="n3")

    peers.step(asked)

    (reply,) = peers.take(VoteReply)
    assert (reply.granted, reply.pre, reply.term) == (granted, True, asked.term if granted else 2)


@pytest.mark.parametrize("check_quorum", [True, False])
def test_who_hears_a_leader_gives_no_pre_vote(check_quorum):
    """Thesis 9.6: a server that heard a leader within the shortest timeout is not asked."""
    peers = Peers(3, only=["n1"], check_quorum=check_quorum)
    peers.step(append(1, sender="n3"))
    peers.drop()

    peers.step(ask(2, last=(9, 1), pre=True))
    assert peers.pending(VoteReply) == []

    peers.tick(9)
    peers.step(ask(2, last=(9, 1), pre=True))
    assert peers.pending(VoteReply) == []


def test_a_node_that_was_cut_off_comes_back_quietly():
    """Thesis 9.6: with the pre-vote a node that was away does not depose the leader."""
    peers = Peers(3)
    peers.elect("n1")
    peers.isolate("n3")
    peers.run(100)
    assert peers.raft("n3").term == 1

    peers.heal()
    peers.run(100)

    assert (peers.leaders, peers.raft("n1").term) == (["n1"], 1)
    assert peers.raft("n3").leader_id == "n1"


def test_without_the_pre_vote_it_does_not():
    """Thesis 9.6: the same without the pre-vote deposes the leader once: why the pre-vote is."""
    peers = Peers(3, pre_vote=False)
    peers.elect("n1")
    peers.isolate("n3")
    peers.run(100)
    assert peers.raft("n3").term > 1

    peers.heal()
    peers.run(100)

    assert len(peers.leaders) == 1
    assert peers.raft(peers.leader).term > 1


def test_a_campaign_by_hand_may_skip_the_pre_vote():
    """campaign() asks first as configured, or as it is told; a leader does nothing."""
    peers = alone()
    peers.call("n1", "campaign")
    assert peers.raft("n1").role is Role.PRE_CANDIDATE

    peers.call("n1", "campaign", pre_vote=False)
    peers.step(vote(1, "n2"))
    assert peers.raft("n1").role is Role.LEADER

    peers.call("n1", "campaign")
    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.LEADER, 1)


def test_a_write_under_way_does_not_make_a_vote_durable():
    """A candidate's vote counts when the write that holds it is confirmed, not an earlier one."""
    peers = alone()
    peers.hold("n1")
    peers.step(append(1, sender="n2", entries=()))
    peers.call("n1", "campaign", pre_vote=False)
    peers.step(vote(2, "n2"))

    peers.flush("n1", count=1)
    assert peers.raft("n1").role is Role.CANDIDATE

    peers.flush("n1")
    assert peers.raft("n1").role is Role.LEADER


# ---- the check of the quorum (thesis 6.2 and 4.2.3)


def test_a_leader_without_a_majority_steps_down():
    """Thesis 6.2: a leader that hears no majority for an election timeout gives up, term kept."""
    peers = Peers(5)
    peers.elect("n1")
    peers.partition(["n1", "n2"], ["n3", "n4", "n5"])
    peers.drop()

    peers.tick(9, at="n1")
    assert peers.raft("n1").role is Role.LEADER
    peers.tick(1, at="n1")

    assert (peers.raft("n1").role, peers.raft("n1").leader_id) == (Role.FOLLOWER, None)
    assert peers.raft("n1").term == 1


@pytest.mark.parametrize("careful", [True, False])
def test_a_leader_that_cannot_write_does_not_lead_for_ever(careful):
    """With the check of the quorum, a leader whose disk hangs for an election timeout gives up.

    Its heartbeats would keep everybody else from leading while nothing goes on.
    """
    peers = Peers(3, check_quorum=careful)
    peers.elect("n1")
    peers.hold("n1")
    peers.propose(b"x")

    peers.run(9)
    assert peers.raft("n1").role is Role.LEADER
    peers.run(40)

    assert ("n1" in peers.leaders) == (not careful)
    assert bool({"n2", "n3"} & set(peers.leaders)) == careful


def test_without_the_check_it_leads_on():
    """The paper's leader without a majority leads on: it cannot commit, and does not know."""
    peers = Peers(3, check_quorum=False)
    peers.elect("n1")
    peers.isolate("n1")

    peers.tick(50, at="n1")

    assert peers.raft("n1").role is Role.LEADER


def test_a_leader_that_hears_a_majority_stays():
    """Thesis 6.2: two of five may be silent for ever."""
    peers = Peers(5)
    peers.elect("n1")
    peers.crash("n4")
    peers.crash("n5")

    peers.run(100)

    assert peers.leaders == ["n1"]


def test_learners_are_no_quorum():
    """Thesis 4.2.1: hearing learners does not keep a leader that hears no other voter."""
    members = Configuration(voters=("n1", "n2"), learners=("n3", "n4", "n5"))
    start = {node: Restored(snapshot=Snapshot(configuration=members)) for node in FIVE}
    peers = Peers(5, start=start)
    peers.elect("n1")

    peers.crash("n2")
    peers.run(21)

    assert peers.leaders == []


def test_who_hears_a_leader_ignores_candidates():
    """Thesis 4.2.3: a RequestVote while a leader is heard changes no term and gets no answer."""
    peers = alone()
    peers.step(append(1, sender="n3"))
    peers.drop()
    peers.tick(9)

    peers.step(ask(7, last=(9, 6)))

    assert peers.raft("n1").term == 1
    assert peers.pending() == []


def test_who_has_not_heard_a_leader_for_long_listens_to_candidates():
    """Thesis 4.2.3: after the shortest election timeout a candidate is heard again."""
    peers = Peers(3, only=["n1"], jitter=lambda node, bound: 5)
    peers.step(append(1, sender="n3"))
    peers.drop()
    peers.tick(10)

    peers.step(ask(7, last=(9, 6)))

    (reply,) = peers.take(VoteReply)
    assert (reply.granted, reply.term) == (True, 7)


def test_a_candidate_that_the_leader_sent_is_heard():
    """Thesis 4.2.3: a transfer of leadership is no disruption, so it passes the rule."""
    peers = alone()
    peers.step(append(1, sender="n3"))

    peers.step(ask(2, transfer=True))

    assert peers.take(VoteReply)[0].granted


def test_a_leader_that_is_known_dead_can_be_forgotten():
    """After forget_leader() a follower votes although it heard a leader lately."""
    peers = alone()
    peers.step(append(1, sender="n3"))
    peers.drop()

    peers.call("n1", "forget_leader")
    peers.step(ask(2))

    assert peers.raft("n1").leader_id is None
    assert peers.take(VoteReply)[0].granted


def test_a_leader_does_not_forget_itself():
    """forget_leader() is for followers."""
    peers = Peers(1)
    peers.elect("n1")

    peers.call("n1", "forget_leader")

    assert peers.raft("n1").leader_id == "n1"


def test_a_node_stuck_in_a_newer_term_gets_the_leader_down_to_join_it():
    """A node in a newer term answers the leader in that term, so that nobody is left behind."""
    peers = Peers(3)
    peers.elect("n1")
    peers.isolate("n3")
    for _ in range(3):
        peers.call("n3", "campaign", pre_vote=False)
    peers.drop()

    peers.heal()
    peers.run(60)

    assert len(peers.leaders) == 1
    assert len({peers.raft(node).term for node in peers.alive}) == 1


# ---- who may run


def test_a_learner_does_not_run():
    """Thesis 4.2.1: a learner has no vote, not even its own; its countdown begins anew."""
    members = Configuration(voters=("n2", "n3"), learners=("n1",))
    start = {"n1": Restored(snapshot=Snapshot(configuration=members))}
    peers = Peers(["n2", "n3"], only=["n1"], start=start)

    peers.tick(100)

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.FOLLOWER, 0)
    assert peers.pending() == []


def test_a_learner_that_hears_nobody_any_more_listens_to_candidates():
    """Thesis 4.2.3: without a vote of its own a node forgets a silent leader as others do.

    Its countdown begins anew for ever, but not its memory of having heard a leader.
    """
    members = Configuration(voters=("n2", "n3"), learners=("n1",))
    start = {"n1": Restored(snapshot=Snapshot(configuration=members))}
    peers = Peers(["n2", "n3"], only=["n1"], start=start)
    peers.step(append(1))
    peers.drop()

    for _ in range(5):
        peers.tick(10)
    peers.step(ask(2))

    assert [reply.granted for reply in peers.take(VoteReply)] == [True]


def test_a_learner_answers_candidates():
    """Thesis 4.1: a server votes by the candidate's configuration, also if its own is older."""
    members = Configuration(voters=("n2", "n3"), learners=("n1",))
    start = {"n1": Restored(snapshot=Snapshot(configuration=members))}
    peers = Peers(["n2", "n3"], only=["n1"], start=start)

    peers.step(ask(1))

    assert peers.take(VoteReply)[0].granted


def test_a_leader_that_removes_itself_may_be_needed_to_be_elected_again():
    """Thesis 4.2.2, figure 4.6: who is not in its own latest configuration still runs.

    Of two servers the leader removes itself; the entry reaches nobody and the leader restarts. The
    other one's log is older, so only the removed one can win, and it must run to be of use.
    """
    peers = Peers(2)
    peers.elect("n1")
    peers.isolate("n1")
    peers.call("n1", "propose_conf_change", [ConfChange(ChangeAction.REMOVE, "n1")])
    peers.drop()
    peers.restart("n1")
    peers.heal()

    peers.run_until(lambda: peers.leaders, ticks=200)
    peers.run(50)

    assert peers.raft("n2").configuration.voters == ("n2",)
    assert peers.leader == "n2"


def test_who_is_told_runs_at_once():
    """Thesis 3.10: TimeoutNow starts an election without a pre-vote, also in one's own."""
    peers = alone(term=1)
    peers.tick(10)
    assert peers.raft("n1").role is Role.PRE_CANDIDATE
    peers.drop()

    peers.step(TimeoutNow("n2", "n1", 1))

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.CANDIDATE, 2)
    assert {(m.pre, m.transfer) for m in peers.take(RequestVote)} == {(False, True)}


def test_a_leader_does_not_run_against_itself():
    """TimeoutNow to who leads that term changes nothing."""
    peers = Peers(1)
    peers.elect("n1")

    peers.step(TimeoutNow("n2", "n1", 1))

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.LEADER, 1)


@pytest.mark.parametrize(("lease_reads", "heard"), [(True, False), (False, True)])
def test_where_leases_rest_on_it_a_node_that_starts_is_silent(lease_reads, heard):
    """Thesis 6.4.1: who starts may have confirmed a lease in its last life; it votes later."""
    peers = Peers(3, only=["n1"], start={"n1": restored(THREE, 1)}, lease_reads=lease_reads)

    peers.tick(9)
    peers.step(ask(2, last=(1, 1)))
    assert bool(peers.take(VoteReply)) == heard

    peers.step(ask(2, last=(1, 1), transfer=True))
    assert peers.take(VoteReply)[0].granted


def test_an_old_leader_learns_that_it_is_old():
    """Paper section 5.1: a leader behind gets an answer in the newer term and steps down."""
    peers = alone()
    peers.call("n1", "campaign", pre_vote=False)
    peers.step(vote(1, "n2"))
    assert peers.raft("n1").role is Role.LEADER

    peers.step(AppendReply("n3", "n1", 4, False, 0))

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.FOLLOWER, 4)


def test_an_answer_of_a_stranger_changes_nothing():
    """What a node that is no member says to a leader is not counted."""
    peers = alone()
    peers.call("n1", "campaign", pre_vote=False)
    peers.step(vote(1, "n2"))
    before = peers.raft("n1").status()

    peers.step(accepted(1, 1, "n9"))

    assert peers.raft("n1").status() == before
