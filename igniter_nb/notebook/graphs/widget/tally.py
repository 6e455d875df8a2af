"""Counts of what ran, kept from run to run by reading the cells when a run is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.runtime import DIRTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from igniter_nb.incremental import Demand
    from igniter_nb.runtime import Execution


class Tally:
    """How often each node of one execution ran since somebody looks, and in which run last.

    Args:
        execution: what ran before does not count; all does if there was none.
    """

    def __init__(self, execution: Execution | None = None) -> None:
        self._last = 0 if execution is None else execution.run - execution.busy
        self._runs: list[int] = []
        self._latest: list[int] = []
        self._first: list[int] = []
        changes = () if execution is None else execution.changed_at
        self._had = {position for position, run in enumerate(changes) if 0 < run <= self._last}

    def note(self, execution: Execution, number: int) -> None:
        """Count what ran since the last note.

        Args:
            execution: whose nodes.
            number: what the run is called on the page.
        """
        last, self._last = self._last, execution.run
        if last == execution.run:
            return
        if not self._runs:
            self._runs = [0] * len(execution.ran_at)
            self._latest = [0] * len(execution.ran_at)
            self._first = [0] * len(execution.ran_at)
        for position, ran in enumerate(execution.ran_at):
            if ran > last:
                self._runs[position] += has_worked(execution, position)
                self._latest[position] = number
                if execution.changed_at[position] > last and position not in self._had:
                    self._had.add(position)
                    self._first[position] = number
        for slot in execution.program.inputs.values():
            if execution.changed_at[slot.id] > last:
                self._latest[slot.id] = number

    def of(self, execution: Execution, position: int, number: int) -> tuple[int, int]:
        """Return how often a node ran, and which run touched it last.

        Args:
            execution: whose node.
            position: its id.
            number: what a run is called that is not noted yet.
        """
        runs = self._runs[position] if self._runs else 0
        if execution.ran_at[position] > self._last:
            return runs + has_worked(execution, position), number
        if execution.changed_at[position] > self._last:
            return runs, number
        return runs, self._latest[position] if self._latest else 0

    def is_first(self, execution: Execution, position: int, number: int) -> bool:
        """Tell whether a run gave a node its first value, those before anybody looked included.

        Args:
            execution: whose node.
            position: its id.
            number: what the run is called, which touched the node last.
        """
        if execution.changed_at[position] > self._last:
            return position not in self._had
        return bool(self._first) and self._first[position] == number


def has_worked(execution: Execution, position: int) -> bool:
    """Tell whether a node that a run came to did any work: not so if what it reads failed."""
    return position not in execution.errors or execution.durations[position] > 0


def unfinished(execution: Execution, demand: Demand | None) -> bool:
    """Tell whether the latest run left something undone that it should have come to."""
    return any(execution.ran_at[each] != execution.run for each in _due(execution, demand))


def at_work(execution: Execution, demand: Demand | None = None) -> set[int]:
    """Return the ids of the nodes that run now.

    A run that nobody listens to writes down nothing: it works on the first node that is due.

    Args:
        execution: whose nodes.
        demand: what was asked for; everything when left out.
    """
    if not execution.busy:
        return set()
    if execution.running:
        return {*execution.running}
    first = next(_due(execution, demand), None)
    return set() if first is None else {first}


def _due(execution: Execution, demand: Demand | None) -> Iterator[int]:
    needed = None if demand is None else demand.needed
    position = execution.flags.find(DIRTY)
    while position >= 0:
        if needed is None or needed[position]:
            yield position
        position = execution.flags.find(DIRTY, position + 1)
