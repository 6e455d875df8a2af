"""The Raft paper's figure 2, rules for servers: one test for each sentence."""

from __future__ import annotations

import pytest

from igniter_nb.raft import AppendEntries, AppendReply, EntryKind, RequestVote, Role, VoteReply
from tests.raft.disk import log_of
from tests.raft.handmade import THREE, accepted, append, ask, of_every_kind, paper, refused, vote

FIVE = (*THREE, "n4", "n5")


def candidate(*terms, voters=THREE, **hard_state):
    """Let n1 campaign; its RequestVotes are on the wire."""
    peers = paper(*terms, voters=voters, **hard_state)
    peers.call("n1", "campaign")
    assert peers.raft("n1").role is Role.CANDIDATE
    return peers


def leader(*terms, voters=THREE, **hard_state):
    """Let n1 win with just enough votes; what a new leader says is on the wire."""
    peers = candidate(*terms, voters=voters, **hard_state)
    peers.drop()
    for voter in voters[1 : len(voters) // 2 + 1]:
        peers.step(vote(peers.raft("n1").term, voter))
    assert peers.raft("n1").role is Role.LEADER
    return peers


def in_role(role):
    """Bring n1, in term 1, into a role; the wire is empty."""
    peers = {
        Role.FOLLOWER: lambda: paper(term=1),
        Role.CANDIDATE: candidate,
        Role.LEADER: leader,
    }[role]()
    peers.drop()
    assert (peers.raft("n1").role, peers.raft("n1").term) == (role, 1)
    return peers


roles = pytest.mark.parametrize("role", [Role.FOLLOWER, Role.CANDIDATE, Role.LEADER])
kinds = pytest.mark.parametrize("kind", of_every_kind(1))


# ---- all servers


def test_what_is_committed_is_applied_in_order():
    """Figure 2, all servers 1: commitIndex > lastApplied: log[lastApplied + 1] is applied next."""
    peers = paper()
    peers.hold_applies("n1")
    peers.step(append(1, entries=log_of(1, 1, 1), commit=2))
    assert (peers.raft("n1").commit, peers.raft("n1").last_applied) == (2, 0)

    peers.release_applies("n1")

    assert peers.raft("n1").last_applied == 2
    assert peers["n1"].applied == list(log_of(1, 1))


@roles
@kinds
def test_a_newer_term_makes_a_follower_in_that_term(role, kind):
    """Figure 2, all servers 2: term T > currentTerm in any RPC or answer: term T, follower."""
    peers = in_role(role)

    peers.step(of_every_kind(7)[kind])

    raft = peers.raft("n1")
    told_to_run = kind == "TimeoutNow"  # becomes a follower in term 7, and then a candidate in 8
    assert raft.term == (8 if told_to_run else 7)
    assert raft.role is (Role.CANDIDATE if told_to_run else Role.FOLLOWER)
    assert peers["n1"].disk.durable.hard_state.term == raft.term


@roles
@kinds
def test_an_older_term_changes_nothing(role, kind):
    """Section 5.1: an RPC or answer with a stale term number is rejected or ignored."""
    peers = in_role(role)
    before, log = peers.raft("n1").status(), peers.log("n1")

    peers.step(of_every_kind(0)[kind])

    assert peers.raft("n1").status() == before
    assert peers.log("n1") == log
    assert {message.term for message in peers.pending()} <= {1}


# ---- followers


def test_a_follower_answers_leaders_and_candidates():
    """Figure 2, followers 1: each RPC from a candidate or leader gets an answer."""
    peers = paper()

    peers.step(ask(1, sender="n2"))
    peers.step(append(1, sender="n2"))

    assert [type(message) for message in peers.take(recipient="n2")] == [VoteReply, AppendReply]


def test_a_follower_says_nothing_by_itself():
    """Section 5.1: followers are passive; they issue no requests of their own."""
    peers = paper()

    peers.tick(9)

    assert peers.pending() == []
    assert peers.raft("n1").role is Role.FOLLOWER


def test_a_follower_that_hears_nothing_becomes_a_candidate():
    """Figure 2, followers 2: the election timeout elapses: it converts to candidate."""
    peers = paper()

    peers.tick(10)

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.CANDIDATE, 1)


