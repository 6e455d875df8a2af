"""Figure on a page: an image with a sentence below, never enlarged and never wider than the page.

As an image it is also shown by an untrusted notebook and a page on a code host.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.page.bundle import script
from igniter_nb.notebook.page.html import Markup, data_uri, style, tag, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SMALLEST: Final = 0.9
"""A picture shrinks to the page down to this share of its size; then it scrolls in its own box. Its
smallest letters have ten pixels, so that nine are left."""


THEMED: Final = Markup(
    "<style>.ig-picture{color-scheme:light}"
    ':is([data-jp-theme-light="false"],.vscode-dark,.vscode-high-contrast,[theme="dark"],'
    '[data-theme="dark"],[data-md-color-scheme="slate"],.dark) .ig-picture{color-scheme:dark}'
    ".vscode-high-contrast-light .ig-picture{color-scheme:light}</style>"
)
"""Lets a picture take its theme from the page, where it would ask the operating system."""


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
    about = {"class": "ig-picture", "src": data_uri(svg), "alt": alt, "style": looks}
    image = tag("img", about)
    return tag(
        "figure",
        {"style": style(margin="0.4em 0", max_width="100%")},
        THEMED,
        tag("div", {"style": style(overflow_x="auto", max_width="100%")}, image),
        tag("figcaption", {"style": style(font_size="0.85em", opacity="0.8")}, *caption),
    )


ONE_OF_TWO: Final = Markup("""<style>\
:is(.jp-OutputArea-child,.output_container,.output,.output_area,.output_subarea)\
:has(.ig-still):has(~ * :is(.ig-cluster,.ig-live)){display:none}\
.jp-OutputArea-child:has(.ig-still)+.jp-OutputArea-child\
:has(>.jupyter-widgets):not(:has(.ig-cluster,.ig-live)){display:none}\
</style>""")
"""Lets a page show a still or the widget behind it, never both: the widget where it runs.

The classes are those of outputs in JupyterLab, Notebook, Voilà and nbconvert, in VS Code, and in
Colab; the roots of our widgets are told apart from what stands there when one cannot be shown.
"""


LIFELESS: Final = "This is a picture of what was shown last: run the cell to bring it to life."
"""Said below a picture where its widget does not run."""


def beside_widget(forms: Mapping[str, str]) -> dict[str, str]:
    """Return the forms of a picture that stands in front of its widget, and says what it is."""
    looks = style(font_size="0.85em", opacity="0.8", margin="0.4em 0")
    said = tag("p", {"style": looks}, text(LIFELESS))
    page = tag("div", {"class": "ig-still"}, ONE_OF_TWO, Markup(forms["text/html"]), said)
    return {"text/html": str(page), "text/plain": forms["text/plain"]}


def played(name: str, data: str, page: Markup) -> Markup:
    """Write a picture that a script plays where scripts run.

    Args:
        name: of the script.
        data: what it plays, as JSON.
        page: the picture.
    """
    code = script(name)
    if not (code and data):
        return page
    known = f"ig-{hashlib.sha256(data.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"
    inside = data.replace("</", "<\\/").replace("<!--", "<\\u0021--")
    return tag(
        "div",
        {"data-ig-still": known},
        page,
        Markup(f'<script type="application/json">{inside}</script>'),
        Markup(f'<script>(()=>{{{code}played.start("{known}")}})()</script>'),
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
