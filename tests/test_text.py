"""Values and tables as text, whatever the values are."""

from __future__ import annotations

import re
from array import array
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import StrEnum
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb import text
from igniter_nb.text import abbreviate, cell, class_name, plain, said, seconds, shorten, table


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


class Exits:
    def __repr__(self) -> str:
        raise SystemExit

    @property
    def shape(self):
        raise SystemExit


class Mask(type):
    """Hides all that a class is asked for."""

    def __getattribute__(cls, name):
        raise AttributeError(name)


class Masked(Raises, metaclass=Mask):
    pass


class Rename(type):
    @property
    def __name__(cls):
        return 5


class Renamed(Raises, metaclass=Rename):
    pass


class Evasive(list):
    """Never ends, and exits when it is asked how long it is."""

    def __iter__(self):
        while True:
            yield self

    def __len__(self) -> int:
        raise SystemExit


class EndlessKeys(dict):
    def __iter__(self):
        while True:
            yield 1

    keys = items = __iter__


class Whispers:
    def __repr__(self) -> str:
        return Shout("psst")


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
HOSTILE = [
    *(Raises, Endless, Huge, NoText, Liar, Exits, Masked, Renamed, Whispers, object),
    lambda: Spiteful([1]),
    lambda: Evasive([1]),
    lambda: EndlessKeys(a=1),
    lambda: Shout("a"),
    lambda: Masked,
]

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
        ({"b": 1, "a": 2}, "{'b': 1, 'a': 2}"),
        (dict.fromkeys(range(9)), "{0: None, 1: None, 2: None, 3: None, 4: None, 5: None, ...}"),
        ([[[[[{1: 2}]]]]], "[[[[[...]]]]]"),
        ([[[[{1: 2}]]]], "[[[[{...}]]]]"),
        ([[[[{}]]]], "[[[[{}]]]]"),
        (array("i", range(9)), "array('i', [0, 1, 2, 3, 4, ...])"),
        (deque([1]), "deque([1])"),
        (bytearray(b"ab"), "bytearray(b'ab')"),
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
        (Exits, "<Exits: repr raised SystemExit>"),
        (Masked, "<Masked: repr raised RuntimeError>"),
        (Renamed, "<Renamed: repr raised RuntimeError>"),
        (lambda: [Exits()], "[<Exits: repr raised SystemExit>]"),
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
        (lambda: np.float64(1.5), "1.5"),
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


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (Evasive([1, 2]), "[1, 2]"),
        (EndlessKeys(a=1), "{'a': 1}"),
        (Whispers(), "psst"),
        (Shout("a"), "'a'"),
    ],
)
def test_what_a_class_makes_of_itself_is_not_asked(made, text):
    """A subclass of a built-in type is written by what it holds, however it answers questions."""
    assert abbreviate(made) == text


def test_who_pretends_to_be_something_else_is_written_as_what_it_is():
    """A value whose ``__class__`` lies or raises has the name of its type."""
    assert abbreviate([Liar()]) == "[<tests.test_text.Liar object>]"


@pytest.mark.parametrize("kind", [Masked, Renamed, Mask, int])
@pytest.mark.parametrize("qualified", [False, True])
def test_the_name_of_any_class(kind, qualified):
    """A class has the name of its declaration, whatever its metaclass answers."""
    known = {id(Masked): "Masked", id(Renamed): "Renamed", id(Mask): "Mask", id(int): "int"}

    assert class_name(kind, qualified=qualified) == known[id(kind)]


def test_the_qualified_name_of_a_class():
    """A qualified name tells what a class stands in."""

    class Inner:
        pass

    assert class_name(Inner, qualified=True).endswith("<locals>.Inner")


def test_plain_text():
    """A text is made plain without asking it, and what is none is refused."""
    assert type(plain(Shout("a"))) is str
    with pytest.raises(TypeError):
        plain(7)