def test_append_entries_from_the_leader_hold_an_election_off():
    """Figure 2, followers 2: the timeout counts from the last AppendEntries of the leader."""
    peers = paper()

    for _ in range(5):
        peers.tick(9)
        peers.step(append(1))

    peers.tick(9)
    assert peers.raft("n1").role is Role.FOLLOWER
    peers.tick(1)
    assert peers.raft("n1").role is Role.CANDIDATE


@pytest.mark.parametrize("term", [1, 2], ids=["in its term", "in a newer term"])
def test_a_given_vote_holds_an_election_off(term):
    """Figure 2, followers 2: the timeout counts from giving a vote to a candidate."""
    peers = paper(term=1)
    peers.tick(9)

    peers.step(ask(term))

    peers.tick(9)
    assert peers.raft("n1").role is Role.FOLLOWER
    peers.tick(1)
    assert peers.raft("n1").role is Role.CANDIDATE


@pytest.mark.parametrize(
    "message",
    [
        append(1, sender="n3"),
        ask(1, sender="n3"),
        ask(2, last=(1, 1), sender="n3"),
        ask(3, last=(1, 1), sender="n3"),
    ],
    ids=[
        "old leader",
        "old candidate",
        "refused candidate",
        "refused candidate of a newer term",
    ],
)
def test_who_is_refused_does_not_hold_an_election_off(message):
    """Figure 2, followers 2: stale leaders and candidates without the vote do not count."""
    peers = paper(1, 2, term=2, vote="n2")
    peers.tick(9)

    peers.step(message)
    peers.tick(1)

    assert peers.raft("n1").role is Role.CANDIDATE


# ---- candidates


def test_an_election_increments_the_term():
    """Figure 2, candidates 1.1: on conversion to candidate, currentTerm is incremented."""
    assert candidate(term=4).raft("n1").term == 5


def test_a_candidate_votes_for_itself():
    """Figure 2, candidates 1.2: on conversion to candidate, it votes for itself."""
    peers = candidate(term=4, vote="n3")

    assert peers.raft("n1").vote == "n1"
    assert peers["n1"].disk.durable.hard_state.vote == "n1"


def test_an_election_resets_the_election_timer():
    """Figure 2, candidates 1.3: the countdown starts anew when the election starts."""
    peers = paper()
    peers.tick(9)
    peers.call("n1", "campaign")

    peers.tick(9)
    assert peers.raft("n1").term == 1
    peers.tick(1)

    assert peers.raft("n1").term == 2


def test_a_candidate_asks_all_other_servers():
    """Figure 2, candidates 1.4: RequestVote goes to all others, with its last entry."""
    peers = candidate(1, 1, 2, voters=FIVE)

    asked = peers.take(RequestVote)

    assert [message.recipient for message in asked] == ["n2", "n3", "n4", "n5"]
    assert {message[2:5] for message in asked} == {(3, 3, 2)}


@pytest.mark.parametrize(("voters", "needed"), [(THREE, 1), (FIVE, 2), (("n1", "n2"), 1)])
def test_votes_of_a_majority_make_a_leader(voters, needed):
    """Figure 2, candidates 2: with votes from a majority it becomes leader, not with fewer."""
    peers = candidate(voters=voters)
    for voter in voters[1 : needed + 1]:
        assert peers.raft("n1").role is Role.CANDIDATE

        peers.step(vote(1, voter))

    assert peers.raft("n1").role is Role.LEADER


def test_a_single_server_is_its_own_majority():
    """Figure 2, candidates 2: alone, a server wins with its own vote and commits alone."""
    peers = paper(voters=("n1",))

    peers.tick(10)
    peers.propose(b"x")

    assert peers.raft("n1").role is Role.LEADER
    assert peers.commands("n1") == [b"x"]


