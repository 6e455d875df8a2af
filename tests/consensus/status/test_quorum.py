"""Quorum arithmetic, against a count of all elections."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus.status.quorum import Count, can_decide, counted, decides
from igniter_nb.raft import Configuration

NAMES = ("a", "b", "c", "d", "e")
PAIRS = tuple(combinations(NAMES, 2))
SOME = st.lists(st.sampled_from(NAMES), unique=True).map(tuple)


@pytest.mark.parametrize(
    ("voters", "running", "count"),
    [
        (NAMES, "ab", Count(2, 5, 3)),
        (NAMES, "abc", Count(3, 5, 3)),
        (("a", "b"), "ac", Count(1, 2, 2)),
        (("a",), "a", Count(1, 1, 1)),
    ],
)
def test_voters_that_run_are_counted(voters: tuple[str, ...], running: str, count: Count) -> None:
    """Only voters count, and a majority is more than half of them."""
    assert counted(voters, running) == count
    assert count.suffices == (2 * count.running > count.voters)


def test_a_joint_membership_needs_both_majorities() -> None:
    """The old voters and the new ones must each agree."""
    joint = Configuration(voters=("a", "b", "c"), outgoing=("c", "d", "e"))

    assert decides(joint, ("b", "c", "d"))
    assert not decides(joint, ("a", "b", "c"))


@given(SOME.filter(bool), SOME, SOME, st.sets(st.sampled_from(PAIRS)))
def test_who_can_decide_is_who_wins_an_election(
    voters: tuple[str, ...], outgoing: tuple[str, ...], running: tuple[str, ...], cut: set
) -> None:
    """Some voter that runs gets more than half of the votes of those whom it reaches."""
    members = Configuration(voters=voters, outgoing=outgoing)

    def reach(one: str, other: str) -> bool:
        return (one, other) not in cut and (other, one) not in cut

    def wins(one: str) -> bool:
        votes = {other for other in running if other == one or reach(one, other)}
        return all(2 * len(votes & set(each)) > len(each) for each in (voters, outgoing) if each)

    expected = any(wins(one) for one in running if one in {*voters, *outgoing})

    assert can_decide(members, running, reach) == expected
