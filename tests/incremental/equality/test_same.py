"""``same``: strict, sound, and never raising; the traps of ``==`` in Python one by one."""

from __future__ import annotations

import array
import collections
import copy
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import re
import sys
import time
import types
import uuid
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.incremental import same

NAN = float("nan")
KYIV = ZoneInfo("Europe/Kyiv")
NOON = dt.datetime(2024, 1, 1, 12, tzinfo=KYIV)


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1


class Point(NamedTuple):
    x: Any
    y: Any


class Pair(NamedTuple):
    x: Any
    y: Any


class NamedPoint(Point):
    """A named tuple whose instances may hold more than their items."""


class Bag(tuple):  # noqa: SLOT001 -- what is tested
    """A tuple whose instances may hold more than their items."""


@dataclasses.dataclass(frozen=True)
class Frozen:
    value: Any


@dataclasses.dataclass
class Loose:
    value: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    value: Any
    other: Any = dataclasses.field(default=None, compare=False)


@dataclasses.dataclass
class Rows(list):
    """A dataclass that is a list as well."""

    value: int = 0


class Whole(int):
    """A number of somebody else's."""


class Hostile:
    """Refuses to be compared."""

    def __eq__(self, other: object) -> bool:
        message = "compare me not"
        raise ArithmeticError(message)

    def __hash__(self) -> int:
        return 1


class Zone(dt.tzinfo):
    """A zone that looks like others and means something else."""

    def __init__(self, hours: int) -> None:
        self.hours = hours

    def utcoffset(self, _moment):
        return dt.timedelta(hours=self.hours)

    def __str__(self) -> str:
        return "zone"


def holding(value: Any, **attributes: Any) -> Any:
    """Return a value with attributes set on it."""
    for name, attribute in attributes.items():
        setattr(value, name, attribute)
    return value


def nested(depth: int) -> list[Any]:
    """Return lists in lists."""
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


def looped() -> list[Any]:
    """Return a list that contains itself."""
    found: list[Any] = []
    found.append(found)
    return found


def with_a_list(found=[]):  # noqa: B006 -- what is tested
    """Carry a list along."""
    return found


def with_an_attribute():
    """Carry an attribute along."""
    return 1


with_an_attribute.rate = 1


def with_a_closure(found):
    """Return a function that carries something along."""
    return lambda: found


EQUAL = [
    (1, 1),
    (10**30, 10**30),
    ("a" * 3, "aaa"),
    (b"a", b"a"),
    (True, True),
    (None, None),
    (..., ...),
    (NotImplemented, NotImplemented),
    (1.5, 1.5),
    (0.0, 0.0),
    (NAN, float("nan")),
    (complex(NAN, 0), complex(NAN, 0)),
    (decimal.Decimal("1.0"), decimal.Decimal("1.0")),
    (decimal.Decimal("NaN"), decimal.Decimal("NaN")),
    (fractions.Fraction(1, 2), fractions.Fraction(2, 4)),
    (range(3), range(0, 3, 1)),
    (slice(1, 2), slice(1, 2)),
    (re.compile("a"), re.compile("a")),
    (uuid.UUID(int=1), uuid.UUID(int=1)),
    (dt.date(2024, 1, 1), dt.date(2024, 1, 1)),
    (dt.timedelta(1), dt.timedelta(hours=24)),
    (NOON, dt.datetime(2024, 1, 1, 12, tzinfo=ZoneInfo("Europe/Kyiv"))),
    (dt.time(1, tzinfo=dt.UTC), dt.time(1, tzinfo=dt.UTC)),
    (PurePosixPath("a/b"), PurePosixPath("a", "b")),
    (Colour.RED, Colour.RED),
    (Level.LOW, Level.LOW),
    (int, int),
    (len, len),
    (dataclasses, dataclasses),
    (copy.copy, copy.copy),
    ([1, [2.0, {"a": None}]], [1, [2.0, {"a": None}]]),
    ((), ()),
    ((1, (2,)), (1, (2,))),
    ({1, 2}, {2, 1}),
    (frozenset("ab"), frozenset("ab")),
    (bytearray(b"a"), bytearray(b"a")),
    (types.MappingProxyType({"a": 1}), types.MappingProxyType({"a": 1})),
    (Point(1, 2), Point(1, 2)),
    (NamedPoint(1, 2), NamedPoint(1, 2)),
    (Frozen((1,)), Frozen((1,))),
    (Loose([1]), Loose([1])),
    (Slotted(1, 2), Slotted(1, 2)),
    (uuid.UUID(int=1), uuid.UUID(int=1)),
    (dt.timezone(dt.timedelta(hours=1), "a"), dt.timezone(dt.timedelta(hours=1), "a")),
    (array.array("d", [1, NAN]), array.array("d", [1, NAN])),
    (types.SimpleNamespace(a=1), types.SimpleNamespace(a=1)),
    (collections.deque([1], 2), collections.deque([1], 2)),
    (collections.OrderedDict(a=1), collections.OrderedDict(a=1)),
    (collections.Counter("aab"), collections.Counter("aab")),
    (collections.defaultdict(list, a=[1]), collections.defaultdict(list, a=[1])),
    (collections.ChainMap({"a": 1}), collections.ChainMap({"a": 1})),
    (collections.UserDict(a=1), collections.UserDict(a=1)),
    (ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("1.2.3.4")),
]

