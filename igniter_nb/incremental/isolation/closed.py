"""Memory that nobody can write to: of arrays, of columns and of labels.

What is closed here was nobody else's before: a copy, or what a step had just made. So whatever
stands on closed memory shows the same now and later, and two values that share it are equal there.
An array that merely says that it cannot be written to is another matter, since somebody may hold a
view of it that can.
"""

from __future__ import annotations

import sys
from typing import Any
from weakref import WeakValueDictionary

_OWNERS: WeakValueDictionary[int, Any] = WeakValueDictionary()
"""Arrays that own closed memory, by id."""


def close(value: Any) -> Any:
    """Close an array, an extension array or an index that nobody else holds, and return it."""
    refuses = hasattr(value, "_readonly")
    if refuses:
        value._readonly = True  # noqa: SLF001 -- pandas' own word for it
    for array in memory(value):
        holder = array
        while isinstance(holder, sys.modules["numpy"].ndarray):
            if not (refuses and hasattr(value, "_mask")):  # its own code wants to write: cumsum()
                holder.flags.writeable = False
            if holder.base is None:
                _OWNERS[id(holder)] = holder
            holder = holder.base
    return value


def is_closed(value: Any) -> bool:
    """Tell whether nobody can write to the memory of a value, now or later."""
    found = memory(value)
    return bool(found) and all(map(_is_closed, found))


def _is_closed(array: Any) -> bool:
    owner = array
    while isinstance(owner, (sys.modules["numpy"].ndarray, memoryview)):
        further = owner.obj if isinstance(owner, memoryview) else owner.base
        if further is None:
            break
        owner = further
    return type(owner) is bytes or _OWNERS.get(id(owner)) is owner


def memory(value: Any) -> list[Any]:
    """Return the arrays of numpy that an array, an extension array or an index stands on."""
    if isinstance(value, sys.modules["numpy"].ndarray):
        return [value]
    if hasattr(value, "levels"):
        return [array for part in (*value.levels, *value.codes) for array in memory(part)]
    parts = [getattr(value, name, None) for name in _PARTS]
    if hasattr(value, "codes"):
        parts.append(value.dtype.categories)
    return [array for part in parts if part is not None for array in memory(part)]


_PARTS = ("_ndarray", "_data", "_mask", "_sparse_values", "_left", "_right")
"""Where extension arrays and indexes hold what they stand on."""