@pytest.mark.parametrize("exits", [SystemExit, GeneratorExit, BaseException])
def test_an_error_that_exits_when_it_is_written(exits):
    """The text of an exception may raise anything: its class is still told."""

    class HostileError(Exception):
        def __str__(self) -> str:
            raise exits

    assert said(HostileError()) == "HostileError"


@pytest.mark.parametrize("write", [abbreviate, said, cell])
@pytest.mark.parametrize("where", ["__repr__", "__str__", "shape"])
def test_an_interrupt_goes_through(write, where):
    """Ctrl-C while a value is written is the person's, not the value's."""

    def interrupted(_):
        raise KeyboardInterrupt

    body = {where: property(interrupted) if where == "shape" else interrupted}
    value = type("Slow", (Exception,), body)()

    if (write is said) == (where == "__str__"):
        with pytest.raises(KeyboardInterrupt):
            write(value)
    else:
        assert write(value)


def test_an_interrupt_among_items_goes_through():
    """Ctrl-C while the items of a value are written is the person's as well."""

    class Slow:
        def __hash__(self) -> int:
            return 1

        def __lt__(self, other: object) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        abbreviate({Slow(), Slow()})


def test_items_that_exit_when_they_are_put_in_order():
    """Items of a set are put in order to be written; one that exits then is described."""

    class Exit:
        def __lt__(self, other: object) -> bool:
            raise SystemExit

    assert abbreviate({Exit(), Exit()}) == "<set: repr raised SystemExit>"


def test_what_came_is_told_with_its_type():
    """A text and a number that look alike are told apart."""
    assert text.came("3") == "'3' (str)"
    assert text.came(3) == "3 (int)"


def test_the_nearest_known_name_is_advised():
    """A misspelling is answered with the name that is most like it; a far one with nothing."""
    known = ("price", "quantity")

    assert text.nearest("prize", known) == "did you mean 'price'?"
    assert text.nearest("weather", known) == ""


@given(st.lists(st.text(alphabet="n0129-٣", max_size=6)))
def test_names_are_put_in_the_order_of_their_numbers(names):
    """n2 comes before n10, however long the numbers are; the order is one of all names."""
    assert sorted(["n10", "n2", "a-1", "n1"], key=text.natural) == ["a-1", "n1", "n2", "n10"]
    assert min(["n" + "9" * 5_000, "n1"], key=text.natural) == "n1"
    assert sorted(dict.fromkeys(names), key=text.natural) == sorted({*names}, key=text.natural)


def test_numbers_go_with_their_nouns():
    """One of something is singular, none and several are plural; words are counted in order."""
    assert text.counted(1, "node") == "1 node"
    assert text.counted(0, "entry", "entries") == "0 entries"
    assert text.counted(2_500, "node") == "2,500 nodes"
    assert text.tally(["b", "a", "b"], ["a"]) == "1 a, 2 b"
    assert text.tally([]) == ""


def test_a_table_fits_the_width_it_is_given():
    """Narrow columns keep what they need, long cells go on in the next line, at blanks."""
    rows = [["a", "one two three four", "x" * 30], ["b", "", "short"]]

    assert table(["n", "words", "path"], rows, 34).split("\n") == [
        "n  words           path",
        "─  ──────────────  ───────────────",
        "a  one two three   xxxxxxxxxxxxxxx",
        "   four            xxxxxxxxxxxxxxx",
        "b                  short",
    ]
    assert table(["n", "words", "path"], rows, 200) == table(["n", "words", "path"], rows)


@given(
    cells=st.lists(st.lists(st.text("ab c", max_size=40), min_size=3, max_size=3), max_size=5),
    width=st.integers(40, 120),
)
def test_no_line_of_a_table_is_too_wide(cells, width):
    """Whatever the cells are, and nothing in them is lost."""
    said = table(["x", "y", "z"], cells, width)

    assert max(map(len, said.split("\n"))) <= width
    letters = "".join(cell for row in cells for cell in row).replace(" ", "")
    assert sorted(re.sub(r"[^abc]", "", said)) == sorted(letters)
