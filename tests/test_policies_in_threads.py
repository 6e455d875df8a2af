"""Policies and threads: what was made in a block stays denied, from any thread and at any time."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

import igniter_nb as ig

WAIT = 30.0


class Fetch(ig.Contract):
    x = ig.input(int)
    plain = ig.output(lambda x: x, depends_on="x")

    @ig.output(capabilities=["network"])
    def fetched(x):
        return x


class Around(ig.Contract):
    x = ig.input(int)
    inner = ig.compose(Fetch, inputs=["x"])
    fetched = ig.output("inner.fetched")


def by_thread(work):
    """Run in a thread that knows nothing of the caller."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join(WAIT)
    return found[0]


def by_pool(work):
    """Run in the standard library's pool."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(WAIT)


def by_map(work):
    """Run in the standard library's pool, mapped."""
    with ThreadPoolExecutor(1) as pool:
        return next(iter(pool.map(lambda _: work(), [1])))


def by_old_pool(work):
    """Run in a thread that was there before the block."""
    return OLD.submit(work).result(WAIT)


def by_executor(work):
    """Run by a loop in its pool."""

    async def main():
        return await asyncio.get_running_loop().run_in_executor(None, work)

    return asyncio.run(main())


def by_callback(work):
    """Run as a callback of a loop that another thread runs."""

    def main():
        async def wait():
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(lambda: future.set_result(work()))
            return await future

        return asyncio.run(wait())

    return by_thread(main)


def by_timer(work):
    """Run by a timer."""
    found = []
    timer = threading.Timer(0, lambda: found.append(work()))
    timer.start()
    timer.join(WAIT)
    return found[0]


def here(work):
    """Run where it stands."""
    return work()


OLD = ThreadPoolExecutor(1)
WAYS = [by_thread, by_pool, by_map, by_old_pool, by_executor, by_callback, by_timer, here]
every_way = pytest.mark.parametrize("way", WAYS)


def denied(way, made, name="fetched"):
    """Tell whether an instance is denied its step, asked in a way."""

    def ask():
        try:
            made.resolve(name)
        except ig.CapabilityViolationError:
            return True
        return False

    return way(ask)


@every_way
@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("contract", [Fetch, Around])
def test_what_was_made_in_a_block_is_denied_from_any_thread(way, runner, contract):
    """While the block lasts and after it, whoever asks: an instance keeps what its block denied."""
    with ig.policy(denied=["network"]):
        made = contract.configured(runner=runner)(x=1)
        assert denied(way, made)

    assert denied(way, made)
    assert not denied(way, contract.configured(runner=runner)(x=1))


@every_way
def test_a_step_that_starts_threads_is_followed(way):
    """What a step makes under a policy and has asked in a thread of its own is denied there."""
    seen = []

    class Outer(ig.Contract):
        @ig.output
        def done():
            seen.append(denied(way, Fetch(x=1)))
            return True

    class Strict(Outer, policy=ig.Policy(denied=["network"])):
        pass

    _ = Strict().result.done
    with ig.policy(denied=["network"]):
        made = Outer()
    _ = made.result.done
    _ = Outer().result.done

    assert seen == [True, True, False]


def test_what_hands_the_context_on_is_under_the_block():
    """An instance made in another thread is denied if that thread was given the context."""

    def work():
        return denied(here, Fetch(x=1))

    async def aside():
        return await asyncio.to_thread(work)

    with ig.policy(denied=["network"]):
        context = contextvars.copy_context()
        assert by_pool(lambda: context.run(work))
        assert asyncio.run(aside())


@every_way
def test_a_nested_contract_read_by_itself_is_denied_too(way):
    """The execution of a nested contract is under what the one around it is under."""
    with ig.policy(denied=["network"]):
        made = Around(x=1)
    with pytest.raises(ig.CapabilityViolationError):
        made.resolve_all()
    (child,) = made.children.values()

    assert denied(way, child)


