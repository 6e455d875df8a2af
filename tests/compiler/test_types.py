"""Types on an arrow that can never fit, where both ends are annotated."""

import collections
import datetime as dt
import decimal
import enum
import fractions
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NewType,
    Optional,
    Protocol,
    TypedDict,
    TypeVar,
    Union,
)

import numpy as np
import pandas as pd
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig
from igniter_nb.compiler.rules.types import fits
from tests.compiler.refusals import compiled, problem


class Animal:
    pass


class Dog(Animal):
    pass


class Stone:
    pass


class Sounds(Protocol):
    def sound(self) -> str: ...


class Slotted:
    __slots__ = ("a",)


class Grooved:
    __slots__ = ("b",)


class Colour(enum.Enum):
    RED = 1


class Row(TypedDict):
    a: int


class Model(pydantic.BaseModel):
    a: int


T = TypeVar("T")
UserId = NewType("UserId", int)


class Box(Generic[T]):
    pass


SAME = [
    int,
    str,
    None,
    list[int],
    dict[str, int],
    int | None,
    Literal["a"],
    Annotated[int, "n"],
    Animal,
    Sounds,
    Colour,
    Row,
    Model,
    UserId,
    T,
    Box[int],
    tuple[int, ...],
    type[Dog],
    Callable[[int], str],
    "Forward",
    np.ndarray,
]

FITS = [
    (Any, int),
    (int, Any),
    (object, int),
    (int, object),
    # the numeric tower
    (int, float),
    (bool, int),
    (bool, float),
    (int, complex),
    (float, complex),
    (np.float64, float),
    (np.float64, complex),
    # unions: one pair that fits is enough
    (int | None, int),
    (Optional[int], int),  # noqa: UP045 -- both spellings
    (Union[int, str], str),  # noqa: UP007 -- both spellings
    (int, str | float),
    (None, int | None),
    # what is said about a type does not change it
    (Annotated[int, "positive"], int),
    (list[Annotated[int, "n"]], list[int]),
    (UserId, int),
    (int, UserId),
    # literals
    (Literal["a"], str),
    (str, Literal["a"]),
    (Literal["a", "b"], Literal["b", "c"]),
    (Literal[1], float),
    (Literal[None], None),  # noqa: PYI061 -- both spellings
    # classes
    (Dog, Animal),
    (Animal, Dog),
    (type[Dog], type[Animal]),
    # generics: a part that is not told fits
    (list, list[int]),
    (list[Any], list[int]),
    (list[int], list[float]),
    (list[int], Sequence[str]),
    (dict[str, int], Mapping[str, int]),
    (tuple[int, ...], tuple[int, str]),
    (tuple[int, str], tuple[int]),
    (Box[int], Box[Any]),
    # a container may be empty
    (list[int], list[str]),
    (dict[str, int], dict[int, int]),
    (set[int], set[str]),
    (tuple[int, ...], tuple[str, ...]),
    (list[list[int]], list[list[str]]),
    (Box[int], Box[str]),
    (tuple[int, *tuple[int, ...]], tuple[int, str]),
    # a class may be derived from both
    (Dog, Stone),
    (type[Dog], type[Stone]),
    (str, Dog),
    (np.ndarray, pd.DataFrame),
    (OSError, ValueError),
    (np.floating, float),
    (np.number, int),
    # scalars of numpy are handed on as Python's
    (np.int64, int),
    (np.int64, float),
    (np.float32, float),
    (np.bool_, bool),
    (np.str_, str),
    (np.complex64, complex),
    (np.datetime64, dt.datetime),
    (np.datetime64, dt.date),
    (np.timedelta64, dt.timedelta),
    # equal literals, and types of which pydantic makes something else
    (Literal[1], Literal[True]),
    (Annotated[str, pydantic.AfterValidator(len)], int),
    (int, Annotated[str, pydantic.BeforeValidator(str)]),
    (str, pydantic.ByteSize),
    # what other classes may turn out to be
    (Animal, Sounds),
    (Sounds, str),
    (Colour, int),
    (dict, Row),
    (Row, dict[str, Any]),
    (str, Iterable),
    (Animal, Callable[..., int]),
    (T, int),
    ("Forward", int),
]

NEVER = [
    (float, int),
    (complex, float),
    (str, int),
    (str, float),
    (bytes, str),
    (None, int),
    (int, None),
    (int | None, str),
    (int | str, bytes | None),
    (Annotated[int, "n"], str),
    (UserId, str),
    (Literal["a"], int),
    (Literal["a"], Literal["b"]),
    (Literal[1], Literal[2, "1"]),
    (Literal["a"] | None, Literal["b"] | int),
    (tuple[int, str], tuple[str, str]),
    (list[int], dict[str, int]),
    (list, tuple),
    (range, list),
    (type[int], type[str]),
    (bool, str),
    (dt.date, str),
    (Slotted, Grooved),
    (np.int64, str),
    (np.float64, int),
    (np.bool_, str),
    (np.timedelta64, int),
    (bool, np.bool_),
]


@pytest.mark.parametrize("annotation", SAME, ids=str)
def test_every_type_fits_itself(annotation):
    """A value of a type is a value of that type."""
    assert fits(annotation, annotation)


