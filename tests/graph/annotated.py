"""Annotated callables for test_callables; their annotations are not deferred unless written so."""

import functools


def written(a: int) -> float:
    """Types written as types."""
    return a / 2


def deferred(a: "int") -> "None":
    """Types written as text."""


def half_known(a: "int", b: "Unknown") -> "also.unknown":  # noqa: F821 -- names for type checkers
    """Types that are partly unknown."""


@functools.wraps(deferred)
def wrapping(*args, **named):
    """Pass on."""
    return deferred(*args, **named)


class Method:
    def price(self, a: "int"):
        return a

    @classmethod
    def made(cls, a: "int"):
        return a


class Called:
    def __call__(self, a: "int"):
        return a


class Fields:
    x: int

    def __init__(self, x: str):
        self.x = len(x)


def local():
    """Types of a function's own."""
    number = int
    kind = Method

    def inner(a: "kind") -> "number":
        return kind, number

    return inner
