"""Values that callables bring along: defaults of parameters, and what a partial holds."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType, MethodType
from typing import Any, Final

from igniter_nb.graph import Executor

CALLABLES: Final = (FunctionType, MethodType, functools.partial)
"""Types of callables that can be looked into."""


def brought(function: Any) -> list[Any]:
    """Return what one of :data:`CALLABLES` is given besides what it is called with."""
    if type(function) is functools.partial:
        return [function.func, function.args, function.keywords]
    if type(function) is MethodType:
        return [function.__func__]
    wrapped = function.__dict__.get("__wrapped__")
    return [function.__defaults__, function.__kwdefaults__, wrapped]


def defaults_of(function: Any) -> dict[str, Any]:
    """Return parameter to default; also what stands for "none", which is no node either."""
    made = isinstance(function, Executor) or (
        isinstance(function, type) and issubclass(function, Executor)
    )
    try:
        asked: Any = getattr(function, "call", None) if made else function
        found = inspect.signature(asked)
    except (TypeError, ValueError):
        return {}
    return {name: each.default for name, each in found.parameters.items()}
