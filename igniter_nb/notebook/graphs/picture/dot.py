"""DOT: a diagram in the language of Graphviz, and a ``dot`` that is asked where everything goes.

Only what every ``dot`` understands is used: plain labels, six-digit colours, fixed sizes. The
program is asked for positions alone; the picture is drawn from them by our own writer, so it
looks the same whichever program answered.
"""

from __future__ import annotations

import json
import math
import subprocess
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.notebook.graphs.picture.measure import CLUSTER_PAD, Sizes
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.geometry import (
    Box,
    Curve,
    Layout,
    LayoutError,
    Point,
    TooLargeError,
    cropped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphviz import Digraph

    from igniter_nb.notebook.graphs.picture.diagram import Diagram, DiagramNode

TIMEOUT_S: Final = 4.0
_INCH = 72.0
_HEADER_FONT, _HEADER_LETTER = 15.0, 0.6 * 15.0
_NO_WINDOW: Final = getattr(subprocess, "CREATE_NO_WINDOW", 0)


def source(shown: Diagram, sizes: Sizes | None = None) -> str:
    """Write a diagram in the DOT language.

    Args:
        shown: the diagram.
        sizes: room for everything, to be asked for positions; None for a text that a person
            gives to a Graphviz of their own, with labels and shapes.
    """
    from graphviz import Digraph

    written = Digraph(
        "layout" if sizes else _escaped(shown.name or "contract"),
        graph_attr={
            "rankdir": "LR",
            "compound": "true",
            "bgcolor": "transparent",
            "nodesep": "0.26",
            "ranksep": "0.58",
            "fontname": "Courier" if sizes else "Helvetica",
        },
        node_attr={"fontname": "Helvetica", "fontsize": "11"},
        edge_attr={"color": theme.EDGE.light, "arrowsize": "0.7"},
    )
    members: dict[int | None, list[int]] = {}
    for position, node in enumerate(shown.nodes):
        members.setdefault(node.cluster, []).append(position)
    _Writer(shown, sizes, members).fill(written, None)
    for position, edge in enumerate(shown.edges):
        written.edge(f"n{edge.source}", f"n{edge.target}", **_arrow(shown, position, sizes))
    text: str = written.source
    return text


class _Writer:
    def __init__(
        self, shown: Diagram, sizes: Sizes | None, members: dict[int | None, list[int]]
    ) -> None:
        self.shown, self.sizes, self.members = shown, sizes, members
        self.inner: dict[int | None, list[int]] = {}
        for position, cluster in enumerate(shown.clusters):
            self.inner.setdefault(cluster.parent, []).append(position)

    def fill(self, into: Digraph, cluster: int | None) -> None:
        """Write the nodes and clusters directly inside a cluster."""
        for position in self.members.get(cluster, ()):
            into.node(f"n{position}", **self._node(position))
        for position in self.inner.get(cluster, ()):
            with into.subgraph(name=f"cluster_{position}") as box:
                box.attr(**self._cluster(position))
                self.fill(box, position)

    def _node(self, position: int) -> dict[str, str]:
        node = self.shown.nodes[position]
        if self.sizes is None:
            return _described(node) | {"id": f"{self.shown.prefix}-n{position}"}
        size = self.sizes.nodes[position]
        return {
            "label": "",
            "shape": "box",
            "fixedsize": "true",
            "width": f"{size.width / _INCH:.4f}",
            "height": f"{size.height / _INCH:.4f}",
        }

    def _cluster(self, position: int) -> dict[str, str]:
        cluster = self.shown.clusters[position]
        if self.sizes is None:
            label = f"{cluster.label} ({cluster.detail})" if cluster.detail else cluster.label
            style = "rounded" if cluster.kind == "compose" else "rounded,dashed"
            looks = {"label": _escaped(label), "style": style, "color": theme.EDGE.light}
            return looks | {"id": f"{self.shown.prefix}-c{position}"}
        letters = max(1, math.ceil(self.sizes.headers[position] / _HEADER_LETTER))
        return {
            "label": "x" * letters,
            "fontsize": f"{_HEADER_FONT}",
            "margin": f"{CLUSTER_PAD}",
        }


def _escaped(*lines: str) -> str:
    """Write lines of a label; none of them is taken for markup or for an escape."""
    from graphviz import escape, nohtml

    escaped: str = nohtml(r"\n".join(escape(each) for each in lines))
    return escaped


def _described(node: DiagramNode) -> dict[str, str]:
    look = theme.kind(node.kind)
    mark = theme.status(node.state.status)
    lines = [f"{mark.symbol} {node.label}" if mark else node.label]
    lines += [said for said in (node.state.error or node.state.value or node.detail,) if said]
    lines += [f"[{', '.join(node.capabilities)}]"] if node.capabilities else []
    about = {
        "label": _escaped(*lines),
        "shape": look.dot,
        "style": "filled,bold" if node.output else "filled",
        "fillcolor": look.fill.light,
        "color": mark.colour if mark and mark.stroke else look.stroke.light,
    }
    return about | ({"tooltip": _escaped(node.doc)} if node.doc else {})


def _arrow(shown: Diagram, position: int, sizes: Sizes | None) -> dict[str, str]:
    edge = shown.edges[position]
    said = {"id": f"e{position}" if sizes else f"{shown.prefix}-e{position}"}
    if sizes:
        said |= {"tailport": "e", "headport": "w"}
    elif edge.gate:
        said["style"] = "dashed"
    if edge.from_cluster is not None:
        said["ltail"] = f"cluster_{edge.from_cluster}"
    if edge.to_cluster is not None:
        said["lhead"] = f"cluster_{edge.to_cluster}"
    return said


def lay_out(shown: Diagram, sizes: Sizes, program: str) -> Layout:
    """Ask a program that speaks ``dot`` where everything goes.

    Args:
        shown: the diagram.
        sizes: room for everything.
        program: path of the executable.

    Raises:
        TooLargeError: it took too long.
        LayoutError: the program cannot be run or does not answer as ``dot`` would.
    """
    answer = _ask(program, source(shown, sizes))
    try:
        return cropped(_Reader(json.loads(answer), shown).layout())
    except (ValueError, KeyError, IndexError, TypeError) as error:
        msg = f"{program} answered something else than a layout: {type(error).__name__}: {error}"
        raise LayoutError(msg) from error


def _ask(program: str, text: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 -- our own text on stdin, no shell, a fixed command line
            [program, "-Kdot", "-Tjson0"],
            input=text.encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            creationflags=_NO_WINDOW,
        )
    except subprocess.TimeoutExpired as error:
        msg = f"{program} took longer than {TIMEOUT_S:g} s"
        raise TooLargeError(msg) from error
    except (OSError, ValueError, NotImplementedError) as error:
        msg = f"{program} cannot be run: {error}"
        raise LayoutError(msg) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
        msg = f"{program} ended with code {done.returncode}: {said}"
        raise LayoutError(msg)
    return done.stdout


class _Reader:
    """Reads Graphviz' JSON; its y grows upwards and its unit is a point."""

    def __init__(self, answer: dict[str, Any], shown: Diagram) -> None:
        self.answer = answer
        self.shown = shown
        left, low, right, high = _floats(answer["bb"])
        self.left, self.high = left, high
        self.size = right - left, high - low

    def layout(self) -> Layout:
        objects = {item["name"]: item for item in self.answer.get("objects", ())}
        edges = {item["id"]: item for item in self.answer.get("edges", ())}
        shown = self.shown
        return Layout(
            *self.size,
            tuple(self._node(objects[f"n{index}"]) for index in range(len(shown.nodes))),
            tuple(
                self._cluster(objects[f"cluster_{index}"]) for index in range(len(shown.clusters))
            ),
            tuple(self._curve(edges[f"e{index}"]["pos"]) for index in range(len(shown.edges))),
        )

    def _point(self, x: float, y: float) -> Point:
        return Point(x - self.left, self.high - y)

    def _node(self, item: dict[str, str]) -> Box:
        at = self._point(*_floats(item["pos"]))
        wide, high = float(item["width"]) * _INCH, float(item["height"]) * _INCH
        return Box(at.x - wide / 2, at.y - high / 2, wide, high)

    def _cluster(self, item: dict[str, str]) -> Box:
        left, low, right, high = _floats(item["bb"])
        at = self._point(left, high)
        return Box(at.x, at.y, right - left, high - low)

    def _curve(self, pos: str) -> Curve:
        start, end, points = None, None, []
        for part in pos.split(";", maxsplit=1)[0].split():
            if part.startswith(("s,", "e,")):
                ending = self._point(*_floats(part[2:]))
                start, end = (ending, end) if part[0] == "s" else (start, ending)
            else:
                points.append(self._point(*_floats(part)))
        if start is not None:
            points[0] = start
        if end is not None:
            points[-1] = end
        if len(points) % 3 != 1:
            msg = f"not a Bézier curve: {pos[:60]}"
            raise ValueError(msg)
        return tuple(points)


def _floats(text: str) -> Iterator[float]:
    return map(float, text.split(","))
