"""Which values can be handed on, and what is said of the others."""

from __future__ import annotations

import asyncio
import collections
import csv
import dataclasses
import itertools
import operator
import re
import sys
import tempfile
import types
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.incremental import ATOMS, FleetingError, fleeting, isolation, kept

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


class Countdown:
    """An iterator of one's own."""

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        raise StopIteration


class Ticks:
    """An asynchronous iterator of one's own."""

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        raise StopAsyncIteration


class Rows:
    """Can be read as often as one likes."""

    def __iter__(self) -> Iterator[int]:
        return iter([1])


class Cursor:
    """Has a next one and is no iterator."""

    def __next__(self) -> int:
        return 1

    def __anext__(self) -> int:
        return 1


class Pair(NamedTuple):
    first: Any
    second: Any


async def ticks():
    """Yield later."""
    yield 1


@pytest.fixture
def file(tmp_path):
    """An open file with a line."""
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n", encoding="utf-8")
    with path.open(encoding="utf-8") as opened:
        yield opened


ONCE = [
    lambda: (x for x in [1]),
    lambda: iter([1]),
    lambda: map(str, [1]),
    lambda: filter(None, [1]),
    lambda: zip([1], [2], strict=True),
    lambda: enumerate([1]),
    lambda: reversed([1]),
    itertools.count,
    lambda: itertools.chain([1]),
    lambda: itertools.groupby([1]),
    lambda: csv.reader(["a,b"]),
    lambda: csv.DictReader(["a,b"]),
    lambda: re.finditer("a", "a"),
    lambda: pd.DataFrame({"a": [1]}).iterrows(),
    lambda: np.nditer(np.array([1])),
    Countdown,
]
VIEWS = [
    {1: 2}.items,
    {1: 2}.keys,
    {1: 2}.values,
    lambda: collections.OrderedDict(a=1).items(),
    lambda: collections.ChainMap({1: 2}).items(),
]
LASTS = [
    *(1, 1.5, "a", b"a", True, None, (), [], {}, {1}, range(3), object(), len, int, Pair(1, 2)),
    *(Rows(), Cursor(), collections.deque([1]), MagicMock(), np.array([1]), np.float64(1)),
    *(pd.DataFrame({"a": [1]}), pd.Series([1]), collections.Counter("a"), Pair, Countdown),
    *([[1, 2], ({"a": [1]},)], {"a": {"b": (1, [2])}}),
]


@pytest.mark.parametrize("make", ONCE)
def test_what_is_read_only_once_does_not_last(make):
    """Generators, iterators and readers are refused, whatever they are made of."""
    assert re.fullmatch(
        r"(a|an(?= [aeiou])) \w+ can be read only once, so that a second reader would get nothing:"
        r" hand on a list, list\(…\) of it",
        fleeting(make()),
    )
    with pytest.raises(TypeError, match="can be read only once"):
        isolation(make())


@pytest.mark.parametrize("make", VIEWS)
def test_a_view_on_a_mapping_does_not_last(make):
    """What shows the later state of a mapping is refused."""
    assert fleeting(make()).endswith(
        "shows what becomes of its mapping later: hand on a copy, list(…) of it"
    )
    with pytest.raises(FleetingError, match="shows what becomes of its mapping later"):
        isolation(make())


@pytest.mark.parametrize("value", LASTS, ids=lambda value: type(value).__name__)
def test_what_can_be_read_again_lasts(value):
    """Everything else is handed on as it is, everyday types without a closer look."""
    assert fleeting(value) == ""
    isolation(value)


def test_what_is_read_asynchronously_does_not_last():
    """Asynchronous generators and iterators are refused, and how to collect them is said."""
    for value in (ticks(), Ticks()):
        assert fleeting(value).endswith("hand on a list, [item async for item in …]")


def test_what_is_awaited_once_does_not_last():
    """Coroutines are refused, futures of a loop too, inside of others as well; awaitables last."""

    async def later():
        return 1

    class Pool:
        def __await__(self):
            return later().__await__()

    coroutine, loop = later(), asyncio.new_event_loop()
    try:
        for value in (coroutine, [coroutine], {"a": (coroutine,)}):
            assert fleeting(value).endswith("await it, and hand on what comes of it")
        assert "only on the loop that made it" in fleeting([loop.create_future()])
    finally:
        coroutine.close()
        loop.close()
    assert fleeting(Pool()) == ""


