"""Records of a run as it goes on: rows for its report, events for listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.clock import now
from igniter_nb.graph import MISSING
from igniter_nb.runtime import events
from igniter_nb.runtime.report import EARLIER, NEVER, IncrementalReport, Record
from igniter_nb.text import class_name, shorten

if TYPE_CHECKING:
    from igniter_nb.errors import IgniterError
    from igniter_nb.graph import Node
    from igniter_nb.incremental import Demand
    from igniter_nb.runtime.cells import Cells
    from igniter_nb.runtime.status import Outcome, RunStatus


class Observer:
    """Watches one run of one execution.

    Args:
        cells: what runs.
        demand: what was asked for.

    Attributes:
        records: what happened, in order.
        causes: for each node that was marked, the node that marked it first.
        took: nanoseconds of the run, written at its end.
        status: how the run ended: ``succeeded``, ``failed`` or ``interrupted``.
    """

    def __init__(self, cells: Cells, demand: Demand) -> None:
        self.cells = cells
        self.demand = demand
        self.records: list[Record] = []
        self.causes: dict[int, int] = {}
        self.took = 0
        self._begin = 0
        self.status: RunStatus = "interrupted"
        bus = cells.bus
        self.bus = bus if bus is not None and bus.heard else None

    def _named(self, position: int) -> dict[str, object]:
        node: Node = self.cells.program.graph.nodes[position]
        return {"node": node.name, "node_id": position, "path": node.path}

    def run_started(self) -> None:
        """Note that a run began."""
        self._begin = now()
        if self.bus:
            self.bus.emit(events.RunStarted)

    def ended(self, status: RunStatus) -> None:
        """Note that everything is done."""
        self.status = status
        self.took = now() - self._begin

    def run_finished(self) -> None:
        """Tell that the run is over; the execution may be read again."""
        self.took = self.took or now() - self._begin
        if self.bus:
            self.bus.emit(events.RunFinished, status=self.status, duration=self.took / 1e9)

    def given(self, position: int, old: Any, new: Any) -> None:
        """Note that an input changed."""
        self.records.append(Record(position, "given", old, new, 0, EARLIER))
        if self.bus:
            self.bus.emit(events.InputUpdated, **self._named(position))

    def started(self, position: int) -> None:
        """Note that the work of a node begins."""
        self.cells.running.add(position)
        if self.bus:
            self.bus.emit(events.NodeStarted, **self._named(position))

    def stopped(self, position: int) -> None:
        """Note that the work of a node is over, whatever came of it."""
        self.cells.running.discard(position)

    def succeeded(
        self, position: int, outcome: Outcome, values: tuple[Any, Any], *, took: int
    ) -> None:
        """Note the value of a node: the one before and the new one."""
        cause = self.causes.get(position, EARLIER)
        self.records.append(Record(position, outcome, *values, took, cause))
        if self.bus:
            facts = {"outcome": outcome, "duration": took / 1e9}
            self.bus.emit(events.NodeSucceeded, **facts, **self._named(position))

    def failed(self, position: int, error: IgniterError, took: int, *, blocked: bool) -> None:
        """Note that a node failed, or could not run."""
        is_new = self.cells.values[position] is MISSING
        cause = self.causes.get(position, NEVER if is_new else EARLIER)
        outcome: Outcome = "blocked" if blocked else "failed"
        self.records.append(Record(position, outcome, None, error, took, cause))
        if self.bus:
            text = f"{class_name(type(error))}: {shorten(error.message, 500)}"
            facts = {"error": text, "blocked": blocked, "duration": took / 1e9}
            self.bus.emit(events.NodeFailed, **facts, **self._named(position))

    def report(self) -> IncrementalReport:
        """Return what was written down."""
        cells = self.cells
        return IncrementalReport(
            graph=cells.program.graph,
            run=cells.run,
            written=tuple(self.records),
            asked=self.demand.targets,
            duration=self.took / 1e9,
            costs=cells.durations,
        )
