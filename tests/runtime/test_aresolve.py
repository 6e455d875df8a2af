"""Awaiting a whole contract: the caller's loop goes on, and cancelling the wait stops the run."""

from __future__ import annotations

import asyncio
import threading

import pytest

import igniter_nb as ig

WAIT = 30.0
every_runner = pytest.mark.parametrize("runner", ["inline", "threads"])


class Mixed(ig.Contract):
    x = ig.input(int)

    @ig.compute
    def plain(x):
        return x, threading.current_thread()

    @ig.output
    async def later(plain):
        await asyncio.sleep(0)
        return plain


@every_runner
def test_it_resolves_every_output_and_returns_the_contract(runner):
    """Plain steps and coroutines run, none of them in the thread of the caller's loop."""

    async def main():
        made = Mixed.configured(runner=runner)(x=1)
        assert await made.aresolve_all() is made
        return made

    made = asyncio.run(main())

    value, thread = made.result.later
    assert value == 1
    assert thread is not threading.current_thread()
    assert asyncio.run(made.aresolve_all()).result.later == (1, thread)


@every_runner
def test_the_callers_loop_goes_on(runner):
    """A step that blocks its thread waits for what happens on the loop of whoever waits for it."""
    entered, release = threading.Event(), threading.Event()

    class Slow(ig.Contract, runner=runner):
        @ig.output
        def value():
            entered.set()
            assert release.wait(WAIT)
            return 1

    async def helper():
        assert await asyncio.to_thread(entered.wait, WAIT)
        release.set()

    async def main():
        slow = Slow()
        await asyncio.gather(slow.aresolve_all(), helper())
        return slow.result.value

    assert asyncio.run(main()) == 1


def test_what_failed_is_raised():
    """The error of the first failed node comes out, as from resolve_all; the rest has run."""

    class Failing(ig.Contract):
        bad = ig.output(lambda: 1 / 0)
        good = ig.output(lambda: 1)

    failing = Failing()

    with pytest.raises(ig.ResolutionError, match="division"):
        asyncio.run(failing.aresolve_all())

    assert failing.result.states["good"].value == 1


class Endless(ig.Contract):
    x = ig.input(int)
    begun = ig.input(object)
    cleaned = ig.input(object)

    @ig.compute
    def before(x):
        return x + 1

    @ig.compute
    async def middle(before, x, begun, cleaned):
        if x:
            return before
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    @ig.output
    def after(middle):
        return middle


class Outer(ig.Contract):
    x = ig.input(int)
    begun = ig.input(object)
    cleaned = ig.input(object)
    inner = ig.compose(Endless, inputs=["x", "begun", "cleaned"])
    after = ig.output("inner.after")


@every_runner
@pytest.mark.parametrize("contract", [Endless, Outer])
@pytest.mark.parametrize("watched", [False, True])
def test_cancelling_the_wait_stops_the_run(runner, contract, watched):
    """The coroutine is cancelled and has cleaned up, the wait raises, the execution can go on."""
    begun, cleaned = threading.Event(), threading.Event()
    made = contract.configured(runner=runner)(x=0, begun=begun, cleaned=cleaned)
    if watched:
        _ = made.events

    async def main():
        task = asyncio.create_task(made.aresolve_all())
        assert await asyncio.to_thread(begun.wait, WAIT)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return task.cancelled()

    assert asyncio.run(main())
    assert cleaned.is_set()
    made.execution.check_invariants()
    if watched:
        assert made.events[-1].status == "interrupted"
    assert made.result.states["after"].status == "pending"
    assert made.update_inputs(x=1).result.after == 2


def test_a_wait_with_a_limit_ends():
    """A timeout of the caller ends the wait though a step cannot be stopped; the run ends later."""
    begun, release, ran = threading.Event(), threading.Event(), []

    class Stuck(ig.Contract):
        @ig.compute
        def stuck():
            ran.append("stuck")
            begun.set()
            assert release.wait(WAIT)
            return 1

        @ig.output
        def after(stuck):
            ran.append("after")
            return stuck

    stuck = Stuck()

    async def main():
        waits = asyncio.ensure_future(stuck.aresolve_all())
        assert await asyncio.to_thread(begun.wait, WAIT)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(waits, 0.01)

    asyncio.run(main())
    assert ran == ["stuck"]
    release.set()
    assert stuck.result.after == 1
    assert ran[-1] == "after"
    stuck.execution.check_invariants()


def test_a_loop_that_is_gone_is_not_told():
    """A run whose caller's loop was closed in the meantime ends by itself."""
    release = threading.Event()

    class Stuck(ig.Contract):
        @ig.output
        def value():
            assert release.wait(WAIT)
            return 1

    stuck = Stuck()
    loop = asyncio.new_event_loop()
    waiting = stuck.aresolve_all()
    task = loop.create_task(waiting)
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(asyncio.sleep(0))
    task._log_destroy_pending = False
    loop.close()
    release.set()

    assert stuck.result.value == 1


@every_runner
def test_two_waits_for_one_contract_compute_once(runner):
    """Whoever waits second waits for the run of the first."""
    ran = []

    class Shared(ig.Contract, runner=runner):
        @ig.output
        async def value():
            ran.append(1)
            await asyncio.sleep(0)
            return 1

    shared = Shared()

    async def main():
        await asyncio.gather(*(shared.aresolve_all() for _ in range(5)))

    asyncio.run(main())

    assert ran == [1]


def test_a_node_that_awaits_its_own_contract_is_an_error():
    """It is told as for a node that reads itself."""

    class Selfish(ig.Contract):
        @ig.output
        async def value(self):
            await self.aresolve_all()

    with pytest.raises(ig.ResolutionError, match="while it runs"):
        _ = Selfish().result.value


def test_two_contracts_that_await_one_another_are_an_error():
    """A circle of waits is found, and nobody hangs."""
    made = {}

    class There(ig.Contract):
        @ig.output
        async def back():
            return (await made["here"].aresolve_all()).result.over

    class Here(ig.Contract):
        @ig.output
        async def over():
            return (await made["there"].aresolve_all()).result.back

    made |= {"here": Here(), "there": There()}

    with pytest.raises(ig.ResolutionError, match="while it runs"):
        asyncio.run(made["here"].aresolve_all())


@pytest.mark.parametrize("raised", [SystemExit, GeneratorExit])
def test_an_interrupt_of_a_step_comes_out(raised):
    """What stops a run stops the wait for it, and the execution can go on."""
    stop = [raised("enough")]

    class Stopping(ig.Contract):
        @ig.output
        def value():
            if stop:
                raise stop.pop()
            return 1

    stopping = Stopping()

    async def main():
        with pytest.raises(raised):
            await stopping.aresolve_all()

    asyncio.run(main())
    assert stopping.result.value == 1


def test_policies_and_context_variables_travel():
    """The run is under the policy of whoever waits for it."""

    class Fetch(ig.Contract):
        @ig.output(capabilities=["network"])
        async def fetched():
            return 1

    fetch = Fetch()

    async def main():
        with ig.policy(denied=["network"]), pytest.raises(ig.CapabilityViolationError):
            await fetch.aresolve_all()
        return (await fetch.aresolve_all()).result.fetched

    assert asyncio.run(main()) == 1
