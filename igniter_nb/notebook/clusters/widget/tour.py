"""Tour on a widget: a recorded run, played one step after the other.

It is a widget of its own, or shown in the widget of a cluster, which goes on meanwhile.

At each step the run stands still where the step ends, and its sentence is true of what is seen. Who
does something of their own leaves the tour there, with the cluster as it is.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from igniter_nb.consensus import Cluster, opened_at

if TYPE_CHECKING:
    from igniter_nb.consensus import Driver, Tour, TourStep
    from igniter_nb.notebook.clusters.widget.frame import Facts
    from igniter_nb.notebook.clusters.widget.view import View

FOREVER_US: Final = 1 << 60
"""A time that does not come, in microseconds."""


class TourPlayer:
    """Plays a tour on a view.

    Args:
        tour: the tour, at its first step.
    """

    def __init__(self, tour: Tour) -> None:
        self.tour = tour
        self._lock = threading.Lock()
        self._position = 0
        self._is_on = True
        self._ended = ""

    @property
    def step(self) -> TourStep:
        """The step that is shown."""
        return self.tour.steps[self._position]

    def open(self, kin: Driver | None = None) -> Cluster:
        """Open the run where the step that is shown ends; it stands still there.

        Args:
            kin: of the one that it follows, with which it ends; None at first.
        """
        at = self.step.until_us / 1e6
        if kin is None:
            return Cluster.replay(self.tour.recording, at=at)
        return Cluster(opened_at(self.tour.recording, at), paused=True, kin=kin)

    def facts(self, shown: Facts) -> Facts:
        """Return what the page shows of the tour; when it was left at most why it ended.

        Args:
            shown: the frame that it is shown with.
        """
        if not self._is_on:
            return {"ended": self._ended} if self._ended else {}
        position = self._position
        step = self.tour.steps[position]
        return {
            "name": self.tour.name,
            "title": self.tour.title,
            "step": position + 1,
            "of": len(self.tour.steps),
            "heading": step.heading,
            "text": step.text,
            "focus": list(step.focus),
            "playing": shown.get("live", 0) < step.until_us,
        }

    def go_on(self, view: View) -> bool:
        """Play the next step, from where this one ends; say whether there is one."""
        with self._lock:
            if not self._is_on or self._position + 1 >= len(self.tour.steps):
                return False
            view.to_home()
            here, following = self.step, self.tour.steps[self._position + 1]
            now_us = view.watch.mark[0]
            if now_us < here.until_us:  # it was still on its way there
                view.restart(self.open(view.driver))
            elif now_us >= following.until_us:  # somebody let it go on by itself
                self._position += 1
                view.restart(self.open(view.driver))
                return True
            view.driver.set_pace(speed=following.speed)
            view.driver.play_until(following.until_us)
            self._position += 1  # now that it plays: its sentence is true where it ends
            return True

    def go_back(self, view: View) -> bool:
        """Stand where the step before ends; say whether there is one."""
        with self._lock:
            if not self._is_on or not self._position:
                return False
            self._position -= 1
            view.restart(self.open(view.driver))
            return True

    def leave(self, what: str = "") -> bool:
        """End the tour where it is; say whether it was on.

        Args:
            what: what ended it, as a sentence without its full stop, which is told in its place;
                empty if whoever asked for that needs no telling.
        """
        with self._lock:
            was_on, self._is_on = self._is_on, False
            if was_on or not what:
                self._ended = f"The tour ended. {what}." if what else ""
            return was_on

    @staticmethod
    def let_go(driver: Driver) -> None:
        """Let the cluster that was toured go on by itself."""
        driver.play_until(FOREVER_US)
