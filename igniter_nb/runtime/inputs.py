"""Inputs of a program: where each value goes, how it is taken over, what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.display import place
from igniter_nb.errors import Problem
from igniter_nb.graph import Input, type_name
from igniter_nb.incremental import ATOMS, FleetingError
from igniter_nb.runtime import keeping
from igniter_nb.text import came, said

if TYPE_CHECKING:
    from igniter_nb.compiler import Mismatch, Validator


class Slot(NamedTuple):
    """Where an input's value goes and what it must be.

    Attributes:
        id: the input's node.
        exact: type whose values need no validation, or None.
        check: validates every other value.
        node: the declaration.
    """

    id: int
    exact: type | None
    check: Validator
    node: Input


def taken(slot: Slot, value: Any) -> Any:
    """Return an input's value as declared, and as a cell keeps it.

    Raises:
        Mismatch: it does not fit.
        FleetingError: something in it can be read only once, or follows another value.
        ValueError: it is nested too deep.
    """
    try:
        checked = slot.check(value)
    except RecursionError:
        raise ValueError(keeping.DEEP) from None
    if type(checked) in ATOMS:
        return checked
    return keeping.shared(checked) if slot.node.borrow else keeping.taken(checked)


def not_taken(node: Input, error: Exception) -> Problem:
    """Return the problem of a value that a cell cannot keep."""
    return Problem(
        rule="nested-too-deep",
        message=str(error),
        node=node.name,
        path=node.path,
        place=place(node.location),
    )


def missing(node: Input) -> Problem:
    """Return the problem of a required input that was left out."""
    return Problem(
        rule="missing-input",
        message=f"the required input {node.name!r} is missing",
        node=node.name,
        path=node.path,
        place=place(node.location),
        expected=f"{node.name}=<{type_name(node.type)}>",
        hint="give it, or declare a default",
    )


def unmade(node: Input, error: Exception) -> Problem:
    """Return the problem of a default that could not be made."""
    assert node.factory is not None
    return Problem(
        rule="default-failed",
        message=f"its default could not be made: {said(error)}",
        node=node.name,
        path=node.path,
        place=place(node.location),
        expected=f"a value from {node.factory.label}()",
        hint=f"give {node.name}=…, or mend the function",
    )


def wrong(slot: Slot, value: object, mismatch: Mismatch | FleetingError) -> Problem:
    """Return the problem of a value that does not fit."""
    node = slot.node
    helps = not isinstance(mismatch, FleetingError) and slot.check.converts(value)
    return Problem(
        rule="wrong-input",
        message="; ".join(mismatch.args),
        node=node.name,
        path=node.path,
        place=place(node.location),
        expected=type_name(node.type),
        came=came(value),
        hint="convert it, or declare the input with strict=False" if helps else "",
    )
