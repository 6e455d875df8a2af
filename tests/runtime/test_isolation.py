"""Tests that a step, a caller and a kept result cannot change what the others see."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import igniter_nb as ig

RUNNERS = pytest.mark.parametrize("runner", ["inline", "threads"])


class Scaled(ig.Contract):
    """The commonest idiom of a notebook: a step changes its argument and returns it."""

    df = ig.input(pd.DataFrame)
    k = ig.input(float)

    @ig.output
    def scaled(df, k):
        df["v"] = df["v"] * k
        return df

    @ig.output
    def total(df):
        return float(df["v"].sum())


@RUNNERS
def test_a_step_that_changes_its_frame_gives_what_a_full_recompute_gives(runner):
    """The frame of the caller and that of the other step stay as they are."""
    df = pd.DataFrame({"v": [1.0]})
    scaled = Scaled.configured(runner=runner)(df=df, k=2.0)

    assert scaled.result.scaled["v"].tolist() == [2.0]
    scaled.update_inputs(k=3.0)
    assert scaled.result.scaled["v"].tolist() == [3.0]
    assert scaled.result.total == 1.0
    assert df["v"].tolist() == [1.0]


def test_a_callers_frame_is_the_callers_again():
    """What is done to it afterwards reaches the contract by an update, not before."""
    df = pd.DataFrame({"v": [1.0]})
    scaled = Scaled(df=df, k=2.0).resolve_all()
    df["v"] = 5.0

    assert scaled.update_inputs(k=3.0).result.scaled["v"].tolist() == [3.0]
    assert scaled.update_inputs(df=df).result.scaled["v"].tolist() == [15.0]


class Basket(ig.Contract):
    """Two steps that change the same list, and one that only reads it."""

    rows = ig.input(list)
    more = ig.input(int)
    start = ig.const([0])

    @ig.compute
    def extended(rows, more):
        rows.append(more)
        return rows

    @ig.compute
    def sorted_down(rows):
        rows.sort(reverse=True)
        return {"rows": rows, "first": rows[0]}

    @ig.output
    def shown(extended, sorted_down, rows, start):
        start.append(1)
        extended.append("mine")
        sorted_down["rows"].clear()
        return [rows, start, extended]

    @ig.output
    def first(sorted_down):
        return sorted_down["first"], len(sorted_down["rows"])

    out = ig.output("extended")


@RUNNERS
@pytest.mark.parametrize("watched", [False, True])
def test_lists_are_kept_apart_step_from_step(runner, watched):
    """Whatever runs first, each step finds what was given to it."""
    rows = [1, 2]
    basket = Basket.configured(runner=runner)(rows=rows, more=3)
    if watched:
        _ = basket.events

    assert basket.result.shown == [[1, 2], [0, 1], [1, 2, 3, "mine"]]
    assert basket.result.first == (2, 2)
    basket.update_inputs(more=4)
    assert basket.result.shown == [[1, 2], [0, 1], [1, 2, 4, "mine"]]
    assert basket.result.out == [1, 2, 4]
    assert rows == [1, 2]


def test_a_constant_is_not_shared_by_instances():
    """A list in a class body is the same for all, whatever one of them or its author does."""
    start = [0]

    class Started(ig.Contract):
        x = ig.input(int)
        rows = ig.input(list, default=start)
        begin = ig.const(start)

        @ig.output
        def both(begin, rows, x):
            begin.append(x)
            rows.append(x)
            return begin, rows

    assert Started(x=1).result.both == ([0, 1], [0, 1])
    start.append("later")
    assert Started(x=2).result.both == ([0, 2], [0, 2])


def test_what_a_result_hands_out_is_the_callers():
    """Everything that gives a value out gives a copy: results, cells, inputs, reports."""
    basket = Basket(rows=[1], more=2)
    report = basket.resolve_incrementally(more=3)
    before = basket.result.to_dict()

    basket.result.out.append("x")
    basket.result["shown"].clear()
    basket.resolve("extended").append("x")
    basket.result.to_dict()["out"].append("x")
    basket.result.states["out"].value.append("x")
    basket.inputs["rows"].append("x")
    report.changed_outputs["out"][1].append("x")
    for row in report.rows:
        if isinstance(row.new, list):
            row.new.append("x")
    for kept in report.to_dict()["rows"]:
        if isinstance(kept["new"], list):
            kept["new"].append("x")
    for frame in (basket.result.to_frame(), report.to_frame()):
        for value in frame.to_numpy().ravel():
            if isinstance(value, list):
                value.append("x")

    assert basket.result.to_dict() == before
    assert basket.update_inputs(more=2).result.out == [1, 2]


def test_an_input_that_is_read_as_an_attribute_is_a_copy_to_be_given_back():
    """Before and after a run, what is read is the reader's; what is assigned is what counts."""
    basket = Basket(rows=[1], more=2).resolve_all()
    basket.rows.append("lost")
    assert basket.result.out == [1, 2]

    rows = basket.rows
    rows.append(5)
    basket.rows = rows
    rows.append("lost")
    assert type(basket.rows) is list
    basket.rows.append("lost")
    assert (basket.rows, basket.result.out) == ([1, 5], [1, 5, 2])
    basket.rows += [6]
    assert (basket.result.out, basket.more) == ([1, 5, 6, 2], 2)
    basket.more = 3
    assert (basket.more, basket.result.out) == (3, [1, 5, 6, 3])


def test_a_list_that_a_step_goes_on_holding_is_not_what_is_kept():
    """A buffer that is used again and again gives each execution its own value."""
    buffer: list[int] = []

    class Buffered(ig.Contract):
        x = ig.input(int)

        @ig.output
        def filled(x):
            buffer[:] = [x]
            return buffer

    first, second = Buffered(x=1), Buffered(x=2)
    first.resolve_all()
    second.resolve_all()
    buffer.append("later")

    assert (first.result.filled, second.result.filled) == ([1], [2])


