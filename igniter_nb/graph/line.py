"""Straight-line code of a graph: a function that computes row after row of inputs in local names.

1. A line computes a node. What is read stands above, so that no cell, no flag and no table is
   needed; what nothing asked for reads is left out.
2. The code knows only the usual case: nothing is raised, each value is one that nobody can change
   in place, each guard says True. Of anything else it tells the caller, with the line and the local
   names; from there on an execution computes the row.
3. A node that is no plain call (a nested contract, a projection, a function that is given the
   contract) has no such line, and a graph that needs one no such code.
"""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from igniter_nb.graph.nodes import Compose, Compute, Const, Guard, Input, Output, Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from igniter_nb.graph.nodes import Graph, Node

HEAD: Final = "def run(_rows, _odd, {appends}):"
LOOP: Final = "    for {row} in _rows:"
PAD: Final = " " * 12
TAIL: Final = (
    "        except BaseException as _error:",
    "            _odd(_error, _locals())",
)


@dataclass(frozen=True, slots=True)
class Line:
    """Straight-line code of a graph, and what stands where in it.

    Attributes:
        source: the code: ``run(rows, odd, *appends)``.
        inputs: id of each input to its local name, in the order in which a row gives them.
        steps: id of each node that is computed, in order, to the local name of its value.
        at: number of a line, the first is 1, to the id that is computed there.
        values: id of each constant to the global name of its value.
    """

    source: str
    inputs: Mapping[int, str]
    steps: Mapping[int, str]
    at: Mapping[int, int]
    values: Mapping[int, str]


def call_name(name: str) -> str:
    """Return the global name of what computes a node, by the local name of its value."""
    return f"_call_{name}"


def expected_name(name: str) -> str:
    """Return the global name of the type that a value is expected to have."""
    return f"_type_{name}"


def crooked(graph: Graph, targets: Iterable[int]) -> list[Node]:
    """Return the nodes that have no line of code, of all that some nodes need."""
    return [
        graph.nodes[position]
        for position in _needed(graph, targets)
        if _is_crooked(graph, position)
    ]


def straight(graph: Graph, targets: Sequence[int]) -> Line | None:
    """Return the code that computes some nodes; None if one that they need has no line.

    Args:
        graph: the graph.
        targets: ids of the nodes to compute.
    """
    needed = _needed(graph, targets)
    if any(_is_crooked(graph, position) for position in needed):
        return None
    names = {position: graph.nodes[position].name for position in needed}
    inputs = {each: names[each] for each in needed if isinstance(graph.nodes[each], Input)}
    values: dict[int, str] = {}
    steps: dict[int, str] = {}
    at: dict[int, int] = {}
    appends = [f"_add_{number}" for number in range(len(targets))]
    row = "".join(f"{name}, " for name in inputs.values()).rstrip() or "_"
    lines = [HEAD.format(appends=", ".join(appends)), LOOP.format(row=row), "        try:"]
    for position in needed:
        node = graph.nodes[position]
        if isinstance(node, Output):
            names[position] = names[graph.deps[position][0]]
        elif isinstance(node, Const) and node.call is None:
            names[position] = values[position] = f"_value_{names[position]}"
        elif not isinstance(node, Input):
            steps[position] = names[position]
            for text in _computed(graph, position, names):
                lines.append(f"{PAD}{text}")
                at[len(lines)] = position
    given = zip(appends, targets, strict=True)
    lines += [f"{PAD}{append}({names[position]})" for append, position in given]
    return Line("\n".join([*lines, *TAIL, ""]), inputs, steps, at, values)


def plan_source(graph: Graph) -> str:
    """Return the code that computes all outputs, or the reason why there is none, as a comment."""
    targets = tuple(graph.outputs.values())
    line = straight(graph, targets)
    if line is not None:
        return line.source
    said = ", ".join(f"{node.name} ({node.kind})" for node in crooked(graph, targets))
    why = "since these are no plain calls"
    return f"# A row of {graph.name} is run as an execution, {why}: {said}\n"


def _needed(graph: Graph, targets: Iterable[int]) -> list[int]:
    """Return what some nodes need, themselves among it, in topological order."""
    found: set[int] = set()
    pending = [*targets]
    while pending:
        position = pending.pop()
        if position not in found:
            found.add(position)
            pending += (*graph.deps[position], *graph.gates[position])
    return sorted(found)


def _is_crooked(graph: Graph, position: int) -> bool:
    """Tell whether a node has no line of code."""
    node = graph.nodes[position]
    match node:
        case Input() | Const():
            return False
        case Output():
            return node.item is not None
        case Compute() | Guard():
            return node.call.wants_self
        case Project() | Compose():
            return True
        case _:
            assert_never(node)


def _computed(graph: Graph, position: int, names: Mapping[int, str]) -> tuple[str, str]:
    """Return the two lines that compute a node and look whether its value is a usual one."""
    node, name = graph.nodes[position], names[position]
    params, deps = graph.params[position], graph.deps[position]
    assert node.callee is not None
    in_order = node.callee.in_order(params)
    given = [names[source] for source in deps[:in_order]]
    for param, source in zip(params[in_order:], deps[in_order:], strict=True):
        is_name = param.isidentifier() and not keyword.iskeyword(param)
        value = names[source]
        given.append(f"{param}={value}" if is_name else f"**{{{param!r}: {value}}}")
    called = f"{name} = {call_name(name)}({', '.join(given)})"
    if isinstance(node, Guard):
        return called, f"if {name} is not True: raise _Odd"
    is_odd = f"_type({name}) is not {expected_name(name)} and _type({name}) not in _atoms"
    return called, f"if {is_odd}: raise _Odd"
