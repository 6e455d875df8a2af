"""Stage of a picture: where its nodes and logs stand, and how they look, for the script that plays.

The script draws nothing by itself: roles come as drawn here, and terms with their colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.notebook.clusters.picture.logs import HEAD, Logs, Scale
from igniter_nb.notebook.clusters.picture.roles import figure
from igniter_nb.notebook.clusters.words.summary import role_words
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Point
from igniter_nb.notebook.page.html import join, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from igniter_nb.notebook.clusters.picture.ring import Ring

Stage = dict[str, Any]


def stage(
    names: Sequence[str], around: Ring, *, ring_at: Point, beside: Logs, logs_at: Point
) -> Stage:
    """Say where things stand.

    Args:
        names: of the nodes, in the order of the ring.
        around: where they stand on it.
        ring_at: where the ring begins.
        beside: the logs.
        logs_at: where they begin.
    """
    return {
        "radius": around.radius,
        "nodes": {
            name: [
                *(_digits(ring_at.x + spot.centre.x, ring_at.y + spot.centre.y)),
                *(_digits(ring_at.x + spot.label.x, ring_at.y + spot.label.y)),
                int(spot.anchor == "end"),
                *_digits(logs_at.y + HEAD + beside.scale.pitch * at),
            ]
            for at, (name, spot) in enumerate(zip(names, around.spots, strict=True))
        },
        "logs": _logs(beside, beside.scale, logs_at),
        "terms": [[each.fill, each.ink, each.stroke.light] for each in theme.TERMS],
    }


def _logs(beside: Logs, scale: Scale, at: Point) -> list[float]:
    room = beside.width - beside.left
    columns = max(1, min(scale.columns, int(room // beside.step)))
    facts = (at.x + beside.left, at.y + HEAD - 8.0, beside.step, scale.box, scale.size)
    return [*_digits(*facts), columns]


def looks(roles: Iterable[str], radius: float) -> dict[str, list[str]]:
    """Return for each role its figure around (0, 0), its word, and the colour of the name in it."""
    found = {}
    for role in roles:
        drawn = join(figure(role, Point(0.0, 0.0), radius))
        found[role] = [drawn, role_words(role), theme.role(role).name.light]
    return found


def _digits(*values: float) -> list[float]:
    """Return coordinates as they are written: with one digit."""
    return [float(number(value)) for value in values]
