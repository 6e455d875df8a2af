"""Legend of a cluster's picture: a word for each sign in the picture, wrapped to its width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from igniter_nb.notebook.clusters.picture import links, logs
from igniter_nb.notebook.clusters.picture.ring import Span
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Point
from igniter_nb.notebook.page.html import Attributes, Markup, join, tag, text
from igniter_nb.notebook.page.widths import width

_SIZE, _ROW, _TOP, _GAP = 10.0, 19.0, 22.0, 18.0


@dataclass(frozen=True, slots=True)
class _Item:
    """One sign and its word.

    Attributes:
        words: what it means.
        sign: room for the sign, in pixels.
    """

    words: str
    sign: float = 18.0

    @property
    def width(self) -> float:
        return self.sign + width(self.words, _SIZE)


_ITEMS: Final = {
    "full": _Item("entry with its term, committed", 22.0),
    "hollow": _Item("not known to be committed", 22.0),
    "more": _Item("entries that are not drawn"),
    "match": _Item("matches up to here"),
    "next": _Item("is sent this next"),
    "follows": _Item("leads, and is followed", 34.0),
    "cut": _Item("nothing passes", 40.0),
    "ends": _Item("nothing passes", 40.0),
    "one-way": _Item("nothing passes this way", 40.0),
    "vote": _Item("asks for a vote"),
    "append": _Item("sends entries"),
    "answer": _Item("answers"),
}


@dataclass(frozen=True, slots=True)
class Legend:
    """A drawn legend.

    Attributes:
        markup: the drawing, from (0, 0).
        height: room it takes, with the space above it.
    """

    markup: Markup
    height: float


def legend(marks: frozenset[str], term: int, room: float) -> Legend:
    """Draw the legend.

    Args:
        marks: the signs that are in the picture.
        term: a term that is in it, for the colour of the samples.
        room: width of the picture.
    """
    x, y = 0.0, _TOP
    drawn = []
    for mark, item in _ITEMS.items():
        if mark not in marks:
            continue
        if x and x + item.width > room:
            x, y = 0.0, y + _ROW
        said: Attributes = {
            "class": "detail",
            "x": x + item.sign,
            "y": y + 9.0,
            "font-size": _SIZE,
            "fill": theme.DETAIL.light,
        }
        drawn += [_sign(mark, Point(x, y), term), tag("text", said, text(item.words))]
        x += item.width + _GAP
    return Legend(tag("g", {"class": "legend"}, *drawn), y + _ROW - 6.0 if drawn else 0.0)


def _message(mark: str, at: Point) -> Markup:
    """Draw a message as the script does that plays."""
    colour = theme.ORANGE if mark == "vote" else theme.BLUE
    fill = "none" if mark == "answer" else colour
    looks: Attributes = {"stroke": colour, "stroke-width": "2", "fill": fill}
    return tag("circle", {**looks, "cx": at.x, "cy": at.y, "r": 5.0})


def _sign(mark: str, at: Point, term: int) -> Markup:
    x, middle = at.x, at.y + 5.5
    match mark:
        case "full" | "hollow":
            outline = logs.outlines([x + 0.5], at.y - 0.5, size=(15.0, 12.0))
            return logs.entries(term, outline, committed=mark == "full")
        case "more":
            return logs.more(Span(Point(x + 1.0, middle), Point(x + 12.0, middle)))
        case "match":
            return logs.match_mark(Point(x + 8.0, middle))
        case "next":
            return logs.next_mark(Point(x + 8.0, middle))
        case "vote" | "append" | "answer":
            return _message(mark, Point(x + 7.0, middle))
        case _:
            span = Span(Point(x, middle), Point(x + _ITEMS[mark].sign - 6.0, middle))
            kind = "follows" if mark == "follows" else "cut"
            return join(links.paint(kind, [links.SIGNS[mark](span)]))