@pytest.mark.parametrize(("offers", "expects"), FITS, ids=str)
def test_what_can_fit_is_let_through(offers, expects):
    """Where a value of one type can be a value of the other, or nothing is known, all is well."""
    assert fits(offers, expects)


@pytest.mark.parametrize(("offers", "expects"), NEVER, ids=str)
def test_what_can_never_fit_is_noticed(offers, expects):
    """Where no value of one type can be a value of the other, that is noticed."""
    assert not fits(offers, expects)


plain = st.sampled_from([int, float, str, bytes, None, Dog, Stone])
types = st.recursive(
    plain,
    lambda inner: (
        st.builds(lambda a, b: Union[a, b], inner, inner)  # noqa: UP007 -- None | None is an error
        | st.builds(lambda a: list[a], inner)
        | st.builds(lambda a, b: dict[a, b], inner, inner)
        | st.builds(lambda a: Annotated[a, "said"], inner)
    ),
    max_leaves=6,
)


@given(types, types)
def test_a_union_fits_where_one_of_it_does(one, other):
    """Adding alternatives on either side never makes types that fit misfit."""
    if fits(one, other):
        for more in (int, None, list[str]):
            assert fits(Union[one, more], other)  # noqa: UP007 -- None | None is an error
            assert fits(one, Union[other, more])  # noqa: UP007 -- the same


@given(types)
def test_any_type_fits_itself(annotation):
    """However it is put together, a type fits itself, and Any both ways."""
    assert fits(annotation, annotation)
    assert fits(annotation, Any)
    assert fits(Any, annotation)


SAMPLES = [1, 1.5, "a", b"b", None, Dog(), Stone(), [1], ["a"], {"a": 1}, {1: "a"}]


@given(types, types)
def test_a_value_of_both_types_is_never_refused(one, other):
    """If there is a value that is of both types, strictly, the types fit.

    An int is accepted as a float, so it fits that way; a float still never feeds an int.
    """
    config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    checks = [pydantic.TypeAdapter(kind, config=config) for kind in (one, other)]

    def accepted(check, value):
        try:
            check.validate_python(value, strict=True)
        except pydantic.ValidationError:
            return False
        return True

    if any(all(accepted(check, value) for check in checks) for value in SAMPLES):
        assert fits(one, other) or fits(other, one)


CLASSES = [
    *(int, float, complex, str, bytes, bytearray, list, dict, set, frozenset, tuple, bool, range),
    *(type(None), slice, Animal, Dog, Stone, Slotted, Grooved, dt.date, dt.datetime, dt.timedelta),
    *(decimal.Decimal, fractions.Fraction, OSError, ValueError, KeyError, collections.Counter),
    *(collections.OrderedDict, collections.deque, type("Whole", (int,), {}), Box, np.generic),
    *(
        type("Both", (Slotted,), {"__slots__": ("c", "__dict__")}),
        np.number,
        np.floating,
        np.float64,
    ),
    *(np.int64, np.bool_, np.str_, np.ndarray, pd.DataFrame, pd.Series, pd.Timestamp),
]


@pytest.mark.parametrize("one", CLASSES)
def test_of_classes_that_never_fit_none_can_be_derived(one):
    """The simple twin: Python refuses to derive a class from two that are said never to fit."""
    for other in CLASSES:
        if not fits(one, other):
            for bases in ((one, other), (other, one)):
                with pytest.raises(TypeError):
                    type("Derived", bases, {})


def test_a_function_that_says_float_may_return_an_int():
    """A promise of a float, or a complex, that nobody checks may be kept with an int."""

    def mean(x: int) -> float:
        return 0 if x < 0 else x / 2

    def pair(x: int) -> tuple[complex, str]:
        return (x, "a")

    def whole(mean: int, pair: tuple[float, str]) -> str:
        return f"{mean} {pair}"

    assert fits(float, int, checked=False)
    assert fits(complex, float, checked=False)
    assert not fits(float, str, checked=False)
    contract = compiled(
        lambda builder: (
            builder.input("x", int).compute("mean", mean).compute("pair", pair).output("y", whole)
        )
    )
    assert contract


def takes_nothing_else(value: None) -> None:
    """Take None."""


@pytest.mark.parametrize(
    ("options", "fitting"),
    [
        ({"required": False}, True),
        ({"default": None}, True),
        ({"default": 1}, False),
        ({"required": False, "default": 1}, False),
        ({"default": lambda: 1}, False),
        ({}, False),
    ],
)
def test_an_input_may_be_none_where_leaving_it_out_gives_none(options, fitting):
    """None is what an optional input without another default holds, and no other input does."""

    def declare(builder: ig.ContractBuilder) -> ig.ContractBuilder:
        return builder.input("value", int, **options).output("x", takes_nothing_else)

    if fitting:
        compiled(declare)
    else:
        assert problem(declare).rule == "type-mismatch"


def offers_text() -> str:
    """Offer a text."""
    return "a"


async def offers_text_later() -> str:
    """Offer a text, later."""
    return "a"


