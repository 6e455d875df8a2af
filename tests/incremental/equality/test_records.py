"""Instances: whatever they hold counts, and only what refuses to be changed is itself."""

from __future__ import annotations

import dataclasses
from typing import Any, Generic, TypeVar

import attrs
import pydantic
import pytest

from igniter_nb.incremental import same

T = TypeVar("T")


def holding(value: Any, **attributes: Any) -> Any:
    """Return an instance with attributes set on it, past its refusal."""
    for name, attribute in attributes.items():
        object.__setattr__(value, name, attribute)
    return value


class Tagged:
    __slots__ = ("tag",)


@dataclasses.dataclass(frozen=True)
class Inherits(Tagged):
    x: int = 1


@dataclasses.dataclass
class Extra:
    __slots__ = ("tag", "x")
    x: int


@dataclasses.dataclass(eq=False)
class Entity:
    x: int = 1


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: Any = 1


class Thawed(Frozen):
    """May set what its parent refuses to."""


class Tall(pydantic.BaseModel):
    __slots__ = ("tag",)
    x: int = 1


class Sealed(pydantic.BaseModel):
    model_config = {"frozen": True}
    x: int = 1


class Secretive(Sealed):
    _secret: int = 0


class Stubborn(Sealed):
    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


@attrs.define
class Defined:
    x: int = 1
    tags: list[str] = attrs.field(factory=list)


@attrs.frozen
class Fixed:
    x: Any = 1
    note: str = attrs.field(default="", eq=False)


@attrs.define(slots=False)
class Wide:
    x: int = 1


@attrs.define(eq=False)
class Same:
    x: int = 1


class Money:
    def __init__(self, amount: Any, note: Any = None) -> None:
        self.amount = amount
        self.note = note

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and self.amount == other.amount

    __hash__ = None


class Coin(Money, Generic[T]):
    """Holds nothing more."""


class Never(Money):
    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None


class Plain:
    """Has no equality of its own."""


class Always:
    """Says that it equals all there is."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None


class Listed(list, Always):
    """Is a list as well."""


class Covered(Always):
    __slots__ = ("x",)


Covered.x = property(lambda _: 1)


class Hidden(Plain):
    __eq__ = Always.__eq__
    __hash__ = None

    @property
    def __dict__(self) -> dict[str, Any]:
        return {}


class Veil:
    __eq__ = Always.__eq__
    __hash__ = None

    @property
    def __dict__(self) -> dict[str, Any]:
        return {}


EQUAL = {
    "inherited slot": lambda: holding(Inherits(), tag=1),
    "slot that holds nothing": Inherits,
    "extra slot": lambda: holding(Extra(1), tag=1),
    "nan in a field": lambda: Frozen(float("nan")),
    "model": Tall,
    "slot of a model": lambda: holding(Tall(x=2), tag=1),
    "attrs": Defined,
    "frozen attrs": lambda: Fixed(1, note="a"),
    "attrs without slots": Wide,
    "own equality": lambda: Money([1], note={"a"}),
    "derived": lambda: Coin(1),
    "dictionary behind a property": lambda: holding(Hidden(), x=1),
}

DIFFERENT = {
    "inherited slot": (holding(Inherits(), tag=1), holding(Inherits(), tag=2)),
    "slot that holds nothing": (holding(Inherits(), tag=()), Inherits()),
    "extra slot": (holding(Extra(1), tag=1), holding(Extra(1), tag=True)),
    "slot of a model": (holding(Tall(), tag=1), holding(Tall(), tag=2)),
    "given field of a model": (Tall(), Tall(x=1)),
    "dataclass without equality": (Entity(), Entity()),
    "attrs without equality": (Same(), Same()),
    "field that equality leaves out": (Fixed(1, note="a"), Fixed(1, note="b")),
    "type of a field": (Fixed(1), Fixed(True)),
    "attribute that equality leaves out": (Money(1, note=1), Money(1, note=2)),
    "equality that says no": (Never(1), Never(1)),
    "no equality": (Plain(), Plain()),
    "a list as well": (Listed([1]), Listed([1])),
    "slot behind a property": (Covered(), Covered()),
    "dictionary that cannot be found": (Veil(), Veil()),
    "attribute behind a property": (holding(Hidden(), x=1), holding(Hidden(), x=2)),
}


@pytest.mark.parametrize("make", EQUAL.values(), ids=EQUAL)
def test_instances_that_hold_the_same_are_the_same(make):
    """A class with an equality of its own, declared or written, is recognised."""
    assert same(make(), make())


@pytest.mark.parametrize(("old", "new"), DIFFERENT.values(), ids=DIFFERENT)
def test_whatever_an_instance_holds_counts(old, new):
    """Slots of parents, attributes that are no fields, and what ``==`` leaves out make a value."""
    assert not same(old, new)
    assert not same(new, old)


def test_what_refuses_to_be_changed_is_itself():
    """A frozen dataclass, attrs class or model is the same object."""
    for value in (Frozen(), Fixed(), Sealed(), Inherits()):
        assert same(value, value), value


CHANGEABLE = {
    "derived from a frozen one": Thawed(),
    "frozen, and set past its refusal": holding(Frozen(), more=1),
    "frozen with a list": Frozen([1]),
    "frozen model with private attributes": Secretive(),
    "frozen model that sets by itself": Stubborn(),
    "model": Tall(),
    "attrs": Defined(),
    "attrs without slots": Wide(),
    "own equality": Money(1),
}


@pytest.mark.parametrize("value", CHANGEABLE.values(), ids=CHANGEABLE)
def test_what_can_be_changed_in_place_is_never_itself(value):
    """An instance that something can be set on may be another by now."""
    assert not same(value, value)
