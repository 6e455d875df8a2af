"""Style sheet of a cluster's picture, which repaints the picture for a dark page."""

from __future__ import annotations

from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.html import Markup


def style(prefix: str) -> Markup:
    """Write the style sheet; it holds nothing that came from a user.

    Args:
        prefix: id of the picture.
    """
    body = "".join(f"#{prefix} {rule}" for rule in _dark())
    return Markup(f"<style>@media (prefers-color-scheme:dark){{{body}}}</style>")


def _dark() -> list[str]:
    rules = [
        f".card{{fill:{theme.PANEL.dark};stroke:{theme.PANEL_LINE.dark}}}",
        f".name{{fill:{theme.NAME.dark}}}",
        f".detail{{fill:{theme.DETAIL.dark}}}",
        f".error{{fill:{theme.ERROR_TEXT.dark}}}",
        f".edge{{stroke:{theme.INK.dark}}}",
        f".follows{{stroke:{theme.SKY}}}",
        f".follows .head{{fill:{theme.SKY}}}",
        f".tick{{fill:{theme.NAME.dark}}}",
        f".tick.open{{fill:{theme.PANEL.dark};stroke:{theme.NAME.dark}}}",
        f".crown{{stroke:{theme.PANEL.dark}}}",
        f".crown.open{{fill:{theme.PANEL.dark};stroke:{theme.ORANGE}}}",
        f".hollow{{fill:{theme.PAPER.dark}}}",
    ]
    rules += [
        f".side.{name}{{fill:{look.fill.dark};stroke:{look.stroke.dark}}}"
        for name, look in theme.SIDES.items()
    ]
    for role, look in theme.ROLES.items():
        rules.append(f".r-{role}{{fill:{look.fill.dark};stroke:{look.stroke.dark}}}")
        rules.append(f".n-{role}{{fill:{look.name.dark}}}")
    rules.append(".line.line{fill:none}")
    rules += [f".t{at}{{stroke:{look.stroke.dark}}}" for at, look in enumerate(theme.TERMS)]
    return rules
