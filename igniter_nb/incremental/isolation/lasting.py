"""Values that can be handed on: whoever reads one, and whenever, finds the same in it.

What can be read only once (a generator, ``map``, a file, a reader of rows, a coroutine) is empty
for the second reader, for a report and for the next run; a future works on the loop that made it
only. A view on a mapping (``d.items()``) shows what becomes of the mapping later. All are refused
rather than turned into lists behind one's back: only whoever made one knows how much there is to
read, and when.

Whatever finds how a value is kept apart (:func:`igniter_nb.incremental.isolation.isolation`) finds
them, wherever they are in it: in containers, records, arrays and columns of objects. What stands
behind an object with an identity of its own, in a set or among the keys of a dict is not looked at,
and a file or a future that a record holds is the record's own affair.

Before somebody else reads a value to convert it, :func:`fleeting` looks at the value and the first
items of lists, tuples and dicts in it, some levels deep: in the same time for a long list as for a
short one.
"""

from __future__ import annotations

import functools
import io
from collections.abc import AsyncIterator, Coroutine, Iterator, MappingView
from itertools import islice
from typing import Any

from igniter_nb.incremental.isolation.lending import ATOMS
from igniter_nb.text import class_name

_FEW = 8
_DEEP = 4
_OF_A_LOOP = "_asyncio_future_blocking"
"""What marks the futures and tasks of asyncio, by its own protocol."""


class FleetingError(TypeError):
    """A value cannot be handed on; the text says why, and what to hand on instead."""


def fleeting(value: Any) -> str:
    """Say why a value cannot be handed on and what to do; empty if nothing is seen at first."""
    where: list[str] = []
    found = _find(value, where, _DEEP)
    return "" if found is None else told(found, "".join(where))


def told(found: Any, where: str) -> str:
    """Say of what does not last why, and what to hand on instead.

    Args:
        found: the value that does not last.
        where: the way to it from the value that was to be handed on, empty if it is that one.
    """
    inside = f", at {where}," if where else ""
    name = class_name(type(found))
    article = "an" if name[0] in "aeiouAEIOU" else "a"
    return f"{article} {name}{inside} {_why(found)}"


def lasts(value: Any, *, held: bool) -> bool:
    """Tell whether a value of a type that is :func:`suspect` can be handed on.

    Args:
        value: the value.
        held: whether a record holds it, which may well hold a file or a future.
    """
    if isinstance(value, MappingView):
        return False
    if held and (hasattr(type(value), _OF_A_LOOP) or isinstance(_stream(value), io.IOBase)):
        return True
    return not _reads_once(value)


def _find(value: Any, where: list[str], deep: int) -> Any:
    """Return the first value that does not last, and note the way to it."""
    kind: Any = type(value)
    if issubclass(kind, (list, tuple, dict)):
        return _find_inside(value, where, deep) if deep else None
    return value if suspect(kind) and not lasts(value, held=False) else None


@functools.lru_cache(maxsize=512)
def suspect(kind: type) -> bool:
    """Tell whether values of a type have to be looked at one by one."""
    try:
        return (
            issubclass(kind, MappingView)
            or hasattr(kind, "__next__")
            or hasattr(kind, "__anext__")
            or hasattr(kind, "__await__")
            or kind.__module__ == "tempfile"
        )
    except Exception:  # noqa: BLE001 -- a class that does not let itself be looked at
        return False


def _find_inside(value: Any, where: list[str], deep: int) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in islice(pairs, _FEW):
        if type(item) not in ATOMS:
            found = _find(item, where, deep - 1)
            if found is not None:
                where.insert(0, f"[{key!r}]")
                return found
    return None


def _reads_once(value: Any) -> bool:
    """Tell whether reading uses a value up: it is its own iterator, and no stream to write to."""
    kind = type(value)
    if isinstance(value, Coroutine) or hasattr(kind, _OF_A_LOOP):
        return True
    if isinstance(stream := _stream(value), io.IOBase):
        return stream.closed or stream.readable()
    if hasattr(kind, "__next__"):
        return hasattr(kind, "__iter__") and iter(value) is value
    return hasattr(kind, "__anext__") and isinstance(value, AsyncIterator)


def _stream(value: Any) -> Any:
    """Return the file behind a named temporary one, anything else as it is."""
    return getattr(value, "file", value) if type(value).__module__ == "tempfile" else value


def _why(value: Any) -> str:
    if isinstance(value, MappingView):
        return "shows what becomes of its mapping later: hand on a copy, list(…) of it"
    once = "can be read only once, so that a second reader would get nothing"
    if isinstance(_stream(value), io.IOBase):
        return f"{once}: hand on its path, or what .read() gives"
    if hasattr(type(value), _OF_A_LOOP):
        return "works only on the loop that made it: await it, and hand on what comes of it"
    if isinstance(value, Coroutine):
        return f"{once}: await it, and hand on what comes of it"
    if not isinstance(value, Iterator):
        return f"{once}: hand on a list, [item async for item in …]"
    return f"{once}: hand on a list, list(…) of it"
