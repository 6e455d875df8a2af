"""Inputs of a program: where each value goes, how it is taken over, what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.compiler import Mismatch
from igniter_nb.display import place
from igniter_nb.errors import Problem
from igniter_nb.graph import MISSING, Input, type_name
from igniter_nb.incremental import ATOMS, FleetingError
from igniter_nb.runtime import keeping
from igniter_nb.text import came, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from igniter_nb.compiler import Validator


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


class Column(NamedTuple):
    """What a table gives to an input.

    Attributes:
        values: one for each row, as declared; :data:`MISSING` where a row leaves it out.
        problems: by row, what does not fit.
        plain: whether these values are such as nobody can change in place.
    """

    values: Sequence[Any]
    problems: Mapping[int, Problem]
    plain: bool


def column(slot: Slot, values: Sequence[Any]) -> Column:
    """Return the values of a column as declared, and by row what does not fit.

    A column of the declared type alone is looked at as a whole, as is one of whole numbers where
    floats are declared.

    Args:
        slot: the input.
        values: one for each row; :data:`MISSING` where a row leaves it out.
    """
    exact = slot.exact
    kinds = set(map(type, values))
    if kinds == {exact} or (slot.check.annotation is Any and kinds <= ATOMS):
        return Column(values, {}, plain=True)
    if exact is float and kinds <= {int, float}:
        try:
            made = [*map(float, values)]
        except OverflowError:
            made = []
        if made == values:
            return Column(made, {}, plain=True)
    return _each(slot, values)


def _each(slot: Slot, values: Sequence[Any]) -> Column:
    found: list[Any] = []
    problems: dict[int, Problem] = {}
    for row, value in enumerate(values):
        made = value
        if value is MISSING:
            if slot.node.required:
                problems[row] = missing(slot.node)
        elif value is not None or not slot.node.nullable:
            try:
                made = slot.check(value)
            except (Mismatch, FleetingError) as mismatch:
                problems[row] = wrong(slot, value, mismatch)
            except RecursionError:
                problems[row] = not_taken(slot.node, ValueError(keeping.DEEP))
        found.append(made)
    return Column(found, problems, plain=ATOMS.issuperset(map(type, found)))


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
