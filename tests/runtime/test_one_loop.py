"""Coroutines of all steps share one loop: what one makes works in the next; all go on at once."""

from __future__ import annotations

import asyncio
import contextvars
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import igniter_nb as ig
from igniter_nb.runtime import loop as ours

WAIT = 30.0
RUNNERS = ["inline", "threads"]
every_runner = pytest.mark.parametrize("runner", RUNNERS)


class Client:
    """A session that works on the loop on which it was made, and nowhere else."""

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.lock = asyncio.Lock()
        self.used = 0

    async def get(self, x):
        """Answer, to one caller at a time."""
        assert self.loop is asyncio.get_running_loop()
        assert not self.loop.is_closed()
        async with self.lock:
            await asyncio.sleep(0)
            self.used += 1
            return x + 1


class Sessions(ig.Contract):
    x = ig.input(int)

    @ig.compute
    async def client():
        return Client()

    @ig.compute
    async def first(client, x):
        return await client.get(x)

    @ig.compute
    def second(client, x):
        return client.get(x)

    @ig.output
    async def total(client, first, second):
        return await client.get(first + second), client


@every_runner
@pytest.mark.parametrize("how", ["read", "report", "awaited"])
def test_what_one_step_makes_works_in_the_next(runner, how):
    """A session and its lock, made in a step, serve other steps and other runs."""
    made = Sessions.configured(runner=runner)(x=1)

    def ask():
        if how == "awaited":
            asyncio.run(made.aresolve_all())
        elif how == "report":
            made.resolve_incrementally()
        return made.result.total

    value, client = ask()
    assert (value, client.used) == (5, 3)
    made.update_inputs(x=2)
    value, client = ask()
    assert (value, client.used) == (7, 6)


def meeting(count, *, word="output"):
    """Build a contract whose coroutines go on only when all of them have begun."""
    builder = ig.ContractBuilder("Meeting").input("x", int)
    here = []

    async def meet(x):
        here.append(x)
        if len(here) == count:
            OPEN.set()
        await OPEN.wait()
        return x

    for number in range(count):
        getattr(builder, word)(f"n{number}", meet, depends_on="x")
    return builder


OPEN: asyncio.Event


@pytest.fixture(autouse=True)
def gate():
    """Give a gate of the loop that is closed when a test begins."""
    global OPEN  # noqa: PLW0603 -- the coroutines of a test meet there
    OPEN = asyncio.Event()


@every_runner
@pytest.mark.parametrize("pool_size", [1, None])
@pytest.mark.parametrize("watched", [False, True])
def test_independent_coroutines_run_side_by_side(runner, pool_size, watched):
    """A hundred coroutines wait for one another, on one worker or without any."""
    made = meeting(100).build().configured(runner=runner, pool_size=pool_size)(x=1)
    if watched:
        _ = made.events

    made.resolve_all()

    assert set(made.result.to_dict().values()) == {1}
    assert threading.active_count() < 50


@every_runner
def test_coroutines_of_nested_contracts_run_side_by_side(runner):
    """Contracts inside contracts meet too, as do coroutines beside them."""
    part = meeting(6).build()
    builder = ig.ContractBuilder("Outer", runner=runner).input("x", int)
    half = ig.ContractBuilder("Half").input("x", int)
    for number in range(3):
        half.output(
            f"n{number}", part.compiled_graph.node(f"n{number}").call.target, depends_on="x"
        )
    half = half.build()
    wrapped = ig.ContractBuilder("Wrapped").input("x", int).compose("deep", half, inputs=["x"])
    wrapped = wrapped.output("y", source="deep.n0").build()
    builder.compose("left", half, inputs=["x"]).compose("right", wrapped, inputs=["x"])
    builder.output("a", source="left.n1").output("b", source="right.y")
    made = builder.build()(x=4)
    _ = made.events

    assert made.resolve_all().result.to_dict() == {"a": 4, "b": 4}
    made.execution.check_invariants()
    for child in made.children.values():
        child.execution.check_invariants()
    seen = [event.path for event in made.events if event.type == "node_succeeded"]
    assert {"left.n0", "right.deep.n0", "a", "b"} <= set(seen)
    assert made.update_inputs(x=5).result.b == 5


