"""Runs a condition: True, or an error that stops what it gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.errors import GuardError
from igniter_nb.runtime.steps import compute
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.graph import Guard
    from igniter_nb.runtime.execution import Execution
    from igniter_nb.runtime.ports import Step


def make(node: Guard, deps: Sequence[int], params: Sequence[str], *, names: Sequence[str]) -> Step:
    """Return the step of a guard; its value is True whatever the condition returned.

    Args:
        node: the declaration.
        deps: ids it reads.
        params: parameter that each is passed as.
        names: name of each, for the error's text.
    """
    holds = compute.make(node.call, deps, params)

    def step(values: list[Any], execution: Execution) -> bool:
        if holds(values, execution):
            return True
        seen = [
            f"{name}={abbreviate(values[source])}" for name, source in zip(names, deps, strict=True)
        ]
        message = node.message or f"guard {node.name!r} does not hold"
        wanted = f", expected {node.condition}" if node.condition else ""
        raise GuardError(f"{message} (got {', '.join(seen) or 'a false value'}{wanted})")

    return step
