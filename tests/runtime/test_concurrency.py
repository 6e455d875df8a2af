"""Several threads and one execution: one computes, all others wait; no update is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import igniter_nb as ig

WAIT = 30.0


@pytest.fixture
def pool():
    """Eight threads of somebody else's."""
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_concurrent_readers_compute_once(pool, runner):
    """Eight threads that ask at once get one value, computed once."""
    start, calls = threading.Barrier(8), []

    class Shared(ig.Contract, runner=runner):
        x = ig.input(int)

        @ig.output
        def value(x):
            calls.append(x)
            return object()

    shared = Shared(x=1)

    def read():
        start.wait(WAIT)
        return shared.result.value

    values = {id(found.result(WAIT)) for found in [pool.submit(read) for _ in range(8)]}
    assert len(values) == 1
    assert calls == [1]


@pytest.mark.parametrize("runner", ["inline", "threads"])
def test_an_update_from_another_thread_during_a_run_is_not_lost(pool, runner):
    """The running computation does not overwrite the update; the next reading sees it."""
    entered, updated = threading.Event(), threading.Event()

    class Slow(ig.Contract, runner=runner):
        x = ig.input(int)

        @ig.output
        def tenfold(x):
            entered.set()
            assert updated.wait(WAIT)
            return x * 10

    slow = Slow(x=1)
    reading = pool.submit(lambda: slow.result.tenfold)
    assert entered.wait(WAIT)
    slow.update_inputs(x=20)
    assert slow.inputs["x"] == 20
    updated.set()

    assert reading.result(WAIT) == 10
    assert slow.result.states["tenfold"].status == "stale"
    assert slow.result.tenfold == 200


def test_an_update_from_within_a_node_waits_for_the_next_run():
    """A node may update its own contract; the run it is part of does not see it."""

    class Stepping(ig.Contract):
        x = ig.input(int)

        @ig.output
        def seen(self, x):
            if x < 3:
                self.update_inputs(x=x + 1)
            return x

    stepping = Stepping(x=1)

    assert [stepping.result.seen for _ in range(4)] == [1, 2, 3, 3]


def test_asking_while_it_runs_answers_at_once(pool):
    """States and events can be asked for during a run, from any thread, without waiting."""
    entered, release = threading.Event(), threading.Event()

    class Slow(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def before(x):
            return x

        @ig.output
        def slow(before):
            entered.set()
            assert release.wait(WAIT)
            return before

    slow = Slow(x=1)
    _ = slow.events
    reading = pool.submit(lambda: slow.result.slow)
    assert entered.wait(WAIT)

    states = slow.result.states
    assert (states["before"].status, states["slow"].status) == ("succeeded", "running")
    assert slow.pending
    assert "pending" in repr(slow)
    release.set()
    assert reading.result(WAIT) == 1


def reading_oneself(how):
    """Build a contract whose node asks its own contract for something."""

    class Selfish(ig.Contract):
        x = ig.input(int)

        @ig.output
        def value(self, x):
            return how(self)

        @ig.output
        def other(x):
            return x

    return Selfish


WAYS = {
    "its own output": lambda contract: contract.result.value,
    "by item": lambda contract: contract.result["value"],
    "another output": lambda contract: contract.result.other,
    "a node": lambda contract: contract.resolve("other"),
    "everything": lambda contract: contract.resolve_all(),
    "a report": lambda contract: contract.resolve_incrementally(),
    "a dictionary": lambda contract: contract.result.to_dict(),
}


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
def test_a_node_that_reads_its_own_contract_is_an_error_and_no_hang(runner, how):
    """Whatever it asks for, the error says to add a parameter."""
    selfish = reading_oneself(how).configured(runner=runner)(x=1)

    with pytest.raises(ig.ResolutionError, match="add a parameter for what it needs"):
        _ = selfish.result.value
    assert selfish.result.other == 1
    selfish.execution.check_invariants()


def test_a_fresh_value_is_no_back_door():
    """A node is refused even what is fresh: the graph would not know that it reads it."""
    selfish = reading_oneself(lambda contract: contract.result.other)(x=1)
    assert selfish.result.other == 1

    with pytest.raises(ig.ResolutionError, match="asks for 'other' while it runs"):
        _ = selfish.result.value


def test_two_contracts_that_read_one_another_are_an_error():
    """A circle through another contract is found too."""
    made: dict[str, ig.Contract] = {}

    class There(ig.Contract):
        x = ig.input(int)

        @ig.output
        def back(x):
            return made["here"].result.over

    class Here(ig.Contract):
        x = ig.input(int)

        @ig.output
        def over(x):
            return made["there"].result.back

    made |= {"here": Here(x=1), "there": There(x=1)}

    with pytest.raises(ig.ResolutionError, match="while it runs") as caught:
        _ = made["here"].result.over
    assert caught.value.context["path"] == "over.back"


def test_updates_and_readings_from_many_threads_end_right(pool):
    """After a storm of updates and readings the value is the one of the last update."""

    class Sum(ig.Contract):
        x = ig.input(int)
        y = ig.input(int)

        @ig.compute
        def folded(x):
            return x % 3

        @ig.output
        def total(folded, y):
            return folded * 100 + y

    summed = Sum(x=0, y=0)

    def storm(number):
        for step in range(30):
            summed.update_inputs(x=step, y=number)
            assert summed.result.total % 100 < 8

    for future in [pool.submit(storm, number) for number in range(8)]:
        future.result(WAIT)
    summed.update_inputs(x=4, y=5)

    assert summed.result.total == 105
    summed.execution.check_invariants()
