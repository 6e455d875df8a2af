"""Editors: values to raw ones and back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import pathlib
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType

import annotated_types as at
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator
from typing_extensions import TypeAliasType

from igniter_nb.notebook.graphs.widget.editors import UnwritableError, WrongRawError, editor, told


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Access(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()


@dataclasses.dataclass
class Address:
    street: str
    zip_code: Annotated[int, Field(ge=0)] = 7
    tags: list[str] = dataclasses.field(default_factory=list)
    made: int = dataclasses.field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.street == "nowhere":
            raise ValueError("there is no such street")


class Order(BaseModel):
    color: Color
    share: float = Field(0.5, gt=0, le=1)
    to: Address | None = None

    @field_validator("share")
    @classmethod
    def no_thirds(cls, value: float) -> float:
        if value == 0.3:
            raise ValueError("no thirds")
        return value


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    x: int = 1


@dataclasses.dataclass
class Salted:
    x: int
    salt: dataclasses.InitVar[int] = 0

    def __post_init__(self, salt: int) -> None:
        self.x += salt


@dataclasses.dataclass
class Twice:
    x: int

    def __post_init__(self) -> None:
        self.x *= 2


def remade(made: int) -> Address:
    """Make an address whose number of its own was changed later."""
    address = Address("Main")
    address.made = made
    return address


class Renamed(BaseModel):
    inner: int = Field(alias="outer")


class Loop(BaseModel):
    model_config = ConfigDict(frozen=True)
    inner: Loop | None = None


Rate = NewType("Rate", float)
Share = TypeAliasType("Share", Annotated[float, at.Interval(ge=0, lt=1)])
TODAY = dt.date(2026, 11, 30)


def kind(annotation: Any) -> Any:
    """Return which control a type has."""
    about = editor(annotation).about()
    return about["of"]["kind"] + "?" if about["kind"] == "optional" else about["kind"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, "number"),
        (float, "number"),
        (Decimal, "number"),
        (Rate, "number"),
        (str, "text"),
        (bool, "choice"),
        (Color, "choice"),
        (Literal["a", 1], "choice"),
        (bool | None, "choice?"),
        (dt.date, "date"),
        (dt.time, "time"),
        (dt.datetime, "datetime-local"),
        (dt.date | None, "date?"),
        (uuid.UUID, "line"),
        (pathlib.Path, "line"),
        (list[int], "json"),
        (dict[str, list[float]], "json"),
        (int | str, "json"),
        (int | str | None, "json?"),
        (Access, "json"),
        (Any, "json"),
        (Address, "record"),
        (Order, "record"),
        (Renamed, "json"),
        ([], "json"),
    ],
)
def test_a_type_has_the_control_that_a_person_expects(annotation, expected):
    """Numbers, menus, pickers, texts, records and JSON are told from the declared type."""
    assert kind(annotation) == expected


@pytest.mark.parametrize(
    ("annotation", "bounds"),
    [
        (Annotated[float, Field(ge=0, le=1)], (0, 1, 0.01)),
        (Annotated[float, Field(gt=0, lt=1)], (0.01, 0.99, 0.01)),
        (Annotated[int, Field(ge=0, le=1000)], (0, 1000, 10)),
        (Annotated[int, Field(gt=0, le=9)], (1, 9, 1)),
        (Annotated[float, at.Ge(0), at.Le(10), at.MultipleOf(2.5)], (0, 10, 2.5)),
        (Annotated[Decimal, Field(ge=0, le=20)], (0, 20, 0.1)),
        (Share, (0, 0.99, 0.01)),
    ],
)
def test_a_number_with_both_bounds_has_a_slider(annotation, bounds):
    """Bounds come from the annotation, however they are written; steps are round."""
    about = editor(annotation).about()

    assert (about["low"], about["high"], about["step"]) == pytest.approx(bounds)


@pytest.mark.parametrize(
    "annotation", [PositiveInt, float, Annotated[float, Field(ge=0)], Annotated[int, "a note"]]
)
def test_a_number_with_one_bound_has_none(annotation):
    """There is no slider without an end."""
    assert "low" not in editor(annotation).about()


@pytest.mark.parametrize(
    "annotation",
    [
        Annotated[float, Field(ge=-1e308, le=1e308)],
        Annotated[float, Field(ge=0, le=5e-324)],
        Annotated[float, Field(ge=0, lt=float("inf"))],
        Annotated[int, Field(ge=0, le=10**400)],
        Annotated[Decimal, Field(ge=0, le=Decimal("1e400"))],
        Annotated[float, Field(gt=0, lt=1, multiple_of=5)],
        Annotated[float, Field(ge=1, le=0)],
    ],
)
def test_a_range_that_no_slider_can_divide_is_a_plain_number(annotation):
    """Whatever bounds a contract may legally have, there is a field, and it is told in words."""
    assert editor(annotation).about() == {"kind": "number", "whole": "int" in told(annotation)}


VALUES: list[tuple[Any, Any]] = [
    (int, 3),
    (float, 0.1 + 0.2),
    (float, float("inf")),
    (float, 3),
    (Decimal, Decimal("0.10")),
    (Decimal, Decimal("12345678901234567890.123456789")),
    (str, "Ada"),
    (str, " two\nlines "),
    (str, ""),
    (bool, False),
    (Color, Color.BLUE),
    (Literal["a", 1, True], True),
    (Literal["a", 1, True], 1),
    (int | None, None),
    (dt.date, TODAY),
    (dt.time, dt.time(10, 30)),
    (dt.datetime, dt.datetime(2026, 11, 30, 10, 30, 5)),  # noqa: DTZ001 -- a picker has no zone
    (uuid.UUID, uuid.UUID(int=7)),
    (pathlib.Path, pathlib.Path("a/b")),
    (list[int], [1, 2]),
    (tuple[int, str], (1, "a")),
    (set[str], {"a", "b"}),
    (dict[str, Decimal], {"a": Decimal("0.1")}),
    (list[dt.date], [TODAY]),
    (int | str, "1"),
    (Any, {"a": [1, None, "b"]}),
    (dt.timedelta, dt.timedelta(hours=25)),
    (Address, Address("Main", 9, ["a"])),
    (Order, Order(color=Color.RED, to=Address("Main"))),
    (Loop, Loop(inner=Loop(inner=Loop(inner=Loop(inner=Loop()))))),
    (Renamed, Renamed(outer=3)),
    (Open, Open()),
    (Salted, Salted(1)),
    (list[Loop], [Loop(), Loop(inner=None)]),
]


@pytest.mark.parametrize(("annotation", "value"), VALUES)
def test_what_is_written_is_read_back_as_it_was(annotation, value):
    """Every value that can be edited comes back equal and of the same type."""
    made = editor(annotation)

    found = made.value(made.raw(value))

    assert found == value
    assert type(found) is type(value) or annotation is float


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_no_digit_of_a_decimal_is_lost(value):
    """A Decimal goes through no float."""
    made = editor(Decimal)

    found = made.value(made.raw(value))

    assert found.as_tuple() == value.as_tuple()


@given(st.floats(allow_nan=False))
def test_no_digit_of_a_float_is_lost(value):
    """A float is written with the digits that give it back."""
    made = editor(float)

    assert made.value(made.raw(value)) == value


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, "3"),
        (str, "\x1b[31m"),
        (str, "x" * 20_001),
        (dt.datetime, dt.datetime(2026, 11, 30, tzinfo=dt.UTC)),
        (dt.time, dt.time(1, 2, 3, 4)),
        (dt.date, dt.datetime(2026, 11, 30)),  # noqa: DTZ001 -- as above
        (bool, 1),
        (Any, (1, 2)),
        (Any, object()),
        (list[int], [0] * 2_001),
        (Address, "Main"),
        (Address, Address("\x00")),
        (Address, remade(3)),
        (Open, Open(x=1, y=2)),
        (Twice, Twice(1)),
        (dt.datetime, dt.datetime(2026, 11, 1, 1, 30, fold=1)),  # noqa: DTZ001 -- as above
        (dt.time, dt.time(1, 30, fold=1)),
    ],
)
def test_what_would_not_come_back_cannot_be_edited(annotation, value):
    """A value that its control would change is not put into it."""
    with pytest.raises(UnwritableError):
        editor(annotation).raw(value)


@pytest.mark.parametrize(
    ("annotation", "raw", "problems"),
    [
        (int, "4.5", {"": "valid integer"}),
        (int, "", {"": "valid integer"}),
        (int, None, {"": "expected a text, came NoneType"}),
        (float, "a lot", {"": "valid number"}),
        (Annotated[float, Field(ge=0)], "-1", {"": "greater than or equal to 0"}),
        (dt.date, "2026-02-30", {"": "day value is outside"}),
        (bool, "2", {"": "expected one of True, False"}),
        (list[int], "[1, ", {"": "Invalid JSON"}),
        (list[int], '["a"]', {"": "0: Input should be a valid integer"}),
        (
            Address,
            {"street": "x", "zip_code": "-1", "tags": "1"},
            {"zip_code": "greater", "tags": "valid array"},
        ),
        (Address, {"street": "nowhere", "zip_code": "1", "tags": "[]"}, {"": "no such street"}),
        (Address, "x", {"": "expected fields of Address"}),
        (Order, {"color": "0", "share": "0.3", "to": None}, {"": "no thirds"}),
        (
            Order,
            {"color": "7", "share": "1", "to": {"street": "a", "zip_code": "x", "tags": "[]"}},
            {"color": "one of RED, BLUE", "to.zip_code": "valid integer"},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_place(annotation, raw, problems):
    """Wrong texts are refused in the engine's own words, each under the path of its field."""
    with pytest.raises(WrongRawError) as refused:
        editor(annotation).value(raw)

    assert refused.value.problems.keys() == problems.keys()
    assert all(told in refused.value.problems[path] for path, told in problems.items())


