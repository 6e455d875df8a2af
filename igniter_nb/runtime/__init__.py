"""Runs of a compiled graph: executions, steps, runners, events, and the report of a run."""

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
from igniter_nb.runtime.inputs import Slot, column, missing
from igniter_nb.runtime.options import Options
from igniter_nb.runtime.ports import Kept
from igniter_nb.runtime.program import Program
from igniter_nb.runtime.report import IncrementalReport, Record, Row
from igniter_nb.runtime.rows import Failure, Given, Rows
from igniter_nb.runtime.status import Action, NodeStatus, Origin, Outcome, RunStatus, Status
from igniter_nb.runtime.steps.compose import Outputs
from igniter_nb.runtime.steps.guard import whole as whole_guard
from igniter_nb.runtime.tally import planned, ran

__all__ = [
    "CLEAN",
    "DIRTY",
    "FRESH",
    "UNASKED",
    "Action",
    "Event",
    "EventLog",
    "Execution",
    "Failure",
    "Given",
    "IncrementalReport",
    "InputUpdated",
    "InputsQueued",
    "Kept",
    "NodeFailed",
    "NodeStarted",
    "NodeStatus",
    "NodeSucceeded",
    "Options",
    "Origin",
    "Outcome",
    "Outputs",
    "Program",
    "Record",
    "Row",
    "Rows",
    "RunFinished",
    "RunStarted",
    "RunStatus",
    "Slot",
    "Status",
    "Subscription",
    "column",
    "missing",
    "now",
    "planned",
    "ran",
    "resolve_outputs",
    "whole_guard",
]
