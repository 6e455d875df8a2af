"""Scenarios of snapshots that are told as programs."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from igniter_nb.raft import (
    AppendReply,
    ChangeAction,
    ConfChange,
    InstallSnapshot,
    Snapshot,
    SnapshotReply,
)
from tests.raft.disk import log_of
from tests.raft.handmade import append, install, paper
from tests.raft.network import names
from tests.raft.scenario import Scenario


def lagging(**options):
    """Let n1 lead, with n3 behind a log that is compacted."""
    peers = Scenario(3, trailing_entries=0, **options)
    peers.elect("n1")
    peers.isolate("n3")
    for data in (b"a", b"b", b"c"):
        peers.write(data)
    peers.compact("n1")
    peers.heal()
    return peers


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_a_follower_behind_the_log_gets_the_snapshot_and_goes_on(chunk):
    """Scenario 55: whatever the size of the chunks, the follower's state is equal in the end."""
    peers = lagging(snapshot_chunk_bytes=chunk)

    peers.run(2)
    peers.write(b"d")

    assert len(peers["n3"].restores) == 1
    assert peers.commands("n3") == peers.commands("n1") == [b"a", b"b", b"c", b"d"]
    assert [entry.index for entry in peers["n3"].applied][-1:] == [5]
    peers.finish()


def test_an_old_snapshot_is_answered_with_what_is_committed():
    """Scenario 56: a snapshot that covers less than is committed here changes nothing."""
    peers = paper(1, 1, 1, commit=3)

    peers.step(install(1, (2, 1), b"[]"))

    (reply,) = peers.take(AppendReply)
    assert (reply.success, reply.index) == (True, 3)
    assert peers["n1"].restores == []
    assert peers.terms("n1") == [1, 1, 1]


def test_a_snapshot_whose_last_entry_is_here_leaves_what_comes_after_it():
    """Scenario 56: the log matches up to the snapshot, so the newer entries stay."""
    peers = paper(1, 1, 1, 1)

    peers.step(install(1, (2, 1), b"[]"))

    assert peers.terms("n1") == [1, 1, 1, 1]
    assert peers.raft("n1").commit == 2
    (reply,) = peers.take(AppendReply)
    assert (reply.success, reply.index) == (True, 2)


def test_a_snapshot_whose_last_entry_differs_here_replaces_the_log():
    """Scenario 56: what does not match the snapshot cannot match what comes after it."""
    peers = paper(1, 1, 1, 1, term=2)

    peers.step(install(3, (2, 2), b"[b'z']"))

    assert peers.terms("n1") == []
    assert peers.commands("n1") == [b"z"]


DATA = b"[b'one', b'two']"


