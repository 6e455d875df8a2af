"""The Raft paper's figure 13 and section 7: one test for each step of InstallSnapshot.

Chunks are parts of a state machine as :class:`Peers` writes it, so that what is installed can be
read back.
"""

from __future__ import annotations

import pytest

from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    Configuration,
    InstallSnapshot,
    Role,
    SnapshotReply,
)
from tests.raft.disk import log_of
from tests.raft.handmade import accepted, append, install, paper, refused
from tests.raft.network import Peers

DATA = repr([b"a", b"b", b"c"]).encode()
HALF = len(DATA) // 2


def first_half(term=5, last=(6, 4), **fields):
    """Write the first chunk of a snapshot."""
    return install(term, last, DATA[:HALF], done=False, **fields)


def second_half(term=5, last=(6, 4), **fields):
    """Write the last chunk of it."""
    return install(term, last, DATA[HALF:], offset=HALF, **fields)


def offset(peers):
    """Take the one answer to a chunk; return the byte that it asks for."""
    (reply,) = peers.take(SnapshotReply)
    return reply.offset


def nothing_is_installed(peers):
    """Say whether n1 still has its log and no state machine."""
    return peers["n1"].restores == [] and peers.raft("n1").log.snapshot.index == 0


# ---- receiver


def test_a_snapshot_of_an_old_leader_is_answered_at_once():
    """Figure 13, 1: with term < currentTerm the answer is the newer term, and nothing is kept."""
    peers = paper(1, term=6)

    peers.step(first_half(term=5))

    (reply,) = peers.take()
    assert (reply.recipient, reply.term) == ("n2", 6)
    assert nothing_is_installed(peers)
    assert peers.raft("n1").leader_id is None


def test_the_first_chunk_begins_a_snapshot():
    """Figure 13, 2: offset 0 begins a new snapshot, also after chunks of another one."""
    peers = paper()
    peers.step(install(5, (3, 4), b"something else", done=False))
    peers.drop()

    peers.step(first_half())
    assert offset(peers) == HALF
    peers.step(second_half())

    assert peers.commands("n1") == [b"a", b"b", b"c"]


def test_data_is_written_at_its_offset():
    """Figure 13, 3: chunks make up the snapshot in the order of their offsets."""
    peers = paper()

    for start in range(0, len(DATA), 3):
        end = start + 3
        chunk, done = DATA[start:end], end >= len(DATA)
        peers.step(install(5, (6, 4), chunk, offset=start, done=done))

    assert peers["n1"].disk.durable.snapshot.data == DATA
    assert peers.commands("n1") == [b"a", b"b", b"c"]


@pytest.mark.parametrize(
    "chunks",
    [
        ["second", "first", "second"],
        ["first", "first", "second"],
        ["first", "second", "second"],
        ["first", "second", "first"],
    ],
    ids="-".join,
)
def test_chunks_that_are_lost_or_doubled_make_no_mixture(chunks):
    """Figure 13, 3: a chunk that does not fit is not written; what is installed is whole."""
    peers = paper()
    made = {"first": first_half(), "second": second_half()}

    for name in chunks:
        peers.step(made[name])

    assert peers["n1"].disk.durable.snapshot.data == DATA
    assert len(peers["n1"].restores) == 1


def test_a_chunk_of_another_leader_does_not_go_on_with_this_one():
    """Figure 13, 3: after a change of the leader the snapshot is begun anew."""
    peers = paper()
    peers.step(first_half())
    peers.drop()

    peers.step(second_half(term=6, sender="n3"))

    assert offset(peers) == 0
    assert nothing_is_installed(peers)


def test_more_chunks_are_waited_for():
    """Figure 13, 4: if done is false, the answer asks for more and nothing is installed."""
    peers = paper()

    peers.step(first_half())

    assert offset(peers) == HALF
    assert nothing_is_installed(peers)


def test_a_snapshot_is_durable_before_it_is_answered():
    """Figure 13, 5 and figure 2: the snapshot is saved before its last chunk is answered."""
    peers = paper(1, 1)
    peers.hold("n1")

    peers.step(install(5, (6, 4), DATA))
    assert peers.pending() == []
    assert peers["n1"].restores == []

    peers.release("n1")
    durable = peers["n1"].disk.durable
    assert (durable.snapshot.index, durable.snapshot.term) == (6, 4)
    (reply,) = peers.take(AppendReply)
    assert (reply.success, reply.index) == (True, 6)


