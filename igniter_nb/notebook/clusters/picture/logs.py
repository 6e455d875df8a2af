"""Logs of a cluster side by side: a row for each node, a column for each index.

1. A box is an entry that the node reported, with its term; filled when the node knows that it is
   committed. A dotted line stands for entries that it has and that are not drawn.
2. Under a log, a dot and an arrow are what the leader knows of it: up to where it matches, and
   what is sent to it next. Beside compact logs that stands as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.clusters.picture.lettering import SMALL, written
from igniter_nb.notebook.clusters.picture.ring import Span, columns
from igniter_nb.notebook.clusters.words.summary import name, role_words, standing
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Point
from igniter_nb.notebook.page.html import Attributes, Markup, join, number, tag, text
from igniter_nb.notebook.page.widths import width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from igniter_nb.consensus import ClusterStatus, NodeStatus


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the logs are drawn, in pixels.

    Attributes:
        pitch: from row to row.
        box: height of an entry.
        column: least width of a column.
        columns: most columns.
        size: font size in an entry.
        texts: font size beside the entries.
        words: whether role, term and vote are written in the row, and not beside the node.
    """

    pitch: float
    box: float
    column: float
    columns: int
    size: float
    texts: float
    words: bool


ROOMY: Final = Scale(38.0, 20.0, 22.0, 16, 10.5, 12.0, words=False)
COMPACT: Final = Scale(20.0, 14.0, 18.0, 14, 10.0, 10.5, words=True)

FEWEST: Final = 6
"""Columns that there are in any case."""

HEAD: Final = 20.0
"""Height of the line above the rows."""

STUB: Final = 14.0
"""Room in front of the first entry, for a dotted line."""

_APART, _GAP, _WIDEST = 10.0, 16.0, 30.0
_PALE: Final = "0.65"


@dataclass(frozen=True, slots=True)
class Logs:
    """Drawn logs.

    Attributes:
        markup: the drawing, from (0, 0).
        width: room it takes.
        height: room it takes.
        marks: what needs a word in the legend: ``full``, ``hollow``, ``more``, ``match``, ``next``.
        scale: how large they are drawn.
        left: where the first entry begins.
        step: from entry to entry.
    """

    markup: Markup
    width: float
    height: float
    marks: frozenset[str]
    scale: Scale
    left: float
    step: float


def logs(
    seen: ClusterStatus, scale: Scale, room: float = float("inf"), *, entries: int = 0
) -> Logs:
    """Draw the logs of a cluster.

    Args:
        seen: what the nodes reported.
        scale: how large.
        room: how wide it is at most, if there are but a few columns; the oldest entries give way.
        entries: for how many there is to be room in any case.
    """
    pen = _Pen(seen, scale, entries)
    while pen.right > room and scale.columns > FEWEST:
        scale = replace(scale, columns=scale.columns - 1)
        pen = _Pen(seen, scale, entries)
    rows = [pen.row(position) for position in range(len(seen.rows))]
    drawn = tag("g", {"class": "logs"}, pen.head(), *rows)
    high = HEAD + scale.pitch * len(rows)
    return Logs(drawn, pen.right, high, frozenset(pen.marks), scale, pen.left, pen.step)


