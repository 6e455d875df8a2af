"""Clock of the package: the only file that imports ``time``."""

from __future__ import annotations

from time import perf_counter_ns, thread_time_ns

__all__ = ["now", "worked"]

now = perf_counter_ns
"""Return nanoseconds of a clock that never goes back; only differences mean something."""

worked = thread_time_ns
"""Return nanoseconds of work that the calling thread has done; only differences mean something."""
