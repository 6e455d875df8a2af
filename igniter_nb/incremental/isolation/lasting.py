"""Values that can be handed on: whoever reads one, and whenever, finds the same in it.

What can be read only once (a generator, ``map``, a file, a reader of rows, a coroutine) is empty
for the second reader, for a report and for the next run; a future works on the loop that made it
only. A view on a mapping (``d.items()``) shows what becomes of the mapping later. All are refused
rather than turned into lists behind one's back: only whoever made one knows how much there is to
read, and when.

Looked at are the value and the first items of lists, tuples and dicts in it, some levels deep; so
the check takes the same time for a long list as for a short one, and none for numbers and texts.
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


def lasting(value: Any) -> Any:
    """Return a value that can be handed on.

    Raises:
        TypeError: it cannot; the text says why, and what to hand on instead.
    """
    if wrong := fleeting(value):
        raise TypeError(wrong)
    return value


def fleeting(value: Any) -> str:
    """Say why a value cannot be handed on and what to do; empty if it can."""
    where: list[str] = []
    found = _find(value, where, _DEEP)
    if found is None:
        return ""
    inside = f", at {''.join(where)}," if where else ""
    name = class_name(type(found))
    article = "an" if name[0] in "aeiouAEIOU" else "a"
    return f"{article} {name}{inside} {_why(found)}"


def _find(value: Any, where: list[str], deep: int) -> Any:
    """Return the first value that does not last, and note the way to it."""
    if not _suspect(type(value)):  # type: ignore[arg-type]  # a class can be hashed
        return None
    if isinstance(value, (list, tuple, dict)):
        return _find_inside(value, where, deep) if deep else None
    return value if _reads_once(value) or isinstance(value, MappingView) else None


@functools.lru_cache(maxsize=512)
def _suspect(kind: type) -> bool:
    """Tell whether values of a type have to be looked at one by one."""
    try:
        return (
            issubclass(kind, (list, tuple, dict, MappingView))
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