class _Pen:
    def __init__(self, seen: ClusterStatus, scale: Scale, room: int) -> None:
        self.seen, self.scale, self.least = seen, scale, min(room, scale.columns)
        self.columns = columns([[at.index for at in tail] for tail in seen.tails], scale.columns)
        self.places = {index: at for at, index in enumerate(self.columns) if index is not None}
        self.marks: set[str] = set()
        self.leader = seen.leader
        views = seen.progress if self.leader is not None else ()
        self.views = {view.node_id: view for view in views}
        self._measure()

    def _measure(self) -> None:
        """Give everything its room, from left to right: texts, entries, the leader's view."""
        seen, size = self.seen, self.scale.size
        self.texts = [self._texts(row) for row in seen.rows]
        self.starts = [0.0]
        for at, column in enumerate(zip(*self.texts, strict=True)):
            wide = max(width(said, self.scale.texts, bold=at == 0) for said in column)
            self.starts.append(self.starts[-1] + wide + _APART)
        self.left = self.starts[-1] + STUB - (0.0 if self.scale.words else _APART)
        terms = {str(at.term) for tail in seen.tails for at in tail}
        widest = max((width(term, size, bold=True) for term in terms), default=0.0)
        self.step = max(self.scale.column, min(widest + 5.0, _WIDEST))
        instead = [width(self._instead(at), SMALL) for at in range(len(seen.rows))]
        wide = max(len(self.columns), self.least) * self.step
        self.right = self.left + max(wide, *instead, 0.0)
        if self.views and not self.scale.words:
            self.right += self.step  # an arrow may stand behind the last entry
        elif self.views:
            self.view = self.right + _GAP
            said = [self._view_head(), *map(self._view, seen.rows)]
            self.right = self.view + max(width(each, SMALL) for each in said)

    # --- texts ------------------------------------------------------------------------------

    def _texts(self, row: NodeStatus) -> list[str]:
        """Write what stands in front of a log."""
        if not self.scale.words:
            return [name(row.node_id)]
        vote = f"voted {name(row.vote)}" if row.vote else "no vote"
        role = role_words(standing(self.seen, row))
        return [name(row.node_id), role, f"term {row.term}", vote]

    def _view_head(self) -> str:
        return f"{name(self.leader)} knows" if self.leader else ""

    def _view(self, row: NodeStatus) -> str:
        if row.node_id == self.leader:
            return "leads"
        view = self.views.get(row.node_id)
        return f"match {view.match:,} · next {view.next:,}" if view else ""

    def _instead(self, position: int) -> str:
        """Say what stands in place of a log of which no entry is drawn."""
        row = self.seen.rows[position]
        if any(at.index in self.places for at in self.seen.tails[position]):
            return ""
        if not row.log_size:
            return "empty"
        how = "compacted up to" if row.snapshot_index == row.log_size else "ends at"
        return f"{how} {row.log_size:,}"

    # --- the line above ---------------------------------------------------------------------

    def head(self) -> Markup:
        """Write the indexes above the columns."""
        detail = partial(written, "detail")
        drawn = []
        if self.places and self.scale.words:
            drawn.append(detail("index", Point(self.left - STUB, HEAD - 8.0), anchor="end"))
        for at, index in self._indexes():
            middle = Point(self._middle(at), HEAD - 8.0)
            drawn.append(detail(str(index), middle, anchor="middle"))
        if self.views and self.scale.words:
            drawn.append(detail(self._view_head(), Point(self.view, HEAD - 8.0)))
        return join(drawn)

    def _indexes(self) -> list[tuple[int, int]]:
        """Choose which indexes are written: all where there is room, else the ends of each run."""
        filled = [(at, index) for index, at in self.places.items()]
        if any(width(str(index), SMALL) > self.step - 5.0 for _, index in filled):
            filled = [(at, i) for at, i in filled if not {i - 1, i + 1} <= self.places.keys()]
        kept: list[tuple[int, int]] = []
        free = float("inf")
        for at, index in reversed(filled):  # the newest ones first: they are not left out
            half = width(str(index), SMALL) / 2 + 1.5
            if self._middle(at) + half <= free:
                kept.append((at, index))
                free = self._middle(at) - half
        return kept[::-1]

    def _x(self, column: int) -> float:
        return self.left + column * self.step

    def _middle(self, column: int) -> float:
        return self._x(column) + (self.step - 2.0) / 2

    # --- rows -------------------------------------------------------------------------------

    def row(self, position: int) -> Markup:
        """Draw the row of a node."""
        row, scale = self.seen.rows[position], self.scale
        top = HEAD + scale.pitch * position
        line = top + scale.box / 2 + scale.texts * 0.36
        drawn = []
        for at, said in enumerate(self.texts[position]):
            bold = at == 0 or (at == 1 and row.role == "leader")
            kind, place = ("name" if bold else "detail"), Point(self.starts[at], line)
            drawn.append(written(kind, said, place, size=scale.texts, bold=bold))
        if said := self._instead(position):
            drawn.append(written("detail", said, Point(self.left, line)))
        drawn += [*self._more(position, top), *self._entries(position, top), *self._ticks(row, top)]
        if self.views and self.scale.words and (said := self._view(row)):
            drawn.append(written("detail", said, Point(self.view, line)))
        about: Attributes = {
            "class": "log",
            "data-node": name(row.node_id),
            "opacity": None if row.alive else _PALE,
        }
        return tag("g", about, *drawn)

    def _entries(self, position: int, top: float) -> Iterator[Markup]:
        shown = [at for at in self.seen.tails[position] if at.index in self.places]
        for (term, committed), run in groupby(shown, key=lambda at: (at.term, at.committed)):
            self.marks.add("full" if committed else "hollow")
            places = [self.places[at.index] for at in run]
            size = (self.step - 2.0, self.scale.box)
            boxes = outlines([self._x(at) for at in places], top, size=size)
            yield entries(term, boxes, committed=committed)
            if width(str(term), self.scale.size, bold=True) <= self.step:
                yield self._terms(term, places, top, committed=committed)

    def _terms(self, term: int, places: Sequence[int], top: float, *, committed: bool) -> Markup:
        """Write the term into entries that are alike."""
        looks: Attributes = {
            "class": None if committed else "name",
            "fill": theme.term(term).ink if committed else theme.NAME.light,
            "font-size": self.scale.size,
            "font-weight": "600",
            "text-anchor": "middle",
        }
        low, said = top + self.scale.box / 2 + self.scale.size * 0.36, text(str(term))
        return tag(
            "g", looks, *(tag("text", {"x": self._middle(at), "y": low}, said) for at in places)
        )

    def _more(self, position: int, top: float) -> Iterator[Markup]:
        """Draw the dotted line for entries that the node has and that have no box."""
        shown = {at.index for at in self.seen.tails[position]}
        drawn = [at for at, index in enumerate(self.columns) if index in shown]
        if not drawn:
            return
        spans = []
        if (self.columns[0] or 0) > 1:
            spans.append((self.left - STUB + 4.0, self.left - 3.0))
        missing = (at for at in range(drawn[-1]) if at not in drawn)
        spans += [(self._x(at), self._x(at + 1) - 3.0) for at in missing]
        middle = top + self.scale.box / 2
        for first, last in spans:
            self.marks.add("more")
            yield more(Span(Point(first, middle), Point(last, middle)))

    def _ticks(self, row: NodeStatus, top: float) -> Iterator[Markup]:
        view = self.views.get(row.node_id)
        if view is None or self.scale.words or not self.places:
            return
        low = top + self.scale.box + 5.5
        after = max(self.places) + 1
        places = {**self.places, after: len(self.columns)}
        for kind, index, mark in (
            ("match", view.match, match_mark),
            ("next", view.next, next_mark),
        ):
            if index in places:
                self.marks.add(kind)
                yield mark(Point(self._middle(places[index]), low))


