"""Defaults of parameters that are nodes: no step is ever given a declaration for a value."""

from __future__ import annotations

import functools
from typing import Any

import pytest

import igniter_nb as ig
from tests.contract.declared import found


def adds(price, r=0.0):
    """Add two numbers."""
    return price + r


def names(price, **named):
    """Name what comes."""
    return price, named


class Adds:
    """Makes callables whose second parameter has a default."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def method(self) -> Any:
        """Return a bound method."""

        class Holder:
            def add(self, price, r=self.node):
                return price, r

        return Holder().add

    def wrapped(self) -> Any:
        """Return what keeps the parameters of what it wraps."""
        inner = lambda price, r=self.node: (price, r)  # noqa: E731

        @functools.wraps(inner)
        def call(*args: Any, **named: Any) -> Any:
            return inner(*args, **named)

        return call

    def executor(self) -> Any:
        """Return an executor class."""

        class Add(ig.Executor):
            def call(self, price, r=self.node):
                return price, r

        Add.call.__defaults__ = (self.node,)
        return Add


WAYS = [
    lambda node: lambda price, r=node: (price, r),
    lambda node: lambda price, *, r=node: (price, r),
    lambda node: lambda price, r=[node]: (price, r),
    lambda node: functools.partial(lambda price, r=node: (price, r)),
    lambda node: Adds(node).wrapped(),
    lambda node: Adds(node).executor(),
    lambda node: Adds(node).executor()(),
]
WORDS = [ig.compute, ig.lookup, ig.output, ig.guard]


@pytest.mark.parametrize("make", WAYS)
@pytest.mark.parametrize("word", WORDS)
def test_a_node_is_no_default(make, word):
    """A default that is a node is a problem at its node, with what to write instead."""

    def declare():
        class Wrong(ig.Contract):
            price = ig.input(float)
            rate = ig.input(float)
            total = word(make(rate))
            shown = ig.output("price")

    (problem,) = found(declare)

    assert (problem.rule, problem.path) == ("node-as-default", "total")
    assert "the default of parameter 'r' of" in problem.message
    assert "is the node 'rate', which is no value" in problem.message
    assert problem.hint == "name the parameter 'rate', or use depends_on={'r': 'rate'}"
    assert "test_defaults" in problem.place


@pytest.mark.parametrize("make", WAYS)
@pytest.mark.parametrize("depends_on", [{"price": "price", "r": "rate"}, ["price", "r"]])
def test_a_default_that_is_never_used_does_no_harm(make, depends_on):
    """Where ``depends_on`` passes the parameter, its default is no matter."""

    class Fine(ig.Contract):
        price = ig.input(float)
        rate = ig.input(float)
        r = ig.output(lambda rate: rate)
        total = ig.output(make(rate), depends_on=depends_on)

    got = Fine(price=1.0, rate=2.0).result.total
    assert got in (3.0, (1.0, 2.0), (1.0, {"r": 2.0}))


def test_the_default_may_be_the_node_of_its_own_name():
    """A parameter that is called like the node of its default is passed the value."""

    class Fine(ig.Contract):
        rate = ig.input(float)

        @ig.output
        def total(rate=rate):
            return rate

    assert Fine(rate=2.0).result.total == 2.0


def test_another_node_of_the_name_of_the_parameter():
    """A default that names one node is not silently another one."""

    def declare():
        class Wrong(ig.Contract):
            rate = ig.input(float)
            r = ig.input(float)

            @ig.output
            def total(r=rate):
                return r

    assert found(declare)[0].rule == "node-as-default"


def test_a_default_without_a_name():
    """A node made on the spot as a default is told as that."""

    def declare():
        class Wrong(ig.Contract):
            price = ig.input(float)
            total = ig.output(lambda price, r=ig.input(float): (price, r))  # noqa: B008

    problems = found(declare)

    assert "is a node without a name" in problems[0].message


OTHERS = [
    lambda node: ig.output(functools.partial(adds, r=node), depends_on=["rate"]),
    lambda node: ig.output(functools.partial(names, price=1, r=[node])),
    lambda node: ig.output(functools.partial(adds, node), depends_on=[]),
    lambda node: ig.output(functools.partial(adds, node, r=node), depends_on=[]),
    lambda node: ig.input(float, default=functools.partial(adds, node)),
    lambda node: ig.input(float, default=lambda r=node: r),
    lambda node: ig.input(float, default=Adds(node).method()),
    lambda node: ig.const(lambda r=node: r),
    lambda node: ig.output(adds, depends_on="rate", equal=lambda a, b, r=node: a == b + r),
]


@pytest.mark.parametrize("make", OTHERS)
def test_a_function_brings_no_node(make):
    """A node that a function or a partial brings along is refused where nothing replaces it."""

    def declare():
        class Wrong(ig.Contract):
            rate = ig.input(float)
            wrong = make(rate)
            shown = ig.output("rate")

    problem = found(declare)[0]

    assert "got the node 'rate'" in problem.message
    assert problem.path == "wrong"


def test_what_has_no_signature_has_no_default():
    """A callable without a readable signature is taken as before."""

    class Fine(ig.Contract):
        words = ig.input(dict)
        total = ig.output(dict, depends_on=["words"])

    assert Fine(words={"a": 1}).result.total == {"a": 1}
