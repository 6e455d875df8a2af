"""Reads that are given up, and what piles up where nobody answers."""

from __future__ import annotations

from collections import deque

import pytest

from igniter_nb.raft import ReadRequest, ReadState
from igniter_nb.raft.reads import ROUNDS_KEPT
from igniter_nb.raft.readtable import Asked, ReadTable, Round
from tests.raft.test_reads import led


@pytest.mark.parametrize("place", ["sending", "sent", "joining", "rounds", "confirmed", "refused"])
def test_a_read_that_is_given_up_is_in_no_place(place):
    """Wherever a read is on its way, giving it up takes it out; the others stay where they are."""
    table = ReadTable()
    table.count, table.round = 2, 1
    others = Asked("n2", (1,))  # numbers of another node are its own
    holds = {
        "sending": [1, 2],
        "sent": {1: None, 2: None},
        "joining": [Asked("", (1,)), others, Asked("", (2,))],
        "rounds": deque([Round(1, 0, 0, (Asked("", (1,)), others, Asked("", (2,))))]),
        "confirmed": [ReadState(1, 5), ReadState(2, 5)],
        "refused": [1, 2],
    }
    setattr(table, place, holds[place])

    table.forget([1])

    left = {
        "sending": [2],
        "sent": {2: None},
        "joining": [others, Asked("", (2,))],
        "rounds": deque([Round(1, 0, 0, (others, Asked("", (2,))))]),
        "confirmed": [ReadState(2, 5)],
        "refused": [2],
    }
    assert getattr(table, place) == left[place]
    table.check_invariants()


def test_a_read_that_is_given_up_is_not_answered():
    """What comes for it later is dropped, and the reads beside it are answered as ever."""
    peers = led()
    first, second = peers.read("n2"), peers.read("n2")

    peers.call("n2", "forget_reads", [first])
    peers.settle()

    assert set(peers["n2"].reads) == {second}
    assert peers["n2"].refused == []


def test_what_others_asked_does_not_pile_up_where_nobody_answers():
    """Without the check a leader that is cut off keeps its own reads, and of others' the latest."""
    peers = led(check_quorum=False)
    own = peers.read("n1")
    peers.isolate("n1")
    for number in range(1, 2 * ROUNDS_KEPT):
        peers.step(ReadRequest("n2", "n1", peers.raft("n1").term, (number,)))
        peers.tick(2, at="n1")

    table = peers.raft("n1")._state.reads

    asked = [each for one in table.rounds for each in one.asked]
    assert len(table.rounds) <= ROUNDS_KEPT
    assert len(asked) <= ROUNDS_KEPT + 1
    peers.heal()
    peers.run(3)
    assert own in peers["n1"].reads