def test_a_snapshot_lost_by_a_crash_was_not_acknowledged():
    """Figure 13, 5: a node that crashes while it saves comes back as it was before."""
    peers = paper(1, 1)
    peers.hold("n1")
    peers.step(install(5, (6, 4), DATA))

    peers.restart("n1")

    assert peers.log("n1") == log_of(1, 1)
    assert peers.commands("n1") == []


@pytest.mark.parametrize("last", [(2, 1), (3, 2)])
def test_a_snapshot_with_a_smaller_index_is_discarded(last):
    """Figure 13, 5: what is older than what is here is not installed, and acknowledged."""
    peers = paper(1, 1, 2, 2, commit=3)

    peers.step(install(5, last, DATA))

    (reply,) = peers.take(AppendReply)
    assert (reply.success, reply.index) == (True, 3)
    assert nothing_is_installed(peers)
    assert peers.terms("n1") == [1, 1, 2, 2]


def test_a_partial_snapshot_gives_way_to_a_newer_one():
    """Figure 13, 5: a newer snapshot discards the chunks of an older one."""
    peers = paper()
    peers.step(first_half(last=(6, 4)))
    peers.step(install(5, (8, 5), DATA))
    peers.drop()

    peers.step(second_half(last=(6, 4)))

    assert peers.raft("n1").log.snapshot.index == 8
    assert len(peers["n1"].restores) == 1


def test_entries_behind_a_snapshot_that_fits_are_kept():
    """Figure 13, 6: if the log has the snapshot's last entry, what follows it is retained."""
    peers = paper(1, 1, 2, 2, 2)

    peers.step(install(5, (3, 2), DATA))

    (reply,) = peers.take(AppendReply)
    assert (reply.success, reply.index) == (True, 3)
    assert peers.log("n1")[-2:] == log_of(1, 1, 2, 2, 2)[-2:]
    assert peers.raft("n1").commit == 3


@pytest.mark.parametrize("last", [(3, 4), (9, 4)], ids=["another term", "beyond the log"])
def test_a_log_that_does_not_fit_is_discarded(last):
    """Figure 13, 7: without the snapshot's last entry the whole log goes."""
    peers = paper(1, 1, 2, 2, 2)

    peers.step(install(5, last, DATA))

    assert peers.log("n1") == ()
    assert peers["n1"].disk.durable.entries == ()
    assert (peers.raft("n1").log.last_index, peers.raft("n1").log.last_term) == last
    assert peers.raft("n1").commit == last[0]


def test_the_state_machine_is_reset():
    """Figure 13, 8: the snapshot replaces the state machine; entries go on behind it."""
    peers = paper(1, 1, commit=2)
    assert peers.commands("n1") == [b"1/1", b"2/1"]

    peers.step(install(5, (6, 4), DATA))
    peers.step(append(5, prev=(6, 4), entries=log_of(5, after=6), commit=7))

    assert peers.commands("n1") == [b"a", b"b", b"c", b"7/5"]
    assert peers.raft("n1").last_applied == 7


def test_the_configuration_of_the_snapshot_is_loaded():
    """Figure 13, 8: the membership is the snapshot's, not that of the log that it replaced."""
    peers = paper(1)
    members = Configuration(voters=("n1", "n2", "n4"), learners=("n5",))

    peers.step(install(5, (6, 4), DATA, configuration=members))
    assert peers.raft("n1").configuration == members

    peers.restart("n1")
    assert peers.raft("n1").configuration == members


def test_a_snapshot_makes_a_follower():
    """Section 5.2: InstallSnapshot comes from the leader of the term, as AppendEntries does."""
    peers = paper(term=4)
    peers.call("n1", "campaign")
    assert (peers.raft("n1").role, peers.raft("n1").term) == (Role.CANDIDATE, 5)

    peers.step(first_half(term=5))

    assert (peers.raft("n1").role, peers.raft("n1").leader_id) == (Role.FOLLOWER, "n2")
    peers.tick(9)
    peers.step(second_half(term=5))
    peers.tick(9)
    assert peers.raft("n1").role is Role.FOLLOWER


# ---- sender


def compacted(**options):
    """Let n1 lead with everything compacted, while n3 was cut off all the time."""
    peers = Peers(3, trailing_entries=0, snapshot_chunk_bytes=8, **options)
    peers.isolate("n3")
    peers.elect("n1")
    for data in (b"one", b"two", b"three"):
        peers.write(data)
    peers.compact("n1")
    peers.drop()
    return peers


