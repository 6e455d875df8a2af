"""Texts in the picture of a cluster: three kinds, each with its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.html import Attributes, Markup, tag, text

if TYPE_CHECKING:
    from igniter_nb.notebook.page.geometry import Point

SMALL: Final = 10.0
"""Size of what is said beside the matter, in pixels."""

COLOURS: Final = {"name": theme.NAME, "detail": theme.DETAIL, "error": theme.ERROR_TEXT}


def written(  # noqa: PLR0913 -- all but the matter are named and have defaults
    kind: str,
    said: str,
    at: Point,
    *,
    size: float = SMALL,
    bold: bool = False,
    anchor: str = "start",
) -> Markup:
    """Write a text.

    Args:
        kind: one of :data:`COLOURS`.
        said: the text.
        at: where it begins or ends, on its base line.
        size: of the font, in pixels.
        bold: whether it is bold.
        anchor: ``"start"``, ``"middle"`` or ``"end"``: which part of it is there.
    """
    attributes: Attributes = {
        "class": kind,
        "x": at.x,
        "y": at.y,
        "font-size": size,
        "font-weight": "600" if bold else None,
        "fill": COLOURS[kind].light,
        "text-anchor": None if anchor == "start" else anchor,
    }
    return tag("text", attributes, text(said))
