"""Diagram: nodes, arrows and boxes as values, before a layout engine has placed them.

1. A :class:`Diagram` holds texts and numbers only: values are abbreviated when it is made, so
   that drawing cannot run a user's code, and equal diagrams draw equal pictures.
2. Nodes stand in topological order; arrows and clusters name them by index.
3. A nested contract is a cluster that *is* its node: it has the node's path and state, and arrows
   to or from it as a whole end at its border.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from igniter_nb.display import blocker, failure
from igniter_nb.graph import Const, Graph, Input, Node, Output, Project, details
from igniter_nb.notebook.page.html import line
from igniter_nb.text import abbreviate, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DEEPEST = 6
"""Contracts nested deeper than this are drawn as one box."""

LABEL, DETAIL, DOC = 30, 30, 240
"""Longest texts in a picture, in characters."""


class Cell(Protocol):
    """What a picture needs to know of a node's run-time state."""

    @property
    def status(self) -> str:
        """``pending``, ``running``, ``succeeded``, ``failed`` or ``stale``."""

    @property
    def origin(self) -> str | None:
        """``computed``, ``skipped``, ``backdated``, or None if it never ran."""

    @property
    def held(self) -> object:
        """The value as the cell keeps it, None if there is none."""

    @property
    def error(self) -> BaseException | None:
        """The error of a failed node."""

    @property
    def duration(self) -> float | None:
        """Seconds of the latest work."""


class Execution(Protocol):
    """What a picture needs to know of a contract instance."""

    @property
    def cells(self) -> Sequence[Cell]:
        """Every node as it is now, by node id."""

    @property
    def children(self) -> Mapping[int, Execution]:
        """Node id to nested execution, for those that have run."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a node while or after it ran; empty before.

    Attributes:
        status: key of :data:`igniter_nb.notebook.page.theme.STATUSES`, empty without an execution.
        value: abbreviated, empty when there is none.
        error: first line of the error, empty when there is none.
        duration: seconds, or None.
    """

    status: str = ""
    value: str = ""
    error: str = ""
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class DiagramNode:
    """One box.

    Attributes:
        path: address of the node; inside a nested contract behind the path of that contract.
        label: name as drawn.
        kind: one of the graph's kinds, or ``"more"`` for a box that stands for several nodes.
        detail: type, callable, condition: the second line until there is a value.
        doc: first paragraph of the documentation.
        capabilities: names of what it may touch.
        output: whether it is an output of its contract.
        cluster: index of the innermost cluster around it, or None.
        count: how many nodes it stands for.
        state: run-time state.
    """

    path: str
    label: str
    kind: str
    detail: str = ""
    doc: str = ""
    capabilities: tuple[str, ...] = ()
    output: bool = False
    cluster: int | None = None
    count: int = 1
    state: State = State()


@dataclass(frozen=True, slots=True)
class DiagramEdge:
    """One arrow, from what is read to what reads it.

    Attributes:
        source: index of a node.
        target: index of a node.
        gate: whether the source only permits the target, without passing a value.
        from_cluster: index of the cluster at whose border it starts, or None.
        to_cluster: index of the cluster at whose border it ends, or None.
    """

    source: int
    target: int
    gate: bool = False
    from_cluster: int | None = None
    to_cluster: int | None = None


@dataclass(frozen=True, slots=True)
class DiagramCluster:
    """A box around nodes: a nested contract or a scope.

    Attributes:
        path: address of the nested contract's node, or the scope's path.
        label: name as drawn.
        kind: ``"compose"`` or ``"scope"``.
        detail: name of the nested contract.
        doc: first paragraph of the documentation.
        parent: index of the cluster around it, or None.
        state: run-time state of the nested contract's node.
    """

    path: str
    label: str
    kind: str
    detail: str = ""
    doc: str = ""
    parent: int | None = None
    state: State = State()


