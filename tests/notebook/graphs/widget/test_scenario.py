from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import igniter_nb as ig
from igniter_nb.notebook.graphs.widget.scenario import Scenario, difference


@pytest.mark.parametrize(
    ("then", "now", "by"),
    [
        (120.0, 180.0, "+60 (+50 %)"),
        (3, 2, "\N{MINUS SIGN}1 (\N{MINUS SIGN}33.3 %)"),
        (0, 1500, "+1,500"),
        (-2.0, -1.0, "+1 (+50 %)"),
        (0.1 + 0.2, 0.3, "\N{MINUS SIGN}5.55112e-17 (\N{MINUS SIGN}1.85e-14 %)"),
        (Decimal("0.10"), Decimal("0.35"), "+0.25 (+250 %)"),
        (Decimal(1), 1.5, "+0.5 (+50 %)"),
        (float("nan"), 1.0, ""),
        (1, True, ""),
        (dt.date(2026, 1, 1), dt.date(2026, 1, 4), "+3 days"),
        (dt.datetime(2026, 1, 1, 10), dt.datetime(2026, 1, 1, 9), "\N{MINUS SIGN}1:00:00"),  # noqa: DTZ001
        (dt.datetime(2026, 1, 1), dt.date(2026, 1, 1), ""),  # noqa: DTZ001
        ([1], [1, 2], "+1 item"),
        ({"a": 1, "b": 2}, {}, "\N{MINUS SIGN}2 items"),
        ([1], [2], ""),
        ("a", "bcd", ""),
        ([1], (1, 2), ""),
    ],
)
def test_a_difference_is_said_where_that_can_be_done(then, now, by):
    """Numbers with sign and share, dates as time between, collections as items; else nothing."""
    assert difference(then, now) == by


def test_numbers_of_numpy_are_numbers():
    """A mean of a column differs as a float does."""
    column = pd.Series([1.0, 2.0])

    assert difference(column.mean(), column.to_numpy()[1]) == "+0.5 (+33.3 %)"


FRAME = pd.DataFrame({"a": [1.0, None, 3.0], "b": ["x", "y", "z"]})


@pytest.mark.parametrize(
    ("then", "now", "by"),
    [
        ([1, 2, [3]], [1, 5, [4]], "2 of 3 items differ"),
        ({"a": 1, "b": 2}, {"a": 1, "c": 2}, "1 of 2 items differs"),
        ({1, 2}, {1, 3}, ""),
        ([0] * 100_001, [1] * 100_001, ""),
        ("a" * 100 + "b", "a" * 100 + "c", "from character 101 on"),
        ("short", "shore", ""),
        (FRAME, FRAME.assign(b=["x", "y", "q"], a=[2.0, None, 3.0]), "2 of 3 rows differ"),
        (FRAME, FRAME.copy(), ""),
        (FRAME, FRAME.rename(columns={"a": "c"}), ""),
        (FRAME, FRAME[["a"]], ""),
        (FRAME["a"], FRAME["a"].fillna(9.0), "1 of 3 rows differs"),
        (np.zeros((4, 2)), np.eye(4, 2), "2 of 4 rows differ"),
        (np.zeros(3), np.ones(3), "3 of 3 rows differ"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_collections_of_one_size_say_how_much_of_them_differs(then, now, by):
    """Items, rows of tables and long texts are laid beside one another; two nans are the same."""
    assert difference(then, now) == by


class Inner(ig.Contract):
    x = ig.input(int)

    @ig.output
    def twice(x):
        return 2 * x


class Outer(ig.Contract):
    x = ig.input(int)
    name = ig.input(str, default="a")
    inner = ig.compose(Inner, inputs={"x": "x"})

    @ig.compute
    def share(x):
        return 6 / x

    @ig.output
    def told(name, share, inner):
        return [name, inner.twice]


def test_nodes_that_differ_are_told_and_equal_ones_are_not():
    """Both values and the difference of every node, nested ones too; what is equal is left out."""
    contract = Outer(x=2).resolve_all()
    scenario = Scenario(contract)

    assert scenario.differences(contract) == {}
    contract.resolve_incrementally(x=3)

    found = scenario.differences(contract)
    assert found["x"] == {"was": "2", "now": "3", "by": "+1 (+50 %)"}
    assert found["inner.twice"] == {"was": "4", "now": "6", "by": "+2 (+50 %)"}
    assert found["told"] == {
        "was": "['a', 4]",
        "now": "['a', 6]",
        "by": "1 of 2 items differs",
    }
    assert "name" not in found
    assert {view.name: view.held for view in scenario.inputs()} == {"x": 2, "name": "a"}


def test_a_failure_is_a_difference():
    """A node that fails in one scenario is told as failed, without a number."""
    contract = Outer(x=2).resolve_all()
    scenario = Scenario(contract)
    contract.resolve_incrementally(x=0)

    assert scenario.differences(contract)["share"] == {"was": "3.0", "now": "failed", "by": ""}


def test_values_are_compared_once():
    """A report that finds the objects of the last one does not compare them again."""
    asked = []

    class Odd:
        def __eq__(self, other):
            asked.append(1)
            raise ValueError("do not compare me")

        __hash__ = None

    class Holds(ig.Contract):
        x = ig.input(Odd)
        y = ig.output("x")

    contract = Holds(x=Odd())
    scenario = Scenario(contract)
    contract.update_inputs(x=Odd()).resolve_all()

    first = scenario.differences(contract)
    count = len(asked)
    again = scenario.differences(contract)

    assert first == again
    assert first["x"]["by"] == ""
    assert len(asked) == count


def test_what_had_not_run_is_told_so():
    """Of a node that has no value in one scenario that is said."""
    contract = Outer(x=2)
    scenario = Scenario(contract)
    contract.resolve_all()

    assert scenario.differences(contract)["share"]["was"] == "not computed"
