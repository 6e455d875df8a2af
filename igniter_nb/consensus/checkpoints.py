"""Worlds put away to go back to, as bytes.

A world between two events is a value like any other: it is pickled whole, with its chance, its
nodes and everything under way. The trace is not in it; a checkpoint says how long it was.
"""

from __future__ import annotations

import pickle
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from igniter_nb.consensus.world import World

__all__ = ["Checkpoint", "Checkpoints"]


class Checkpoint(NamedTuple):
    """One world put away.

    Attributes:
        time_us: its time.
        events: how many events had happened.
        lines: how many lines its script had.
        noted: how long its trace was.
        data: the pickled world.
    """

    time_us: int
    events: int
    lines: int
    noted: int
    data: bytes


class Checkpoints:
    """The checkpoints of one run, in order.

    Args:
        every: events between two; more of them cost memory, fewer cost time to go back.
    """

    def __init__(self, every: int = 500) -> None:
        assert every >= 1, f"expected at least one event between checkpoints, came {every}"
        self.every = every
        self._taken: list[Checkpoint] = []
        self.due = 0

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, world: World) -> None:
        """Put the world away, unless it was at this point before."""
        self.due = world.events + self.every
        if self._taken and self._taken[-1].events >= world.events:
            return
        data = pickle.dumps(world, protocol=pickle.HIGHEST_PROTOCOL)
        here = (world.now_us, world.events, len(world.script), world.noted)
        self._taken.append(Checkpoint(*here, data))

    def at_time(self, time_us: int) -> Checkpoint:
        """Return the latest checkpoint that is not after a time."""
        return self._taken[bisect_right(self._taken, time_us, key=_time) - 1]

    def at_event(self, events: int) -> Checkpoint:
        """Return the latest checkpoint with at most so many events."""
        return self._taken[bisect_right(self._taken, events, key=_events) - 1]

    def forget_after(self, events: int, lines: int) -> None:
        """Drop those of a future that will not come.

        Args:
            events: how many events had happened where it forked.
            lines: how many lines the script had there.
        """
        self._taken = [
            kept for kept in self._taken if kept.events <= events and kept.lines <= lines
        ]
        self.due = self._taken[-1].events + self.every


def _time(checkpoint: Checkpoint) -> int:
    return checkpoint.time_us


def _events(checkpoint: Checkpoint) -> int:
    return checkpoint.events


def revive(checkpoint: Checkpoint) -> World:
    """Return the world as it was."""
    world: World = pickle.loads(checkpoint.data)  # noqa: S301 - written by this process
    return world
