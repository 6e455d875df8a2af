"""Views of an execution: results, and cells at one moment. Asking never runs a node.

Reading a value does run what the value needs: that is what laziness means here.
"""

from __future__ import annotations

from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.display import Shown, failure, report_frame, report_text
from igniter_nb.errors import drop_ours
from igniter_nb.graph import MISSING, Input
from igniter_nb.incremental import lent, reach
from igniter_nb.runtime import CLEAN, DIRTY, FRESH, UNASKED, Execution, Kept
from igniter_nb.text import abbreviate, listed, tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from igniter_nb.errors import IgniterError
    from igniter_nb.runtime import Origin, Status


@dataclass(frozen=True, slots=True)
class CellView:
    """One node of an execution at one moment.

    Attributes:
        id: id of the node in the graph.
        name: name of the node.
        path: its path.
        kind: the word it was declared with.
        status: ``pending`` (never ran), ``running`` (told only while somebody listens),
            ``succeeded``, ``failed`` or ``stale`` (something it depends on changed since it ran).
        origin: how the value came to be in the latest run: ``computed``, ``backdated`` (ran,
            came out equal) or ``skipped`` (did not run); None if it never ran, and of a failed
            node, which has no value.
        held: the value as the cell keeps it, for drawing; nobody may change it.
        error: the error of a failed node.
        version: number of the run that last changed the value, 0 if it never did.
        duration: seconds of the node's latest work, None if it never ran.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> cell = Price(amount=100.0).resolve_all().cells[-1]
        >>> cell.kind, cell.value
        ('compute', 120.0)
    """

    id: int
    name: str
    path: str
    kind: str
    status: Status
    origin: Origin | None
    held: Any
    error: IgniterError | None
    version: int
    duration: float | None

    @property
    def value(self) -> Any:
        """The value; the last good one while the cell is stale; None if there is none.

        Of what can be changed in place a copy, so that the cell's own stays as it is.
        """
        return lent(self.held)


def cell_views(execution: Execution) -> tuple[CellView, ...]:
    """Return every cell as it is now, by node id, for texts and pictures; runs nothing."""
    graph = execution.program.graph
    waiting = execution.queued()
    changed = [i for i, new in waiting.items() if not execution.is_same(i, new)]
    dirty = [i for i, flag in enumerate(execution.flags) if flag == DIRTY]
    outdated = reach(changed, graph.dependants)
    stale = reach([*changed, *dirty], graph.dependants)
    return tuple(
        _view(execution, position, waiting, stale=stale[position] + outdated[position])
        for position in range(len(graph))
    )


def _view(
    execution: Execution, position: int, waiting: Mapping[int, Any], *, stale: int
) -> CellView:
    node = execution.program.graph.nodes[position]
    value = waiting.get(position, execution.values[position])
    if type(value) is Kept:
        value = value.value
    given = isinstance(node, Input)
    status = "succeeded" if given else _status(execution, position, stale=stale)
    return CellView(
        id=position,
        name=node.name,
        path=node.path,
        kind=str(node.kind),
        status=status,
        origin=None if given else _origin(execution, position),
        held=None if value is MISSING or status == "failed" else value,
        error=execution.errors.get(position) if status == "failed" else None,
        version=execution.changed_at[position],
        duration=execution.durations[position] / 1e9 or None,
    )


def _status(execution: Execution, position: int, *, stale: int) -> Status:
    """Say how a cell stands; ``stale`` is 1 behind a dirty cell, 2 behind a queued update."""
    if position in execution.running and execution.busy:
        return "running"
    if position in execution.errors:
        return "stale" if stale > 1 else "failed"
    if execution.flags[position] == UNASKED or not execution.ran_at[position]:
        return "pending"
    if stale or execution.flags[position] not in FRESH:
        return "stale"
    return "succeeded"


def _origin(execution: Execution, position: int) -> Origin | None:
    ran = execution.ran_at[position]
    if not ran or position in execution.errors:
        return None
    if ran < execution.run:
        return "skipped"
    return "computed" if execution.changed_at[position] == ran else "backdated"


_VIEWS: Final[Mapping[str, Any]] = {"values": ValuesView, "items": ItemsView}
"""Views of a mapping; an output of such a name goes before."""