def test_a_follower_that_lags_too_far_gets_a_snapshot():
    """Section 7: when the entries it needs are gone, the leader sends its snapshot instead."""
    peers = compacted()
    peers.heal()

    peers.run(2)

    assert peers.commands("n3") == [b"one", b"two", b"three"]
    assert [snapshot.index for snapshot in peers["n3"].restores] == [4]
    peers.write(b"four")
    assert peers.commands("n3")[-1:] == [b"four"]


def test_chunks_are_sent_in_order_and_one_at_a_time():
    """Figure 13, title: the leader always sends chunks in order, and each counts as heartbeat."""
    peers = compacted()
    peers.heal()
    peers.tick(at="n1")
    sent = []

    while peers.in_flight:
        sent += peers.pending(InstallSnapshot)
        assert len(peers.pending(InstallSnapshot)) <= 1
        peers.deliver()

    size = len(peers.raft("n1").log.snapshot.data)
    assert [chunk.offset for chunk in sent] == list(range(0, size, 8))
    assert b"".join(chunk.data for chunk in sent) == peers.raft("n1").log.snapshot.data
    assert [chunk.done for chunk in sent] == [False] * (len(sent) - 1) + [True]
    assert {chunk.configuration for chunk in sent} == {peers.raft("n1").configuration}


def test_a_lost_chunk_is_sent_again():
    """Section 5.5: RPCs are retried; a chunk that is lost is sent again in a later round."""
    peers = compacted()
    peers.heal()
    lost = []
    peers.lose(InstallSnapshot, where=lambda m: m.data and not lost and lost.append(m) is None)

    peers.run(5)

    assert len(lost) == 1
    assert peers.commands("n3") == [b"one", b"two", b"three"]


def test_a_follower_that_restarts_gets_the_snapshot_from_its_beginning():
    """Figure 13, 2: chunks are volatile; after a crash the first one is asked for again."""
    peers = compacted()
    peers.heal()
    peers.tick(at="n1")
    for _ in range(6):
        peers.deliver()
    assert peers.commands("n3") == []

    peers.restart("n3")
    peers.run(5)

    assert peers.commands("n3") == [b"one", b"two", b"three"]


def test_a_snapshot_that_began_is_finished_although_a_newer_one_is_there():
    """Section 7: a slow follower is not starved by a leader that compacts again and again."""
    peers = compacted()
    peers.heal()
    peers.tick(at="n1")
    peers.deliver()
    peers.deliver()

    for number in range(20):
        peers.propose(b"%d" % number)
        peers.deliver(AppendEntries, recipient="n2")
        peers.deliver(AppendReply, sender="n2")
        peers.compact("n1")
    peers.run(5)

    assert peers["n3"].restores[0].index == 4
    assert peers.commands("n3") == peers.commands("n1")


def test_a_leader_keeps_its_snapshot_apart_from_old_answers():
    """Figure 13, sender: answers about another snapshot or after its end change nothing."""
    peers = compacted()
    before = peers.raft("n1").status()

    peers.step(SnapshotReply("n3", "n1", before.term, 3, 5, 0))
    peers.step(SnapshotReply("n9", "n1", before.term, 4, 5, 0))

    assert peers.raft("n1").status().progress[0] == before.progress[0]
    assert peers.raft("n1").status().progress[1].next == before.progress[1].next


def test_an_old_yes_does_not_end_the_snapshot():
    """Figure 13, sender: a yes from before the snapshot is not one to the snapshot."""
    peers = compacted()
    peers.heal()
    peers.tick(at="n1")
    peers.deliver()
    peers.deliver()
    assert peers.raft("n1").status().progress[1].state == "snapshot"

    peers.step(accepted(1, 1, "n3"))

    assert peers.raft("n1").status().progress[1].state == "snapshot"


def test_who_does_not_lead_ignores_answers_to_a_leader():
    """Figure 13, sender: an answer that comes after the reign is over changes nothing."""
    peers = compacted()
    peers.step(append(2, sender="n2"))
    before = peers.raft("n1").status()

    peers.step(SnapshotReply("n3", "n1", 2, 4, 5, 0))
    peers.step(accepted(2, 4, "n3"))
    peers.step(refused(2, 4, "n3"))

    assert peers.raft("n1").status() == before
