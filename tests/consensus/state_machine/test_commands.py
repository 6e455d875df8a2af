"""Commands come back exactly, and what would not is refused with its path."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import json
import math
import types
import uuid
from collections import OrderedDict, namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus.state_machine import commands
from igniter_nb.consensus.state_machine.commands import (
    COMMAND_DEPTH,
    INT_BITS,
    LISTED,
    decode,
    encode,
    is_plain,
)
from igniter_nb.errors import CommandError

TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**INT_BITS) + 1, 2**INT_BITS - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
NAMES = TEXT.filter(lambda name: name not in {"type", "key"})
COMMANDS = st.dictionaries(NAMES, PLAIN, max_size=4)


def by_type(value):
    """Name a case after its type: some values cannot be written as text."""
    return type(value).__name__


def exactly(value):
    """Write a value so that equal text means the same types, values and order."""
    if isinstance(value, dict):
        return [dict, [[key, exactly(item)] for key, item in value.items()]]
    if isinstance(value, list):
        return [list, [exactly(item) for item in value]]
    return [type(value), repr(value)]


def nested(depth):
    """Put a list into a list, and so on."""
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


def refusal(command):
    """Return what encode says to a command that is refused."""
    with pytest.raises(CommandError) as caught:
        encode(command)
    return str(caught.value)


@given(COMMANDS)
def test_a_command_comes_back_exactly(command):
    """Same values, same types, same order, whatever the numbers and the text."""
    assert exactly(decode(encode(command))) == exactly(command)


@pytest.mark.parametrize(
    "value",
    [
        -0.0,
        1.0,
        1,
        True,
        5e-324,
        1.7976931348623157e308,
        0.1 + 0.2,
        2**INT_BITS - 1,
        -(2**INT_BITS) + 1,
        2**62,
        "\ud83d\ude00",
        "\U0001f600",
        "\udcff",
        "\x00\u2028\\\"'",
        "",
        [],
        {},
        {"": {"": [None]}},
        nested(COMMAND_DEPTH - 1),
        [1] * 1_000,
        "9" * 5_000,
        ["1" * 700, [[]] * 100],
    ],
    ids=by_type,
)
def test_what_json_libraries_trip_over_comes_back(value):
    """Negative zero, extremes, pairs of lone surrogates and long digits keep type and value."""
    command = {"key": "k", "value": value}

    assert exactly(decode(encode(command))) == exactly(command)


def test_an_interpreter_without_the_c_encoder_writes_the_same(monkeypatch):
    """The fast writer is one of two, and which one it is cannot be seen in a log."""
    command = {"key": 'ü\ud83d"', "value": [1.0, -0.0, True, None, {"a": 10**30}]}

    monkeypatch.setattr(json.encoder, "c_make_encoder", None)

    assert commands._writer()(command).encode("utf-8", "surrogatepass") == encode(command)


def test_equal_commands_are_equal_bytes():
    """What is written is compact JSON in the command's own order."""
    assert encode({"key": "preis", "value": ["ü", 1.5, None, True]}) == (
        '{"key":"preis","value":["ü",1.5,null,true]}'.encode()
    )


@pytest.mark.parametrize("make", [types.MappingProxyType, OrderedDict], ids=["proxy", "ordered"])
def test_the_command_itself_may_be_any_mapping(make):
    """Another mapping at the top is written as a dict; it comes back as one."""
    assert decode(encode(make({"key": "a", "value": 1}))) == {"key": "a", "value": 1}


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    HIGH = 3


class Side(enum.StrEnum):
    BUY = "buy"


class Text(str):
    __slots__ = ()


@dataclasses.dataclass
class Order:
    price: int


Point = namedtuple("Point", "x y")  # noqa: PYI024 -- users have them


