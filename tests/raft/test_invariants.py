"""The checks across cores find what they are for: each promise, broken on purpose.

Two of these are the negative tests that a durable disk is for: a node that forgets its vote, and a
majority that forgets its log, break what Raft promises, and the harness says so.
"""

from __future__ import annotations

import pytest

from igniter_nb.raft import AppendReply, Configuration, Entry, Restored, Snapshot
from tests.raft.disk import Disk, restored
from tests.raft.handmade import accepted
from tests.raft.invariants import Invariants
from tests.raft.network import Peers, names

PLAIN = {"pre_vote": False, "check_quorum": False}


def forget(peers, node, **hard_state):
    """Start a node from a disk that has lost its log and has this hard state."""
    peers.nodes[node].disk = Disk(restored(peers.voters, **hard_state))
    peers.invariants.forget_incarnation(node)
    peers.restart(node)


def test_two_leaders_of_one_term_are_found():
    """Election Safety: nodes that disagree about the membership both lead term 1."""
    alone = {n: Restored(snapshot=Snapshot(configuration=Configuration((n,)))) for n in names(2)}
    peers = Peers(2, start=alone)
    peers.elect("n1")

    with pytest.raises(AssertionError, match="Election Safety: n1 and n2 both lead term 1"):
        peers.elect("n2")


def test_a_vote_that_a_disk_forgot_is_found():
    """One vote a term: a voter whose disk forgets gives a second vote."""
    peers = Peers(3, **PLAIN)
    peers.call("n1", "campaign")
    peers.deliver(recipient="n3")
    forget(peers, "n3")
    peers.call("n2", "campaign")

    with pytest.raises(AssertionError, match="one vote a term: n3 voted for n1 and for n2"):
        peers.deliver(recipient="n3", sender="n2")


def test_committed_entries_that_a_majority_forgot_are_found():
    """Leader Completeness: two of three wiped disks elect a leader without what was committed."""
    peers = Peers(3, **PLAIN)
    peers.elect("n1")
    peers.write(b"x")
    peers.crash("n1")
    for node in ("n2", "n3"):
        forget(peers, node, term=1, vote="n1")
    peers.call("n2", "campaign")

    with pytest.raises(AssertionError, match="Leader Completeness: n2 leads term 2 without"):
        peers.settle()


def test_a_follower_that_lies_is_found():
    """Committed means durable: a yes for what is not on disk makes the leader commit too early."""
    peers = Peers(3, **PLAIN)
    peers.elect("n1")
    entry = peers.propose(b"x")
    peers.drop()

    with pytest.raises(AssertionError, match=r"durable only on \['n1'\]"):
        peers.step(accepted(1, entry.index, "n2"))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ((Entry(1, 1, data=b"a"),), (Entry(1, 1, data=b"b"),)),
        ((Entry(1, 1), Entry(2, 3)), (Entry(1, 2), Entry(2, 3))),
    ],
    ids=["another entry", "another entry before"],
)
def test_logs_that_do_not_match_are_found(ours, theirs):
    """Log Matching: same index and term, but another entry, or another one before it."""
    disks = {
        node: restored(names(2), term=3)._replace(entries=entries)
        for node, entries in (("n1", ours), ("n2", theirs))
    }

    with pytest.raises(AssertionError, match="Log Matching"):
        Peers(2, start=disks)


def test_different_entries_applied_at_one_index_are_found():
    """State Machine Safety: what one node applied at an index, no other one replaces."""
    invariants = Invariants()
    invariants.applies("n1", Entry(1, 1, data=b"a"))
    invariants.applies("n2", Entry(1, 1, data=b"a"))

    with pytest.raises(AssertionError, match="State Machine Safety: at index 1 n3 applies"):
        invariants.applies("n3", Entry(1, 2, data=b"b"))


def test_a_committed_entry_that_changes_is_found():
    """What one node knows to be committed no other one commits differently."""
    one = Peers(2, only=["n1"], start={"n1": restored(names(2), 1, commit=1)})
    other = Peers(2, only=["n2"], start={"n2": restored(names(2), 2, commit=1)})
    invariants = Invariants()
    invariants.check(one.raft("n1"), None)

    with pytest.raises(AssertionError, match="a committed entry never changes"):
        invariants.check(other.raft("n2"), None)


@pytest.mark.parametrize(
    ("name", "value", "promise"),
    [
        ("term", 4, "term went back from 5 to 4"),
        ("vote", "n3", "n1 changed its vote of term 5 from n2 to n3"),
    ],
)
def test_a_node_that_goes_back_is_found(name, value, promise):
    """Term, commit index and applied index only grow; a vote stays in its term."""
    peers = Peers(3, only=["n1"], start={"n1": restored(names(3), term=5, vote="n2")})
    state = peers.raft("n1")._state
    state.durable = state.durable._replace(term=0)
    setattr(state, name, value)

    with pytest.raises(AssertionError, match=promise):
        peers.pump("n1")


def test_a_message_in_the_name_of_another_is_found():
    """A node speaks for itself only, and to others only."""
    peers = Peers(3, **PLAIN)

    with pytest.raises(AssertionError, match="n1 sends in the name of another"):
        peers._send("n1", [AppendReply("n2", "n3", 1, True, 1)])
    with pytest.raises(AssertionError, match="n1 sends to itself"):
        peers._send("n1", [AppendReply("n1", "n1", 1, True, 1)])