def test_a_passing_block_leaves_nothing_behind():
    """An instance made outside is denied inside a block and free behind it, nested ones too."""
    made = Around(x=1)
    with ig.policy(denied=["network"]):
        assert denied(here, made)

    assert made.result.fetched == 1
    (child,) = made.children.values()
    assert child.update_inputs(x=2).result.fetched == 2


def test_the_error_says_where_the_policy_comes_from():
    """Whoever asks outside is told that the instance was made in a block; nobody else is."""
    with ig.policy(denied=["network"]):
        made, around = Fetch(x=1), Around(x=1)
        outside = Fetch.configured(policy=ig.Policy(denied=["network"]))
    for each in (made, around):
        with pytest.raises(ig.CapabilityViolationError, match="make it outside the block"):
            each.resolve_all()
    with pytest.raises(ig.CapabilityViolationError) as caught:
        outside(x=1).resolve_all()
    assert caught.value.message.endswith("uses denied capabilities: network")


def test_defaults_and_plans_are_under_the_same_policy():
    """What is planned in another thread is what would happen there."""
    with ig.policy(denied=["network"]):
        made = Fetch(x=1)

    assert by_pool(made.plan).violations == (("fetched", ("network",)),)


def test_blocks_add_up_in_what_they_leave():
    """An instance remembers all blocks around it, and its contract's own policy."""

    class Own(Fetch, policy=ig.Policy(denied=["cache"])):
        queued = ig.output(lambda x: x, depends_on="x", capabilities=["queue"])
        cached = ig.output(lambda x: x, depends_on="x", capabilities=["cache"])

    with ig.policy(denied=["network"]), ig.policy(denied=["queue"]):
        made = Own(x=1)

    assert [denied(here, made, name) for name in ("fetched", "queued", "cached", "plain")] == [
        True,
        True,
        True,
        False,
    ]


def test_a_task_started_inside_keeps_the_block_when_it_is_over():
    """A task that outlives the block in which it began is denied still."""

    async def main():
        begin = asyncio.Event()

        async def late():
            await begin.wait()
            return denied(here, Fetch(x=1))

        with ig.policy(denied=["network"]):
            task = asyncio.create_task(late())
            await asyncio.sleep(0)
        begin.set()
        return await task, denied(here, Fetch(x=1))

    assert asyncio.run(main()) == (True, False)


def test_a_block_in_a_generator_lifts_no_other():
    """A generator that is left inside somebody else's block takes back its own policy alone."""

    def generator():
        with ig.policy(denied=["cache"]):
            yield

    asked = ig.Policy(denied=["network"])
    walk = generator()
    next(walk)
    with ig.policy(asked):
        walk.close()
        assert ig.get_policy() == asked

    assert ig.get_policy() is None


def test_a_block_left_in_another_context_stays_where_it_is():
    """Leaving a block where it is not in force changes nothing there: it fails closed."""

    def generator():
        with ig.policy(denied=["cache"]):
            yield

    walk = generator()
    context = contextvars.copy_context()
    context.run(next, walk)
    with ig.policy(denied=["network"]) as block:
        walk.close()
        assert ig.get_policy() == block

    assert context.run(ig.get_policy) == ig.Policy(denied=["cache"])


def test_a_block_can_be_entered_in_every_way():
    """By a with statement, again and inside itself, by a stack, by hand and as a decorator."""
    block = ig.policy(denied=["network"])
    with block as outer, block:
        assert ig.get_policy() == outer
    with block:
        assert ig.get_policy() == outer
    with ExitStack() as stack:
        assert stack.enter_context(block) == outer
        assert ig.get_policy() == outer
    block.__enter__()
    assert ig.get_policy() == outer
    block.__exit__(None, None, None)
    assert ig.get_policy() is None

    assert block(ig.get_policy)() == outer
    assert ig.get_policy() is None


def test_a_block_that_raises_is_left():
    """An error inside a block ends it and goes on."""
    with pytest.raises(ValueError, match="inside"), ig.policy(denied=["network"]):
        int("inside")

    assert ig.get_policy() is None
