"""Worker thread for jobs that nobody should wait for: telling a page, computing a past.

1. Jobs are done one after the other, in the order in which they came. One whose key waits already
   puts away the one that waits: of several only the latest counts, when it is its turn.
2. There is no thread before the first job, and none after a minute without one, or at once if it
   is told to rest. Where none can be started (Python in a browser) a job is done by whoever hands
   it in.
3. A job that fails does not keep the next one from being done.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE_SECONDS: Final = 60.0
"""Seconds without a job after which the thread ends; the next job begins another one."""


class Worker:
    """Does jobs in a thread.

    Args:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._jobs: dict[object, Callable[[], object]] = {}
        self._is_closed = self._rests = False
        self._has_thread: bool | None = None  # False where there can be none

    @property
    def has_thread(self) -> bool:
        """Whether there is a thread now."""
        return bool(self._has_thread)

    def put(self, key: object, job: Callable[[], object]) -> bool:
        """Hand in a job.

        Args:
            key: what it is about.
            job: it must not raise; what it raises is dropped.

        Returns:
            Whether it put away one that waited.
        """
        with self._lock:
            if self._is_closed:
                return False
            if self._has_thread is None:
                self._has_thread = self._start()
            replaced = self._jobs.pop(key, None) is not None
            self._rests = False
            if self._has_thread:
                self._jobs[key] = job
                self._wake.set()
        if not self._has_thread:
            _do(job)
        return replaced

    def rest(self) -> None:
        """End the thread after what waits; the next job begins another one."""
        with self._lock:
            self._rests = True
            self._wake.set()

    def close(self) -> None:
        """Drop what waits, take nothing any more, and end the thread after the job it is at."""
        with self._lock:
            self._is_closed = True
            self._jobs.clear()
            self._wake.set()

    def _start(self) -> bool:
        try:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        except RuntimeError:  # no threads here, or the interpreter is ending
            return False
        return True

    def _work(self) -> None:
        while not self._is_over(in_time=self._wake.wait(IDLE_SECONDS)):
            job = self._next()
            if job is not None:
                _do(job)

    def _is_over(self, *, in_time: bool) -> bool:
        """Say whether the thread is to end: it was closed, or handed nothing for long."""
        with self._lock:
            if not (self._jobs or self._is_closed) and (self._rests or not in_time):
                self._has_thread = None
            return self._is_closed or self._has_thread is None

    def _next(self) -> Callable[[], object] | None:
        """Take the next job; with none left, fall asleep."""
        with self._lock:
            if not self._jobs:
                if not self._is_closed:
                    self._wake.clear()
                return None
            return self._jobs.pop(next(iter(self._jobs)))


def _do(job: Callable[[], object]) -> None:
    with suppress(Exception):  # whoever waits for what it does hears of it from the job itself
        job()
