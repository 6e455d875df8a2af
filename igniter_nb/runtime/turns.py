"""Order of runs in one execution, and refusal of waits that would never end.

One run at a time goes on in an execution. A node that asks for another execution waits until that
one's run is over; if that run, by whatever way, waits for the node's own execution, neither would
ever end. Who waits for whom is written down, so that the last one to close a circle is refused.

A coroutine waits for nobody: it would keep the loop, which the other run may need, from going on.
For the same reason a loop on which a run is awaited waits in its thread for nothing that has to do
with that run.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from igniter_nb.errors import ResolutionError
from igniter_nb.runtime.loop import kept_waiting, must_not_wait

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from igniter_nb.runtime.cells import Cells


class Wait:
    """Running executions that go on only when another one has run.

    It counts for as long as somebody holds it, and no longer than the run that waits: whatever
    ends the wait, nothing is left of it.

    Args:
        running: executions whose nodes are running in the calling context, innermost first.
        wanted: the one that has to run.
    """

    __slots__ = ("__weakref__", "_run", "running", "wanted")

    def __init__(self, running: Sequence[Cells], wanted: Cells) -> None:
        self.running = running
        self.wanted = wanted
        self._run = running[0].run

    @property
    def lasts(self) -> bool:
        """Whether the run that waits still goes on."""
        return self.running[0].busy and self.running[0].run == self._run


class Awaited:
    """A run that is awaited on the loop of whoever called; counts for as long as somebody holds it.

    Args:
        loop: the caller's.
        execution: what runs, or is to.
    """

    __slots__ = ("__weakref__", "execution", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, execution: Cells) -> None:
        self.loop = loop
        self.execution = execution
        awaited.add(weakref.ref(self, awaited.discard))


_book = threading.Lock()
_waits: set[weakref.ref[Wait]] = set()
awaited: set[weakref.ref[Awaited]] = set()
"""Runs that are awaited on callers' loops; mostly none."""


def wait(execution: Cells, running: Sequence[Cells]) -> Wait:
    """Write down that running executions wait for another one, while the result is held.

    Args:
        execution: the one that has to run.
        running: executions whose nodes are running in the calling context.

    Raises:
        ResolutionError: the one that has to run waits for one of ``running``.
    """
    with _book:
        if _waits and not _reached(execution).isdisjoint(running):
            names = ", ".join(each.id for each in running)
            msg = (
                f"a node of {names} waits for {execution.id}, a node of which waits for {names}:"
                " pass the value in as an input of one of the two"
            )
            raise ResolutionError(msg)
        made = Wait(running, execution)
        try:
            _waits.add(weakref.ref(made, _waits.discard))
            return made
        finally:
            del made  # a traceback that is kept must not keep the wait


def _reached(start: Cells) -> set[Cells]:
    """Return the executions that a running one waits for, directly or not."""
    found = {start}
    pending = [start]
    while pending:
        current = pending.pop()
        for each in _waits.copy():
            made = each()
            if made is None or not made.lasts:
                _waits.discard(each)
            elif current in made.running and made.wanted not in found:
                found.add(made.wanted)
                pending.append(made.wanted)
    return found


class _AtOnce:
    """The lock of an execution, or a refusal: for whoever must not wait."""

    def __init__(self, execution: Cells, what: str, why: str) -> None:
        self._execution = execution
        self._what = what
        self._why = why

    def __enter__(self) -> None:
        """Take the lock.

        Raises:
            ResolutionError: somebody has it.
        """
        execution = self._execution
        if not execution.lock.acquire(blocking=False):
            msg = (
                f"{execution.id} is being run, and {self._why} must not wait for that: write `await"
                f" x.aresolve_all()` of that contract first, then {self._what} it"
            )
            raise ResolutionError(msg, {"execution": execution.id})

    def __exit__(self, *_: object) -> None:
        """Give the lock back."""
        self._execution.lock.release()


def refuse_open(execution: Cells, what: str) -> None:
    """Refuse if a run of an execution waits for a coroutine.

    Args:
        execution: whose run.
        what: what is to be done when that run is over.

    Raises:
        ResolutionError: it does.
    """
    if execution.turn is not None and execution.turn.open:
        raise ResolutionError(
            f"{execution.id} is in the middle of a run that waits for a coroutine: {what} it when"
            " that run is over, after `await x.aresolve_all()`",
            {"execution": execution.id},
        )


def lock_of(execution: Cells, what: str = "read") -> threading.Lock | _AtOnce:
    """Return what a run of an execution goes on under, or is kept from.

    Args:
        execution: whose run.
        what: what is to be done with it, for the error's text.
    """
    if must_not_wait():
        return _AtOnce(execution, what, "a coroutine")
    if awaited and _is_awaited(execution):
        return _AtOnce(execution, what, "the event loop on which a run is awaited")
    return execution.lock


def _is_awaited(execution: Cells) -> bool:
    """Tell whether a run that is awaited on the loop that would wait here has to do with this."""
    here = kept_waiting()
    if here is None:
        return False
    runs = [made for each in awaited.copy() if (made := each()) is not None]
    with _book:
        return any(
            made.execution in _reached(execution) or execution in _reached(made.execution)
            for made in runs
            if made.loop is here
        )
