"""Instances of classes that a ``class`` statement made: what they hold, and what cannot change.

Such an instance holds its slots, those of every parent among them, and its dictionary. Nothing
else: where the size of the class says otherwise (a slot that another attribute hides, a parent
written in C) nobody can say whether two instances are alike.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from types import FunctionType, GetSetDescriptorType, MemberDescriptorType
from typing import Any, NamedTuple

_MADE_IN_PYTHON = 1 << 9
"""Flag of classes made by a ``class`` statement; others may hold more than attributes."""

_POINTER = tuple.__itemsize__


class _Empty:
    """What is compared for a slot that holds nothing."""


class Layout(NamedTuple):
    """Where the instances of a class keep what they hold.

    Attributes:
        slots: descriptors of the slots.
        attributes: descriptor of the dictionary, or None if there is none.
        whole: whether that is all they hold.
    """

    slots: tuple[MemberDescriptorType, ...]
    attributes: GetSetDescriptorType | None
    whole: bool


@lru_cache(maxsize=512)
def layout(kind: Any) -> Layout:
    """Return where the instances of a class keep what they hold."""
    found = [item for base in kind.__mro__ if base is not object for item in vars(base).items()]
    slots = tuple(member for _, member in found if type(member) is MemberDescriptorType)
    dictionaries = [
        member
        for name, member in found
        if name == "__dict__" and type(member) is GetSetDescriptorType
    ]
    extra = (kind.__dictoffset__ > 0) + (kind.__weakrefoffset__ > 0)
    whole = (
        made_in_python(kind)
        and kind.__basicsize__ == object.__basicsize__ + _POINTER * (len(slots) + extra)
        and bool(dictionaries) == bool(kind.__dictoffset__)
    )
    return Layout(slots, dictionaries[-1] if dictionaries else None, whole=whole)


def made_in_python(kind: type, *roots: type) -> bool:
    """Tell whether a class and its parents, but for some, are made by ``class`` statements."""
    return all(
        base is object or base in roots or base.__flags__ & _MADE_IN_PYTHON for base in kind.__mro__
    )


def held(value: object) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what the slots of an instance hold, in order, and its dictionary."""
    kind: Any = type(value)
    slots, attributes, _ = layout(kind)
    found: dict[str, Any] = attributes.__get__(value) if attributes else {}
    return tuple(_slot(slot, value) for slot in slots), found


def _slot(slot: MemberDescriptorType, value: object) -> Any:
    """Return what a slot holds; which fields of a model were given is a set without an order."""
    try:
        found = slot.__get__(value)
    except AttributeError:
        return _Empty
    return tuple(sorted(found)) if slot.__name__ == "__pydantic_fields_set__" else found


def is_declared(kind: type) -> bool:
    """Tell whether the comparison of a class was made from its fields, which its slots hold."""
    return (
        hasattr(kind, "__dataclass_fields__")
        or hasattr(kind, "__attrs_attrs__")
        or hasattr(kind, "__pydantic_fields_set__")
    )


def frozen(value: object) -> bool:
    """Tell whether the class of an instance refuses to set any attribute, and nobody got around.

    Known of frozen dataclasses, attrs classes and models, each for the very class that was
    declared so: a derived class may set more. An attribute that is no field was set around the
    refusal.
    """
    kind = type(value)
    own = vars(kind)
    fields: tuple[str, ...]
    if "__dataclass_params__" in own and own["__dataclass_params__"].frozen:
        fields = tuple(own["__dataclass_fields__"])
    elif "__attrs_attrs__" in own and _refused_by_attrs(kind.__setattr__):
        fields = tuple(field.name for field in own["__attrs_attrs__"])
    elif _is_model(value) and _refused_by_pydantic(value):
        fields = tuple(kind.model_fields)  # type: ignore[attr-defined]  # it is a model
    else:
        return False
    return set(held(value)[1]) <= set(fields)


def _refused_by_attrs(setter: object) -> bool:
    return (
        type(setter) is FunctionType
        and setter.__module__ == "attr._make"
        and setter.__name__ == "_frozen_setattrs"
    )


def _refused_by_pydantic(value: Any) -> bool:
    """Tell whether a model is frozen; private attributes of a frozen model can still be set."""
    base = sys.modules["pydantic"].BaseModel
    return (
        bool(value.model_config.get("frozen"))
        and not value.__pydantic_private__
        and type(value).__setattr__ is base.__setattr__
    )


def _is_model(value: object) -> bool:
    """Tell whether a value is a model of pydantic."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(value, pydantic.BaseModel)
