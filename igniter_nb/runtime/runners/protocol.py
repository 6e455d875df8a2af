"""Protocol of a runner: a pool does jobs, tells what came of each, and knows nothing of cells.

The schedule, which all runners share, decides what runs and when, and writes what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.runtime.work import Outcome


class Pool(Protocol):
    """What does the jobs of one run side by side."""

    def submit(self, job: Callable[[], Outcome], tell: Callable[..., object]) -> None:
        """Have a job done.

        Args:
            job: returns whether the work succeeded, its value or error, and nanoseconds.
            tell: to be called with those three, once, from any thread.
        """

    def close(self) -> None:
        """End with the run: jobs that nobody has begun are forgotten."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One way to run nodes.

    Attributes:
        summary: what it does, in one clause.
        pool: makes what does the jobs of one run, from ``pool_size``; None where the thread that
            drives the run does them itself.
        apart: whether a job is the work of a step alone, a call that can be pickled if its
            function and arguments can; else it is the whole step, which reads the cells.
    """

    summary: str
    pool: Callable[[int | None], Pool] | None = None
    apart: bool = False
