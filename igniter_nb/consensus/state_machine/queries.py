"""Queries of a state machine: what a read returns of it, a copy each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from igniter_nb.consensus.state_machine.machine import Machine


def get(key: str, default: Any, machine: Machine) -> Any:
    """Return what a key holds."""
    return machine.get(key, default)


def whole(machine: Machine) -> Any:
    """Return the state."""
    return machine.state
