"""An interrupt in the middle of a run leaves a consistent execution that can go on."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

import pytest

import igniter_nb as ig
from igniter_nb.runtime.hub import StoppedError
from tests.runtime.notes import Notes

STOPS = [KeyboardInterrupt, SystemExit, GeneratorExit]


class Interrupted(ig.Contract):
    """A chain ``before → middle → after``; ``stop`` holds what interrupts the middle."""

    x = ig.input(int)
    stop = ig.input(object)
    ran = ig.input(object)

    @ig.compute
    def before(x, ran):
        ran.append("before")
        return x + 1

    @ig.compute
    def middle(before, stop, ran):
        ran.append("middle")
        if stop:
            raise stop.pop()
        return before * 10

    @ig.output
    def after(middle, ran):
        ran.append("after")
        return middle + 1


def made(runner, stop, ran):
    """Make an instance that is interrupted once."""
    return Interrupted.configured(runner=runner)(x=1, stop=Notes(stop), ran=ran)


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("watched", [False, True])
def test_after_an_interrupt_the_run_goes_on(runner, stop, watched):
    """What was done stays done, what was interrupted runs again, nothing hangs."""
    ran = Notes()
    contract = made(runner, stop, ran)
    if watched:
        _ = contract.events
    with pytest.raises(stop):
        _ = contract.result.after

    contract.execution.check_invariants()
    assert contract.result.errors == {}
    states = contract.result.states
    assert [states[name].status for name in ("before", "middle", "after")] == [
        "succeeded",
        "pending",
        "pending",
    ]
    assert contract.result.after == 21
    assert [*ran] == ["before", "middle", "middle", "after"]


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_an_interrupt_is_announced_and_nothing_is_left_running(runner):
    """The run is over for listeners too: it ended ``interrupted``."""
    contract = made(runner, KeyboardInterrupt, Notes())
    events = contract.events
    with pytest.raises(KeyboardInterrupt):
        contract.resolve_all()

    assert (events[-1].type, events[-1].status) == ("run_finished", "interrupted")
    assert not [view for view in contract.cells if view.status == "running"]


def test_an_update_before_an_interrupt_is_not_lost():
    """An update that an interrupted run had taken up is part of the next one."""
    contract = made("inline", KeyboardInterrupt, Notes())
    with pytest.raises(KeyboardInterrupt):
        contract.resolve_all()
    contract.update_inputs(x=2, stop=Notes(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        contract.resolve_incrementally()

    assert contract.result.after == 31


def test_an_interrupt_inside_a_nested_contract_leaves_both_consistent():
    """Interrupted deep inside, the outer contract goes on with what the inner one had done."""

    class Outer(ig.Contract):
        x = ig.input(int)
        stop = ig.input(object)
        ran = ig.input(object)
        inner = ig.compose(Interrupted, inputs=["x", "stop", "ran"])
        total = ig.output("inner.after")

    ran = Notes()
    outer = Outer(x=1, stop=Notes(KeyboardInterrupt), ran=ran)
    with pytest.raises(KeyboardInterrupt):
        outer.resolve_all()

    (child,) = outer.children.values()
    child.execution.check_invariants()
    outer.execution.check_invariants()
    assert outer.result.total == 21
    assert [*ran] == ["before", "middle", "middle", "after"]


def test_an_interrupt_from_a_listener_stops_the_run_and_no_more():
    """A listener may interrupt a run as a person may; cells that were written stay right."""
    contract = Interrupted(x=1, stop=Notes(), ran=Notes())

    def stop(event):
        if event.type == "node_succeeded" and event.node == "before":
            raise KeyboardInterrupt

    handle = contract.subscribe(stop)
    with pytest.raises(KeyboardInterrupt):
        contract.resolve_all()
    handle.cancel()

    contract.execution.check_invariants()
    assert contract.result.after == 21


def test_ctrl_c_while_threads_work_ends_the_wait():
    """A real signal ends the wait for workers at once; running work ends by itself, forgotten."""
    entered, release = threading.Event(), threading.Event()
    finished = threading.Event()

    class Slow(ig.Contract, runner="threads"):
        x = ig.input(int)

        @ig.output
        def slow(x):
            entered.set()
            if x == 1:
                os.kill(os.getpid(), signal.SIGINT)
                assert release.wait(30)
                finished.set()
            return x

    slow = Slow(x=1)
    with pytest.raises(KeyboardInterrupt):
        slow.resolve_all()

    assert entered.is_set()
    assert not finished.is_set()
    slow.execution.check_invariants()
    assert slow.update_inputs(x=2).result.slow == 2
    release.set()
    assert finished.wait(30)
    assert slow.result.slow == 2


def test_a_real_signal_stops_an_inline_run():
    """Kernel → Interrupt in the middle of a function stops the run; it can be run again."""
    calls: list[int] = []

    class Busy(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def first(x):
            calls.append(x)
            if len(calls) == 1:
                signal.raise_signal(signal.SIGINT)
            return x

        @ig.output
        def last(first):
            return first

    busy = Busy(x=1)
    with pytest.raises(KeyboardInterrupt):
        busy.resolve_all()

    busy.execution.check_invariants()
    assert busy.result.last == 1


def test_ctrl_c_cancels_coroutines_of_nested_contracts_on_workers():
    """A coroutine that a worker waits for is cancelled and has cleaned up; the run can go on."""
    cleaned = []

    class Inner(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def value(x):
            if x:
                return x
            try:
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.Event().wait()
            finally:
                cleaned.append(x)

    class Outer(ig.Contract, runner="threads"):
        x = ig.input(int)
        inner = ig.compose(Inner, inputs=["x"])
        value = ig.output("inner.value")

    outer = Outer(x=0)
    with pytest.raises(KeyboardInterrupt):
        outer.resolve_all()

    assert cleaned == [0]
    assert outer.update_inputs(x=1).result.value == 1


def test_a_worker_that_comes_too_late_begins_nothing():
    """A nested contract whose outer run is over meanwhile is not begun."""

    class Outer(ig.Contract, runner="threads"):
        x = ig.input(int)
        inner = ig.compose(Interrupted, inputs={"x": "x", "stop": "x", "ran": "x"})
        value = ig.output("inner.after")

    outer = Outer(x=0)
    with pytest.raises(ig.ResolutionError):
        outer.resolve_all()
    (place,) = outer.execution.children

    with pytest.raises(StoppedError):
        outer.execution.resolve_nested(place)
