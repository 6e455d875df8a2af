"""Step of an output: a value under another name, or one output of a nested contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.runtime.ports import UNCHANGED
from igniter_nb.runtime.steps.compose import untouched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.graph import Output
    from igniter_nb.runtime.ports import Instance, Place, Step


def make(node: Output, position: int, deps: Sequence[int]) -> Step:
    """Return the step of an output."""
    (source,) = deps
    item = node.item
    if item is None:
        return _alias(source, position)

    place: Place = (source, None)

    def step(values: list[Any], execution: Instance) -> Any:
        if untouched(execution, place, position, name=item):
            return UNCHANGED
        return values[source][item]

    return step


def _alias(source: int, position: int) -> Step:
    """Return the step of another name, which runs again after a failure though nothing is new."""

    def step(values: list[Any], execution: Instance) -> Any:
        new = values[source]
        if new is values[position] and not newer(execution, source, position):
            return UNCHANGED
        return new

    return step


def newer(execution: Instance, source: int, position: int) -> bool:
    """Tell whether a node has changed since another one last did."""
    changed_at = execution.changed_at
    return changed_at[source] > changed_at[position]
