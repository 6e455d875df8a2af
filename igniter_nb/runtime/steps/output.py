"""Passes a value on under another name, or takes one output out of a nested contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.graph import Output
    from igniter_nb.runtime.ports import Step


def make(node: Output, deps: Sequence[int]) -> Step:
    """Return the step of an output."""
    (source,) = deps
    item = node.item
    if item is None:
        return lambda values, _: values[source]
    return lambda values, _: values[source][item]
