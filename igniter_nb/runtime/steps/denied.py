"""Step of a node that a policy denies: an error that names node, names and policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from igniter_nb.errors import CapabilityViolationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.graph import Node
    from igniter_nb.runtime.ports import Instance, Step


def violation(
    node: Node, denied: Sequence[str], execution: Instance | None = None
) -> CapabilityViolationError:
    """Return the error of a denied node; its context is added where it is raised.

    Args:
        node: the node.
        denied: the names that it may not use.
        execution: what runs, if it has been made.
    """
    callee = node.callee
    worker = f" executor {callee.label}" if callee else ""
    kept = ""
    if execution is not None and execution.keeps_from(denied):
        kept = (
            f"; {execution.id} was made in a block whose policy denies it, and keeps that policy:"
            " make it outside the block"
        )
    return CapabilityViolationError(
        f"Node {node.name!r}{worker} uses denied capabilities: {', '.join(denied)}{kept}",
        None,
        tuple(denied),
    )


def refusal(graph: str, node: Node, denied: Sequence[str]) -> CapabilityViolationError:
    """Return the error of a denied node as it is raised outside a run.

    Args:
        graph: name of the contract.
        node: the node.
        denied: the names that it may not use.
    """
    error = violation(node, denied)
    context = {"graph": graph, "node": node.name, "path": node.path}
    return error.revived(error.message, context, error.extra())


def make(node: Node, denied: Sequence[str]) -> Step:
    """Return the step of a node that may not use some names."""

    def step(values: list[Any], execution: Instance) -> NoReturn:  # noqa: ARG001 -- a step's signature
        raise violation(node, denied, execution)

    return step
