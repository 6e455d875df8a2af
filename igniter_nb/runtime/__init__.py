"""Running a compiled graph: executions, steps, runners, events, and the report of a run."""

from igniter_nb.runtime.awaited import resolve_outputs
from igniter_nb.runtime.clock import now
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
from igniter_nb.runtime.execution import Execution, Options
from igniter_nb.runtime.program import CLEAN, DIRTY, UNASKED, Program
from igniter_nb.runtime.report import IncrementalReport, Record, Row
from igniter_nb.runtime.steps.compose import Outputs

__all__ = [
    "CLEAN",
    "DIRTY",
    "UNASKED",
    "Event",
    "EventLog",
    "Execution",
    "IncrementalReport",
    "InputUpdated",
    "InputsQueued",
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