def test_a_record_begins_with_its_defaults():
    """Where there is no value yet, a form begins with what the class has for it."""
    about = editor(Order | None).about()

    assert about["blank"] == {"color": "0", "share": "0.5", "to": None}
    assert editor(Address).blank() == {"street": "", "zip_code": "7", "tags": "[]"}


def test_a_class_that_names_unknown_types_is_edited_as_json_fields():
    """Annotations that exist only for type checkers do not break the form."""

    @dataclasses.dataclass
    class Odd:
        x: Nowhere  # noqa: F821 -- that is the point

    made = editor(Odd)

    assert made.value(made.raw(Odd(1))) == Odd(1)


def test_a_validator_that_breaks_is_a_problem_of_its_field():
    """Whatever a user's own validator raises, it is told."""

    def breaks(_: object) -> object:
        raise ZeroDivisionError("by zero")

    with pytest.raises(WrongRawError, match="ZeroDivisionError: by zero"):
        editor(Annotated[int, at.Predicate(breaks)]).value("1")


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (Annotated[float, Field(ge=0, le=1)], "float from 0 to 1"),
        (Annotated[int, Field(gt=0)], "int above 0"),
        (Share, "float from 0 below 1"),
        (list[int], "list[int]"),
        (Literal["a", "b"], ""),
        (Color, "Color"),
        (Any, ""),
        ([], "[]"),
    ],
)
def test_a_type_is_told_in_words(annotation, words):
    """Bounds are words, and what a menu says is not said twice."""
    assert told(annotation) == words
