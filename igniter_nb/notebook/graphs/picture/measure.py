"""Sizes of nodes, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from igniter_nb.display import read_as
from igniter_nb.graph import Kind
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.widths import width
from igniter_nb.text import seconds, shorten

if TYPE_CHECKING:
    from igniter_nb.notebook.graphs.picture.diagram import (
        Diagram,
        DiagramCluster,
        DiagramNode,
        State,
    )

NAME_SIZE, DETAIL_SIZE, BADGE_SIZE = 13.0, 11.0, 10.0
HEIGHT, BADGE_HEIGHT, BADGE_ROW = 42.0, 15.0, 20.0
PAD, MARK, GAP = 12.0, 19.0, 10.0
HEADER, CLUSTER_PAD = 26.0, 14.0
TAB = 7.0
"""Width of the small flag at the right of an output."""
FOLD = 18.0
"""Width of what folds and unfolds a cluster in a live picture."""

TOOK = 52.0
"""Room for a duration that comes later."""

DRAWN_ERROR = 36
LEAST_MESSAGE = 6
UNMOVED = ("skipped", "backdated")
"""Statuses that are told beside a value, in place of a time."""

_LIVE_DETAIL = "0" * 18
_SIDES: Final = {"hexagon": 9.0, "slant": 8.0, "tag": 4.0, "subroutine": 6.0, "stadium": 4.0}
_RIGHT: Final = {"tag": 10.0, "note": 6.0, "stack": 5.0}


@dataclass(frozen=True, slots=True)
class Size:
    """Room for a node, in pixels.

    Attributes:
        width: from the leftmost to the rightmost point.
        height: from the highest to the lowest point.
        left: where texts begin, from the leftmost point.
        right: where texts end, from the rightmost point.
    """

    width: float
    height: float
    left: float
    right: float


def second_line(node: DiagramNode, state: State) -> tuple[str, str]:
    """Return the two texts below a node's name: what it is or holds, and how that came."""
    if state.error:
        return error_line(state.error), _duration(node, state)
    if state.value:
        said = read_as(state.status) if state.status in UNMOVED else ""
        return f"= {state.value}", said or _duration(node, state)
    return node.detail, _duration(node, state)


def error_line(error: str, room: int = DRAWN_ERROR) -> str:
    """Cut an error to the room there is: the message behind its class, never the class.

    Args:
        error: as a picture tells it.
        room: in characters.
    """
    kind, colon, message = error.partition(": ")
    if len(error) <= room or not colon:
        return shorten(error, room)
    left = room - len(kind) - len(colon)
    return f"{kind}: {shorten(message, left)}" if left >= LEAST_MESSAGE else kind


def _duration(node: DiagramNode, state: State) -> str:
    """Write a duration; what is given, not computed, took no time worth telling."""
    return "" if node.kind in ("input", "const", "output") else seconds(state.duration or None)


def node_size(node: DiagramNode, *, live: bool = False) -> Size:
    """Return the room that a node needs.

    Args:
        node: what is drawn.
        live: leave room for a state and a value that come later.
    """
    shape = theme.kind(node.kind).shape
    side = _SIDES.get(shape, 0.0)
    left = PAD + side
    right = PAD + side + _RIGHT.get(shape, 0.0) + (TAB if has_tab(node) else 0.0)
    name = width(node.label, NAME_SIZE, bold=True) + (MARK if live or node.state.status else 0)
    if live and node.kind in (Kind.COMPOSE, theme.MORE):
        right += FOLD
    said, how = second_line(node, node.state)
    row = width(said, DETAIL_SIZE) + (GAP + width(how, DETAIL_SIZE) if how else 0)
    if live:
        row = max(row, width(_LIVE_DETAIL, DETAIL_SIZE))
    badges = sum(badge_width(each) + 4 for each in node.capabilities)
    inner = max(name, row, badges, 44.0)
    height = HEIGHT + (BADGE_ROW if node.capabilities else 0)
    height += {"cylinder": 8.0, "stack": 5.0}.get(shape, 0.0)
    return Size(float(round(left + inner + right + 0.5)), height, left, right)


def has_tab(node: DiagramNode) -> bool:
    """Return whether an output is marked by a flag; an alias has a shape of its own."""
    return node.output and theme.kind(node.kind).shape != "tag"


def badge_width(name: str) -> float:
    """Return how wide the badge of a capability is."""
    return width(name, BADGE_SIZE) + 10


def header_width(cluster: DiagramCluster, *, live: bool = False) -> float:
    """Return the room that the line on top of a cluster needs."""
    detail = width(cluster.detail, DETAIL_SIZE) + 8 if cluster.detail else 0
    mark = MARK if (live and cluster.kind == "compose") or cluster.state.status else 0
    took = width(seconds(cluster.state.duration or None), DETAIL_SIZE) + 8
    took += FOLD + (TOOK if cluster.kind == "compose" else 0) if live else 0
    return width(cluster.label, NAME_SIZE, bold=True) + detail + mark + took


@dataclass(frozen=True, slots=True)
class Sizes:
    """Room for everything in a diagram.

    Attributes:
        nodes: one per node.
        headers: least width of each cluster's first line.
    """

    nodes: tuple[Size, ...]
    headers: tuple[float, ...]


def sizes(shown: Diagram, *, live: bool = False) -> Sizes:
    """Return the room that everything in a diagram needs."""
    return Sizes(
        tuple(node_size(node, live=live) for node in shown.nodes),
        tuple(header_width(cluster, live=live) for cluster in shown.clusters),
    )
