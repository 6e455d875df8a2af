"""Shapes of kinds and marks of statuses, as paths: no font needs to have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Box, Point
from igniter_nb.notebook.page.html import Attributes, Markup, join, number, tag

if TYPE_CHECKING:
    from collections.abc import Callable

RADIUS: Final = 7.0
SLANT: Final = 9.0
_CAP = 5.0
_OFFSET = 5.0


def _path(*parts: str | float) -> str:
    return " ".join(part if isinstance(part, str) else number(part) for part in parts)


def _rounded(box: Box, radius: float) -> str:
    x, y, wide, high = box
    r = min(radius, wide / 2, high / 2)
    corner = ("a", r, r, 0.0, "0 1")
    return _path(
        *("M", x + r, y, "h", wide - 2 * r, *corner, r, r, "v", high - 2 * r, *corner, -r, r),
        *("h", 2 * r - wide, *corner, -r, -r, "v", 2 * r - high, *corner, r, -r, "Z"),
    )


def _card(box: Box) -> list[str]:
    return [_rounded(box, RADIUS)]


def _stadium(box: Box) -> list[str]:
    return [_rounded(box, min(box.height / 2, 22.0))]


def _note(box: Box) -> list[str]:
    x, y, wide, high = box
    cut = min(10.0, high / 2)
    outline = _path(
        "M", x, y, "H", x + wide - cut, "L", x + wide, y + cut, "V", y + high, "H", x, "Z"
    )
    return [outline, _path("M", x + wide - cut, y, "v", cut, "h", cut)]


def _cylinder(box: Box) -> list[str]:
    x, y, wide, high = box
    cap = min(_CAP, high / 4)
    arc = ("a", wide / 2, cap, 0.0, "0")
    outline = _path(
        *("M", x, y + cap, *arc, "1", wide, 0.0, "V", y + high - cap),
        *(*arc, "1", -wide, 0.0, "Z"),
    )
    return [outline, _path("M", x, y + cap, *arc, "0", wide, 0.0)]


def _stack(box: Box) -> list[str]:
    x, y, wide, high = box
    step = min(_OFFSET, high / 4)
    behind = Box(x + step, y + step, wide - step, high - step)
    return [_rounded(behind, RADIUS), _rounded(Box(x, y, wide - step, high - step), RADIUS)]


def _slant(box: Box) -> list[str]:
    x, y, wide, high = box
    cut = min(SLANT, high / 2)
    return [_path("M", x + cut, y, "H", x + wide, "l", -cut, high, "H", x, "Z")]


def _hexagon(box: Box) -> list[str]:
    x, y, wide, high = box
    cut = min(12.0, high / 2)
    half = high / 2
    right = ("l", cut, half, "l", -cut, half)
    return [
        _path("M", x + cut, y, "H", x + wide - cut, *right, "H", x + cut, "l", -cut, -half, "Z")
    ]


def _subroutine(box: Box) -> list[str]:
    x, y, wide, high = box
    bar = min(6.0, wide / 5)
    lines = _path("M", x + bar, y, "v", high, "M", x + wide - bar, y, "v", high)
    return [_rounded(box, 3.0), lines]


def _tag(box: Box) -> list[str]:
    x, y, wide, high = box
    point = min(12.0, high / 2)
    tip = ("l", point, high / 2, "l", -point, high / 2)
    return [_path("M", x, y, "H", x + wide - point, *tip, "H", x, "Z")]


_SHAPES: Final[dict[str, Callable[[Box], list[str]]]] = {
    "card": _card,
    "stadium": _stadium,
    "note": _note,
    "cylinder": _cylinder,
    "stack": _stack,
    "slant": _slant,
    "hexagon": _hexagon,
    "subroutine": _subroutine,
    "tag": _tag,
}


def shape(
    kind: str, box: Box, *, stroke: str | None = None, width: float = 1.2, bare: bool = False
) -> Markup:
    """Draw the shape of a kind.

    Args:
        kind: name of the kind.
        box: where.
        stroke: colour of the line, when it is not the kind's.
        width: width of the line.
        bare: whether a style sheet says how it looks.
    """
    look = theme.kind(kind)
    paths = _SHAPES[look.shape](box)
    looks: dict[str, str | float | None] = {"class": "shape"}
    open_line = {**looks, "class": "shape line"}
    if not bare:
        looks |= {
            "fill": look.fill.light,
            "stroke": stroke or look.stroke.light,
            "stroke-width": width,
            "stroke-linejoin": "round",
        }
        open_line = {**looks, "class": "shape line", "fill": "none"}
    closed = [each for each in paths if each.endswith("Z")]
    lines = [each for each in paths if not each.endswith("Z")]
    return join(
        [
            *(tag("path", {**looks, "d": each}) for each in closed),
            *(tag("path", {**open_line, "d": each}) for each in lines),
        ]
    )


def flag(box: Box, width: float, stroke: str | None = None) -> Markup:
    """Draw the small flag on the right side of an output."""
    d = _path("M", box.right, box.middle - 7.0, "l", width, 7.0, "l", -width, 7.0, "Z")
    return tag("path", {"class": "flag", "d": d, "fill": stroke or theme.NAME.light})


def mark(status: str, at: Point, extra: Attributes | None = None) -> Markup:
    """Draw the mark of a status.

    Args:
        status: one of :data:`igniter_nb.notebook.page.theme.STATUSES`.
        at: centre.
        extra: further attributes of the group.
    """
    colour = theme.MARKS[theme.STATUSES[status].colour].light
    x, y = at
    hollow = status in ("pending", "waiting", "running", "skipped", "backdated", "denied")
    ring: Attributes = {"cx": x, "cy": y, "r": 5.2 if hollow else 6.0}
    if hollow:
        dashes = "2.2 1.9" if status == "waiting" else None
        line: Attributes = {"stroke": colour, "stroke-width": "1.6", "stroke-dasharray": dashes}
        around = tag("circle", {**ring, "fill": "none", **line})
    elif status == "cached":
        d = _path("M", x, y - 6.5, "l", 6.5, 6.5, "l", -6.5, 6.5, "l", -6.5, -6.5, "Z")
        around = tag("path", {"d": d, "fill": colour})
    else:
        around = tag("circle", {**ring, "fill": colour})
    attributes = {"class": f"m m-{status}", **(extra or {})}
    return tag("g", attributes, around, *_sign(status, x, y))


def _sign(status: str, x: float, y: float) -> list[Markup]:
    line: Attributes = {
        "fill": "none",
        "stroke": "#ffffff",
        "stroke-width": "1.6",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    colour = theme.MARKS[theme.STATUSES[status].colour].light
    match status:
        case "running":
            half = _path("M", x, y - 5.2, "a", 5.2, 5.2, 0.0, "0 1", 0.0, 10.4, "Z")
            return [tag("path", {"d": half, "fill": colour})]
        case "succeeded":
            d = _path("M", x - 2.7, y + 0.2, "l", 1.9, 2.0, "l", 3.5, -4.0)
            return [tag("path", {**line, "d": d})]
        case "skipped":
            return [tag("circle", {"cx": x, "cy": y, "r": 2.2, "fill": colour})]
        case "backdated":
            d = _path("M", x - 2.2, y - 1.3, "h", 4.4, "m", -4.4, 2.6, "h", 4.4)
            return [tag("path", {**line, "stroke": colour, "stroke-width": "1.4", "d": d})]
        case "stale":
            d = _path("M", x + 2.9, y - 0.9, "a", 3.1, 3.1, 0.0, "1 0", 0.1, 1.8)
            head = _path("M", x + 3.3, y - 3.1, "v", 2.4, "h", -2.4)
            return [tag("path", {**line, "stroke-width": "1.3", "d": d + " " + head})]
        case "denied":
            d = _path("M", x - 3.4, y + 3.4, "l", 6.8, -6.8)
            return [tag("path", {**line, "stroke": colour, "d": d})]
        case "failed":
            d = _path("M", x - 2.2, y - 2.2, "l", 4.4, 4.4, "m", 0.0, -4.4, "l", -4.4, 4.4)
            return [tag("path", {**line, "d": d})]
        case "blocked":
            return [tag("path", {**line, "d": _path("M", x - 2.8, y, "h", 5.6)})]
        case _:
            return []
