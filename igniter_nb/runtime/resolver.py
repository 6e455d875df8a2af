"""Runs what must run and nothing else.

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

from contextvars import ContextVar
from typing import TYPE_CHECKING

from igniter_nb.capabilities import get_policy, policy
from igniter_nb.errors import ResolutionError
from igniter_nb.incremental import QUICK
from igniter_nb.runtime import turns
from igniter_nb.runtime.clock import now
from igniter_nb.runtime.flags import CLEAN, DIRTY, FRESH, NONE_FRESH
from igniter_nb.runtime.observer import Observer
from igniter_nb.runtime.runners import inline, threads
from igniter_nb.runtime.settling import Settling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.incremental import Demand
    from igniter_nb.runtime.execution import Execution
    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.report import IncrementalReport

_inside: ContextVar[tuple[Execution, ...]] = ContextVar("igniter_inside", default=())
"""The executions whose nodes are running here, innermost first."""


def run(execution: Execution, key: int, *, report: bool = False) -> IncrementalReport | None:
    """Make what is asked for fresh.

    Args:
        execution: whose cells.
        key: id of a node, or ``EVERY_OUTPUT``.
        report: whether to write down what happened.

    Returns:
        The report if one was wanted. Failures of nodes are states, not exceptions.

    Raises:
        ResolutionError: a node of this execution is asking for another while it runs.
        BaseException: what interrupted the run; the execution can go on.
    """
    outer = _inside.get()
    if not outer:
        return _in_turn(execution, key, outer, report=report)
    if execution in outer:
        raise _reading_oneself(execution, key)
    with turns.waiting(execution, outer):
        return _in_turn(execution, key, outer, report=report)


def _in_turn(
    execution: Execution, key: int, outer: tuple[Execution, ...], *, report: bool
) -> IncrementalReport | None:
    """Run when no other run of the execution goes on."""
    observer = None
    try:
        with execution.lock:  # no statement between: an interrupt must not leave it locked
            token = _inside.set((execution, *outer))
            own = execution.options.policy
            try:
                if own is None:
                    return _locked(execution, key, report=report)
                with policy(own):
                    return _locked(execution, key, report=report)
            finally:
                execution.running.clear()
                _inside.reset(token)
                observer, execution.observer = execution.observer, None
    finally:
        if observer is not None:  # told last: whoever hears it may read
            observer.run_finished()


def _reading_oneself(execution: Execution, key: int) -> ResolutionError:
    graph = execution.program.graph
    what = f"{graph.nodes[key].name!r}" if key >= 0 else "its outputs"
    return ResolutionError(
        f"a node of {execution.id} asks for {what} while it runs: a node reads others only"
        " through its parameters, so that the graph knows; add a parameter of that name",
        {"graph": graph.name, "execution": execution.id},
    )


def _locked(execution: Execution, key: int, *, report: bool) -> IncrementalReport | None:
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
    quiet = not watched and execution.options.runner == "inline"
    if quiet and not execution.program.equal:
        if execution.updates:
            execution.apply_updates()
        _sweep(execution, steps, demand)
        _note_fresh(execution, demand, kept)
        return None
    observer = Observer(execution, demand)
    execution.observer = observer
    _watched(execution, steps, observer)
    _note_fresh(execution, demand, kept)
    return observer.report() if report else None


def _note_fresh(execution: Execution, demand: Demand, kept: frozenset[int]) -> None:
    """Remember what needs no run to be read, even if something else is left to run."""
    flags = execution.flags
    execution.clean = DIRTY not in flags
    if not execution.clean:
        execution.fresh = kept.union([i for i in demand.targets if flags[i] in FRESH])


def _watched(execution: Execution, steps: Sequence[Step], observer: Observer) -> None:
    """Run with everything written down, by the runner of the options."""
    begin = now()
    observer.run_started()
    try:
        for position, old in execution.apply_updates():
            observer.given(position, old, execution.values[position])
            for reader in execution.program.dependants[position]:
                observer.causes.setdefault(reader, position)
        settling = Settling(execution, observer)
        if execution.options.runner == "threads":
            threads.run(settling, steps, pool_size=execution.options.pool_size)
        else:
            inline.run(settling, steps)
        observer.status = "failed" if settling.failed_any else "succeeded"
    finally:
        observer.took = now() - begin


def _sweep(execution: Execution, steps: Sequence[Step], demand: Demand) -> None:
    """Run inline with nobody watching: the same as ``inline.run``, spelled out to be fast.

    Everything until the first failure happens here; from then on :class:`Settling` goes on.
    """
    values, flags, readers = execution.values, execution.flags, execution.program.dependants
    durations, ran_at, changed_at = execution.durations, execution.ran_at, execution.changed_at
    errors, needed, number = execution.errors, demand.needed, execution.run
    find, clock, lenders = flags.find, now, execution.lenders
    position = find(DIRTY)
    begin = clock()
    while position >= 0:
        if needed is None or needed[position]:
            try:
                new = steps[position](values, execution)
                kind = type(new)
                if kind not in QUICK:
                    new = execution.keep(position, new)
            except Exception as error:  # noqa: BLE001 -- a failure is a state of the node
                settling = Settling(execution, Observer(execution, demand))
                settling.failed(position, error, clock() - begin)
                inline.run(settling, steps, start=position + 1)
                return
            end = clock()
            durations[position] = end - begin
            begin = end
            ran_at[position] = number
            if errors and position in errors:
                del errors[position]
            if kind not in QUICK:
                flags[position] = execution.settle(position, new)
            else:
                old = values[position]
                if kind is not type(old) or new != old:
                    for reader in readers[position]:
                        flags[reader] = DIRTY
                    values[position] = new
                    changed_at[position] = number
                    if lenders:
                        lenders.pop(position, None)
                flags[position] = CLEAN
        position = find(DIRTY, position + 1)
