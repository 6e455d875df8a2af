"""Addresses of the nodes of a contract, nested contracts included.

An event names a node by its path; its cell is found by going down through the executions of the
nested contracts, by the ids of the nodes that hold them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from igniter_nb.graph import Input
from igniter_nb.notebook.page.html import line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from igniter_nb.graph import Graph, Node

Way = tuple[int, ...]
"""Ids of the nodes that hold the nested contracts on the way to an execution."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where one node is.

    Attributes:
        path: as events write it.
        way: which nested execution it is in; empty for the contract itself.
        id: its id there.
        node: its declaration.
        reads: paths of the nodes that it reads or that gate it.
        holder: path of the node that holds its contract, empty for the contract itself.
        drawn: its path as pictures write it.
    """

    path: str
    way: Way
    id: int
    node: Node
    reads: tuple[str, ...]
    holder: str
    drawn: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A nested contract: behind which path, on which way, and what feeds its inputs."""

    prefix: str = ""
    way: Way = ()
    fed: Mapping[str, str] = field(default_factory=dict)


def addresses(graph: Graph, place: _Place | None = None) -> Iterator[Address]:
    """Give the address of every node; a nested contract's nodes come after the one that holds it.

    Args:
        graph: whose nodes.
        place: where the graph is nested.
    """
    here = place or _Place()
    paths = [here.prefix + node.path for node in graph.nodes]
    for position, node in enumerate(graph.nodes):
        sources = dict.fromkeys((*graph.deps[position], *graph.gates[position]))
        reads = tuple(paths[source] for source in sources)
        if isinstance(node, Input) and node.name in here.fed:
            reads = (here.fed[node.name],)
        path, holder = paths[position], here.prefix[:-1]
        yield Address(path, here.way, position, node, reads, holder, line(path))
        for held in node.nested:
            fed = {child: paths[graph.index[ours]] for child, ours in held.inputs.items()}
            inner = _Place(f"{paths[position]}.", (*here.way, position), fed)
            yield from addresses(held.graph, inner)


def instances(contract: Any, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Give a contract and the nested ones that have run so far, each with the way to it.

    Args:
        contract: the one around them.
        way: where it is nested itself.
    """
    yield way, contract
    for position, child in contract.children.items():
        yield from instances(child, (*way, position))
