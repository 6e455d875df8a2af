"""Tests of private copies and of copies for readers: values of one type after the other."""

from __future__ import annotations

import array
import collections
import copy
import dataclasses
import datetime as dt
import enum
import threading
import types
from typing import Any, NamedTuple

import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.incremental import isolation, kept, lent, record


class Pair(NamedTuple):
    """A named tuple."""

    left: Any
    right: Any


@dataclasses.dataclass
class Open:
    """A record that can be changed."""

    rows: list[Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Closed:
    """A record that cannot be changed, though what it holds can."""

    rows: Any


class Slotted:
    """A record by declaration, with a slot that nobody filled."""

    __slots__ = ("__private", "rows", "unused")

    def __init__(self) -> None:
        self.rows: list[int] = [1]
        self.__private = [2]

    def private(self) -> list[int]:
        """Return what is private."""
        return self.__private


record(Slotted)


class Model(pydantic.BaseModel):
    """A model."""

    rows: list[int]


class Sealed(pydantic.BaseModel, frozen=True):
    """A model that cannot be changed."""

    name: str


class Rows(list[Any]):
    """A list with an attribute."""

    def __init__(self, *rows: Any) -> None:
        super().__init__(rows)
        self.notes = ["note"]


class Fixed(dict[str, Any]):
    """A dict that says that it is not to be copied."""

    def __copy__(self) -> Fixed:
        return self


class Leaving(list[Any]):
    """A list whose copies are plain lists."""

    def __reduce__(self) -> tuple[object, ...]:
        return list, (list(self),)


class Colour(enum.Enum):
    """An enum."""

    RED = [1]  # noqa: RUF012 -- an unchangeable member with a changeable value


@dataclasses.dataclass(eq=False)
class Account:
    """An object with an identity: equal only to itself."""

    rows: list[int]


def named(value: Any) -> str:
    """Name a test after its value, the same in every process."""
    return (
        f"{type(value).__name__} {value}" if isinstance(value, (int, str)) else type(value).__name__
    )


ATOMIC = [
    None,
    1,
    1.5,
    "text",
    b"bytes",
    (1, "two"),
    (1, (2, 3)),
    Pair(1, 2),
    frozenset({1}),
    dt.date(2026, 1, 1),
    range(3),
    print,
    int,
    Colour.RED,
    Closed(1),
    Sealed(name="x"),
    memoryview(b"ab"),
    Fixed(a=1),
    Leaving([1]),
]


@pytest.mark.parametrize("value", ATOMIC, ids=named)
def test_what_cannot_be_changed_is_neither_copied_nor_lent(value):
    """It is kept and handed on as it is."""
    assert isolation(value) is None
    assert kept(value) is value
    assert lent(value) is value


@pytest.mark.parametrize("value", [threading.Lock(), Account([1]), object()], ids=named)
def test_an_object_with_an_identity_is_shared(value):
    """A copy of a lock or a client would be another one."""
    assert kept(value) is value
    assert kept([value])[0] is value
    twice = [1]
    assert kept([twice, twice, value])[2] is value


def test_an_array_beside_what_is_held_twice_is_kept_apart():
    """A list that a value holds twice stays one list, and an array beside it is nobody else's."""
    twice, row = [1], np.arange(3)
    held = kept([twice, twice, row])
    row[0] = 9

    assert held[0] is held[1]
    assert held[2].tolist() == [0, 1, 2]
    assert lent(held)[2].tolist() == [0, 1, 2]


def changed_inside(value: Any) -> None:
    """Change in place everything in a value that can be changed."""
    match value:
        case tuple():
            for item in value:
                changed_inside(item)
        case dict():
            for item in value.values():
                changed_inside(item)
            value["changed"] = True
        case list() | collections.deque():
            for item in value:
                changed_inside(item)
            value.append("changed")
        case set():
            value.add("changed")
        case bytearray() | array.array():
            value.append(7)
        case Open() | Closed() | Model() | types.SimpleNamespace():
            changed_inside(value.rows)


CHANGEABLE = [
    [1, 2],
    [[1], 2, [3]],
    [[1], [2]],
    [{"a": 1}, {"a": [2]}],
    {"a": 1, "b": [1]},
    {"a": {"b": {"c": [1]}}},
    ([1], 2),
    Pair([1], {2}),
    {1, 2},
    bytearray(b"abc"),
    array.array("d", [1.0]),
    collections.deque([1, [2]], maxlen=9),
    collections.OrderedDict(b=[1], a=2),
    collections.defaultdict(list, a=[1]),
    collections.Counter("aab"),
    Open([[1]]),
    Closed([1]),
    Model(rows=[1]),
    types.SimpleNamespace(rows=[1]),
    [(1, [2]), Open([3]), {"x": (4, {5})}],
    [bytearray(b"x"), {1}, "text", None],
]


@pytest.mark.parametrize("value", CHANGEABLE, ids=repr)
def test_neither_the_giver_nor_a_reader_changes_what_is_kept(value):
    """What is kept is equal, of the same type, and stays so whatever happens to the others."""
    given, before = copy.deepcopy(value), repr(value)
    mine = kept(given)
    assert (type(mine), repr(mine)) == (type(value), before)

    changed_inside(given)
    first, second = lent(mine), lent(mine)
    assert (type(first), repr(first)) == (type(value), before)
    changed_inside(first)

    assert repr(first) != before
    assert repr(mine) == repr(second) == before


def test_a_container_of_a_class_of_its_own_keeps_class_and_attributes():
    """Derived lists are copied with their attributes, which are kept apart as well."""
    rows = Rows([1], 2)
    mine = kept(rows)

    mine_lent = lent(mine)
    mine_lent[0].append(3)
    mine_lent.notes.append("more")

    assert type(mine_lent) is Rows
    assert ([*mine], mine.notes) == ([[1], 2], ["note"])


def test_slots_are_attributes_too():
    """Private and unfilled slots are copied as they are."""
    mine = kept(Slotted())
    reader = lent(mine)

    reader.rows.append(3)
    reader.private().append(4)

    assert (mine.rows, mine.private()) == ([1], [2])
    assert not hasattr(reader, "unused")


def test_a_view_of_a_dict_follows_nobody():
    """A mapping proxy is kept over a copy of its own, and stays a proxy."""
    inner = {"a": [1]}
    mine = kept(types.MappingProxyType(inner))
    inner["b"] = [2]
    lent(mine)["a"].append(2)

    assert type(mine) is types.MappingProxyType
    assert mine == {"a": [1]}


def test_memory_that_can_be_written_to_is_lent_without_that():
    """A memory view is kept as a copy of the same form and lent read-only."""
    memory = memoryview(array.array("d", [1.0, 2.0]))
    mine = kept(memory)
    memory[0] = 9.0

    reader = lent(mine)
    with pytest.raises(TypeError, match="read-only"):
        reader[0] = 9.0
    assert (mine.tolist(), mine.format, mine.shape) == ([1.0, 2.0], "d", (2,))


def test_what_occurs_twice_occurs_twice_in_the_copy():
    """Code that relies on one list in two places finds one list in two places."""
    row = [0]
    mine = lent(kept({"grid": [row, row], "first": row}))

    mine["first"].append(1)

    assert mine == {"grid": [[0, 1], [0, 1]], "first": [0, 1]}
    assert row == [0]


def test_a_circle_stays_a_circle():
    """A list in itself, also by way of others, is copied as one."""
    lock = threading.Lock()
    circle: dict[str, Any] = {"lock": lock, "of": print, "open": Open([1]), "day": dt.date.min}
    circle["again"] = [circle]

    mine = lent(kept(circle))

    assert mine["again"][0] is mine is not circle
    assert mine["lock"] is lock
    assert mine["open"] == Open([1])
    assert mine["open"] is not circle["open"]


def test_a_tuple_may_stand_in_many_places():
    """Tuples of tuples, each in both places of the next, cost no more than there are."""
    value: Any = ([1],)
    for _ in range(60):
        value = (value, value)

    inner = lent(kept(value))
    while len(inner) == 2:
        assert inner[0] is inner[1]
        inner = inner[0]

    assert inner == ([1],)


def test_what_is_nested_too_deep_is_refused():
    """Nothing is passed over: what cannot be copied says so."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(RecursionError):
        kept(deep)
    while deep:  # taken apart from the outside, or the interpreter recurses
        (deep,) = deep


def test_a_value_that_nobody_else_holds_can_be_claimed():
    """Containers made a moment ago need no copy; one that holds somebody's list does."""
    mine = [1, 2]
    nested = [[1], (2, [3]), {"a": [4], "b": 5}]
    somebodys = [6]

    for value in (mine, nested, [Open([1])], {"a": {1}}, [[1], {2}]):
        how = isolation(value)
        assert how is not None
        assert how.claim is not None
        assert how.claim(value) is value
    for value in ([somebodys], [1, somebodys], {"a": (somebodys,)}, [[bytearray(1)], somebodys]):
        how = isolation(value)
        assert how is not None
        assert how.claim is None


PLAIN = st.recursive(
    st.integers() | st.text(max_size=3) | st.none() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=2), inner, max_size=4)
        | st.tuples(inner, inner)
        | st.builds(Open, st.lists(inner, max_size=2))
    ),
    max_leaves=25,
)