@pytest.mark.parametrize(
    "replies",
    [
        [vote(1, "n2"), vote(1, "n2")],
        [vote(1, "n2"), vote(0, "n3")],
        [vote(1, "n2"), vote(1, "n9")],
        [vote(1, "n2"), vote(1, "n3", granted=False)],
        [vote(1, "n2"), vote(1, "n3", pre=True)],
    ],
    ids=["doubled", "of an old term", "of a stranger", "refused", "only a pre-vote"],
)
def test_only_votes_of_different_members_in_this_term_count(replies):
    """Figure 2, candidates 2: one of five others said yes twice, late, or is no member: no win."""
    peers = candidate(voters=FIVE)

    for reply in replies:
        peers.step(reply)

    assert peers.raft("n1").role is Role.CANDIDATE


def test_the_own_vote_counts_only_once_it_is_durable():
    """Figure 2, candidates 2 with the title of the state: the candidate is one of its voters."""
    peers = paper()
    peers.hold("n1")
    peers.call("n1", "campaign")

    peers.step(vote(1, "n2"))
    assert peers.raft("n1").role is not Role.LEADER

    peers.release("n1")
    assert peers.raft("n1").role is Role.LEADER


def test_a_candidate_follows_the_leader_of_its_term():
    """Figure 2, candidates 3: AppendEntries from the new leader: it converts to follower."""
    peers = candidate()

    peers.step(append(1, sender="n3"))

    raft = peers.raft("n1")
    assert (raft.role, raft.term, raft.leader_id, raft.vote) == (Role.FOLLOWER, 1, "n3", "n1")


def test_a_candidate_does_not_follow_an_old_leader():
    """Section 5.2: a leader whose term is smaller is refused, and the candidate goes on."""
    peers = candidate(term=4)
    peers.drop()

    peers.step(append(4, sender="n3"))

    assert peers.raft("n1").role is Role.CANDIDATE
    assert [(m.success, m.term) for m in peers.take(AppendReply)] == [(False, 5)]


def test_an_election_without_an_end_is_started_anew():
    """Figure 2, candidates 4: the election timeout elapses: a new election in a new term."""
    peers = candidate()
    peers.drop()
    peers.step(vote(1, "n2", granted=False))

    peers.tick(10)

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.CANDIDATE, 2)
    assert {message.term for message in peers.take(RequestVote)} == {2}


# ---- leaders


def test_a_new_leader_is_heard_at_once():
    """Figure 2, leaders 1: upon election AppendEntries goes to each server."""
    peers = leader()

    assert [message.recipient for message in peers.take(AppendEntries)] == ["n2", "n3"]


def test_an_idle_leader_is_heard_again_and_again():
    """Figure 2, leaders 1: heartbeats are repeated in idle periods, to each server."""
    peers = leader()
    for node in ("n2", "n3"):
        peers.step(accepted(1, 1, node))
    peers.drop()

    for _ in range(5):
        peers.tick()
        beats = peers.take(AppendEntries)
        assert [message.recipient for message in beats] == ["n2", "n3"]
        assert {message.entries for message in beats} == {()}


def test_a_new_leader_opens_its_term_with_a_blank_entry():
    """Section 8: a leader commits a no-op at the start of its term, to learn what is committed."""
    peers = leader(1, 1)

    assert [(e.index, e.term, e.kind) for e in peers.log("n1")[2:]] == [(3, 2, EntryKind.NOOP)]
    assert {m.entries for m in peers.take(AppendEntries)} == {peers.log("n1")[2:]}


def test_a_command_is_appended_and_answered_once_it_is_applied():
    """Figure 2, leaders 2: the entry goes to the local log; it is applied when committed."""
    peers = leader()

    entry = peers.propose(b"x")
    assert peers.log("n1")[-1] == entry
    assert peers.commands("n1") == []

    peers.step(accepted(1, entry.index, "n3"))
    assert peers.commands("n1") == [b"x"]


