"""A Python without threads, as in a browser: the page's loop is ours, and only coroutines wait."""

from __future__ import annotations

import asyncio
import threading

import pytest

import igniter_nb as ig
from igniter_nb.runtime import loop as ours


@pytest.fixture(autouse=True)
def no_threads(monkeypatch):
    """Take away the threads."""

    def refuse(*_):
        message = "there are no threads here"
        raise RuntimeError(message)

    monkeypatch.setattr(ours, "have_threads", lambda: False)
    monkeypatch.setattr(ours, "start_new_thread", refuse)


every_runner = pytest.mark.parametrize("runner", ["inline", "threads"])


class Part(ig.Contract):
    x = ig.input(int)

    @ig.compute
    async def later(x):
        await asyncio.sleep(0)
        return x + 1, threading.get_ident()

    @ig.output
    def value(later):
        return later[0]


class Whole(ig.Contract):
    x = ig.input(int)
    left = ig.compose(Part, inputs=["x"])
    right = ig.compose(Part, inputs=["x"])

    @ig.output
    async def total(left, right):
        await asyncio.sleep(0)
        return left.value + right.value

    here = ig.output(lambda x: threading.get_ident(), depends_on="x")


@every_runner
@pytest.mark.parametrize("watched", [False, True])
def test_awaiting_a_contract_resolves_it_on_the_page(runner, watched):
    """Coroutines and plain steps, nested ones too, run in the one thread that there is."""

    async def page():
        made = Whole.configured(runner=runner)(x=1)
        if watched:
            _ = made.events
        await made.aresolve_all()
        assert made.result.to_dict() == {"total": 4, "here": threading.get_ident()}
        await made.update_inputs(x=2).aresolve_all()
        await made.aresolve_all()
        made.execution.check_invariants()
        return made.result.total

    assert asyncio.run(page()) == 6


@every_runner
def test_plain_contracts_are_read_as_ever(runner):
    """Nothing has to be awaited where there is no coroutine, under whatever runner."""
    contract = ig.ContractBuilder("Plain", runner=runner).input("x", int)
    made = contract.output("y", lambda x: x + 1).build()(x=1)

    assert made.result.y == 2

    async def page():
        return (await made.update_inputs(x=2).aresolve_all()).result.y

    assert asyncio.run(page()) == 3


@pytest.mark.parametrize("contract", [Part, Whole])
def test_reading_a_coroutine_node_says_what_to_write(contract):
    """A read that would wait for ever is refused, and nothing is lost by it."""
    made = contract(x=1)

    async def page():
        for ask in (made.resolve_all, made.resolve_incrementally):
            with pytest.raises(ig.ResolutionError, match=r"write `await x\.aresolve_all\(\)`"):
                ask()
            made.execution.check_invariants()
        assert made.result.errors == {}
        return (await made.aresolve_all()).succeeded

    assert asyncio.run(page())


def test_reading_in_the_middle_of_a_run_is_refused():
    """A contract that is being awaited cannot be read meanwhile; a second wait waits."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    ran = []

    class Slow(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def value(x):
            ran.append(x)
            begun.set()
            await go_on.wait()
            return x

    slow = Slow(x=1)

    async def page():
        waits = [asyncio.create_task(slow.aresolve_all()) for _ in range(3)]
        await begun.wait()
        with pytest.raises(ig.ResolutionError, match="in the middle of a run"):
            slow.resolve_all()
        assert slow.result.states["value"].status == "running"
        waits[2].cancel()
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(*waits, return_exceptions=True)
        return slow.result.value

    assert asyncio.run(page()) == 1
    assert ran == [1]


@pytest.mark.parametrize("watched", [False, True])
def test_cancelling_the_wait_stops_the_run(watched):
    """The coroutine is cancelled, and the contract can be awaited again."""
    begun, cleaned = asyncio.Event(), []

    class Endless(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def value(x):
            if x:
                return x
            try:
                begun.set()
                await asyncio.Event().wait()
            finally:
                cleaned.append(x)

    endless = Endless(x=0)
    if watched:
        _ = endless.events

    async def page():
        task = asyncio.create_task(endless.aresolve_all())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert cleaned == [0]
        endless.execution.check_invariants()
        return (await endless.update_inputs(x=1).aresolve_all()).result.value

    assert asyncio.run(page()) == 1
    if watched:
        assert [e.status for e in endless.events if e.type == "run_finished"] == [
            "interrupted",
            "succeeded",
        ]


def test_two_contracts_that_await_one_another_are_an_error():
    """A circle of waits is found, and the page goes on."""
    made = {}

    class There(ig.Contract):
        @ig.output
        async def back():
            await asyncio.sleep(0)
            return (await made["here"].aresolve_all()).result.over

    class Here(ig.Contract):
        @ig.output
        async def over():
            await asyncio.sleep(0)
            return (await made["there"].aresolve_all()).result.back

    made |= {"here": Here(), "there": There()}

    async def page():
        waits = [made[name].aresolve_all() for name in ("here", "there")]
        return await asyncio.gather(*waits, return_exceptions=True)

    assert all(isinstance(found, ig.ResolutionError) for found in asyncio.run(page()))


def test_a_default_that_must_be_awaited_has_to_be_given():
    """Making an instance waits for nothing; the error names the input."""

    async def default():
        return 1

    contract = ig.ContractBuilder("Made").input("x", default=default).expose("x").build()

    with pytest.raises(ig.InputError, match="give x=…"):
        contract()
    assert contract(x=2).result.x == 2