def chunks(size=4):
    """Cut a snapshot of term 2 into chunks."""
    return [
        install(2, (5, 1), DATA[at : at + size], offset=at, done=at + size >= len(DATA))
        for at in range(0, len(DATA), size)
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_chunks_in_any_order_and_doubled_make_one_snapshot(order):
    """Scenario 57: a follower says which byte it wants; sent those, it has the whole thing."""
    peers = paper()
    parts = chunks()
    for number in order:
        peers.step(parts[number])
        peers.step(parts[number])

    for _ in parts:
        answers = peers.take(SnapshotReply)
        if peers["n1"].restores or not answers:
            break
        peers.step(parts[answers[-1].offset // 4])

    assert peers.commands("n1") == [b"one", b"two"]
    assert len(peers["n1"].restores) == 1
    assert peers.raft("n1").commit == 5


@pytest.mark.parametrize("sent", [1, 2, 3])
def test_a_new_leaders_snapshot_begins_anew(sent):
    """Scenario 57: bytes of one leader's snapshot are never joined with those of another's."""
    peers = paper()
    for chunk in chunks()[:sent]:
        peers.step(chunk)
    other = b"[b'uno', b'due']"
    assert len(other) == len(DATA)

    peers.step(install(3, (5, 1), other[8:], sender="n3", offset=8, done=True))
    assert peers["n1"].restores == [], "what is installed is never a mixture"
    assert peers.take(SnapshotReply)[-1].offset == 0
    for at in (0, 8):
        part = other[at : at + 8]
        peers.step(install(3, (5, 1), part, sender="n3", offset=at, done=at == 8))

    assert peers.commands("n1") == [b"uno", b"due"]


@pytest.mark.parametrize("seed", range(5))
def test_lost_chunks_are_sent_again(seed):
    """Scenario 57: with half of the messages about the snapshot lost it still arrives."""
    peers = lagging(snapshot_chunk_bytes=5)
    chance = Random(seed)  # noqa: S311 - the same losses each time

    def lost(message):
        return isinstance(message, InstallSnapshot | SnapshotReply) and chance.random() < 0.5

    peers.lose(where=lost)
    peers.run_until(lambda: peers["n3"].restores, ticks=200)

    peers.heal()
    peers.finish()


@pytest.mark.parametrize("written", [0, 1])
def test_a_crash_around_a_snapshots_write_leaves_the_log_or_the_snapshot(written):
    """Scenario 58: before its write is durable the old log is there, after it the snapshot."""
    peers = Scenario(3, trailing_entries=0)
    peers.elect("n1")
    for data in (b"a", b"b"):
        peers.write(data)
    peers.hold("n3")
    peers.compact("n3")
    peers.flush("n3", count=written)

    peers.crash("n3")
    peers.restart("n3")
    peers.run(2)

    assert peers.raft("n3").log.snapshot.index == (3 if written else 0)
    assert peers.commands("n3") == [b"a", b"b"]
    peers.finish()


def test_a_node_starts_from_a_snapshot_and_the_entries_behind_it():
    """Scenario 58: what the snapshot covers is taken from it, what is behind it is applied."""
    peers = Scenario(3, trailing_entries=0)
    peers.elect("n1")
    for data in (b"a", b"b", b"c"):
        peers.write(data)
    disk = peers["n3"].disk
    entries, (bare, state) = disk.durable.entries, (disk.durable.snapshot, disk.durable.hard_state)
    snapshot = Snapshot(3, 1, bare.configuration, repr([b"a", b"b"]).encode())
    after = tuple(entry for entry in entries if entry.index > 3)

    disk.durable = disk.durable._replace(snapshot=snapshot, entries=after)
    peers.restart("n3")
    peers.run(2)

    assert state.term == peers.raft("n3").term
    assert [entry.index for entry in peers["n3"].applied] == [4]
    assert peers.commands("n3") == [b"a", b"b", b"c"]
    peers.finish()


def test_the_membership_is_in_the_snapshot():
    """Scenario 58: a node that starts from a snapshot knows who belongs to the cluster."""
    peers = Scenario(3, trailing_entries=0)
    peers.elect("n1")
    peers.join("n4")
    change = [ConfChange(ChangeAction.ADD_VOTER, "n4")]
    peers.call("n1", "propose_conf_change", change)
    peers.run(2)
    peers.write(b"x")
    peers.compact("n2")

    peers.restart("n2")

    assert peers.log("n2") == ()
    voters = peers.raft("n2").configuration.voters
    assert voters == names(4), f"the membership is in the snapshot: {voters}"
    peers.finish()


def test_nothing_that_is_not_applied_is_compacted():
    """Scenario 59: a snapshot ends at most where the state machine is."""
    peers = Scenario(3)
    peers.elect("n1")
    peers.hold_applies("n1")
    peers.write(b"a")
    assert (peers.raft("n1").commit, peers.raft("n1").last_applied) == (2, 1)

    with pytest.raises(AssertionError):
        peers.call("n1", "compact", 2, b"[]")

    peers.release_applies("n1")
    peers.finish()


@pytest.mark.parametrize("trailing", [0, 2, 50])
def test_a_slow_follower_is_not_starved_by_compaction(trailing):
    """Scenario 59: the leader writes and compacts all the time; n3 gets a chunk a tick."""
    peers = Scenario(3, trailing_entries=trailing, snapshot_chunk_bytes=20)
    peers.elect("n1")
    peers.isolate("n3")
    for number in range(30):
        peers.write(b"%d" % number)
    peers.compact("n1")
    peers.heal()

    for number in range(30, 90):
        peers.propose(b"%d" % number)
        for recipient in ("n2", "n1"):
            peers.deliver(recipient=recipient)
        if number % 5 == 0:
            peers.compact("n1")
        peers.tick(1, at="n1")
        peers.deliver()

    assert peers.raft("n3").commit >= 31
    peers.run(3)
    assert peers.commands("n3") == peers.commands("n1")
    peers.finish()


def test_a_follower_that_is_a_little_behind_needs_no_snapshot():
    """Scenario 59: entries before the snapshot are kept for those who are nearly there."""
    peers = Scenario(3, trailing_entries=10)
    peers.elect("n1")
    peers.isolate("n3")
    for data in (b"a", b"b"):
        peers.write(data)
    peers.compact("n1")
    peers.heal()

    peers.run(2)

    assert peers["n3"].restores == []
    assert peers.commands("n3") == [b"a", b"b"]
    peers.finish()


def test_entries_that_a_snapshot_covers_are_answered_as_matching():
    """Scenario 56: old entries that come after the snapshot are not looked for in the log."""
    peers = paper()
    peers.step(install(2, (5, 1), b"[]"))
    peers.take()

    peers.step(append(2, (1, 1), log_of(1, 1, after=1)))

    (reply,) = peers.take(AppendReply)
    assert (reply.success, reply.index) == (True, 5)
