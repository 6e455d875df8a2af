"""Gates: the arrows from a guard to the nodes that its ``gates=`` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.graph import EVERYTHING, Const, Guard, Input, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from igniter_nb.compiler.draft import Sketch


def add_gates(sketch: Sketch) -> None:
    """Complete ``sketch.gates`` with what the guards name.

    A guard with ``gates="all"`` gates every node that has work to do, but for guards and for what
    any guard needs, directly or through others: a condition is judged whatever another one says,
    and no two guards wait for one another. Arrows go only to nodes that read no other gated one: a
    node behind a stopped one does not run either.
    """
    guards = {at: node for at, node in enumerate(sketch.nodes) if isinstance(node, Guard)}
    all_but_needed = _all_but_needed(sketch, guards)
    for position, guard in guards.items():
        targets = [sketch.index[name] for name in guard.gates if name in sketch.index]
        for target in all_but_needed if guard.gates == EVERYTHING else targets:
            present = (*sketch.gates[target], *sketch.deps[target])
            if position not in present:
                sketch.gates[target] = (*sketch.gates[target], position)


def _all_but_needed(sketch: Sketch, guards: Mapping[int, Guard]) -> Sequence[int]:
    if all(guard.gates != EVERYTHING for guard in guards.values()):
        return ()
    needed = _ancestors(sketch, guards)
    gated = {at for at, node in enumerate(sketch.nodes) if at not in needed and _works(node)}
    return [target for target in sorted(gated) if gated.isdisjoint(sketch.deps[target])]


def _works(node: Node) -> bool:
    return not isinstance(node, (Input, Const, Guard))


def _ancestors(sketch: Sketch, positions: Iterable[int]) -> set[int]:
    found = {*positions}
    pending = [*found]
    while pending:
        for source in sketch.deps[pending.pop()]:
            if source not in found:
                found.add(source)
                pending.append(source)
    return found
