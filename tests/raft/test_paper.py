"""The Raft paper's figure 2, state and RPCs: one test for each sentence.

The rules for servers, the right column of the figure, are in test_paper_servers.py. Pre-vote and
the check of the quorum are off here: the paper does not have them.
"""

from __future__ import annotations

import pytest

from igniter_nb.raft import AppendEntries, AppendReply, RequestVote, Role, VoteReply
from tests.raft.disk import log_of
from tests.raft.handmade import accepted, append, ask, paper, vote
from tests.raft.network import Peers


def elected(*terms, **hard_state):
    """Let n1 win an election with the vote of n2; what a new leader says is on the wire."""
    peers = paper(*terms, **hard_state)
    peers.call("n1", "campaign")
    peers.drop()
    peers.step(vote(peers.raft("n1").term))
    assert peers.raft("n1").role is Role.LEADER
    return peers


def answer(peers, kind):
    """Take the one message of a kind that n1 sent."""
    (found,) = peers.take(kind)
    return found


# ---- persistent state on all servers


def test_current_term_starts_at_zero():
    """Figure 2, persistent state, currentTerm: on its first start a server is in term 0."""
    assert paper().raft("n1").term == 0


def test_current_term_only_grows():
    """Figure 2, persistent state, currentTerm: messages of lower terms do not take it back."""
    peers = paper(term=5)

    for term in (3, 7, 4, 9, 1):
        peers.step(append(term))

    assert peers.raft("n1").term == 9


def test_current_term_survives_a_restart():
    """Figure 2, persistent state, currentTerm: the latest term seen is still known."""
    peers = paper()
    peers.step(append(7))

    peers.restart("n1")

    assert peers.raft("n1").term == 7


def test_voted_for_is_nobody_at_first():
    """Figure 2, persistent state, votedFor: a server has voted for nobody in a term it enters."""
    peers = paper(term=3, vote="n3")
    assert paper().raft("n1").vote is None

    peers.step(append(4))

    assert peers.raft("n1").vote is None


def test_voted_for_survives_a_restart():
    """Figure 2, persistent state, votedFor: a server that voted, crashed and came back, knows."""
    peers = paper()
    peers.step(ask(1, sender="n2"))
    peers.drop()

    peers.restart("n1")
    peers.step(ask(1, sender="n3"))

    assert peers.raft("n1").vote == "n2"
    assert not answer(peers, VoteReply).granted


def test_the_first_index_is_one():
    """Figure 2, persistent state, log: the first entry that a leader makes has index 1."""
    peers = elected()

    (first, *_) = peers.log("n1")

    assert (first.index, first.term) == (1, 1)


def test_the_log_survives_a_restart():
    """Figure 2, persistent state, log: every entry, with its term, is still there."""
    peers = paper()
    peers.step(append(2, entries=log_of(1, 2)))

    peers.restart("n1")

    assert peers.log("n1") == log_of(1, 2)


@pytest.mark.parametrize(
    ("message", "kind"),
    [(ask(1), VoteReply), (append(1, entries=log_of(1)), AppendReply)],
    ids=["vote", "entries"],
)
def test_state_is_durable_before_an_rpc_is_answered(message, kind):
    """Figure 2, persistent state, title: it is on stable storage before the answer leaves."""
    peers = paper()
    peers.hold("n1")

    peers.step(message)
    assert peers.pending() == []

    peers.release("n1")
    durable = peers["n1"].disk.durable
    assert answer(peers, kind)
    assert durable.hard_state.term == 1
    assert (durable.hard_state.vote, durable.entries) in [("n2", ()), (None, log_of(1))]


def test_the_own_vote_is_durable_before_it_is_asked_for_others():
    """Figure 2, persistent state, title: a candidate's term and vote are kept before it asks."""
    peers = paper()
    peers.hold("n1")

    peers.call("n1", "campaign")
    assert peers.pending() == []

    peers.release("n1")
    assert len(peers.pending(RequestVote)) == 2
    assert peers["n1"].disk.durable.hard_state[:2] == (1, "n1")


def test_what_a_crash_took_was_never_said():
    """Figure 2, persistent state, title: a vote lost by a crash had not been given to anybody."""
    peers = paper()
    peers.hold("n1")
    peers.step(ask(1, sender="n2"))

    peers.restart("n1")
    peers.step(ask(1, sender="n3"))

    assert [(m.recipient, m.granted) for m in peers.take(VoteReply)] == [("n3", True)]


# ---- volatile state on all servers


