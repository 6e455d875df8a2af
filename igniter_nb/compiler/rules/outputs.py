"""Outputs: at least one, each of something that exists; and nodes that no output needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.compiler.draft import Sketch, about
from igniter_nb.display import place
from igniter_nb.errors import Problem
from igniter_nb.graph import Input, Output, Project
from igniter_nb.text import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable


def check(sketch: Sketch) -> list[Problem]:
    """Return problems about outputs."""
    problems = []
    declared = dict.fromkeys(node.name for node in sketch.draft.nodes)
    for name, location in sketch.draft.exposed:
        if name not in declared and name not in sketch.draft.unheard:
            problems.append(
                Problem(
                    rule="output-of-nothing",
                    message=f"the output {name!r} names no node",
                    node=name,
                    path=name,
                    place=place(location),
                    expected="the name of a node",
                    came=repr(name),
                    known=tuple(declared),
                    hint="write ig.export('output', source='child')"
                    if "." in name
                    else nearest(name, declared),
                )
            )
    problems += [
        problem
        for node in sketch.nodes
        if isinstance(node, (Output, Project))
        for problem in _item(sketch, node)
    ]
    if (
        not sketch.draft.problems
        and not sketch.draft.exposed
        and not any(isinstance(node, Output) for node in sketch.draft.nodes)
        and not is_base(sketch)
    ):
        problems.append(
            Problem(
                rule="no-output",
                message=f"contract {sketch.draft.name} has no output",
                place=place(sketch.draft.location),
                expected="at least one output",
                hint="decorate a function with @ig.output or add ig.output('node')",
            )
        )
    return problems


def is_base(sketch: Sketch) -> bool:
    """Tell whether a contract has inputs and nothing else, for others to derive from it."""
    nodes = sketch.draft.nodes
    return (
        sketch.draft.inheritable and bool(nodes) and all(isinstance(node, Input) for node in nodes)
    )


def _item(sketch: Sketch, node: Output | Project) -> Iterable[Problem]:
    """Check what stands for one output of a nested contract."""
    item = node.item if isinstance(node, Output) else node.steps[0]
    position = sketch.index.get(node.source)
    if position is None or item is None:
        return
    source = sketch.nodes[position]
    if not source.nested and isinstance(node, Output):
        yield about(
            node,
            "output-of-nothing",
            f"{node.source!r} is {source.kind}, not a nested contract: it has no {item!r}",
            expected="'child.output' of an ig.compose node",
            came=f"{node.source}.{item}",
            hint="use ig.project for a part of a value",
        )
    for graph in [held.graph for held in source.nested]:
        if item not in graph.outputs:
            known = tuple(graph.outputs)
            yield about(
                node,
                "output-of-nothing",
                f"contract {graph.name} has no output {item!r}",
                came=f"{node.source}.{item}",
                known=known,
                hint=nearest(str(item), known),
            )


def unused(sketch: Sketch, outputs: Iterable[int]) -> list[Problem]:
    """Return a warning for every declared node that no output needs; a base has no outputs."""
    if is_base(sketch) and not sketch.draft.exposed:
        return []
    needed = bytearray(len(sketch.nodes))
    pending = list(outputs)
    for position in pending:
        needed[position] = 1
    while pending:
        position = pending.pop()
        for source in (*sketch.deps[position], *sketch.gates[position]):
            if not needed[source]:
                needed[source] = 1
                pending.append(source)
    return [
        about(
            node,
            "unused-node",
            f"no output needs {node.kind} {node.name!r}, so it never runs",
            hint="make it an output, let another node depend on it, or delete it",
        )
        for position, node in enumerate(sketch.draft.nodes)
        if not needed[position]
    ]
