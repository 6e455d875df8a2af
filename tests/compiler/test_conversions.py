"""What is handed on of a value that fits: itself, but for numpy's scalars and exact floats."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import types
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple, Optional

import numpy as np
import pandas as pd
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import TypedDict

from igniter_nb.compiler import Mismatch, Validator


class Size(enum.IntEnum):
    SMALL = 1


class Colour(enum.StrEnum):
    RED = "red"


class Count(int):
    """A number of a class of one's own."""


class Name(str):
    """A text of a class of one's own."""

    __slots__ = ()


class Rows(list):
    """A list with something to say."""

    note = ""


class Point(NamedTuple):
    x: float
    y: int


class Trio(tuple):
    __slots__ = ()


class Team(frozenset):
    __slots__ = ()


class Crowd(set):
    __slots__ = ()


class Address(TypedDict):
    street: str
    number: float
    type: int


class Forbidding(TypedDict):
    __pydantic_config__ = pydantic.ConfigDict(extra="forbid")
    a: int


class Model(pydantic.BaseModel):
    function: int = 0


def alike(one: Any, other: Any) -> bool:
    """Tell whether two values are equal and of the same types, however deep."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return alike(list(one.items()), list(other.items()))
    if isinstance(one, (list, tuple, collections.deque)):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, (set, frozenset)):
        return alike(sorted(one), sorted(other))
    return bool(one == other) or one != one  # noqa: PLR0124 -- nan


STAYS = [
    (int, Size.SMALL),
    (int, Count(3)),
    (int | None, Size.SMALL),
    (int | float, Size.SMALL),
    (float | int, Count(3)),
    (str, Colour.RED),
    (str, Name("a")),
    (Literal["red"], Colour.RED),
    (Annotated[int, pydantic.Field(gt=0)], Size.SMALL),
    (Annotated[int, pydantic.AfterValidator(lambda value: value)], Size.SMALL),
    (dt.datetime, pd.Timestamp("2024-01-01")),
    (dt.timedelta, pd.Timedelta(1)),
    (list, Rows([1])),
    (list[int], Rows([1])),
    (list[int], [Size.SMALL, 2]),
    (Sequence[int], Rows([1])),
    (dict, collections.Counter("a")),
    (dict[str, int], collections.Counter("a")),
    (dict[str, int], collections.defaultdict(int, a=1)),
    (Mapping[str, int], collections.Counter("a")),
    (dict[int, str], {Size.SMALL: Colour.RED}),
    (collections.OrderedDict[str, int], collections.OrderedDict(a=1)),
    (tuple, Point(1.0, 2)),
    (tuple[float, int], Point(1.0, 2)),
    (tuple[int, ...], Trio((1, 2, 3))),
    (Point, Point(1.0, 2)),
    (set[int], {Size.SMALL}),
    (set[int], Crowd({1})),
    (frozenset[str], Team([Colour.RED])),
    (collections.deque[int], collections.deque([1], maxlen=3)),
    (Address, {"more": [1], "type": 1, "number": 1.5, "street": "a"}),
    (Address, collections.OrderedDict(type=1, number=1.5, street="a", more=2)),
    (list[Address], [{"type": 1, "number": 1.5, "street": "a", "more": 2}]),
    (Iterable[int], [1, 2]),
    (Iterable[int], (1, 2)),
    (Iterable[int], Rows([1])),
    (Iterable[int], range(3)),
    (Iterable[int], {1, 2}),
    (Iterable[str], "aж"),
    (Iterable[str], {"a": 1}),
    (Optional[Iterable[int]], [1]),  # noqa: UP045 -- both spellings
    (list[Iterable[int]], [[1], (2,)]),
    (dict[str, Iterable[int]], {"a": [1]}),
    (np.float64, np.float64(1.5)),
    (object, np.float64(1.5)),
    (list[Any], [np.int64(1)]),
    (int | np.int64, np.int64(1)),
    (Model, Model()),
]

CONVERTED = [
    # numpy's scalars
    (int, np.int64(3), 3),
    (int, np.uint8(3), 3),
    (bool, np.bool_(1), True),
    (float, np.float64(1.5), 1.5),
    (float, np.float32(1.5), 1.5),
    (float, np.longdouble(1.5), 1.5),
    (float, np.float64("nan"), float("nan")),
    (float, np.longdouble("nan"), float("nan")),
    (float, np.int64(3), 3.0),
    (complex, np.complex128(1j), 1j),
    (str, np.str_("a"), "a"),
    (bytes, np.bytes_(b"a"), b"a"),
    (dt.date, np.datetime64("2024-01-01"), dt.date(2024, 1, 1)),
    (dt.datetime, np.datetime64("2024-01-01T00:00"), dt.datetime(2024, 1, 1)),  # noqa: DTZ001
    (dt.timedelta, np.timedelta64(1, "s"), dt.timedelta(seconds=1)),
    (int | None, np.int64(3), 3),
    (int | float, np.int64(3), 3),
    (float | int, np.int64(3), 3),
    (int | float, np.float32(3), 3.0),
    (int | str, np.str_("a"), "a"),
    (Literal[1], np.int64(1), 1),
    (list[int], [np.int64(1), Size.SMALL], [1, Size.SMALL]),
    (list[float], [np.float64(1.5), np.int64(2), 3], [1.5, 2.0, 3.0]),
    (dict[str, int], {"a": np.int64(1), np.str_("b"): 2}, {"a": 1, "b": 2}),
    (dict[str, int], collections.Counter(a=np.int64(1)), collections.Counter(a=1)),
    (tuple[int, ...], (np.int64(1),), (1,)),
    (set[int], {np.int64(1)}, {1}),
    (frozenset[int], frozenset([np.int64(1)]), frozenset([1])),
    (collections.deque[int], collections.deque([np.int64(1)], 3), collections.deque([1], 3)),
    (Iterable[int], [np.int64(1)], [1]),
    (Point, Point(np.float64(1), np.int64(2)), Point(1.0, 2)),
    # whole numbers for floats, in containers that stay what they are
    (float, 3, 3.0),
    (float, 2**53, float(2**53)),
    (float, Size.SMALL, 1.0),
    (list[float], [1, 2.5, float("nan")], [1.0, 2.5, float("nan")]),
    (list[float], Rows([1, 2.5]), Rows([1.0, 2.5])),
    (dict[str, float], collections.Counter("a"), collections.Counter({"a": 1.0})),
    (dict[float, int], {1: 2}, {1.0: 2}),
    (dict[str, list[float]], {"a": [1]}, {"a": [1.0]}),
    (tuple[float, int], Point(1, 2), Point(1.0, 2)),
    (tuple[float, ...], Trio((1, 2)), Trio((1.0, 2.0))),
    (Point, Point(1, 2), Point(1.0, 2)),
    (set[float], {1, 2}, {1.0, 2.0}),
    (set[float], Crowd({1}), Crowd({1.0})),
    (frozenset[float], Team([1]), Team([1.0])),
    (collections.deque[float], collections.deque([1], 3), collections.deque([1.0], 3)),
    (Sequence[float], (1,), (1.0,)),
    (Iterable[float], [1], [1.0]),
    (Iterable[float], {1}, {1.0}),
    (Iterable[float], range(2), [0.0, 1.0]),
    (
        Address,
        {"type": 1, "number": 1, "street": "a", "b": 2},
        {"type": 1, "number": 1.0, "street": "a", "b": 2},
    ),
    # what the annotation itself asks for
    (Annotated[str, pydantic.StringConstraints(to_upper=True)], "a", "A"),
    (Annotated[str, pydantic.StringConstraints(to_upper=True)], Name("a"), "A"),
    (Annotated[int, pydantic.AfterValidator(str)], 3, "3"),
    (Annotated[list[int], pydantic.AfterValidator(lambda rows: rows[:1])], [1, 2], [1]),
    (Annotated[dict[str, int], pydantic.AfterValidator(lambda _: {})], {"a": 1}, {}),
    (Annotated[set[str], pydantic.AfterValidator(lambda _: {"b", "c"})], {"a"}, {"b", "c"}),
    (pydantic.Json[int], "3", 3),
]

REFUSED = [
    (float, Decimal(1), "Input should be of type float, which Decimal is not"),
    (float, Fraction(1, 2), "Input should be of type float, which Fraction is not"),
    (float, 2**53 + 1, f"{2**53 + 1} cannot be a float without losing digits"),
    (float, np.int64(2**53 + 1), f"{2**53 + 1} cannot be a float without losing digits"),
    (float, np.longdouble(1) / 3, "Input should be of type float, which longdouble is not"),
    (float, np.bool_(1), "Input should be a valid number"),
    (int, np.bool_(1), "Input should be a valid integer"),
    (int, np.float64(3), "Input should be a valid integer"),
    (int, np.datetime64("2024-01-01", "ns"), "Input should be a valid integer"),
    (int, np.timedelta64(1, "ns"), "Input should be a valid integer"),
    (int, np.void(b"a"), "Input should be a valid integer"),
    (Literal[1], True, "Input should be of type int, which bool is not"),
    (Literal[1], 1.0, "Input should be of type int, which float is not"),
    (Literal[Colour.RED], "red", "Input should be of type Colour, which str is not"),
    (Point, (1.0, 2), "Input should be of type Point, which tuple is not"),
    (list[Point], [(1.0, 2)], "0: Input should be of type Point, which tuple is not"),
    (list[float], [1, Decimal(1)], "1: Input should be of type float, which Decimal is not"),
    (list[float], [1, 2**53 + 1], f"1: {2**53 + 1} cannot be a float without losing digits"),
    (dict[str, float], {"a": Decimal(1)}, "a: Input should be of type float, which Decimal is not"),
    (dict[float, int], {Decimal(1): 1}, "1: Input should be of type float, which Decimal is not"),
    (set[float], {2**53 + 1}, f"{2**53 + 1}: {2**53 + 1} cannot be a float without losing digits"),
    (set[float], {Decimal(1)}, "1: Input should be of type float, which Decimal is not"),
    (list[int], [np.int64(1), "a"], "1: Input should be a valid integer"),
    (Iterable[int], ["1"], "0: Input should be a valid integer"),
    (Iterable[int], 5, "Input should be iterable"),
    (Iterable[int], np.array([1]), "0: Input should be a valid integer"),
    (Forbidding, {"a": 1, "b": 2}, "b: Extra inputs are not permitted"),
    (Mapping[str, int], types.MappingProxyType({"a": "b"}), "Input should be a valid dictionary"),
]

LOOSE = [
    (int, "3", 3),
    (int, Size.SMALL, Size.SMALL),
    (float, Decimal("0.5"), 0.5),
    (float, 2**53 + 1, float(2**53)),
    (list[int], ("1", Size.SMALL), [1, Size.SMALL]),
    (list[int], {1}, [1]),
    (list[Iterable[int]], ([1], ["2"]), [[1], [2]]),
    (tuple[int, ...], ["1"], (1,)),
    (set[int], ["1"], {1}),
    (set[int], {"1"}, {1}),
    (frozenset[int], {"1", 2}, frozenset([1, 2])),
    (dict[int, int], {"1": "2"}, {1: 2}),
    (dict[str, int], collections.Counter("a"), collections.Counter("a")),
    (Mapping[str, int], types.MappingProxyType({"a": 1}), types.MappingProxyType({"a": 1})),
    (Mapping[str, int], types.MappingProxyType({"a": "1"}), {"a": 1}),
    (
        Address,
        {"number": "1", "street": "a", "type": "2", "b": 2},
        {"number": 1.0, "street": "a", "type": 2, "b": 2},
    ),
    (Literal[1], True, 1),
]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(("kind", "value"), STAYS)
def test_what_is_of_the_type_stays_what_it_is(kind, value, strict):
    """A value of the declared type, or of a class derived from it, is handed on unchanged."""
    assert alike(Validator(kind, strict=strict)(value), value)


@pytest.mark.parametrize(("kind", "value", "expected"), CONVERTED)
def test_numpy_scalars_and_exact_floats_are_all_that_is_converted(kind, value, expected):
    """A numpy scalar becomes Python's value, a whole number a float where nothing is lost."""
    found = Validator(kind)(value)

    assert alike(found, expected)
    assert getattr(found, "maxlen", None) == getattr(expected, "maxlen", None)