def takes_number(value: int) -> int:
    """Take a number."""
    return value


def takes_text(value: str) -> str:
    """Take a text."""
    return value


def takes_truth(value: bool) -> bool:
    """Take a truth."""
    return value


def takes_optional(value: int | None = None) -> int | None:
    """Take a number or nothing."""
    return value


class Inner(ig.Contract):
    number = ig.input(int)
    maybe = ig.input(int, required=False)
    loose = ig.input(int, default=1, strict=False)
    nothing = ig.input(None, required=False)
    made = ig.output(offers_text)
    all = ig.output(lambda number, maybe, loose, nothing: number)


def nest(builder: ig.ContractBuilder, **more: str) -> ig.ContractBuilder:
    """Declare a nested contract."""
    inputs = {"number": "number", **more}
    return builder.input("number", int).compose("inner", Inner, inputs=inputs).expose("inner")


MISFITS = [
    (lambda builder: builder.input("value", str), "input value: str"),
    (lambda builder: builder.compute("value", offers_text), "compute value: str"),
    (lambda builder: builder.lookup("value", offers_text_later), "lookup value: str"),
    (lambda builder: builder.const("value", "a"), "const value: str"),
    (lambda builder: builder.const("value", offers_text), "const value: str"),
    (lambda builder: builder.const("value", None), "const value: NoneType"),
    (lambda builder: builder.const("value", 1.5), "const value: float"),
    (lambda builder: builder.input("value", float), "input value: float"),
    (
        lambda builder: builder.input("a", float).output("value", source="a"),
        "output value: float",
    ),
    (
        lambda builder: builder.const("a", "a").output("value", source="a"),
        "output value: str",
    ),
    (
        lambda builder: builder.const("a", "a").output("b", source="a").output("value", source="b"),
        "output value: str",
    ),
    (lambda builder: nest(builder).output("value", source="inner.made"), "output value: str"),
    (lambda builder: nest(builder).project("value", "inner", key="made"), "project value: str"),
]


@pytest.mark.parametrize(("declare", "came"), MISFITS)
def test_every_kind_of_source_is_checked(declare, came):
    """C39, C51: inputs, functions, coroutines, constants, aliases and nested outputs have types."""
    found = problem(lambda builder: declare(builder).output("x", takes_number))

    assert found.rule == "type-mismatch"
    assert found.node == "x"
    assert found.message == "'value' can never be the int that 'value' expects"
    assert found.expected == "value: int"
    assert found.came == came
    assert found.place.startswith(__file__)
    assert found.hint


@pytest.mark.parametrize(
    "declare",
    [
        lambda builder: builder.input("value", int, default=None),
        lambda builder: builder.input("value"),
        lambda builder: builder.const("value", 1),
        lambda builder: builder.const("value", lambda: "unknown"),
        lambda builder: builder.compute("value", lambda: "unknown"),
        lambda builder: nest(builder).project("value", "inner", path=["made", 0]),
        lambda builder: nest(builder).output("value", source="inner.all"),
        lambda builder: builder.input("row", dict).project("value", "row", key="made"),
    ],
)
def test_what_is_not_annotated_is_let_through(declare):
    """Where nothing is known of one end, nothing is wrong."""
    compiled(lambda builder: declare(builder).output("x", takes_number))


def test_a_guard_is_true():
    """The value of a guard is True, which is a bool, a number, and never a text."""
    found = problem(
        lambda builder: (
            builder.input("a", int)
            .guard("ok", "a", equals=1)
            .output("fine", takes_truth, depends_on={"value": "ok"})
            .output("y", takes_text, depends_on={"value": "ok"})
        )
    )

    assert found.node == "y"
    assert found.came == "guard ok: bool"


def test_guards_take_typed_values():
    """What a guard's function is given is checked as for any other node."""
    found = problem(
        lambda builder: builder.input("value", str).guard("ok", takes_number).expose("ok")
    )

    assert found.node == "ok"


def test_nested_inputs_have_types():
    """C39: a node that feeds a nested input of another type is refused."""
    found = problem(lambda builder: nest(builder.input("text", str).expose("text"), maybe="text"))

    assert found.rule == "type-mismatch"
    assert found.node == "inner"
    assert found.expected == "maybe: Optional[int]"


def test_nested_inputs_take_what_they_accept():
    """An optional nested input takes None, a converting one takes what it converts."""
    contract = nest(
        ig.ContractBuilder("Price").const("no", None).const("text", "3"),
        maybe="no",
        loose="text",
        nothing="no",
    ).build()

    assert contract(number=1).resolve("inner").all == 1


def test_a_parameter_with_a_default_that_is_not_fed_is_not_checked():
    """Only arrows are checked: a parameter left to its default has none."""
    compiled(lambda builder: builder.output("x", takes_optional))


def test_each_misfit_is_told():
    """Every arrow that cannot fit is a problem of its own."""

    def both(a: int, b: str) -> None:
        """Take both."""

    with pytest.raises(ig.CompileError) as caught:
        compiled(lambda builder: builder.input("a", str).input("b", int).output("x", both))

    assert [found.expected for found in caught.value.problems] == ["a: int", "b: str"]
