"""SVG writer of pictures: a diagram and its layout in, markup out.

1. Everything is set by presentation attributes, so that the picture survives where style sheets
   are removed; the one ``<style>`` only repaints it for a dark page.
2. Ids begin with a prefix made from the content, so two pictures on a page do not meet and the
   same content is the same text.
3. Each node is ``<g class="node" data-node="path" data-state="status">``. Drawn ``live``, a node
   has an empty ``<g class="m">`` where the page puts the mark of its state, no texts that the
   state decides, and its looks come from the style sheet: a thousand nodes are parsed at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.display import read_as
from igniter_nb.notebook.graphs.picture import legend, shapes, stylesheet
from igniter_nb.notebook.graphs.picture.diagram import (
    Diagram,
    DiagramCluster,
    DiagramEdge,
    DiagramNode,
    State,
)
from igniter_nb.notebook.graphs.picture.measure import (
    BADGE_HEIGHT,
    BADGE_SIZE,
    CLUSTER_PAD,
    DETAIL_SIZE,
    FOLD,
    HEIGHT,
    MARK,
    NAME_SIZE,
    TAB,
    Size,
    Sizes,
    badge_width,
    has_tab,
    second_line,
)
from igniter_nb.notebook.graphs.picture.shapes import SLANT
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Box, Curve, Layout, Point
from igniter_nb.notebook.page.html import Attributes, Markup, number, tag, text
from igniter_nb.notebook.page.widths import width
from igniter_nb.text import counted, seconds, tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MARGIN = 10.0
PIECE: dict[str, str | float | None] = {
    "xmlns": "http://www.w3.org/2000/svg",
    "class": "ig-piece",
    "aria-hidden": "true",
}
WORN = frozenset(
    (
        *("fill", "stroke", "stroke-width", "stroke-linejoin", "stroke-dasharray"),
        *("text-anchor", "font-size", "font-weight"),
    )
)
ARRIVAL = 18.0
"""How far before its end a curve turns to the horizontal."""


def full_width(shown: Diagram, layout: Layout) -> float:
    """Return how wide the finished picture is, legend and margins included."""
    below = legend.legend(shown, layout.width)
    return max(layout.width, below.width) + 2 * MARGIN


def draw(shown: Diagram, layout: Layout, sizes: Sizes) -> str:
    """Write a picture.

    Args:
        shown: what is drawn.
        layout: where it is.
        sizes: the room that was measured for it.
    """
    pen = _Pen(shown, layout)
    below = legend.legend(shown, layout.width)
    wide = full_width(shown, layout)
    high = layout.height + below.height + 2 * MARGIN
    moved = f"translate({number(MARGIN)} {number(MARGIN)})"
    return tag(
        "svg",
        _root(shown.prefix, wide, high) | {"role": "img", "aria-label": summary(shown)},
        tag("title", None, text(summary(shown))),
        stylesheet.style(shown),
        tag(
            "g",
            {"transform": moved},
            *pen.all(sizes),
            tag("g", {"transform": f"translate(0 {number(layout.height)})"}, below.markup),
        ),
    )


def draw_live(
    shown: Diagram, layout: Layout, sizes: Sizes, *, folded: Collection[str] = ()
) -> tuple[str, list[Markup]]:
    """Write a picture whose states will change while it is looked at, and its legend in pieces.

    Args:
        shown: what is drawn.
        layout: where it is.
        sizes: the room that was measured for it.
        folded: paths of the clusters that are drawn as one box each.
    """
    pen = _Pen(shown, layout, live=True, folded=folded)
    wide, high = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    moved = f"translate({number(MARGIN)} {number(MARGIN)})"
    drawn = tag(
        "svg",
        _root(shown.prefix, wide, high),
        stylesheet.style(shown, live=True),
        tag("g", {"transform": moved}, *pen.all(sizes)),
    )
    pieces = [
        tag("svg", _root("", each.width, each.height) | PIECE, each.markup)
        for each in legend.pieces(shown)
    ]
    paint = tag("svg", PIECE, stylesheet.style(shown, live=True, where=".ig-piece"))
    return drawn, [paint, *pieces]


def _root(name: str, wide: float, high: float) -> dict[str, str | float | None]:
    return {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": name or None,
        "class": "ig-diagram",
        "width": wide,
        "height": high,
        "viewBox": f"0 0 {number(wide)} {number(high)}",
        "font-family": theme.FONT,
    }


def summary(shown: Diagram) -> str:
    """Say in a sentence what a picture shows, for those who cannot see it."""
    nested = sum(cluster.kind == "compose" for cluster in shown.clusters)
    parts = [counted(shown.total, "node"), counted(nested, "nested contract") if nested else ""]
    parts.append(counted(shown.outputs, "output"))
    said = f"{shown.name}: {', '.join(part for part in parts if part)}"
    boxes = [cluster for cluster in shown.clusters if cluster.kind == "compose"]
    items: tuple[DiagramNode | DiagramCluster, ...] = (*shown.nodes, *boxes)
    states = [read_as(item.state.status) for item in items if item.state.status]
    return f"{said}; {tally(states, [*map(read_as, theme.WORST_FIRST)])}" if states else said


def tooltip(item: DiagramNode | DiagramCluster) -> str:
    """Write all that is known of a node, a line each."""
    state = item.state
    known = [
        f"{item.path} · {item.kind}",
        item.doc,
        item.detail,
        f"capabilities: {', '.join(item.capabilities)}"
        if isinstance(item, DiagramNode) and item.capabilities
        else "",
        f"status: {state.status}" if state.status else "",
        f"value: {state.value}" if state.value else "",
        state.error,
        f"took {seconds(state.duration)}" if state.duration else "",
    ]
    return "\n".join(said for said in known if said)


class _Pen:
    def __init__(
        self,
        shown: Diagram,
        layout: Layout,
        *,
        live: bool = False,
        folded: Collection[str] = (),
    ) -> None:
        self.shown, self.layout = shown, layout
        self.prefix = shown.prefix
        self.live, self.folded = live, folded

    def all(self, sizes: Sizes) -> Iterator[Markup]:
        """Draw everything, what is in front last."""
        yield from map(self.cluster, range(len(self.shown.clusters)))
        yield self.edges()
        yield from map(self.node, range(len(self.shown.nodes)), sizes.nodes)

    def _worn(self, attributes: Attributes) -> Attributes:
        """Leave out what the style sheet of a live picture says for all nodes at once."""
        if not self.live:
            return attributes
        return {name: value for name, value in attributes.items() if name not in WORN}

    # --- boxes ----------------------------------------------------------------------------

    def cluster(self, index: int) -> Markup:
        """Draw a nested contract or a scope; nodes are drawn on top of it later."""
        cluster, box = self.shown.clusters[index], self.layout.clusters[index]
        nested = cluster.kind == "compose"
        live = self.live and nested
        state = cluster.state
        look = theme.status(state.status)
        panel: Attributes = {
            "class": "panel",
            "x": box.x,
            "y": box.y,
            "width": box.width,
            "height": box.height,
            "rx": "10",
            "fill": theme.PANEL.light,
            "stroke": (look.stroke if look else None) or theme.PANEL_LINE.light,
            "stroke-dasharray": None if nested else "4 3",
        }
        x, y = box.x + CLUSTER_PAD, box.y + 18.0
        pieces = [] if live else [tag("title", None, text(tooltip(cluster)))]
        pieces.append(tag("rect", self._worn(panel)))
        pieces += self._marks(state, Point(x + 6.0, y - 4.5), live=live)
        x += MARK if live or state.status else 0
        name = self._worn(_label("name" if nested else "detail", x, y))
        pieces.append(tag("text", name, text(cluster.label)))
        x += width(cluster.label, NAME_SIZE, bold=True) + 8
        if cluster.detail:
            pieces.append(self._said("detail about", cluster.detail, Point(x, y)))
        end = box.right - CLUSTER_PAD
        if self.live:
            end -= FOLD
            pieces.append(self._fold(cluster.path, Point(end + 4.0, y - 12.5)))
        if live or state.duration:
            took = seconds(state.duration or None)
            pieces.append(self._said("detail time", took, Point(end, y), end=True))
        kind = "cluster" if nested else "cluster scope"
        return tag("g", self._group(kind, f"c{index}", cluster, box=box), *pieces)

    def _fold(self, path: str, at: Point) -> Markup:
        """Draw what folds a cluster: minus, or plus where it is folded."""
        x, y = at
        cross = "" if path not in self.folded else f"M{number(x + 8)} {number(y + 4.5)}v7"
        d = f"M{number(x + 4.5)} {number(y + 8)}h7{cross}"
        around: Attributes = {"x": x, "y": y, "width": 16.0, "height": 16.0, "rx": "3"}
        return tag(
            "g",
            {"class": "fold", "data-fold": path},
            tag("rect", around),
            tag("path", {"d": d}),
        )

    def node(self, index: int, size: Size) -> Markup:
        """Draw one node."""
        node, box = self.shown.nodes[index], self.layout.nodes[index]
        state = node.state
        look = theme.status(state.status)
        stroke = look.stroke if look and not self.live else None
        body = Box(box.x, box.y, box.width - (TAB if has_tab(node) else 0), box.height)
        thick = 1.9 if stroke else 1.2
        pieces = [] if self.live else [tag("title", None, text(tooltip(node)))]
        pieces.append(shapes.shape(node.kind, body, stroke=stroke, width=thick, bare=self.live))
        if has_tab(node):
            pieces.append(shapes.flag(body, TAB))
        pieces += self._texts(node, box, size)
        if node.path in self.folded:
            corner = box.right - size.right + 2.0
            pieces.append(self._fold(node.path, Point(corner, box.y + 5.5)))
        return tag("g", self._group(f"node k-{node.kind}", f"n{index}", node, box=box), *pieces)

    def _texts(self, node: DiagramNode, box: Box, size: Size) -> list[Markup]:
        state = node.state
        said, how = second_line(node, node.state)
        left, right = box.x + size.left, box.right - size.right
        top = box.y + (5.0 if theme.kind(node.kind).shape == "cylinder" else 0.0)
        two = bool(said or how or self.live)
        y = top + (18.0 if two else HEIGHT / 2 + NAME_SIZE / 2 - 2)
        pieces = self._marks(state, Point(left + 6.0, y - 4.5), live=self.live)
        x = left + (MARK if pieces else 0)
        pieces.append(tag("text", self._worn(_label("name", x, y)), text(node.label)))
        if two:
            kind = "detail error" if state.error else "detail value"
            pieces.append(self._said(kind, said, Point(left, top + 33.5)))
        if how or self.live:
            pieces.append(self._said("detail time", how, Point(right, top + 33.5), end=True))
        for name in node.capabilities:
            pieces += self._badge(name, left, top + HEIGHT - 1)
            left += badge_width(name) + 4
        return pieces

    def _said(self, kind: str, said: str, at: Point, *, end: bool = False) -> Markup:
        colour = theme.ERROR_TEXT if "error" in kind else theme.DETAIL
        attributes: Attributes = {
            "class": kind,
            "x": at.x,
            "y": at.y,
            "font-size": DETAIL_SIZE,
            "fill": colour.light,
            "text-anchor": "end" if end else None,
        }
        return tag("text", self._worn(attributes), text(said))

    def _badge(self, name: str, x: float, y: float) -> list[Markup]:
        around: Attributes = {
            "class": "badge",
            "x": x,
            "y": y,
            "width": badge_width(name),
            "height": BADGE_HEIGHT,
            "rx": BADGE_HEIGHT / 2,
            "fill": theme.BADGE.light,
            "stroke": theme.BADGE_LINE.light,
            "stroke-width": "0.8",
        }
        inside: Attributes = {
            "class": "badge-text",
            "x": x + badge_width(name) / 2,
            "y": y + 10.8,
            "font-size": BADGE_SIZE,
            "fill": theme.BADGE_TEXT.light,
            "text-anchor": "middle",
        }
        return [tag("rect", self._worn(around)), tag("text", self._worn(inside), text(name))]

    def _marks(self, state: State, at: Point, *, live: bool) -> list[Markup]:
        if not live:
            return [shapes.mark(state.status, at)] if state.status in theme.STATUSES else []
        return [tag("g", {"class": "m", "transform": f"translate({number(at.x)} {number(at.y)})"})]

    def _group(
        self, kind: str, name: str, item: DiagramNode | DiagramCluster, *, box: Box
    ) -> Attributes:
        status = item.state.status or ("pending" if self.live else None)
        scope = isinstance(item, DiagramCluster) and item.kind == "scope"
        return {
            "id": f"{self.prefix}-{name}",
            "class": kind,
            "data-node": None if scope else item.path,
            "data-state": None if scope else status,
            "data-box": " ".join(map(number, box.moved(MARGIN, MARGIN))) if self.live else None,
            "aria-label": None if self.live else tooltip(item).replace("\n", ", "),
        }

    # --- arrows ---------------------------------------------------------------------------

    def edges(self) -> Markup:
        """Draw all arrows; heads that fall on one another are drawn once."""
        shown, curves = self.shown, self.layout.edges
        looks: Attributes = {
            "class": "edges",
            "fill": "none",
            "stroke": theme.EDGE.light,
            "stroke-width": "1.3",
        }
        heads: dict[str, None] = {}
        lines = []
        for index, (edge, laid) in enumerate(zip(shown.edges, curves, strict=True)):
            curve = _touching(shown, edge, laid)
            heads[_head(curve)] = None
            about: Attributes = {
                "id": None if self.live else f"{self.prefix}-e{index}",
                "class": "edge gate" if edge.gate else "edge",
                "data-ends": f"n{edge.source} n{edge.target}" if self.live else None,
                "stroke-dasharray": "5 4" if edge.gate else None,
                "d": _path(curve),
            }
            lines.append(tag("path", self._worn(about)))
        tips: Attributes = {
            "class": "heads",
            "fill": theme.EDGE.light,
            "stroke": "none",
            "d": " ".join(heads),
        }
        return tag("g", looks, *lines, *([tag("path", tips)] if heads else []))


def _touching(shown: Diagram, edge: DiagramEdge, curve: Curve) -> Curve:
    """Let a curve end at slanted sides, not at the box around them, and arrive horizontally."""
    start, tip = curve[0], curve[-1]
    if edge.from_cluster is None and shown.nodes[edge.source].kind == "project":
        start = Point(start.x - SLANT / 2, start.y)
    if edge.to_cluster is None and shown.nodes[edge.target].kind == "project":
        tip = Point(tip.x + SLANT / 2, tip.y)
    before = curve[-2]
    if curve[-4].x < tip.x - 2 * ARRIVAL:
        before = Point(min(before.x, tip.x - ARRIVAL), tip.y)
    return (start, *curve[1:-2], before, tip)


def _path(curve: Curve) -> str:
    """Write a curve; its straight pieces, which are most of a long one, as straight lines."""
    here, *rest = curve
    parts = [f"M{number(here.x)} {number(here.y)}"]
    for one, other, end in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        if not here.y == one.y == other.y == end.y:
            points = (one, other, end)
            parts.append("C" + " ".join(f"{number(each.x)} {number(each.y)}" for each in points))
        elif here.x != end.x:
            parts.append(f"H{number(end.x)}")
        here = end
    return "".join(parts)


def _head(curve: Curve) -> str:
    """Write an arrow's head: its point where the curve ends, along its last direction."""
    tip = curve[-1]
    before = next((point for point in reversed(curve) if point != tip), tip)
    x, y = tip.x - before.x, tip.y - before.y
    length = (x * x + y * y) ** 0.5 or 1.0
    x, y = x / length, y / length
    left = (tip.x - 7 * x - 3.2 * y, tip.y - 7 * y + 3.2 * x)
    right = (tip.x - 7 * x + 3.2 * y, tip.y - 7 * y - 3.2 * x)
    points = " ".join(number(value) for value in (*left, *right))
    return f"M{number(tip.x)} {number(tip.y)}L{points}Z"


def _label(kind: str, x: float, y: float) -> Attributes:
    size, weight = (NAME_SIZE, "600") if kind == "name" else (DETAIL_SIZE, "600")
    colour = theme.NAME if kind == "name" else theme.DETAIL
    return {
        "class": kind,
        "x": x,
        "y": y,
        "font-size": size,
        "font-weight": weight,
        "fill": colour.light,
    }
