"""Folding: a diagram too large to read becomes a smaller one that says what it left out.

Nested contracts become one box each, the deepest first; then scopes; then every layer keeps its
most telling nodes (outputs, failures, guards, what much depends on) and puts the others into one
box ``+N nodes``. A folded box carries the count, the worst status and the capabilities of what
it stands for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from igniter_nb.notebook.graphs.picture.diagram import (
    Diagram,
    DiagramCluster,
    DiagramEdge,
    DiagramNode,
    State,
)
from igniter_nb.notebook.page import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

READABLE = 120
"""How many nodes a summary has: it is there to be read at a glance."""

ENDS = 8
"""How many of the first and of the last layers are kept apart in a deep graph."""


def smaller(shown: Diagram, limit: int) -> Iterator[Diagram]:
    """Yield a diagram, then ever smaller versions of it.

    Args:
        shown: the diagram in full.
        limit: most nodes that the last versions are to have; each further one has fewer.
    """
    yield shown
    folded = shown
    depths = _depths(shown.clusters)
    for depth in range(max(depths, default=0), 0, -1):
        inner = {at for at, deep in enumerate(_depths(folded.clusters)) if deep >= depth}
        nested = {at for at in inner if folded.clusters[at].kind == "compose"}
        folded = collapse(folded, nested)
        yield replace(folded, folded="nested contracts are drawn as one box each")
    if folded.clusters:
        folded = collapse(folded, set(range(len(folded.clusters))))
        yield replace(folded, folded="nested contracts and scopes are drawn as one box each")
    limit = min(limit, READABLE)
    while limit > 1:
        yield replace(layers(folded, limit), folded="of each layer only some nodes are drawn")
        limit //= 4


def _depths(clusters: Sequence[DiagramCluster]) -> list[int]:
    """Return for each cluster in how many nested contracts it stands, itself included."""
    depths: list[int] = []
    for cluster in clusters:
        outer = depths[cluster.parent] if cluster.parent is not None else 0
        depths.append(outer + (cluster.kind == "compose"))
    return depths


def collapse(shown: Diagram, chosen: set[int]) -> Diagram:
    """Draw clusters as one box each, with all that is inside.

    Args:
        shown: the diagram.
        chosen: indexes of clusters.
    """
    into: list[int | None] = []
    for at, cluster in enumerate(shown.clusters):
        outer = into[cluster.parent] if cluster.parent is not None else None
        into.append(outer if outer is not None else at if at in chosen else None)
    kept = [at for at, box in enumerate(into) if box is None]
    renumbered = {at: position for position, at in enumerate(kept)}

    def group(node: DiagramNode) -> object:
        return None if node.cluster is None else into[node.cluster]

    def box(key: object, members: list[DiagramNode]) -> DiagramNode:
        cluster = shown.clusters[int(str(key))]
        return _box_of_cluster(cluster, members)

    merged = _merge(shown, [group(node) for node in shown.nodes], box)
    clusters = [
        replace(shown.clusters[at], parent=_renumber(renumbered, shown.clusters[at].parent))
        for at in kept
    ]
    nodes = [replace(node, cluster=_renumber(renumbered, node.cluster)) for node in merged.nodes]
    edges = [
        replace(
            edge,
            from_cluster=_renumber(renumbered, edge.from_cluster),
            to_cluster=_renumber(renumbered, edge.to_cluster),
        )
        for edge in merged.edges
    ]
    return replace(
        merged,
        nodes=tuple(nodes),
        edges=tuple(dict.fromkeys(edges)),
        clusters=tuple(clusters),
    )


def _renumber(numbers: Mapping[int, int], old: int | None) -> int | None:
    return None if old is None else numbers.get(old)


def _box_of_cluster(cluster: DiagramCluster, members: list[DiagramNode]) -> DiagramNode:
    nested = cluster.kind == "compose"
    count = sum(node.count for node in members)
    detail = f"{cluster.detail} · {count:,} nodes" if cluster.detail else f"{count:,} nodes"
    return replace(
        _summary(members),
        path=cluster.path,
        label=cluster.label,
        kind="compose" if nested else theme.MORE,
        detail=detail,
        doc=cluster.doc,
        cluster=cluster.parent,
        state=cluster.state if nested else _worst(members),
        output=False if nested else any(node.output for node in members),
    )


def _summary(members: Sequence[DiagramNode]) -> DiagramNode:
    count = sum(node.count for node in members)
    names = ", ".join(node.label for node in members[:12])
    more = f" and {len(members) - 12:,} more" if len(members) > 12 else ""  # noqa: PLR2004
    return DiagramNode(
        path=f"{members[0].path} …",
        label=f"+{count:,} nodes",
        kind=theme.MORE,
        doc=names + more,
        capabilities=tuple(
            dict.fromkeys(chain.from_iterable(node.capabilities for node in members))
        )[:4],
        output=any(node.output for node in members),
        count=count,
        state=_worst(members),
    )


def _worst(members: Sequence[DiagramNode]) -> State:
    counts = Counter(node.state.status for node in members)
    status = theme.worst(list(counts))
    if not status:
        return State()
    return State(status, error=f"{counts[status]:,} failed" if status == "failed" else "")


def layers(shown: Diagram, limit: int) -> Diagram:
    """Keep the most telling nodes of each layer and put the others into one box.

    Args:
        shown: a diagram without clusters.
        limit: about how many nodes the answer is to have.
    """
    depth = _layers_of(shown)
    last = max(depth, default=0)
    if last + 1 > max(2 * ENDS + 1, limit // 4):
        depth = [_band(each, last) for each in depth]
    middle = ENDS if last != max(depth, default=0) else -1
    room = max(1, limit // (max(depth, default=0) + 1) - 1)
    rank = _importance(shown)
    members: dict[int, list[int]] = defaultdict(list)
    for position, each in enumerate(depth):
        members[each].append(position)
    groups: list[object] = [None] * len(shown.nodes)
    for each, inside in members.items():
        kept = 0 if each == middle else room
        hidden = sorted(inside, key=rank.__getitem__, reverse=True)[kept:]
        if len(hidden) > 1:
            for position in hidden:
                groups[position] = each
    return _merge(shown, groups, lambda _key, inside: _summary(inside))


def _band(depth: int, last: int) -> int:
    """Return the layer of a node when all but the first and last layers count as one."""
    if depth < ENDS:
        return depth
    return ENDS if depth <= last - ENDS else ENDS + 1 + depth - (last - ENDS + 1)


def _layers_of(shown: Diagram) -> list[int]:
    depth = [0] * len(shown.nodes)
    for edge in sorted(shown.edges, key=lambda edge: edge.target):
        if edge.source < edge.target:
            depth[edge.target] = max(depth[edge.target], depth[edge.source] + 1)
    return depth


def _importance(shown: Diagram) -> list[tuple[int, ...]]:
    """Return what to sort nodes by: the larger, the rather a node is kept."""
    degree = Counter(end for edge in shown.edges for end in (edge.source, edge.target))
    return [
        (
            node.state.status in ("failed", "running"),
            node.output,
            node.kind in ("guard", "compose"),
            bool(node.capabilities),
            degree[position],
            -position,
        )
        for position, node in enumerate(shown.nodes)
    ]


def _merge(
    shown: Diagram,
    groups: Sequence[object],
    box: Callable[[object, list[DiagramNode]], DiagramNode],
) -> Diagram:
    """Replace the nodes of each group by one; a node of no group stays."""
    members: dict[object, list[DiagramNode]] = defaultdict(list)
    for node, group in zip(shown.nodes, groups, strict=True):
        if group is not None:
            members[group].append(node)
    nodes: list[DiagramNode] = []
    first: dict[object, int] = {}
    place: list[int] = []
    for node, group in zip(shown.nodes, groups, strict=True):
        if group is None or group not in first:
            place.append(len(nodes))
            nodes.append(node if group is None else box(group, members[group]))
            if group is not None:
                first[group] = place[-1]
        else:
            place.append(first[group])
    edges: dict[DiagramEdge, None] = {}
    for edge in shown.edges:
        source, target = place[edge.source], place[edge.target]
        if source != target:
            edges[replace(edge, source=source, target=target)] = None
    return replace(shown, nodes=tuple(nodes), edges=tuple(edges))
