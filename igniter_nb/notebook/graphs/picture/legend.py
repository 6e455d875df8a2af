"""Legend under a picture: the signs that the picture has and no others, wrapped to its width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from igniter_nb.notebook.graphs.picture import shapes
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Box, Point
from igniter_nb.notebook.page.html import Attributes, Markup, join, tag, text
from igniter_nb.notebook.page.widths import width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.notebook.graphs.picture.diagram import Diagram

_SIZE, _ROW, _TOP, _GAP = 10.0, 18.0, 18.0, 16.0
_NARROWEST = 320.0
_LIVE = (
    *("pending", "waiting", "running", "succeeded", "backdated", "skipped", "stale", "failed"),
    *("denied", "blocked"),
)


@dataclass(frozen=True, slots=True)
class Legend:
    """A drawn legend.

    Attributes:
        markup: the drawing, from (0, 0).
        width: room it takes.
        height: room it takes, with the space above it.
    """

    markup: Markup
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Item:
    kind: str
    name: str
    label: str

    @property
    def width(self) -> float:
        return (16.0 if self.kind == "status" else 26.0) + width(self.label, _SIZE)


def legend(shown: Diagram, room: float, *, live: bool = False) -> Legend:
    """Draw the legend of a diagram.

    Args:
        shown: the diagram.
        room: width of the picture above.
        live: whether statuses may still come.
    """
    items = list(_items(shown, live=live))
    room = max(room, _NARROWEST)
    x, y, right = 0.0, _TOP, 0.0
    drawn = []
    for item in items:
        if x and x + item.width > room:
            x, y = 0.0, y + _ROW
        drawn.append(_drawn(item, x, y))
        right = max(right, x + item.width)
        x += item.width + _GAP
    return Legend(tag("g", {"class": "legend"}, *drawn), right, y + _ROW if drawn else 0.0)


def pieces(shown: Diagram) -> list[Legend]:
    """Draw each sign of a live diagram's legend by itself, for a page that puts them in lines."""
    return [
        Legend(_drawn(item, 0.0, 1.5), item.width + 1.0, _ROW - 4.0)
        for item in _items(shown, live=True)
    ]


def _items(shown: Diagram, *, live: bool) -> Iterable[_Item]:
    kinds = {node.kind for node in shown.nodes}
    for name, look in theme.KINDS.items():
        if name in kinds:
            yield _Item("kind", name, look.label)
    if any(node.output and node.kind != "output" for node in shown.nodes):
        yield _Item("flag", "", "is an output")
    if any(edge.gate for edge in shown.edges):
        yield _Item("gate", "", "gate: permits, passes nothing")
    states = shown.statuses | set(_LIVE if live else ())
    for name, status in theme.STATUSES.items():
        if name in states:
            yield _Item("status", name, status.label)


def _drawn(item: _Item, x: float, y: float) -> Markup:
    box = Box(x, y, 19.0, 11.0)
    match item.kind:
        case "kind":
            sign = tag("g", {"class": f"k-{item.name}"}, shapes.shape(item.name, box, width=1.0))
        case "flag":
            sign = shapes.flag(Box(x, y - 1.5, 8.0, 14.0), 7.0, theme.EDGE.light)
        case "gate":
            line: Attributes = {
                "d": f"M{x} {box.middle}h19",
                "stroke": theme.EDGE.light,
                "stroke-width": "1.3",
                "stroke-dasharray": "5 4",
            }
            sign = tag("path", line)
        case _:
            sign = shapes.mark(item.name, Point(x + 6.0, box.middle), {"class": "legend-mark"})
    said: Attributes = {
        "x": x + (16.0 if item.kind == "status" else 26.0),
        "y": y + 9.2,
        "font-size": _SIZE,
        "fill": theme.DETAIL.light,
        "class": "detail",
    }
    return join((sign, tag("text", said, text(item.label))))
