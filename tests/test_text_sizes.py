"""Tables and arrays as values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from igniter_nb.text import abbreviate


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pd.DataFrame({"a": range(1_000), "b": 0}), "<DataFrame of 1,000 × 2>"),  # noqa: RUF001 -- the sign is meant
        (pd.Series(range(327_346)), "<Series of 327,346>"),
        (pd.Series([1]), "<Series of 1>"),
        (np.zeros((3, 4, 5)), "<ndarray of 3 × 4 × 5>"),  # noqa: RUF001 -- the sign is meant
        (np.array([1, 2, 3]), "array([1, 2, 3])"),
        ([np.zeros(100)], "[<ndarray of 100>]"),
    ],
)
def test_size_of_tables(value: object, expected: str) -> None:
    """A table or array that does not fit on a line is described by its size."""
    assert abbreviate(value) == expected


def test_large_tables_are_not_written_out() -> None:
    """A large table's own text, which takes long to make, is never asked for."""

    class Table:
        shape = (1_000_000, 20)

        def __repr__(self) -> str:
            raise AssertionError

    assert abbreviate(Table()) == "<Table of 1,000,000 × 20>"  # noqa: RUF001 -- the sign is meant


@pytest.mark.parametrize("shape", [None, "wide", ("a", 2), ()])
def test_other_shapes(shape: object) -> None:
    """Something called a shape that is no tuple of counts changes nothing."""

    class Thing:
        def __repr__(self) -> str:
            return "Thing()"

    Thing.shape = shape  # type: ignore[attr-defined]  # what a user's class may have
    assert abbreviate(Thing()) == "Thing()"


def test_failing_shape() -> None:
    """A shape that cannot be read is no shape."""

    class Thing:
        @property
        def shape(self) -> object:
            raise ValueError

        def __repr__(self) -> str:
            return "Thing()"

    assert abbreviate(Thing()) == "Thing()"
