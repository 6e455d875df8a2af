"""The built-in layout: layers from left to right, computed by grandalf in pure Python.

Grandalf lays out one flat graph. Clusters are laid out from the inside out, each as a graph of
its own, and stand in the graph around them as one box. Arrows run straight through the column of
a layer and bend only in the gaps between columns, so that they do not cross nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from igniter_nb.notebook.diagram import Diagram, DiagramEdge
from igniter_nb.notebook.renderers.layout import Box, Curve, Layout, Point, TooLargeError
from igniter_nb.notebook.renderers.measure import CLUSTER_PAD, HEADER, Sizes

COLUMN_GAP, ROW_GAP, PART_GAP, LANE = 56.0, 18.0, 26.0, 4.0
LARGEST = 4000
"""Most nodes, counting one for every layer that an arrow passes, that are laid out in time."""

Key = tuple[str, int]
"""``("n", index)`` for a node, ``("c", index)`` for a cluster."""


def lay_out(shown: Diagram, sizes: Sizes) -> Layout:
    """Lay out a diagram.

    Args:
        shown: the diagram.
        sizes: room for everything.

    Raises:
        TooLargeError: it would take too long.
    """
    tree = _Tree(shown)
    plans: dict[int | None, _Plan] = {}
    room: dict[Key, tuple[float, float]] = {
        ("n", index): (size.width, size.height) for index, size in enumerate(sizes.nodes)
    }
    for cluster in (*reversed(range(len(shown.clusters))), None):
        plans[cluster] = plan = _Plan(tree.items[cluster], tree.arrows[cluster], room)
        if cluster is not None:
            least = sizes.headers[cluster]
            wide = max(plan.width, least) + 2 * CLUSTER_PAD
            room["c", cluster] = (wide, plan.height + HEADER + CLUSTER_PAD)
    return _placed(tree, plans, room)


class _Tree:
    """Which item stands in which cluster, and in which cluster each arrow runs."""

    def __init__(self, shown: Diagram) -> None:
        self.shown = shown
        self.items: dict[int | None, list[Key]] = defaultdict(list)
        self.arrows: dict[int | None, dict[tuple[Key, Key], None]] = defaultdict(dict)
        for index, node in enumerate(shown.nodes):
            self.items[node.cluster].append(("n", index))
        for index, cluster in enumerate(shown.clusters):
            self.items[cluster.parent].append(("c", index))
        for edge in shown.edges:
            where, source, target = self.route(edge)
            if source != target:
                self.arrows[where][source, target] = None

    def chain(self, key: Key) -> list[tuple[int | None, Key]]:
        """Return the item and the boxes around it, each with the cluster it stands in."""
        kind, index = key
        shown = self.shown
        parent = shown.nodes[index].cluster if kind == "n" else shown.clusters[index].parent
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

    def route(self, edge: DiagramEdge) -> tuple[int | None, Key, Key]:
        """Return the innermost cluster that holds both ends, and their boxes in it."""
        source, target = self.ends(edge)
        here = dict(self.chain(source))
        for where, box in self.chain(target):
            if where in here:
                return where, here[where], box
        raise AssertionError(edge)  # the picture itself holds everything


@dataclass
class _View:
    """What grandalf wants to know of a vertex; it lays out from top to bottom, so x is our y."""

    w: float
    h: float
    xy: tuple[float, float] = (0.0, 0.0)


@dataclass
class _Plan:
    """One flat graph, laid out: boxes and the lanes of arrows, from (0, 0)."""

    items: Sequence[Key]
    arrows: Iterable[tuple[Key, Key]]
    room: dict[Key, tuple[float, float]]
    boxes: dict[Key, Box] = field(default_factory=dict)
    columns: dict[Key, tuple[float, float]] = field(default_factory=dict)
    lanes: dict[tuple[Key, Key], list[Point]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0

    def __post_init__(self) -> None:
        """Lay out, one connected part below the other."""
        from grandalf.graphs import Edge, Graph, Vertex

        vertices = {key: Vertex(key) for key in self.items}
        for key, vertex in vertices.items():
            wide, high = self.room[key]
            vertex.view = _View(high, wide)
        edges = [Edge(vertices[a], vertices[b], data=(a, b)) for a, b in self._forward]
        parts = Graph(list(vertices.values()), edges).C
        order = {key: position for position, key in enumerate(self.items)}
        for part in sorted(parts, key=lambda part: min(order[v.data] for v in part.sV)):
            self._add(part)

    @cached_property
    def _forward(self) -> list[tuple[Key, Key]]:
        """The arrows; those that close a circle of boxes turned around."""
        arrows = list(self.arrows)
        before: dict[Key, list[Key]] = {key: [] for key in self.items}
        for source, target in arrows:
            before[target].append(source)
        try:
            TopologicalSorter(before).prepare()
        except CycleError:
            order = {key: position for position, key in enumerate(self.items)}
            return list(dict.fromkeys(tuple(sorted(pair, key=order.__getitem__)) for pair in arrows))  # type: ignore[misc]
        return arrows

    def _add(self, part: Any) -> None:
        """Lay out one connected part below what is there."""
        from grandalf.layouts import SugiyamaLayout

        sugiyama = SugiyamaLayout(part)
        sugiyama.xspace, sugiyama.yspace = ROW_GAP, COLUMN_GAP
        sugiyama.dw, sugiyama.dh = LANE, LANE
        roots = [vertex for vertex in part.sV if not vertex.e_in()]
        _check_size(part, roots)
        sugiyama.init_all(roots=roots, inverted_edges=[], optimize=True)
        sugiyama.draw(2)
        self._take(part, sugiyama)

    def _take(self, part: Any, sugiyama: Any) -> None:
        """Read positions off a laid out part."""
        down = self.height + PART_GAP if self.boxes else 0.0
        everything = [vertex for layer in sugiyama.layers for vertex in layer]
        top = min(vertex.view.xy[0] - vertex.view.w / 2 for vertex in everything)
        for layer in sugiyama.layers:
            right = max(vertex.view.xy[1] + vertex.view.h / 2 for vertex in layer)
            left = min(vertex.view.xy[1] - vertex.view.h / 2 for vertex in layer)
            for vertex in layer:
                self._place(vertex, (left, right), down - top)
        for edge in part.sE:
            ctrl = sugiyama.ctrls.get(edge, {})
            inner = [ctrl[rank] for rank in sorted(ctrl)[1:-1]]
            points = [
                Point(x, vertex.view.xy[0] + down - top)
                for vertex in inner
                for x in self.columns[_lane_key(vertex)]
            ]
            self.lanes[edge.data] = points

    def _place(self, vertex: Any, column: tuple[float, float], down: float) -> None:
        view = vertex.view
        y, x = view.xy
        key = getattr(vertex, "data", None) or _lane_key(vertex)
        self.columns[key] = column
        self.width = max(self.width, column[1])
        self.height = max(self.height, y + view.w / 2 + down)
        if key[0] != "lane":
            self.boxes[key] = Box(x - view.h / 2, y - view.w / 2 + down, view.h, view.w)


def _lane_key(vertex: Any) -> Key:
    return "lane", id(vertex)


def _check_size(part: Any, roots: list[Any]) -> None:
    """Refuse what would take grandalf longer than a person waits."""
    rank: dict[Any, int] = dict.fromkeys(roots, 0)
    waiting = {vertex: len(vertex.e_in()) for vertex in part.sV}
    queue = list(roots)
    total = len(waiting)
    for vertex in queue:
        for edge in vertex.e_out():
            after = edge.v[1]
            rank[after] = max(rank.get(after, 0), rank[vertex] + 1)
            waiting[after] -= 1
            if not waiting[after]:
                queue.append(after)
    total += sum(rank[edge.v[1]] - rank[edge.v[0]] - 1 for edge in part.sE)
    if total > LARGEST:
        msg = f"{total:,} places to fill, more than the {LARGEST:,} that are laid out in time"
        raise TooLargeError(msg)


def _placed(
    tree: _Tree, plans: dict[int | None, _Plan], room: dict[Key, tuple[float, float]]
) -> Layout:
    """Put the plans into one another, from the outside in."""
    shown = tree.shown
    origin: dict[int | None, Point] = {None: Point(0, 0)}
    boxes: dict[Key, Box] = {}
    for cluster in (None, *range(len(shown.clusters))):
        at = origin[cluster]
        for key, box in plans[cluster].boxes.items():
            boxes[key] = box.moved(*at)
            if key[0] == "c":
                inner = plans[key[1]]
                spare = room[key][0] - 2 * CLUSTER_PAD - inner.width
                x = at.x + box.x + CLUSTER_PAD + spare / 2
                origin[key[1]] = Point(x, at.y + box.y + HEADER)
    curves = []
    for edge in shown.edges:
        where, source, target = tree.route(edge)
        start, end = (boxes[key] for key in tree.ends(edge))
        plan, at = plans[where], origin[where]
        path = [Point(start.right, start.middle)]
        lane = plan.lanes.get((source, target))
        if lane is not None:
            path.append(Point(plan.columns[source][1] + at.x, start.middle))
            path += [Point(x + at.x, y + at.y) for x, y in lane]
            path.append(Point(plan.columns[target][0] + at.x, end.middle))
        path.append(Point(end.x, end.middle))
        curves.append(_curve(path))
    return Layout(
        plans[None].width,
        plans[None].height,
        tuple(boxes["n", index] for index in range(len(shown.nodes))),
        tuple(boxes["c", index] for index in range(len(shown.clusters))),
        tuple(curves),
    )


def _curve(path: Sequence[Point]) -> Curve:
    """Join points by pieces that leave and arrive horizontally."""
    points = [path[0]]
    for before, after in zip(path, path[1:], strict=False):
        if before == after:
            continue
        bend = max(abs(after.x - before.x) / 2, 8.0) if after.y != before.y else 0.0
        points += (Point(before.x + bend, before.y), Point(after.x - bend, after.y), after)
    return tuple(points) if len(points) > 1 else (path[0],) * 4
