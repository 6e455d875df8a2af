"""What the core asks for: each effect once, in the order that durability demands."""

from __future__ import annotations

from igniter_nb.raft import (
    Config,
    Configuration,
    Raft,
    Restored,
    Role,
    Snapshot,
)
from tests.raft.disk import log_of, restored
from tests.raft.handmade import append, ask, install
from tests.raft.network import Peers


def core(*terms, **options):
    """Make a bare core n1 of three, to which nobody does what it asks for."""
    disk = restored(("n1", "n2", "n3"), *terms)
    return Raft(Config(node_id="n1", **options), disk, lambda bound: 0)


def led(count=3, **options):
    """Let n1 lead with its first entry committed."""
    peers = Peers(count, **options)
    peers.elect("n1")
    return peers


def test_a_vote_is_answered_in_the_same_write():
    """Term, vote and the answer that says so go out as one Persist."""
    raft = core()
    raft.step(ask(3))

    persist = raft.ready().persist

    assert persist.sync
    assert persist.hard_state[:2] == (3, "n2")
    assert [reply.granted for reply in persist.release] == [True]


def test_a_node_that_starts_from_a_disk_is_where_it_was():
    """A start reads term, vote, log, snapshot and membership, and nothing else."""
    members = Configuration(voters=("n1", "n2", "n3"))
    disk = Restored(
        restored(("n1",), term=7, vote="n2", commit=5).hard_state,
        Snapshot(4, 3, members, b"[]"),
        log_of(3, 6, after=4),
    )

    raft = Raft(Config(node_id="n1"), disk, lambda bound: 0)

    assert (raft.term, raft.vote, raft.role, raft.leader_id) == (7, "n2", Role.FOLLOWER, None)
    assert (raft.commit, raft.last_applied, raft.configuration) == (5, 4, members)
    assert (raft.log.last_index, raft.log.last_term) == (6, 6)
    assert raft.ready().apply == log_of(3, after=4)


def test_each_effect_is_handed_out_once():
    """ready() hands an effect out once, and None when there is nothing to do."""
    raft = core()
    assert raft.ready() is None
    raft.step(append(1, entries=log_of(1), commit=1))

    first = raft.ready()

    assert first.persist.entries == log_of(1)
    assert first.send == first.apply == ()
    assert raft.ready() is None
    raft.persisted(first.persist.number)
    assert raft.ready().apply == log_of(1)
    assert raft.ready() is None


def test_what_needs_nothing_durable_leaves_at_once():
    """An answer that says nothing new is sent, unless an earlier write is still under way."""
    raft = core()
    raft.step(append(1, entries=log_of(1)))
    write = raft.ready().persist

    raft.step(append(1, prev=(1, 1), round=2))
    waits = raft.ready()
    assert waits.send == ()
    assert (waits.persist.sync, waits.persist.hard_state, waits.persist.entries) == (
        False,
        None,
        (),
    )
    assert [reply.round for reply in waits.persist.release] == [2]

    raft.persisted(write.number)
    raft.persisted(waits.persist.number)
    raft.step(append(1, prev=(1, 1), round=3))
    assert [reply.round for reply in raft.ready().send] == [3]


def test_a_write_stands_for_all_before_it():
    """persisted() confirms that write and every one before it."""
    raft = core()
    numbers = []
    for index in range(3):
        prev = (index, 1 if index else 0)
        raft.step(append(1, prev=prev, entries=log_of(1, after=index), commit=index + 1))
        numbers.append(raft.ready().persist.number)
    assert numbers == sorted(set(numbers))

    raft.persisted(numbers[1])
    assert raft.ready().apply == log_of(1, 1)

    raft.persisted(numbers[2])
    assert raft.ready().apply == log_of(1, after=2)


def test_an_entry_that_is_replaced_under_way_is_not_durable():
    """When a write of an entry ends after another entry took its place, that one is not durable."""
    raft = core(1)
    raft.step(append(2, prev=(1, 1), entries=log_of(2, 2, after=1)))
    first = raft.ready().persist
    raft.step(append(3, prev=(1, 1), entries=log_of(3, after=1), commit=2))
    second = raft.ready()
    assert second.apply == log_of(1)

    raft.persisted(first.number)
    assert raft.ready() is None

    raft.persisted(second.persist.number)
    assert raft.ready().apply == log_of(3, after=1)