def outlines(xs: Sequence[float], y: float, *, size: tuple[float, float]) -> list[Markup]:
    """Write the outlines of entries; :func:`entries` paints them.

    Args:
        xs: left side of each.
        y: upper side.
        size: width and height.
    """
    wide, high = size
    box: Attributes = {"y": y, "width": wide, "height": high, "rx": min(3.5, high / 4)}
    return [tag("rect", {"x": x, **box}) for x in xs]


def entries(term: int, boxes: Sequence[Markup], *, committed: bool) -> Markup:
    """Paint entries.

    Args:
        term: their term, which gives the colour.
        boxes: their outlines.
        committed: whether they are filled.
    """
    look = theme.term(term)
    looks: Attributes = {
        "class": f"t{theme.TERMS.index(look)}{'' if committed else ' hollow'}",
        "fill": look.fill if committed else theme.PAPER.light,
        "stroke": look.stroke.light,
        "stroke-width": "1.3",
    }
    return tag("g", looks, *boxes)


def more(span: Span) -> Markup:
    """Draw the dotted line for entries that are not drawn."""
    looks: Attributes = {
        "class": "edge",
        "d": f"M{number(span.start.x)} {number(span.start.y)}H{number(span.end.x)}",
        "fill": "none",
        "stroke": theme.INK.light,
        "stroke-width": "1.8",
        "stroke-dasharray": "0.1 4",
        "stroke-linecap": "round",
    }
    return tag("path", looks)


def match_mark(at: Point) -> Markup:
    """Draw the dot that says up to where a log is known to match."""
    dot: Attributes = {"class": "tick", "cx": at.x, "cy": at.y, "r": 2.6, "fill": theme.NAME.light}
    return tag("circle", dot)


def next_mark(at: Point) -> Markup:
    """Draw the arrow that says what is sent next."""
    looks: Attributes = {
        "class": "tick open",
        "d": f"M{number(at.x)} {number(at.y - 3.2)}l3.6 6.2h-7.2Z",
        "fill": theme.PANEL.light,
        "stroke": theme.NAME.light,
        "stroke-width": "1.2",
        "stroke-linejoin": "round",
    }
    return tag("path", looks)
