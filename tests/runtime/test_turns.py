"""Executions that wait for one another: a circle is an error, a queue is a queue."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import igniter_nb as ig

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
