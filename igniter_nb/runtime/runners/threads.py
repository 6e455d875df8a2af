"""Runs nodes side by side on a pool of threads, each as soon as all it reads is settled.

Workers only do the work of nodes; cells are written by the calling thread, one at a time. A run
that is interrupted leaves running work to end by itself and forgets its result.
"""

from __future__ import annotations

import contextvars
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental import reach
from igniter_nb.runtime.clock import now
from igniter_nb.runtime.flags import DIRTY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import ThreadPoolExecutor

    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.settling import Settling


def run(settling: Settling, steps: Sequence[Step], *, pool_size: int | None) -> None:
    """Run every dirty node that is needed.

    Args:
        settling: writes what becomes of each.
        steps: the steps by id.
        pool_size: number of threads, None for the interpreter's default.

    Raises:
        BaseException: what a node raised that is no Exception, or what interrupted the wait.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 -- keeps import light

    plan = _Plan(settling)
    if not plan.ready:
        return
    pool = ThreadPoolExecutor(pool_size, thread_name_prefix="igniter")
    try:
        plan.work_off(pool, steps)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class _Plan:
    """Nodes that a change may reach, and how many of those each still waits for."""

    def __init__(self, settling: Settling) -> None:
        self.settling = settling
        self.execution = settling.execution
        graph = self.execution.program.graph
        demand = settling.observer.demand
        flags, needed = self.execution.flags, demand.needed
        dirty = [i for i in demand.ids if flags[i] == DIRTY]
        reached = reach(dirty, graph.dependants)
        inside = bytearray(mark and (needed is None or needed[i]) for i, mark in enumerate(reached))
        self.inside = inside
        self.waits = {
            i: sum(inside[source] for source in {*graph.deps[i], *graph.gates[i]})
            for i, mark in enumerate(inside)
            if mark
        }
        self.ready = [i for i, count in self.waits.items() if not count]
        self.done: SimpleQueue[tuple[int, bool, Any, int]] = SimpleQueue()

    def work_off(self, pool: ThreadPoolExecutor, steps: Sequence[Step]) -> None:
        in_flight = 0
        while self.ready or in_flight:
            while self.ready:
                position = self.ready.pop(0)
                if self._must_run(position):
                    self._submit(pool, position, steps[position])
                    in_flight += 1
                else:
                    self._release(position)
            if in_flight:
                in_flight -= 1
                self._settle(self.done.get())

    def _must_run(self, position: int) -> bool:
        return self.execution.flags[position] == DIRTY and not self.settling.blocked(position)

    def _submit(self, pool: ThreadPoolExecutor, position: int, step: Step) -> None:
        self.settling.observer.started(position)
        context = contextvars.copy_context()
        pool.submit(context.run, self._work, position, step)

    def _work(self, position: int, step: Step) -> None:
        begin = now()
        try:
            value = step(self.execution.values, self.execution)
            outcome, value = True, self.execution.keep(position, value)
        except BaseException as error:  # noqa: BLE001 -- raised or settled by the calling thread
            outcome, value = False, error
        self.done.put((position, outcome, value, now() - begin))

    def _settle(self, finished: tuple[int, bool, Any, int]) -> None:
        position, outcome, value, took = finished
        if outcome:
            self.settling.succeeded(position, value, took)
        elif isinstance(value, Exception):
            self.settling.failed(position, value, took)
        else:
            raise value
        self._release(position)

    def _release(self, position: int) -> None:
        for reader in self.execution.program.dependants[position]:
            if self.inside[reader]:
                self.waits[reader] -= 1
                if not self.waits[reader]:
                    self.ready.append(reader)
