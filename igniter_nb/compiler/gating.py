"""Adds the arrows of ``gates=``: from a guard to the nodes it gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.graph import EVERYTHING, Const, Guard, Input, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.compiler.draft import Sketch


def add_gates(sketch: Sketch) -> None:
    """Complete ``sketch.gates`` with what the guards name.

    A guard with ``gates="all"`` gates every node that has work to do, but for other guards and
    for what the guard itself needs. Arrows go only to nodes that read no other gated one: a node
    behind a stopped one does not run either.
    """
    for position, node in enumerate(sketch.nodes):
        if isinstance(node, Guard) and node.gates:
            for target in _targets(sketch, position, node):
                present = (*sketch.gates[target], *sketch.deps[target])
                if position not in present:
                    sketch.gates[target] = (*sketch.gates[target], position)


def _targets(sketch: Sketch, position: int, guard: Guard) -> Sequence[int]:
    if guard.gates != EVERYTHING:
        return [sketch.index[name] for name in guard.gates if name in sketch.index]
    needed = _ancestors(sketch, position)
    gated = {
        target for target, node in enumerate(sketch.nodes) if target not in needed and _works(node)
    }
    return [target for target in sorted(gated) if gated.isdisjoint(sketch.deps[target])]


def _works(node: Node) -> bool:
    return not isinstance(node, (Input, Const, Guard))


def _ancestors(sketch: Sketch, position: int) -> set[int]:
    found = {position}
    pending = [position]
    while pending:
        for source in sketch.deps[pending.pop()]:
            if source not in found:
                found.add(source)
                pending.append(source)
    return found