@dataclass(frozen=True)
class Diagram:
    """A picture before it is laid out.

    Attributes:
        name: name of the contract.
        nodes: in topological order.
        edges: in order of their targets.
        clusters: outer ones before inner ones.
        outputs: how many outputs the contract has.
        folded: what was folded and how to see all, empty when everything is drawn.
    """

    name: str
    nodes: tuple[DiagramNode, ...]
    edges: tuple[DiagramEdge, ...]
    clusters: tuple[DiagramCluster, ...] = ()
    outputs: int = 0
    folded: str = ""

    @property
    def total(self) -> int:
        """How many nodes the picture stands for."""
        return sum(node.count for node in self.nodes)

    @property
    def statuses(self) -> set[str]:
        """The statuses that occur in the picture."""
        clusters = {cluster.state.status for cluster in self.clusters}
        return clusters | {node.state.status for node in self.nodes}

    @cached_property
    def prefix(self) -> str:
        """Prefix of all ids in the picture: the same for the same content, durations aside."""
        digest = hashlib.sha256(self.name.encode("utf-8", "backslashreplace"))
        for part in self._content():
            digest.update(repr(part).encode("utf-8", "backslashreplace"))
        return f"ig-{digest.hexdigest()[:8]}"

    def _content(self) -> Iterator[object]:
        items: tuple[DiagramNode | DiagramCluster, ...] = (*self.nodes, *self.clusters)
        for item in items:
            yield item.path, item.kind, item.detail, item.state.status, item.state.value
        for edge in self.edges:
            yield edge.source, edge.target, edge.gate


