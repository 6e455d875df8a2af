"""Values and tables as text, whatever the values are."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import StrEnum
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.text import abbreviate, cell, said, seconds, shorten, table


class Raises:
    def __repr__(self) -> str:
        msg = "no"
        raise RuntimeError(msg)


class Endless:
    def __repr__(self) -> str:
        return repr(self)


class Huge:
    def __repr__(self) -> str:
        return "x" * 10_000_000


class NoText:
    def __repr__(self):
        return 7


class Liar:
    """Pretends to be something else, and fails at it."""

    @property
    def __class__(self):
        msg = "who knows"
        raise RuntimeError(msg)


class Spiteful(list):
    def __len__(self) -> int:
        msg = "no"
        raise RuntimeError(msg)


class Shout(str):
    __slots__ = ()

    def __repr__(self) -> str:
        raise RuntimeError

    def __str__(self) -> str:
        raise RuntimeError


class Colour(StrEnum):
    RED = "red"


class Bag(dict):
    pass


class Shape(list):
    def __repr__(self) -> str:
        return "<a shape>"


class Shapeless:
    @property
    def shape(self):
        msg = "not measured"
        raise RuntimeError(msg)

    def __repr__(self) -> str:
        return "<Shapeless>"


@dataclass
class Shapely:
    shape: str = "square"

    def __repr__(self) -> str:
        return f"<{self.shape}>"


@dataclass
class Point:
    x: int


# Made inside the tests: pytest and hypothesis look at values as well.
HOSTILE = [Raises, Endless, Huge, NoText, Liar, lambda: Spiteful([1]), lambda: Shout("a"), object]

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner)
        | st.builds(SimpleNamespace, a=inner)
    ),
)


@given(values, st.integers(8, 200))
def test_any_value_fits_on_one_line(value, limit):
    """Whatever a value is, its text is one line of at most the limit."""
    text = abbreviate(value, limit)

    assert len(text) <= limit
    assert len(text.splitlines()) <= 1


@pytest.mark.parametrize("wrap", [list, tuple, lambda items: {"key": items}])
@pytest.mark.parametrize("make", HOSTILE)
@pytest.mark.parametrize("limit", [8, 60, 500])
def test_a_hostile_value_does_no_harm(wrap, make, limit):
    """A value that fails, never ends or is huge is written like any other, wherever it stands."""
    for value in (make(), wrap([make(), make()])):
        text = abbreviate(value, limit)

        assert len(text) <= limit
        assert len(text.splitlines()) <= 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        ("a", "'a'"),
        ([1, 2], "[1, 2]"),
        ((1,), "(1,)"),
        ({"a": 1}, "{'a': 1}"),
        ({1}, "{1}"),
        (frozenset({1}), "frozenset({1})"),
        (Bag(a=1), "{'a': 1}"),
        (Shape(), "<a shape>"),
        (Colour.RED, "'red'"),
        (Point(1), "Point(x=1)"),
        (b"abc", "b'abc'"),
        ("two\nlines", r"'two\nlines'"),
        (SimpleNamespace(a="x\ty"), r"namespace(a='x\ty')"),
    ],
)
def test_plain_values_read_as_python_writes_them(value, text):
    """A short value is written as its repr."""
    assert abbreviate(value) == text


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (Raises, "<Raises: repr raised RuntimeError>"),
        (NoText, "<NoText: repr raised TypeError>"),
        (Endless, "<Endless: repr raised RecursionError>"),
        (Liar, "<Liar: repr raised RuntimeError>"),
        (lambda: Spiteful([1]), "<Spiteful: repr raised RuntimeError>"),
        (lambda: [Raises()], "[<Raises: repr raised RuntimeError>]"),
    ],
)
def test_a_failing_repr_is_described(make, text):
    """A value whose repr fails is named by its class and by what it raised."""
    assert abbreviate(make()) == text


def test_a_text_of_a_subclass_is_its_text():
    """A subclass of text is written by what it holds, whatever it says about itself."""
    assert abbreviate(Shout("hello")) == "'hello'"


def test_addresses_are_left_out():
    """No memory address is shown: a text does not change from one run to the next."""
    assert abbreviate(object()) == "<object object>"
    assert re.search("0x", abbreviate(deque([lambda: None]))) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (list(range(100)), "[0, 1, 2, 3, 4, 5, ...]"),
        ({n: n for n in range(100)}, "{0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, ...}"),
        (b"x" * 100_000, "b'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'… (100,000 bytes)"),
        (bytearray(b"x" * 100), "b'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'… (100 bytes)"),
        ("x" * 100, "'xxxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxxxxxxx'"),
        (
            OrderedDict.fromkeys("ab"),
            repr(OrderedDict.fromkeys("ab")),
        ),  # newer Pythons word it anew
    ],
)
def test_long_values_are_cut(value, text):
    """Of a long value the beginning is shown, and how long it is where that is known."""
    assert abbreviate(value) == text


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: np.arange(1_000), "<ndarray of 1,000>"),
        (lambda: np.zeros((4, 5)), "<ndarray of 4 × 5>"),  # noqa: RUF001 -- the sign is meant
        (lambda: pd.DataFrame({"a": [1]}), "<DataFrame of 1 × 1>"),  # noqa: RUF001 -- the same
        (lambda: np.array([1, 2]), "array([1, 2])"),
        (lambda: np.float64(1.5), "np.float64(1.5)"),
        (Shapeless, "<Shapeless>"),
        (lambda: Shapely("round"), "<round>"),
    ],
)
def test_tables_and_arrays_are_described_by_their_size(make, text):
    """A table or array that does not fit on a line is named by its shape, where it has one."""
    assert abbreviate(make()) == text


def test_a_huge_number_is_described():
    """A number too long to be written is described by its size."""
    assert abbreviate(10**5_000) == "<int of 16,610 bits>"


def test_a_long_text_loses_its_middle():
    """A text over the limit keeps its beginning and its end."""
    assert shorten("abcdefghij", 10) == "abcdefghij"
    assert shorten("abcdefghijk", 10) == "abcdef…ijk"


def test_an_exception_says_class_and_text():
    """An exception is written by class and text; a hostile text hides neither."""

    class SilentError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert said(ValueError("too big")) == "ValueError: too big"
    assert said(ValueError()) == "ValueError"
    assert said(SilentError()) == "SilentError"
    assert len(said(ValueError("x" * 5_000))) < 1_100


def test_a_table_is_aligned():
    """Columns are aligned, a rule stands under the names, no line ends in blanks."""
    text = table(["name", "value"], [["a", "1"], ["longer", ""], ["b", "two\nlines"]])

    assert text.splitlines() == [
        "name    value",
        "──────  ─────────",
        "a       1",
        "longer",
        "b       two lines",
    ]


def test_an_empty_table_has_its_names():
    """A table without rows still says what its columns are."""
    assert table(["name"], []).splitlines() == ["name", "────"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("plain", "plain"),
        (("a", "b"), "a, b"),
        ((1, 2), "(1, 2)"),
        (1.5, "1.5"),
        ("x" * 100, "x" * 39 + "…" + "x" * 20),
    ],
)
def test_a_cell_is_written_for_a_person(value, text):
    """Text stands as it is, None is empty, names are joined, other values are abbreviated."""
    assert cell(value) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (None, ""),
        (0.0, "0 ns"),
        (5e-9, "5 ns"),
        (1.5e-6, "1.5 µs"),
        (0.0142, "14.2 ms"),
        (0.9994, "999 ms"),
        (0.9999, "1 s"),
        (0.00099996, "1 ms"),
        (1.0, "1 s"),
        (99.96, "100 s"),
        (1234.5, "1234 s"),
        (86_400.0, "86400 s"),
    ],
)
def test_durations_have_the_unit_of_a_person(duration, text):
    """A duration has three digits and a unit that suits it, and never an exponent."""
    assert seconds(duration) == text
