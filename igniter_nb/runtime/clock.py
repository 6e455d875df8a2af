"""The only place that reads a clock."""

from __future__ import annotations

from time import perf_counter_ns

now = perf_counter_ns
"""Return nanoseconds of a clock that never goes back; only differences mean something."""

__all__ = ["now"]
