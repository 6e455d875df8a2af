"""Whether a value of one type can ever be a value of another."""

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

from igniter_nb.compiler.rules.types import fits


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
    (Annotated[int, pydantic.Field(ge=0)], str),
    (Annotated[str, pydantic.StringConstraints(min_length=1)], int),
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
