"""Decorators around a word that no node can be made with: one problem says which to drop."""

from __future__ import annotations

import functools

import pytest

import igniter_nb as ig
from tests.contract.declared import found

WORDS = {
    "compute": ig.compute,
    "lookup": ig.lookup,
    "output": ig.output,
    "guard": ig.guard,
    "const": ig.const,
}


@pytest.mark.parametrize("options", [False, True])
@pytest.mark.parametrize("outer", WORDS)
@pytest.mark.parametrize("inner", WORDS)
def test_two_words_above_one_function(outer, inner, options):
    """Two words above one function are one problem that says which of them to drop."""

    def declare():
        class Wrong(ig.Contract):
            x = ig.input(int)
            shown = ig.output("x")

            @WORDS[outer]
            @(WORDS[inner](doc="said") if options else WORDS[inner])
            def o(x):
                return x

    (problem,) = found(declare)

    assert problem.path == "o"
    assert problem.message.startswith(f"@ig.{outer} and @ig.{inner} stand above the function 'o': ")
    pair = {outer, inner}
    if pair in ({"output", "compute"}, {"output", "lookup"}):
        (other,) = pair - {"output"}
        assert problem.message.endswith(f"@ig.output alone computes; drop @ig.{other}")
    elif len(pair) > 1 and "output" in pair:
        assert problem.message.endswith("drop @ig.output, and show it with ig.expose('o')")
    else:
        assert "drop" in problem.message


METHODS = [property, classmethod, staticmethod, functools.cached_property]


@pytest.mark.parametrize("decorate", METHODS)
@pytest.mark.parametrize("options", [False, True])
@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("word", WORDS)
def test_a_node_is_no_method(decorate, word, options, above):
    """What makes properties and methods is to be dropped, above a word or below it."""
    if decorate is staticmethod and not above and word != "const":
        return  # it is called like the function

    def declare():
        said = WORDS[word](doc="said") if options else WORDS[word]
        first, second = (decorate, said) if above else (said, decorate)

        class Wrong(ig.Contract):
            x = ig.input(int)
            shown = ig.output("x")

            @first
            @second
            def o(x):
                return x

    problems = found(declare)

    assert [each.message for each in problems] == [
        f"drop @{decorate.__name__}: @ig.{word} makes a node of the function as it is"
    ]
