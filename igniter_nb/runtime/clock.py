"""The only place that reads a clock."""

from __future__ import annotations

from time import perf_counter_ns

Nanoseconds = int


def now() -> Nanoseconds:
    """Return nanoseconds of a clock that never goes back; only differences mean something."""
    return perf_counter_ns()


__all__ = ["Nanoseconds", "now", "perf_counter_ns"]