class Result:
    """The outputs of an execution: ``result.total`` or ``result["total"]``, resolved when read.

    As a mapping it is read output by output: ``dict(result)``, ``f(**result)``. No output is called
    ``keys``, which both ask for.

    A fresh output is read without running anything; a failed one is tried again. To look at a
    failure without trying again, ask ``result.errors`` or ``result.states``.

    Args:
        execution: whose outputs.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> result = Price(amount=100.0).result
        >>> result.total, result["total"]
        (120.0, 120.0)
        >>> result.to_dict()
        {'total': 120.0}
    """

    __slots__ = ("_execution", "_outputs")

    def __init__(self, execution: Execution) -> None:
        self._execution = execution
        self._outputs = execution.program.outputs

    def __getitem__(self, name: str) -> Any:
        """Return an output's value, running what it needs.

        Raises:
            KeyError: there is no such output; the text names the known ones.
            IgniterError: the output, or something it depends on, failed.
        """
        execution = self._execution
        try:
            position = self._outputs[name]
        except KeyError:
            raise KeyError(self._unknown(name)) from None
        if (
            (execution.clean or position in execution.fresh)
            and not execution.updates
            and execution.flags[position] == CLEAN
        ):
            return execution.values[position]
        try:
            return execution.read(position)
        except BaseException as error:
            drop_ours(error)
            raise

    def __getattr__(self, name: str) -> Any:
        """Return an output's value, running what it needs.

        Raises:
            AttributeError: there is no such output; the text names the known ones.
            IgniterError: the output, or something it depends on, failed.
        """
        try:
            position = self._outputs[name]
        except KeyError:
            if name in _VIEWS:
                return partial(_VIEWS[name], self)
            raise AttributeError(self._unknown(name), name=name, obj=self) from None
        execution = self._execution
        if (
            (execution.clean or position in execution.fresh)
            and not execution.updates
            and execution.flags[position] == CLEAN
        ):
            return execution.values[position]
        try:
            return execution.read(position)
        except BaseException as error:
            drop_ours(error)
            raise

    def _unknown(self, name: str) -> str:
        graph = self._execution.program.graph
        return listed(f"{graph.name} has no output", name, self._outputs)

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the outputs."""
        return iter(self._outputs)

    def __len__(self) -> int:
        """Count the outputs."""
        return len(self._outputs)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is an output of that name."""
        return name in self._outputs

    def keys(self) -> KeysView[str]:
        """Return a view on the names of the outputs; with it, ``dict(result)`` works."""
        return KeysView(self)

    def __dir__(self) -> list[str]:
        """Offer the outputs to completion."""
        return sorted({*object.__dir__(self), *self._outputs})

    def _ipython_key_completions_(self) -> list[str]:
        return [*self._outputs]

    @property
    def errors(self) -> dict[str, IgniterError]:
        """Node name to error, for every failed node; runs nothing."""
        views = self.states.values()
        return {view.name: view.error for view in views if view.error is not None}

    @property
    def states(self) -> dict[str, CellView]:
        """Node name to cell as it is now; runs nothing."""
        self._execution.look("its cells")
        return {view.name: view for view in cell_views(self._execution)}

    def to_dict(self) -> dict[str, Any]:
        """Return output name to value, running what is needed.

        Raises:
            IgniterError: the first error, in topological order, of what an output needs.
        """
        execution = self._execution
        try:
            execution.resolve_outputs()
        except BaseException as error:
            drop_ours(error)
            raise
        return {name: execution.handed(position) for name, position in self._outputs.items()}

    def to_frame(self) -> pd.DataFrame:
        """Return a data frame with one row per output as it is now; runs nothing."""
        self._execution.look("its outputs")
        return report_frame(outputs_now(self), lent)

    def __str__(self) -> str:
        """Write the outputs as an aligned table; runs nothing."""
        return report_text(outputs_now(self))

    def __repr__(self) -> str:
        """Write the outputs on one line; runs nothing."""
        values = [
            f"{name}={abbreviate(view.held, 30)}"
            if view.status == "succeeded"
            else f"{name}: {view.status}"
            for name, view in outputs_now(self).cells.items()
        ]
        return f"<Result {self._execution.id}: {', '.join(values)}>"

    _repr_mimebundle_ = Shown()


@dataclass(frozen=True, eq=False)
class OutputReport:
    """The outputs of an execution at one moment.

    Attributes:
        execution: id of the execution.
        cells: output name to cell.
    """

    execution: str
    cells: Mapping[str, CellView]

    columns = ("output", "status", "value", "error")

    @property
    def title(self) -> str:
        """The execution."""
        return f"{self.execution}: result"

    @property
    def headline(self) -> str:
        """How the outputs stand."""
        return tally(view.status for view in self.cells.values())

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per output."""
        return [
            {
                "output": name,
                "status": view.status,
                "value": view.held,
                "error": None if view.error is None else _told(view.error, name),
            }
            for name, view in self.cells.items()
        ]


def _told(error: IgniterError, output: str) -> str:
    """Write why an output has no value, and of another node which one failed."""
    path = error.context.get("path")
    return f"{path}: {failure(error)}" if path and path != output else failure(error)


def outputs_now(result: Result) -> OutputReport:
    """Return a result's outputs as they are now; runs nothing."""
    execution = result._execution  # noqa: SLF001 -- names of results belong to the outputs
    views = cell_views(execution)
    cells = {name: views[position] for name, position in execution.program.outputs.items()}
    return OutputReport(execution.id, cells)
