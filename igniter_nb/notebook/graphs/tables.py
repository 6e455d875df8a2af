"""Table of the nodes of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.display import read_as
from igniter_nb.notebook.graphs.picture.diagram import Diagram, DiagramCluster, DiagramNode
from igniter_nb.notebook.page.html import Markup, text
from igniter_nb.notebook.page.tables import CODE, cell, row_heading, table, told
from igniter_nb.text import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator


FAILED: Final = ("failed", "blocked")
"""Statuses of nodes that have an error in place of a value."""


def nodes(shown: Diagram) -> Markup:
    """Write all that a picture says as a table: for those who cannot see it, and to search in."""
    facts = [_facts(item) for item in _in_order(shown)]
    columns = [name for name in facts[0] if any(fact[name] for fact in facts)] if facts else []
    rows = [
        [_fact_cell(name, fact[name], is_error=fact["status"] in FAILED) for name in columns]
        for fact in facts
    ]
    return table(text(f"Nodes of {shown.name}"), columns, rows)


def _in_order(shown: Diagram) -> Iterator[DiagramNode | DiagramCluster]:
    """Yield the nodes, and each nested contract before the first node inside it."""
    told_of: set[int] = set()
    for node in shown.nodes:
        around: list[int] = []
        cluster = node.cluster
        while cluster is not None:
            around.append(cluster)
            cluster = shown.clusters[cluster].parent
        for each in reversed(around):
            if each not in told_of and shown.clusters[each].kind == "compose":
                yield shown.clusters[each]
            told_of.add(each)
        yield node


def _fact_cell(name: str, said: str, *, is_error: bool) -> Markup:
    is_error = is_error and name == "value"
    match name:
        case "node":
            return row_heading(said)
        case "status":
            return cell(told(said))
        case "took":
            return cell(text(said), align="right")
        case "about":
            return cell(text(said), sentence=True)
        case _:
            return cell(text(said), code=name in CODE and not is_error, sentence=is_error)


def _facts(item: DiagramNode | DiagramCluster) -> dict[str, str]:
    state = item.state
    return {
        "node": item.path,
        "kind": item.kind,
        "status": read_as(state.status),
        "value": state.error or state.value,
        "took": seconds(state.duration or None),
        "about": _about(item),
    }


def _about(item: DiagramNode | DiagramCluster) -> str:
    """Say what a node is, what it may touch, and what its documentation says."""
    touches = item.capabilities if isinstance(item, DiagramNode) else ()
    uses = f"uses {', '.join(touches)}" if touches else ""
    return "; ".join(part for part in (item.detail, uses, item.doc) if part)
