"""Durations of the latest runs of every node, read off the cells when a run is over."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from igniter_nb.notebook.graphs.widget.addresses import Way

RUNS: Final = 50
"""How many runs of a node are remembered."""


class Durations:
    """Seconds that the latest runs of each node took, the oldest first.

    A run costs one look at each node, and a nested contract that did not run none.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Way, int], deque[float]] = {}
        self._seen: dict[Way, int] = {}

    def note(self, execution: Any, way: Way = ()) -> None:
        """Take note of a run that is over, and of those nested in it.

        Args:
            execution: what ran.
            way: where it is nested.
        """
        run = execution.run
        if self._seen.get(way) != run:
            self._seen[way] = run
            ran = [position for position, at in enumerate(execution.ran_at) if at == run]
            for position in ran:
                if took := execution.durations[position]:  # none if it could not even begin
                    self._of(way, position).append(took / 1e9)
        for (position, _), child in execution.nested_now():
            self.note(child, (*way, position))

    def _of(self, way: Way, position: int) -> deque[float]:
        return self._kept.setdefault((way, position), deque(maxlen=RUNS))

    def of(self, way: Way, position: int) -> list[float]:
        """Return what is known of one node.

        Args:
            way: where its execution is nested.
            position: its id there.
        """
        return [*self._kept.get((way, position), ())]
