"""Threads that do the work of nodes side by side.

Workers only do the work; cells are written by the thread that drives the run. They are daemons: a
run that is interrupted leaves running work to end by itself and forgets its result, and no exit of
the process waits for it. The standard library's pool is no help here: it is joined at exit, and a
signal in the middle of a submission leaves its locks held for ever.
"""

from __future__ import annotations

import contextvars
import os
import weakref
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from igniter_nb.runtime.loop import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    Outcome = tuple[bool, Any, int]


class Workers:
    """A pool that grows with its work, up to a size.

    Args:
        size: most threads, None for as many as the standard library's pool would take.
    """

    def __init__(self, size: int | None) -> None:
        self._size = size or min(32, (os.cpu_count() or 1) + 4)
        self._count = 0
        self._closed: list[bool] = []
        self._jobs: SimpleQueue[Any] = SimpleQueue()
        self._end = weakref.ref(self, self._jobs.put)  # should a signal have kept us from closing

    def submit(
        self, work: Callable[[], Outcome], tell: Callable[..., object], *, under_way: int
    ) -> None:
        """Have work done under the context variables of the caller.

        Args:
            work: returns whether it succeeded, its value or error, and nanoseconds.
            tell: called with those, in the worker.
            under_way: how much is under way with this; no more workers are started.
        """
        self._jobs.put((contextvars.copy_context(), work, tell))
        if self._count < min(self._size, under_way):
            self._count += 1
            jobs, closed = self._jobs, self._closed
            start_thread(lambda: _work_off(jobs, closed), f"igniter-worker-{self._count}")

    def close(self) -> None:
        """Let every worker end as soon as it is free; work that nobody has begun is forgotten."""
        self._closed.append(True)
        self._jobs.put(None)


def _work_off(jobs: SimpleQueue[Any], closed: list[bool]) -> None:
    while True:
        job = jobs.get()
        if closed or not isinstance(job, tuple):
            jobs.put(None)  # for the next worker
            return
        context, work, tell = job
        tell(*context.run(work))
        del job, context, work, tell  # while it waits, a worker keeps nothing alive
