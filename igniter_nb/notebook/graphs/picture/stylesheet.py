"""Style sheet of a graph's picture: colours for a dark page, states of nodes while they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.html import Markup

if TYPE_CHECKING:
    from igniter_nb.notebook.graphs.picture.diagram import Diagram

_DARK_PAGES = ('[data-jp-theme-light="false"]', ".vscode-dark", ".dark")


def style(shown: Diagram, *, live: bool = False) -> Markup:
    """Write the style sheet of a picture; it holds nothing that came from a user."""
    here = f"#{shown.prefix}"
    dark = _dark(shown, live=live)
    if not live:
        body = "".join(f"{here} {rule}" for rule in dark)
        return Markup(f"<style>@media (prefers-color-scheme:dark){{{body}}}</style>")
    page = ":root:not(:has([data-jp-theme-light]))"
    body = "".join(f"{page} {here} {rule}" for rule in dark)
    rules = [f"@media (prefers-color-scheme:dark){{{body}}}"]
    rules += [f"{name} {here} {rule}" for name in _DARK_PAGES for rule in dark]
    rules += [f"{here} {rule}" for rule in _states()]
    return Markup(f"<style>{''.join(rules)}</style>")


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
    rules = [".m{display:none}"]
    for name, look in theme.STATUSES.items():
        rules.append(f'[data-state="{name}"]>.m-{name}{{display:inline}}')
        if look.stroke:
            rules.append(
                f'[data-state="{name}"]>:is(.shape,.panel){{stroke:{look.stroke};stroke-width:1.9}}'
            )
    return rules
