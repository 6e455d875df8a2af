"""Scenarios of elections that are told as programs; the others are in tests/raft/transcripts."""

from __future__ import annotations

import pytest

from igniter_nb.raft import Role, VoteReply
from tests.raft.disk import restored
from tests.raft.handmade import append, ask, of_every_kind, paper, vote
from tests.raft.network import names
from tests.raft.scenario import Scenario

PLAIN = {"pre_vote": False, "check_quorum": False}
LONGEST_TICKS = 20


@pytest.mark.parametrize("count", [1, 3, 5, 7])
def test_a_cold_start_has_one_leader_soon(count):
    """Scenario 1: one, three, five or seven nodes start and have a leader within two timeouts."""
    peers = Scenario(count)

    peers.run_until(lambda: peers.leaders, ticks=2 * LONGEST_TICKS)
    peers.write(b"x")

    assert len(peers.leaders) == 1
    assert [peers.commands(node) for node in peers.alive] == [[b"x"]] * count
    peers.finish()


def test_a_node_alone_elects_itself_and_commits_alone():
    """Scenario 1: a single node needs nobody's vote, only its own disk."""
    peers = Scenario(1)
    peers.hold("n1")
    peers.tick(LONGEST_TICKS)
    assert peers.raft("n1").role is not Role.LEADER  # its vote for itself is not durable

    peers.release("n1")
    peers.propose(b"x")

    assert peers.leaders == ["n1"]
    assert peers.answers() == {b"x": "ok"}
    peers.finish()


@pytest.mark.parametrize("count", [4, 5])
def test_aligned_timers_split_the_vote_again_and_again_until_they_differ(count):
    """Scenario 2: with all timers aligned each term is split; once they differ one wins."""
    aligned = True
    peers = Scenario(
        count, jitter=lambda node, bound: 0 if aligned else int(node[1:]) % bound, **PLAIN
    )

    peers.run(35)
    assert peers.leaders == []
    terms = [peers.raft(node).term for node in peers.alive]
    aligned = False
    peers.run(2 * LONGEST_TICKS)

    assert terms == [3] * count
    assert len(peers.leaders) == 1
    peers.finish()


class Hasty(Scenario):
    """A driver that breaks its word: what has to wait for the disk leaves before it."""

    def _do(self, node, ready):
        persist = ready.persist
        if persist is not None:
            self._send(node, persist.release)
            ready = ready._replace(persist=persist._replace(release=()))
        super()._do(node, ready)


def test_a_vote_that_was_said_before_it_was_durable_is_found():
    """Scenario 4: the harness finds a voter that answered, lost its vote, and votes again."""
    peers = Hasty(3, **PLAIN)
    peers.hold("n3")
    peers.call("n1", "campaign")
    peers.deliver(sender="n1", recipient="n3")
    peers.crash("n3")  # its vote was said and is gone
    peers.restart("n3")
    peers.call("n2", "campaign")

    with pytest.raises(AssertionError, match="one vote a term: n3 voted for n1 and for n2"):
        peers.deliver(sender="n2", recipient="n3")


def test_without_that_check_two_nodes_would_lead_one_term():
    """Scenario 4: two leaders in one term are what comes of it, and are found as such."""
    peers = Hasty(3, **PLAIN)
    peers.invariants.sent = lambda message: None
    peers.hold("n3")
    peers.call("n1", "campaign")
    peers.deliver(sender="n1", recipient="n3")
    peers.deliver(sender="n3", recipient="n1")
    peers.crash("n3")
    peers.restart("n3")
    peers.drop(sender="n1")
    peers.call("n2", "campaign")
    peers.deliver(sender="n2", recipient="n3")

    with pytest.raises(AssertionError, match="Election Safety: n1 and n2 both lead term 1"):
        peers.deliver(sender="n3", recipient="n2")


def test_a_driver_that_keeps_its_word_says_nothing_before_it_is_durable():
    """Scenario 4: the same story with a right driver: the vote was never said, so none is lost."""
    peers = Scenario(3, **PLAIN)
    peers.hold("n3")
    peers.call("n1", "campaign")
    peers.deliver(sender="n1", recipient="n3")

    assert peers.pending(VoteReply) == []

    peers.crash("n3")
    peers.restart("n3")
    peers.call("n2", "campaign")
    peers.settle()
    peers.finish()


@pytest.mark.parametrize(("candidate", "yes"), [((5, 1), False), ((2, 2), False), ((3, 2), True)])
def test_the_last_term_is_compared_before_the_index(candidate, yes):
    """Scenario 5: last terms are compared first, then lengths."""
    peers = paper(1, 2, 2)

    peers.step(ask(3, candidate))

    (reply,) = peers.take(VoteReply)
    assert reply.granted is yes


@pytest.mark.parametrize("ahead", [0, 1])
def test_a_candidate_follows_a_leader_of_its_term_or_a_later_one(ahead):
    """Scenario 6: a candidate hears from a leader of the same or a higher term and follows."""
    peers = paper()
    peers.call("n1", "campaign")

    peers.step(append(1 + ahead))

    assert (peers.raft("n1").role, peers.raft("n1").leader_id) == (Role.FOLLOWER, "n2")
    assert peers.raft("n1").term == 1 + ahead


def test_a_candidate_answers_a_leader_of_a_lower_term_with_its_own():
    """Scenario 6: a leader of a lower term is not followed and learns of the higher one."""
    peers = paper(term=4)
    peers.call("n1", "campaign")
    peers.take()

    peers.step(append(4))

    assert peers.raft("n1").role is Role.CANDIDATE
    (reply,) = peers.take()
    assert (reply.term, reply.success) == (5, False)


