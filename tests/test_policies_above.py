"""A policy above a function: it holds for the whole body, or says that it cannot."""

from __future__ import annotations

import asyncio
import functools
import inspect
import types

import pytest

import igniter_nb as ig

DENIED = ig.Policy(denied=["network"])


async def plain():
    """Tell what is in force, before and after a wait."""
    before = ig.get_policy()
    await asyncio.sleep(0)
    return before, ig.get_policy()


async def twice():
    """Give something that is to be awaited again."""
    return plain()


@types.coroutine
def by_generator():
    """Be a coroutine of the old kind."""
    return (yield from plain().__await__())


class Promise:
    def __await__(self):
        """Do the work when it is awaited."""
        return plain().__await__()


class Callable:
    async def __call__(self):
        """Be an object that is called."""
        return await plain()


async def as_task():
    """Have the work done by a task that begins in the block."""
    return await asyncio.create_task(plain())


AWAITED = {
    "a coroutine function": plain,
    "a coroutine of a coroutine": twice,
    "a lambda": lambda: plain(),  # noqa: PLW0108 -- it hides the coroutine
    "a partial": functools.partial(plain),
    "a coroutine by generator": by_generator,
    "an awaitable object": Promise,
    "an object": Callable(),
    "a task inside": as_task,
    "a task": lambda: asyncio.get_running_loop().create_task(plain()),
}


async def asked(function):
    """Await all that a function gives."""
    found = function()
    while inspect.isawaitable(found):
        found = await found
    return found


@pytest.mark.parametrize("function", AWAITED.values(), ids=AWAITED)
def test_it_holds_to_the_end(function):
    """What is awaited runs under the policy from its first line to its last, and nothing else."""
    target = functools.partial(function)

    async def main():
        found = await asked(ig.policy(DENIED)(target))
        return found, ig.get_policy()

    assert asyncio.run(main()) == ((DENIED, DENIED), None)


def test_a_coroutine_function_stays_one():
    """Whoever asks what was decorated finds a coroutine function of the same name."""
    decorated = ig.policy(DENIED)(plain)

    assert inspect.iscoroutinefunction(decorated)
    assert decorated.__name__ == "plain"


def test_two_of_them_at_once_keep_apart():
    """Coroutines that take turns are each under their own policy."""
    other = ig.Policy(denied=["cache"])

    async def main():
        pair = ig.policy(DENIED)(plain)(), ig.policy(other)(plain)(), plain()
        return await asyncio.gather(*pair)

    assert asyncio.run(main()) == [(DENIED,) * 2, (other,) * 2, (None,) * 2]


def test_a_coroutine_that_raises_leaves_the_policy():
    """An error comes through, and the policy is over."""

    @ig.policy(DENIED)
    async def fails():
        raise ValueError(str(ig.get_policy() == DENIED))

    async def main():
        with pytest.raises(ValueError, match="True"):
            await fails()
        return ig.get_policy()

    assert asyncio.run(main()) is None


def numbers():
    """Yield."""
    yield ig.get_policy()


async def later_numbers():
    """Yield, later."""
    yield ig.get_policy()


@pytest.mark.parametrize("function", [numbers, later_numbers])
def test_a_generator_is_refused(function):
    """Its body runs when somebody reads it, so the policy is refused where it is written."""
    with pytest.raises(TypeError, match=r"into the body around what it does"):
        ig.policy(DENIED)(function)
    with pytest.raises(TypeError, match=r"'<lambda>' gives runs later"):
        ig.policy(DENIED)(lambda _=None: function())()


def test_a_class_is_refused():
    """It would only be made under the policy; the text says where to write it."""
    with pytest.raises(TypeError, match=r"got Promise: write `class"):
        ig.policy(DENIED)(Promise)