def test_a_leader_never_counts_what_is_not_durable_at_itself():
    """Figure 2, title of the state, and thesis 10.2.1: a leader that still writes has no vote."""
    peers = leader(voters=FIVE)
    peers.hold("n1")
    entry = peers.propose(b"x")
    assert peers.take(AppendEntries) != []  # it sends before it has written

    peers.step(accepted(1, entry.index, "n2"))
    peers.step(accepted(1, entry.index, "n3"))
    assert peers.raft("n1").commit < entry.index

    peers.release("n1")
    assert peers.raft("n1").commit == entry.index


def test_a_follower_behind_is_sent_what_it_lacks():
    """Figure 2, leaders 3: last log index >= nextIndex: entries from nextIndex on are sent."""
    peers = leader(1, 1)
    peers.step(accepted(2, 3, "n2"))
    peers.drop()

    first, second = peers.propose(b"x"), peers.propose(b"y")

    sent = peers.take(AppendEntries, recipient="n2")
    assert (sent[0].prev_index, sent[0].prev_term) == (3, 2)
    assert [entry for message in sent for entry in message.entries] == [first, second]


def test_a_yes_moves_next_index_and_match_index():
    """Figure 2, leaders 3.1: on success nextIndex and matchIndex of that follower are updated."""
    peers = leader(1, 1)

    peers.step(accepted(2, 3, "n2"))

    n2, n3 = peers.raft("n1").status().progress
    assert (n2.match, n2.next) == (3, 4)
    assert n3.match == 0


def test_a_no_takes_next_index_back_and_is_tried_again():
    """Figure 2, leaders 3.2: on a refusal nextIndex is decremented and the RPC is retried."""
    peers = leader(1, 1, 1)
    peers.drop()

    peers.step(refused(2, 3, "n2", hint_index=2, hint_term=1))

    (again,) = peers.take(AppendEntries, recipient="n2")
    assert (again.prev_index, again.prev_term) == (2, 1)
    assert [entry.index for entry in again.entries] == [3, 4]


def test_a_refusal_skips_whole_terms():
    """Section 5.3, end: with the term of the conflicting entry, one refusal skips that term."""
    peers = leader(1, 1, 2, 2, 2, 5, 5)
    peers.drop()

    peers.step(refused(6, 7, "n2", hint_index=6, hint_term=2))

    (again,) = peers.take(AppendEntries, recipient="n2")
    assert (again.prev_index, again.prev_term) == (5, 2)


@pytest.mark.parametrize(("voters", "needed"), [(THREE, 1), (FIVE, 2)])
def test_what_a_majority_matches_is_committed(voters, needed):
    """Figure 2, leaders 4: a majority of matchIndex[i] >= N commits N, a smaller part does not."""
    peers = leader(voters=voters)
    entry = peers.propose(b"x")

    for follower in voters[1 : needed + 1]:
        assert peers.raft("n1").commit == 0
        peers.step(accepted(1, entry.index, follower))

    assert peers.raft("n1").commit == entry.index
    assert peers.commands("n1") == [b"x"]


def test_a_commit_takes_those_before_it_along():
    """Section 5.4.2: an entry of the leader's term commits all before it (Log Matching)."""
    peers = leader(1, 2, 2)

    peers.step(accepted(3, 4, "n2"))

    assert peers.raft("n1").commit == 4
    assert peers["n1"].applied[:3] == list(log_of(1, 2, 2))


def test_an_entry_of_an_older_term_is_not_committed_by_counting():
    """Figure 2, leaders 4: N is committed only if log[N].term is the leader's own term."""
    peers = leader(1, 2, 2)

    for follower in ("n2", "n3"):
        peers.step(accepted(3, 3, follower))

    assert peers.raft("n1").commit == 0
