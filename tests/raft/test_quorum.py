"""Majorities, held against counting subsets."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.raft import Configuration, majority
from igniter_nb.raft.quorum import (
    EVERYTHING,
    VoteResult,
    agreed,
    counted,
    jointly_agreed,
    jointly_counted,
)

NODES = tuple(f"n{number}" for number in range(1, 10))

voter_sets = st.lists(st.sampled_from(NODES), unique=True, max_size=7).map(sorted).map(tuple)
match_indexes = st.fixed_dictionaries({node: st.integers(0, 9) for node in NODES})
all_votes = st.dictionaries(st.sampled_from(NODES), st.booleans())


def quorums(voters):
    """List every smallest majority: the dumb version of all arithmetic here."""
    return list(combinations(voters, len(voters) // 2 + 1))


def dumb_agreed(voters, reached):
    """Return the best that some majority has reached in full."""
    if not voters:
        return EVERYTHING
    return max(min(reached[voter] for voter in quorum) for quorum in quorums(voters))


def dumb_counted(voters, votes):
    """Say won if some majority said yes, lost if none still can."""
    if not voters:
        return VoteResult.WON
    if any(all(votes.get(voter, False) for voter in quorum) for quorum in quorums(voters)):
        return VoteResult.WON
    if any(all(votes.get(voter, True) for voter in quorum) for quorum in quorums(voters)):
        return VoteResult.PENDING
    return VoteResult.LOST


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (7, 4)])
def test_a_majority_is_more_than_half(count, needed):
    """A majority is the smallest number above half of the voters."""
    assert majority(count) == needed


@given(st.integers(1, 1000))
def test_two_majorities_share_a_voter(count):
    """Two majorities of the same voters overlap, and one voter fewer would not do."""
    assert 2 * majority(count) > count
    assert 2 * (majority(count) - 1) <= count


@given(voter_sets, match_indexes)
def test_what_is_agreed_is_what_the_best_majority_has_reached(voters, reached):
    """The index agreed on is the best one that all of some majority have reached."""
    assert agreed(voters, reached.__getitem__) == dumb_agreed(voters, reached)


@given(voter_sets, voter_sets, match_indexes)
def test_while_joint_both_majorities_must_agree(voters, outgoing, reached):
    """While joint, what is agreed is the smaller of what each set of voters agrees on."""
    configuration = Configuration(voters=voters, outgoing=outgoing)

    found = jointly_agreed(configuration, reached.__getitem__)

    assert found == min(dumb_agreed(voters, reached), dumb_agreed(outgoing, reached))


@given(voter_sets, all_votes)
def test_an_election_is_won_lost_or_open_as_subsets_say(voters, votes):
    """An election is won by a whole majority, lost when no majority can be whole any more."""
    assert counted(voters, votes) is dumb_counted(voters, votes)


@given(voter_sets, voter_sets, all_votes)
def test_while_joint_an_election_is_won_in_both_sets_or_lost_in_one(voters, outgoing, votes):
    """While joint, a candidate wins by winning both sets of voters and loses by losing either."""
    configuration = Configuration(voters=voters, outgoing=outgoing)

    found = jointly_counted(configuration, votes)

    each = {dumb_counted(voters, votes), dumb_counted(outgoing, votes)}
    if VoteResult.LOST in each:
        assert found is VoteResult.LOST
    elif VoteResult.PENDING in each:
        assert found is VoteResult.PENDING
    else:
        assert found is VoteResult.WON


@given(voter_sets, all_votes, st.sampled_from(NODES))
def test_a_yes_more_never_makes_an_election_worse(voters, votes, node):
    """Turning any answer into a yes never turns a won election or an open one into a lost one."""
    better = [VoteResult.LOST, VoteResult.PENDING, VoteResult.WON]

    before = counted(voters, votes)
    after = counted(voters, {**votes, node: True})

    assert better.index(after) >= better.index(before)


def test_votes_of_strangers_do_not_count():
    """Only voters are counted: learners and strangers may say what they like."""
    strangers = {"n7": True, "n8": True, "n9": True}

    assert counted(("n1", "n2", "n3"), strangers) is VoteResult.PENDING
    assert counted(("n1", "n2", "n3"), {**strangers, "n1": True}) is VoteResult.PENDING


def test_nobody_agrees_to_everything():
    """An empty set of voters stands in the way of nothing: it is the half that is not there."""
    assert agreed((), {}.__getitem__) == EVERYTHING
    assert counted((), {}) is VoteResult.WON
