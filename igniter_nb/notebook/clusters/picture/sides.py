"""Sides of a network that is parted, in the picture of a cluster: a place of its own for each.

Behind the nodes of a side lies a band, blue if they can decide something and red if they cannot;
in the middle stands, for each side, how many of the voters it has.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.clusters.picture.lettering import written
from igniter_nb.notebook.clusters.words.sides import Side, sides
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Point
from igniter_nb.notebook.page.html import Attributes, Markup, join, number, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.consensus import ClusterStatus
    from igniter_nb.notebook.clusters.picture.ring import Ring

MOST: Final = 3
"""Sides that there is room for in words; of more the colours are drawn alone."""

_WIDER, _SIZE = 13.0, 10.5


def positions(seen: ClusterStatus) -> list[list[int]]:
    """Return which nodes stand together, by their positions; nothing if nothing is parted.

    Nodes that are no members any more stand at the end of the last side.
    """
    at = {row.node_id: position for position, row in enumerate(seen.rows)}
    found = [[at.pop(node) for node in side.nodes] for side in sides(seen)]
    if found:
        found[-1] += at.values()
    return found


def places(seen: ClusterStatus, around: Ring) -> Markup:
    """Draw the sides of a cluster, to lie behind its nodes.

    Args:
        seen: what the nodes reported.
        around: where they stand.
    """
    spots = {row.node_id: spot.centre for row, spot in zip(seen.rows, around.spots, strict=True)}
    found = sides(seen)
    stand = [(side, [spots[node] for node in side.nodes]) for side in found]
    drawn = [_band(side, nodes, around) for side, nodes in stand]
    if len(found) <= MOST:
        two = len(found) < MOST
        drawn += [_words(side, nodes, around, only_two=two) for side, nodes in stand]
    return join(drawn)


def _band(side: Side, nodes: Sequence[Point], around: Ring) -> Markup:
    first, *others = [f"{number(x)} {number(y)}" for x, y in nodes]
    looks: Attributes = {
        "class": "side",
        "d": f"M{first}L{'L'.join(others or [first])}",
        "fill": "none",
        "stroke": theme.BLUE if side.decides else theme.VERMILION,
        "stroke-opacity": "0.16",
        "stroke-width": 2 * (around.radius + _WIDER * around.radius / 25),
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    return tag("path", looks)


def _words(side: Side, nodes: Sequence[Point], around: Ring, *, only_two: bool) -> Markup:
    """Write what a side can do, in two lines between it and the middle."""
    middle = around.middle
    x = sum(node.x for node in nodes) / len(nodes) - middle.x
    y = sum(node.y for node in nodes) / len(nodes) - middle.y
    count, can = side.text.split(": ")
    if only_two:
        at, anchor = Point(middle.x + math.copysign(8.0, x), middle.y), "end" if x < 0 else "start"
    else:
        at, anchor = Point(middle.x + 0.45 * x, middle.y + 0.45 * y), "middle"
    return join(
        [
            written("name", count, Point(at.x, at.y - 3.0), size=_SIZE, bold=True, anchor=anchor),
            written("detail", can, Point(at.x, at.y + 10.0), size=_SIZE, anchor=anchor),
        ]
    )