@RUNNERS
def test_who_borrows_gets_values_as_they_are(runner):
    """``borrow=True`` turns the copies off: for what a node reads, and for what it returns."""
    seen: dict[str, Any] = {}

    class Borrowing(ig.Contract):
        rows = ig.input(object, borrow=True)
        fixed = ig.const([1], borrow=True)

        @ig.compute(borrow=True)
        def same(rows, fixed):
            seen["same"] = rows, fixed
            return rows

        @ig.guard(borrow=True)
        def some(rows):
            seen["some"] = rows
            return True

        @ig.output
        def other(same, some):
            seen["other"] = same
            return len(same)

        @ig.output
        def several(fixed):
            return fixed

    rows = [1, 2]
    borrowing = Borrowing.configured(runner=runner)(rows=rows)
    borrowing.resolve_all()

    assert seen["same"][0] is rows
    assert seen["some"] is rows
    assert seen["other"] is not rows
    assert borrowing.execution.values[borrowing.compiled_graph.id_of("same")] is rows
    assert borrowing.result.several is not borrowing.result.several


def test_what_a_nested_contract_holds_is_kept_apart_as_well():
    """The value of a nested contract is a record of its outputs."""

    class Inner(ig.Contract):
        rows = ig.input(list)

        @ig.output
        def listed(rows):
            rows.append(1)
            return rows

    class Outer(ig.Contract):
        rows = ig.input(list)
        n = ig.input(int)
        inner = ig.compose(Inner, inputs=["rows"])

        @ig.output
        def spoilt(inner, n):
            inner.listed.append(n)
            return inner

        listed = ig.output("inner.listed")
        first = ig.project("inner", path=["listed", 0])
        shown = ig.output("first")

    outer = Outer(rows=[[0]], n=5)
    spoilt = outer.result.spoilt
    assert spoilt.listed == [[0], 1, 5]
    spoilt.listed.clear()
    outer.result.shown.append("x")

    assert outer.result.listed == [[0], 1]
    assert outer.update_inputs(n=6).result.spoilt.listed == [[0], 1, 6]
    assert outer.result.shown == [0]


def test_a_value_that_turns_plain_is_handed_on_as_it_is():
    """A node may return a list once and a number the next time."""

    class Turning(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def turned(x):
            return [x] if x > 0 else x or float("inf")

        @ig.output
        def seen(turned):
            return repr(turned)

        out = ig.output("turned")

    turning = Turning(x=1)
    found = [turning.update_inputs(x=x).result.out for x in (1, -1, 2, 0, 2, -2, 3)]
    turning.execution.check_invariants()

    assert found == [[1], -1, [2], float("inf"), [2], -2, [3]]
    assert turning.resolve_incrementally(x=-4).changed_outputs["out"] == ([3], -4)
    assert turning.result.seen == "-4"


def test_an_input_may_turn_plain_too():
    """What is given once as a list and once as a text is kept as each needs."""

    class Given(ig.Contract):
        x = ig.input(object, default=[0])
        out = ig.output("x")

    given = Given()
    assert [given.update_inputs(x=x).result.out for x in ([1], "a", [2])] == [[1], "a", [2]]
    assert given.inputs["x"] == [2]
    assert given.update_inputs(x=[3]).inputs["x"] == [3]
    assert given.plan().rows[0].action != ""


def deep() -> list[Any]:
    """Return a list that is nested too deep to be copied."""
    made: list[Any] = []
    for _ in range(100_000):
        made = [made]
    return made


def test_what_cannot_be_kept_apart_is_refused():
    """Nothing is passed over: as an input or as a value it says what to do."""

    class Deep(ig.Contract):
        x = ig.input(object)

        @ig.output
        def nested(x):
            return deep()

    value = deep()
    with pytest.raises(ig.InputError, match=r"nested too deep .* borrow=True"):
        Deep(x=value)
    with pytest.raises(ig.ResolutionError, match=r"nested too deep .* borrow=True") as caught:
        _ = Deep(x=1).result.nested
    del caught
    while value:  # taken apart from the outside
        (value,) = value


def test_a_policy_made_later_knows_who_is_lent_to():
    """The steps of a policy are those of the contract, with copies where they are needed."""
    basket = Basket(rows=[1], more=2).resolve_all()
    with ig.policy(denied=["network"]):
        basket.update_inputs(more=3)
        assert basket.result.out == [1, 3]
    with ig.policy(denied=["database"]):
        assert Basket(rows=[1], more=2).result.out == [1, 2]
        assert Basket(rows=[1], more=2).result.first == (1, 1)


def test_a_step_that_a_policy_denies_stays_denied():
    """Who is lent to gets copies; where a policy denies him he is still not entered."""

    class Sent(ig.Contract):
        rows = ig.input(object)

        @ig.output
        @ig.requires("network")
        def sent(rows):
            return len(rows)

        @ig.output
        def first(rows):
            return [*rows][:1]

    with ig.policy(denied=["network"]):
        kept = Sent(rows=(1,))  # cannot change, so that nobody is lent to yet
        assert kept.result.first == [1]
        with pytest.raises(ig.CapabilityViolationError):
            _ = kept.result.sent
    rows = [1, 2]
    other = Sent(rows=rows)

    assert (other.result.sent, other.result.first) == (2, [1])
    with ig.policy(denied=["network"]), pytest.raises(ig.CapabilityViolationError):
        _ = Sent(rows=rows).result.sent