@every_runner
def test_a_node_begins_as_soon_as_what_it_reads_is_there(runner):
    """A chain of coroutines goes on while another one, declared before it, waits for it."""

    class Uneven(ig.Contract, runner=runner):
        x = ig.input(int)

        @ig.compute
        async def slow(x):
            await OPEN.wait()
            return x

        @ig.compute
        async def quick(x):
            return x

        @ig.compute
        async def behind(quick):
            OPEN.set()
            return quick

        @ig.output
        def bottom(slow, behind):
            return slow + behind

    assert Uneven(x=2).result.bottom == 4


@every_runner
def test_context_variables_travel(runner):
    """A coroutine sees the variables of whoever asked, and what it sets stays its own."""
    tenant = contextvars.ContextVar("tenant", default="nobody")

    async def seen(x):
        before = tenant.get()
        tenant.set("changed")
        await asyncio.sleep(0)
        return before, tenant.get()

    builder = ig.ContractBuilder("Seen", runner=runner).input("x", int)
    made = builder.output("a", seen, depends_on="x").output("b", seen, depends_on="x").build()(x=1)
    token = tenant.set("acme")
    try:
        assert set(made.result.to_dict().values()) == {("acme", "changed")}
        assert tenant.get() == "acme"
    finally:
        tenant.reset(token)


@every_runner
@pytest.mark.parametrize("raised", [asyncio.CancelledError, asyncio.CancelledError("enough")])
@pytest.mark.parametrize("later", [False, True])
def test_a_step_that_is_cancelled_fails_and_cancels_nobody_else(runner, raised, later):
    """A CancelledError from inside is the failure of that step; the others go on."""

    async def cancelled(x):
        await asyncio.sleep(0)
        raise raised

    def at_once(x):
        raise raised

    builder = ig.ContractBuilder("Cancelled", runner=runner).input("x", int)
    builder.output("bad", cancelled if later else at_once, depends_on="x")
    made = builder.output("good", asyncio.sleep, depends_on={"delay": "x"}).build()(x=0)

    with pytest.raises(ig.ResolutionError, match="node 'bad' failed: CancelledError"):
        made.resolve_all()

    assert made.result.states["good"].status == "succeeded"
    made.execution.check_invariants()

    async def main():
        with pytest.raises(ig.ResolutionError, match="node 'bad' failed: CancelledError"):
            await made.aresolve_all()
        return "went on"

    assert asyncio.run(main()) == "went on"


def test_a_step_that_cancels_itself_fails():
    """A coroutine that cancels its own task fails, whether it waits again or not."""

    async def waits(x):
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    async def returns(x):
        asyncio.current_task().cancel()
        return x

    builder = ig.ContractBuilder("Own").input("x", int).output("a", waits, depends_on="x")
    made = builder.output("b", returns, depends_on="x").build()(x=0)

    assert made.resolve_incrementally().failed_nodes == ("a", "b")


def test_a_task_that_a_step_leaves_behind_stops_nobody():
    """SystemExit in a task, and a loop that is told to stop, end neither the loop nor a step."""

    async def careless(x):
        async def leave():
            raise SystemExit

        task = asyncio.create_task(leave())
        await asyncio.wait([task])
        asyncio.get_running_loop().stop()
        await asyncio.sleep(0)
        with pytest.raises(SystemExit):
            task.result()
        return x

    builder = ig.ContractBuilder("Careless").input("x", int)
    made = builder.output("y", careless, depends_on="x").build()(x=3)

    assert made.result.y == 3
    assert made.update_inputs(x=4).result.y == 4


