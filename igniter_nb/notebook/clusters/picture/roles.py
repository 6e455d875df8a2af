"""Roles of nodes as they are drawn: by shape and mark, so that none is told by colour alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.html import Attributes, Markup, join, number, tag

if TYPE_CHECKING:
    from igniter_nb.notebook.page.geometry import Point

HALO = 4.0
"""How far outside a leader its second line is."""

ABOVE = 19.0
"""Room above a leader for its crown."""


def figure(role: str, at: Point, radius: float) -> list[Markup]:
    """Draw a node without its texts.

    Args:
        role: what it is.
        at: its centre.
        radius: of the node, in pixels.
    """
    look = theme.role(role)
    looks: Attributes = {
        "class": f"r-{role}" if role in theme.ROLES else "r-follower",
        "fill": look.fill.light,
        "stroke": look.stroke.light,
        "stroke-width": max(1.4, radius / 13),
        "stroke-dasharray": look.dash or None,
    }
    drawn = [_SHAPES[look.shape](at, radius, looks)]
    match role:
        case "leader":
            ring = {**looks, "fill": "none", "class": "r-leader line"}
            drawn.append(_circle(at, radius + HALO * radius / 25, ring))
            drawn.append(_crown(at, radius, filled=True))
        case "superseded":
            drawn.append(_crown(at, radius, filled=False))
        case "crashed":
            drawn.append(_cross(at, radius))
        case "paused":
            drawn.append(_bars(at, radius))
        case _:
            pass
    return drawn


def _circle(at: Point, radius: float, looks: Attributes) -> Markup:
    return tag("circle", {**looks, "cx": at.x, "cy": at.y, "r": radius})


def _square(at: Point, radius: float, looks: Attributes) -> Markup:
    side = radius * 0.92
    box: Attributes = {"x": at.x - side, "y": at.y - side, "width": 2 * side, "height": 2 * side}
    return tag("rect", {**looks, **box, "rx": radius / 4})


def _hexagon(at: Point, radius: float, looks: Attributes) -> Markup:
    turns = (corner * math.pi / 3 for corner in range(6))
    corners = [(math.cos(turn) * radius * 1.1, math.sin(turn) * radius * 1.1) for turn in turns]
    points = " ".join(f"{number(at.x + x)},{number(at.y + y)}" for x, y in corners)
    return tag("polygon", {**looks, "points": points, "stroke-linejoin": "round"})


_SHAPES: Final = {"circle": _circle, "square": _square, "hexagon": _hexagon}


def _crown(at: Point, radius: float, *, filled: bool) -> Markup:
    """Draw a crown above a node."""
    scale = radius / 25
    steps = ((-1, -10), (5.5, 5), (5.5, -8), (5.5, 8), (5.5, -5), (-1, 10))
    path = " ".join(f"{number(dx * scale)} {number(dy * scale)}" for dx, dy in steps)
    low = at.y - radius - HALO * scale - 1.0
    looks: Attributes = {
        "class": "crown" if filled else "crown open",
        "d": f"M{number(at.x - 10 * scale)} {number(low)}l{path}Z",
        "fill": theme.ORANGE if filled else theme.PANEL.light,
        "stroke": theme.PANEL.light if filled else theme.AMBER,
        "stroke-width": "1.3",
        "stroke-linejoin": "round",
    }
    return tag("path", looks)


def _cross(at: Point, radius: float) -> Markup:
    """Draw a badge with a cross; what stands in the node can be read."""
    x, y, size = at.x + radius * 0.74, at.y - radius * 0.74, radius * 0.4
    around: Attributes = {"cx": x, "cy": y, "r": size, "fill": theme.MARKS[theme.VERMILION].light}
    reach = size * 0.45
    left, right, top, low = (number(v) for v in (x - reach, x + reach, y - reach, y + reach))
    lines: Attributes = {
        "class": "cross",
        "d": f"M{left} {top}L{right} {low}M{left} {low}L{right} {top}",
        "fill": "none",
        "stroke": "#ffffff",
        "stroke-width": max(1.5, radius / 11),
        "stroke-linecap": "round",
    }
    return join((tag("circle", around), tag("path", lines)))


def _bars(at: Point, radius: float) -> Markup:
    """Draw a badge with two bars, which everyone knows from players."""
    x, y, size = at.x + radius * 0.74, at.y - radius * 0.74, radius * 0.38
    around: Attributes = {
        "class": "r-paused solid",
        "cx": x,
        "cy": y,
        "r": size,
        "fill": theme.PAPER.light,
        "stroke": theme.INK.light,
        "stroke-width": "1.2",
    }
    top, high = number(y - size * 0.45), number(size * 0.9)
    bars: Attributes = {
        "class": "edge",
        "d": "".join(f"M{number(x + side)} {top}v{high}" for side in (-size * 0.25, size * 0.25)),
        "fill": "none",
        "stroke": theme.INK.light,
        "stroke-width": max(1.4, radius / 12),
        "stroke-linecap": "round",
    }
    return join((tag("circle", around), tag("path", bars)))
