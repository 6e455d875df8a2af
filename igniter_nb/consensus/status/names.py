"""Names of nodes: which there may be, which there are, and groups of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from igniter_nb.consensus.storage import MANIFEST
from igniter_nb.text import natural

if TYPE_CHECKING:
    from igniter_nb.raft import NodeId


Nodes = int | Iterable[str]

LOCK = "cluster.lock"
"""File in a cluster's folder that its only user has locked."""

MARKS = "cluster.marks"
"""Folder in it, with how far each node's log has come."""

RESERVED = ("all", "leader", MANIFEST, f"{MANIFEST}.new", LOCK, MARKS)
"""Names that stand for something else where a node is named, or where its folder would be."""


def node_names(nodes: Nodes) -> tuple[NodeId, ...]:
    """Return the names of a new cluster's nodes.

    Args:
        nodes: their names, or how many: ``n1``, ``n2`` …. A set is taken in natural order.

    Raises:
        ValueError: with everything that is wrong with them.
    """
    names = _listed(nodes)
    problems = [] if names else ["expected at least one node"]
    for name in names:
        if (found := name_problems(name)) and found[0] not in problems:
            problems += found
    for name in dict.fromkeys(str(name) for name in names):
        if (times := names.count(name)) > 1:
            problems.append(f"{name!r} is named {times} times")
    if problems:
        raise ValueError("; ".join(problems))
    return tuple(str(name) for name in names)


def _listed(nodes: Nodes) -> list[object]:
    if isinstance(nodes, bool) or not isinstance(nodes, Iterable | int):
        raise ValueError(f"nodes: expected how many, or their names, came {nodes!r}")  # noqa: TRY004 -- one kind of error for all that is wrong with them
    if isinstance(nodes, int):
        return [f"n{number}" for number in range(1, nodes + 1)]
    if isinstance(nodes, str):
        return [nodes]
    if isinstance(nodes, set | frozenset):
        return sorted(nodes, key=lambda name: natural(str(name)))
    return list(nodes)


def name_problems(name: object) -> list[str]:
    """Return what is wrong with the name of a node, which is also the name of its folder.

    Examples:
        >>> name_problems("n1")
        []
        >>> name_problems("")
        ["a node cannot be named '': expected letters, digits, '-', '_' or '.'"]
    """
    if not isinstance(name, str):
        return [f"the name of a node is a str, not {name!r}"]
    fits = name.strip(".-") and all(part.isalnum() or part in "-_." for part in name)
    if not fits or name in RESERVED:
        return [f"a node cannot be named {name!r}: expected letters, digits, '-', '_' or '.'"]
    return []


def unknown_node(node: object, names: Iterable[NodeId]) -> ValueError:
    """Return the error that says that there is no such node."""
    return ValueError(f"there is no node {node!r}; known: {', '.join(sorted(names, key=natural))}")


def sides(groups: Iterable[Iterable[NodeId]], names: Sequence[NodeId]) -> list[tuple[str, ...]]:
    """Return the groups of a partition, in the order of the nodes.

    Raises:
        ValueError: with everything that is wrong with them.
    """
    given = [(group,) if isinstance(group, str) else tuple(group) for group in groups]
    every = [node for group in given for node in group]
    problems = [
        str(unknown_node(node, names))
        for node in sorted({str(node) for node in every if node not in names})
    ]
    problems += [f"{node!r} is in two groups" for node in names if every.count(node) > 1]
    if sum(bool(group) for group in given) < 2:  # noqa: PLR2004 -- that is what parts them
        problems.append("expected at least two groups of nodes")
    if problems:
        raise ValueError("; ".join(problems))
    return [tuple(node for node in names if node in group) for group in given]


def named(node: object, names: Collection[NodeId]) -> NodeId:
    """Return the name of a node, given by name or as a :class:`NodeRef`.

    Raises:
        ValueError: there is no such node.
    """
    name = getattr(node, "node_id", node)
    if isinstance(name, str) and name in names:
        return name
    raise unknown_node(name, names)
