"""What each kind of node does when it runs: one file per kind, one function ``make`` in each.

A step is a function ``(values, execution) -> value``. The resolver decides whether a step runs,
the step decides what running means. A step knows the ids it reads and nothing of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from igniter_nb.graph import (
    CompiledGraph,
    Compose,
    Compute,
    Const,
    Guard,
    Input,
    Output,
    Project,
)
from igniter_nb.runtime.steps import compose, compute, const, guard, input_, output, project

if TYPE_CHECKING:
    from igniter_nb.runtime.ports import Step

__all__ = ["make_step"]


def make_step(graph: CompiledGraph, position: int) -> Step:
    """Return the step of one node."""
    node = graph.nodes[position]
    deps = graph.deps[position]
    match node:
        case Compute():
            return compute.make(node.call, deps, graph.params[position])
        case Guard():
            names = [graph.nodes[source].name for source in deps]
            return guard.make(node, deps, graph.params[position], names=names)
        case Output():
            return output.make(node, position, deps)
        case Project():
            return project.make(node, position, deps)
        case Const():
            return const.make(node)
        case Input():
            return input_.make(node)
        case Compose():
            return compose.make(
                node, position, dict(zip(graph.params[position], deps, strict=True))
            )
        case _:
            assert_never(node)
