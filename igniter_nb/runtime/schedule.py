"""Schedule of a run: a node begins when all that it reads is settled, lowest id first.

A schedule begins the work of nodes and settles what comes of it. Work that is not done at once (on
a worker, on the loop, in a nested contract) is under way; when it is over that is told to the hub,
and whoever drives the run takes it from there. So cells are written by one thread, one at a time,
and coroutines run side by side without a thread for each.
"""

from __future__ import annotations

import contextvars
import heapq
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.clock import now
from igniter_nb.incremental import reach
from igniter_nb.runtime.flags import DIRTY
from igniter_nb.runtime.loop import awaitable, close
from igniter_nb.runtime.ports import Nested, of_the_step, pending
from igniter_nb.runtime.runners import RUNNERS
from igniter_nb.runtime.work import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.runtime.cells import Cells
    from igniter_nb.runtime.hub import Hub
    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.runners import Pool
    from igniter_nb.runtime.settle import Settling
    from igniter_nb.runtime.work import Apart, Outcome


def worked(step: Step, position: int, cells: Cells) -> Outcome:
    """Do the work of a node; return whether it succeeded, its value or error, and nanoseconds."""
    begin = now()
    try:
        new = step(cells.values, cells)
        if not pending(new):
            new = cells.keep(position, new)
        return True, new, now() - begin
    except BaseException as error:  # noqa: BLE001 -- settled, or raised again, by the driving thread
        return False, error, now() - begin


