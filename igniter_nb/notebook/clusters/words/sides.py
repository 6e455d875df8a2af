"""Sides of a network that is parted: who reaches whom, and which of them can decide.

Two nodes are on one side if messages pass between them in both directions, also over others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from igniter_nb.consensus import ClusterStatus
    from igniter_nb.raft import NodeId


class Side(NamedTuple):
    """Nodes that reach one another.

    Attributes:
        nodes: their names.
        decides: whether they can decide something without the others.
        text: how many of the voters run there, and whether they decide.
    """

    nodes: tuple[NodeId, ...]
    decides: bool
    text: str


def sides(seen: ClusterStatus) -> list[Side]:
    """Return the sides of a cluster, the one of the first node first; none if all reach all."""
    if seen.stopped or not seen.blocked:
        return []
    runs = tuple(row.node_id for row in seen.running)
    needed = seen.quorum_size if seen.decides else len(runs) + 1
    return [_side(tuple(nodes), runs, seen.voting, seen.blocked, needed) for nodes in seen.sides]


@lru_cache(maxsize=256)
def _side(  # noqa: PLR0917 -- what a side follows from
    nodes: tuple[NodeId, ...],
    runs: tuple[NodeId, ...],
    voting: tuple[NodeId, ...],
    blocked: tuple[tuple[NodeId, NodeId], ...],
    needed: int,
) -> Side:
    voters = [node for node in voting if node in nodes and node in runs]
    cut = set(blocked)
    reached = [
        sum((one, other) not in cut and (other, one) not in cut for other in voters)
        for one in voters
    ]
    decides = max(reached, default=0) >= needed
    can = "can decide" if decides else "cannot decide"
    return Side(nodes, decides, f"{len(voters)} of {len(voting)}: {can}")
