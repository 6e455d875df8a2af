"""Throttle for news of something that changes often: no more of it than a person can see.

1. What was asked for is delivered a moment later, by a thread of our own: the one who asks is in
   the middle of a run, and should not pay for the telling. Asking sets a flag and no more.
2. While more is asked for there is one delivery per interval; the last one is never left out.
3. The end of a run is told at once, by the thread that ends it, so that whoever waited for the run
   finds it told; a second end in the same interval waits like everything else.
4. After each of them the next waits, so that both together are no more than two in two intervals,
   and take a thirtieth of the time at most.
5. What goes wrong in telling is a warning: it fails neither the run nor the thread.
6. Where no thread can be started (Python in a browser) everything is delivered at once.
"""

from __future__ import annotations

import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from igniter_nb.clock import worked
from igniter_nb.text import said

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENT_S: Final = 0.01

RESTS: Final = 29
"""Times as long as telling took it is left to rest, at least."""


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
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._is_due = False
        self._has_ended = False
        self._is_told = False  # since it last rested
        self._spent = 0
        self._has_thread = self._start()

    def ask(self, *, at_end: bool = False) -> None:
        """Ask for a delivery.

        Args:
            at_end: a run ended.
        """
        with self._lock:
            if self._closing.is_set():
                return
            is_now = not self._has_thread or (at_end and not self._has_ended)
            self._has_ended = self._has_ended or at_end
            self._is_due = not is_now
            self._wake.set()
        if is_now:
            self._tell()

    def close(self) -> None:
        """Deliver nothing any more, and end the thread."""
        with self._lock:
            self._closing.set()
            self._wake.set()

    def _start(self) -> bool:
        try:
            threading.Thread(target=self._work, name="igniter-live", daemon=True).start()
        except RuntimeError:  # no threads here, or the interpreter is ending
            return False
        return True

    def _work(self) -> None:
        """What the thread does: wake up, wait a moment, deliver, rest for the interval."""
        while self._wake.wait() and not self._closing.wait(MOMENT_S):
            self._ring()
            while (rest_s := self._rest()) and not self._closing.wait(rest_s):
                pass  # a run ended meanwhile, and told of it

    def _ring(self) -> None:
        with self._lock:
            self._wake.clear()
            self._has_ended = False
            is_due, self._is_due = self._is_due, False
            if self._closing.is_set():
                return
        if is_due:
            self._tell()

    def _rest(self) -> float:
        """Return the seconds to rest for what was told since the last rest."""
        with self._lock:
            is_told, self._is_told = self._is_told, False
            spent, self._spent = self._spent, 0
        return max(self._interval_s, RESTS * spent / 1e9) if is_told else 0.0

    def _tell(self) -> None:
        began = worked()
        try:
            self._deliver()
        except Exception as error:  # noqa: BLE001 -- no run may fail because somebody looks at it
            with suppress(RuntimeWarning):  # the user made warnings errors
                text = f"a live view could not be brought up to date: {said(error)}"
                warnings.warn(text, RuntimeWarning, stacklevel=2)
        finally:
            with self._lock:
                self._is_told = True
                self._spent += worked() - began
