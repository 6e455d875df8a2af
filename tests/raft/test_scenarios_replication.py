"""Scenarios of replication and commitment that are told as programs."""

from __future__ import annotations

import pytest

from igniter_nb.raft import AppendEntries, AppendReply, ProposalRefusedError, Role
from tests.raft.disk import log_of, restored
from tests.raft.handmade import accepted, append, paper, vote
from tests.raft.network import names
from tests.raft.scenario import Scenario

PLAIN = {"pre_vote": False, "check_quorum": False}

LEADER = (1, 1, 1, 4, 4, 5, 5, 6, 6, 6)
FIGURE_7 = {
    "a": (1, 1, 1, 4, 4, 5, 5, 6, 6),
    "b": (1, 1, 1, 4),
    "c": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6),
    "d": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
    "e": (1, 1, 1, 4, 4, 4, 4),
    "f": (1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
}


def test_the_six_followers_of_figure_7_become_equal_to_their_leader():
    """Scenario 17: after the leader's entry all logs are its; terms 2, 3 and 7 are gone."""
    voters = ("leader", *FIGURE_7)
    start = {"leader": restored(voters, *LEADER, term=7)}
    start |= {node: restored(voters, *terms, term=7) for node, terms in FIGURE_7.items()}
    peers = Scenario(voters, start=start, **PLAIN)

    # d holds entries of term 7 and refuses; four others are enough.
    peers.elect("leader")
    peers.run(3)

    assert peers.raft("leader").term == 8
    for node in FIGURE_7:
        assert peers.log(node) == peers.log("leader"), node
        assert peers.terms(node) == [*LEADER, 8], node
    peers.finish()


@pytest.mark.parametrize("node", FIGURE_7)
def test_each_follower_of_figure_7_is_repaired_alone(node):
    """Scenario 17: whichever follower it is, the leader brings it to its own log."""
    voters = ("leader", node, "third")
    start = {
        "leader": restored(voters, *LEADER, term=7),
        "third": restored(voters, *LEADER, term=7),
        node: restored(voters, *FIGURE_7[node], term=7),
    }
    peers = Scenario(voters, start=start, **PLAIN)

    peers.elect("leader")
    peers.run(2)

    assert peers.terms(node) == [*LEADER, 8]
    peers.finish()


def test_a_yes_of_an_earlier_term_of_the_same_leader_says_nothing_now():
    """Scenario 23: what a follower confirmed to term 1 is not taken for a match in term 3."""
    peers = paper(1, 1)
    peers.call("n1", "campaign")
    peers.step(vote(2, "n2"))
    assert peers.raft("n1").role is Role.LEADER
    peers.step(append(3, sender="n3"))  # it loses leadership ...
    peers.call("n1", "campaign")
    peers.step(vote(4, "n2"))  # ... and wins it again
    last = peers.raft("n1").log.last_index

    peers.step(accepted(2, last, "n2"))
    peers.step(accepted(2, last, "n3"))

    assert peers.raft("n1").commit == 0
    assert [each.match for each in peers.raft("n1").status().progress] == [0, 0]
    peers.step(accepted(4, last, "n2"))
    assert peers.raft("n1").commit == last


@pytest.mark.parametrize(
    ("message", "commit"),
    [
        (append(2, (2, 1), commit=4), 2),
        (append(2, (3, 1), commit=4), 3),
        (append(2, (2, 1), log_of(2, after=2), commit=9), 3),
        (append(2, (2, 1), commit=1), 1),
    ],
    ids=["heartbeat at 2", "heartbeat at 3", "a new entry", "a small commit index"],
)
def test_a_commit_index_is_cut_to_what_matches(message, commit):
    """Scenario 24: a follower commits no further than what this message shows to match."""
    peers = paper(1, 1, 1, 1)

    peers.step(message)

    assert peers.raft("n1").commit == commit


class Counted(Scenario):
    """A cluster that counts how often a follower did not match."""

    refusals = 0

    def _send(self, node, messages):
        messages = list(messages)
        self.refusals += sum(isinstance(m, AppendReply) and not m.success for m in messages)
        super()._send(node, messages)


@pytest.mark.parametrize("terms", [10, 50, 120])
def test_a_deep_conflict_takes_a_round_trip_for_a_term_at_most(terms):
    """Scenario 25: logs that differ in many terms are compared by term, not by entry."""
    every = 20  # entries in a term
    ours = [
        term for term in range(1, terms + 1) for _ in range(every) if term % 2 == 0 or term == 1
    ]
    theirs = [term for term in range(1, terms) for _ in range(every) if term % 2 == 1]
    voters = names(3)
    start = {
        "n1": restored(voters, *ours, term=terms + 1),
        "n2": restored(voters, *ours, term=terms + 1),
        "n3": restored(voters, *theirs, term=terms + 1),
    }
    peers = Counted(3, start=start, **PLAIN)

    peers.elect("n1")
    peers.run(1)

    assert peers.log("n3") == peers.log("n1")
    assert 0 < peers.refusals <= terms
    peers.finish()