def test_a_snapshot_is_restored_when_it_is_durable_and_before_what_follows():
    """A snapshot and entries behind it come out in that order, after both are durable."""
    raft = core()
    raft.step(install(2, (4, 1), b"state"))
    first = raft.ready()
    assert (first.persist.snapshot.index, first.restore) == (4, None)
    raft.step(append(2, prev=(4, 1), entries=log_of(2, after=4), commit=5))
    second = raft.ready()
    assert second.apply == ()

    raft.persisted(first.persist.number)
    raft.persisted(second.persist.number)
    done = raft.ready()

    assert done.restore.data == b"state"
    assert done.apply == log_of(2, after=4)


def test_everything_behind_the_snapshot_is_applied_again_after_a_restart():
    """A new incarnation applies from its snapshot on, as far as it knows to be committed."""
    peers = led(1)
    for data in (b"x", b"y"):
        peers.write(data)
    peers.compact("n1", 2)
    peers.write(b"z")

    peers.restart("n1")
    assert peers.commands("n1")[:1] == [b"x"]
    peers.elect("n1")

    assert peers.commands("n1") == [b"x", b"y", b"z"]
    assert [entry.index for entry in peers["n1"].applied] == [3, 4, 5]


def test_losing_the_commit_index_is_harmless():
    """Messages types: the commit index needs no sync; it is learned again."""
    peers = led()
    peers.write(b"x")
    peers.restart("n3")
    peers.restart("n2")

    peers.run(2)

    assert [peers.commands(node) for node in peers.alive] == [[b"x"]] * 3


def test_the_same_inputs_give_the_same_outputs():
    """Two clusters with the same schedule say the same, message for message."""
    heard = []
    for _ in range(2):
        peers = Peers(5)
        said = []
        peers.lose(where=lambda m, said=said: said.append(m))
        peers.run(60)
        peers.heal()
        peers.run_until(lambda peers=peers: peers.leaders)
        peers.write(b"x")
        heard.append((said, peers.log("n1"), str(peers)))

    assert heard[0] == heard[1]
    assert heard[0][0]


# ---- snapshots of one's own


def test_compacting_writes_a_snapshot():
    """compact() puts a snapshot in place of entries, hands it to storage and keeps the rest."""
    peers = led(trailing_entries=0)
    for data in (b"x", b"y", b"z"):
        peers.write(data)

    snapshot = peers.compact("n1", 3)

    assert (snapshot.index, snapshot.term) == (3, 1)
    assert snapshot.configuration == peers.raft("n1").configuration
    assert peers["n1"].disk.durable.snapshot == snapshot
    assert [entry.data for entry in peers["n1"].disk.durable.entries] == [b"z"]
    assert peers.raft("n1").log.first_index == 4
    assert peers["n1"].restores == []


def test_a_few_entries_are_kept_for_followers_that_are_a_little_behind():
    """With trailing entries a follower a little behind needs no snapshot."""
    peers = led(trailing_entries=2)
    peers.isolate("n3")
    for data in (b"x", b"y"):
        peers.write(data)
    peers.compact("n1")
    peers.heal()

    peers.run(2)

    assert peers.commands("n3") == [b"x", b"y"]
    assert peers["n3"].restores == []


def test_a_snapshot_of_what_a_newer_one_covers_is_not_taken():
    """A snapshot taken while the leader's newer one came is ignored: the driver cannot know."""
    peers = led(trailing_entries=0)
    peers.isolate("n3")
    peers.write(b"x")
    peers.compact("n1")
    applied = peers.raft("n3").last_applied
    peers.heal()
    peers.run(2)
    newer = peers.raft("n3").log.snapshot
    assert newer.index > applied

    peers.call("n3", "compact", applied, b"older")

    assert peers.raft("n3").log.snapshot == newer
