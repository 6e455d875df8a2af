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
from _thread import start_new_thread
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from igniter_nb.runtime.loop import start_here

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.runtime.work import Outcome


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
        self._idle: SimpleQueue[None] = SimpleQueue()
        self._starts: SimpleQueue[Any] = SimpleQueue()

    def submit(self, work: Callable[[], Outcome], tell: Callable[..., object]) -> None:
        """Have work done under the context variables of the caller.

        Args:
            work: returns whether it succeeded, its value or error, and nanoseconds.
            tell: called with those, in the worker.

        Raises:
            RuntimeError: the system has no thread left.
        """
        self._jobs.put((contextvars.copy_context(), work, tell))
        try:
            self._idle.get_nowait()
        except Empty:
            self._grow()

    def _grow(self) -> None:
        """Have another worker started, by a thread that no signal interrupts."""
        if self._count == self._size:
            return
        if not self._count:
            given = weakref.ref(self), self._starts, self._jobs, self._idle, self._closed
            start_new_thread(_start, given)
        self._count += 1
        self._starts.put(self._count)

    def close(self) -> None:
        """Let every worker end as soon as it is free; work that nobody has begun is forgotten."""
        self._closed.append(True)
        self._starts.put(None)


def _start(  # noqa: PLR0917 -- what a thread is given goes by position
    find: weakref.ref[Workers],
    starts: SimpleQueue[Any],
    jobs: SimpleQueue[Any],
    idle: SimpleQueue[None],
    closed: list[bool],
) -> None:
    """Start workers and end them, with the pool at the latest: a signal may keep it from closing.

    Its end is told by the interpreter itself, and to this thread, which lives longer.
    """
    if (pool := find()) is not None:
        _end = weakref.ref(pool, starts.put)
        del pool
        while isinstance(number := starts.get(), int):
            name = f"igniter-worker-{number}"
            start_here(Thread(target=_work_off, args=(jobs, idle, closed), name=name, daemon=True))
    jobs.put(None)


def _work_off(jobs: SimpleQueue[Any], idle: SimpleQueue[None], closed: list[bool]) -> None:
    while isinstance(job := jobs.get(), tuple) and not closed:
        context, work, tell = job
        tell(*context.run(work))
        del job, context, work, tell  # while it waits, a worker keeps nothing alive
        idle.put(None)
    jobs.put(None)  # for the next worker
