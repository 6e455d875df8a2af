"""Figure on a page: an image with a sentence below, never enlarged and never wider than the page.

As an image it is also shown by an untrusted notebook and a page on a code host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.page.html import Markup, data_uri, style, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALLEST: Final = 0.7
"""A picture shrinks to the page down to this share of its size; then it scrolls, to be read."""


def figure(svg: str, alt: str, width: float, *, caption: Sequence[Markup]) -> Markup:
    """Write a picture with its caption.

    Args:
        svg: the drawing.
        alt: what it shows, in a sentence.
        width: of the drawing, in pixels.
        caption: what stands below.
    """
    looks = style(
        display="block",
        width="100%",
        max_width=f"{width:.0f}px",
        min_width=f"{width * SMALLEST:.0f}px",
        height="auto",
    )
    image = tag("img", {"src": data_uri(svg), "alt": alt, "style": looks})
    return tag(
        "figure",
        {"style": style(margin="0.4em 0", max_width="100%")},
        tag("div", {"style": style(overflow_x="auto", max_width="100%")}, image),
        tag("figcaption", {"style": style(font_size="0.85em", opacity="0.8")}, *caption),
    )


def details(summary: Markup, *said: Markup) -> Markup:
    """Write what unfolds by a click.

    Args:
        summary: what is clicked.
        said: what unfolds.
    """
    looks = style(font_size="0.92em", margin="0.2em 0")
    wide = tag("div", {"style": style(overflow_x="auto")}, *said)
    return tag(
        "details", {"style": looks}, tag("summary", {"style": "cursor:pointer"}, summary), wide
    )
