"""Still picture of a cluster: roles of its nodes, links between them, contents of their logs.

1. Everything in it is what the nodes reported at one moment, which the picture names; nothing is
   guessed, and nothing moves.
2. It stands on a card of its own, so that it reads on any page; all colours are presentation
   attributes, and the one style sheet repaints them for a dark page.
3. A role has a shape, a mark or a word, a term has a number: nothing is told by colour alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.clusters.picture import nodes
from igniter_nb.notebook.clusters.picture.legend import legend
from igniter_nb.notebook.clusters.picture.lettering import written
from igniter_nb.notebook.clusters.picture.links import links
from igniter_nb.notebook.clusters.picture.logs import COMPACT, ROOMY, logs
from igniter_nb.notebook.clusters.picture.stage import Stage, stage
from igniter_nb.notebook.clusters.picture.stylesheet import style
from igniter_nb.notebook.clusters.words.summary import name, reason, summary
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Point
from igniter_nb.notebook.page.html import Attributes, Markup, number, tag, text
from igniter_nb.notebook.page.widths import width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from igniter_nb.consensus import ClusterStatus

PAD: Final = 18.0
HEADER: Final = 46.0
BETWEEN: Final = 28.0
WIDEST: Final = 650.0
"""Width that a notebook has on a small screen; what needs more has few columns of entries."""

_NARROWEST: Final = 420.0


@dataclass(frozen=True, slots=True)
class ClusterPicture:
    """A finished picture.

    Attributes:
        svg: the drawing.
        alt: what it shows, in a sentence.
        width: of the drawing, in pixels.
        stage: where everything in it stands.
    """

    svg: str
    alt: str
    width: float
    stage: Stage


def draw(
    seen: ClusterStatus, *, entries: int = 0, signs: frozenset[str] = frozenset()
) -> ClusterPicture:
    """Draw a cluster.

    Args:
        seen: what the nodes reported.
        entries: for how many of each log there is to be room, whatever was reported.
        signs: that are seen when it plays, for whose legend there is to be room.
    """
    roomy = len(seen.rows) <= nodes.MOST_ROOMY
    around = nodes.places(seen, roomy=roomy)
    room = WIDEST - 2 * PAD - around.width - BETWEEN
    beside = logs(seen, ROOMY if roomy else COMPACT, room, entries=entries)
    drawn = links(seen, around)
    wide = max(around.width + BETWEEN + beside.width, _header_width(seen), _NARROWEST)
    high = max(around.height, beside.height)
    term = max((at.term for tail in seen.tails for at in tail), default=1)
    below, of_play = legend(beside.marks | drawn.marks, term, wide), legend(signs, term, wide)
    legend_high = max(below.height, of_play.height)
    whole = (wide + 2 * PAD, PAD + HEADER + high + legend_high + PAD)
    alt, prefix = summary(seen), _prefix(seen)
    root: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": prefix,
        "class": "ig-cluster",
        "width": whole[0],
        "height": whole[1],
        "viewBox": f"0 0 {number(whole[0])} {number(whole[1])}",
        "font-family": theme.FONT,
        "role": "img",
        "aria-label": alt,
    }
    slack = wide - around.width - BETWEEN - beside.width
    ring_at = Point(PAD + slack / 3, PAD + HEADER + (high - around.height) / 2)
    logs_left = PAD + slack * 2 / 3 + around.width + BETWEEN
    logs_at = Point(logs_left, PAD + HEADER + (high - beside.height) / 2)
    legend_at = Point(PAD, PAD + HEADER + high)
    svg = tag(
        "svg",
        root,
        tag("title", None, text(alt)),
        style(prefix),
        _card(*whole),
        *_header(seen),
        _moved(*ring_at, nodes.areas(seen, around), drawn.markup, nodes.nodes(seen, around)),
        _moved(*logs_at, beside.markup),
        _moved(*legend_at, below.markup),
    )
    ids = [row.node_id for row in seen.rows]
    stands = stage(ids, around, ring_at=ring_at, beside=beside, logs_at=logs_at)
    return ClusterPicture(
        svg, alt, whole[0], stands | {"legend": _moved(*legend_at, of_play.markup)}
    )


def _prefix(seen: ClusterStatus) -> str:
    """Name the picture after what it shows; what a state machine holds is not in it."""
    facts = [row._replace(state_machine=None) for row in seen.rows]
    content = repr(
        (facts, seen.seconds, seen.decides, seen.stopped, seen.blocked, seen.tails, seen.progress)
    )
    return f"ig-{hashlib.sha256(content.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"


def _moved(x: float, y: float, *drawn: Markup) -> Markup:
    return tag("g", {"transform": f"translate({number(x)} {number(y)})"}, *drawn)


def _card(wide: float, high: float) -> Markup:
    looks: Attributes = {
        "class": "card",
        "x": 0.5,
        "y": 0.5,
        "width": wide - 1.0,
        "height": high - 1.0,
        "rx": 10.0,
        "fill": theme.PANEL.light,
        "stroke": theme.PANEL_LINE.light,
    }
    return tag("rect", looks)


# --- what stands above --------------------------------------------------------------------------


def _headline(seen: ClusterStatus) -> tuple[str, str]:
    """Return the two lines above the picture."""
    leader = seen.leader
    who = f"{name(leader)} leads term {seen[leader].term}" if leader else "nobody leads"
    when = f"seen at {seen.seconds:.3f} s of the cluster's own time"
    if seen.stopped:
        return "Stopped", f"as it was · {when}"
    if not seen.decides:
        return f"Quorum lost · {who}", f"{reason(seen)} · {when}"
    return who if leader else "Nobody leads", f"{seen.need} · {when}"


def _header_width(seen: ClusterStatus) -> float:
    first, second = _headline(seen)
    return max(width(first, 15.0, bold=True) + 24.0, width(second, 11.0))


def _header(seen: ClusterStatus) -> Iterator[Markup]:
    first, second = _headline(seen)
    at = Point(PAD, PAD + 12.0)
    kind = "name"
    if not (seen.decides or seen.stopped):
        yield _warning(PAD + 8.0, PAD + 6.5)
        at, kind = Point(PAD + 24.0, at.y), "error"
    yield written(kind, first, at, size=15.0, bold=True)
    yield written("detail", second, Point(PAD, PAD + 31.0), size=11.0)


def _warning(x: float, y: float) -> Markup:
    path = f"M{number(x)} {number(y - 8)}l9 15.6h-18Z"
    sign = f"M{number(x)} {number(y - 2.5)}v4.6m0 2.6v0.1"
    line: Attributes = {"fill": "none", "stroke-linecap": "round", "stroke-linejoin": "round"}
    return tag(
        "g",
        {"stroke-linejoin": "round", "stroke-width": "2"},
        tag("path", {"d": path, "fill": theme.VERMILION, "stroke": theme.VERMILION}),
        tag("path", {**line, "d": sign, "stroke": "#ffffff"}),
    )