def diagram(graph: Graph, execution: Execution | None = None) -> Diagram:
    """Make the picture of a graph.

    Args:
        graph: what is drawn.
        execution: an instance of the contract, for statuses, values and durations.
    """
    builder = _Builder()
    builder.add(graph, execution, _Place())
    return Diagram(
        line(graph.name),
        tuple(builder.nodes),
        tuple(builder.edges),
        tuple(builder.clusters),
        outputs=len(graph.outputs),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a graph is put: behind which path, in which cluster, how deep."""

    path: str = ""
    cluster: int | None = None
    depth: int = 0

    def under(self, path: str) -> str:
        return f"{self.path}.{path}" if self.path else path


@dataclass(frozen=True, slots=True)
class _End:
    """What arrows from or to a node of a graph are tied to.

    Attributes:
        node: index of the drawn node that arrows leave from.
        cluster: cluster at whose border the arrow ends, or None.
        inside: for a nested contract its own ends.
        entry: index of the drawn node that arrows arrive at, when it is another one.
    """

    node: int
    cluster: int | None = None
    inside: _Inside | None = None
    entry: int | None = None

    @property
    def target(self) -> int:
        """Index of the drawn node that arrows arrive at."""
        return self.node if self.entry is None else self.entry


@dataclass(frozen=True, slots=True)
class _Inside:
    inputs: Mapping[str, _End]
    outputs: Mapping[str, _End]


class _Builder:
    def __init__(self) -> None:
        self.nodes: list[DiagramNode] = []
        self.edges: list[DiagramEdge] = []
        self.clusters: list[DiagramCluster] = []

    def add(self, graph: Graph, execution: Execution | None, place: _Place) -> _Inside:
        """Add all nodes of a graph and the arrows between them."""
        scopes: dict[str, int | None] = {"": place.cluster}
        shown = set(graph.outputs.values())
        cells = execution.cells if execution else ()
        children = execution.children if execution else {}
        ends: list[_End] = []
        for position, node in enumerate(graph.nodes):
            cell = cells[position] if cells else None
            home = place
            if node.scope:
                home = replace(place, cluster=self._scope(scopes, node.scope, place))
            if place.depth < DEEPEST and any(held.graph.nodes for held in node.nested):
                child = children.get(position)
                ends.append(self._nested(node, child, self._open(node, cell, home)))
            else:
                ends.append(_End(len(self.nodes)))
                self.nodes.append(_drawn(node, cell, home, output=position in shown))
            self._arrows(graph, position, ends)
        return _Inside(
            {name: ends[position] for name, position in graph.index.items()},
            {name: _source(ends, graph.nodes[at], at) for name, at in graph.outputs.items()},
        )

    def _scope(self, scopes: dict[str, int | None], scope: str, place: _Place) -> int | None:
        """Return the cluster of a scope, made with those around it when first met."""
        if scope not in scopes:
            outer, _, name = scope.rpartition(".")
            parent = self._scope(scopes, outer, place)
            label = shorten(line(name), LABEL)
            scopes[scope] = len(self.clusters)
            self.clusters.append(
                DiagramCluster(place.under(line(scope)), label, "scope", parent=parent)
            )
        return scopes[scope]

    def _open(self, node: Node, cell: Cell | None, place: _Place) -> _Place:
        """Add the cluster of a nested contract and return the place inside it."""
        path = place.under(line(node.path))
        cluster = DiagramCluster(
            path,
            shorten(line(node.name), LABEL),
            "compose",
            detail=shorten(line(", ".join(held.graph.name for held in node.nested)), DETAIL),
            doc=shorten(line(node.doc), DOC),
            parent=place.cluster,
            state=state_of(cell, node.path),
        )
        self.clusters.append(cluster)
        return _Place(path, len(self.clusters) - 1, place.depth + 1)

    def _nested(self, node: Node, child: Execution | None, place: _Place) -> _End:
        """Add the nodes of the contracts that a node holds."""
        first = len(self.nodes)
        inputs: dict[str, _End] = {}
        outputs: dict[str, _End] = {}
        for held in node.nested:
            inside = self.add(held.graph, child if held.key is None else None, place)
            inputs |= {name: inside.inputs[name] for name in held.inputs}
            outputs |= inside.outputs
        last = [end.node for end in outputs.values()] or [first]
        return _End(max(last), place.cluster, _Inside(inputs, outputs), first)

    def _arrows(self, graph: Graph, position: int, ends: Sequence[_End]) -> None:
        node, end = graph.nodes[position], ends[position]
        for source, param in zip(graph.deps[position], graph.params[position], strict=True):
            target = end
            if end.inside is not None:
                target = end.inside.inputs.get(param, end)
            self._arrow(_source(ends, node, source), target, gate=False)
        for source in graph.gates[position]:
            self._arrow(ends[source], end, gate=True)

    def _arrow(self, source: _End, target: _End, *, gate: bool) -> None:
        edge = DiagramEdge(source.node, target.target, gate, source.cluster, target.cluster)
        self.edges.append(edge)


def _source(ends: Sequence[_End], node: Node, source: int) -> _End:
    """Return where an arrow to ``node`` starts: inside a nested contract if it reads one output."""
    end = ends[source]
    if end.inside is None:
        return end
    if isinstance(node, Output) and node.item is not None:
        return end.inside.outputs.get(node.item, end)
    if isinstance(node, Project) and node.steps and isinstance(node.steps[0], str):
        return end.inside.outputs.get(node.steps[0], end)
    return end


def _drawn(node: Node, cell: Cell | None, home: _Place, *, output: bool) -> DiagramNode:
    return DiagramNode(
        path=home.under(line(node.path)),
        label=shorten(line(node.name), LABEL),
        kind=str(node.kind),
        detail=shorten(line(_detail(node)), DETAIL),
        doc=shorten(line(node.doc), DOC),
        capabilities=tuple(shorten(line(name), LABEL) for name in node.capabilities),
        output=output,
        cluster=home.cluster,
        state=state_of(cell, node.path),
    )


def _detail(node: Node) -> str:
    """Say in a few words what a node is, besides its name and kind."""
    try:
        said = details(node)
    except Exception:  # noqa: BLE001 -- an annotation may have a failing __repr__
        return type(node).__name__
    if isinstance(node, Input):
        return f"{said['type']} = {said['default']}" if "default" in said else said["type"]
    if isinstance(node, Const):
        return f"= {said['value']}" if "value" in said else f"{said['call']}()"
    call = said.pop("call", "")
    if call and call.rpartition(".")[2] != node.name:
        return call
    keys = ("condition", "part", "contract", "source")
    found = next((said[key] for key in keys if key in said), "")
    return "" if found == node.name else found


def state_of(cell: Cell | None, path: str = "") -> State:
    """Return what a picture says of a cell.

    Args:
        cell: the cell, None before there is an execution.
        path: path of its node; an error that comes from another node is told as that.
    """
    if cell is None:
        return State()
    status = str(cell.status)
    if status == "succeeded" and cell.origin in ("skipped", "backdated"):
        status = str(cell.origin)
    if cell.error is not None:
        told = shorten(line(failure(cell.error, path)), DOC)
        if blocker(cell.error, path):
            return State("blocked", "", told)
        return State("failed", "", told, cell.duration)
    known = status not in ("pending", "running")
    value = line(abbreviate(cell.held, DETAIL)) if known else ""
    return State(status, value, "", cell.duration)
