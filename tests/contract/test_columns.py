"""``Contract.vectorised``: whole columns through a contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig


class Price(ig.Contract):
    """A price out of columns."""

    amount = ig.input(float)
    rate = ig.input(float, default=0.25)

    @ig.compute
    def tax(amount, rate):
        return amount * rate

    @ig.output
    def total(amount, tax):
        return amount + tax

    @ig.output
    def dear(amount):
        return np.where(amount > 5, "yes", "no")


FRAME = pd.DataFrame({"amount": [4.0, 8.0]}, index=["second", "first"])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_columns_give_what_rows_give(amounts: list[float]) -> None:
    """Functions that are written for columns give the same as row by row."""
    frame = pd.DataFrame({"amount": amounts})

    pd.testing.assert_series_equal(
        Price.vectorised(frame, outputs=["total"])["total"],
        Price.map(frame, outputs=["total"])["total"],
    )


def test_each_function_is_called_once() -> None:
    """A column is one call, however long it is."""
    called = []

    class Counted(ig.Contract):
        amount = ig.input(float)

        @ig.output
        def twice(amount):
            called.append(len(amount))
            return amount * 2

    Counted.vectorised(pd.DataFrame({"amount": [1.0] * 1000}))

    assert called == [1000]


def test_the_index_is_kept() -> None:
    """What comes out stands under the labels of the rows, as arrays too."""
    result = Price.vectorised(FRAME)

    assert result.to_dict("index") == {
        "second": {"total": 5.0, "dear": "no"},
        "first": {"total": 10.0, "dear": "yes"},
    }


def test_whole_numbers_are_floats_where_floats_are_declared() -> None:
    """A column of whole numbers is handed on as floats, as a whole number is."""
    result = Price.vectorised(pd.DataFrame({"amount": [4, 8]}))

    assert result["total"].dtype == float


def test_frames_of_polars() -> None:
    """Polars gives polars."""
    pl = pytest.importorskip("polars")

    result = Price.vectorised(pl.DataFrame({"amount": [4.0, 8.0]}), outputs=["total"])

    assert isinstance(result, pl.DataFrame)
    assert result["total"].to_list() == [5.0, 10.0]


def test_one_value_stands_for_all_rows() -> None:
    """What does not depend on a column is the same in each row."""

    class Same(ig.Contract):
        amount = ig.input(float)
        note = ig.input(str, default="ok")

        @ig.output
        def said(note):
            return note.upper()

        @ig.output
        def same(amount):
            return amount

    assert Same.vectorised(FRAME)["said"].tolist() == ["OK", "OK"]


def test_columns_of_other_types_are_looked_at_value_by_value() -> None:
    """Texts, truths and anything at all fit as they fit an input; what does not is refused."""

    class Kinds(ig.Contract):
        name = ig.input(str)
        is_new = ig.input(bool)
        other = ig.input(Any)

        @ig.output
        def said(name, is_new, other):
            return name + other.astype(str)

    frame = pd.DataFrame({"name": ["a", "b"], "is_new": [True, False], "other": [1, 2]})

    assert Kinds.vectorised(frame)["said"].tolist() == ["a1", "b2"]
    with pytest.raises(ig.InputError, match="in 1 row, first row 1") as caught:
        Kinds.vectorised(frame.assign(name=["a", 5]))
    assert [problem.node for problem in caught.value.problems] == ["name"]


def test_a_function_changes_nobody_elses_column() -> None:
    """A column is kept apart, as any value is: the frame and the other readers keep theirs."""

    class Greedy(ig.Contract):
        amount = ig.input(float)

        @ig.output
        def spoilt(amount):
            amount = amount.copy()
            amount[:] = 0.0
            return amount

        @ig.output
        def kept(amount):
            return amount

    result = Greedy.vectorised(FRAME)

    assert result["kept"].tolist() == [4.0, 8.0]
    assert FRAME["amount"].tolist() == [4.0, 8.0]


def test_a_guard_holds_in_all_rows_or_says_where_not() -> None:
    """A guard that is given columns must hold in each row; of one value it is as always."""

    class Guarded(ig.Contract):
        amount = ig.input(float)
        limit = ig.const(9.0)

        @ig.guard(message="an amount is positive")
        def positive(amount):
            return amount > 0

        @ig.guard
        def small(limit):
            return limit < 5

        @ig.output
        def same(amount, positive):
            return amount

        @ig.output
        def never(amount, small):
            return amount

    spoilt = pd.DataFrame({"amount": [1.0, 2.0, -1.0]})

    assert Guarded.vectorised(FRAME, outputs=["same"])["same"].tolist() == [4.0, 8.0]
    with pytest.raises(ig.GuardError, match="an amount is positive in 1 of 3 rows, first in row 2"):
        Guarded.vectorised(spoilt)
    with pytest.raises(ig.GuardError, match="'small' does not hold in all rows"):
        Guarded.vectorised(FRAME)


class Branches(ig.Contract):
    """Functions that are not written for columns."""

    amount = ig.input(float)

    @ig.output
    def fee(amount):
        return 1.0 if amount > 5 else 0.0

    @ig.output
    def first(amount):
        return [amount.iloc[0]]

    @ig.output
    def whole(amount):
        return {"a": 1, "b": 2}

    @ig.output
    def owner(self, amount):
        return amount * self.rate

    rate = 2.0


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("fee", "node 'fee' failed: ValueError"),
        ("first", "'first' gives list with 1 value for 2 rows"),
        ("whole", "'whole' gives dict with 2 values for 2 rows"),
    ],
)
def test_what_cannot_take_columns_is_named(output: str, said: str) -> None:
    """Nothing falls back in silence: the error names the node and what to do."""
    with pytest.raises(ig.ResolutionError, match=said) as caught:
        Branches.vectorised(FRAME, outputs=[output])

    assert caught.value.context["node"] == output
    assert "use map" in caught.value.message


def test_a_function_that_wants_the_contract_gets_it() -> None:
    """Attributes of the class are there for whoever asks for the contract itself."""
    assert Branches.vectorised(FRAME, outputs=["owner"])["owner"].tolist() == [8.0, 16.0]


def test_arguments_are_checked() -> None:
    """What is no frame, misses columns, or asks for unknown outputs is refused."""
    with pytest.raises(TypeError, match="expected a frame of pandas or polars"):
        Price.vectorised([{"amount": 1.0}])
    with pytest.raises(ig.InputError, match="did you mean 'amont'"):
        Price.vectorised(pd.DataFrame({"amont": [1.0]}))
    with pytest.raises(KeyError, match="known: total, dear"):
        Price.vectorised(FRAME, outputs=["x"])


def test_policies_hold() -> None:
    """A denied node is not entered."""

    class Rates(ig.Contract):
        amount = ig.input(float)

        @ig.output
        @ig.requires("network")
        def rate(amount):
            raise AssertionError

    with ig.policy(denied=["network"]), pytest.raises(ig.CapabilityViolationError):
        Rates.vectorised(FRAME)
