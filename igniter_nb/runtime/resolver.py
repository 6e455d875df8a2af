"""Resolution of an execution: one sweep that runs the nodes that must run, and no others.

Ids are a topological order, so one sweep over the dirty flags, lowest id first, visits every node
after all it reads. A node that comes out changed marks its readers dirty, all of them ahead of the
sweep; a node that comes out equal marks nothing, and nobody behind it is ever looked at. The work
of a run is therefore the nodes that ran and the arrows out of those that changed, whatever the
size of the graph (Jane Street's Incremental orders by height for the same reason; ids do here,
since a compiled graph does not change).

A failure is a state: it marks the readers too, and a marked node that reads a failed one takes
over its error. Failed nodes stay dirty, so the next run tries again.
"""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING

from igniter_nb.capabilities import confine, get_policy
from igniter_nb.clock import now
from igniter_nb.errors import ResolutionError
from igniter_nb.incremental import ATOMS, EVERY_OUTPUT, QUICK
from igniter_nb.runtime import inline, turns
from igniter_nb.runtime.flags import CLEAN, DIRTY, FRESH, NONE_FRESH
from igniter_nb.runtime.hub import Hub, RefusedError
from igniter_nb.runtime.loop import wait_for_workers
from igniter_nb.runtime.observer import Observer
from igniter_nb.runtime.ports import of_the_step, pending
from igniter_nb.runtime.runners import RUNNERS
from igniter_nb.runtime.schedule import Schedule
from igniter_nb.runtime.settle import Settling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from igniter_nb.incremental import Demand
    from igniter_nb.runtime.cells import Cells
    from igniter_nb.runtime.ports import Step, Turn
    from igniter_nb.runtime.report import IncrementalReport

_inside: ContextVar[tuple[Cells, ...]] = ContextVar("igniter_inside", default=())
"""The executions whose nodes are running here, innermost first."""


class Suspended:
    """A run that goes on when something it waits for is over.

    Args:
        execution: what runs.
        schedule: the nodes that are left.
        end: writes down that all is done; returns the report if one was wanted.

    Attributes:
        execution: what runs.
        schedule: the nodes that are left.
    """

    __slots__ = ("_end", "execution", "schedule")

    def __init__(
        self,
        execution: Cells,
        schedule: Schedule,
        end: Callable[[], IncrementalReport | None],
    ) -> None:
        self.execution = execution
        self.schedule = schedule
        self._end = end

    @property
    def open(self) -> bool:
        """Whether the run still goes on."""
        return self.schedule.hub.open

    @property
    def finished(self) -> bool:
        """Whether nothing is left to run."""
        return self.schedule.finished

    async def over(self) -> None:
        """Wait on the loop until the run is over, if a coroutine drives it."""
        await self.schedule.hub.over()

    def when_finished(self, tell: Callable[[], object]) -> None:
        """Have a function called when nothing is left to run."""
        self.schedule.over = tell

    def drive(self) -> IncrementalReport | None:
        """Wait for what is under way, until all is done; return the report if one was wanted."""
        while not self.schedule.finished:
            self.schedule.hub.wait()
        return self._end()

    def end(self) -> None:
        """Write down that all is done, and hand the execution over to the next run."""
        self._end()
        self.leave()

    def leave(self) -> None:
        """Hand the execution over to the next run, done or not."""
        execution = self.execution
        execution.turn = execution.hub = None
        observer, execution.observer = execution.observer, None
        execution.running.clear()
        if observer is not None:
            observer.run_finished()
        if execution.bus is not None:
            execution.bus.over()


def run(
    execution: Cells, key: int, *, report: bool = False, hub: Hub | None = None
) -> IncrementalReport | None:
    """Make what is asked for fresh.

    Args:
        execution: whose cells.
        key: id of a node, or ``EVERY_OUTPUT``.
        report: whether to write down what happened.
        hub: what the run waits with, made by somebody who may stop it.

    Returns:
        The report if one was wanted. Failures of nodes are states, not exceptions.

    Raises:
        ResolutionError: a node of this execution is asking for another while it runs, a
            coroutine is needed where nobody can wait for one, or the execution is being run
            where nobody must wait for that.
        BaseException: what interrupted the run; the execution can go on.
    """
    outer = _inside.get()
    if not outer:
        lock = turns.lock_of(execution) if turns.awaited else execution.lock
        return _in_turn(execution, key, outer, lock, report, hub)
    if execution in outer:
        refuse_inside(execution, _called(execution, key))
    waits = turns.wait(execution, outer)
    try:
        return _in_turn(execution, key, outer, turns.lock_of(execution), report, hub)
    finally:
        del waits


