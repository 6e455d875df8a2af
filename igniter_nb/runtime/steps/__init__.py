"""Steps: what each kind of node does when it runs, one file per kind, one ``make`` in each.

A step is a function ``(values, execution) -> value``. The resolver decides whether a step runs,
the step decides what running means. A step knows the ids it reads and nothing of the others.

Some steps can be taken apart too: into the call that is their work, which any runner can make,
and what is done with its outcome. A runner that does the whole step asks for none of that.
"""

from __future__ import annotations

from inspect import iscoroutinefunction
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
from igniter_nb.runtime.steps import (
    compose,
    compute,
    const,
    guard,
    input_,
    lending,
    output,
    project,
)
from igniter_nb.runtime.work import Apart

if TYPE_CHECKING:
    from igniter_nb.runtime.ports import Step

__all__ = ["make_apart", "make_step"]


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


def make_apart(graph: CompiledGraph, position: int) -> Apart | None:
    """Return the step of one node taken apart; None if it has no work that can be done elsewhere.

    Names, parts and nested contracts need the cells. So does a coroutine function: calling it does
    nothing yet, and its coroutine belongs to the loop.
    """
    node, deps, params = graph.nodes[position], graph.deps[position], graph.params[position]
    match node:
        case Input() | Output() | Project() | Compose() | Const(call=None):
            return None
        case Compute() | Guard() | Const():
            callee = node.callee
        case _:
            assert_never(node)
    assert callee is not None
    if iscoroutinefunction(callee.function):
        return None
    plain = Apart(compute.work(callee, deps, params))
    if isinstance(node, Guard):
        names = [graph.nodes[source].name for source in deps]
        plain = plain._replace(value=guard.judge(node, deps, names))
    return plain if node.borrow else lending.apart(plain, deps, params, name=node.name)
