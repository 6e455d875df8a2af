"""Frame rate of a page: high soon after something happened, low while nothing does.

A person sees some sixty frames a second and follows few of them. What a person follows (who
leads, who crashed) is told at once; messages at twenty frames a second; a leader that is heard at
once, and nothing else, at four; and one a second says that all is still as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from igniter_nb.consensus import Watch

SOON_NS: Final = 16_000_000
"""Nanoseconds between two frames at the least ..."""

SEEN_NS: Final = 50_000_000
"""... between two when what can be seen has changed ..."""

STEADY_NS: Final = 250_000_000
"""... when there was nothing but heartbeats ..."""

ALWAYS_NS: Final = 1_000_000_000
"""... and in any case."""


class FrameRate:
    """Decides whether it is time for a frame.

    Args:
        watch: on what is shown.

    Attributes:
        waits_ns: nanoseconds after which to ask again although nothing happens; 0 for no wish.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.waits_ns = 0
        self._told_ns = -ALWAYS_NS
        self._worthy: object = None
        self._noted = self._looked = 0
        self._steady = False
        self._wishes = 1
        self._heard = self._granted = 0

    def ask(self) -> None:
        """Wish for a frame soon, whatever happens; from any thread."""
        self._wishes += 1

    def due(self, moment_ns: int, worthy: object) -> bool:
        """Say whether it is time.

        Args:
            moment_ns: the time.
            worthy: changes with what a person follows.
        """
        quiet_ns = moment_ns - self._told_ns
        self.waits_ns = 0
        self._heard = self._wishes
        if self._heard != self._granted or worthy != self._worthy:
            self.waits_ns = max(SOON_NS - quiet_ns, 0)
            return not self.waits_ns
        if quiet_ns < SEEN_NS:
            return False
        if quiet_ns >= ALWAYS_NS:
            return True
        if self._watch.noted == self._noted:
            return False
        return quiet_ns >= STEADY_NS or not self._is_idle()

    def _is_idle(self) -> bool:
        if not self._steady:
            return False
        self._steady = self._watch.is_idle(self._looked)
        self._looked = self._watch.noted
        return self._steady

    def told(self, moment_ns: int, worthy: object, *, steady: bool) -> None:
        """Note that a frame was made.

        Args:
            moment_ns: the time.
            worthy: as it was then.
            steady: whether it showed nothing but heartbeats.
        """
        self._told_ns, self._worthy = moment_ns, worthy
        self._noted = self._looked = self._watch.noted
        self._steady = steady
        self._granted = self._heard
