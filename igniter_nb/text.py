"""Values and tables as plain text, whatever the values are.

A value comes from a user: its ``__repr__`` may raise, be 100 MB long, or hold a memory address.
Nothing here raises on account of a value, reads more of it than is shown, or prints an address.
"""

from __future__ import annotations

import math
import re
import reprlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "abbreviate",
    "cell",
    "said",
    "seconds",
    "shorten",
    "table",
]

FEW = 10
"""Tables and arrays with more items than this are described, not written out."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_SPACE = re.compile(r"\s+")


class _Abbreviation(reprlib.Repr):
    """``reprlib`` with bounds for the types it leaves unbounded."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = limit
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 6
        self.maxlevel = 4

    def repr1(self, x: object, level: int) -> str:
        kind = type(x)
        if kind.__repr__ in (list.__repr__, tuple.__repr__, dict.__repr__, set.__repr__):
            plain = {list.__repr__: list, tuple.__repr__: tuple, dict.__repr__: dict}
            return str(getattr(self, f"repr_{plain.get(kind.__repr__, set).__name__}")(x, level))
        if isinstance(x, (bytes, bytearray)) and len(x) > self.maxstring:
            return f"{bytes(x[: self.maxstring // 2])!r}… ({len(x):,} bytes)"
        if isinstance(x, str) and kind is not str:
            return self.repr_str(str.__str__(x), level)
        return str(super().repr1(x, level))

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 4 * self.maxlong:
            return f"<int of {x.bit_length():,} bits>"
        return str(super().repr_int(x, level))

    def repr_instance(self, x: object, level: int) -> str:  # noqa: ARG002 -- reprlib's signature
        size = _size(x)
        try:
            text = "" if size and math.prod(size) > FEW else repr(x)
        except Exception as error:  # noqa: BLE001 -- a failing __repr__ must not fail the table
            return f"<{type(x).__name__}: repr raised {type(error).__name__}>"
        if size and (not text or "\n" in text):
            sides = " × ".join(f"{count:,}" for count in size)  # noqa: RUF001 -- the sign is meant
            return f"<{type(x).__name__} of {sides}>"
        return text


def _size(x: Any) -> tuple[int, ...]:
    """Return the shape of a table or array, nothing for what has none."""
    try:
        shape = x.shape if hasattr(type(x), "shape") else ()
    except Exception:  # noqa: BLE001 -- a failing property means that the shape is not known
        return ()
    plain = isinstance(shape, tuple) and all(isinstance(count, int) for count in shape)
    return shape if plain else ()


def abbreviate(value: object, limit: int = 60) -> str:
    """Write a value on one line of at most ``limit`` characters.

    Args:
        value: anything.
        limit: characters; the middle of a longer text is replaced by ``…``.

    Returns:
        One line without memory addresses; a description where ``repr`` fails.
    """
    try:
        text = _Abbreviation(limit).repr(value)
    except Exception as error:  # noqa: BLE001 -- whatever a hostile type does, a table is still drawn
        text = f"<{type(value).__name__}: repr raised {type(error).__name__}>"
    text = _SPACE.sub(" ", _ADDRESS.sub("", text[: 8 * limit + 200]))
    return shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """Cut the middle out of a text longer than ``limit`` characters."""
    if len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"


def said(error: BaseException, limit: int = 1_000) -> str:
    """Write class and text of an exception; its text may be as hostile as any value."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 -- a failing __str__ must not hide which error it was
        return name
    return f"{name}: {shorten(text, limit)}" if text else name


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align rows of text under their column names.

    Args:
        columns: names, one per column.
        rows: cells as text, as many as there are columns in each row.

    Returns:
        Lines without trailing blanks: names, a rule, then the rows.
    """
    lines = [list(columns), *([_SPACE.sub(" ", cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(columns))]
    lines.insert(1, ["─" * width for width in widths])
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def cell(value: object, limit: int = 60) -> str:
    """Write a table cell: text as it is, nothing for None, tuples of names joined."""
    if value is None:
        return ""
    if _is(value, str):
        return shorten(str(value), limit)
    if _is(value, tuple):
        items: tuple[object, ...] = tuple(value)  # type: ignore[arg-type]  # it is a tuple
        if all(_is(item, str) for item in items):
            return shorten(", ".join([str(item) for item in items]), limit)
    return abbreviate(value, limit)


def _is(value: object, kind: type) -> bool:
    """Tell whether a value is of a type without asking the value, which may be hostile."""
    return issubclass(type(value), kind)


def seconds(duration: float | None) -> str:
    """Write a duration with the unit a person would choose; empty for None.

    Args:
        duration: seconds.
    """
    if duration is None:
        return ""
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if duration >= 0.9995 * scale:  # what rounds to one of the larger unit is written in it
            return f"{_three_digits(duration / scale)} {unit}"
    return f"{duration * 1e9:.0f} ns"


def _three_digits(number: float) -> str:
    """Write a number with three digits, or all of its whole digits; never with an exponent."""
    return f"{number:.0f}" if number >= 99.95 else f"{number:.3g}"  # noqa: PLR2004 -- rounds to 100
