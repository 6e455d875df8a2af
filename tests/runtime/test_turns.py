"""Executions that wait for one another: a circle is an error, a queue is a queue."""

from __future__ import annotations

import asyncio
import copy
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import igniter_nb as ig
from igniter_nb.runtime import turns

WAIT = 30.0


def ring(count):
    """Make contracts each of which reads the next, the last one the first, all at once."""
    together = threading.Barrier(count)
    made: list[ig.Contract] = []
    begun: set[int] = set()

    def contract(number):
        class Link(ig.Contract):
            x = ig.input(int)

            @ig.output
            def value(x):
                if x not in begun:  # a failed node is tried again by whoever waited for it
                    begun.add(x)
                    together.wait(WAIT)
                return made[(number + 1) % count].result.value

        return Link(x=number)

    made += [contract(number) for number in range(count)]
    return made


def asked_at_once(contracts):
    """Read each contract in a thread of its own; give the errors."""

    def ask(contract):
        with pytest.raises(ig.ResolutionError) as caught:
            _ = contract.result.value
        return caught.value

    with ThreadPoolExecutor(len(contracts)) as pool:
        return [each.result(WAIT) for each in [pool.submit(ask, each) for each in contracts]]


@pytest.mark.parametrize("count", [2, 3])
def test_contracts_that_wait_for_one_another_in_a_circle_are_an_error(count):
    """The last one to close the circle is refused; the others fail with it, and nobody hangs."""
    contracts = ring(count)

    errors = asked_at_once(contracts)

    messages = " ".join(error.message for error in errors)
    assert "pass the value in as an input of one of the two" in messages
    for contract in contracts:
        contract.execution.check_invariants()


def test_a_node_waits_for_a_run_elsewhere_that_does_not_wait_for_it():
    """Reading a contract that another thread is running waits for the end of that run."""
    entered, release = threading.Event(), threading.Event()

    class Slow(ig.Contract):
        x = ig.input(int)

        @ig.output
        def value(x):
            entered.set()
            assert release.wait(WAIT)
            return x * 10

    slow = Slow(x=1)

    class Reader(ig.Contract):
        x = ig.input(int)

        @ig.output
        def value(x):
            release.set()
            return slow.result.value + x

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: slow.result.value)
        assert entered.wait(WAIT)
        assert Reader(x=5).result.value == 15
        assert running.result(WAIT) == 10


class Needy(ig.Contract):
    """A run that goes on only when the loop of whoever awaits it does."""

    entered = ig.input(object)
    release = ig.input(object)

    @ig.output
    def value(entered, release):
        entered.set()
        assert release.wait(WAIT)
        return 1


class Around(ig.Contract):
    entered = ig.input(object)
    release = ig.input(object)
    inner = ig.compose(Needy, inputs=["entered", "release"])
    value = ig.output("inner.value")


def refused_meanwhile(awaited, ask):
    """Ask something on a loop on which a contract is awaited; return the error."""
    entered, release = threading.Event(), threading.Event()
    made = awaited(entered=entered, release=release)

    async def main():
        task = asyncio.create_task(made.aresolve_all())
        assert await asyncio.to_thread(entered.wait, WAIT)
        try:
            with pytest.raises(ig.ResolutionError) as caught:
                ask(made)
        finally:
            release.set()
        await task
        return caught.value

    error = asyncio.run(main())
    assert made.result.value == 1
    return error


ASKED = {
    "copy": copy.copy,
    "result": lambda made: made.result.value,
    "resolve": lambda made: made.resolve("value"),
    "resolve_all": lambda made: made.resolve_all(),
    "report": lambda made: made.resolve_incrementally(),
    "update": lambda made: made.update_inputs(entered=threading.Event()).result.value,
}


@pytest.mark.parametrize("contract", [Needy, Around])
@pytest.mark.parametrize("ask", ASKED.values(), ids=list(ASKED))
def test_a_loop_on_which_a_run_is_awaited_does_not_wait_for_it(contract, ask):
    """It would stand still, and the run may need it: the text says what to write instead."""
    error = refused_meanwhile(contract, ask)

    verb = "copy" if ask is copy.copy else "read"
    assert f"`await x.aresolve_all()` of that contract first, then {verb} it" in error.message
    assert "the event loop on which a run is awaited must not wait" in error.message


def test_asking_what_needs_no_rest_is_answered_meanwhile():
    """A plan, the cells, the inputs and the text of an execution are told while it runs."""
    entered, release = threading.Event(), threading.Event()
    made = Needy(entered=entered, release=release)

    async def main():
        task = asyncio.create_task(made.aresolve_all())
        assert await asyncio.to_thread(entered.wait, WAIT)
        told = made.plan(), made.cells, made.inputs, made.pending, repr(made)
        release.set()
        await task
        return told

    assert asyncio.run(main())[3]


def test_what_is_nested_in_an_awaited_run_or_waits_for_one_is_not_waited_for_either():
    """Whoever is waited for by the awaited run, or waits for it, rests only after it."""
    nested = refused_meanwhile(Around, lambda made: made.children[2].result.value)

    assert "must not wait for that" in nested.message

    asking, begun = [], threading.Event()

    class Reader(ig.Contract):
        needy = ig.input(object)

        @ig.output
        def value(needy):
            begun.set()
            return needy.result.value

    def ask(made):
        reader = Reader(needy=made)
        asking.append(threading.Thread(target=reader.resolve_all))
        asking[0].start()
        assert begun.wait(WAIT)
        while not turns._waits:  # what it waits for is written down before it waits
            begun.wait(0)
        return reader.result.value

    waiting = refused_meanwhile(Needy, ask)
    asking[0].join(WAIT)

    assert waiting.message.startswith("Reader#")


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_a_node_that_the_loop_runs_does_not_wait_for_a_run_awaited_there(runner):
    """A run on the loop's thread keeps the loop; its workers must not wait for what needs it."""

    class Reader(ig.Contract, runner=runner):
        needy = ig.input(object)

        @ig.output
        def value(needy):
            return needy.result.value

    error = refused_meanwhile(Needy, lambda made: Reader(needy=made).result.value)

    assert "the event loop on which a run is awaited must not wait" in str(error)


def test_another_contract_is_waited_for_as_ever():
    """A run that has nothing to do with what the loop awaits is waited for there."""
    entered, release = threading.Event(), threading.Event()
    other_entered, other_release = threading.Event(), threading.Event()
    made = Needy(entered=entered, release=release)
    other = Needy(entered=other_entered, release=other_release)

    async def main():
        task = asyncio.create_task(made.aresolve_all())
        assert await asyncio.to_thread(entered.wait, WAIT)
        with ThreadPoolExecutor(2) as pool:
            running = pool.submit(other.resolve_all)
            assert await asyncio.to_thread(other_entered.wait, WAIT)
            releasing = pool.submit(other_release.set)
            value = other.result.value
            releasing.result(WAIT)
            running.result(WAIT)
        release.set()
        await task
        return value

    assert asyncio.run(main()) == 1
    assert not turns.awaited
