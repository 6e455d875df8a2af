"""Nodes of a cluster on their ring: shape, mark, name, and what each reported of itself.

A small cluster has its texts in and beside the nodes. A large one has only names there; the rest
stands in front of the logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.clusters.picture.lettering import written
from igniter_nb.notebook.clusters.picture.ring import AREA_PAD, Ring, parted, ring
from igniter_nb.notebook.clusters.picture.roles import ABOVE, figure
from igniter_nb.notebook.clusters.words.sides import sides
from igniter_nb.notebook.clusters.words.summary import name, role_words, standing
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import Point
from igniter_nb.notebook.page.html import Attributes, Markup, join, tag, text
from igniter_nb.notebook.page.widths import width
from igniter_nb.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from igniter_nb.consensus import ClusterStatus, NodeStatus
    from igniter_nb.notebook.clusters.picture.ring import Spot

MOST_ROOMY: Final = 7
"""Nodes of the largest cluster that is drawn with texts beside its nodes."""

LARGE, SMALL = 25.0, 15.0
"""Radius of a node, in pixels."""

SAID = 12.0
"""Size of what is said of a side."""

_ROLE, _VOTE, _TERM = 12.0, 10.5, 10.0
_NAMES: Final = {LARGE: (14.5, 12.5, 10.5), SMALL: (10.0,)}
_LONGEST, _VOTED, _CUT = 16, 12, 5


def places(seen: ClusterStatus, *, roomy: bool) -> Ring:
    """Say where the nodes of a cluster stand.

    Args:
        seen: what they reported.
        roomy: whether there are texts beside them.
    """
    found = sides(seen)
    if not found:
        return _ring(seen, seen.rows, roomy=roomy)
    order = {row.node_id: at for at, row in enumerate(seen.rows)}
    groups = [[order[name] for name in side.nodes] for side in found]
    if left := [at for at in order.values() if not any(at in group for group in groups)]:
        groups[-1] += left  # those that are no members any more stand somewhere, too
    rings = [_ring(seen, [seen.rows[at] for at in group], roomy=roomy) for group in groups]
    return parted(rings, groups, max(width(side.text, SAID, bold=True) for side in found))


def _ring(seen: ClusterStatus, rows: Sequence[NodeStatus], *, roomy: bool) -> Ring:
    if not roomy:
        above = ABOVE * SMALL / LARGE
        return ring([0.0] * len(rows), radius=SMALL, apart=49.0, above=above)
    said = [_sides(seen, row) for row in rows]
    wide = [max(width(of, _ROLE, bold=True), width(vote, _VOTE)) for of, vote in said]
    return ring(wide, radius=LARGE, apart=118.0, above=ABOVE)


def areas(seen: ClusterStatus, around: Ring) -> Markup:
    """Draw the sides of a network that is parted, each with what it can do.

    Args:
        seen: what the nodes reported.
        around: where they stand.
    """
    drawn = []
    for side, box in zip(sides(seen), around.areas, strict=True):
        kind = "decides" if side.decides else "idle"
        look = theme.SIDES[kind]
        looks: Attributes = {
            "class": f"side {kind}",
            "x": box.x,
            "y": box.y,
            "width": box.width,
            "height": box.height,
            "rx": 10.0,
            "fill": look.fill.light,
            "stroke": look.stroke.light,
            "stroke-dasharray": None if side.decides else "5 4",
        }
        at = Point(box.x + AREA_PAD, box.y + AREA_PAD + 7.0)
        words = written("name", side.text, at, size=SAID, bold=True)
        drawn += [tag("rect", looks), words]
    return join(drawn)


def nodes(seen: ClusterStatus, around: Ring) -> Markup:
    """Draw the nodes of a cluster.

    Args:
        seen: what they reported.
        around: where they stand.
    """
    rows = zip(seen.rows, around.spots, strict=True)
    return join([_node(seen, row, spot, radius=around.radius) for row, spot in rows])


def _node(seen: ClusterStatus, row: NodeStatus, spot: Spot, *, radius: float) -> Markup:
    role, roomy = standing(seen, row), radius == LARGE
    x, y = spot.centre
    said, size = _inside(name(row.node_id), radius)
    low = y + size * 0.36 - (6.0 if roomy else 0.0)
    pieces = [tag("title", None, text(tooltip(row))), *figure(role, spot.centre, radius)]
    pieces.append(_name(role, said, Point(x, low), size=size))
    if roomy:
        pieces.append(_name(role, f"term {row.term}", Point(x, y + 12.5), size=_TERM))
        pieces += _beside(_sides(seen, row), spot)
    about: Attributes = {
        "class": "node",
        "data-node": name(row.node_id),
        "data-role": row.role,
        "aria-label": tooltip(row).replace("\n", ", "),
    }
    return tag("g", about, *pieces)


def _sides(seen: ClusterStatus, row: NodeStatus) -> tuple[str, str]:
    """Return the two lines beside a node: what it is, and whom it voted for."""
    full, role = name(row.node_id), role_words(standing(seen, row))
    fits = _inside(full, LARGE)[0] == full
    vote = f"voted {shorten(name(row.vote), _VOTED)}" if row.vote else "no vote"
    return role if fits else f"{shorten(full, _LONGEST)} · {role}", vote


def _inside(full: str, radius: float) -> tuple[str, float]:
    """Return the name that fits into a node, and its font size."""
    sizes = _NAMES[radius]
    for size in sizes:
        if width(full, size, bold=True) <= 2 * radius - 4.0:
            return full, size
    return shorten(full, _CUT), sizes[-1]


def _beside(said: tuple[str, str], spot: Spot) -> Iterator[Markup]:
    (x, y), anchor = spot.label, spot.anchor
    yield written("name", said[0], Point(x, y - 2.0), size=_ROLE, bold=True, anchor=anchor)
    yield written("detail", said[1], Point(x, y + 12.0), size=_VOTE, anchor=anchor)


def _name(role: str, said: str, at: Point, *, size: float) -> Markup:
    """Write a text inside a node."""
    look = theme.role(role)
    attributes: Attributes = {
        "class": f"n-{role}" if role in theme.ROLES else "n-follower",
        "x": at.x,
        "y": at.y,
        "font-size": size,
        "font-weight": "600",
        "text-anchor": "middle",
        "fill": look.name.light,
    }
    return tag("text", attributes, text(said))


def tooltip(row: NodeStatus) -> str:
    """Write all that a node reported but its state, a line each."""
    known = [
        f"{name(row.node_id)} · {role_words(row.role)}",
        f"term {row.term}",
        f"voted {name(row.vote)}" if row.vote else "no vote",
        f"follows {name(row.leader)}" if row.leader and row.leader != row.node_id else "",
        f"committed {row.commit_index:,}",
        f"applied {row.applied_index:,}",
        f"last entry {row.log_size:,}",
        f"compacted up to {row.snapshot_index:,}" if row.snapshot_index else "",
        "" if row.alive else "as it was last",
    ]
    return "\n".join(said for said in known if said)