def test_a_follower_with_a_long_stale_tail_is_asked_a_few_times_only():
    """Scenario 25: a thousand entries of one stale term are skipped at once."""
    voters = names(3)
    start = {
        "n1": restored(voters, 1, 3, term=3),
        "n2": restored(voters, 1, 3, term=3),
        "n3": restored(voters, 1, *([2] * 1000), term=3),
    }
    peers = Counted(3, start=start, **PLAIN)

    peers.elect("n1")
    peers.run(1)

    assert peers.log("n3") == peers.log("n1")
    assert peers.refusals <= 2
    peers.finish()


def test_what_is_under_way_to_a_slow_follower_is_bounded_in_bytes():
    """Scenario 26: ten thousand bytes are written and at most three hundred are under way to n3."""
    peers = Scenario(3, max_inflight_bytes=300, max_entries_bytes=100)
    peers.elect("n1")
    for number in range(100):
        peers.propose(b"%04d" % number * 25)
        peers.deliver(recipient="n2")
        peers.deliver(sender="n2")

    waiting = peers.pending(AppendEntries, recipient="n3")
    assert sum(len(entry.data) for message in waiting for entry in message.entries) <= 300
    assert list(peers.answers().values()).count("ok") >= 99  # the others were not slowed down

    peers.settle()
    assert len(peers.commands("n3")) == 100
    peers.finish()


def test_a_follower_that_crashes_before_it_applied_applies_the_rest_once():
    """Scenario 28: what was committed and not applied is applied after the restart, in order."""
    peers = Scenario(3)
    peers.elect("n1")
    peers.write(b"a")
    peers.hold_applies("n3")
    for data in (b"b", b"c"):
        peers.write(data)
    assert peers.raft("n3").commit == 4
    assert peers.commands("n3") == [b"a"]

    peers.restart("n3")
    peers.run(2)

    assert [entry.index for entry in peers["n3"].applied] == [1, 2, 3, 4]
    assert peers.commands("n3") == peers.commands("n1") == [b"a", b"b", b"c"]
    peers.finish()


def test_after_a_snapshot_a_restart_applies_exactly_from_behind_it():
    """Scenario 28: what the snapshot covers is not applied again."""
    peers = Scenario(3)
    peers.elect("n1")
    peers.write(b"a")
    peers.compact("n3")
    peers.hold_applies("n3")
    peers.write(b"b")

    peers.restart("n3")
    peers.run(2)

    assert [entry.index for entry in peers["n3"].applied] == [3]
    assert peers.commands("n3") == [b"a", b"b"]
    peers.finish()


def test_no_proposal_is_taken_and_then_dropped_without_a_word():
    """Scenario 29: whatever a node is, it takes a proposal into its log or refuses it."""
    peers = Scenario(3)
    for _ in range(30):
        for node in names(3):
            length = peers.raft(node).log.last_index
            try:
                peers.propose(node.encode(), at=node)
            except ProposalRefusedError:
                assert peers.raft(node).log.last_index == length
            else:
                assert peers.raft(node).log.last_index == length + 1
        peers.run(1)

    assert set(peers.answers().values()) == {"ok"}
    peers.finish()


def test_a_leader_without_a_quorum_holds_a_bounded_log():
    """Scenario 31: what is not committed stays below its limit, however much is proposed."""
    peers = Scenario(3, max_uncommitted_bytes=100, check_quorum=False)
    peers.elect("n1")
    peers.isolate("n1")
    refused = 0

    for _ in range(200):
        try:
            peers.propose(b"0123456789", at="n1")
        except ProposalRefusedError:
            refused += 1

    assert refused == 190
    assert peers.raft("n1").log.last_index == 11
    peers.finish()


@pytest.mark.parametrize("count", [3, 5])
def test_a_leader_that_hears_nobody_steps_down_within_an_election_timeout(count):
    """Scenario 31: whenever it is cut off, it leads on for the shortest timeout at most."""
    for led in range(12):
        peers = Scenario(count)
        peers.elect("n1")
        peers.run(led)
        peers.isolate("n1")

        peers.run(10)

        assert peers.raft("n1").role is not Role.LEADER, f"cut off after {led} ticks\n{peers}"
        peers.finish()
