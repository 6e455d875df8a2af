"""Built-in layout: layers from left to right, ordered and placed by grandalf in pure Python.

Grandalf lays out one flat graph. Clusters are laid out from the inside out, each as a flat graph
of its own (:mod:`.flat`), and stand in the graph around them as one box. An arrow that crosses a
cluster's border has a lane in every graph it passes: it runs straight through the columns and
bends only in the gaps between them, so it never runs behind a node.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from igniter_nb.notebook.graphs.picture.flat import Plan, plan
from igniter_nb.notebook.graphs.picture.measure import CLUSTER_PAD, HEADER, Sizes
from igniter_nb.notebook.page.geometry import Box, Curve, Layout, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.notebook.graphs.picture.diagram import Diagram, DiagramEdge
    from igniter_nb.notebook.graphs.picture.swift import Arrow, Key


def lay_out(shown: Diagram, sizes: Sizes) -> Layout:
    """Lay out a diagram.

    Args:
        shown: the diagram.
        sizes: room for everything.
    """
    tree = _Tree(shown)
    plans: dict[int | None, Plan] = {}
    room: dict[Key, tuple[float, float]] = {
        ("n", index): (size.width, size.height) for index, size in enumerate(sizes.nodes)
    }
    for cluster in (*reversed(range(len(shown.clusters))), None):
        inside = {key: room[key] for key in tree.items[cluster]}
        plans[cluster] = made = plan(inside, list(tree.arrows[cluster]))
        if cluster is not None:
            wide = max(made.width, sizes.headers[cluster]) + 2 * CLUSTER_PAD
            room["c", cluster] = (wide, made.height + HEADER + CLUSTER_PAD)
    return _Placed(tree, plans).layout()


@dataclass(frozen=True, slots=True)
class _Route:
    """Which graphs an arrow passes, from its start out and in again to its end.

    Attributes:
        group: what it starts at; arrows from one start share lanes.
        out: for each cluster that it leaves, innermost first, the box it comes from.
        across: the innermost cluster that holds both ends, and the two boxes in it.
        into: for each cluster that it enters, outermost first, the box it goes to.
    """

    group: Key
    out: tuple[tuple[int, Key], ...]
    across: tuple[int | None, Key, Key]
    into: tuple[tuple[int, Key], ...]


class _Tree:
    """Which item stands in which cluster, and which arrows run in each."""

    def __init__(self, shown: Diagram) -> None:
        self.shown = shown
        self.items: dict[int | None, list[Key]] = defaultdict(list)
        self.arrows: dict[int | None, dict[Arrow, None]] = defaultdict(dict)
        met: set[Key] = set()
        for index in range(len(shown.nodes)):
            for where, key in self._chain(("n", index)):
                if key not in met:
                    self.items[where].append(key)
                met.add(key)
        self.routes = [self._route(edge) for edge in shown.edges]
        for route in self.routes:
            for at, box in route.out:
                self.arrows[at][box, ("out", route.group)] = None
            where, source, target = route.across
            if source != target:
                self.arrows[where][source, target] = None
            for at, box in route.into:
                self.arrows[at][("in", route.group), box] = None

    def _chain(self, key: Key) -> list[tuple[int | None, Key]]:
        """Return the item and the boxes around it, each with the cluster it stands in."""
        index = int(str(key[1]))
        shown = self.shown
        parent = shown.nodes[index].cluster if key[0] == "n" else shown.clusters[index].parent
        found = [(parent, key)]
        while parent is not None:
            outer = shown.clusters[parent].parent
            found.append((outer, ("c", parent)))
            parent = outer
        return found

    def ends(self, edge: DiagramEdge) -> tuple[Key, Key]:
        """Return what an arrow visibly starts and ends at."""
        source: Key = ("n", edge.source)
        target: Key = ("n", edge.target)
        if edge.from_cluster is not None:
            source = ("c", edge.from_cluster)
        if edge.to_cluster is not None:
            target = ("c", edge.to_cluster)
        return source, target

    def _route(self, edge: DiagramEdge) -> _Route:
        source, target = self.ends(edge)
        out, into = self._chain(source), self._chain(target)
        into_at = {where: index for index, (where, _) in enumerate(into)}
        meet = next(index for index, (where, _) in enumerate(out) if where in into_at)
        where, start = out[meet]
        last = into_at[where]
        return _Route(
            source,
            tuple((at, box) for at, box in out[:meet] if at is not None),
            (where, start, into[last][1]),
            tuple((at, box) for at, box in reversed(into[:last]) if at is not None),
        )


class _Placed:
    """The plans put into one another, from the outside in."""

    def __init__(self, tree: _Tree, plans: dict[int | None, Plan]) -> None:
        self.tree, self.plans = tree, plans
        self.origin: dict[int | None, Point] = {None: Point(0, 0)}
        self.boxes: dict[Key, Box] = {}
        for cluster in (None, *range(len(tree.shown.clusters))):
            at = self.origin[cluster]
            for key, box in plans[cluster].boxes.items():
                self.boxes[key] = placed = box.moved(*at)
                if key[0] == "c":
                    self._open(int(str(key[1])), placed)

    def _open(self, cluster: int, box: Box) -> None:
        spare = box.width - 2 * CLUSTER_PAD - self.plans[cluster].width
        self.origin[cluster] = Point(box.x + CLUSTER_PAD + spare / 2, box.y + HEADER)

    def layout(self) -> Layout:
        shown = self.tree.shown
        whole = self.plans[None]
        return Layout(
            whole.width,
            whole.height,
            tuple(self.boxes["n", index] for index in range(len(shown.nodes))),
            tuple(self.boxes["c", index] for index in range(len(shown.clusters))),
            tuple(map(self._curve, shown.edges, self.tree.routes)),
        )

    def _curve(self, edge: DiagramEdge, route: _Route) -> Curve:
        start, end = (self.boxes[key] for key in self.tree.ends(edge))
        path = [Point(start.right, start.middle)]
        for cluster, box in route.out:
            path += self._pass(cluster, (box, ("out", route.group)), path[-1].y)
            path.append(Point(self.boxes["c", cluster].right, path[-1].y))
        heights = self._entries(route, end.middle)
        where, source, target = route.across
        path += self._pass(where, (source, target), path[-1].y, heights[0])
        for (cluster, box), here, after in zip(route.into, heights, heights[1:], strict=False):
            path.append(Point(self.boxes["c", cluster].x, here))
            path += self._pass(cluster, (("in", route.group), box), here, after)
        path.append(Point(end.x, end.middle))
        return _smooth(path)

    def _entries(self, route: _Route, last: float) -> list[float]:
        """Return how high an arrow enters each cluster on its way in, then its end."""
        heights = [last]
        for cluster, _ in reversed(route.into):
            lane = self.plans[cluster].rows.get(("in", route.group))
            heights.append(heights[-1] if lane is None else lane + self.origin[cluster].y)
        return heights[::-1]

    def _pass(self, cluster: int | None, arrow: Arrow, *heights: float) -> list[Point]:
        """Run through the columns of one graph, from a height to another or to its border lane."""
        here, at = self.plans[cluster], self.origin[cluster]
        if arrow not in here.lanes:
            return []
        source, target = arrow
        last = heights[-1] if len(heights) > 1 else here.rows[target] + at.y
        return [
            Point(here.columns[source][1] + at.x, heights[0]),
            *(Point(x + at.x, y + at.y) for x, y in here.lanes[arrow]),
            Point(here.columns[target][0] + at.x, last),
        ]


def _smooth(path: Sequence[Point]) -> Curve:
    """Join points by pieces that leave and arrive horizontally."""
    corners = [path[0]]
    for before, here, after in zip(path, path[1:], path[2:], strict=False):
        if not (before.y == here.y == after.y) and here != corners[-1]:
            corners.append(here)
    corners.append(path[-1])
    points = [path[0]]
    for before, after in itertools.pairwise(corners):
        bend = max(abs(after.x - before.x) / 2, 8.0) if after.y != before.y else 0.0
        points += (Point(before.x + bend, before.y), Point(after.x - bend, after.y), after)
    return tuple(points)