def test_a_request_of_an_old_term_changes_nothing():
    """Scenario 7: a RequestVote of a term that is over is refused, and nothing else happens."""
    peers = paper(1, term=3, vote="n3")
    before = peers.raft("n1").status()

    peers.step(ask(2, (9, 2)))

    (reply,) = peers.take()
    assert (reply.granted, reply.term) == (False, 3)
    assert peers.raft("n1").status() == before
    assert peers["n1"].disk.written == []


def test_a_vote_that_comes_twice_counts_once():
    """Scenario 8: in a cluster of five the same yes twice is one yes."""
    peers = paper(voters=names(5))
    peers.call("n1", "campaign")

    peers.step(vote(1, "n2"))
    peers.step(vote(1, "n2"))
    assert peers.raft("n1").role is Role.CANDIDATE
    peers.step(vote(1, "n3"))

    assert peers.raft("n1").role is Role.LEADER


def test_a_vote_of_one_that_has_none_is_not_counted():
    """Scenario 8: who is no voter may say yes, and it counts for nothing."""
    peers = paper(voters=names(5))
    peers.call("n1", "campaign")

    for stranger in ("n6", "n7", "n8"):
        peers.step(vote(1, stranger))

    assert peers.raft("n1").role is Role.CANDIDATE


def test_a_vote_of_an_earlier_election_is_not_counted():
    """Scenario 9: answers to the election before come late and are ignored."""
    peers = paper(voters=names(5))
    peers.call("n1", "campaign")
    peers.call("n1", "campaign")

    for voter in ("n2", "n3", "n4"):
        peers.step(vote(1, voter))

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.CANDIDATE, 2)


def test_a_yes_to_an_earlier_question_is_not_counted():
    """Scenario 9: a pre-vote that was granted for another term says nothing about this one."""
    peers = Scenario(5, only=["n1"])
    peers.call("n1", "campaign")
    late = [vote(1, voter, pre=True) for voter in ("n2", "n3", "n4")]
    peers.step(append(3))
    peers.call("n1", "campaign")

    for each in late:
        peers.step(each)

    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.PRE_CANDIDATE, 3)


def test_prevote_and_the_check_are_switched_on_node_by_node():
    """Scenario 13: a rolling restart switches them on; each mix elects, and keeps every write."""
    peers = Scenario(3, **PLAIN)
    peers.run_until(lambda: peers.leaders)
    peers.write(b"before")

    for number, node in enumerate(names(3)):
        peers.options = {}  # both are on by default
        peers.restart(node)
        peers.run_until(lambda: len(peers.leaders) == 1, ticks=6 * LONGEST_TICKS)
        peers.run(3)
        peers.write(b"mix %d" % number)
        careful = [peers.raft(each).config.pre_vote for each in names(3)]
        assert careful == [True] * (number + 1) + [False] * (2 - number)

    peers.finish()
    assert peers.commands("n1")[:4] == [b"before", b"mix 0", b"mix 1", b"mix 2"]


@pytest.mark.parametrize("careful", ["n1", "n2", "n3"])
def test_a_mix_elects_also_when_its_leader_dies(careful):
    """Scenario 13: with one careful node among three, whoever leads may die."""
    peers = Scenario(3, **PLAIN)
    peers.options = {}
    peers.restart(careful)
    peers.run_until(lambda: len(peers.leaders) == 1, ticks=6 * LONGEST_TICKS)
    peers.write(b"x")

    peers.crash(peers.leader)
    peers.run_until(lambda: peers.leaders, ticks=6 * LONGEST_TICKS)

    peers.write(b"y")
    peers.finish()


@pytest.mark.parametrize("deaf", names(3))
def test_one_that_hears_nobody_costs_at_most_one_election(deaf):
    """Scenario 14: all hear it, it hears nobody: whoever it is, one election at most."""
    peers = Scenario(3)
    peers.elect("n1")
    for other in names(3):
        if other != deaf:
            peers.cut(other, deaf, both=False)

    peers.run(10 * LONGEST_TICKS)

    assert max(peers.raft(node).term for node in names(3)) <= 2
    assert peers.leaders in ([["n1"]] if deaf != "n1" else [["n2"], ["n3"]])
    peers.heal()
    peers.finish()


@pytest.mark.parametrize("down", [1, 2])
def test_a_leader_is_found_with_as_few_as_a_majority(down):
    """Scenario 15: followers are down, then the leader: a majority elects in three timeouts."""
    count = 2 * down + 1
    for spread in range(count):
        peers = Scenario(
            count, jitter=lambda node, bound, by=spread: (int(node[1:]) * 3 + by) % bound
        )
        peers.elect("n1")
        peers.write(b"x")
        for node in names(count)[count - down + 1 :]:
            peers.crash(node)
        peers.crash("n1")

        peers.run_until(lambda peers=peers: peers.leaders, ticks=3 * LONGEST_TICKS)

        peers.finish()


def test_a_message_that_answers_nothing_changes_nothing():
    """Scenario 9: answers of any kind to a node that asked nothing leave it as it was."""
    kinds = of_every_kind(1)
    for name in ("VoteReply", "AppendReply", "SnapshotReply", "ReadReply"):
        peers = Scenario(3, start={"n1": restored(names(3), 1)}, only=["n1"])
        before = peers.raft("n1").status()

        peers.step(replace_sender(kinds[name]))

        assert peers.raft("n1").status() == before, name


def replace_sender(message):
    """Let a message come from a node that is no member."""
    return message._replace(sender="n9")
