"""How much room a text and a node need, before anything is drawn.

Which font a viewer has is not known, so a text is measured in the widest of the usual ones
(DejaVu Sans): in every other one it is shorter, and never longer than its box.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook import theme
from igniter_nb.text import seconds, shorten

if TYPE_CHECKING:
    from igniter_nb.notebook.diagram import Diagram, DiagramCluster, DiagramNode

NAME_SIZE, DETAIL_SIZE, BADGE_SIZE = 13.0, 11.0, 9.5
HEIGHT, BADGE_HEIGHT, BADGE_ROW = 42.0, 15.0, 20.0
PAD, MARK, GAP = 12.0, 19.0, 10.0
HEADER, CLUSTER_PAD = 26.0, 14.0
TAB = 7.0
"""Width of the small flag at the right of an output."""

DRAWN_ERROR = 36
_LIVE_DETAIL = "0" * 16
_SIDES: Final = {"hexagon": 9.0, "slant": 8.0, "tag": 4.0, "subroutine": 6.0, "stadium": 4.0}
_RIGHT: Final = {"tag": 10.0, "note": 6.0, "stack": 5.0}

# Advance widths of U+0020 to U+007E in hundredths of the font size, regular and bold.
_REGULAR = bytes(
    (
        *(32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34),
        *(64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53),
        *(100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79),
        *(60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50),
        *(50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61),
        *(63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84),
    )
)
_BOLD = bytes(
    (
        *(35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37),
        *(70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84, 84, 84, 58),
        *(100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 77, 64, 100, 84, 85),
        *(73, 85, 77, 72, 68, 81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 50),
        *(50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104, 71, 69),
        *(72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71, 37, 71, 84),
    )
)


@lru_cache(maxsize=4096)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is at most.

    Args:
        text: one line.
        size: font size in pixels.
        bold: whether it is drawn bold.
    """
    table = _BOLD if bold else _REGULAR
    total = 0
    for char in text:
        code = ord(char) - 32
        total += table[code] if 0 <= code < len(table) else _other(char)
    return total * size / 100


def _other(char: str) -> int:
    """Return the width of a character beyond ASCII: marks none, ideographs and emoji most."""
    if unicodedata.combining(char):
        return 0
    if unicodedata.east_asian_width(char) in "WF" or ord(char) > 0xFFFF:  # noqa: PLR2004 -- BMP
        return 125
    return 105 if unicodedata.category(char) in ("So", "Sm", "Lu") else 84


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


def second_line(node: DiagramNode) -> tuple[str, str]:
    """Return the two texts below a node's name: what it is or holds, and how that came."""
    state = node.state
    if state.error:
        return shorten(state.error, DRAWN_ERROR), _duration(node)
    if state.value:
        said = {"skipped": "skipped", "backdated": "equal"}.get(state.status)
        return f"= {state.value}", said or _duration(node)
    return node.detail, _duration(node)


def _duration(node: DiagramNode) -> str:
    """Write a duration; what is given, not computed, took no time worth telling."""
    return "" if node.kind in ("input", "const", "output") else seconds(node.state.duration or None)


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
    said, how = second_line(node)
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
