"""Workers that the loop's thread waits for: they must not wait for a coroutine, which never ran."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

import igniter_nb as ig

WAIT = 30.0


class Child(ig.Contract):
    x = ig.input(int)

    @ig.output
    async def y(x):
        await asyncio.sleep(0)
        return x + 1


async def default():
    """Give a default, later."""
    return 1


class Filled(ig.Contract):
    x = ig.input(int, default=default)
    y = ig.output("x")


class Composed(ig.Contract, runner="threads"):
    x = ig.input(int)
    c = ig.compose(Child, inputs=["x"])

    @ig.output
    def z(c):
        return c.y * 2


class Read(ig.Contract, runner="threads"):
    x = ig.input(int)

    @ig.output
    def z(x):
        return Child(x=x).result.y * 2


class Made(ig.Contract, runner="threads"):
    x = ig.input(int)

    @ig.output
    def z(x):
        return Filled().result.y * 4 * x


class Awaited(ig.Contract, runner="threads"):
    x = ig.input(int)

    @ig.output
    def z(x):
        return asyncio.run(Child(x=x).aresolve_all()).result.y * 2


class Deep(ig.Contract):
    x = ig.input(int)
    inner = ig.compose(Read, inputs=["x"])
    z = ig.output("inner.z")


class Deeper(ig.Contract, runner="threads"):
    x = ig.input(int)
    inner = ig.compose(Composed, inputs=["x"])
    z = ig.output("inner.z")


MIDDLES = [Composed, Read, Made, Awaited, Deep, Deeper]


def in_time(work):
    """Return what a function gives, which must end."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    thread.join(WAIT)
    return found[0]


@pytest.mark.parametrize("middle", MIDDLES)
def test_a_worker_that_the_loop_waits_for_waits_for_no_coroutine(middle):
    """It is refused with what to write, which works; and later coroutines go on."""

    class Top(ig.Contract):
        how = ig.input(str)

        @ig.output
        async def out(how):
            made = middle(x=1)
            if how == "await":
                await made.aresolve_all()
            return made.result.z

    def ask():
        with pytest.raises(ig.IgniterError, match=r"needs a coroutine, and inside a coroutine"):
            _ = Top(how="read").result.out
        return Top(how="await").result.out, Child(x=1).result.y

    assert in_time(ask) == (4, 2)


def test_workers_of_the_loop_do_what_needs_no_coroutine():
    """A contract on threads that needs no coroutine is read in one."""

    class Plain(ig.Contract, runner="threads"):
        x = ig.input(int)
        a = ig.output(lambda x: x + 1, depends_on="x")
        b = ig.output(lambda x: x + 2, depends_on="x")

    async def out():
        return Plain(x=1).result.to_dict()

    made = ig.ContractBuilder("Top").output("out", out).build()()

    assert in_time(lambda: made.result.out) == {"a": 2, "b": 3}


def test_when_the_loop_waits_no_more_its_workers_context_may_wait():
    """What was handed the context of such a worker is refused while that run lasts, no longer."""
    kept = []

    class Keeps(ig.Contract, runner="threads"):
        @ig.output
        def z():

            kept.append(contextvars.copy_context())
            return 1

    async def out():
        return Keeps().result.z

    made = ig.ContractBuilder("Top").output("out", out).build()()
    assert in_time(lambda: made.result.out) == 1

    (context,) = kept
    assert in_time(lambda: context.run(lambda: Child(x=1).result.y)) == 2


def test_a_coroutine_that_comes_late_is_closed():
    """What a worker returns when the run has been cancelled is given up without a warning."""
    begun, release, closed = threading.Event(), threading.Event(), threading.Event()

    class Late:
        def __await__(self):
            yield

        def close(self):
            closed.set()

    class Slow(ig.Contract, runner="threads"):
        @ig.output
        def y():
            begun.set()
            assert release.wait(WAIT)
            return Late()

    async def main():
        task = asyncio.create_task(Slow().aresolve_all())
        await asyncio.to_thread(begun.wait, WAIT)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    release.set()

    assert closed.wait(WAIT)
