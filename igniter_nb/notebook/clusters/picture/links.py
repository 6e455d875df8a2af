"""Links of a cluster: who leads whom, and between whom nothing passes.

1. A line with an arrow goes from a leader to each node that says that it follows it.
2. A broken line is a link that carries nothing. Where many are cut, only their ends are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from igniter_nb.notebook.clusters.picture.ring import Ring, Span, halves
from igniter_nb.notebook.clusters.picture.roles import HALO
from igniter_nb.notebook.clusters.words.sides import sides
from igniter_nb.notebook.clusters.words.summary import both_ways, one_way
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Point
from igniter_nb.notebook.page.html import Attributes, Markup, join, number, tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.consensus import ClusterStatus

MANY: Final = 16
"""More cut links than these are drawn by their ends."""

END: Final = 12.0
"""Length of such an end, in pixels."""


class Strokes(NamedTuple):
    """What a link is drawn with, as path data.

    Attributes:
        line: the line itself.
        mark: lines across it.
        head: points of arrows.
    """

    line: str
    mark: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """Drawn links.

    Attributes:
        markup: the drawing, in the coordinates of the ring.
        marks: what needs a word in the legend: ``follows``, ``cut``, ``ends``, ``one-way``.
    """

    markup: Markup
    marks: frozenset[str]


def links(seen: ClusterStatus, around: Ring) -> Links:
    """Draw the links of a cluster.

    Args:
        seen: what the nodes reported.
        around: where they stand.
    """
    places = {row.node_id: spot.centre for row, spot in zip(seen.rows, around.spots, strict=True)}
    led, both, half = _follows(seen), _inside(seen, both_ways(seen)), one_way(seen)
    how = "ends" if len(both) + len(half) > MANY else "cut"
    clear = around.radius + 3.0

    def spans(pairs: Iterable[tuple[str, str]], first: float) -> list[Span]:
        whole = (Span(places[one], places[other]) for one, other in pairs)
        return [span.between(first, clear) for span in whole]

    broken = [*map(SIGNS[how], spans(both, clear)), *map(SIGNS["one-way"], spans(half, clear))]
    whole = [*map(SIGNS["follows"], spans(led, clear + HALO * around.radius / 25))]
    told = {how: both, "one-way": half, "follows": led}
    drawn = join((*paint("cut", broken), *paint("follows", whole)))
    return Links(
        tag("g", {"class": "links"}, drawn) if drawn else drawn,
        frozenset(mark for mark, pairs in told.items() if pairs),
    )


def _inside(seen: ClusterStatus, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out pairs on two sides of a network that is parted: they stand apart."""
    side_of = {name: at for at, side in enumerate(sides(seen)) for name in side.nodes}
    return [(one, other) for one, other in pairs if side_of.get(one) == side_of.get(other)]


def _follows(seen: ClusterStatus) -> list[tuple[str, str]]:
    """Return leader and follower of each node that reported to follow a node that leads."""
    leading = {row.node_id for row in seen.rows if row.role == "leader"}
    blocked = set(seen.blocked)
    return [
        (row.leader, row.node_id)
        for row in seen.rows
        if row.alive and row.role not in ("leader", "paused")
        if row.leader in leading
        if not {(row.leader, row.node_id), (row.node_id, row.leader)} & blocked
    ]


def paint(kind: str, drawn: list[Strokes]) -> list[Markup]:
    """Paint links of a kind.

    Args:
        kind: ``"follows"`` or ``"cut"``.
        drawn: the links.

    Returns:
        One group, or nothing without links.
    """
    if not drawn:
        return []
    cut = kind == "cut"
    colour = theme.VERMILION if cut else theme.BLUE
    line, mark, head = ("".join(part) for part in zip(*drawn, strict=True))
    dashes = (
        {"stroke-width": "1.2", "stroke-dasharray": "3 3.5"} if cut else {"stroke-width": "1.4"}
    )
    pieces = [tag("path", {**dashes, "d": line})]
    if mark:
        pieces.append(tag("path", {"stroke-width": "1.6", "stroke-linecap": "round", "d": mark}))
    if head:
        looks: Attributes = {"class": "head", "fill": colour, "stroke": "none", "d": head}
        pieces.append(tag("path", looks))
    return [tag("g", {"class": kind, "fill": "none", "stroke": colour}, *pieces)]


def _follow(span: Span) -> Strokes:
    """Draw the line from a leader to a follower."""
    return Strokes(_line(span.between(0.0, min(6.0, span.length))), head=_head(span))


def _cut(span: Span) -> Strokes:
    """Draw a link on which nothing passes."""
    first, second = halves(span, 13.0)
    slashes = (_across(_along(span, side), span, 5.5, slant=2.2) for side in (-2.6, 2.6))
    return Strokes(_line(first) + _line(second), "".join(slashes))


def _ends(span: Span) -> Strokes:
    """Draw the two ends of a link on which nothing passes."""
    reach = min(END, span.length / 2 - 3.0)
    first, second = halves(span, span.length - 2 * reach)
    bars = (_across(each.end, span, 3.0) for each in (first, second))
    return Strokes(_line(first) + _line(second), "".join(bars))


def _one_way(span: Span) -> Strokes:
    """Draw a link on which nothing passes from its start to its end, but the other way."""
    first, second = halves(span, 15.0)
    bar = _across(_along(span, 1.5), span, 6.0)
    return Strokes(_line(first) + _line(second), bar, _head(Span(span.start, _along(span, -2.0))))


SIGNS: Final = {"follows": _follow, "cut": _cut, "ends": _ends, "one-way": _one_way}
"""How the links of a kind are drawn: from a line to what it is drawn with."""


def _along(span: Span, pixels: float) -> Point:
    """Return the point so far behind the middle of a line."""
    (x, y), (dx, dy) = span.middle, span.direction
    return Point(x + dx * pixels, y + dy * pixels)


def _line(span: Span) -> str:
    start, end = span
    return f"M{number(start.x)} {number(start.y)}L{number(end.x)} {number(end.y)}"


def _across(at: Point, span: Span, reach: float, *, slant: float = 0.0) -> str:
    """Write a short line across another one."""
    x, y = span.direction
    dx, dy = x * slant - y * reach, y * slant + x * reach
    return _line(Span(Point(at.x - dx, at.y - dy), Point(at.x + dx, at.y + dy)))


def _head(span: Span) -> str:
    """Write the point of an arrow at the end of a line."""
    tip, (x, y) = span.end, span.direction
    left = (tip.x - 8 * x - 3.6 * y, tip.y - 8 * y + 3.6 * x)
    right = (tip.x - 8 * x + 3.6 * y, tip.y - 8 * y - 3.6 * x)
    points = " ".join(number(value) for value in (*left, *right))
    return f"M{number(tip.x)} {number(tip.y)}L{points}Z"
