"""Many items at once: what is fast says what a loop over the items says."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.incremental import same

MANY = 9
"""More than a loop would be taken for."""


def one_by_one(old: Any, new: Any) -> bool:
    """Compare lists, tuples and dictionaries by a loop: the dumb twin."""
    if type(old) is not type(new):
        return False
    if type(new) is dict:
        return old is not new and one_by_one([*old.items()], [*new.items()])
    if type(new) is list and old is new:
        return False
    if type(new) in (list, tuple):
        return len(old) == len(new) and all(map(one_by_one, old, new))
    return same(old, new)


SCALARS = st.one_of(
    st.sampled_from([0, 1, True, False, None, "a", b"a", 0.0, -0.0, 1.0, float("nan"), 1j]),
    st.floats(),
    st.text(max_size=1),
)
ROWS = st.one_of(
    SCALARS,
    st.tuples(SCALARS, SCALARS),
    st.lists(SCALARS, max_size=2),
    st.fixed_dictionaries({"a": SCALARS, "b": SCALARS}),
    st.dictionaries(st.sampled_from(["a", "b", 1, True]), SCALARS, max_size=2),
)
KINDS = st.one_of(
    st.lists(SCALARS, min_size=MANY, max_size=MANY + 2),
    st.lists(st.floats(), min_size=MANY, max_size=MANY),
    st.lists(st.tuples(SCALARS, SCALARS), min_size=MANY, max_size=MANY),
    st.lists(st.lists(SCALARS, min_size=2, max_size=2), min_size=MANY, max_size=MANY),
    st.lists(st.fixed_dictionaries({"a": SCALARS}), min_size=MANY, max_size=MANY),
    st.lists(ROWS, min_size=MANY, max_size=MANY),
)


@given(KINDS, st.data())
def test_many_items_are_compared_as_a_loop_would(old, data):
    """Whatever one of many items is replaced by, the fast way and the loop agree."""
    new = copy.deepcopy(old)
    new[data.draw(st.integers(0, len(new) - 1))] = data.draw(ROWS)

    assert same(old, new) == one_by_one(old, new)
    assert same(new, old) == one_by_one(new, old)


@given(KINDS)
def test_a_copy_of_many_items_is_the_same(old):
    """Many items are recognised, whatever types they are of."""
    assert same(old, copy.deepcopy(old))


@given(KINDS, KINDS)
def test_two_tables_are_compared_as_a_loop_would(old, new):
    """Tables made apart are the same where a loop says so."""
    assert same(old, new) == one_by_one(old, new)


def numbered(**last: Any) -> list[dict[Any, Any]]:
    """Return many dictionaries."""
    return [{"a": spot, "b": [spot]} for spot in range(MANY)] + [last or {"a": 0, "b": [0]}]


SHARED = [1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([SHARED] * MANY, [SHARED] * MANY),
        (numbered(b=[0], a=0), numbered()),
        (numbered(a=0), numbered()),
        ([{1: 2}] * MANY, [{True: 2} for _ in range(MANY)]),
        ([(SHARED, 1)] * MANY, [(SHARED, 1)] * MANY),
        ([()] * MANY, [*[()] * (MANY - 1), (1,)]),
        ([1] * MANY, [True] * MANY),
        ([1] * MANY, [1] * (MANY + 1)),
        ([1, True] * MANY, [True, 1] * MANY),
        ([1, None] * MANY, [1, "a"] * MANY),
    ],
)
def test_a_row_that_differs_or_is_shared_is_found(old, new):
    """Rows in another order, of other keys, or that both lists hold, have changed."""
    assert not same(old, new)
    assert not same(new, old)


def test_rows_of_no_columns_are_the_same():
    """Rows without items, and rows that hold more than there are rows, are compared as well."""
    wide = [tuple(range(50)) for _ in range(MANY)]

    assert same([()] * MANY, [()] * MANY)
    assert same(wide, copy.deepcopy(wide))


def test_lists_that_share_their_items_many_times_end():
    """Items that stand in many places are counted each time: what is too much has changed."""
    old: Any = 1
    new: Any = 1
    for _ in range(40):
        old, new = [old] * MANY, [new] * MANY

    assert not same(old, new)
