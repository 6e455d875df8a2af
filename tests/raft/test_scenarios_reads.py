"""Scenarios of reads that are told as programs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from igniter_nb.raft import AppendEntries, AppendReply, Config, ReadReply, TimeoutNow
from tests.raft.network import names
from tests.raft.scenario import Scenario


@pytest.mark.parametrize("count", [3, 5])
def test_a_leader_in_a_minority_answers_no_read(count):
    """Scenario 40: with fewer than a majority behind it a leader answers nothing, for ever."""
    peers = Scenario(count, check_quorum=False)
    peers.elect("n1")
    peers.write(b"old")
    side = names(count)[: count // 2]
    peers.partition(side, names(count)[count // 2 :])
    numbers = [peers.read("n1")]
    for _ in range(60):
        peers.run(1)
        numbers.append(peers.read("n1"))

    assert peers["n1"].reads == {}
    peers.heal()
    peers.run(5)
    assert sorted([*peers["n1"].reads, *peers["n1"].refused]) == numbers  # each heard once
    peers.finish()


def test_reads_before_the_terms_first_commit_all_wait_and_see_it():
    """Scenario 41: reads at a new leader wait for its own entry and return what was committed."""
    peers = Scenario(3)
    peers.elect("n1")
    peers.write(b"x")
    peers.crash("n1")
    peers.tick(10, at="n2")
    peers.hold("n3")
    peers.call("n3", "campaign", pre_vote=False)
    peers.flush("n3")
    peers.settle()
    numbers = [peers.read("n3") for _ in range(3)]
    peers.drop()
    assert peers["n3"].reads == {}

    peers.release("n3")
    peers.run(2)

    indexes = [peers["n3"].reads[number].index for number in numbers]
    assert indexes == [3, 3, 3], f"a read waits for the first commit of the term: {indexes}"
    assert peers.commands("n3") == [b"x"]
    peers.finish()


def test_a_followers_read_waits_for_its_own_state_machine():
    """Scenario 42: the index is known and committed here, and not applied: the read waits."""
    peers = Scenario(3)
    peers.elect("n1")
    peers.hold_applies("n3")
    peers.write(b"x")
    number = peers.read("n3")
    peers.settle()

    assert peers["n3"].reads == {}

    peers.release_applies("n3")

    assert peers["n3"].reads[number].index == 2
    peers.finish()


def test_a_followers_read_is_never_older_than_a_write_that_was_answered():
    """Scenario 42: after each write whose client heard ok, a read at any node includes it."""
    peers = Scenario(3)
    peers.elect("n1")

    for round_ in range(10):
        data = b"%d" % round_
        peers.propose(data)
        peers.deliver(recipient="n2")
        peers.deliver(recipient="n1")
        assert peers.answers()[data] == "ok"
        numbers = {node: peers.read(node) for node in names(3)}
        peers.run(2)
        for node, number in numbers.items():
            assert number in peers[node].reads
            assert data in peers.commands(node)

    peers.finish()


def test_a_read_that_is_asked_again_is_a_new_one():
    """Scenario 43: after a pause the same client asks again; the first one's answers do not count.

    That is etcd 20418: a read's number was used again, and an answer to its first use confirmed it.
    """
    peers = Scenario(3, check_quorum=False)
    peers.elect("n1")
    peers.write(b"old")
    first = peers.read("n1")
    peers.deliver(AppendEntries)
    late = peers.take(AppendReply)
    peers.isolate("n1")
    peers.tick(20, at="n3")
    peers.settle()
    peers.elect("n2")
    peers.write(b"new")

    second = peers.read("n1")
    for answer in late:
        peers.step(answer)

    assert second != first
    assert list(peers["n1"].reads) == [first]  # asked before n2 was elected: that one is right
    peers.finish()


def test_a_restarted_follower_takes_no_answer_to_its_life_before():
    """Scenario 43: an answer to a read of the life before confirms no read of this one.

    It is of the same term and may name the same number. If it were taken, the read would be as old
    as the answer.
    """
    peers = Scenario(3)
    peers.elect("n1")
    peers.write(b"old")
    peers.read("n3")
    while not peers.pending(ReadReply):
        peers.deliver()
    late = peers.take(ReadReply)
    peers.settle()
    peers.restart("n3")
    peers.run(2)
    peers.cut("n1", "n3")
    peers.write(b"new")
    assert peers.answers()[b"new"] == "ok"

    number = peers.read("n3")
    for answer in late:
        peers.step(answer)

    assert number not in peers["n3"].reads, (
        f"{late[0]} is older than a write whose client had heard ok, and confirmed read {number}"
    )
    peers.finish()


def test_leases_need_the_check_of_the_quorum():
    """Scenario 45: a configuration with leases and without the check is refused, and says why."""
    with pytest.raises(ValueError, match="lease_reads needs check_quorum"):
        Config(node_id="n1", lease_reads=True, check_quorum=False)


def test_a_lease_is_over_when_the_leader_tells_another_to_run():
    """Scenario 45: once TimeoutNow is sent a lease read waits for a round, for the whole term."""
    peers = Scenario(3, lease_reads=True)
    peers.elect("n1")
    peers.write(b"x")
    peers.run(2)
    before = peers.read("n1", lease=True)
    assert before in peers["n1"].reads

    peers.call("n1", "transfer_leader", "n2")
    late = peers.take(TimeoutNow)
    after = peers.read("n1", lease=True)
    assert after not in peers["n1"].reads

    peers.run(12)  # it is given up, and the lease stays over: the message may still come
    given_up = peers.read("n1", lease=True)
    assert given_up not in peers["n1"].reads
    peers.settle()
    assert given_up in peers["n1"].reads
    for message in late:
        peers.step(message)
    peers.settle()
    assert peers.leaders == ["n2"]
    peers.finish()


def test_a_new_leader_has_no_lease_of_its_old_term():
    """Scenario 45: a lease ends with its term, and begins with a round of the new one."""
    peers = Scenario(3, lease_reads=True)
    peers.elect("n1")
    peers.write(b"x")
    peers.run(2)
    peers.call("n1", "transfer_leader", "n2")
    peers.settle()
    peers.call("n2", "transfer_leader", "n1")
    peers.deliver()
    peers.deliver()
    peers.deliver()
    assert peers.leader == "n1"

    number = peers.read("n1", lease=True)

    assert number not in peers["n1"].reads
    peers.settle()
    peers.finish()


def test_a_stale_read_never_goes_back_on_one_node():
    """Scenario 46: what a node has applied is some past state, and only ever a later one."""
    peers = Scenario(3)
    peers.elect("n1")
    seen = {node: [] for node in names(3)}
    for round_ in range(12):
        if round_ == 4:
            peers.isolate("n3")
        if round_ == 8:
            peers.heal()
        peers.write(b"%d" % round_)
        peers.run(1)
        for node in names(3):
            seen[node].append((peers.raft(node).last_applied, peers.commands(node)))

    assert seen["n3"][7][1] != seen["n1"][7][1]  # it was old
    for node, states in seen.items():
        for (index, state), (later, longer) in pairwise(states):
            assert index <= later, node
            assert longer[: len(state)] == state, node
    peers.finish()
