"""Pictures of a compiled graph for the live widget, kept as long as the graph lives.

1. A live picture holds no state: what is drawn is what the graph declares. So it is laid out once
   for each way of folding, and every execution and every widget shares it.
2. Nested contracts and scopes can be folded into one box each, and unfolded again. Only a graph
   that is too large to be drawn begins folded.
3. If what is open would be too much to draw, what is open elsewhere is folded first.
"""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.graphs.picture import chain, fold, measure, svg
from igniter_nb.notebook.graphs.picture.diagram import diagram
from igniter_nb.notebook.page.geometry import LayoutError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from igniter_nb.graph import CompiledGraph
    from igniter_nb.notebook.graphs.picture.diagram import Diagram

MOST: Final = 1_200
"""Most nodes that are drawn at once."""

PROGRAMS: Final = 120
"""Most nodes that a program is asked to lay out: it takes its time, and somebody waits."""

SETTINGS: Final = ("IGNITER_NB_RENDERER", "IGNITER_DOT", "PATH")
"""Variables of the environment that decide who lays out."""


@dataclass(frozen=True, slots=True)
class LivePicture:
    """A picture whose states will change while it is looked at.

    Attributes:
        svg: the drawing, empty when no engine could lay it out.
        legend: what its shapes and marks mean, a drawing for each.
        shown: the diagram as drawn; ``shown.folded`` says what cannot be unfolded.
        folds: path of each cluster that can be folded to whether it is.
    """

    svg: str
    legend: list[str]
    shown: Diagram
    folds: dict[str, bool]


class _Kept:
    """What was drawn of one graph."""

    def __init__(self, graph: CompiledGraph) -> None:
        self.full = diagram(graph)
        self.drawn: dict[object, LivePicture] = {}


_kept: dict[int, _Kept] = {}


def live_picture(graph: CompiledGraph, folded: Collection[str] | None = None) -> LivePicture:
    """Draw a graph, or return what was drawn of it before.

    Args:
        graph: what is drawn.
        folded: paths of the clusters that are one box each; as many as needed when left out.
    """
    kept = _kept.get(id(graph))
    if kept is None:
        kept = _kept[id(graph)] = _Kept(graph)
        weakref.finalize(graph, _kept.pop, id(graph), None).atexit = False
    chosen = _first(kept.full) if folded is None else frozenset(folded)
    key = chosen, *map(os.environ.get, SETTINGS)
    if key not in kept.drawn:
        kept.drawn[key] = _drawn(kept.full, chosen)
    return kept.drawn[key]


def unfolded(shown: LivePicture, graph: CompiledGraph, path: str) -> frozenset[str]:
    """Return what is folded after one cluster was unfolded, and as much else as is needed.

    Args:
        shown: the picture as it is.
        graph: what it shows.
        path: of the cluster.
    """
    full = _kept[id(graph)].full
    by_path = {cluster.path: cluster for cluster in full.clusters}
    open_ones = {path}
    above = by_path[path].parent if path in by_path else None
    while above is not None:
        open_ones.add(full.clusters[above].path)
        above = full.clusters[above].parent
    folded = frozenset(each for each, is_one in shown.folds.items() if is_one) - open_ones
    if len(_collapsed(full, folded).nodes) <= MOST:
        return folded
    return frozenset(by_path) - open_ones


def _first(full: Diagram) -> frozenset[str]:
    """Return what is folded at first: the deepest clusters until the rest can be drawn."""
    if len(full.nodes) <= MOST:
        return frozenset()
    folded: frozenset[str] = frozenset()
    for folded in _by_depth(full):
        if len(_collapsed(full, folded).nodes) <= MOST:
            break
    return folded


def _by_depth(full: Diagram) -> Iterator[frozenset[str]]:
    """Yield the clusters of the deepest level, then those of more and more levels."""
    depth: list[int] = []
    for cluster in full.clusters:
        depth.append(0 if cluster.parent is None else depth[cluster.parent] + 1)
    for level in range(max(depth, default=-1), -1, -1):
        yield frozenset(
            cluster.path
            for cluster, deep in zip(full.clusters, depth, strict=True)
            if deep >= level
        )


def _collapsed(full: Diagram, folded: Collection[str]) -> Diagram:
    return fold.collapse(
        full, {at for at, cluster in enumerate(full.clusters) if cluster.path in folded}
    )


def _drawn(full: Diagram, folded: frozenset[str]) -> LivePicture:
    shown = _collapsed(full, folded)
    if len(shown.nodes) > MOST:
        said = "Too many nodes to draw: of each layer only some are drawn."
        plain = replace(_collapsed(full, {each.path for each in full.clusters}), folded=said)
        shown = fold.layers(plain, fold.READABLE)
    open_ones = {cluster.path for cluster in shown.clusters}
    boxes = {node.path for node in shown.nodes} & {cluster.path for cluster in full.clusters}
    folds = dict.fromkeys(open_ones, False) | dict.fromkeys(boxes & folded, True)
    room = measure.sizes(shown, live=True)
    try:
        layout, _ = chain.lay_out(shown, room, most=PROGRAMS)
    except LayoutError:
        return LivePicture("", [], shown, folds)
    drawing, legend = svg.draw_live(shown, layout, room, folded=boxes & folded)
    return LivePicture(drawing, [*legend], shown, folds)
