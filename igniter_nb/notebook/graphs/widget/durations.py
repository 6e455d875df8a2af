"""Durations of the latest runs of every node, heard while a widget is open."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from igniter_nb.runtime import Event

RUNS: Final = 50
"""How many runs of a node are remembered."""


class Durations:
    """Seconds that the latest runs of each node took, by path, the oldest first."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[float]] = {}

    def hear(self, event: Event) -> None:
        """Take note of the end of a node's work; called for every event, from any thread."""
        if event.type not in _ENDS or getattr(event, "blocked", False):
            return
        path = event.path or ""
        kept = self._kept.get(path)
        if kept is None:
            kept = self._kept.setdefault(path, deque(maxlen=RUNS))
        kept.append(event.duration)  # type: ignore[attr-defined]  # both kinds of an end have it

    def of(self, path: str) -> list[float]:
        """Return what is known of one node."""
        return [*self._kept.get(path, ())]


_ENDS: Final = frozenset({"node_succeeded", "node_failed"})
