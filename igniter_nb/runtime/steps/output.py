"""Passes a value on under another name, or takes one output out of a nested contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.runtime.ports import UNCHANGED
from igniter_nb.runtime.steps.compose import untouched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.graph import Output
    from igniter_nb.runtime.execution import Execution
    from igniter_nb.runtime.ports import Step


def make(node: Output, position: int, deps: Sequence[int]) -> Step:
    """Return the step of an output."""
    (source,) = deps
    item = node.item
    if item is None:
        return lambda values, _: values[source]

    def step(values: list[Any], execution: Execution) -> Any:
        outputs = values[source]
        if untouched(outputs, item, execution.changed_at[position]):
            return UNCHANGED
        return outputs[item]

    return step
