"""Quorum arithmetic over names: whether nodes that run can decide something together.

It knows memberships and no cluster, so that whatever drives one asks the same questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.raft import majority

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from igniter_nb.raft import Configuration, NodeId


class Count(NamedTuple):
    """How many voters run, of how many, and how many must agree.

    Attributes:
        running: voters that run.
        voters: all of them.
        needed: a majority of them.
    """

    running: int
    voters: int
    needed: int

    @property
    def suffices(self) -> bool:
        """Whether enough of them run."""
        return self.running >= self.needed


def counted(voters: Collection[NodeId], running: Iterable[NodeId]) -> Count:
    """Count the voters that run."""
    return Count(sum(node in voters for node in running), len(voters), majority(len(voters)))


def decides(members: Configuration, side: Collection[NodeId]) -> bool:
    """Say whether nodes that reach one another are a majority.

    Joint configurations need a majority of the old voters and one of the new ones (thesis 4.3).
    """
    return _enough(side, members.voters) and _enough(side, members.outgoing)


def can_decide(
    members: Configuration,
    running: Collection[NodeId],
    reach: Callable[[NodeId, NodeId], bool],
) -> bool:
    """Say whether one of the voters that run, with those that it reaches, is a majority.

    That one could be elected by them.

    Args:
        members: who has a vote.
        running: the nodes that run.
        reach: says whether two nodes hear each other.
    """
    voters = {*members.voters, *members.outgoing}
    return any(
        decides(members, [other for other in running if other == one or reach(one, other)])
        for one in running
        if one in voters
    )


def _enough(side: Collection[NodeId], voters: Collection[NodeId]) -> bool:
    return not voters or counted(voters, side).suffices
