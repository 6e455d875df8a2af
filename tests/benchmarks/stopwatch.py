"""Stopwatch: CPU time of the process, floor and ours in turn, medians of ratios."""

from __future__ import annotations

import gc
import statistics
from time import perf_counter, process_time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MICROSECONDS = 1e6


class Times(NamedTuple):
    """Microseconds per unit of work, and how many times the floor ours takes."""

    floor: float
    ours: float
    ratio: float


class Stopwatch:
    """Takes times.

    Args:
        rounds: samples, of which the median counts; fewer of work that takes long.
    """

    def __init__(self, rounds: int = 9) -> None:
        self.rounds = rounds

    def compare(
        self,
        floor: Callable[[], object],
        ours: Callable[[], object],
        *,
        per: int,
        apart: bool = False,
    ) -> Times:
        """Measure ours between two measurements of the floor.

        Args:
            floor: does the work by hand, once.
            ours: does the same work.
            per: units of work in one call.
            apart: whether garbage is collected in between, outside the measured time, so that
                what one call leaves behind is not cleared away at the expense of the next.
        """
        rounds = self._rounds_of(ours)
        floors, times, ratios = [], [], []
        before = _once(floor, apart=apart)
        for _ in range(rounds):
            took = _once(ours, apart=apart)
            after = _once(floor, apart=apart)
            floors.append(before)
            times.append(took)
            ratios.append(2 * took / (before + after))
            before = after
        unit = MICROSECONDS / per
        return Times(
            statistics.median(floors) * unit,
            statistics.median(times) * unit,
            statistics.median(ratios),
        )

    def alone(self, work: Callable[[], object], *, per: int = 1) -> float:
        """Return microseconds of CPU per unit of work."""
        times = [_once(work) for _ in range(self._rounds_of(work))]
        return statistics.median(times) * MICROSECONDS / per

    def _rounds_of(self, work: Callable[[], object]) -> int:
        """Do the work once before it counts, and see how often it can be done in a second."""
        return max(3, min(self.rounds, int(1 / max(_once(work), 1e-6))))

    def wall(self, work: Callable[[], object]) -> float:
        """Return microseconds on the wall: for work that waits or runs elsewhere."""
        work()
        times = []
        for _ in range(self.rounds):
            begin = perf_counter()
            work()
            times.append(perf_counter() - begin)
        return statistics.median(times) * MICROSECONDS


class Rehearsal(Stopwatch):
    """Does all the work once and looks at no clock: what an ordinary test run uses."""

    def compare(
        self,
        floor: Callable[[], object],
        ours: Callable[[], object],
        *,
        per: int,
        apart: bool = False,
    ) -> Times:
        """Run both."""
        floor()
        ours()
        return Times(0, 0, 0)

    def alone(self, work: Callable[[], object], *, per: int = 1) -> float:
        """Run it."""
        work()
        return 0

    def wall(self, work: Callable[[], object]) -> float:
        """Run it."""
        work()
        return 0


def _once(work: Callable[[], object], *, apart: bool = True) -> float:
    if apart:
        gc.collect()
    begin = process_time()
    work()
    return process_time() - begin
