"""Runners: where the work of nodes is done, one row of :data:`RUNNERS` each."""

from igniter_nb.runtime.runners.protocol import Pool, Runner
from igniter_nb.runtime.runners.table import RUNNERS, RunnerName

__all__ = ["RUNNERS", "Pool", "Runner", "RunnerName"]
