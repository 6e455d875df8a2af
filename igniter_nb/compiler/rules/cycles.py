"""Order of nodes: each after what it reads, or the circles that forbid it."""

from __future__ import annotations

import graphlib
import heapq
from typing import TYPE_CHECKING

from igniter_nb.compiler.draft import Sketch, about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.errors import Problem


def in_order(deps: Sequence[tuple[int, ...]], gates: Sequence[tuple[int, ...]]) -> bool:
    """Tell whether every node was declared behind what it reads."""
    for group in (deps, gates):
        for position, sources in enumerate(group):
            for source in sources:
                if source >= position:
                    return False
    return True


def order(sketch: Sketch) -> list[int]:
    """Return positions in topological order; declaration order decides where it can.

    Nodes in a circle, and those behind them, are left out.
    """
    waits = [0] * len(sketch.nodes)
    readers: list[list[int]] = [[] for _ in sketch.nodes]
    for group in (sketch.deps, sketch.gates):
        for position, sources in enumerate(group):
            waits[position] += len(sources)
            for source in sources:
                readers[source].append(position)
    ready = [position for position, count in enumerate(waits) if not count]
    result = []
    while ready:
        position = heapq.heappop(ready)
        result.append(position)
        for reader in readers[position]:
            waits[reader] -= 1
            if not waits[reader]:
                heapq.heappush(ready, reader)
    return result


def check(sketch: Sketch) -> list[Problem]:
    """Return one problem per circle, each written as a path of names."""
    arrows = {
        position: {*sketch.deps[position], *sketch.gates[position]}
        for position in range(len(sketch.nodes))
    }
    problems = []
    while circle := _circle(arrows):
        names = [sketch.nodes[position].name for position in circle]
        problems.append(
            about(
                sketch.nodes[circle[0]],
                "cycle",
                f"nodes depend on one another in a circle: {' → '.join(names)}",
                expected="a graph without circles",
                hint="break the circle: let one of them depend on an input instead",
            )
        )
        for position in circle:
            arrows.pop(position, None)
    return problems


def _circle(arrows: dict[int, set[int]]) -> list[int]:
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        found: list[int] = error.args[1]
        start = found.index(min(found))
        return [*found[start:-1], *found[: start + 1]]
    return []
