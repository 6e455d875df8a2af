"""The loop itself: how it begins and ends, and what becomes of what flies through it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import signal
import threading
import weakref
from queue import SimpleQueue

import pytest

import igniter_nb as ig
from igniter_nb.runtime import hub
from igniter_nb.runtime import loop as ours
from igniter_nb.runtime.runners import threads

WAIT = 30.0


async def endless():
    """Wait for nothing."""
    await asyncio.Event().wait()


async def there():
    """Give something."""
    return 1


def landed(flight, told):
    """Wait until a flight is over; give what was told of it."""
    assert flight is not None
    return told.get(timeout=WAIT)


@pytest.fixture
def told():
    """Give where flights put what is told of them."""
    return SimpleQueue()


def flight(awaitable, told):
    """Make a flight that has not begun."""
    return ours.Flight(awaitable, lambda *outcome: told.put(outcome))


def test_what_flies_is_told_once(told):
    """An awaitable is awaited, and so is what it returns."""

    async def another():
        return there()

    made = flight(another(), told)
    made.begin()

    assert landed(made, told) == (True, 1)
    assert told.empty()


@pytest.mark.parametrize("begun", [False, True])
def test_what_is_cancelled_is_told_once(told, begun):
    """It is closed without a warning if it never began, and told as cancelled; after that never."""
    made = flight(endless(), told)
    if begun:
        made.begin()
    made.cancel()

    succeeded, error = landed(made, told)
    assert not succeeded
    assert isinstance(error, asyncio.CancelledError)

    made.cancel()
    made.begin()
    other = flight(there(), told)
    other.begin()
    assert landed(other, told) == (True, 1)
    assert told.empty()


def test_what_cannot_be_closed_is_left():
    """An awaitable without a way to give it up is forgotten."""
    ours.close(object())


def test_a_flight_may_end_another_way(told):
    """Cancelled while it waits, it is told as cancelled with what it raised."""
    began = threading.Event()

    async def stubborn():
        began.set()
        try:
            await endless()
        except asyncio.CancelledError:
            return "anyway"

    made = flight(stubborn(), told)
    made.begin()
    assert began.wait(WAIT)
    made.cancel()

    assert landed(made, told) == (True, "anyway")


def test_an_interrupted_wait_cancels():
    """A signal while a default is awaited cancels it, and it cleans up before the error goes on."""
    cleaned = []

    async def default():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await endless()
        finally:
            cleaned.append(1)

    contract = ig.ContractBuilder("Made").input("x", default=default).expose("x").build()

    with pytest.raises(KeyboardInterrupt):
        contract()
    assert cleaned == [1]


def test_a_loop_ends_with_what_is_left_on_it():
    """Ending cancels what still runs, whoever began it; without a loop it does nothing."""
    fresh, cleaned = ours._Ours(), threading.Event()
    fresh.end()

    async def work():
        try:
            await endless()
        finally:
            cleaned.set()

    loop = fresh.get()
    asyncio.run_coroutine_threadsafe(work(), loop)
    asyncio.run_coroutine_threadsafe(there(), loop).result(WAIT)
    fresh.end()

    assert cleaned.is_set()
    assert loop.is_closed()


def test_a_loop_goes_on_whatever_a_callback_raises():
    """SystemExit and KeyboardInterrupt end whoever raised them, and not the loop."""
    fresh = ours._Ours()

    async def leave(error):
        raise error

    async def left(error):
        await asyncio.wait([asyncio.create_task(leave(error))])
        return 1

    for error in (SystemExit, KeyboardInterrupt):
        found = asyncio.run_coroutine_threadsafe(left(error), fresh.get())
        assert found.result(WAIT) == 1
    fresh.end()


def test_many_ask_for_the_loop_at_once():
    """It is made once, and everybody gets the same one."""
    fresh, together, found = ours._Ours(), threading.Barrier(8), SimpleQueue()

    def ask():
        together.wait(WAIT)
        found.put(fresh.get())

    asking = [threading.Thread(target=ask) for _ in range(8)]
    for thread in asking:
        thread.start()
    loops = {found.get(timeout=WAIT) for _ in asking}
    for thread in asking:
        thread.join(WAIT)
    fresh.end()

    assert len(loops) == 1


def test_a_forked_process_forgets_the_loop(monkeypatch):
    """The child of a fork begins with no loop at all."""
    monkeypatch.setattr(ours, "_ours", ours._ours)
    kept = ours._ours
    ours._renew()

    assert ours._ours is not kept
    assert ours._ours.loop is None


def test_a_thread_is_started_by_a_thread(monkeypatch):
    """Half a start by the main thread, which handles signals, would leave locks held."""
    started = []
    monkeypatch.setattr(
        ours, "start_new_thread", lambda begin, given: started.append((begin, given))
    )
    done = threading.Event()
    ours.start_thread(done.set, "named")
    assert not done.is_set()

    ((begin, given),) = started
    begin(*given)
    assert done.wait(WAIT)

    def none_left(_):
        message = "can't start new thread"
        raise RuntimeError(message)

    done.clear()
    monkeypatch.setattr(threading.Thread, "start", none_left)
    begin(threading.Thread(target=done.set))
    assert done.is_set()


def test_patience_has_an_end(monkeypatch):
    """A coroutine that does not let itself be cancelled keeps an interrupt for a moment only."""
    monkeypatch.setattr(hub, "PATIENCE", 0.01)
    gate, began = asyncio.Event(), threading.Event()

    class Stubborn(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def first(x):
            began.set()
            try:
                await gate.wait()
            except asyncio.CancelledError:
                await gate.wait()
            return x

        @ig.output
        def last(x):
            assert began.wait(WAIT)
            if not x:
                raise KeyboardInterrupt
            return x

    stubborn = Stubborn(x=0)
    with pytest.raises(KeyboardInterrupt):
        stubborn.resolve_all()
    ours.the_loop().call_soon_threadsafe(gate.set)

    assert stubborn.update_inputs(x=1).resolve_all().result.first == 1


def test_a_nested_run_is_stopped_with_a_run_that_is_over():
    """A worker that comes to a nested contract while the run ends has it stopped."""
    execution = ig.ContractBuilder("Over").output("y", lambda: 1).build()().resolve_all().execution
    around, nested = hub.Hub(execution), hub.Hub(execution)

    around.adopt(nested)

    with pytest.raises(hub.StoppedError):
        nested.check()


def test_a_nested_contract_fails_later():
    """A coroutine that fails inside fails what is around it, with the path from here to there."""

    class Inner(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def bad(x):
            return 1 // x

    class Outer(ig.Contract):
        x = ig.input(int)
        inner = ig.compose(Inner, inputs=["x"])
        bad = ig.output("inner.bad")

    outer = Outer(x=0)
    with pytest.raises(ig.ResolutionError, match="division") as caught:
        outer.resolve_all()

    assert caught.value.context["path"] == "inner.bad"
    assert outer.update_inputs(x=1).result.bad == 1


def test_an_interrupt_inside_a_nested_coroutine_comes_out():
    """What interrupts a nested run interrupts the one around it; both can go on."""
    stop = [SystemExit("enough")]

    class Inner(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def value(x):
            await asyncio.sleep(0)
            if stop:
                raise stop.pop()
            return x

    class Outer(ig.Contract):
        x = ig.input(int)
        inner = ig.compose(Inner, inputs=["x"])
        value = ig.output("inner.value")

    outer = Outer(x=1)
    _ = outer.events
    with pytest.raises(SystemExit):
        outer.resolve_all()

    (child,) = outer.children.values()
    assert not child.execution.busy
    assert outer.result.value == 1
    child.execution.check_invariants()


def test_workers_are_started_until_there_are_enough():
    """The thread that starts workers ends with the pool; each worker ends as soon as it is free."""
    pool, told = threads.Workers(2), SimpleQueue()
    starts, jobs, idle = SimpleQueue(), SimpleQueue(), SimpleQueue()
    for number in (1, 2, None):
        starts.put(number)
    jobs.put((contextvars.copy_context(), lambda: (True, 1, 0), lambda *done: told.put(done)))

    threads._start(weakref.ref(pool), starts, jobs, idle, [])

    assert told.get(timeout=WAIT) == (True, 1, 0)
    find = weakref.ref(pool)
    del pool
    threads._start(find, starts, jobs, idle, [])
    assert jobs.get(timeout=WAIT) is None


def test_a_pool_that_nobody_closed_ends_its_workers():
    """If a signal keeps a run from closing its pool, the pool's own end does, in a circle too."""
    pool, told = threads.Workers(1), SimpleQueue()
    pool.around = pool
    pool.submit(lambda: (True, threading.current_thread(), 0), lambda *done: told.put(done))
    _succeeded, worker, _took = told.get(timeout=WAIT)
    del pool
    gc.collect()

    worker.join(WAIT)
    assert not worker.is_alive()


def test_whoever_comes_while_the_loop_starts_waits_for_it(monkeypatch):
    """A second thread starts no second loop: it takes the first one's as soon as that is made."""
    starting, loop = ours._Ours(), asyncio.new_event_loop()

    class WhileItStarts:
        def __enter__(self):
            starting._started, starting.loop = True, loop
            starting._made.release()

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(starting, "_starting", WhileItStarts())
    monkeypatch.setattr(ours, "start_thread", lambda *_: pytest.fail("a second loop"))

    assert starting.get() is loop
    loop.close()
