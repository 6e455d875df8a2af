"""Functions that a process which knows nothing of the tests can import and call."""

from __future__ import annotations

import asyncio
import os
import threading

import igniter_nb as ig


class Half(ig.Executor):
    """An executor class, made anew for each call."""

    def call(self, x):
        """Halve a number."""
        return x / 2


class Times(ig.Executor):
    """An executor instance, which is used as it is."""

    def __init__(self, factor):
        self.factor = factor

    def call(self, x):
        """Multiply a number."""
        return x * self.factor


def twice(x):
    """Double a number."""
    return 2 * x


def named(x, *, by=10):
    """Multiply by what is given by name."""
    return x * by


def parity(x):
    """Say whether a number is even: a value that seldom changes."""
    return x % 2


def broken(x):
    """Fail."""
    msg = f"no {x} here"
    raise LookupError(msg)


def positive(x):
    """Judge a number."""
    return x > 0


def where(x):
    """Say which process and thread this is."""
    return os.getpid(), threading.get_ident(), x


def items(x):
    """Make a value that can be changed in place."""
    return [0] * x


def appended(items):
    """Change an argument in place."""
    items.append(1)
    return items


def written(array):
    """Write into an array."""
    array[0] = 1
    return array


async def later(x):
    """Take a moment on the loop."""
    await asyncio.sleep(0)
    return x + 1


def promised(x):
    """Return what has to be awaited, though no coroutine function says so."""
    return later(x)