@pytest.mark.parametrize(
    ("value", "came", "advice"),
    [
        ((1, 2), "(tuple)", "use a list: list(x)"),
        (b"ab", "(bytes)", "x.hex(), or base64"),
        (bytearray(b"ab"), "(bytearray)", "x.hex(), or base64"),
        ({1, 2}, "(set)", "sorted(x)"),
        (frozenset({1}), "(frozenset)", "sorted(x)"),
        (dt.datetime(2025, 1, 2, tzinfo=dt.UTC), "datetime", "x.isoformat()"),
        (dt.date(2025, 1, 2), "(datetime.date)", "x.isoformat()"),
        (dt.timedelta(seconds=1), "timedelta", "x.total_seconds()"),
        (pd.Timestamp("2025-01-02"), "Timestamp", "x.isoformat()"),
        (np.int64(3), "(numpy.int64)", "use x.item()"),
        (np.float64(3.5), "(numpy.float64)", "use x.item()"),
        (np.bool_(True), "(numpy.bool", "use x.item()"),
        (np.str_("a"), "(numpy.str_)", "use x.item()"),
        (pd.Series([1, 2]), "Series", "x.tolist()"),
        (np.zeros(3), "ndarray", "x.tolist()"),
        (pd.DataFrame({"a": [1]}), "DataFrame", 'x.to_dict("records")'),
        (decimal.Decimal("1.5"), "Decimal('1.5')", "str(x)"),
        (uuid.UUID(int=1), "uuid.UUID", "str(x)"),
        (Path("a"), "pathlib.", "str(x)"),
        (1j, "(complex)", "[x.real, x.imag]"),
        (range(3), "(range)", "list(x)"),
        (Colour.RED, "Colour", "x.value"),
        (Level.HIGH, "Level", "x.value"),
        (Side.BUY, "Side", "x.value"),
        (Text("a"), "Text", "str(x)"),
        (Order(3), "Order", "dataclasses.asdict(x)"),
        (Point(1, 2), "Point", "x._asdict()"),
        (OrderedDict(a=1), "OrderedDict", "dict(x)"),
        (object(), "(object)", "a dict with str keys"),
        (math.nan, "NaN", "use None"),
        (math.inf, "came infinity", "use None"),
        (-math.inf, "-infinity", "use None"),
        (2**INT_BITS, "2,049", "hex(x)"),
        (-(10**5_000), "bits", "hex(x)"),
    ],
    ids=by_type,
)
def test_what_is_no_plain_data_is_refused_with_advice(value, came, advice):
    """The error says where, what came, and how to write it instead."""
    text = refusal({"type": "add", "order": {"price": [1, 2, value]}})

    assert "order.price[2]: expected" in text
    assert came in text
    assert advice in text


def test_every_problem_is_told_at_once():
    """Paths of all places are listed; keys that are no names are quoted."""
    text = refusal({"key": 3, "a b": {"c": (1,), 5: math.nan}, "n": [b"x", {"y": {1}}]})

    assert "6 places are not" in text
    for path in ("['a b'].c:", "['a b']: expected str keys, came 5 (int)", "n[0]:", "n[1].y:"):
        assert path in text, path
    assert "['a b'][5]: expected a finite float, came NaN" in text
    assert "key: expected a str, came 3 (int)" in text


def test_a_flood_of_problems_is_counted():
    """No more than fifty are written out."""
    text = refusal({"type": "t", "rows": [(n,) for n in range(1_000)]})

    assert "1,000 places" in text
    assert text.count("expected plain data") == LISTED
    assert text.endswith("and 950 more")


def test_what_contains_itself_is_refused():
    """A circle is told as a circle, with the path at which it closes."""
    order = {"lines": []}
    order["lines"].append(order)

    assert "order.lines[0]: contains itself" in refusal({"order": order})


def test_the_same_part_twice_is_no_circle():
    """A value that stands at two places is written twice."""
    part = [1]

    assert decode(encode({"type": "t", "a": part, "b": part})) == {
        "type": "t",
        "a": [1],
        "b": [1],
    }


@pytest.mark.parametrize("deep", [nested(COMMAND_DEPTH), {"a": nested(COMMAND_DEPTH - 1)}])
def test_what_nests_too_deep_is_refused(deep):
    """The limit does not depend on the stack of whoever writes."""
    assert f"nests deeper than {COMMAND_DEPTH} containers" in refusal({"type": "t", "deep": deep})


@pytest.mark.parametrize("command", [None, 3, "set", ["key", "value"], {1}])
def test_a_command_is_a_mapping(command):
    """Something else is refused with an example."""
    text = refusal(command)

    assert "a command is a dict with str keys" in text
    assert '{"key": "price", "value": 99}' in text


@pytest.mark.parametrize("name", ["type", "key"])
@pytest.mark.parametrize("value", [None, 3, ["a"]])
def test_type_and_key_are_text(name, value):
    """A key that is no str would be another one after JSON."""
    assert f"{name}: expected a str, came {value!r}" in refusal({name: value, "value": 1})


def test_a_typed_command_may_call_anything_key():
    """Only the key-value protocol asks for a str there."""
    assert decode(encode({"type": "t", "key": 5})) == {"type": "t", "key": 5}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"3",
        b"[1]",
        b"null",
        b'{"a":1} ',
        b'{"a":1}{}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":"\xff"}',
        b'{"a":' + b"1" * 618 + b"}",
        b'{"a":' + b"1" * 5_000 + b"}",
        b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"a":' + b"[" * 100_000,
    ],
    ids=by_type,
)
def test_foreign_bytes_in_the_log_are_no_command(data):
    """They are one and the same error on every node, never something else raised (C256)."""
    with pytest.raises(CommandError, match="an entry of the log is no command"):
        decode(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_command_or_an_error(data):
    """Nothing but CommandError is raised, and what is read can be written again."""
    try:
        command = decode(data)
    except CommandError:
        return

    assert is_plain(command)
