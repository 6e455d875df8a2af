"""Floors of the measurements: one graph as a person would write it by hand, nothing around it."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.benchmarks.graphs import Work


class Loop:
    """A loop over a sorted list that calls the same functions; names were looked up before."""

    def __init__(self, work: Work) -> None:
        index = {name: spot for spot, name in enumerate(work.inputs)}
        self.inputs = work.inputs
        self.program = []
        for name, function, sources in work.steps:
            self.program.append((function, [index[source] for source in sources]))
            index[name] = len(index)
        self.outputs = {name: index[name] for name in work.outputs}
        self.index = index

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """Compute every value."""
        values = [given[name] for name in self.inputs]
        for function, sources in self.program:
            values.append(function(*[values[source] for source in sources]))
        return values

    def run(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Compute everything and return the outputs."""
        values = self.values(given)
        return {name: values[spot] for name, spot in self.outputs.items()}


class Incremental(Loop):
    """Arrows reversed, a heap in topological order, and a stop where a value comes out equal."""

    def __init__(self, work: Work, given: Mapping[str, Any]) -> None:
        super().__init__(work)
        self.kept = self.values(given)
        self.readers: list[list[int]] = [[] for _ in self.index]
        for spot, (_, sources) in enumerate(self.program, len(self.inputs)):
            for source in dict.fromkeys(sources):
                self.readers[source].append(spot)

    def update(self, name: str, value: Any) -> int:
        """Change one input and bring everything up to date; returns how many functions ran."""
        kept, readers, program, first = self.kept, self.readers, self.program, len(self.inputs)
        position = self.index[name]
        if kept[position] == value:
            return 0
        kept[position] = value
        heap = list(readers[position])
        queued = set(heap)
        while heap:
            position = heappop(heap)
            function, sources = program[position - first]
            new = function(*[kept[source] for source in sources])
            if new != kept[position]:
                kept[position] = new
                for reader in readers[position]:
                    if reader not in queued:
                        queued.add(reader)
                        heappush(heap, reader)
        return len(queued)

    def answers(self) -> dict[str, Any]:
        """Return the outputs as they are."""
        return {name: self.kept[spot] for name, spot in self.outputs.items()}