@pytest.mark.parametrize(("kind", "value", "finding"), REFUSED)
def test_no_other_value_is_converted(kind, value, finding):
    """What is neither of the type nor one of these is refused, with where it stands."""
    with pytest.raises(Mismatch) as caught:
        Validator(kind)(value)

    assert caught.value.args == (finding,)


@pytest.mark.parametrize(("kind", "value", "expected"), LOOSE)
def test_what_has_to_be_converted_is_where_that_is_asked_for(kind, value, expected):
    """With strict=False a value that fits stays what it is, and what does not is converted."""
    assert alike(Validator(kind, strict=False)(value), expected)


def test_what_is_given_is_not_changed():
    """A container in which something is converted is a new one, and has what the old one had."""
    rows = Rows([1, [2]])
    rows.note = "mine"

    found = Validator(list[float | list[float]])(rows)

    assert (found, found.note) == ([1, [2.0]], "mine")
    assert type(rows[1][0]) is int


kinds = st.recursive(
    st.sampled_from([int, float, str, bool, int | None]),
    lambda inner: (
        inner.map(lambda kind: list[kind])
        | inner.map(lambda kind: dict[str, kind])
        | inner.map(lambda kind: tuple[kind, ...])
        | inner.map(lambda kind: Iterable[kind])
    ),
    max_leaves=3,
)
scalars = st.sampled_from(
    [
        *(0, 1, -5, 2**53, 2**53 + 1, 1.5, 1.0, "a", "1", True, None, Size.SMALL, Colour.RED),
        *(Count(2), Name("b"), Decimal(1), np.int64(2), np.int64(2**53 + 1), np.float32(0.5)),
        *(np.bool_(1), np.str_("c")),
    ]
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(Rows)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "b", Name("c")]), inner, max_size=2)
        | st.dictionaries(st.sampled_from("ab"), inner, max_size=2).map(collections.Counter)
    ),
    max_leaves=5,
)


