"""Contracts of inputs only, and the options of the words."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig
from igniter_nb.contract.arguments import OPTIONS
from igniter_nb.contract.builder import DraftBuilder
from igniter_nb.contract.conditions import MATCHERS
from tests.contract.declared import found

if TYPE_CHECKING:
    from collections.abc import Callable


# --- inputs only ----------------------------------------------------------------------------------


class Base(ig.Contract):
    """Has what others share."""

    x = ig.input(int)
    rate = ig.input(float, default=2.0)


def test_a_base_of_inputs_only():
    """Inputs alone are a base, from which contracts are derived."""

    class Derived(Base):
        @ig.output
        def total(x, rate):
            return x * rate

    class Further(Base):
        y = ig.input(int)

    class Both(Further, Derived):
        twice = ig.output(lambda y: 2 * y)

    assert Derived(x=3).result.total == 6.0
    assert Both(x=3, y=4).result.to_dict() == {"total": 6.0, "twice": 8}
    assert [node.name for node in Base.compiled_graph.nodes] == ["x", "rate"]
    assert Base.compiled_graph.warnings == ()
    assert Base._repr_mimebundle_()["text/plain"].startswith("contract Base")


def test_a_base_does_not_run():
    """An instance of it has nothing to run, and says so."""
    with pytest.raises(ig.CompileError, match="Base has no output, so there is nothing to run"):
        Base(x=1)


def test_a_base_is_not_nested():
    """A contract without outputs gives nothing to the one that nests it."""
    with pytest.raises(TypeError, match="compose 'b': contract Base has no output"):
        ig.ContractBuilder("Outer").compose("b", Base)


def test_what_computes_has_an_output():
    """A contract that computes, and one that is built, still need an output."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            twice = ig.compute(lambda x: 2 * x)

    assert [each.rule for each in found(declare)] == ["no-output"]
    with pytest.raises(ig.CompileError, match="has no output"):
        ig.ContractBuilder("Wrong").input("x").build()


# --- options --------------------------------------------------------------------------------------


WORDS: dict[str, Callable[..., Any]] = {
    "input": ig.input,
    "const": functools.partial(ig.const, 1),
    "compute": functools.partial(ig.compute, len),
    "lookup": functools.partial(ig.lookup, len),
    "map": functools.partial(ig.map, len, over="x"),
    "project": functools.partial(ig.project, "x", key="a"),
    "guard": functools.partial(ig.guard, "x", equals=1),
    "compose": functools.partial(ig.compose, Base),
    "output": functools.partial(ig.output, "x"),
}


@pytest.mark.parametrize("word", WORDS)
def test_an_unknown_option_lists_the_known_ones(word):
    """Every word says which options it has when it is told another, in a body and by a call."""
    options = OPTIONS[word] - {"at", "kind", "source"}

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            wrong = WORDS[word](docc="", nonsense=1)
            shown = ig.output("x")

    (problem,) = found(declare)
    needed = {"map": {"over": "x"}}.get(word, {})
    with pytest.raises(TypeError) as caught:
        getattr(ig.ContractBuilder("Wrong"), word)(
            *("y", len)[: 2 - (word == "input")], docc="", **needed
        )

    assert problem.path == "wrong"
    assert problem.message == (
        f"ig.{word}() got unexpected keyword arguments 'docc', 'nonsense'; did you mean 'doc'?"
        f" options: {', '.join(sorted(options))}"
    )
    assert str(caught.value).startswith(
        f"ig.{word}() got an unexpected keyword argument 'docc'; did you mean 'doc'?"
    )


@pytest.mark.parametrize("word", OPTIONS)
def test_the_options_are_those_of_the_methods(word):
    """What a word is said to know is what the builder's method of its name takes by name."""
    methods = [word, "compute"] if word in {"lookup", "map", "output"} else [word]
    taken = {
        name
        for method in methods
        for name, parameter in inspect.signature(vars(DraftBuilder)[method]).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    taken |= {"type"} if word == "input" else MATCHERS if word == "guard" else set()
    taken -= {"lookup": {"kind"}, "map": {"kind", "depends_on"}, "output": {"kind"}}.get(
        word, set()
    )

    assert taken == OPTIONS[word]


def test_a_map_is_over_one_node():
    """A map without ``over``, or with ``depends_on``, is told with all other problems."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            first = ig.map(len)
            second = ig.map(len, over="x", depends_on="x")
            shown = ig.output("x")

    first, second = found(declare)

    assert first.message == "ig.map() missing 1 required keyword-only argument: 'over'"
    assert second.message.startswith("ig.map() got an unexpected keyword argument 'depends_on'")


def test_a_map_over_nothing():
    """A map that names no node is told the option, and the one that was nearly it."""
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'ovr'; did you mean 'over'"):
        ig.ContractBuilder("Price").input("x").map("y", len, ovr="x")
    with pytest.raises(TypeError, match="required keyword-only argument: 'over'"):
        ig.ContractBuilder("Price").input("x").map("y", len)
