"""Running a compiled graph: executions, steps, runners, events, and the report of a run."""

from igniter_nb.clock import now
from igniter_nb.runtime.awaited import resolve_outputs
from igniter_nb.runtime.events import (
    Event,
    EventLog,
    InputsQueued,
    InputUpdated,
    NodeFailed,
    NodeStarted,
    NodeSucceeded,
    RunFinished,
    RunStarted,
    Subscription,
)
from igniter_nb.runtime.execution import Execution
from igniter_nb.runtime.flags import CLEAN, DIRTY, FRESH, UNASKED
from igniter_nb.runtime.options import Options
from igniter_nb.runtime.ports import Kept
from igniter_nb.runtime.program import Program
from igniter_nb.runtime.report import IncrementalReport, Record, Row
from igniter_nb.runtime.steps.compose import Outputs

__all__ = [
    "CLEAN",
    "DIRTY",
    "FRESH",
    "UNASKED",
    "Event",
    "EventLog",
    "Execution",
    "IncrementalReport",
    "InputUpdated",
    "InputsQueued",
    "Kept",
    "NodeFailed",
    "NodeStarted",
    "NodeSucceeded",
    "Options",
    "Outputs",
    "Program",
    "Record",
    "Row",
    "RunFinished",
    "RunStarted",
    "Subscription",
    "now",
    "resolve_outputs",
]
