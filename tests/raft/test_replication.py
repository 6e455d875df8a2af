"""Replication beyond the paper: many messages under way, windows, batches, what is announced."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igniter_nb.raft import AppendEntries, AppendReply
from tests.raft.disk import restored
from tests.raft.handmade import accepted, append, paper
from tests.raft.network import Peers, names


def led(count=3, **options):
    """Let n1 lead with its first entry on all nodes; the wire is empty."""
    peers = Peers(count, **options)
    peers.elect("n1")
    return peers


def with_entries(peers, recipient):
    """List the messages with entries that are under way to a follower."""
    return peers.pending(AppendEntries, recipient=recipient, where=lambda m: m.entries)


# ---- messages under way


def test_messages_follow_one_another_without_waiting():
    """Thesis 10.2.1: a leader sends the next entries before the last ones are answered."""
    peers = led()

    entries = [peers.propose(b"%d" % number) for number in range(5)]

    assert [m.entries for m in with_entries(peers, "n2")] == [(entry,) for entry in entries]
    peers.settle()
    assert peers.raft("n1").commit == entries[-1].index


@pytest.mark.parametrize(
    "window", [{"max_inflight_messages": 3}, {"max_inflight_bytes": 3}], ids=["messages", "bytes"]
)
def test_a_slow_follower_is_not_sent_without_end(window):
    """Unanswered messages to one follower are bounded; the others go on, and it catches up."""
    peers = led(**window)
    peers.cut("n3", "n1", both=False)

    for _ in range(20):
        peers.propose()
        peers.deliver(recipient="n2")
        peers.deliver(sender="n2")

    assert len(with_entries(peers, "n3")) == 3
    assert peers.raft("n1").commit == 21
    peers.heal()
    peers.run(2)
    assert peers.log("n3") == peers.log("n1")


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(1, 20))
@settings(max_examples=30)
def test_a_message_carries_only_so_much(sizes, limit):
    """A message has at most max_entries_bytes of data, or one entry; together they have all."""
    peers = led(max_entries_bytes=limit)

    entries = peers.call("n1", "propose_many", [(b"." * size, None) for size in sizes])

    sent = with_entries(peers, "n2")
    assert tuple(entry for message in sent for entry in message.entries) == entries
    for message in sent:
        size = sum(len(entry.data) for entry in message.entries)
        assert size <= limit or len(message.entries) == 1
    peers.settle()
    assert peers.log("n3") == peers.log("n1")


def test_reordered_messages_end_in_the_same_log():
    """Messages that arrive the wrong way round are refused, and sent again until all is there."""
    peers = led()
    for number in range(5):
        peers.propose(b"%d" % number)

    for message in reversed(peers.take(recipient="n2")):
        peers.step(message)
    peers.run(3)

    assert peers.log("n2") == peers.log("n1")


def test_a_lost_message_is_sent_again():
    """Paper section 5.3: the leader retries until all followers store all entries."""
    peers = led()
    peers.propose(b"x")
    peers.drop()

    peers.run(2)

    assert [peers.commands(node) for node in peers.alive] == [[b"x"]] * 3


def test_old_answers_change_nothing():
    """Doubled and late answers of this term, in any order, leave the progress as it is."""
    peers = led()
    peers.write(b"x")
    peers.write(b"y")
    before = peers.raft("n1").status()

    for index in (1, 3, 2):
        peers.step(accepted(1, index, "n2"))

    assert peers.raft("n1").status() == before


def test_a_late_refusal_costs_a_probe_and_no_entry():
    """A refusal that comes long after is believed; nothing committed is taken back."""
    peers = led()
    peers.write(b"x")
    peers.step(AppendReply("n2", "n1", 1, False, 1, 0, 0))
    commit = peers.raft("n1").commit

    peers.run(2)
    entry = peers.write(b"y")

    assert peers.raft("n1").commit == entry.index > commit
    assert peers.log("n2") == peers.log("n1")


@pytest.mark.parametrize("terms", [60])
def test_a_deep_conflict_is_found_in_few_round_trips(terms):
    """Paper section 5.3, end: logs that part far back are repaired by terms, not by entries."""
    ours = [term for term in range(1, terms, 2) for _ in range(20)]
    theirs = [1] + [term for term in range(2, terms, 2) for _ in range(20)]
    starts = {"n1": (1, *ours), "n2": (1, *ours), "n3": tuple(theirs)}
    start = {node: restored(names(3), *log, term=terms) for node, log in starts.items()}
    peers = Peers(3, start=start)
    peers.call("n1", "campaign", pre_vote=False)

    refusals = 0
    while peers.in_flight:
        refusals += sum(not m.success for m in peers.pending(AppendReply, sender="n3"))
        peers.deliver()
    peers.run(2)

    assert peers.log("n3") == peers.log("n1")
    assert refusals <= terms


# ---- what is committed


def test_a_commit_is_told_at_once():
    """Followers hear that an entry is committed without waiting for the next heartbeat."""
    peers = led(heartbeat_ticks=9)

    peers.write(b"x")

    assert [peers.commands(node) for node in peers.alive] == [[b"x"]] * 3


def test_who_is_told_what_is_committed_does_not_answer():
    """A message that only tells the commit index, round 0, is answered only by a refusal."""
    peers = paper(1, 1)

    peers.step(append(1, prev=(2, 1), commit=2, round=0))
    assert peers.pending() == []
    assert peers.raft("n1").commit == 2

    peers.step(append(1, prev=(3, 1), commit=3, round=0))
    assert [reply.success for reply in peers.pending()] == [False]


def test_a_follower_behind_the_compacted_log_is_told_nothing_it_cannot_place():
    """Where the entry before the next one is gone, the commit index waits for the snapshot."""
    peers = led(max_inflight_messages=1, trailing_entries=0)
    peers.isolate("n3")
    for _ in range(3):
        peers.write()
    peers.compact("n1")
    peers.drop()

    peers.write()
    assert peers.pending(AppendEntries, recipient="n3") == []

    peers.heal()
    peers.run(3)
    assert peers.commands("n3") == peers.commands("n1")


def test_a_follower_never_answers_for_what_is_not_durable():
    """A yes stands for entries on disk: with the write under way, not even heartbeats say it."""
    peers = led()
    peers.hold("n2")
    peers.propose(b"x")
    peers.deliver()
    peers.tick(at="n1")
    peers.deliver(recipient="n2")
    assert peers.pending(AppendReply, sender="n2") == []

    peers.release("n2")

    assert {reply.index for reply in peers.pending(AppendReply, sender="n2")} == {2}


def test_a_leader_may_commit_what_it_has_not_written_yet():
    """Thesis 10.2.1: a majority of others is enough; the leader applies once it has written."""
    peers = led()
    peers.hold("n1")
    entry = peers.propose(b"x")

    peers.settle()
    assert peers.raft("n1").commit == entry.index
    assert peers.commands("n2") == [b"x"]
    assert peers.commands("n1") == []

    peers.release("n1")
    assert peers.commands("n1") == [b"x"]


def test_a_leader_that_crashes_before_it_wrote_loses_nothing_committed():
    """Thesis 10.2.1: what others have on disk outlives the leader that never wrote it."""
    peers = led()
    peers.hold("n1")
    peers.propose(b"x")
    peers.settle()

    peers.restart("n1")
    peers.run_until(lambda: peers.leaders)
    peers.run(3)

    assert [peers.commands(node) for node in peers.alive] == [[b"x"]] * 3
