"""Step of an input: an error, since an execution writes inputs and a run never reaches one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from igniter_nb.graph import Input
    from igniter_nb.runtime.ports import Instance, Step


def make(node: Input) -> Step:
    """Return a step that says what broke, should a run ever reach it."""

    def step(_: list[Any], execution: Instance) -> NoReturn:
        msg = f"invariant broken: a run reached the input {node.name!r} of {execution.id}"
        raise AssertionError(msg)

    return step
