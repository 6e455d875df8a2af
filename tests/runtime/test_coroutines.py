"""Coroutine functions are nodes like others, with and without a running loop."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import signal
import threading

import pytest

import igniter_nb as ig
from tests.runtime.notes import Notes

tenant = contextvars.ContextVar("tenant", default="nobody")


class Waiting(ig.Contract):
    x = ig.input(int)

    @ig.output
    async def later(x):
        await asyncio.sleep(0)
        if x < 0:
            message = "negative"
            raise ValueError(message)
        return x * 2, tenant.get(), threading.current_thread()


class Fetch(ig.Executor):
    async def call(self, x):
        await asyncio.sleep(0)
        return x + 1


class Fetched(ig.Contract):
    x = ig.input(int)
    value = ig.output(Fetch, depends_on="x")


def test_a_coroutine_function_is_awaited():
    """Its value is the node's value; it runs on our loop, in a thread of its own."""
    value, seen, thread = Waiting(x=1).result.later

    assert (value, seen, thread.name) == (2, "nobody", "igniter-loop")
    assert Fetched(x=1).result.value == 2


def test_under_a_running_loop_it_runs_on_ours():
    """In a notebook, where a loop runs already, it works and sees the context variables."""

    async def cell():
        tenant.set("acme")
        value, seen, thread = Waiting(x=2).result.later
        assert thread is not threading.current_thread()
        return value, seen, Fetched(x=2).result.value

    assert asyncio.run(cell()) == (4, "acme", 3)


@pytest.mark.parametrize("running", [False, True])
def test_a_coroutine_that_raises_fails_its_node(running):
    """What it raises is the cause, wherever it ran."""

    async def cell():
        return ask()

    def ask():
        with pytest.raises(ig.ResolutionError, match="negative") as caught:
            _ = Waiting(x=-1).result.later
        return type(caught.value.__cause__)

    assert (asyncio.run(cell()) if running else ask()) is ValueError


def test_an_interrupt_in_another_thread_comes_back():
    """A coroutine that is interrupted interrupts the run, also from its own thread."""

    class Stopped(ig.Contract):
        stop = ig.input(object)

        @ig.output
        async def value(stop):
            if stop:
                raise stop.pop()
            return 1

    async def cell():
        stopped = Stopped(stop=Notes(SystemExit("enough")))
        try:
            _ = stopped.result.value
        except SystemExit as stop:
            stopped.execution.check_invariants()
            return str(stop), stopped.result.value
        return None

    assert asyncio.run(cell()) == ("enough", 1)


def test_ctrl_c_cancels_a_coroutine_in_another_thread():
    """The wait ends at once, and the coroutine may clean up after itself."""
    cleaned = threading.Event()

    class Endless(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def value(x):
            if x:
                return x
            try:
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.Event().wait()
            finally:
                cleaned.set()
            return None

    endless = Endless(x=0)

    async def cell():
        return endless.result.value

    loop = asyncio.new_event_loop()  # as in a kernel: no handler of its own for the signal
    with contextlib.closing(loop):
        with pytest.raises(KeyboardInterrupt):
            loop.run_until_complete(cell())
        assert cleaned.wait(30)
        endless.execution.check_invariants()
        assert endless.update_inputs(x=1).result.value == 1


def test_context_variables_reach_nodes_on_threads():
    """A node in a worker sees the context of whoever asked."""

    class Seen(ig.Contract, runner="threads"):
        @ig.output
        def here():
            return tenant.get()

        @ig.output
        async def there():
            return tenant.get()

    token = tenant.set("acme")
    try:
        assert Seen().result.to_dict() == {"here": "acme", "there": "acme"}
    finally:
        tenant.reset(token)


def test_a_coroutine_that_reads_its_own_contract_is_an_error():
    """It is found even under a running loop, in the other thread."""

    class Selfish(ig.Contract):
        @ig.output
        async def value(self):
            return self.result.value

    async def cell():
        with pytest.raises(ig.ResolutionError, match="while it runs"):
            _ = Selfish().result.value

    asyncio.run(cell())
