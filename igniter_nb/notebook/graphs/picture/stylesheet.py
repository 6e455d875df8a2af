"""Style sheet of a picture: repaints it for a dark page, and shows states while live.

A live picture's says what a still says by attributes, and like these it gives way to any rule of
the page: ``:where`` counts for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.notebook.graphs.picture.measure import BADGE_SIZE, DETAIL_SIZE, NAME_SIZE
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.html import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from igniter_nb.notebook.graphs.picture.diagram import Diagram

_DARK_PAGES = ('[data-jp-theme-light="false"]', ".vscode-dark", ".dark")


def style(shown: Diagram, *, live: bool = False, where: str = "") -> Markup:
    """Write the style sheet of a picture; it holds nothing that came from a user.

    Args:
        shown: what is drawn.
        live: whether states will change while it is looked at.
        where: selector of the drawing; the diagram's own id when left out.
    """
    here = where or f"#{shown.prefix}"
    dark = _dark(shown, live=live)
    if not live:
        body = "".join(f"{here} {rule}" for rule in dark)
        return Markup(f"<style>@media (prefers-color-scheme:dark){{{body}}}</style>")
    page = ":root:not(:has([data-jp-theme-light]))"
    body = "".join(f":where({page} {here}) {rule}" for rule in dark)
    rules = [f":where({here}) {rule}" for rule in (*_light(), *_texts())]
    rules += [f"@media (prefers-color-scheme:dark){{{body}}}"]
    rules += [f":where({name} {here}) {rule}" for name in _DARK_PAGES for rule in dark]
    rules += [f":where({here}) {rule}" for rule in _states()]
    return Markup(f"<style>{''.join(rules)}</style>")


def _light() -> Iterator[str]:
    """Give what a still says by attributes: colours of a light page."""
    yield ".shape{stroke-width:1.2;stroke-linejoin:round}"
    for name, look in theme.KINDS.items():
        yield f".k-{name}>.shape{{fill:{look.fill.light};stroke:{look.stroke.light}}}"
    yield ".line.line.line{fill:none}"
    yield f".panel{{fill:{theme.PANEL.light};stroke:{theme.PANEL_LINE.light}}}"
    yield ".scope>.panel,.gate{stroke-dasharray:5 4}"
    yield f".edges{{fill:none;stroke:{theme.EDGE.light};stroke-width:1.3}}"
    yield f".heads{{fill:{theme.EDGE.light};stroke:none}}"
    yield f".badge{{fill:{theme.BADGE.light};stroke:{theme.BADGE_LINE.light};stroke-width:.8}}"


def _texts() -> Iterator[str]:
    yield f".name{{font-size:{NAME_SIZE}px;font-weight:600;fill:{theme.NAME.light}}}"
    yield f".detail{{font-size:{DETAIL_SIZE}px;fill:{theme.DETAIL.light}}}"
    yield ".scope>.detail{font-weight:600}"
    yield ".time{text-anchor:end}"
    yield f".error{{fill:{theme.ERROR_TEXT.light}}}"
    yield f".badge-text{{font-size:{BADGE_SIZE}px;text-anchor:middle}}"
    yield f".badge-text{{fill:{theme.BADGE_TEXT.light}}}"


def _dark(shown: Diagram, *, live: bool) -> list[str]:
    kinds = set(theme.KINDS) if live else {node.kind for node in shown.nodes}
    rules = []
    for name, look in theme.KINDS.items():
        if name in kinds:
            rules.append(f".k-{name}>.shape{{fill:{look.fill.dark};stroke:{look.stroke.dark}}}")
    rules.append(".line.line.line{fill:none}")
    states = shown.statuses
    for name, status in theme.STATUSES.items():
        if status.stroke and (live or name in states):
            rules.append(f'[data-state="{name}"]>:is(.shape,.panel){{stroke:{status.stroke}}}')
    names = set(theme.STATUSES) if live else states & theme.STATUSES.keys()
    marks = {theme.MARKS[theme.STATUSES[name].colour] for name in names}
    return [
        ".panel{" + f"fill:{theme.PANEL.dark};stroke:{theme.PANEL_LINE.dark}}}",
        *rules,
        f":is(.name,.flag){{fill:{theme.NAME.dark}}}",
        f".detail{{fill:{theme.DETAIL.dark}}}",
        f".error{{fill:{theme.ERROR_TEXT.dark}}}",
        f".badge{{fill:{theme.BADGE.dark};stroke:{theme.BADGE_LINE.dark}}}",
        f".badge-text{{fill:{theme.BADGE_TEXT.dark}}}",
        *(
            f':is(.m,.legend-mark) [{part}="{look.light}"]{{{part}:{look.dark}}}'
            for look in sorted(marks)
            for part in ("fill", "stroke")
        ),
        ':is(.m,.legend-mark) [stroke="#ffffff"]{stroke:#111111}',
    ]


def _states() -> list[str]:
    return [
        f'[data-state="{name}"]>:is(.shape,.panel){{stroke:{look.stroke};stroke-width:1.9}}'
        for name, look in theme.STATUSES.items()
        if look.stroke
    ]
