"""How times are taken: CPU time of the process, floor and ours in turn, medians of ratios."""

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
        blocks: how often everything is measured; of the blocks the quickest counts, since
            whatever else the machine does can only add.
        rounds: samples in a block; of these the median counts.
    """

    def __init__(self, blocks: int = 3, rounds: int = 5) -> None:
        self.blocks = blocks
        self.rounds = rounds

    def compare(
        self, floor: Callable[[], object], ours: Callable[[], object], *, per: int
    ) -> Times:
        """Measure ours between two measurements of the floor.

        Args:
            floor: does the work by hand, once.
            ours: does the same work.
            per: units of work in one call.
        """
        ours()
        return min((self._block(floor, ours, per) for _ in range(self.blocks)), key=_ours)

    def _block(self, floor: Callable[[], object], ours: Callable[[], object], per: int) -> Times:
        floors, times, ratios = [], [], []
        gc.collect()
        before = _once(floor)
        for _ in range(self.rounds):
            took = _once(ours)
            after = _once(floor)
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
        work()
        medians = []
        for _ in range(self.blocks):
            gc.collect()
            medians.append(statistics.median(_once(work) for _ in range(self.rounds)))
        return min(medians) * MICROSECONDS / per

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


def _ours(times: Times) -> float:
    return times.ours


def _once(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin
