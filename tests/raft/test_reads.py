"""Reads: by a round of heartbeats (thesis 6.4), by a lease (6.4.1), at a follower."""

from __future__ import annotations

import pytest

from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    Configuration,
    ReadReply,
    ReadRequest,
    ReadState,
    Restored,
    Role,
    Snapshot,
)
from igniter_nb.raft.reads import ROUNDS_KEPT
from igniter_nb.raft.readtable import Asked, ReadTable, Round
from tests.raft.disk import restored
from tests.raft.handmade import append, refused
from tests.raft.network import Peers, names


def led(count=3, **options):
    """Let n1 lead with one write that everyone has applied."""
    peers = Peers(count, **options)
    peers.elect("n1")
    peers.write(b"a")
    return peers


# ---- on the leader


def test_a_read_is_answered_after_one_round():
    """Thesis 6.4: a leader answers when a majority has answered a round that began later."""
    peers = led()
    number = peers.read("n1")
    assert peers["n1"].reads == {}

    peers.deliver(AppendEntries)
    peers.deliver_next()  # n2's answer: two of three

    assert peers["n1"].reads[number].index == peers.raft("n1").commit


def test_a_read_needs_a_round_that_began_after_it():
    """Thesis 6.4: an answer to an earlier round says nothing about who leads now."""
    peers = led()
    peers.tick(at="n1")
    peers.deliver(AppendEntries)
    earlier = peers.take(AppendReply)

    number = peers.read("n1")
    for reply in earlier:
        peers.step(reply)

    assert number not in peers["n1"].reads


def test_a_follower_that_refuses_confirms_the_leader_too():
    """Thesis 6.4: a refused AppendEntries says as well that its sender leads in this term."""
    peers = led(check_quorum=False)
    number = peers.read("n1")
    (asked, *_) = peers.take(AppendEntries, recipient="n2")

    peers.step(refused(1, 2, "n2", hint_index=1, hint_term=1, round=asked.round))

    assert number in peers["n1"].reads


def test_reads_that_come_together_share_a_round():
    """Thesis 6.4: one round of heartbeats confirms any number of reads."""
    peers = led()
    raft = peers.raft("n1")
    numbers = [raft.read(), raft.read(), raft.read()]
    peers.pump("n1")
    assert len(peers.pending(AppendEntries)) == 2

    peers.settle()

    assert sorted(peers["n1"].reads) == numbers


def test_a_cut_off_leader_answers_no_read():
    """Thesis 6.4: who does not reach a majority never answers; the read is refused in the end."""
    peers = led()
    peers.isolate("n1")
    number = peers.read("n1")

    peers.run(20)

    assert peers["n1"].reads == {}
    assert peers["n1"].refused == [number]


def test_a_read_is_refused_when_the_leader_is_deposed():
    """A read on its way when the role ends is refused once, so that the client asks again."""
    peers = led()
    number = peers.read("n1")
    peers.drop()

    peers.step(append(9))

    assert peers["n1"].refused == [number]


def test_a_new_leader_waits_for_its_first_commit():
    """Thesis 6.4: before an entry of its term is committed, a leader may not know what is."""
    peers = Peers(3)
    peers.call("n1", "campaign", pre_vote=False)
    peers.deliver()
    peers.deliver()
    assert peers.raft("n1").role is Role.LEADER
    number = peers.read("n1")
    peers.drop()
    assert peers["n1"].reads == {}

    peers.run(2)

    assert peers["n1"].reads[number].index == 1


def test_a_read_waits_until_its_index_is_applied():
    """Thesis 6.4: a confirmed read is answered from a state that has applied the read's index."""
    peers = led()
    peers.hold_applies("n1")
    peers.write(b"b")
    number = peers.read("n1")
    peers.settle()
    assert peers["n1"].reads == {}

    peers.release_applies("n1")

    assert peers["n1"].reads[number].index == 3


def test_a_confirmed_read_is_answered_although_the_role_ends():
    """What a round confirmed stays true; only waiting for the state is left."""
    peers = led()
    peers.hold_applies("n1")
    peers.write(b"b")
    number = peers.read("n1")
    peers.settle()

    peers.step(append(9, prev=(3, 1)))
    peers.release_applies("n1")

    assert number in peers["n1"].reads
    assert peers["n1"].refused == []


def test_a_single_node_answers_at_once():
    """A majority of one needs no round."""
    peers = led(1)

    number = peers.read("n1")

    assert peers["n1"].reads[number].index == 2


def test_a_single_voter_does_not_wait_for_learners():
    """Learners confirm nothing: the only voter answers although no learner does."""
    members = Configuration(voters=("n1",), learners=("n2",))
    start = {"n1": Restored(snapshot=Snapshot(configuration=members))}
    peers = Peers(1, start=start)
    peers.elect("n1")
    peers.propose(b"a")

    number = peers.read("n1")
    peers.tick(3)

    assert number in peers["n1"].reads


