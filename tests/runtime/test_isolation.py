"""Tests that a step, a caller and a kept result cannot change what the others see."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pandas as pd
import pytest

import igniter_nb as ig

on_write = pytest.mark.skipif(
    pd.__version__.startswith("2."), reason="pandas 2 does not copy on write"
)
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


class Arrays(ig.Contract):
    """A step that writes into an array."""

    left = ig.input(np.ndarray)
    right = ig.input(object, default=0)

    @ig.output
    def doubled(left):
        left *= 2
        return left

    @ig.output
    def mixed(left, right):
        right[0] = 1
        return left


@RUNNERS
def test_a_step_that_writes_into_an_array_is_told_how_to_do_it(runner):
    """The error names node and argument and says that a copy helps; the array stays as it is."""
    left = np.arange(3)
    arrays = Arrays.configured(runner=runner)(left=left)

    with pytest.raises(ig.ResolutionError) as caught:
        _ = arrays.result.doubled

    text = str(caught.value)
    assert "node 'doubled' changes its argument 'left' in place" in text
    assert "left = left.copy()" in text
    assert left.tolist() == [0, 1, 2]
    assert caught.value.context["node"] == "doubled"


@RUNNERS
def test_a_coroutine_that_writes_into_an_array_is_told_too(runner):
    """What refuses the write comes when the coroutine runs; other errors stay what they are."""

    class Awaiting(ig.Contract):
        left = ig.input(np.ndarray)

        @ig.output
        async def doubled(left):
            await asyncio.sleep(0)
            left *= 2
            return left

        @ig.output
        async def broken(left):
            await asyncio.sleep(0)
            raise ValueError("no luck")

        @ig.output
        async def total(left):
            await asyncio.sleep(0)
            return int(left.sum())

    awaiting = Awaiting.configured(runner=runner)(left=np.arange(3))
    awaiting.resolve_incrementally()

    assert awaiting.result.total == 3
    assert "changes its argument 'left' in place" in str(awaiting.result.errors["doubled"])
    assert "ValueError: no luck" in str(awaiting.result.errors["broken"])


def test_a_coroutine_that_nobody_can_await_is_given_up_without_a_warning():
    """Inside the loop a contract cannot be read; what its step returned is closed."""

    class Inner(ig.Contract):
        left = ig.input(np.ndarray)

        @ig.output
        async def total(left):
            return int(left.sum())

    class Outer(ig.Contract):
        left = ig.input(np.ndarray)

        @ig.output
        async def total(left):
            return Inner(left=left).result.total

    with pytest.raises(ig.ResolutionError, match="aresolve_all"):
        _ = Outer(left=np.arange(3)).result.total


def test_of_several_arrays_all_that_it_may_be_are_named():
    """Where two arguments are arrays, both are named."""
    arrays = Arrays(left=np.arange(3), right=np.arange(2))

    with pytest.raises(ig.ResolutionError, match="one of its arguments 'left', 'right'"):
        _ = arrays.result.mixed


def test_an_error_of_another_kind_stays_as_it_is():
    """A text about something else that is read-only, without an array in sight, is the user's."""

    class Filed(ig.Contract):
        rows = ig.input(list)
        array = ig.input(np.ndarray)

        @ig.output
        def written(rows):
            raise ValueError("the file is read-only")

        @ig.output
        def summed(array):
            raise ValueError("no luck")

    with pytest.raises(ig.ResolutionError, match="ValueError: the file is read-only"):
        _ = Filed(rows=[], array=np.arange(2)).result.written
    with pytest.raises(ig.ResolutionError, match="ValueError: no luck"):
        _ = Filed(rows=[], array=np.arange(2)).result.summed


def test_an_error_that_wraps_the_refusal_is_understood_too():
    """Libraries raise errors of their own from the one of the array."""

    class Wrapped(ig.Contract):
        array = ig.input(np.ndarray)

        @ig.output
        def written(array):
            try:
                array[0] = 1
            except ValueError as error:
                raise AssertionError("something has gone wrong") from error

    with pytest.raises(ig.ResolutionError, match="'written' changes its argument 'array'"):
        _ = Wrapped(array=np.arange(2)).result.written


@RUNNERS
@pytest.mark.parametrize("watched", [False, True])
def test_what_is_new_is_not_copied_and_an_array_is_lent_as_a_view(runner, watched):
    """A value that nobody else holds becomes the cell's own; readers of arrays get views."""
    made_at: dict[str, int] = {}

    class Made(ig.Contract):
        size = ig.input(int)

        @ig.compute
        def array(size):
            made = np.zeros(size)
            made_at["array"] = id(made)
            return made

        @ig.compute
        def rows(size):
            made = [{"a": [at]} for at in range(size)]
            made_at["rows"] = id(made)
            return made

        @ig.output
        def seen(array, rows):
            made_at["lent"] = id(rows)
            return array.ctypes.data

        out = ig.output("array")

    made = Made.configured(runner=runner)(size=10)
    if watched:
        _ = made.events
    seen = made.result.seen
    kept = {
        name: made.execution.values[made.compiled_graph.id_of(name)] for name in ("array", "rows")
    }

    assert {name: id(value) for name, value in kept.items()} == {
        "array": made_at["array"],
        "rows": made_at["rows"],
    }
    assert made_at["lent"] != made_at["rows"]
    assert made.result.out.ctypes.data == kept["array"].ctypes.data == seen
    assert not made.result.out.flags.writeable


@on_write
def test_a_frame_that_is_new_is_not_copied_unless_somebody_holds_what_is_below():
    """The memory of a fresh frame is closed where it stands; that of somebody's array is not."""
    mine = np.arange(3.0)
    at: dict[str, int] = {}

    class Framed(ig.Contract):
        k = ig.input(float)

        @ig.output
        def fresh(k):
            made = pd.DataFrame({"v": np.arange(3.0) * k})
            at["fresh"] = made["v"].to_numpy().ctypes.data
            return made

        @ig.output
        def over_mine(k):
            return pd.DataFrame(mine.reshape(3, 1), columns=["v"], copy=False)

        @ig.output
        def more(fresh, k):
            return fresh.assign(w=k)

        @ig.output
        def total(more):
            return float(more["v"].sum())

    framed = Framed(k=2.0).resolve_all()

    assert framed.result.fresh["v"].to_numpy().ctypes.data == at["fresh"]
    assert framed.result.more["v"].to_numpy().ctypes.data == at["fresh"]
    mine[0] = 9.0
    assert framed.result.over_mine["v"].tolist() == [0.0, 1.0, 2.0]


@on_write
def test_frames_that_share_closed_memory_are_known_to_be_equal():
    """A step that hands its frame on, or adds to it what it added before, is cut off."""

    class Passed(ig.Contract):
        df = ig.input(pd.DataFrame)
        k = ig.input(float)

        @ig.compute
        def passed(df, k):
            return df.assign(w=1.0)

        @ig.output
        def total(passed):
            return float(passed["v"].sum())

    df = pd.DataFrame({"v": [1.0, 2.0], "c": pd.Categorical(["x", "y"])}, index=[5, 6])
    passed = Passed(df=df, k=1.0).resolve_all()

    assert passed.resolve_incrementally(k=2.0).backdated_nodes == ("passed",)
    assert passed.resolve_incrementally(df=df).recomputed_nodes == ()
    assert passed.resolve_incrementally(df=df.copy()).recomputed_nodes == ()
    below: Any = df["v"].array
    below[0] = 9.0
    assert passed.resolve_incrementally(df=df).changed_outputs == {"total": (3.0, 11.0)}


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