def _twin(kind: Any, value: Any) -> Any:
    """Check and convert simply, by the rules as they are written."""
    inner: Any = getattr(kind, "__args__", (None,))[-1 if kind is not Iterable else 0]
    origin = getattr(kind, "__origin__", None)
    if isinstance(kind, types.UnionType):
        return None if value is None else _twin(int, value)
    if origin is tuple:
        inner = kind.__args__[0]
    if origin in (list, tuple, dict):
        assert isinstance(value, origin)
        if origin is dict:
            assert all(isinstance(key, str) for key in value)
            made = type(value)()
            made.update({key: _twin(inner, item) for key, item in value.items()})
            return made
        return type(value)(_twin(inner, item) for item in value)
    if origin is Iterable:
        assert isinstance(value, (list, tuple, dict, str))
        items = [_twin(inner, item) for item in value]
        if isinstance(value, (list, tuple)):
            return type(value)(items)
        return value if alike(items, list(value)) else items
    if isinstance(value, np.generic):
        value = value.item()
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        assert float(value) == value
        return float(value)
    assert isinstance(value, kind)
    assert isinstance(value, bool) == (kind is bool)
    return value


@given(kinds, values)
def test_the_rules_are_kept_whatever_the_type_and_the_value(kind, value):
    """A simple twin that knows only the rules accepts the same and hands on the same."""
    try:
        expected = _twin(kind, value)
    except AssertionError:
        with pytest.raises(Mismatch):
            Validator(kind)(value)
    else:
        assert alike(Validator(kind)(value), expected)
