"""Step of a constant: the same value throughout an execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.runtime.steps import compute

if TYPE_CHECKING:
    from igniter_nb.graph import Const
    from igniter_nb.runtime.ports import Step


def make(node: Const) -> Step:
    """Return the step of a const."""
    if node.call is not None:
        return compute.make(node.call, (), ())
    value = node.value
    return lambda values, _: value  # noqa: ARG005 -- a step's signature
