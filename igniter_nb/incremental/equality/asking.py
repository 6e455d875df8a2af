"""Equality that a user declares: functions for types, asked only while the old value is as it was.

A function is given an old and a new value. Where a part of both can be changed in place, the old
one may have changed with the new: such a pair is not shown to it. Its answer is True or False.
"""

from __future__ import annotations

import datetime as dt
import enum
import gc
import sys
import types
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental.equality.arrow import overlap
from igniter_nb.incremental.equality.libraries import is_constant, memory, parts_of
from igniter_nb.incremental.equality.plain import CONSTANT
from igniter_nb.incremental.equality.records import frozen
from igniter_nb.text import class_name

if TYPE_CHECKING:
    from collections.abc import Callable

    Equality = Callable[[Any, Any], bool]

BY_CLASS: dict[type, Equality] = {}
"""What users say about the values of exactly these classes."""

_PARTS_MAX = 1_000_000


def says_equal(equal: Equality, old: object, new: object) -> bool:
    """Ask a function whether two values are equal.

    Raises:
        TypeError: its answer is neither True nor False.
        Exception: what it raises.
    """
    answer: object = equal(old, new)
    numpy = sys.modules.get("numpy")
    if isinstance(answer, bool) or (numpy is not None and isinstance(answer, numpy.bool_)):
        return bool(answer)
    msg = (
        f"equal expects a function that returns True or False, {label(equal)} returned"
        f" {class_name(type(answer))}: return one of the two for every old and new value"
    )
    raise TypeError(msg)


def label(equal: Equality) -> str:
    """Name a function in an error's text."""
    return str(getattr(equal, "__qualname__", None) or type(equal).__qualname__)


def share(old: object, new: object) -> bool:
    """Tell whether something that can be changed in place is a part of both values.

    What Python's garbage collector can see is looked at, and memory of arrays and frames. Classes,
    functions and modules are not followed. What has too many parts may share some.
    """
    try:
        before, after = _Parts(old), _Parts(new)
    except OverflowError:
        return True
    return not before.changeable.keys().isdisjoint(after.changeable) or overlap(
        before.memory, after.memory
    )


class _Parts:
    """What can be reached from a value.

    Attributes:
        changeable: what can be changed in place, by its id.
        memory: arrays whose memory Python does not know.
    """

    def __init__(self, value: object) -> None:
        self.changeable: dict[int, object] = {}
        self.memory: list[Any] = []
        seen: dict[int, object] = {}
        waiting = [value]
        while waiting:
            part = waiting.pop()
            if id(part) in seen or _never_changes(part):
                continue
            seen[id(part)] = part
            if len(seen) > _PARTS_MAX:
                raise OverflowError
            if type(part) not in _HOLDERS and not frozen(part):
                self.changeable[id(part)] = part
            self.memory += memory(part)
            found = parts_of(part)
            waiting += gc.get_referents(part) if found is None else found


_HOLDERS = (tuple, frozenset)
"""Types whose values never change but may hold what does."""

_CODE = (type, types.FunctionType, types.ModuleType, types.CodeType, enum.Enum, dt.tzinfo)


def _never_changes(part: object) -> bool:
    if type(part) in CONSTANT or isinstance(part, _CODE):
        return True
    if isinstance(part, types.BuiltinFunctionType):  # a method of a list belongs to the list
        return isinstance(part.__self__, (types.ModuleType, type, types.NoneType))
    return is_constant(part)
