from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import pathlib
import uuid
import zoneinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter

import igniter_nb as ig
from igniter_nb.notebook.graphs.widget.code import call


class Color(enum.StrEnum):
    RED = "red"


class Access(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()


class Place(NamedTuple):
    x: int
    y: float


@dataclasses.dataclass
class Address:
    street: str
    place: Place | None = None
    made: int = dataclasses.field(default=3, init=False)


class Order(BaseModel):
    to: Address
    share: Decimal


class Aliased(BaseModel):
    x: int = Field(alias="y")


class Price(ig.Contract):
    value: Any = ig.input(Any)
    rate = ig.input(float, default=0.2)

    @ig.output
    def both(value, rate):
        return value


def made(text: str) -> dict[str, Any]:
    """Run code in an empty namespace and return the inputs of what its last line makes."""
    *before, last = text.split("\nPrice(")
    space: dict[str, Any] = {}
    exec("\n".join(before), space)  # noqa: S102 -- that is what the code is for
    return dict(eval(f"Price({last}", space).inputs)  # noqa: S307 -- the same


NEW_YORK = zoneinfo.ZoneInfo("America/New_York")

VALUES: list[Any] = [
    *(None, True, 3, 0.1 + 0.2, -0.0, float("inf"), 2 + 3j, "it's", b"\x00", ...),
    *(Decimal("0.10"), Fraction(1, 3), uuid.UUID(int=7), pathlib.PurePosixPath("a/b")),
    *(dt.date(2026, 11, 30), dt.time(10, 30), dt.timedelta(days=1, seconds=3)),
    dt.datetime(2026, 11, 30, 10, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=NEW_YORK),
    dt.time(1, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    *(Color.RED, Access.READ, Access.READ | Access.WRITE),
    *([], [1, [2]], (), (1,), {"a": {1}}, set(), frozenset({2}), frozenset(), {1: "b"}, range(3)),
    *(Place(1, 2.0), Address("Main", Place(1, 2.0)), bytearray(b"a")),
    Order(to=Address("Main"), share=Decimal("0.1")),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_code_gives_the_value_back(value):
    """What is written, run in an empty namespace, makes the same inputs."""
    found = made(call(Price, {"value": value, "rate": 0.25}))

    assert found == {"value": value, "rate": 0.25}
    assert type(found["value"]) is type(value)


@given(st.recursive(st.none() | st.floats(allow_nan=False) | st.text(), st.lists))
def test_code_of_nested_values_gives_them_back(value):
    """However lists are nested, the code makes them again."""
    assert made(call(Price, {"value": value}))["value"] == value


def test_what_is_no_number_is_made_by_its_name():
    """There is no literal of nan."""
    found = made(call(Price, {"value": [float("nan")]}))["value"]

    assert str(found) == "[nan]"


@pytest.mark.parametrize(("text", "zone"), [("Z", "utc"), ("+02:00", "(datetime.timedelta(")])
def test_a_zone_that_pydantic_made_is_written_as_pythons(text, zone):
    """A time that was read from a text can be copied as code."""
    value = TypeAdapter(dt.datetime).validate_python(f"2026-11-30T10:00:00{text}")

    code = call(Price, {"value": value})

    assert f"tzinfo=datetime.timezone{'.' * (zone == 'utc')}{zone}" in code
    assert made(code)["value"] == value


def test_a_policy_is_written_by_what_it_says():
    """The code of an instance that is forbidden something forbids it, too."""
    policy = ig.Policy(denied=["network", "cache"], allowed=["database"], on_unknown="warn")

    code = call(Price, {"value": 1}, options={"pool_size": 2, "policy": policy})
    bare = call(Price, {"value": 1}, options={"policy": ig.Policy()})

    assert "import igniter_nb as ig\n" in code
    assert eval(code[code.index("ig.Policy(") : code.index(")(")], {"ig": ig}) == policy  # noqa: S307 -- that is what the code is for
    assert ".configured(policy=ig.Policy())(value=1)" in bare


def test_what_has_more_than_its_fields_say_is_left_to_be_given():
    """Code that would make something else is not written."""
    changed = Address("Main")
    changed.made = 4

    code = call(Price, {"value": changed})

    assert code.endswith("Price(value=value)")
    assert "# value: Address(" in code


def test_imports_stand_above_and_nothing_else():
    """A line says what is imported for what it uses; classes of the notebook need none."""

    class Local(enum.Enum):
        A = 1

    class Cell(ig.Contract):
        x = ig.input(int)
        y = ig.output("x")

    Cell.__module__, Cell.__qualname__ = "__main__", "Cell"
    text = call(Cell, {"x": [Decimal(1), Color.RED, dt.date(2026, 1, 2)], "y": Local.A})

    assert text.split("\n") == [
        "from decimal import Decimal",
        f"from {__name__} import Color",
        "import datetime",
        "",
        "Cell(x=[Decimal('1'), Color.RED, datetime.date(2026, 1, 2)], y=Local.A)",
    ]


def test_two_classes_of_one_name_are_told_apart():
    """The second is called by its module."""
    other = enum.Enum("Color", {"RED": 1}, module="elsewhere", qualname="Color")

    text = call(Price, {"value": [Color.RED, other.RED]})

    assert "import elsewhere\n" in text
    assert "value=[Color.RED, elsewhere.Color.RED]" in text


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"a": [1]}),
        object(),
        [Decimal(1), object()],
        10**5000,
        Aliased(y=1),
        dt.datetime(2026, 1, 1, tzinfo=type("Odd", (dt.tzinfo,), {})()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_written_is_left_to_be_given(value):
    """A comment says what it is, and nothing is imported for it."""
    lines = call(Price, {"value": value, "rate": 0.2}).split("\n")

    assert lines[-1] == "Price(value=value, rate=0.2)"
    assert lines[-2].startswith("# value: ")
    assert len(lines) == 4
    assert lines[0] == f"from {__name__} import Price"


def test_a_value_that_holds_itself_ends():
    """A circle has no expression."""
    circle: list[Any] = []
    circle.append(circle)

    assert "# value: " in call(Price, {"value": circle})


def test_a_long_call_has_a_line_for_each_input():
    """What is longer than a line is written as a formatter would."""
    text = call(Price, {"value": "x" * 80, "rate": 0.2}, options={"runner": "threads"})

    assert text.endswith(
        f"Price.configured(runner='threads')(\n    value='{'x' * 80}',\n    rate=0.2,\n)"
    )