def test_commit_index_starts_at_zero():
    """Figure 2, volatile state, commitIndex: nothing is known to be committed at first."""
    assert paper().raft("n1").commit == 0


def test_commit_index_only_grows():
    """Figure 2, volatile state, commitIndex: an older leaderCommit does not take it back."""
    peers = paper()
    peers.step(append(1, entries=log_of(1, 1, 1), commit=2))

    peers.step(append(1, prev=(3, 1), commit=1))

    assert peers.raft("n1").commit == 2


def test_last_applied_starts_at_zero_and_grows_one_by_one():
    """Figure 2, volatile state, lastApplied: it starts at 0 and each entry is applied in turn."""
    peers = paper()
    assert peers.raft("n1").last_applied == 0

    peers.step(append(1, entries=log_of(1, 1, 1), commit=2))
    assert peers.raft("n1").last_applied == 2
    peers.step(append(1, prev=(3, 1), commit=3))

    assert peers.raft("n1").last_applied == 3
    assert peers["n1"].applied == list(log_of(1, 1, 1))


# ---- volatile state on leaders


def test_next_index_starts_behind_the_leaders_last_entry():
    """Figure 2, leader state, nextIndex: the first message assumes that the logs are equal."""
    peers = elected(1, 1, 2)

    firsts = peers.take(AppendEntries)

    assert [message.recipient for message in firsts] == ["n2", "n3"]
    assert {(message.prev_index, message.prev_term) for message in firsts} == {(3, 2)}


def test_match_index_starts_at_zero():
    """Figure 2, leader state, matchIndex: a new leader takes no follower to match."""
    peers = elected(1, 1, 2)

    assert [(each.node_id, each.match) for each in peers.raft("n1").status().progress] == [
        ("n2", 0),
        ("n3", 0),
    ]


def test_leader_state_starts_anew_after_each_election():
    """Figure 2, leader state, title: what an earlier reign knew of the followers is forgotten."""
    peers = elected(1, 1, 2)
    peers.step(accepted(3, 4, "n2"))
    assert peers.raft("n1").status().progress[0].match == 4

    peers.step(append(4, prev=(4, 3), sender="n3"))
    peers.call("n1", "campaign")
    peers.drop()
    peers.step(vote(5, "n3"))

    assert [each.match for each in peers.raft("n1").status().progress] == [0, 0]
    assert {message.prev_index for message in peers.take(AppendEntries)} == {4}


def test_an_answer_to_an_earlier_reign_raises_no_match_index():
    """Figure 2, leader state, matchIndex: a yes of an older term is not counted in this one."""
    peers = elected(1, 1, 2)

    peers.step(accepted(2, 3, "n2"))

    assert peers.raft("n1").status().progress[0].match == 0


# ---- AppendEntries RPC, receiver


def test_append_entries_of_an_old_term_are_refused():
    """Figure 2, AppendEntries 1: with term < currentTerm the answer is no, and nothing changes."""
    peers = paper(1, 1, term=5)

    peers.step(append(4, prev=(2, 1), entries=log_of(4, after=2), commit=2))

    reply = answer(peers, AppendReply)
    assert (reply.success, reply.term) == (False, 5)
    assert peers.terms("n1") == [1, 1]
    assert peers.raft("n1").commit == 0
    assert peers.raft("n1").leader_id is None


@pytest.mark.parametrize(("prev", "why"), [((3, 2), "missing"), ((2, 2), "another term")])
def test_append_entries_that_do_not_fit_are_refused(prev, why):
    """Figure 2, AppendEntries 2: without prevLogTerm at prevLogIndex the answer is no."""
    peers = paper(1, 1, term=2)

    peers.step(append(2, prev=prev, entries=log_of(2, after=prev[0]), commit=prev[0] + 1))

    reply = answer(peers, AppendReply)
    assert (reply.success, reply.index) == (False, prev[0]), why
    assert peers.terms("n1") == [1, 1]
    assert peers.raft("n1").commit == 0


def test_a_conflicting_entry_goes_with_all_that_follow():
    """Figure 2, AppendEntries 3: same index, another term: it and everything after it go."""
    peers = paper(1, 1, 2, 2, 2)

    peers.step(append(3, prev=(2, 1), entries=log_of(3, after=2)))

    assert answer(peers, AppendReply).success
    assert peers.terms("n1") == [1, 1, 3]
    assert [entry.term for entry in peers["n1"].disk.durable.entries] == [1, 1, 3]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_without_a_conflict_nothing_goes(count):
    """Figure 2, AppendEntries 3: an old, shorter message deletes nothing of what came after."""
    peers = paper(1, 1, 2, 2, 2)

    peers.step(append(2, prev=(1, 1), entries=log_of(1, 1, 2, 2)[1 : 1 + count]))

    reply = answer(peers, AppendReply)
    assert (reply.success, reply.index) == (True, 1 + count)
    assert peers.terms("n1") == [1, 1, 2, 2, 2]


