"""Sides of a network that is parted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from igniter_nb.notebook.clusters.words.sides import sides
from tests.notebook.clusters.samples import both, elected, node, partitioned, status


def test_a_side_says_how_many_it_has_and_whether_they_decide():
    """Two of five cannot, three can."""
    assert [[*side] for side in sides(partitioned())] == [
        [("n1", "n2"), False, "2 of 5: cannot decide"],
        [("n3", "n4", "n5"), True, "3 of 5: can decide"],
    ]


def test_where_all_reach_all_there_are_no_sides():
    """Not without cuts, not with a link that is cut in one direction, not when it has ended."""
    assert sides(elected()) == []
    assert sides(replace(elected(), blocked=(("n1", "n2"),))) == []
    assert sides(replace(partitioned(), stopped=True)) == []


def test_who_does_not_run_is_there_and_does_not_count():
    """A side of three of which one crashed has two."""
    seen = partitioned()
    rows = [node("n5", "crashed") if row.node_id == "n5" else row for row in seen.rows]

    assert [side.text for side in sides(replace(seen, rows=tuple(rows), decides=False))] == [
        "2 of 5: cannot decide",
        "2 of 5: cannot decide",
    ]


def test_a_learner_is_there_and_does_not_count():
    """Its side has its voters only."""
    rows = [node("n1", "leader"), node("n2"), node("n3"), node("n4", "learner")]
    seen = status(rows, quorum_size=2, blocked=both(["n1", "n4"], ["n2", "n3"]))

    assert [(side.nodes, side.text) for side in sides(seen)] == [
        (("n1", "n4"), "1 of 3: cannot decide"),
        (("n2", "n3"), "2 of 3: can decide"),
    ]


@pytest.mark.parametrize("decides", [True, False])
def test_who_reaches_a_majority_only_over_others_cannot_decide(decides):
    """A chain is one side; a side decides if one of it reaches enough at once."""
    rows = [node(f"n{at}") for at in range(1, 7)]
    chain = [
        (one.node_id, other.node_id)
        for at, one in enumerate(rows[:5])
        for other in rows[at + 2 : 5]
        if decides is False
    ]
    blocked = both(["n6"], [f"n{at}" for at in range(1, 6)])
    blocked += tuple(pair for one, other in chain for pair in ((one, other), (other, one)))

    found = sides(status(rows, blocked=blocked, decides=decides))

    assert [(len(side.nodes), side.decides) for side in found] == [(5, decides), (1, False)]
