"""Checking values against declared types."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

import pydantic
import pytest

from igniter_nb.compiler import Mismatch, Validator, came


class Plain:
    """A class that pydantic does not know."""


class Model(pydantic.BaseModel):
    a: int
    b: list[str] = []


class Loud:
    def __repr__(self) -> str:
        raise RuntimeError


PLAIN = Plain()


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (int, 3, 3),
        (float, 3.5, 3.5),
        (float, 3, 3.0),
        (str, "a", "a"),
        (bool, True, True),
        (Any, PLAIN, PLAIN),
        (object, PLAIN, PLAIN),
        (Plain, PLAIN, PLAIN),
        (list[Plain], [PLAIN], [PLAIN]),
        (int | None, None, None),
        (list[int], [1, 2], [1, 2]),
        (Literal["a", "b"], "b", "b"),
        (Annotated[int, pydantic.Field(ge=0)], 0, 0),
        (Model, Model(a=1), Model(a=1)),
        (Annotated[int, {"not": "hashable"}], 3, 3),
    ],
)
def test_a_fitting_value_comes_back_as_declared(kind, value, expected):
    """A value of the declared type is accepted; an int where a float is declared becomes one."""
    found = Validator(kind)(value)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value", "findings"),
    [
        (int, "3", ["Input should be a valid integer"]),
        (int, 3.0, ["Input should be a valid integer"]),
        (int, True, ["Input should be a valid integer"]),
        (float, True, ["Input should be a valid number"]),
        (bool, 1, ["Input should be a valid boolean"]),
        (str, 3, ["Input should be a valid string"]),
        (Plain, 3, ["Input should be an instance of Plain"]),
        (
            list[int],
            [1, "a", "b"],
            ["1: Input should be a valid integer", "2: Input should be a valid integer"],
        ),
        (dict[str, list[int]], {"k": ["x"]}, ["k.0: Input should be a valid integer"]),
        (Literal["a", "b"], "c", ["Input should be 'a' or 'b'"]),
        (Annotated[int, pydantic.Field(ge=0)], -1, ["Input should be greater than or equal to 0"]),
    ],
)
def test_a_value_that_does_not_fit_has_all_findings(kind, value, findings):
    """A value is checked deeply and strictly, and every finding says where it is."""
    with pytest.raises(Mismatch) as caught:
        Validator(kind)(value)

    assert list(caught.value.args) == findings


def test_without_strict_values_are_converted():
    """With strict=False what pydantic can convert is converted."""
    assert Validator(int, strict=False)("3") == 3
    assert Validator(Model, strict=False)({"a": "3"}) == Model(a=3)
    with pytest.raises(Mismatch):
        Validator(int, strict=False)("three")


@pytest.mark.parametrize("kind", [5, ..., "Unknown", {}, [int], list[5]])
def test_what_is_no_type_is_a_type_error(kind):
    """An annotation that says nothing about values is refused, and says why."""
    with pytest.raises(TypeError) as caught:
        Validator(kind).adapter()

    assert str(caught.value)


class Sounds(Protocol):
    """A protocol that cannot be checked at run time."""

    def sound(self) -> str: ...


@pytest.mark.parametrize("kind", [Sounds, list[Sounds], Sounds | None, dict[str, Sounds]])
def test_what_cannot_be_checked_at_run_time_is_a_type_error(kind):
    """A Protocol without @runtime_checkable is no type for values, alone or inside another."""
    with pytest.raises(TypeError, match=r"isinstance\(\).*@typing\.runtime_checkable"):
        Validator(kind).adapter()


def test_a_protocol_that_can_be_checked_is_a_type():
    """With @runtime_checkable a Protocol is checked by what a value can do."""
    checkable = runtime_checkable(Sounds)

    value = SimpleNamespace(sound=lambda: "wuff")
    assert Validator(checkable)(value) is value
    with pytest.raises(Mismatch):
        Validator(checkable)(3)


@pytest.mark.parametrize("kind", [Any, object, list, Iterable[int], Sequence[int], int | list, str])
@pytest.mark.parametrize("make", [lambda: iter([1]), lambda: [map(int, [1])], {1: 2}.keys])
@pytest.mark.parametrize("strict", [True, False])
def test_what_can_be_read_only_once_is_refused(kind, make, strict):
    """No input holds an iterator or a view, whatever its type: the next reader gets nothing."""
    with pytest.raises(Mismatch, match=r"hand on a (list|copy), list\(…\) of it"):
        Validator(kind, strict=strict)(make())


def test_conversion_is_advised_where_it_helps():
    """Whether a value would be accepted with conversion is tried out."""
    positive = Annotated[int, pydantic.Field(gt=0)]
    raising = Annotated[int, pydantic.AfterValidator(lambda value: value / 0)]

    assert Validator(int).converts("3")
    assert Validator(positive).converts("3")
    assert not Validator(int).converts("three")
    assert not Validator(positive).converts(0)
    assert not Validator(positive).converts("0")
    assert not Validator(Literal["a"]).converts("b")
    assert not Validator(raising).converts(1)
    assert not Validator(int, strict=False).converts("3")


def test_a_scalar_of_its_own_type_needs_no_pydantic():
    """Validating plain scalars, and anything, does not load pydantic."""
    code = (
        "import sys; from typing import Any; from igniter_nb.compiler import Validator;"
        "assert Validator(float)(1.5) == 1.5 and Validator(str)('a') == 'a';"
        "assert Validator(Any)(3) == 3 and not Validator(Any).needed;"
        "assert not Validator(int).needed and Validator(list).needed;"
        "sys.exit('pydantic' in sys.modules)"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_came_is_told_with_its_type():
    """What was given is written with its type, however it behaves."""
    assert came("3") == "'3' (str)"
    assert came(Loud()) == "<Loud: repr raised RuntimeError> (Loud)"


class Rows(list):
    """A list of one's own."""


class Refusing:
    """An item that no look into survives."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (list, [Refusing(), {"a": [1]}]),
        (list[Any], [Refusing()]),
        (list, Rows([1])),
        (dict, {"a": Refusing()}),
        (dict[Any, Any], {1: Refusing()}),
        (tuple, (Refusing(),)),
        (tuple[Any, ...], (Refusing(),)),
        (set, {1, "a"}),
        (frozenset[Any], frozenset({1})),
    ],
)
def test_a_container_of_anything_is_accepted_as_it_is(kind, value, strict):
    """Where no type of items is declared, no item is looked at and nothing is made anew."""
    assert Validator(kind, strict=strict)(value) is value


@pytest.mark.parametrize(
    ("kind", "value"), [(list, (1,)), (dict, [1]), (tuple[Any, ...], [1]), (set, frozenset())]
)
def test_another_container_is_none(kind, value):
    """A container of another class is still refused."""
    with pytest.raises(Mismatch):
        Validator(kind)(value)