@given(PLAIN)
def test_copies_are_those_of_deepcopy(value):
    """Against the dumb twin: equal to a deep copy, and no part that can be changed is shared."""
    before = copy.deepcopy(value)
    mine = kept(value)
    reader = lent(mine)
    assert mine == reader == before
    assert repr(mine) == repr(reader) == repr(before)

    changed_inside(reader)
    assert repr(mine) == repr(before)
    changed_inside(value)
    assert repr(mine) == repr(before)


class Labelled(tuple[Any, ...]):  # noqa: SLOT001 -- it has attributes
    """A tuple with attributes."""


def test_a_tuple_of_a_class_of_its_own_is_copied_with_what_it_holds():
    """Items and attributes are kept apart, and the class stays."""
    value = Labelled([[1], 2])
    value.notes = ["note"]  # type: ignore[attr-defined]  # it takes any
    mine = kept(value)
    reader = lent(mine)
    reader[0].append(3)
    reader.notes.append("more")

    assert type(reader) is Labelled
    assert (mine[0], mine.notes) == ([1], ["note"])


@dataclasses.dataclass
class Unmoved:
    """A record whose copy is itself."""

    rows: list[int]

    def __copy__(self) -> Unmoved:
        return self


def test_a_record_that_is_its_own_copy_is_left_alone_or_refused_nothing():
    """What says that it is not to be copied is shared as it is."""
    value = Unmoved([1])

    assert kept(value) is value