DIFFERENT = [
    pytest.param(1, True, id="1 == True"),
    pytest.param(1, 1.0, id="1 == 1.0"),
    pytest.param([1], [1.0], id="[1] == [1.0]"),
    pytest.param((1, True), (1, 1), id="(1, True) == (1, 1)"),
    pytest.param({"a": 1}, {"a": True}, id="values of dicts"),
    pytest.param({1: "a"}, {True: "a"}, id="keys of dicts"),
    pytest.param({1: "a"}, {"1": "a"}, id="number and text as key"),
    pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="order of dicts"),
    pytest.param({1}, {True}, id="members of sets"),
    pytest.param({1}, {1, 2}, id="size of sets"),
    pytest.param({1}, {2}, id="other members"),
    pytest.param({1}, frozenset({1}), id="set == frozenset"),
    pytest.param(0.0, -0.0, id="0.0 == -0.0"),
    pytest.param(1.0, NAN, id="number and nan"),
    pytest.param(NAN, 1.0, id="nan and number"),
    pytest.param(complex(0, 0.0), complex(0, -0.0), id="zeros of complex numbers"),
    pytest.param(decimal.Decimal("1.0"), decimal.Decimal("1.00"), id="digits of decimals"),
    pytest.param(range(0), range(1, 1), id="empty ranges are equal"),
    pytest.param(range(0, 3, 2), range(0, 4, 2), id="ranges of equal items"),
    pytest.param(slice(1, 2), slice(1.0, 2.0), id="slices of equal numbers"),
    pytest.param([1, 2], (1, 2), id="list and tuple"),
    pytest.param([1], [1, 2], id="length"),
    pytest.param("a", b"a", id="text and bytes"),
    pytest.param(Whole(1), Whole(1), id="unknown subclass"),
    pytest.param(object(), object(), id="unknown objects"),
    pytest.param(Point(1, 2), Pair(1, 2), id="two kinds of named tuples"),
    pytest.param(Point(1, 2), (1, 2), id="named tuple and tuple"),
    pytest.param(Bag((1,)), Bag((1,)), id="tuple that may hold more"),
    pytest.param(
        holding(NamedPoint(1, 2), unit="m"), holding(NamedPoint(1, 2), unit="km"), id="it does"
    ),
    pytest.param({8, 0}, {0, 8}, id="order of sets"),
    pytest.param(frozenset([8, 0]), frozenset([0, 8]), id="order of frozen sets"),
    pytest.param(
        dt.timezone(dt.timedelta(hours=1), "a"),
        dt.timezone(dt.timedelta(hours=1), "b"),
        id="names of zones",
    ),
    pytest.param(
        uuid.UUID(int=1), uuid.UUID(int=1, is_safe=uuid.SafeUUID.safe), id="what == leaves out"
    ),
    pytest.param(collections.deque([1], 2), collections.deque([1], 3), id="length of a deque"),
    pytest.param(collections.deque([1]), collections.deque([True]), id="items of a deque"),
    pytest.param(
        collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1), id="order of keys"
    ),
    pytest.param(
        holding(collections.OrderedDict(a=1), unit="m"),
        collections.OrderedDict(a=1),
        id="attributes of a dictionary",
    ),
    pytest.param(
        collections.defaultdict(list), collections.defaultdict(set), id="what makes defaults"
    ),
    pytest.param(array.array("d", [1]), array.array("f", [1]), id="type of an array"),
    pytest.param(array.array("d", [0.0]), array.array("d", [-0.0]), id="zero in an array"),
    pytest.param(time.gmtime(0), time.gmtime(0), id="tuple with hidden items"),
    pytest.param(Frozen(1), Frozen(1.0), id="fields of dataclasses"),
    pytest.param(Loose(1), Frozen(1), id="two dataclasses"),
    pytest.param(Slotted(1, 2), Slotted(1, 3), id="fields that == leaves out"),
    pytest.param(holding(Loose(1), more=1), holding(Loose(1), more=2), id="what is no field"),
    pytest.param(Rows(1), Rows(1), id="dataclass that is a list too"),
    pytest.param(Colour.RED, Colour.BLUE, id="members of an enum"),
    pytest.param(Level.LOW, 1, id="enum and its value"),
    pytest.param(lambda: 1, lambda: 1, id="two functions"),
    pytest.param(PureWindowsPath("A"), PureWindowsPath("a"), id="Windows paths are equal"),
    pytest.param(NOON, NOON.replace(tzinfo=None), id="with a zone and without"),
    pytest.param(NOON, NOON.astimezone(dt.UTC), id="the same moment in another zone"),
    pytest.param(NOON, NOON.replace(fold=1), id="fold"),
    pytest.param(NOON.replace(tzinfo=Zone(1)), NOON.replace(tzinfo=Zone(2)), id="zones alike"),
    pytest.param({Hostile()}, {Hostile()}, id="a comparison that raises"),
    pytest.param(looped(), looped(), id="lists that contain themselves"),
    pytest.param(nested(100_000), nested(100_000), id="nested too deep"),
]