@pytest.mark.parametrize("role", ["follower", "candidate"])
def test_without_a_leader_a_read_is_refused(role):
    """Who knows no leader refuses a read at once."""
    peers = Peers(3, only=["n1"])
    if role == "candidate":
        peers.call("n1", "campaign")

    number = peers.read("n1")

    assert peers["n1"].refused == [number]


def test_rounds_that_nobody_answers_do_not_pile_up():
    """A leader that hears nobody for very long, without the check, remembers few rounds."""
    peers = led(check_quorum=False)
    peers.isolate("n1")

    peers.tick(2 * ROUNDS_KEPT, at="n1")

    assert len(peers.raft("n1")._state.reads.rounds) == ROUNDS_KEPT


# ---- at a follower


def test_a_follower_asks_the_leader():
    """Thesis 6.4: a follower gets the index from the leader and reads from its own state."""
    peers = led()

    number = peers.read("n2")
    assert [message.reads for message in peers.pending(ReadRequest)] == [(number,)]
    peers.settle()

    assert peers["n2"].reads[number].index == 2


def test_a_follower_reads_what_was_written_before():
    """Thesis 6.4: a read at a follower waits until it has applied the leader's commit index."""
    peers = led()
    peers.hold("n3")
    peers.write(b"b")
    assert peers.commands("n3") == [b"a"]

    number = peers.read("n3")
    peers.settle()
    assert peers["n3"].reads == {}

    peers.release("n3")
    peers.settle()
    assert peers["n3"].reads[number].index == 3
    assert peers.commands("n3") == [b"a", b"b"]


def test_who_does_not_lead_says_so():
    """A ReadRequest to who does not lead is answered by index 0: ask again."""
    peers = led()

    peers.step(ReadRequest("n3", "n2", 1, (7, 8)))

    assert peers.take(ReadReply) == [ReadReply("n2", "n3", 1, (7, 8), 0)]


def test_a_refused_request_refuses_the_reads():
    """Index 0 refuses the reads that it names, once; doubled answers change nothing."""
    peers = led()
    number = peers.read("n2")
    peers.drop()
    no = ReadReply("n1", "n2", 1, (number,), 0)

    peers.step(no)
    peers.step(no)

    assert peers["n2"].refused == [number]


def test_an_answer_that_comes_twice_is_taken_once():
    """A doubled ReadReply answers once."""
    peers = led()
    number = peers.read("n2")
    peers.deliver()
    peers.deliver()
    peers.deliver(AppendReply)
    (reply,) = peers.take(ReadReply)

    peers.step(reply)
    peers["n2"].reads.clear()
    peers.step(reply)

    assert peers["n2"].reads == {}
    assert number not in peers["n2"].refused


def test_reads_at_a_follower_are_refused_when_its_leader_changes():
    """A request may be lost with its leader, so its reads are refused and asked again."""
    peers = led()
    number = peers.read("n2")
    peers.drop()

    peers.step(append(2, prev=(2, 1), sender="n3", recipient="n2"))

    assert peers["n2"].refused == [number]


def test_reads_not_yet_sent_wait_for_a_leader():
    """A read taken before its leader is forgotten is not sent to nobody."""
    peers = led()
    raft = peers.raft("n2")
    number = raft.read()
    raft.forget_leader()
    peers.pump("n2")
    assert peers.pending(ReadRequest) == []

    peers.run(1)

    assert number in [*peers["n2"].refused, *peers["n2"].reads]


def test_an_answer_to_an_earlier_life_answers_no_read():
    """Scenario etcd 20418: a late answer to who restarted must not confirm a newer read.

    n2 asks, restarts, asks again while it misses a write; the answer to the first question comes.
    """
    peers = led()
    peers.read("n2")
    while not peers.pending(ReadReply):
        peers.deliver()
    (late,) = peers.take(ReadReply)
    peers.settle()
    peers.restart("n2")
    peers.run()
    peers.cut("n1", "n2")
    peers.write(b"b")

    again = peers.read("n2")
    peers.step(late)

    assert again not in peers["n2"].reads, "n2 reads a state without b, which is committed"


# ---- by a lease


def test_leases_are_off():
    """Thesis 6.4.1 advises against leases; without the option asking for one is refused."""
    peers = led()

    with pytest.raises(ValueError, match="reads by lease are off: set lease_reads"):
        peers.read("n1", lease=True)


def test_a_leader_with_a_lease_answers_at_once():
    """Thesis 6.4.1: while its lease holds, a leader reads without a round."""
    peers = led(lease_reads=True)

    number = peers.read("n1", lease=True)

    assert peers["n1"].reads[number].index == 2
    assert peers.pending() == []


