"""Checkpoints: worlds pickled to go back to.

A world between two events is a value like any other: it is pickled whole, with its chance, its
nodes and everything under way. Trace and script are not in it; a checkpoint says how long they
were. Who waits outside the world for an answer stays outside: a revived world has nobody waiting.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakValueDictionary

from igniter_nb.consensus.state_machine.declaration import StateMachineType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.consensus.simulator.world import World

__all__ = ["Checkpoint", "Checkpoints", "put_away", "revive"]


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


_kinds: WeakValueDictionary[int, StateMachineType] = WeakValueDictionary()


def _by_reference(kind: StateMachineType) -> tuple[object, ...]:
    """Keep a state machine's class as it is: a notebook may have defined another of its name."""
    _kinds[id(kind)] = kind
    return _kind, (id(kind),)


def _kind(key: int) -> StateMachineType:
    return _kinds[key]


def put_away(world: World) -> Checkpoint:
    """Return a world as it is now, between two events, as a checkpoint."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL)
    table: dict[type, Any] = {**copyreg.dispatch_table, StateMachineType: _by_reference}
    if world.machine is not None:
        table[type(world.machine)] = _by_reference  # a class of its own may have made the class
    pickler.dispatch_table = table
    pickler.dump(world)
    here = (world.now_us, world.events, len(world.script), world.noted)
    return Checkpoint(*here, buffer.getvalue())


def revive(checkpoint: Checkpoint) -> World:
    """Return the world as it was."""
    world: World = pickle.loads(checkpoint.data)  # noqa: S301 - written by this process
    return world


class Checkpoints:
    """The checkpoints of one run, in order.

    Args:
        every: events between two; more of them cost memory, fewer cost time to go back.
        taken: those that there are already.

    Attributes:
        due: how many events have happened when the next one is to be taken.
    """

    def __init__(self, every: int = 500, taken: Iterable[Checkpoint] = ()) -> None:
        assert every >= 1, f"expected at least one event between checkpoints, came {every}"
        self.every = every
        self._taken = list(taken)
        self.due = 0

    def __len__(self) -> int:
        return len(self._taken)

    @property
    def first(self) -> Checkpoint:
        """The earliest one."""
        return self._taken[0]

    def take(self, world: World) -> None:
        """Put the world away, unless it was put away near this point before."""
        self.due = world.events + self.every
        at = bisect_left(self._taken, world.events, key=_events)
        if at < len(self._taken) and self._taken[at].events < self.due:
            return
        self._taken.insert(at, put_away(world))

    def at_time(self, time_us: int) -> Checkpoint:
        """Return the latest checkpoint that is not after a time, else the first."""
        return self._taken[max(bisect_right(self._taken, time_us, key=_time) - 1, 0)]

    def at_event(self, events: int) -> Checkpoint:
        """Return the latest checkpoint with at most so many events."""
        return self._taken[bisect_right(self._taken, events, key=_events) - 1]

    def until(self, events: int, lines: int) -> list[Checkpoint]:
        """Return those of the past.

        Args:
            events: how many events have happened.
            lines: how many lines the script has.
        """
        return [kept for kept in self._taken if kept.events <= events and kept.lines <= lines]

    def forget_after(self, events: int, lines: int) -> None:
        """Drop those of a future that will not come; see :meth:`until`."""
        self._taken = self.until(events, lines)
        self.due = self._taken[-1].events + self.every


def _time(checkpoint: Checkpoint) -> int:
    return checkpoint.time_us


def _events(checkpoint: Checkpoint) -> int:
    return checkpoint.events
