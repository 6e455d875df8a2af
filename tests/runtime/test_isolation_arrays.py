"""Tests of arrays and frames in a contract: closed views, and no copy too many."""

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
def test_what_a_coroutine_gives_is_kept_like_anything_else(runner):
    """A list that it goes on holding is copied, and what can be read only once is refused."""
    held = [1]

    class Given(ig.Contract):
        x = ig.input(int)

        @ig.output
        async def rows(x):
            await asyncio.sleep(0)
            return held

        @ig.output
        async def once(x):
            await asyncio.sleep(0)
            return iter(held)

    given = Given.configured(runner=runner)(x=1)
    given.resolve_incrementally()
    held.append(2)

    assert given.result.rows == [1]
    assert "can be read only once" in str(given.result.errors["once"])
