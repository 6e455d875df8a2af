"""Names of variables that hold contracts, instances or graphs; nothing is evaluated."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from igniter_nb.contract import Contract, ContractMeta
from igniter_nb.graph import CompiledGraph
from igniter_nb.text import abbreviate, class_name, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Sort(StrEnum):
    """What a variable can be to ``%igniter``."""

    CONTRACT = "contract"
    INSTANCE = "instance"
    GRAPH = "graph"


def sort_of(value: object) -> Sort | None:
    """Return what a value is to ``%igniter``; runs nothing of the value's own."""
    kind = type(value)
    if issubclass(kind, ContractMeta):
        declares = getattr(value, "compiled_graph", None) is not None
        return Sort.CONTRACT if declares else None
    if issubclass(kind, Contract):
        return Sort.INSTANCE
    return Sort.GRAPH if issubclass(kind, CompiledGraph) else None


def known(variables: Mapping[str, object], sorts: Collection[Sort]) -> list[str]:
    """Return the names of variables of some sorts; private ones and IPython's ``_3`` left out."""
    return sorted(
        name
        for name, value in [*variables.items()]
        if not name.startswith("_") and sort_of(value) in sorts
    )


def find(name: str, variables: Mapping[str, object], sorts: Collection[Sort]) -> Any:
    """Return the variable of a name.

    Args:
        name: name of a variable; nothing else is looked at.
        variables: the notebook's variables.
        sorts: what it may be.

    Raises:
        UsageError: there is no such variable, or it is something else.
    """
    names = known(variables, sorts)
    wanted = " or ".join(sorts)
    listed = f"known: {', '.join(names)}" if names else "there is none here yet"
    if name not in variables:
        advice = nearest(name, names)
        msg = f"there is no variable {name!r}; {advice + ' ' if advice else ''}{listed}"
        raise UsageError(msg)
    found = variables[name]
    if sort_of(found) in sorts:
        return found
    msg = f"{name} is no {wanted} but {_called(found)}; {listed}"
    raise UsageError(msg)


def _called(value: object) -> str:
    match sort_of(value):
        case Sort.CONTRACT:
            return f"a contract class: make an instance with x = {value.__name__}(…)"  # type: ignore[attr-defined]  # a class
        case Sort.INSTANCE:
            return "an instance of a contract"
        case Sort.GRAPH:
            return "a compiled graph"
        case None if issubclass(type(value), ContractMeta):
            return "a contract that declares nothing"
        case _:
            return f"{abbreviate(value, 40)} of type {class_name(type(value))}"
