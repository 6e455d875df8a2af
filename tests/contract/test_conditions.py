"""The conditions that a guard can match a value against."""

from __future__ import annotations

import pickle
import re

import pytest

import igniter_nb as ig
from igniter_nb.contract.conditions import condition


class Loud:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("matcher", "holds", "fails", "said"),
    [
        ({"equals": "UA"}, ["UA"], ["PL", None], "= 'UA'"),
        ({"equals": None}, [None], [0, ""], "= None"),
        ({"one_of": ["UA", "PL"]}, ["UA", "PL"], ["DE", None], "one of 'UA', 'PL'"),
        ({"one_of": (1, None)}, [1, None], [2], "one of 1, None"),
        ({"one_of": {"b", "a", "c"}}, ["a"], ["d"], "one of 'a', 'b', 'c'"),
        ({"one_of": frozenset({2, 1})}, [2], [3], "one of 1, 2"),
        ({"one_of": iter(["x"])}, ["x"], ["y"], "one of 'x'"),
        ({"one_of": range(3)}, [0, 2], [3], "one of 0, 1, 2"),
        ({"one_of": [[1], [2]]}, [[1]], [[3]], "one of [1], [2]"),
        ({"matches": "^U"}, ["UA", "U"], ["AU"], "matches ^U"),
        ({"matches": re.compile("a$", re.IGNORECASE)}, ["UA"], ["AU"], "matches a$"),
        ({"matches": "^4"}, [42, 4.0], [24], "matches ^4"),
        ({"between": (1, 3)}, [1, 2, 3], [0, 4], "between 1 and 3"),
        ({"between": ["b", "d"]}, ["b", "c"], ["a", "e"], "between 'b' and 'd'"),
        ({"equals": Loud()}, [], [1], "= <Loud: repr raised RuntimeError>"),
    ],
)
def test_a_condition_holds_or_not(matcher, holds, fails, said):
    """There are equals, one_of, matches (found in the text) and between (bounds included)."""
    holding, words = condition("ok", matcher)

    assert [holding(value) for value in holds] == [True] * len(holds)
    assert [holding(value) for value in fails] == [False] * len(fails)
    assert words == said


@pytest.mark.parametrize(
    ("matcher", "message"),
    [
        ({}, "guard 'ok' expects exactly one of equals=, one_of=, .* got none"),
        ({"equals": 1, "between": (1, 2)}, "got equals, between"),
        ({"equal": 1}, "exactly one of equals=.* got equal"),
        ({"one_of": "UA"}, "guard 'ok': one_of expects a list of values, got 'UA'"),
        ({"one_of": 5}, "one_of expects a list of values, got 5"),
        ({"matches": "("}, r"guard 'ok': matches expects a regular expression, got '\('"),
        ({"matches": 5}, "matches expects a regular expression, got 5"),
        ({"between": 5}, r"guard 'ok': between expects \(lowest, highest\), got 5"),
        ({"between": (1, 2, 3)}, r"between expects \(lowest, highest\), got \(1, 2, 3\)"),
    ],
)
def test_a_wrong_matcher_is_refused(matcher, message):
    """None, several, unknown or misformed matchers are told with what is expected."""
    with pytest.raises(TypeError, match=message):
        condition("ok", matcher)


@pytest.mark.parametrize(
    "matcher",
    [{"equals": 1}, {"one_of": [1, 2]}, {"matches": "a"}, {"between": (1, 2)}],
)
def test_conditions_are_values(matcher):
    """The same condition is equal and can be pickled, so graphs with guards are and can."""
    one, other = condition("ok", matcher)[0], condition("ok", matcher)[0]

    assert one == other
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 -- our own bytes


@pytest.mark.parametrize(
    ("options", "good", "bad", "words"),
    [
        ({"equals": "UA"}, "UA", "PL", "expected = 'UA'"),
        ({"one_of": ["UA"]}, "UA", "PL", "expected one of 'UA'"),
        ({"matches": "^U"}, "UA", "PL", "expected matches \\^U"),
        ({"between": ("A", "B")}, "AA", "PL", "expected between 'A' and 'B'"),
    ],
)
def test_a_guard_says_what_it_wanted(options, good, bad, words):
    """A guard gives True or stops with its message, what it got and what it expected."""
    builder = ig.ContractBuilder("Price").input("country", str)
    contract = builder.guard("ok", "country", message="not here", **options).expose("ok").build()

    assert contract(country=good).result.ok is True
    with pytest.raises(ig.GuardError, match=rf"^not here \(got country='PL', {words}\)"):
        contract(country=bad).resolve("ok")