class Schedule:
    """The nodes of one run that are left, and how many of those each still waits for.

    Args:
        settling: writes what becomes of each.
        steps: the steps by id.
        hub: told about work that is over.
        start: lowest id that is left.
        pool: does the work of nodes; the driving thread does it if there is none.

    Attributes:
        hub: told about work that is over.
        over: called when nothing is left after something was waited for.
    """

    def __init__(
        self,
        settling: Settling,
        steps: Sequence[Step],
        hub: Hub,
        *,
        start: int = 0,
        pool: Pool | None = None,
    ) -> None:
        self.settling = settling
        self.cells = settling.cells
        self.hub = hub
        self.over: Callable[[], object] | None = None
        self._steps = steps
        self._pool = pool
        self._apart = RUNNERS[settling.cells.options.runner].apart
        self._context = contextvars.copy_context()
        self._under_way = 0
        graph = self.cells.program.graph
        demand = settling.observer.demand
        flags, needed = self.cells.flags, demand.needed
        dirty = [i for i in demand.ids if i >= start and flags[i] == DIRTY]
        reached = reach(dirty, graph.dependants)
        self._left = bytearray(
            mark and (needed is None or needed[i]) for i, mark in enumerate(reached)
        )
        self._waits = {
            i: sum(self._left[source] for source in {*graph.deps[i], *graph.gates[i]})
            for i, mark in enumerate(self._left)
            if mark
        }
        self._ready = [i for i, count in self._waits.items() if not count]  # sorted: a heap

    @property
    def finished(self) -> bool:
        """Whether nothing is left to begin and nothing is under way."""
        return not self._ready and not self._under_way

    def advance(self) -> None:
        """Begin and settle nodes until everything is done or under way.

        Raises:
            StoppedError: the run has been told to stop.
            BaseException: what a node raised that is no failure of the node.
        """
        while self._ready:
            self.hub.check()
            position = heapq.heappop(self._ready)
            if self.cells.flags[position] == DIRTY and not self.settling.blocked(position):
                self._begin(position)
            else:
                self._release(position)

    def go_on(self, position: int, value: Any, took: int) -> None:
        """Take over a run whose node has just returned something that is not there yet.

        Args:
            position: the node, which is among those that are ready.
            value: the awaitable, or the nested run.
            took: nanoseconds until now.
        """
        self._ready.remove(position)
        heapq.heapify(self._ready)
        self._under_way += 1
        self._take(position, True, value, took)  # noqa: FBT003 -- a pair like any other
        self.advance()

    def _settle(self, position: int, succeeded: bool, value: Any, took: int) -> None:  # noqa: FBT001, PLR0917 -- told in this order
        """Settle a node whose work is over, and go on from there."""
        self._take(position, succeeded, value, took)
        self.advance()
        if self.over is not None and self.finished:
            self.over()

    def _told(self, *outcome: Any) -> None:
        """Settle a node, in the thread that drives the run and the context of this one."""
        self._context.run(self._settle, *outcome)

    def _begin(self, position: int) -> None:
        self.settling.observer.started(position)
        self._under_way += 1
        step = self._steps[position]
        if self._pool is None:
            self._take(position, *worked(step, position, self.cells))
        elif self._apart:
            self._send(self._pool, position, step)
        else:
            job = partial(worked, step, position, self.cells)
            self._pool.submit(job, partial(self._tell, position))

    def _send(self, pool: Pool, position: int, step: Step) -> None:
        """Have the work of a step done by a pool that knows nothing of cells.

        A step without such work is done here, and so is one that a policy has replaced.
        """
        cells, program = self.cells, self.cells.program
        apart = program.apart(position) if step is program.steps[position] else None
        if apart is None:
            self._take(position, *worked(step, position, cells))
            return
        begin = now()
        try:
            work = apart.work(cells.values, cells)
        except Exception as error:  # noqa: BLE001 -- settled as the node's failure
            self._take(position, False, error, now() - begin)  # noqa: FBT003 -- a pair like any other
            return
        pool.submit(partial(carry_out, work), partial(self._tell_apart, position, apart))

    def _tell_apart(  # noqa: PLR0917 -- told in this order
        self,
        position: int,
        apart: Apart,
        succeeded: bool,  # noqa: FBT001 -- a pair like any other
        value: Any,
        took: int,
    ) -> None:
        """Judge what came of work, in whatever thread it is told."""
        self._tell(position, *self._judged(position, apart, (succeeded, value)), took)

    def _judged(self, position: int, apart: Apart, outcome: tuple[bool, Any]) -> tuple[bool, Any]:
        succeeded, value = outcome
        if not succeeded:
            return False, value if apart.error is None else apart.error(value, self.cells)
        try:
            if apart.value is not None:
                value = apart.value(value, self.cells.values)
        except Exception as error:  # noqa: BLE001 -- a failure is a state of the node
            return False, error
        return (True, value) if pending(value) else self._kept(position, value)

    def _tell(self, position: int, succeeded: bool, value: Any, took: int) -> None:  # noqa: FBT001, PLR0917 -- told in this order
        if not self.hub.open:
            if awaitable(value):
                close(value)  # it comes late, and nobody will await it
            return
        self.hub.told(partial(self._told, position, succeeded, value, took))

    def _take(self, position: int, succeeded: bool, value: Any, took: int) -> None:  # noqa: FBT001, PLR0917 -- told in this order
        if succeeded and pending(value):
            self._wait_for(position, value, took)
            return
        self._under_way -= 1
        if succeeded:
            self.settling.succeeded(position, value, took)
        elif of_the_step(value):
            self.settling.failed(position, value, took)
        else:
            raise value
        self._release(position)

    def _wait_for(self, position: int, value: Any, took: int) -> None:
        begin = now() - took

        def over(succeeded: bool, found: Any) -> None:  # noqa: FBT001 -- a pair like any other
            if succeeded and not pending(found):
                succeeded, found = self._kept(position, found)
            self._told(position, succeeded, found, now() - begin)

        if isinstance(value, Nested):
            value.then(over)
        else:
            name = self.cells.program.graph.nodes[position].name
            self.hub.fly(value, over, name)

    def _kept(self, position: int, value: Any) -> tuple[bool, Any]:
        """Return what was waited for as its cell keeps it, or the error that says why it cannot."""
        try:
            return True, self.cells.keep(position, value)
        except Exception as error:  # noqa: BLE001 -- a failure is a state of the node
            return False, error

    def _release(self, position: int) -> None:
        for reader in self.cells.program.dependants[position]:
            if self._left[reader]:
                self._waits[reader] -= 1
                if not self._waits[reader]:
                    heapq.heappush(self._ready, reader)
