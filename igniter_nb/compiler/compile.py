"""Compilation: a draft in, a compiled graph out, or one error with every problem.

The order of work: look up names, let every rule speak, and only then order and freeze. Nothing is
raised before all rules have spoken, so that a person mends everything in one go.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from igniter_nb.compiler.gating import add_gates
from igniter_nb.compiler.rules import contents, cycles, edges, names, outputs, types
from igniter_nb.errors import CompileError, ContractWarning, CycleError, Problem
from igniter_nb.graph import CompiledGraph, Output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.compiler.draft import Draft, Sketch


def compile_draft(draft: Draft) -> CompiledGraph:
    """Check a draft and freeze it.

    Args:
        draft: what was declared.

    Returns:
        The compiled graph; what was found but did not stop it is in its ``warnings`` and was
        warned about as :class:`ContractWarning`.

    Raises:
        CycleError: the only problems are circles.
        CompileError: anything else is wrong; has every problem.
    """
    sketch, problems = edges.sketch(draft)
    problems = [*draft.problems, *names.check(draft), *problems]
    add_gates(sketch)
    problems += outputs.check(sketch)
    problems += contents.check(sketch)
    problems += types.check(sketch)
    ordered = cycles.in_order(sketch.deps, sketch.gates)
    order = None if ordered else cycles.order(sketch)
    stuck = order is not None and len(order) < len(sketch.nodes)
    circles = cycles.check(sketch) if stuck else []
    if problems or circles:
        raise _failure(draft, problems, circles)
    exposed = _outputs(sketch)
    unused = outputs.unused(sketch, exposed.values())
    doubts = [*sketch.doubts, *unused]
    graph = _frozen(sketch, exposed, doubts=doubts, order=order)
    if doubts:
        _warn(draft, doubts)
    return graph


def _failure(draft: Draft, problems: list[Problem], circles: list[Problem]) -> CompileError:
    found = sorted(dict.fromkeys([*problems, *circles]), key=_declared(draft))
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    kind = CompileError if problems else CycleError
    return kind(f"contract {draft.name} has {count}", {"graph": draft.name}, found)


def _declared(draft: Draft) -> Callable[[Problem], int]:
    place = {node.name: position for position, node in reversed([*enumerate(draft.nodes)])}
    return lambda problem: place.get(problem.node, len(place))


def _outputs(sketch: Sketch) -> dict[str, int]:
    """Return output name to position, in order of declaration."""
    exposed = {name for name, _ in sketch.draft.exposed}
    declared = len(sketch.draft.nodes)
    return {
        node.name: position
        for position, node in enumerate(sketch.nodes)
        if position < declared and (node.name in exposed or isinstance(node, Output))
    }


def _frozen(
    sketch: Sketch,
    exposed: dict[str, int],
    *,
    doubts: Sequence[Problem],
    order: list[int] | None,
) -> CompiledGraph:
    nodes, deps, params, gates = sketch.nodes, sketch.deps, sketch.params, sketch.gates
    if order is not None:
        place = {old: new for new, old in enumerate(order)}
        nodes = [nodes[old] for old in order]
        deps = [tuple([place[source] for source in deps[old]]) for old in order]
        params = [params[old] for old in order]
        gates = [tuple([place[source] for source in gates[old]]) for old in order]
        exposed = {name: place[old] for name, old in exposed.items()}
    return CompiledGraph(
        sketch.draft.name,
        nodes,
        deps=deps,
        params=params,
        gates=gates,
        outputs=exposed,
        warnings=doubts,
        home=sketch.draft.home,
    )


def _warn(draft: Draft, doubts: Sequence[Problem]) -> None:
    listed = "; ".join(f"{problem.message} ({problem.place})" for problem in doubts)
    warnings.warn_explicit(
        f"contract {draft.name}: {listed}",
        ContractWarning,
        draft.location.file or "<contract>",
        draft.location.line,
    )
