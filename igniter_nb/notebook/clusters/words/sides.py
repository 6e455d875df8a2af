"""Sides of a network that is parted: who reaches whom, and which of them can decide.

Two nodes are on one side if messages pass between them in both directions, also over others.
"""

from __future__ import annotations

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
    return [] if seen.stopped else [_side(seen, side) for side in seen.sides]


def _side(seen: ClusterStatus, nodes: list[NodeId]) -> Side:
    here = {row.node_id for row in seen.running if row.node_id in nodes}
    voters = [node for node in seen.voting if node in here]
    blocked = set(seen.blocked)
    most = max(
        (sum(not {(one, other), (other, one)} & blocked for other in voters) for one in voters),
        default=0,
    )
    decides = seen.decides and most >= seen.quorum_size
    can = "can decide" if decides else "cannot decide"
    return Side(tuple(nodes), decides, f"{len(voters)} of {len(seen.voting)}: {can}")