def begin(execution: Cells, around: Cells) -> Turn | None:
    """Make the outputs of a nested contract fresh, as far as that goes without waiting.

    Args:
        execution: the nested one.
        around: the one that it is nested in, a node of which is running here.

    Returns:
        What is left, None if everything is done.
    """
    outer = _inside.get()
    waits = turns.wait(execution, outer)
    try:
        lock = turns.lock_of(execution)
        _in_turn(execution, EVERY_OUTPUT, outer, lock, around=around)
        return execution.turn
    finally:
        del waits


def inside() -> tuple[Cells, ...]:
    """Return the executions whose nodes are running here, innermost first."""
    return _inside.get()


def refuse_inside(execution: Cells, what: str) -> None:
    """Refuse if a node of an execution is running here.

    Args:
        execution: whose nodes.
        what: what is asked for.

    Raises:
        ResolutionError: it is; the text says what to do.
    """
    if execution in _inside.get():
        raise ResolutionError(
            f"a node of {execution.id} asks for {what} while it runs: a node reads others only"
            " through its parameters, so that the graph knows; add a parameter for what it needs",
            {"graph": execution.program.graph.name, "execution": execution.id},
        )


def _called(execution: Cells, key: int) -> str:
    """Return what error texts call what a run was asked for."""
    return repr(execution.program.graph.nodes[key].name) if key >= 0 else "its outputs"


def _in_turn(  # noqa: PLR0913, PLR0917 -- called for every run: by position is faster
    execution: Cells,
    key: int,
    outer: tuple[Cells, ...],
    lock: AbstractContextManager[object],
    report: bool = False,  # noqa: FBT001, FBT002 -- the same
    hub: Hub | None = None,
    around: Cells | None = None,
) -> IncrementalReport | None:
    """Run when no other run of the execution goes on.

    A signal may strike after any call. What is entered here is left whatever strikes: the lock and
    the context by code that no signal interrupts, the rest by the next run, which trusts nothing
    that an earlier one wrote down about itself.
    """
    observer = None
    try:
        with lock:
            if execution.turn is not None:
                _take_over(execution)
            execution.around, execution.hub = around, hub
            try:
                found = copy_context().run(_begin, execution, key, outer, report)
                if not isinstance(found, Suspended):
                    return found
                if around is None and not found.schedule.hub.driven:
                    return found.drive()
                execution.turn = found
                return None
            finally:
                if execution.turn is None:
                    if (observer := execution.observer) is not None:
                        execution.observer = None
                        execution.running.clear()
                    if (hub := execution.hub) is not None:
                        execution.hub = None
                        hub.close(execution)
    except RefusedError as refused:
        raise (refused if around else refused.args[0]) from None
    finally:
        if observer is not None:  # told last: whoever hears it may read
            observer.run_finished()
        if execution.bus is not None and execution.turn is None:
            execution.bus.over()


def _take_over(execution: Cells) -> None:
    """Forget a run that waited for something and was interrupted.

    Raises:
        ResolutionError: it still goes on.
    """
    assert execution.turn is not None
    turns.refuse_open(execution, "read")
    execution.turn.leave()


def _begin(  # noqa: PLR0917 -- the same
    execution: Cells,
    key: int,
    outer: tuple[Cells, ...],
    report: bool,  # noqa: FBT001 -- the same
) -> IncrementalReport | Suspended | None:
    """Run in a context that is gone when the run is: nobody has to put anything back."""
    _inside.set((execution, *outer))
    if execution.policy is not None:
        confine(execution.policy)
    bus = execution.bus
    watched = report or (bus is not None and bus.heard)
    demand = execution.ask(key)
    if not (execution.updates or watched or DIRTY in execution.flags):
        execution.clean = True
        return None
    kept = NONE_FRESH if execution.updates else execution.fresh
    execution.clean, execution.fresh = False, NONE_FRESH
    steps = execution.program.permitted(get_policy())
    execution.run += 1
    if bus is not None:
        bus.began(demand)
    program = execution.program
    if watched or execution.hub is not None or program.equal or not execution.inline:
        return _watched(execution, steps, demand, kept=kept, report=report)
    if execution.updates:
        execution.apply_updates()
    if (left := _sweep(execution, steps, demand)) is None:
        _note_fresh(execution, demand, kept)
        return None
    settling, first = left
    schedule = Schedule(settling, steps, _hub_of(execution), start=first[0])
    schedule.go_on(*first)
    return Suspended(execution, schedule, partial(_note_fresh, execution, demand, kept))


def _hub_of(execution: Cells) -> Hub:
    """Return what a run waits with: the same for a run and those nested in it."""
    if execution.hub is None:
        around = execution.around
        execution.hub = Hub(execution) if around is None else _hub_of(around)
    return execution.hub


