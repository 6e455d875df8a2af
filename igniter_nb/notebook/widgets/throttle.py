"""Telling about something that changes often, not more often than a person can see.

1. The first call of a quiet time is passed on at once, and so is the end of a run.
2. While calls keep coming there is one delivery per interval, and after the last call one more:
   what was asked for is always delivered, and never by the asker's waiting.
3. Where no thread can be started (Python in a browser) every call is passed on at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Throttle:
    """Passes calls on, at most two per interval.

    Args:
        deliver: called without arguments, from any thread, never while the lock is held.
        interval_s: seconds between deliveries.
    """

    def __init__(self, deliver: Callable[[], object], interval_s: float) -> None:
        self._deliver = deliver
        self._interval_s = interval_s
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._is_due = False
        self._is_closed = False
        self._has_ended = False

    def ask(self, *, at_end: bool = False) -> None:
        """Ask for a delivery.

        Args:
            at_end: something ended, which should be told now; once per interval it is.
        """
        with self._lock:
            if self._is_closed:
                return
            is_free = self._timer is None or (at_end and not self._has_ended)
            self._has_ended = self._has_ended or at_end
            self._is_due = not is_free
            if self._timer is None:
                self._start()
        if is_free:
            self._deliver()

    def close(self) -> None:
        """Deliver nothing any more."""
        with self._lock:
            self._is_closed = True
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _start(self) -> None:
        timer = threading.Timer(self._interval_s, self._ring)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # no threads here, or the interpreter is ending
            return
        self._timer = timer

    def _ring(self) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._timer = None
            self._has_ended = False
            is_due, self._is_due = self._is_due, False
            if is_due:
                self._start()
        if is_due:
            self._deliver()