@pytest.mark.parametrize("prev", [0, 1, 2, 3])
def test_only_new_entries_are_appended(prev):
    """Figure 2, AppendEntries 4: what is in the log already is not appended again."""
    peers = paper(1, 1, 2)
    theirs = log_of(1, 1, 2, 2, 3)

    peers.step(append(3, prev=(prev, ([0, 1, 1, 2])[prev]), entries=theirs[prev:]))

    reply = answer(peers, AppendReply)
    assert (reply.success, reply.index) == (True, 5)
    assert peers.log("n1") == theirs


def test_a_doubled_message_changes_nothing_and_is_answered_alike():
    """Section 5.5: RPCs are idempotent; a repeated AppendEntries gets the same answer."""
    peers = paper(1)
    message = append(2, prev=(1, 1), entries=log_of(2, 2, after=1), commit=2)

    peers.step(message)
    first, log = answer(peers, AppendReply), peers.log("n1")
    peers.step(message)

    assert answer(peers, AppendReply) == first
    assert peers.log("n1") == log
    assert len(peers["n1"].applied) == 2


@pytest.mark.parametrize(
    ("leader_commit", "new", "commit"), [(1, 2, 1), (3, 2, 3), (9, 2, 4), (9, 0, 2), (2, 0, 2)]
)
def test_commit_index_is_the_smaller_of_leader_commit_and_the_last_new_entry(
    leader_commit, new, commit
):
    """Figure 2, AppendEntries 5: commitIndex becomes min(leaderCommit, index of last new entry).

    What stands behind the last new entry may conflict with the leader's log, so it is not
    committed by this message although it is there.
    """
    peers = paper(1, 1, 1, 1, 1)

    peers.step(append(1, prev=(2, 1), entries=log_of(1, 1, after=2)[:new], commit=leader_commit))

    assert peers.raft("n1").commit == commit


# ---- RequestVote RPC, receiver


def test_a_candidate_of_an_old_term_is_refused():
    """Figure 2, RequestVote 1: with term < currentTerm the answer is no, and nothing changes."""
    peers = paper(term=5)

    peers.step(ask(4, last=(9, 4)))

    reply = answer(peers, VoteReply)
    assert (reply.granted, reply.term) == (False, 5)
    assert peers.raft("n1").vote is None


def test_a_vote_that_is_free_is_given():
    """Figure 2, RequestVote 2: votedFor is null and the log is new enough: yes."""
    peers = paper(1, term=1)

    peers.step(ask(2, last=(1, 1)))

    reply = answer(peers, VoteReply)
    assert (reply.granted, reply.term) == (True, 2)
    assert peers.raft("n1").vote == "n2"


def test_a_vote_is_given_again_to_the_same_candidate():
    """Figure 2, RequestVote 2: votedFor is candidateId: yes again, as the answer may be lost."""
    peers = paper(term=1, vote="n2")

    peers.step(ask(1, sender="n2"))

    assert answer(peers, VoteReply).granted


def test_a_vote_is_not_given_to_a_second_candidate():
    """Figure 2, RequestVote 2: votedFor is somebody else: no, however new its log is."""
    peers = paper(term=1, vote="n2")

    peers.step(ask(1, last=(9, 1), sender="n3"))

    assert not answer(peers, VoteReply).granted
    assert peers.raft("n1").vote == "n2"


def test_a_vote_is_not_given_to_an_older_log():
    """Figure 2, RequestVote 2: a log that is less up-to-date: no, though the vote is free."""
    peers = paper(1, 2, term=2)

    peers.step(ask(3, last=(5, 1)))

    assert not answer(peers, VoteReply).granted
    assert (peers.raft("n1").term, peers.raft("n1").vote) == (3, None)


def test_the_cluster_of_the_paper_works():
    """Figure 2 as a whole: three servers elect, replicate, commit and apply."""
    peers = Peers(3, pre_vote=False, check_quorum=False)
    peers.run_until(lambda: peers.leaders)

    peers.write(b"x")

    assert [peers.commands(node) for node in peers.alive] == [[b"x"]] * 3