def _note_fresh(execution: Cells, demand: Demand, kept: frozenset[int]) -> None:
    """Remember what needs no run to be read, even if something else is left to run."""
    flags = execution.flags
    execution.clean = DIRTY not in flags
    if not execution.clean:
        execution.fresh = kept.union([i for i in demand.targets if flags[i] in FRESH])


def _watched(
    execution: Cells,
    steps: Sequence[Step],
    demand: Demand,
    *,
    kept: frozenset[int],
    report: bool,
) -> IncrementalReport | Suspended | None:
    """Run with everything written down, by the runner of the options."""
    observer = Observer(execution, demand)
    execution.observer = observer
    observer.run_started()
    for position, old in execution.apply_updates():
        observer.given(position, old, execution.values[position])
        for reader in execution.program.dependants[position]:
            observer.causes.setdefault(reader, position)
    settling = Settling(execution, observer)
    if (schedule := _scheduled(settling, steps)) is None:
        return _ended(settling, kept, report)
    return Suspended(execution, schedule, partial(_ended, settling, kept, report))


def _ended(
    settling: Settling,
    kept: frozenset[int],
    report: bool,  # noqa: FBT001 -- what is known at the start, in order
) -> IncrementalReport | None:
    observer = settling.observer
    observer.ended("failed" if settling.failed_any else "succeeded")
    _note_fresh(settling.cells, observer.demand, kept)
    return observer.report() if report else None


def _scheduled(settling: Settling, steps: Sequence[Step]) -> Schedule | None:
    """Run as far as that goes without waiting; return what is left."""
    execution = settling.cells
    if execution.inline and execution.hub is None:
        first = inline.run(settling, steps)
        if first is None:
            return None
        schedule = Schedule(settling, steps, _hub_of(execution), start=first[0])
        schedule.go_on(*first)
        return schedule
    hub = _hub_of(execution)
    pool, runner = None, RUNNERS[execution.options.runner]
    if not execution.inline and runner.pool is not None:
        wait_for_workers(lambda: hub.open)
        pool = hub.employ(runner.pool(execution.options.pool_size))
    schedule = Schedule(settling, steps, hub, pool=pool)
    schedule.advance()
    return None if schedule.finished else schedule


def _settling(execution: Cells, demand: Demand) -> Settling:
    execution.observer = observer = Observer(execution, demand)
    return Settling(execution, observer)


def _sweep(
    execution: Cells, steps: Sequence[Step], demand: Demand
) -> tuple[Settling, inline.Pending] | None:
    """Run inline with nobody watching: the same as ``inline.run``, spelled out to be fast.

    Everything until the first failure happens here; from then on :class:`Settling` goes on.

    Returns:
        What ``inline.run`` returns, and what settles the rest; None if everything is done.
    """
    values, flags, readers = execution.values, execution.flags, execution.program.dependants
    durations, ran_at, changed_at = execution.durations, execution.ran_at, execution.changed_at
    errors, needed, number = execution.errors, demand.needed, execution.run
    find, clock = flags.find, now
    position = find(DIRTY)
    begin = clock()
    while position >= 0:
        if needed is None or needed[position]:
            try:
                new = steps[position](values, execution)
                kind = type(new)
                changed = None  # not known yet
                if kind in QUICK:
                    old = values[position]
                    changed = kind is not type(old) or new != old
                elif kind not in ATOMS:
                    if pending(new):
                        settling = _settling(execution, demand)
                        return settling, (position, new, clock() - begin)
                    new = execution.keep(position, new)
            except BaseException as error:  # noqa: BLE001 -- looked at there
                failure = position, error, clock() - begin
                return _after_failure(execution, demand, steps, failure=failure)
            end = clock()
            durations[position] = end - begin
            begin = end
            ran_at[position] = number
            if errors:
                errors.pop(position, None)
            if changed:
                for reader in readers[position]:
                    flags[reader] = DIRTY
                values[position] = new
                changed_at[position] = number
            flags[position] = CLEAN if changed is not None else execution.settle(position, new)
        position = find(DIRTY, position + 1)
    return None


def _after_failure(
    execution: Cells,
    demand: Demand,
    steps: Sequence[Step],
    *,
    failure: tuple[int, BaseException, int],
) -> tuple[Settling, inline.Pending] | None:
    """Settle the first node that failed and run the rest; returns what the sweep returns.

    Raises:
        BaseException: what is no failure of the node.
    """
    position, error, took = failure
    if not of_the_step(error):
        raise error
    settling = _settling(execution, demand)
    settling.failed(position, error, took)
    first = inline.run(settling, steps, start=position + 1)
    return None if first is None else (settling, first)
