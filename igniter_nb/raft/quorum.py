"""Quorum arithmetic: majorities, also of two at once while joint (thesis 4.3).

Pure functions of voters and what is known of each. An empty set of voters agrees with everything:
it is the other half of a configuration that is not joint.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from igniter_nb.raft.types import Configuration, NodeId

EVERYTHING = 1 << 62
"""What nobody has to agree to is agreed to without end."""


class VoteResult(Enum):
    """How an election stands."""

    PENDING = "pending"
    WON = "won"
    LOST = "lost"


def majority(count: int) -> int:
    """Return how many of ``count`` voters are a majority.

    Examples:
        >>> majority(5), majority(4)
        (3, 3)
    """
    return count // 2 + 1


def agreed(voters: Sequence[NodeId], reached: Callable[[NodeId], int]) -> int:
    """Return the largest number that a majority of the voters has reached.

    Args:
        voters: who counts.
        reached: how far each has come, for example its match index.
    """
    if not voters:
        return EVERYTHING
    numbers = sorted(map(reached, voters))
    return numbers[(len(numbers) - 1) // 2]


def jointly_agreed(configuration: Configuration, reached: Callable[[NodeId], int]) -> int:
    """Return the largest number reached by a majority, of both sets of voters while joint."""
    if not configuration.outgoing:
        return agreed(configuration.voters, reached)
    return min(agreed(configuration.voters, reached), agreed(configuration.outgoing, reached))


def counted(voters: Sequence[NodeId], votes: Mapping[NodeId, bool]) -> VoteResult:
    """Say how an election stands.

    Args:
        voters: who counts.
        votes: what each one that answered said; others may be in it and do not count.
    """
    granted = sum(votes.get(voter, False) for voter in voters)
    missing = sum(voter not in votes for voter in voters)
    needed = majority(len(voters))
    if granted >= needed or not voters:
        return VoteResult.WON
    return VoteResult.PENDING if granted + missing >= needed else VoteResult.LOST


def jointly_counted(configuration: Configuration, votes: Mapping[NodeId, bool]) -> VoteResult:
    """Say how an election stands; while joint it must be won in both sets of voters."""
    results = (counted(configuration.voters, votes), counted(configuration.outgoing, votes))
    if VoteResult.LOST in results:
        return VoteResult.LOST
    return VoteResult.PENDING if VoteResult.PENDING in results else VoteResult.WON
