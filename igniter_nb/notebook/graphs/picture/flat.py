"""Layout of one flat graph, in columns from left to right by grandalf.

Which column an item stands in is decided here; how the items of a column are ordered and how
high they stand is grandalf's work, and where that would take too long :mod:`.swift`'s. Grandalf
lays out from top to bottom, so its x is our y.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from igniter_nb.notebook.graphs.picture import swift
from igniter_nb.notebook.page.geometry import Box, Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grandalf.graphs import Vertex

    from igniter_nb.notebook.graphs.picture.swift import Arrow, Key

COLUMN_GAP, ROW_GAP, PART_GAP = 46.0, 18.0, 24.0
LANE, LANE_GAP = 2.0, 8.0
"""Arrows run closer to one another than nodes stand."""

MOST = 800
"""Most places that grandalf has to fill, one for every column that an item or an arrow passes."""


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
    """
    inner = [arrow for arrow in arrows if arrow[0] in room and arrow[1] in room]
    inside = _columns(list(room), _forward(list(room), inner))
    laned, column = _with_borders(arrows, inside)
    made = Plan()
    for keys, inward in _parts(column, laned):
        rank = _ranks(keys, column)
        places = len(keys) + sum(rank[target] - rank[source] for source, target in inward)
        if places > MOST:
            _add_swiftly(made, rank, inward, room=room)
        else:
            _add(made, _graph(keys, inward, room), rank)
    return made


def _ranks(keys: Sequence[Key], column: Mapping[Key, int]) -> dict[Key, int]:
    """Number the columns of a part without those that it leaves empty."""
    taken = {at: rank for rank, at in enumerate(sorted({column[key] for key in keys}))}
    return {key: taken[column[key]] for key in keys}


def _parts(keys: Iterable[Key], arrows: Iterable[Arrow]) -> list[tuple[list[Key], list[Arrow]]]:
    """Return the connected parts, each with its arrows, in order of their first items."""
    groups = _Groups()
    for source, target in arrows:
        groups.join(source, target)
    parts: dict[Key, tuple[list[Key], list[Arrow]]] = {}
    for key in keys:
        parts.setdefault(groups.root(key), ([], []))[0].append(key)
    for arrow in arrows:
        parts[groups.root(arrow[0])][1].append(arrow)
    return list(parts.values())


class _Groups:
    """Sets of keys that are joined bit by bit."""

    def __init__(self) -> None:
        self._above: dict[Key, Key] = {}

    def root(self, key: Key) -> Key:
        """Return the key that stands for the whole group."""
        above = self._above
        while (parent := above.get(key, key)) != key:
            above[key] = key = above.get(parent, parent)
        return key

    def join(self, one: Key, other: Key) -> None:
        """Put two groups together."""
        self._above[self.root(one)] = self.root(other)


def _graph(
    keys: Iterable[Key], arrows: Iterable[Arrow], room: Mapping[Key, tuple[float, float]]
) -> Any:
    """Return one connected part as grandalf wants it; its own search for parts is quadratic."""
    from grandalf.graphs import Edge, Vertex, graph_core

    vertices: dict[Key, Vertex] = {}
    for key in keys:
        vertices[key] = Vertex(key)
        wide, high = room.get(key, (LANE, LANE))
        margin = ROW_GAP - LANE_GAP if key in room else 0.0
        vertices[key].view = _View(high + margin, wide)
    edges = [
        Edge(vertices[source], vertices[target], data=(source, target)) for source, target in arrows
    ]
    return graph_core(list(vertices.values()), edges)


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


def _with_borders(
    arrows: Sequence[Arrow], column: Mapping[Key, int]
) -> tuple[list[Arrow], dict[Key, int]]:
    """Return the arrows that run in lanes, and the columns with those of the border lanes.

    An arrow over the border needs a lane unless its end in here stands at the outermost column
    of its part, which nothing hides.
    """
    last = _last_columns(arrows, column)
    columns = dict(column)
    found: list[Arrow] = []
    for source, target in arrows:
        if source not in column:
            if column[target] > 0:
                columns[source] = 0
                found.append((source, target))
        elif target not in column:
            if column[source] < last[source]:
                columns[target] = last[source]
                found.append((source, target))
        elif column[source] < column[target]:
            found.append((source, target))
    return found, columns


def _last_columns(arrows: Iterable[Arrow], column: Mapping[Key, int]) -> dict[Key, int]:
    """Return for each item the last column of the part that it belongs to."""
    groups = _Groups()
    for source, target in arrows:
        if target in column:
            groups.join(source, target)
    last: dict[Key, int] = {}
    for key, at in column.items():
        root = groups.root(key)
        last[root] = max(last.get(root, 0), at)
    return {key: last[groups.root(key)] for key in column}


