"""Positions in the picture of a cluster: numbers in, positions out.

1. The nodes stand on a circle in the order in which they came, clockwise from the top; what is
   returned is cropped to what is there, from (0, 0).
2. The logs share their columns, so that the same index stands above itself in every log. Columns
   are few: the newest entries of each log, and one that is empty for all that is left out between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.notebook.page.geometry import Box, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL_GAP = 9.0
"""Pixels between a node and the text beside it."""

AREA_PAD, AREA_HEAD, AREA_GAP = 8.0, 18.0, 14.0
"""Pixels around the nodes of a side, for its words above them, and between two sides."""

_PAIR = 2
_SMALLEST = 78.0


class Spot(NamedTuple):
    """The place of a node.

    Attributes:
        centre: its centre.
        label: where the text beside it begins.
        anchor: ``"start"`` or ``"end"``: which end of the text is there.
    """

    centre: Point
    label: Point
    anchor: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Nodes on a circle.

    Attributes:
        spots: one per node.
        radius: of a node, in pixels.
        width: of the whole, texts included.
        height: of the whole.
        areas: the room of each side of a network that is parted; none where nothing is.
    """

    spots: tuple[Spot, ...]
    radius: float
    width: float
    height: float
    areas: tuple[Box, ...] = ()


def ring(labels: Sequence[float], *, radius: float, apart: float, above: float = 0.0) -> Ring:
    """Put nodes on a circle.

    Args:
        labels: for each node how wide the text beside it is, in pixels; 0 for none.
        radius: of a node.
        apart: least distance between the centres of neighbours.
        above: room that a node needs above it, for its mark.
    """
    count = len(labels)
    centres = _circle(count, apart)
    spots = [_spot(centre, radius) for centre in centres]
    ends = [
        spot.label.x + (wide if spot.anchor == "start" else -wide)
        for spot, wide in zip(spots, labels, strict=True)
        if wide
    ]
    sides = [centre.x + side for centre in centres for side in (-radius, radius)]
    left, right = min(sides + ends, default=0.0), max(sides + ends, default=0.0)
    top = min((centre.y for centre in centres), default=0.0) - radius - above
    low = max((centre.y for centre in centres), default=0.0) + radius
    moved = tuple(_moved(spot, -left, -top) for spot in spots)
    return Ring(moved, radius, right - left, low - top)


def parted(rings: Sequence[Ring], sides: Sequence[Sequence[int]], words: float) -> Ring:
    """Put the sides of a network one below the other, each in an area of its own.

    Args:
        rings: one for each side.
        sides: for each side the positions of its nodes.
        words: how wide what is said of a side is at most.
    """
    wide = max(*(each.width for each in rings), words) + 2 * AREA_PAD
    spots: dict[int, Spot] = {}
    areas = []
    top = 0.0
    for each, positions in zip(rings, sides, strict=True):
        area = Box(0.0, top, wide, each.height + AREA_HEAD + 2 * AREA_PAD)
        left, low = (wide - each.width) / 2, top + AREA_PAD + AREA_HEAD
        spots |= {
            at: _moved(spot, left, low) for at, spot in zip(positions, each.spots, strict=True)
        }
        areas.append(area)
        top = area.bottom + AREA_GAP
    ordered = tuple(spots[at] for at in sorted(spots))
    return Ring(ordered, rings[0].radius, wide, top - AREA_GAP, tuple(areas))


def _circle(count: int, apart: float) -> list[Point]:
    if count <= 1:
        return [Point(0.0, 0.0)] * count
    around = max(_SMALLEST, apart / 2 / math.sin(math.pi / count))
    first = math.pi if count == _PAIR else -math.pi / 2  # two stand side by side
    angles = [first + at * 2 * math.pi / count for at in range(count)]
    return [Point(around * math.cos(angle), around * math.sin(angle)) for angle in angles]


def _spot(centre: Point, radius: float) -> Spot:
    away = radius + LABEL_GAP
    if centre.x < -1.0:
        return Spot(centre, Point(centre.x - away, centre.y), "end")
    return Spot(centre, Point(centre.x + away, centre.y), "start")


def _moved(spot: Spot, x: float, y: float) -> Spot:
    centre, label = spot.centre, spot.label
    return Spot(Point(centre.x + x, centre.y + y), Point(label.x + x, label.y + y), spot.anchor)


class Span(NamedTuple):
    """A straight line.

    Attributes:
        start: where it begins.
        end: where it ends.
    """

    start: Point
    end: Point

    @property
    def length(self) -> float:
        """Pixels from start to end."""
        return math.dist(self.start, self.end)

    @property
    def direction(self) -> Point:
        """The way from start to end, one pixel long."""
        length = self.length or 1.0
        return Point((self.end.x - self.start.x) / length, (self.end.y - self.start.y) / length)

    @property
    def middle(self) -> Point:
        """The point half way."""
        return Point((self.start.x + self.end.x) / 2, (self.start.y + self.end.y) / 2)

    def between(self, first: float, last: float) -> Span:
        """Return a piece of it.

        Args:
            first: pixels left out at the start.
            last: pixels left out at the end.
        """
        x, y = self.direction
        start = Point(self.start.x + x * first, self.start.y + y * first)
        return Span(start, Point(self.end.x - x * last, self.end.y - y * last))


def halves(span: Span, gap: float) -> tuple[Span, Span]:
    """Break a line in the middle.

    Args:
        span: the line.
        gap: pixels left out in the middle.

    Returns:
        Two lines, each from its end of the whole towards the middle.
    """
    reach = (span.length + gap) / 2
    return span.between(0.0, reach), Span(span.end, span.start).between(0.0, reach)


def columns(tails: Sequence[Sequence[int]], most: int) -> tuple[int | None, ...]:
    """Choose the indexes that have a column.

    Args:
        tails: for each log the indexes of its last entries, rising.
        most: columns that there is room for.

    Returns:
        Indexes, rising; None where some are left out between two of them. Each log has as many of
        its newest entries in it as is possible for all; logs too far apart leave the oldest out.
    """
    longest = max((len(tail) for tail in tails), default=0)
    for kept in range(longest, 0, -1):
        found = _with_gaps(sorted({at for tail in tails for at in tail[-kept:]}))
        if len(found) <= most:
            return found
    newest = sorted({at for tail in tails for at in tail[-1:]})
    return _with_gaps(newest[-(most // 2) :])


def _with_gaps(indexes: Sequence[int]) -> tuple[int | None, ...]:
    found: list[int | None] = []
    before = None
    for at in indexes:
        if before is not None and at != before + 1:
            found.append(None)
        found.append(at)
        before = at
    return tuple(found)
