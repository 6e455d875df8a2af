"""A guard holds only if it says so: what is always true, or has no truth, is refused."""

from __future__ import annotations

import asyncio
import collections
import concurrent.futures
import decimal
import enum
import fractions
import functools
import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig


@dataclass
class Record:
    ok: bool = False

    def check(self):
        """Say no."""
        return self.ok


class Color(enum.Enum):
    RED = 0


class Unsure:
    def __bool__(self):
        message = "ask somebody else"
        raise ValueError(message)


class Sized:
    def __init__(self, size):
        self.size = size

    def __len__(self):
        return self.size

    def __repr__(self):
        return f"Sized({self.size})"


def no(*_):
    """Say no."""
    return False


class Verdict(NamedTuple):
    ok: bool
    why: str


class Told(Verdict):
    def __bool__(self):
        return self.ok


HOLDS = np.array(None, dtype=object)
HOLDS[()] = [False]


async def numbers():
    """Give something, later."""
    yield 1


REFUSED = {
    "a function": lambda: no,
    "a method that was not called": lambda: Record().check,
    "a built-in method": lambda: "".isdigit,
    "a class": lambda: Record,
    "an enumeration": lambda: Color,
    "a partial": lambda: functools.partial(no),
    "a generator": lambda: (False for _ in range(3)),
    "a map": lambda: map(no, [1]),
    "a filter": lambda: filter(no, [1]),
    "an iterator": lambda: iter([]),
    "an asynchronous generator": numbers,
    "a future": concurrent.futures.Future,
    "an object": Record,
    "a member of an enumeration": lambda: Color.RED,
    "an error": lambda: ValueError("no"),
    "what a comparison gives that cannot be made": lambda: (1).__eq__("1"),
    "an ellipsis": lambda: ...,
    "an array": lambda: np.array([True, False]),
    "an array of one": lambda: np.array([True]),
    "an empty array": lambda: np.array([]),
    "a column": lambda: pd.Series([True]),
    "a table": lambda: pd.DataFrame({"ok": [True]}),
    "an index": lambda: pd.Index([1]),
    "a missing value": lambda: pd.NA,
    "not a number": lambda: float("nan"),
    "not a number of numpy": lambda: np.float32("nan"),
    "not a decimal number": lambda: decimal.Decimal("nan"),
    "a list of truth values": lambda: [False, False],
    "a truth value with a message": lambda: (False, "too young"),
    "a list of coroutines": lambda: [SLEEPING],
    "a list of functions": lambda: [no],
    "something that cannot say": Unsure,
    "a truth value of numpy with a message": lambda: (np.False_, "too young"),
    "a list of one of numpy": lambda: [np.False_],
    "a true one with a message": lambda: (True, "fine"),
    "nothing with a message": lambda: (None, "too young"),
    "a number with a message": lambda: (0, "too young"),
    "a named tuple": lambda: Verdict(ok=False, why="too young"),
    "a dict of truth values": lambda: {"ok": False},
    "its values": {"ok": False}.values,
    "its items": {"ok": False}.items,
    "a set": lambda: {False},
    "a frozen set": lambda: frozenset([False]),
    "a deque": lambda: collections.deque([False]),
    "a mapping of one's own": lambda: collections.UserDict(ok=False),
    "a list in a list": lambda: [[False]],
    "a list of names": lambda: ["paid"],
    "a list of nothing": list,
    "something that has a length": lambda: Sized(1),
    "a text": lambda: "False",
    "an empty text": str,
    "a text of numpy": lambda: np.str_("no"),
    "an array without dimensions that holds a list": lambda: HOLDS,
    "bytes": lambda: b"no",
    "bytes that change": lambda: bytearray(b"no"),
}


class _Sleeping:
    def __await__(self):
        """Never be awaited."""


SLEEPING = _Sleeping()


def guarded(answer, **options):
    """Build a contract with a guard of everything that answers so."""
    builder = ig.ContractBuilder("Guarded", **options)
    builder.guard("ok", lambda: answer(), gates="all", message="it does not hold")  # noqa: PLW0108 -- classes take parameters
    return builder.output("y", lambda: 1).build()


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
def test_what_says_nothing_is_refused(answer, runner):
    """The gated node does not run, and the error names the guard, what came and what to return."""
    made = guarded(answer, runner=runner)()

    with pytest.raises(
        ig.ResolutionError, match=r"guard 'ok' expects True or False from its function, got "
    ) as caught:
        _ = made.result.y

    assert not isinstance(caught.value, ig.GuardError)
    assert re.search(r"of type \w+: \w+", caught.value.message)
    assert caught.value.context["node"] == "ok"
    assert made.result.states["y"].error is caught.value or made.failed


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_later_too(answer):
    """What an awaited guard returns is judged by the same rule."""

    async def later():
        await asyncio.sleep(0)
        return answer()

    with pytest.raises(ig.ResolutionError, match="expects True or False from its function"):
        _ = guarded(later)().result.y


TRUTHS = [
    True,
    1,
    -0.5,
    2j,
    fractions.Fraction(1, 2),
    decimal.Decimal(1),
    np.True_,
    np.int64(3),
    np.array(5),
    np.array(True),
    re.match("a", "a"),
    Told(ok=True, why="fine"),
    range(1),
    float("inf"),
]
LIES = [
    False,
    None,
    0,
    0.0,
    decimal.Decimal(0),
    np.False_,
    np.int64(0),
    np.array(0),
    np.array(None, dtype=object),
    re.match("a", "b"),
    Told(ok=False, why="too young"),
    range(0),
]


@pytest.mark.parametrize("value", TRUTHS, ids=repr)
def test_what_is_true_passes(value):
    """Numbers are true unless they are zero; who has a truth of its own says it."""
    made = guarded(lambda: value)()

    assert made.result.y == 1
    assert made.resolve("ok") is True


@pytest.mark.parametrize("value", LIES, ids=repr)
def test_what_is_false_stops(value):
    """A guard that returns nothing, zero or what says that it is false does not hold."""
    with pytest.raises(ig.GuardError, match="it does not hold"):
        _ = guarded(lambda: value)().result.y


PLAIN = st.integers() | st.floats(allow_nan=False) | st.none() | st.booleans() | st.fractions(0, 1)
HOLDING = st.recursive(
    PLAIN | st.text() | PLAIN.map(np.array),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


@given(HOLDING)
def test_truth_is_pythons_where_there_is_one(value):
    """For values that hold no others a guard and Python's own ``bool`` agree; no other passes."""
    failed = guarded(lambda: value)().resolve_incrementally().failed_nodes
    holds_others = isinstance(value, (str, list, dict, tuple))

    assert (failed == ()) is (bool(value) and not holds_others)


@pytest.mark.parametrize("matcher", [{"equals": 1}, {"one_of": [1]}, {"between": (0, 2)}])
def test_a_matcher_says_true_or_false(matcher):
    """The conditions that a guard can match are truth values."""
    builder = ig.ContractBuilder("Matched").input("a").guard("ok", "a", **matcher, gates="all")
    contract = builder.output("y", lambda a: a).build()

    assert contract(a=1).result.y == 1
    with pytest.raises(ig.GuardError):
        contract(a=5).resolve("y")
