"""The state that reducers are given: equal to plain data, readable like it, and fixed."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus.state_machine.frozen import FrozenDict, FrozenList, freeze, thaw
from igniter_nb.errors import CommandError

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_frozen_data_is_equal_and_thaws_to_the_same(value):
    """Freezing and thawing change neither values nor order, and share nothing with the origin."""
    frozen = freeze(value)

    assert frozen == value
    assert thaw(frozen) == value
    assert json.dumps(frozen) == json.dumps(value) == json.dumps(thaw(frozen))
    assert freeze(frozen) is frozen
    assert types(thaw(frozen)) == types(value)
    assert types(copy.deepcopy(frozen)) == types(pickle.loads(pickle.dumps(frozen))) == types(value)  # noqa: S301 -- our own bytes


def types(value):
    """Write the types of a value and of everything in it."""
    if isinstance(value, dict):
        return [type(value), {key: types(item) for key, item in value.items()}]
    if isinstance(value, list):
        return [type(value), [types(item) for item in value]]
    return type(value), repr(value)


def test_frozen_data_reads_like_plain_data():
    """All that makes a new value works, and the new value is plain."""
    state = freeze({"b": [3, 1], "a": {"n": 1}})
    items = state["b"]

    assert isinstance(state, dict)
    assert isinstance(items, list)
    assert type({**state, "c": 1}) is type(state | {"c": 1}) is type({"c": 1} | state) is dict
    assert type(state.copy()) is type(copy.copy(state)) is type(state.fromkeys("ab")) is dict
    assert type([*items, 2]) is type(items + [2]) is type([2] + items) is list  # noqa: RUF005
    assert type(items[:]) is type(items.copy()) is type(copy.copy(items)) is type(items * 2) is list
    assert (sorted(state), sorted(items), [n for n in items if n > 1]) == (["a", "b"], [1, 3], [3])
    assert list(reversed(items)) == [1, 3]
    match state:
        case {"a": {"n": n}, "b": [first, *_]}:
            assert (n, first) == (1, 3)


def test_parts_that_are_frozen_are_taken_as_they_are():
    """Only what is new is walked: the rest keeps its identity."""
    old = freeze({"a": [1, {"b": 2}], "c": {"d": 3}, "n": None})

    new = freeze({**old, "e": {"f": old["a"]}}, since=old)

    assert type(new) is FrozenDict
    assert new["a"] is old["a"]
    assert new["e"]["f"] is old["a"]
    assert type(new["e"]) is FrozenDict
    assert type(new["a"]) is FrozenList


@pytest.mark.parametrize("value", [{1: 2}, {"a": {1: 2}}, {"a": 1.5, "b": float("nan")}, (1,)])
def test_only_plain_data_freezes(value):
    """Anything else is refused, also next to parts that are known."""
    old = freeze({"a": 1.5})

    for since in (None, old):
        with pytest.raises(CommandError, match="a state is plain data, and this is not: state"):
            freeze(value, since=since)
