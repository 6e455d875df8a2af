"""Values and tables as plain text, whatever the values are.

A value comes from a user: its ``__repr__`` may raise or exit, be 100 MB long, or hold a memory
address; its class may hide its name, and ``__class__`` may lie. Nothing here raises on account of a
value, reads more of it than is shown, or prints an address; a person's Ctrl-C goes through.
"""

from __future__ import annotations

import difflib
import math
import re
import reprlib
from array import array
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from types import WrapperDescriptorType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "abbreviate",
    "came",
    "cell",
    "class_name",
    "natural",
    "nearest",
    "plain",
    "said",
    "seconds",
    "shorten",
    "table",
]

FEW = 10
"""Tables and arrays with more items than this are described, not written out."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"(\d+)")
_name_of: Final = type.__dict__["__name__"].__get__
_qualified_name_of: Final = type.__dict__["__qualname__"].__get__
_attributes_of: Final = type.__dict__["__dict__"].__get__
_line_of: Final = type.__dict__["__mro__"].__get__
"""What a class itself holds; its metaclass, which may hide it or lie about it, is not asked."""


class _Abbreviation(reprlib.Repr):
    """``reprlib`` with bounds for the types it leaves unbounded; no value is asked who it is."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = limit
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 6
        self.maxlevel = 4

    def repr1(self, x: object, level: int) -> str:
        kind = type(x)
        if _is(x, str):
            return self.repr_str(plain(x), level)
        found = _own(kind, "__repr__")
        write = _WRITERS.get(found) if type(found) is WrapperDescriptorType else None
        return self.repr_instance(x, level) if write is None else write(self, x, level)

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 4 * self.maxlong:
            return f"<int of {x.bit_length():,} bits>"
        return str(super().repr_int(x, level))

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        if level <= 0 and x:
            return f"{{{self.fillvalue}}}"
        items = [
            f"{self.repr1(key, level - 1)}: {self.repr1(value, level - 1)}"
            for key, value in islice(dict.items(x), self.maxdict)
        ]
        more = [self.fillvalue] if dict.__len__(x) > self.maxdict else []
        return f"{{{', '.join([*items, *more])}}}"

    def repr_instance(self, x: object, level: int) -> str:  # noqa: ARG002 -- reprlib's signature
        size = _size(x)
        try:
            text = "" if size and math.prod(size) > FEW else plain(repr(x))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 -- whatever a __repr__ raises, SystemExit too
            return _unwritten(x, error)
        if size and (not text or "\n" in text):
            sides = " × ".join(f"{count:,}" for count in size)  # noqa: RUF001 -- the sign is meant
            return f"<{class_name(type(x))} of {sides}>"
        return text


_Writer = Callable[[_Abbreviation, Any, int], str]


def _few(base: Any) -> _Writer:
    """Return a writer that takes no more items out of a value than it needs, by the base's way."""

    def write(writer: _Abbreviation, x: Any, level: int) -> str:
        items = base(islice(base.__iter__(x), writer.maxlist + 1))
        return str(getattr(writer, f"repr_{base.__name__}")(items, level))

    return write


def _all(base: Any) -> _Writer:
    """Return a writer that takes all items of a value, to write them in an order that stays."""

    def write(writer: _Abbreviation, x: Any, level: int) -> str:
        return str(getattr(writer, f"repr_{base.__name__}")([*base.__iter__(x)], level))

    return write


def _bytes(base: Any) -> _Writer:
    def write(writer: _Abbreviation, x: Any, _: int) -> str:
        if (size := base.__len__(x)) > writer.maxstring:
            return f"{bytes(base.__getitem__(x, slice(writer.maxstring // 2)))!r}… ({size:,} bytes)"
        return str(base.__repr__(x))

    return write


_WRITERS: Final[dict[object, _Writer]] = {
    list.__repr__: _few(list),
    tuple.__repr__: _few(tuple),
    deque.__repr__: _few(deque),
    array.__repr__: lambda writer, x, level: str(writer.repr_array(_beginning(x), level)),
    set.__repr__: _all(set),
    frozenset.__repr__: _all(frozenset),
    dict.__repr__: _Abbreviation.repr_dict,
    int.__repr__: lambda writer, x, level: writer.repr_int(int.__int__(x), level),
    bytes.__repr__: _bytes(bytes),
    bytearray.__repr__: _bytes(bytearray),
}
"""How values are written whose ``repr`` is a built-in one: by that, not as a subclass has it."""


def _beginning(x: array[Any]) -> array[Any]:
    return array.__getitem__(x, slice(FEW))


def _own(kind: type, name: str) -> object:
    """Return what a class or a parent of it holds under a name."""
    found = (_attributes_of(each) for each in _line_of(kind))
    return next(held[name] for held in found if name in held)


def _size(x: Any) -> tuple[int, ...]:
    """Return the shape of a table or array, nothing for what has none."""
    try:
        shape = (
            x.shape if any("shape" in _attributes_of(each) for each in _line_of(type(x))) else ()
        )
        counts = [count for count in shape if type(count) is int] if type(shape) is tuple else []
        return shape if len(counts) == len(shape) else ()
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 -- a failing property means that the shape is not known
        return ()


def _unwritten(x: object, error: BaseException) -> str:
    return f"<{class_name(type(x))}: repr raised {class_name(type(error))}>"


def class_name(kind: type, *, qualified: bool = False) -> str:
    """Write the name of a class, which its metaclass may neither hide nor change.

    Args:
        kind: the class; of a value ``type(value)``, since its ``__class__`` may lie.
        qualified: whether the classes and functions around it belong to the name.

    Example:
        >>> class_name(type(1.5))
        'float'
    """
    return str(_qualified_name_of(kind) if qualified else _name_of(kind))


def plain(text: object) -> str:
    """Return a text as a plain ``str``: a subclass may do anything when it is written.

    Raises:
        TypeError: it is no text.
    """
    return str.__str__(text)


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
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 -- whatever a hostile type does, a table is still drawn
        text = _unwritten(value, error)
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
    name = class_name(type(error))
    try:
        text = plain(str(error))
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 -- a failing __str__ must not hide which error it was
        return name
    return f"{name}: {shorten(text, limit)}" if text else name


def came(value: object) -> str:
    """Write what was given, with its type."""
    return f"{abbreviate(value)} ({class_name(type(value))})"


@lru_cache(maxsize=4_096)
def natural(name: str) -> tuple[object, ...]:
    """Return what a name is sorted by, so that numbers in names count as numbers.

    Examples:
        >>> sorted(["n10", "n2", "n1"], key=natural)
        ['n1', 'n2', 'n10']
    """
    pieces = _DIGITS.split(name)  # what is no number, then a number, and so on
    for at in range(1, len(pieces), 2):
        digits = pieces[at].lstrip("0")
        pieces[at] = (len(digits), digits)  # numbers of any length
    return (tuple(pieces), name)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return advice that names the known name most like a given one, empty if none is."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""


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
        return shorten(plain(value), limit)
    if _is(value, tuple):
        items: tuple[object, ...] = (*tuple.__iter__(value),)  # type: ignore[arg-type]  # it is one
        if all(_is(item, str) for item in items):
            return shorten(", ".join([plain(item) for item in items]), limit)
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
