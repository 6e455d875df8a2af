"""Containers that occur twice in a value: they count, since a reader can change them in place."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig
from igniter_nb.incremental import same


def shape(value: Any, met: dict[int, int] | None = None) -> Any:
    """Write a value down with a number for each container: the dumb twin of the comparison."""
    met = {} if met is None else met
    if not isinstance(value, list | dict | tuple):
        return (type(value), value)
    number = met.setdefault(id(value), len(met)) if not isinstance(value, tuple) else None
    items = value.items() if isinstance(value, dict) else value
    return type(value), number, [shape(item, met) for item in items]


@st.composite
def shared(draw: Any) -> Any:
    """Draw a value whose containers are taken from a few, so that some occur twice."""
    pool: list[Any] = [1, "a", None]
    for _ in range(draw(st.integers(1, 6))):
        picked = draw(st.lists(st.sampled_from(range(len(pool))), max_size=12))
        parts = [pool[at] for at in picked]
        kind = draw(st.sampled_from(["list", "dict", "tuple", "rows"]))
        if kind == "rows":
            parts = [{"a": part, "b": 2} for part in parts]
        pool.append(
            dict(zip("abcdefghijkl", parts, strict=False))
            if kind == "dict"
            else tuple(parts)
            if kind == "tuple"
            else parts
        )
    return pool[-1]


@given(shared())
def test_values_of_two_shapes_are_not_the_same(value: Any) -> None:
    """A value in which something occurs twice is none in which nothing does; two of these are."""
    apart = unshared(value)

    assert not same(value, apart) or shape(value) == shape(apart)
    assert same(apart, unshared(value))


def unshared(value: Any) -> Any:
    """Copy a value so that no container occurs twice."""
    if isinstance(value, dict):
        return {key: unshared(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(unshared, value))
    return value


ONE = [1]
LISTS = [[at, at] for at in range(20)]


@dataclasses.dataclass
class Cell:
    held: int


@dataclasses.dataclass(frozen=True)
class Fixed:
    held: int


ROWS = [{"a": 1, "b": 2} for _ in range(20)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([[0, 0]] * 2, [[0, 0], [0, 0]]),
        ({"p": [1], "q": [1]}, {"p": ONE, "q": ONE}),
        (ROWS, [dict(ROWS[0])] * 20),
        ([[*LISTS], [LISTS[3]]], [copy.deepcopy(LISTS), [[3, 3]]]),
        ([*LISTS, LISTS[0]], [*copy.deepcopy(LISTS), [0, 0]]),
        ([(one := Cell(1)), one], [Cell(1), Cell(1)]),
        ([*ROWS, [ROWS[3]]], [*copy.deepcopy(ROWS), [{"a": 1, "b": 2}]]),
    ],
)
def test_who_shares_and_who_does_not_are_two_values(old: Any, new: Any) -> None:
    """The items are equal, and a change in place would show it: they are not the same."""
    assert not same(old, new)
    assert not same(new, old)


def test_what_cannot_be_changed_may_be_one_or_several() -> None:
    """Nobody can tell one frozen record from two equal ones by changing it."""
    assert same([one := Fixed(1), one], [Fixed(1), Fixed(1)])


def test_rows_that_are_one_in_both_are_the_same() -> None:
    """Where the same rows are one object on either side nothing has changed."""
    assert same([LISTS[0]] * 20, [[0, 0]] * 20)


def test_a_step_that_writes_into_a_row_sees_which_rows_are_one() -> None:
    """An update to equal items that are not one object runs the step again."""

    class Board(ig.Contract):
        grid = ig.input(list)

        @ig.output
        def total(grid):
            grid[0][0] = 1
            return sum(map(sum, grid))

    board = Board(grid=[[0, 0]] * 2)
    assert board.result.total == 2

    board.update_inputs(grid=[[0, 0], [0, 0]])

    assert board.result.total == 1