def test_a_lease_ends_before_the_election_timeout_by_the_drift_bound():
    """Thesis 6.4.1: it lasts the timeout, less a tick, over the bound, from the round's start."""
    peers = led(lease_reads=True, election_ticks=13, clock_drift_bound=1.5)
    peers.run(1)
    peers.isolate("n1")

    peers.tick(7, at="n1")
    early = peers.read("n1", lease=True)
    peers.tick(1, at="n1")
    late = peers.read("n1", lease=True)

    assert early in peers["n1"].reads
    assert late not in peers["n1"].reads


def test_a_lease_counts_from_when_its_round_began():
    """Thesis 6.4.1: late answers make no lease longer; followers count from what they heard."""
    peers = led(lease_reads=True, election_ticks=13, clock_drift_bound=1.5)
    peers.tick(1, at="n1")
    peers.deliver(AppendEntries)
    late = peers.take(AppendReply)
    peers.tick(7, at="n1")
    peers.drop()
    for reply in late:
        peers.step(reply)

    within = peers.read("n1", lease=True)
    peers.tick(1, at="n1")
    after = peers.read("n1", lease=True)

    assert within in peers["n1"].reads
    assert after not in peers["n1"].reads


def test_without_its_lease_a_leader_asks_as_ever():
    """A lease read after the lease is a read by a round."""
    peers = led(lease_reads=True)
    peers.tick(9, at="n1")
    peers.drop()

    number = peers.read("n1", lease=True)
    assert number not in peers["n1"].reads
    peers.settle()

    assert number in peers["n1"].reads


def test_a_lease_read_at_a_follower_asks_the_leader():
    """Only the leader has a lease; a follower asks."""
    peers = led(lease_reads=True)

    number = peers.read("n2", lease=True)
    assert peers["n2"].reads == {}
    peers.settle()

    assert number in peers["n2"].reads


def test_a_lease_is_over_when_leadership_is_handed_over():
    """Thesis 6.4.1: before TimeoutNow is sent the lease is over, for the rest of the term."""
    peers = led(lease_reads=True)
    peers.call("n1", "transfer_leader", "n2")
    peers.drop()

    first = peers.read("n1", lease=True)
    peers.run(12)
    assert peers.raft("n1").status().transferee is None
    peers.isolate("n1")
    second = peers.read("n1", lease=True)

    assert first in peers["n1"].reads  # by a round, in the meantime
    assert second not in peers["n1"].reads


def test_a_follower_that_restarts_does_not_break_a_lease():
    """Thesis 6.4.1: who confirmed a lease votes for nobody until it is over, restarts included.

    n3 has heard nobody for long; n2 has just confirmed n1's lease, restarts and is asked by n3.
    """
    peers = led(lease_reads=True)
    peers.isolate("n3")
    peers.run(9)
    peers.heal()
    peers.isolate("n1")
    peers.restart("n2")

    peers.tick(10, at="n3")
    peers.settle()
    if peers.raft("n3").role is Role.LEADER:
        peers.propose(b"b", at="n3")
        peers.settle()
    number = peers.read("n1", lease=True)

    fresh = peers.commands("n1") == max(map(peers.commands, peers.alive), key=len)
    assert number not in peers["n1"].reads or fresh, "n1 reads a state without b"


# ---- the table


def test_a_read_is_in_one_place():
    """The check of the table finds a read that would be answered twice."""
    table = ReadTable()
    table.count = 2
    table.check_invariants()

    table.refused = [1]
    table.confirmed = [ReadState(1, 5)]

    with pytest.raises(AssertionError, match="each read is in one place"):
        table.check_invariants()


@pytest.mark.parametrize(
    ("name", "value", "promise"),
    [
        ("refused", [3], "every read was asked for"),
        ("rounds", [Round(2, 0, 0, ()), Round(1, 0, 0, ())], "rounds are in order"),
        ("rounds", [Round(7, 0, 0, (Asked("", (1,)),))], "no round is ahead of the count"),
    ],
)
def test_a_broken_table_is_named(name, value, promise):
    """The check of the table says which promise is broken."""
    table = ReadTable()
    table.count, table.round = 2, 2
    setattr(table, name, value)

    with pytest.raises(AssertionError, match=promise):
        table.check_invariants()


def test_a_joint_configuration_confirms_by_both_majorities():
    """Thesis 4.3: while joint, a round needs a majority of the old and of the new voters."""
    members = Configuration(voters=("n1", "n2", "n3"), outgoing=("n1", "n4", "n5"))
    bare = restored(names(5))
    start = {n: bare._replace(snapshot=Snapshot(configuration=members)) for n in names(5)}
    peers = Peers(5, start=start)
    peers.elect("n1")
    peers.crash("n4")
    peers.crash("n5")

    number = peers.read("n1")
    peers.run(3)
    assert number not in peers["n1"].reads

    peers.restart("n4")
    peers.run(3)
    assert number in peers["n1"].reads
