"""A schedule of nodes: each runs as soon as all that it reads is settled, lowest id first.

A schedule begins the work of nodes and settles what comes of it. Work that is not done at once (on
a worker, on the loop, in a nested contract) is under way; when it is over that is told to the hub,
and whoever drives the run takes it from there. So cells are written by one thread, one at a time,
and coroutines run side by side without a thread for each.
"""

from __future__ import annotations

import contextvars
import heapq
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from igniter_nb.clock import now
from igniter_nb.incremental import reach
from igniter_nb.runtime.flags import DIRTY
from igniter_nb.runtime.loop import PATIENCE, Flight, awaitable, close, must_not_wait, refusal
from igniter_nb.runtime.ports import Nested, of_the_step
from igniter_nb.runtime.runners.inline import pending
from igniter_nb.runtime.runners.threads import Workers

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from igniter_nb.runtime.execution import Execution
    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.settling import Settling


class StoppedError(BaseException):
    """The run was told to stop, by whoever waits for it."""


class RefusedError(BaseException):
    """The run needs what nobody can wait for here; its argument is the error that says so."""


class Hub:
    """What a run and the runs nested in it are waiting for.

    Args:
        execution: what runs, on the outside.
        arrived: set when something is over, if a coroutine drives the run and no thread waits.

    Attributes:
        driven: whether a coroutine drives the run.
    """

    def __init__(self, execution: Execution, arrived: asyncio.Event | None = None) -> None:
        self.driven = arrived is not None
        self._pools: list[Workers] = []
        self._nested: set[Hub] = set()
        self._execution = execution
        self._arrived = arrived
        self._flights: set[Flight] = set()
        self._over: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._stopping = False
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def open(self) -> bool:
        """Whether the run goes on; once it is over, what comes late is forgotten."""
        return self._execution.hub is self

    def told(self, settle: Callable[[], object]) -> None:
        """Note that something is over; called from any thread.

        Args:
            settle: does what is to be done about it, in the thread that drives the run.
        """
        self._over.put(settle)
        if self._arrived is not None:
            self._arrived.set()

    def wait(self) -> None:
        """Wait until something is over, and do what is to be done about it."""
        self._over.get()()

    def catch_up(self) -> None:
        """Do what is to be done about all that is over by now."""
        while not self._over.empty():
            self._over.get()()

    def adopt(self, nested: Hub) -> None:
        """Have a run that a worker waits for stopped with this one."""
        self._nested.add(nested)
        if not self.open:
            nested.stop()

    def release(self, nested: Hub) -> None:
        """Forget a nested run that is over."""
        self._nested.discard(nested)

    async def over(self) -> None:
        """Wait on the loop until a run that a coroutine drives is over."""
        import asyncio  # noqa: PLC0415 -- whoever awaits has loaded it

        self._waiting.append(asyncio.get_running_loop().create_future())
        await self._waiting[-1]

    def pool(self, size: int | None) -> Workers:
        """Return workers that end with the run."""
        pool = Workers(size)
        self._pools.append(pool)
        return pool

    def fly(self, value: Any, tell: Callable[[bool, Any], object], name: str) -> None:
        """Have an awaitable awaited on the loop.

        Args:
            value: the awaitable.
            tell: called by :meth:`told` with what comes of it.
            name: of the node, for the error's text.

        Raises:
            RefusedError: nobody can wait for it here.
        """
        if not self.driven and must_not_wait():
            close(value)
            raise RefusedError(refusal(f"node {name!r}"))

        def landed(succeeded: bool, found: Any) -> None:  # noqa: FBT001 -- a pair like any other
            self._flights.discard(flight)
            self.told(partial(tell, succeeded, found))

        flight = Flight(value, landed)
        self._flights.add(flight)
        flight.begin()

    def stop(self) -> None:
        """Have the run raise :class:`StoppedError` as soon as it can; from any thread."""
        self._stopping = True
        self.told(self.check)

    def check(self) -> None:
        """Raise if the run has been told to stop.

        Raises:
            StoppedError: it has.
        """
        if self._stopping:
            raise StoppedError

    def close(self, execution: Execution) -> None:
        """End the run: what is still under way is cancelled, and may clean up for a moment.

        Args:
            execution: whose run is over; that of a nested one is not the end.
        """
        if execution is not self._execution:
            return
        for pool in self._pools:
            pool.close()
        for nested in self._nested.copy():
            nested.stop()
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        for flight in self._flights.copy():
            flight.cancel()
        try:
            while self.flying and not must_not_wait():
                self._over.get(timeout=PATIENCE)
        except Empty:
            return

    @property
    def flying(self) -> bool:
        """Whether a coroutine is under way, in this run or in one that a worker waits for."""
        return bool(self._flights) or any(nested.flying for nested in self._nested.copy())


def worked(step: Step, position: int, execution: Execution) -> tuple[bool, Any, int]:
    """Do the work of a node; return whether it succeeded, its value or error, and nanoseconds."""
    begin = now()
    try:
        new = step(execution.values, execution)
        if not pending(new):
            new = execution.keep(position, new)
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
        workers: threads that do the work of nodes; the driving thread does it if there are none.

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
        workers: Workers | None = None,
    ) -> None:
        self.settling = settling
        self.execution = settling.execution
        self.hub = hub
        self.over: Callable[[], object] | None = None
        self._steps = steps
        self._workers = workers
        self._context = contextvars.copy_context()
        self._under_way = 0
        graph = self.execution.program.graph
        demand = settling.observer.demand
        flags, needed = self.execution.flags, demand.needed
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
            if self.execution.flags[position] == DIRTY and not self.settling.blocked(position):
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
        if self._workers is None:
            self._take(position, *worked(step, position, self.execution))
        else:
            tell = partial(self._tell, position)
            work = partial(worked, step, position, self.execution)
            self._workers.submit(work, tell)

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
            name = self.execution.program.graph.nodes[position].name
            self.hub.fly(value, over, name)

    def _kept(self, position: int, value: Any) -> tuple[bool, Any]:
        """Return what was waited for as its cell keeps it, or the error that says why it cannot."""
        try:
            return True, self.execution.keep(position, value)
        except Exception as error:  # noqa: BLE001 -- a failure is a state of the node
            return False, error

    def _release(self, position: int) -> None:
        for reader in self.execution.program.dependants[position]:
            if self._left[reader]:
                self._waits[reader] -= 1
                if not self._waits[reader]:
                    heapq.heappush(self._ready, reader)