@pytest.mark.parametrize(("old", "new"), EQUAL, ids=[type(new).__name__ for _, new in EQUAL])
def test_what_no_reader_could_tell_apart_is_the_same(old, new):
    """Two values of one type that look alike in every respect are the same, both ways round."""
    assert same(old, new)
    assert same(new, old)


@pytest.mark.parametrize(("old", "new"), DIFFERENT)
def test_what_a_reader_could_tell_apart_has_changed(old, new):
    """Equal by ``==`` is not the same: types, signs, order and hidden parts count."""
    assert not same(old, new)
    assert not same(new, old)


IN_PLACE = [
    [1],
    {"a": 1},
    {1},
    bytearray(b"a"),
    Loose(1),
    types.MappingProxyType({}),
    ([1],),
    Frozen([1]),
    collections.deque([1]),
    collections.OrderedDict(),
    collections.defaultdict(list),
    array.array("d"),
    types.SimpleNamespace(),
    [1].append,
    with_a_list,
    with_an_attribute,
    with_a_closure([1]),
    holding(NamedPoint(1, 2), unit="m"),
]


@pytest.mark.parametrize("value", IN_PLACE, ids=lambda value: type(value).__name__)
def test_an_object_that_can_be_changed_in_place_is_never_the_same_object(value):
    """The same list again may hold something else by now: nobody kept the old one."""
    assert not same(value, value)


@pytest.mark.parametrize(
    "value", [(1, "a"), frozenset({1}), Frozen((1,)), Point(1, 2), NAN, Slotted(1)]
)
def test_an_object_that_cannot_be_changed_is_itself(value):
    """The same immutable object is the same value, nan included."""
    assert same(value, value)


def test_two_views_of_one_dictionary_have_changed():
    """A read-only view shows what was written to the dictionary below it, the older one too."""
    held = {"a": 1}
    before = types.MappingProxyType(held)
    held["a"] = 2

    assert not same(before, types.MappingProxyType(held))
    assert not same(vars(Frozen), vars(Frozen))


def test_a_million_items_are_looked_at_and_not_one_more(monkeypatch):
    """Beyond the budget a value has changed: comparing would cost more than it saves."""
    monkeypatch.setattr(sys.modules[same.__module__], "_BUDGET", 100)

    assert same([1j] * 98, [1j] * 98)
    assert not same([1j] * 99, [1j] * 99)
    assert not same([[1j] * 50] * 2, [[1j] * 50] * 2)


def test_items_that_need_no_look_at_each_do_not_count():
    """Any number of numbers, texts and the like is compared."""
    many = [*range(1_000_001)]

    assert same(many, [*many])
    assert not same(many, [*many[:-1], True])
    assert same([*map(float, many)], [*map(float, many)])


def test_a_frozen_dataclass_with_a_cached_value_is_compared_with_it():
    """What an instance holds besides its fields is a part of it."""
    plain, other = Frozen(1), Frozen(1)
    vars(other)["cached"] = 2

    assert not same(plain, other)
    vars(plain)["cached"] = 2
    assert same(plain, other)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(width=16),
    st.complex_numbers(max_magnitude=2),
    st.text("ab", max_size=2),
    st.binary(max_size=1),
    st.decimals(-2, 2, places=1),
    st.fractions(-1, 1, max_denominator=3),
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 3)),
    st.timezones().map(lambda zone: NOON.replace(tzinfo=zone)),
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.integers(0, 2) | st.booleans(), inner, max_size=2),
        st.builds(Frozen, inner),
    ),
    max_leaves=6,
)


@given(PLAIN, PLAIN)
def test_same_implies_equal_type_and_repr(old, new):
    """Whatever is the same has one type and one ``repr``."""
    if same(old, new):
        assert type(old) is type(new)
        assert repr(old) == repr(new)


@given(PLAIN)
def test_a_copy_of_plain_data_is_the_same(value):
    """Plain data is recognised: its copy is the same, so cut-offs happen."""
    assert same(value, copy.deepcopy(value))


@given(PLAIN, PLAIN)
def test_same_is_symmetric(old, new):
    """Which of the two is older makes no difference."""
    assert same(old, new) == same(new, old)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([1.5] * 50, [1.5] * 50, True),
        ([1.5, NAN] * 50, [1.5, NAN] * 50, True),
        ([1.5, 0.0] * 50, [1.5, 0.0] * 50, True),
        ([1.5, 0.0] * 50, [1.5, -0.0] * 50, False),
        ([1.5] * 50, [*[1.5] * 49, 2.5], False),
    ],
    ids=["the same", "beside nan", "beside zero", "the sign of zero", "the last differs"],
)
def test_many_floats_are_compared_to_the_bit(old, new, expected):
    """A long list of floats is compared as a whole, and as strictly as each of them alone."""
    assert same(list(old), list(new)) is expected
