"""A cluster's own time: how fast it passes, that it stands still, and tours through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from igniter_nb.consensus.cluster.arguments import speed_of
from igniter_nb.consensus.status.events import ClusterEvents
from igniter_nb.consensus.tours import Tour, tour

if TYPE_CHECKING:
    from igniter_nb.consensus.local.driver import Driver
    from igniter_nb.consensus.local.loop import Loop


class Paced:
    """The part of a cluster that is about its own time; see :class:`Cluster`."""

    __slots__ = ()

    _driver: Driver
    _loop: Loop

    @property
    def speed(self) -> float:
        """Seconds of the cluster's time in a second; may be set, up to 100.

        Elections and latencies are of its time. Timeouts are real seconds at any speed: a slow
        cluster needs longer ones.
        """
        return self._loop.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._driver.set_pace(speed=speed_of(speed))

    @property
    def paused(self) -> bool:
        """Whether its time stands still."""
        return self._loop.paused

    def pause(self) -> Self:
        """Let its time stand still; what is asked of it meanwhile waits, until its timeout."""
        self._driver.set_pace(paused=True)
        return self

    def resume(self) -> Self:
        """Let its time go on."""
        self._driver.set_pace(paused=False)
        return self

    def step(self) -> ClusterEvents:
        """Pause, let things happen until there is something to tell, and tell it.

        A message counts too. Where nothing happens, a second of the cluster's time passes.
        """
        return ClusterEvents(self._driver.step(), "steps")

    def run_for(self, seconds: float) -> ClusterEvents:
        """Pause, let so much of its own time pass as fast as it goes, and tell what happened.

        Args:
            seconds: of its own time.

        Raises:
            ValueError: the number is negative, endless or none.
        """
        return ClusterEvents(self._driver.run_for(seconds), "events")

    @staticmethod
    def tour(name: str) -> Tour:
        """Return a guided tour: a run of the engine, told step by step.

        In a notebook it is a widget, which may be left at any step to try for oneself. It has a
        cluster of its own; this one stays as it is.

        Args:
            name: ``"election"``, ``"replication"``, ``"partition"``, ``"figure 8"`` (of the paper)
                or ``"lost quorum"``.

        Raises:
            ValueError: there is no such tour; says which there are.
        """
        return tour(name)
