"""Settlement of a node when its work is over: the writing of cells in a watched run.

Used by every runner, always in the thread that holds the execution's lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.display import place
from igniter_nb.errors import CapabilityViolationError, IgniterError, ResolutionError
from igniter_nb.graph import MISSING, Guard
from igniter_nb.incremental import QUICK
from igniter_nb.runtime.flags import CLEAN, DIRTY
from igniter_nb.runtime.report import RETRIED
from igniter_nb.text import said

if TYPE_CHECKING:
    from igniter_nb.runtime.cells import Cells
    from igniter_nb.runtime.observer import Observer


class Settling:
    """Settles the nodes of one run.

    Attributes:
        failed_any: whether a node failed in this run.
        inherited: for each reader of a failed node, the id of that node and its error.
    """

    def __init__(self, cells: Cells, observer: Observer) -> None:
        self.cells = cells
        self.observer = observer
        self.failed_any = False
        self.inherited: dict[int, tuple[int, IgniterError]] = {}

    def blocked(self, position: int) -> bool:
        """Take over the error of a failed dependency, if there is one."""
        found = self.inherited.get(position)
        if found is None:
            return False
        cause, error = found
        self.cells.durations[position] = 0
        self._fail(position, error)
        self.observer.causes[position] = cause
        self.observer.failed(position, error, 0, blocked=True)
        return True

    def succeeded(self, position: int, new: Any, took: int) -> None:
        """Write a value, as ``keep`` returned it; if it is new, whoever reads it has to run.

        The order of writes makes an interrupt between any two of them harmless: readers are
        marked before the value is there, and the node is clean only when all else is done.
        """
        cells = self.cells
        old = cells.values[position]
        quick = type(new) in QUICK and not cells.program.equal
        try:
            unchanged = (
                type(new) is type(old) and new == old if quick else cells.is_same(position, new)
            )
        except Exception as error:  # noqa: BLE001 -- the node's own equal= failed, and so does it
            self.failed(position, error, took)
            return
        self.observer.stopped(position)
        cells.durations[position] = took
        cells.ran_at[position] = cells.run
        if cells.errors.pop(position, None) is not None:
            self.observer.causes.setdefault(position, RETRIED)
        if unchanged:
            cells.flags[position] = cells.fresh_flag(position)
            self.observer.succeeded(position, "backdated", (old, old), took=took)
            return
        self._mark_readers(position)
        if quick:
            cells.values[position], flag = new, CLEAN
        else:
            flag = cells.put(position, new)
        cells.changed_at[position] = cells.run
        cells.flags[position] = flag
        value = cells.values[position]
        if old is MISSING:
            self.observer.succeeded(position, "first run", (None, value), took=took)
        else:
            self.observer.succeeded(position, "changed", (old, value), took=took)

    def failed(self, position: int, cause: BaseException, took: int) -> None:
        """Write an error; whoever reads the node fails with the same one."""
        error = explained(self.cells, position, cause)
        self.observer.stopped(position)
        if position in self.cells.errors:
            self.observer.causes.setdefault(position, RETRIED)
        self.cells.durations[position] = took
        self._fail(position, error)
        self.observer.failed(position, error, took, blocked=False)

    def _fail(self, position: int, error: IgniterError) -> None:
        cells = self.cells
        self.failed_any = True
        cells.errors[position] = error
        cells.ran_at[position] = cells.run
        self._mark_readers(position)
        for reader in cells.program.dependants[position]:
            if position <= self.inherited.get(reader, (position,))[0]:  # not who failed first
                self.inherited[reader] = (position, error)

    def _mark_readers(self, position: int) -> None:
        flags, causes = self.cells.flags, self.observer.causes
        for reader in self.cells.program.dependants[position]:
            flags[reader] = DIRTY
            causes.setdefault(reader, position)


def explained(cells: Cells, position: int, cause: BaseException) -> IgniterError:
    """Return the error of a node, with its context and the original as its cause.

    An error of ours keeps its class and text: one that a step raises gets the context of the
    node, one that comes from inside (a nested contract, a contract used by a function) the path
    from here to there.
    """
    graph = cells.program.graph
    node = graph.nodes[position]
    context = {
        "graph": graph.name,
        "node": node.name,
        "path": node.path,
        "execution": cells.id,
        "location": place(node.location),
    }
    if isinstance(cause, IgniterError):
        if cause.context:
            return cause.inside(graph.name, node.name, node.path)
        own = cause.revived(cause.message, context, cause.extra())
        if not isinstance(node, Guard) and not isinstance(cause, CapabilityViolationError):
            own.__cause__ = cause
        return own
    error = ResolutionError(f"node {node.name!r} failed: {said(cause)}", context)
    error.__cause__ = cause
    return error
