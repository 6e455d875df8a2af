"""Geometry of a drawn graph: the answer of every layout engine, drawn by one writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Point(NamedTuple):
    """A place in pixels; y grows downwards."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle in pixels, by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Coordinate of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Coordinate of the lower side."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Coordinate half way down."""
        return self.y + self.height / 2

    def moved(self, x: float, y: float) -> Box:
        """Return the rectangle at another place."""
        return Box(self.x + x, self.y + y, self.width, self.height)


Curve = tuple[Point, ...]
"""A cubic Bézier curve: a start, then two control points and an end for each piece."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything in a diagram is.

    Attributes:
        width: of the whole picture.
        height: of the whole picture.
        nodes: one rectangle per node.
        clusters: one rectangle per cluster.
        edges: one curve per edge.
    """

    width: float
    height: float
    nodes: tuple[Box, ...]
    clusters: tuple[Box, ...]
    edges: tuple[Curve, ...]


def cropped(layout: Layout) -> Layout:
    """Move a layout to (0, 0) and cut off the empty room around it."""
    boxes = (*layout.nodes, *layout.clusters)
    points = [point for curve in layout.edges for point in curve]
    left = min([box.x for box in boxes] + [point.x for point in points])
    top = min([box.y for box in boxes] + [point.y for point in points])
    right = max([box.right for box in boxes] + [point.x for point in points])
    low = max([box.bottom for box in boxes] + [point.y for point in points])
    return Layout(
        right - left,
        low - top,
        tuple(box.moved(-left, -top) for box in layout.nodes),
        tuple(box.moved(-left, -top) for box in layout.clusters),
        tuple(
            tuple(Point(point.x - left, point.y - top) for point in curve) for curve in layout.edges
        ),
    )


class LayoutError(Exception):
    """An engine has no answer; the text says why."""


class TooLargeError(LayoutError):
    """The diagram is more than the engine can lay out in time: fold it."""