def _add_swiftly(
    made: Plan,
    rank: Mapping[Key, int],
    arrows: Sequence[Arrow],
    *,
    room: Mapping[Key, tuple[float, float]],
) -> None:
    """Lay out a large connected part below what is there."""
    high = {key: room[key][1] for key in rank if key in room}
    found = swift.rows(rank, arrows, high, gap=ROW_GAP)
    down = made.height + PART_GAP if made.boxes else 0.0
    sides = _sides(rank, arrows, room)
    for key, middle in found.middles.items():
        left, right = made.columns[key] = sides[rank[key]]
        if key in room:
            wide, tall = room[key]
            x = (left + right - wide) / 2
            made.boxes[key] = Box(x, middle - tall / 2 + down, wide, tall)
        else:
            made.rows[key] = middle + down
    for (source, target), heights in found.lanes.items():
        first = rank[source] + 1
        made.lanes[source, target] = [
            Point(x, y + down) for at, y in enumerate(heights, first) for x in sides[at]
        ]
    for (source, target), y in found.tracks.items():
        start, end = sides[rank[source]][1], sides[rank[target]][0]
        made.lanes[source, target] = [
            Point(start + COLUMN_GAP / 2, y + down),
            Point(end - COLUMN_GAP / 2, y + down),
        ]
    made.width = max(made.width, sides[-1][1])
    made.height = down + found.height


def _sides(
    rank: Mapping[Key, int], arrows: Sequence[Arrow], room: Mapping[Key, tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return left and right side of each column; where many arrows turn there is more room."""
    wide = [LANE] * (max(rank.values()) + 1)
    turns = [0] * len(wide)
    for key, at in rank.items():
        wide[at] = max(wide[at], room[key][0] if key in room else LANE)
    for source, _ in arrows:
        turns[rank[source]] += 1
    sides, x = [], 0.0
    for each, many in zip(wide, turns, strict=True):
        sides.append((x, x + each))
        x += each + COLUMN_GAP + min(COLUMN_GAP * 2, many / 2)
    return sides


def _add(made: Plan, part: Any, rank: Mapping[Key, int]) -> None:
    """Lay out one connected part below what is there."""
    from grandalf.layouts import SugiyamaLayout

    layers: list[list[Any]] = [[] for _ in range(max(rank.values()) + 1)]
    for vertex in part.sV:
        layers[rank[vertex.data]].append(vertex)
    sugiyama = SugiyamaLayout(part)
    sugiyama.xspace, sugiyama.yspace = LANE_GAP, COLUMN_GAP
    sugiyama.dw, sugiyama.dh = LANE, LANE
    sugiyama.rank_all = lambda _roots, _optimize: _rank(sugiyama, layers)
    sugiyama.init_all(roots=[], inverted_edges=[])
    sugiyama.draw(2)
    _take(made, part, sugiyama)


def _rank(sugiyama: Any, layers: list[list[Any]]) -> None:
    """Give grandalf the columns as decided here; by itself it puts all roots into the first."""
    from grandalf.layouts import Layer

    for rank, vertices in enumerate(layers):
        sugiyama.layers.append(Layer(vertices))
        for vertex in vertices:
            sugiyama.grx[vertex].rank = rank


def _take(made: Plan, part: Any, sugiyama: Any) -> None:
    """Read positions off a laid out part."""
    for vertex in part.sV:
        if vertex.data[0] not in ("in", "out"):
            vertex.view.w -= ROW_GAP - LANE_GAP
    views = [vertex.view for layer in sugiyama.layers for vertex in layer]
    down = -min(view.xy[0] - view.w / 2 for view in views)
    if made.boxes:
        down += made.height + PART_GAP
    sides: list[tuple[float, float]] = []
    for layer in sugiyama.layers:
        middle = layer[0].view.xy[1]
        half = max(vertex.view.h for vertex in layer) / 2
        sides.append((middle - half, middle + half))
    for vertex in part.sV:
        key, view = vertex.data, vertex.view
        y, x = view.xy[0] + down, view.xy[1]
        made.columns[key] = sides[sugiyama.grx[vertex].rank]
        if key[0] in ("in", "out"):
            made.rows[key] = y
        else:
            made.boxes[key] = Box(x - view.h / 2, y - view.w / 2, view.h, view.w)
    for edge in part.sE:
        inner = sorted(sugiyama.ctrls.get(edge, {}).items())[1:-1]
        made.lanes[edge.data] = [
            Point(x, vertex.view.xy[0] + down) for at, vertex in inner for x in sides[at]
        ]
    made.width = max(made.width, sides[-1][1])
    made.height = max(view.xy[0] + view.w / 2 + down for view in views)
