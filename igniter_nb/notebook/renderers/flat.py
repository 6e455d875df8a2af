"""One flat graph, laid out in columns from left to right by grandalf.

Which column an item stands in is decided here; how the items of a column are ordered and how
high they stand is grandalf's work. It lays out from top to bottom, so its x is our y.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from igniter_nb.notebook.renderers.layout import Box, Point, TooLargeError

if TYPE_CHECKING:
    from grandalf.graphs import Vertex

COLUMN_GAP, ROW_GAP, PART_GAP, LANE = 46.0, 18.0, 24.0, 4.0
LARGEST = 3000
"""Most places to fill, one for every column that an item or an arrow passes."""

Key = tuple[str, object]
"""``("n", index)`` a node, ``("c", index)`` a cluster, ``("in" | "out", start)`` a border lane."""

Arrow = tuple[Key, Key]


@dataclass(slots=True)
class Plan:
    """A flat graph, laid out from (0, 0).

    Attributes:
        boxes: where each item is.
        columns: left and right side of the column of each item and border lane.
        rows: how high each border lane runs; one that needs none is missing.
        lanes: points that each arrow runs through between its ends.
        width: of the whole.
        height: of the whole.
    """

    boxes: dict[Key, Box] = field(default_factory=dict)
    columns: dict[Key, tuple[float, float]] = field(default_factory=dict)
    rows: dict[Key, float] = field(default_factory=dict)
    lanes: dict[Arrow, list[Point]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0


@dataclass(slots=True)
class _View:
    """What grandalf wants to know of a vertex."""

    w: float
    h: float
    xy: tuple[float, float] = (0.0, 0.0)


def plan(room: Mapping[Key, tuple[float, float]], arrows: Sequence[Arrow]) -> Plan:
    """Lay out a flat graph, its connected parts one below the other.

    Args:
        room: width and height of each item, in topological order.
        arrows: between items, and between items and border lanes.

    Raises:
        TooLargeError: it would take too long.
    """
    from grandalf.graphs import Edge, Graph, Vertex

    between = [arrow for arrow in arrows if arrow[0] in room and arrow[1] in room]
    column = _columns(list(room), _forward(list(room), between))
    crossing = _crossing(arrows, column, room)
    vertices: dict[Key, Vertex] = {}
    for key in (*room, *(end for arrow in crossing for end in arrow if end not in room)):
        vertices[key] = Vertex(key)
        wide, high = room.get(key, (LANE, LANE))
        vertices[key].view = _View(high, wide)
    edges = [
        Edge(vertices[source], vertices[target], data=(source, target))
        for source, target in (*between, *crossing)
        if column.get(source, -1) < column.get(target, len(room))
    ]
    made = Plan()
    order = {key: position for position, key in enumerate(vertices)}
    parts = Graph(list(vertices.values()), edges).C
    for part in sorted(parts, key=lambda part: min(order[vertex.data] for vertex in part.sV)):
        _add(made, part, column, order)
    return made


def _forward(items: Sequence[Key], arrows: Sequence[Arrow]) -> Sequence[Arrow]:
    """Return the arrows without those that close a circle of boxes."""
    before: dict[Key, list[Key]] = {key: [] for key in items}
    for source, target in arrows:
        before[target].append(source)
    try:
        TopologicalSorter(before).prepare()
    except CycleError:
        order = {key: position for position, key in enumerate(items)}
        return [arrow for arrow in arrows if order[arrow[0]] < order[arrow[1]]]
    return arrows


def _columns(items: Sequence[Key], arrows: Sequence[Arrow]) -> dict[Key, int]:
    """Give each item a column: behind all it reads, near what reads it if that is more."""
    before: dict[Key, list[Key]] = {key: [] for key in items}
    after: dict[Key, list[Key]] = {key: [] for key in items}
    for source, target in arrows:
        before[target].append(source)
        after[source].append(target)
    order = list(TopologicalSorter(before).static_order())
    column: dict[Key, int] = {}
    for key in order:
        column[key] = max((column[each] + 1 for each in before[key]), default=0)
    for key in reversed(order):
        if len(after[key]) > len(before[key]):
            column[key] = min(column[each] for each in after[key]) - 1
    return column


def _crossing(
    arrows: Iterable[Arrow], column: Mapping[Key, int], room: Mapping[Key, object]
) -> list[Arrow]:
    """Return the arrows over the border that need a lane: not those at the outermost columns."""
    last = max(column.values(), default=0)
    found = []
    for source, target in arrows:
        inward = source not in room and column[target] > 0
        outward = target not in room and column[source] < last
        if inward or outward:
            found.append((source, target))
    return found


def _add(made: Plan, part: Any, column: dict[Key, int], order: Mapping[Key, int]) -> None:
    """Lay out one connected part below what is there."""
    from grandalf.layouts import Layer, SugiyamaLayout

    own = [column[vertex.data] for vertex in part.sV if vertex.data in column]
    first, last = min(own), max(own)
    rank = {}
    for vertex in part.sV:
        outermost = first if vertex.data[0] == "in" else last
        rank[vertex] = column.get(vertex.data, outermost) - first
    if any(rank[e.v[0]] >= rank[e.v[1]] for e in part.sE):
        rank = _widened(part, rank)
    _check_size(part, rank)
    sugiyama = SugiyamaLayout(part)
    sugiyama.xspace, sugiyama.yspace = ROW_GAP, COLUMN_GAP
    sugiyama.dw, sugiyama.dh = LANE, LANE

    def rank_all(_roots: object, _optimize: object) -> None:
        for vertex in sorted(rank, key=lambda vertex: order[vertex.data]):
            while len(sugiyama.layers) <= rank[vertex]:
                sugiyama.layers.append(Layer())
            sugiyama.grx[vertex].rank = rank[vertex]
            sugiyama.layers[rank[vertex]].append(vertex)

    sugiyama.rank_all = rank_all  # the columns are decided: grandalf's own put all roots first
    sugiyama.init_all(roots=[], inverted_edges=[])
    sugiyama.draw(2)
    _take(made, part, sugiyama)
