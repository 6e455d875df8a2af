"""Whatever has to be awaited is awaited, however it arrives: no coroutine is ever a value."""

from __future__ import annotations

import asyncio
import functools
import itertools
import types

import pytest

import igniter_nb as ig


async def later(x=1):
    """Give the number one more, later."""
    await asyncio.sleep(0)
    return x + 1


async def twice(x=1):
    """Give something that has to be awaited again."""
    await asyncio.sleep(0)
    return later(x)


def wrapped(function):
    """Wrap as a plain decorator does, which hides that a coroutine comes out."""

    @functools.wraps(function)
    def call(*args):
        return function(*args)

    return call


class Promise:
    def __init__(self, x):
        self.x = x

    def __await__(self):
        return later(self.x).__await__()


@types.coroutine
def by_generator(x=1):
    """Give a coroutine of the old kind."""
    yield from later(x).__await__()
    return x + 1


class Later:
    async def call(self, x=1):
        """Be a method."""
        return await later(x)

    async def __call__(self, x=1):
        """Be an object that is called."""
        return await later(x)

    @staticmethod
    def still(x=1):
        """Be a static method."""
        return later(x)


class Run(ig.Executor):
    def call(self, x=1):
        """Return a coroutine, though it is no coroutine function."""
        return later(x)


WAYS = {
    "coroutine function": later,
    "a coroutine that returns one": twice,
    "wrapper": wrapped(later),
    "lambda": lambda x=1: later(x),
    "partial": functools.partial(later, 1),
    "partial of a lambda": functools.partial(lambda x=1: later(x)),
    "method": Later().call,
    "static method": Later.still,
    "object": Later(),
    "executor": Run,
    "executor instance": Run(),
    "awaitable object": lambda x=1: Promise(x),
    "coroutine by generator": by_generator,
}
FUNCTIONS = {name: way for name, way in WAYS.items() if isinstance(way, types.FunctionType)}
RUNNERS = ["inline", "threads"]
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def built(word, way, **options):
    """Build a contract whose node ``y`` is done in a way."""
    builder = ig.ContractBuilder("Built", **options)
    if word == "input":
        return builder.input("y", default=way).expose("y").build()
    if word == "const":
        return builder.const("y", way).expose("y").build()
    return getattr(builder, word)("y", way, depends_on=[]).expose("y").build()


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(
    ("word", "way"),
    [
        *itertools.product(["compute", "lookup"], WAYS.values()),
        *itertools.product(["const", "input"], FUNCTIONS.values()),
    ],
)
def test_the_value_is_what_comes_of_it(word, way, runner):
    """Computed values, constants and defaults are awaited, whatever hides the coroutine."""
    made = built(word, way, runner=runner)()

    assert made.result.y == 2
    assert made.resolve_incrementally().recomputed_nodes == ()


@every_way
@pytest.mark.parametrize("runner", RUNNERS)
def test_a_guard_is_awaited_before_it_is_judged(way, runner):
    """A guard whose answer comes later stops and passes as one whose answer is there."""

    async def no():
        await asyncio.sleep(0)
        return await later(-1)  # zero

    for answer, holds in [(way, True), (no, False), (wrapped(no), False)]:
        builder = ig.ContractBuilder("Guarded", runner=runner).guard(
            "held", answer, depends_on=[], gates="all"
        )
        made = builder.output("y", lambda: 1).build()()
        if holds:
            assert made.result.y == 1
        else:
            with pytest.raises(ig.GuardError, match="guard 'held' does not hold"):
                made.resolve("y")


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("runner", RUNNERS)
def test_what_follows_sees_the_value(runner, watched):
    """A node that reads one that was awaited runs when its value is there, once, and cuts off."""
    ran = []

    class Chain(ig.Contract, runner=runner):
        x = ig.input(int)
        parity = ig.compute(lambda x: later(x % 2), depends_on="x")

        @ig.compute
        def shown(parity):
            ran.append(parity)
            return later(parity)

        @ig.output
        def total(shown, x):
            return shown, x

    chain = Chain(x=1)
    if watched:
        _ = chain.events

    assert chain.result.total == (3, 1)
    assert chain.update_inputs(x=3).result.total == (3, 3)
    assert chain.update_inputs(x=4).result.total == (2, 4)
    assert ran == [2, 1]
    chain.execution.check_invariants()


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_failure_beside_and_before_coroutines(runner):
    """A node that fails, before or after a coroutine was begun, stops what reads it alone."""

    async def failing(x):
        await asyncio.sleep(0)
        message = "later"
        raise ValueError(message)

    class Failing(ig.Contract, runner=runner):
        x = ig.input(int)
        early = ig.output(lambda x: 1 / x, depends_on="x")
        fine = ig.output(wrapped(later), depends_on="x")
        late = ig.output(failing, depends_on="x")
        behind = ig.output(lambda fine, late: 1, depends_on=["fine", "late"])
        beyond = ig.output(wrapped(later), depends_on={"x": "fine"})

    failing = Failing(x=0)
    for _ in range(2):
        with pytest.raises(ig.ResolutionError, match="division"):
            failing.resolve_all()

        assert set(failing.result.errors) == {"early", "late", "behind"}
        assert (failing.result.fine, failing.result.beyond) == (1, 2)
        failing.execution.check_invariants()
    assert failing.resolve_incrementally(x=1).failed_nodes == ("late", "behind")


def test_a_listener_that_returns_a_coroutine_is_awaited():
    """An asynchronous listener has heard an event before the run goes on."""
    heard = []

    async def listen(event):
        await asyncio.sleep(0)
        heard.append(event.type)

    made = built("compute", later)()
    made.subscribe(listen)
    made.resolve_all()

    assert heard[0] == "run_started"
    assert heard[-1] == "run_finished"


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_default_that_fails_later_names_the_input(runner):
    """The error of a default that is awaited says which input and what was raised."""

    async def failing():
        await asyncio.sleep(0)
        message = "no server"
        raise OSError(message)

    with pytest.raises(ig.InputError, match=r"could not be made: OSError: no server"):
        built("input", wrapped(failing), runner=runner)()
