"""Protocols between the engine and what is handed in to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from igniter_nb.runtime.execution import Execution

Step = Callable[[list[Any], "Execution"], Any]
"""What a node does: reads values by id, returns its own value or raises."""


UNCHANGED: Final = object()
"""What a step returns when it knows by itself that its value is the one it had."""


class Kept(NamedTuple):
    """A value that can be changed in place, made a cell's own.

    Attributes:
        value: what nobody else holds.
        lend: returns a copy of it for one reader.
    """

    value: Any
    lend: Callable[[Any], Any]