def test_a_file_that_is_read_does_not_last(file):
    """A file to read is refused, open or closed; a stream that is only written to is not."""
    assert fleeting(file).endswith("hand on its path, or what .read() gives")
    file.close()
    assert fleeting(file)
    with tempfile.TemporaryFile("w+b", buffering=0) as both:
        assert fleeting(both)
    with tempfile.NamedTemporaryFile("w+") as named:
        assert fleeting(named).endswith("hand on its path, or what .read() gives")
    with open(file.name, "w", encoding="utf-8") as written:  # noqa: PTH123 -- a plain file object
        assert kept(written) is written
    assert fleeting(sys.__stdout__) == ""


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ([1, iter([1])], "[1]"),
        ((1, map(str, [1])), "[1]"),
        (Pair("a", iter([1])), "[1]"),
        ({"rows": iter([1])}, "['rows']"),
        ({"a": {"b": [iter([1])]}}, "['a']['b'][0]"),
        (list(itertools.groupby([1], operator.neg)), "[0][1]"),
        (collections.OrderedDict(a={1: 2}.items()), "['a']"),
    ],
)
def test_what_is_inside_is_looked_at(value, where):
    """A value whose items are read only once is refused, and the way to it is told."""
    assert f", at {where}, " in fleeting(value)
    with pytest.raises(FleetingError, match=re.escape(f", at {where}, ")):
        isolation(value)


@dataclasses.dataclass
class Page:
    """Stands for what it holds."""

    rows: Any


@dataclasses.dataclass(frozen=True)
class Fixed:
    """The same, never changing."""

    rows: Any


@dataclasses.dataclass
class Turning:
    """A record that is its own iterator."""

    rows: Any

    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration


@dataclasses.dataclass
class Seeking:
    """A record that has a next one and is no iterator."""

    rows: Any

    def __next__(self):
        return 1


def deep(value: Any, levels: int) -> Any:
    """Put a value into so many lists."""
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ([*range(20), iter([1])], "[20]"),
        ([[*range(9), map(str, [1])], [2]], "[0][9]"),
        (dict.fromkeys("abcdefghijk", 1) | {"l": iter([1])}, "['l']"),
        (deep(iter([1]), 9), "[0][0][0][0][0][0][0][0][0]"),
        (Page(iter([1])), ".rows"),
        (Fixed(iter([1])), ".rows"),
        ([1, Page({"a": zip([1], [2], strict=True)})], "[1].rows['a']"),
        (types.SimpleNamespace(rows=iter([1])), ".rows"),
        (types.MappingProxyType({"a": iter([1])}), "['a']"),
        (collections.deque([1, iter([1])]), "[1]"),
        (collections.UserList([iter([1])]), ".data[0]"),
        (Seeking(iter([1])), ".rows"),
        (Page({1: 2}.keys()), ".rows"),
        ([Turning([1])], "[0]"),
    ],
)
def test_the_walk_finds_it_wherever_it_is(value, where):
    """Past the first items, deeper, in records and namespaces: it is refused where it is kept."""
    with pytest.raises(FleetingError, match=re.escape(f", at {where}, ")):
        isolation(value)


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"a": [1, 2], "b": [1, iter([1])]}),
        pd.Series([iter([1])], dtype=object),
        np.array([1, iter([1])], dtype=object),
        [pd.DataFrame({"a": [[1, iter([1])]]})],
    ],
)
def test_columns_of_objects_are_walked_through(value):
    """What arrays and columns hold is looked at as well."""
    with pytest.raises(FleetingError, match=r"a list_iterator.* can be read only once"):
        isolation(value)


def test_what_is_held_twice_is_looked_at_where_it_is_copied():
    """A value in which a list occurs twice is copied otherwise, and refused all the same."""
    twice = [1]
    circle: list[Any] = [1]
    circle.append(circle)

    for value in ([twice, twice, iter([1])], [circle, iter([1])], [twice, twice, Page(iter([1]))]):
        with pytest.raises(FleetingError, match="can be read only once"):
            kept(value)


def test_a_record_may_hold_a_file_or_a_future(file):
    """What a record does with its file or its future is its own affair; both stay as they are."""
    loop = asyncio.new_event_loop()
    try:
        for value in (file, loop.create_future()):
            for holds in (Page, Fixed, lambda rows: types.SimpleNamespace(rows=rows)):
                assert kept(holds(value)).rows is value
                twice = holds([value])
                assert kept([twice, twice])[0].rows == [value]
            frame = kept(pd.DataFrame({"a": pd.Series([value], dtype=object)}))
            assert frame["a"].iloc[0] is value
            with pytest.raises(FleetingError):
                isolation([Page(1), value])
    finally:
        loop.close()


def test_a_circle_ends():
    """A list that holds itself is looked at some levels deep."""
    circle: list[Any] = [1]
    circle.append(circle)

    assert fleeting(circle) == ""
    assert kept(circle)[1][1][0] == 1


values = st.recursive(
    st.sampled_from([1, "a", None, 2.5, b"b"]) | st.just(iter([1])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)


def _twin(value: Any, deep: int = 4) -> bool:
    """Tell simply whether an iterator is anywhere in a small value."""
    if isinstance(value, (list, dict)):
        inside = value.values() if isinstance(value, dict) else value
        return deep > 0 and any(_twin(item, deep - 1) for item in inside)
    return type(value) not in ATOMS


@given(values)
def test_a_simple_search_agrees(value):
    """In small values the search finds what a simple recursion finds, and the walk all there is."""
    assert bool(fleeting(value)) == _twin(value)
    try:
        kept(value)
    except FleetingError:
        assert _twin(value, 1_000)
    else:
        assert not _twin(value, 1_000)
