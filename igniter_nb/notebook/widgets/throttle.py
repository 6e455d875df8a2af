"""Telling about something that changes often, not more often than a person can see.

1. What was asked for is delivered a moment later, by a thread of our own: the one who asks is in
   the middle of a run, and should not pay for the telling.
2. While more is asked for there is one delivery per interval; the last one is never left out.
3. The end of a run is told at once, by the thread that ends it, so that whoever waited for the run
   finds it told; a second end in the same interval waits like everything else.
4. Where no thread can be started (Python in a browser) everything is delivered at once.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENT_S: Final = 0.01


class Throttle:
    """Passes on that something is to be told.

    Args:
        deliver: called without arguments, from any thread; never while our lock is held.
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
            at_end: a run ended.
        """
        with self._lock:
            if self._is_closed:
                return
            is_now = at_end and not self._has_ended
            self._has_ended = self._has_ended or at_end
            self._is_due = not is_now
            if self._timer is None and not self._start(self._interval_s if at_end else MOMENT_S):
                self._has_ended = False
                is_now = True
        if is_now:
            self._deliver()

    def close(self) -> None:
        """Deliver nothing any more."""
        with self._lock:
            self._is_closed = True
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _start(self, seconds: float) -> bool:
        timer = threading.Timer(seconds, self._ring)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # no threads here, or the interpreter is ending
            return False
        self._timer = timer
        return True

    def _ring(self) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._timer = None
            self._has_ended = False
            is_due, self._is_due = self._is_due, False
            if is_due:
                self._start(self._interval_s)
        if is_due:
            self._deliver()