def test_waiting_in_a_coroutine_for_another_coroutine_is_refused():
    """A coroutine that reads a contract whose coroutine it would block is told what to write."""
    other = Sessions(x=1)

    class Reader(ig.Contract):
        how = ig.input(str)

        @ig.output
        async def value(how):
            if how == "read":
                return other.result.total[0]
            await other.aresolve_all()
            return other.result.total[0]

    with pytest.raises(ig.ResolutionError, match=r"write `await x\.aresolve_all\(\)`"):
        _ = Reader(how="read").result.value

    other.execution.check_invariants()
    assert other.result.errors == {}
    assert Reader(how="awaited").result.value == 5


def test_a_coroutine_waits_for_no_run_elsewhere():
    """Reading a contract that another thread runs would keep the loop: it is refused."""
    entered, release = threading.Event(), threading.Event()

    class Slow(ig.Contract):
        @ig.output
        def value():
            entered.set()
            assert release.wait(WAIT)
            return 1

    slow = Slow()

    class Reader(ig.Contract):
        @ig.output
        async def value():
            return slow.result.value

    reader = Reader()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: slow.result.value)
        assert entered.wait(WAIT)
        with pytest.raises(ig.ResolutionError, match="is being run, and a coroutine"):
            _ = reader.result.value
        release.set()
        assert running.result(WAIT) == 1
    assert reader.result.value == 1


def test_a_default_that_must_be_awaited_in_a_coroutine_is_refused():
    """Making an instance in a coroutine cannot wait for its default."""

    async def default():
        return 1

    contract = ig.ContractBuilder("Made").input("x", default=default).expose("x").build()

    async def make():
        return contract()

    outer = ig.ContractBuilder("Outer").output("y", make).build()
    with pytest.raises(ig.InputError, match=r"default of 'x' needs a coroutine, .*: give x=…"):
        _ = outer().result.y


def exits(code):
    """Run code in an interpreter of its own; give what it printed, and see that it ends."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout, done.stderr


ENDLESS = """
import asyncio, threading, igniter_nb as ig
begun = threading.Event()
class Endless(ig.Contract, runner={runner!r}):
    @ig.output
    async def coroutine():
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            print("cleaned", flush=True)
class Stuck(ig.Contract, runner={runner!r}):
    @ig.output
    def thread():
        begun.set()
        threading.Event().wait()
def ask():
    try:
        {what}().resolve_all()
    except ig.ResolutionError:
        pass
threading.Thread(target=ask, daemon=True).start()
assert begun.wait(30)
"""


@every_runner
@pytest.mark.parametrize(("what", "printed"), [("Endless", "cleaned\n"), ("Stuck", "")])
def test_the_process_ends_whatever_still_runs(runner, what, printed):
    """At exit coroutines are cancelled and clean up; threads that never end are left behind."""
    out, error = exits(ENDLESS.format(runner=runner, what=what))

    assert out == printed
    assert "Warning" not in error


def test_a_forked_process_has_a_loop_of_its_own():
    """The loop's thread stays with the parent; the child starts another."""
    out, _error = exits("""
import asyncio, os, sys, warnings, igniter_nb as ig
warnings.simplefilter("ignore")
class Later(ig.Contract):
    x = ig.input(int)
    @ig.output
    async def y(x):
        await asyncio.sleep(0)
        return x
assert Later(x=1).result.y == 1
if not (child := os.fork()):
    assert Later(x=2).result.y == 2
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""")

    assert out == "7\n"


def test_a_loop_that_cannot_start_says_so_and_starts_later(monkeypatch):
    """If the system has no thread left, the error comes through and the next try works."""
    fresh = ours._Ours()

    def none_left(*_):
        message = "can't start new thread"
        raise RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(ours, "start_new_thread", none_left)
        with pytest.raises(RuntimeError, match="can't start"):
            fresh.get()
    assert fresh.get().is_running()
    fresh.end()
    assert fresh.loop.is_closed()


def test_a_thread_that_cannot_start_another_does_the_work_itself(monkeypatch):
    """A function that was promised a thread runs, named or not."""
    done = threading.Event()

    def none_left(_):
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr(threading.Thread, "start", none_left)
    ours.start_thread(done.set, "none")

    assert done.wait(WAIT)
