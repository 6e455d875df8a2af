"""Clock of the package: the only file that imports ``time``."""

from __future__ import annotations

from time import perf_counter_ns

__all__ = ["now"]

now = perf_counter_ns
"""Return nanoseconds of a clock that never goes back; only differences mean something."""
