"""Commands as plain data: what JSON gives back exactly.

Plain are None, bool, int, float, str, list, and dict with str keys, of exactly these types. What
:func:`encode` accepts, :func:`decode` gives back equal and of the same types, in the same order,
under every Python: ``-0.0`` stays negative, ``1.0`` stays a float, ``True`` stays a bool, and any
str survives, lone surrogates included.

Refused is whatever would come back as something else or not everywhere: NaN and infinities, a
tuple, an enum member, an int of more than 2,048 bits (an interpreter may refuse to read one),
nesting deeper than 64. The error names every such place with its path and says what to do.
"""

from __future__ import annotations

import json
import json.encoder
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from igniter_nb.errors import CommandError
from igniter_nb.text import abbreviate, class_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"

COMMAND_DEPTH = 64
"""Containers inside containers in a command; itself counts as one."""

INT_BITS = 2048
"""Every Python reads such an int back: 617 digits, and the lowest limit one can set is 640."""

SMALL = 1 << 62
"""An int below is plain without a closer look."""

SCALARS = frozenset((type(None), bool, int, float, str))
"""Types of plain values that hold nothing; asked only with ``in``."""

LISTED = 50
"""Problems that an error writes out; more are counted."""

_STR = frozenset((str,))
_NAME = re.compile(r"[^\W\d]\w*")
_LONG_INT = re.compile(rb"\d{618}")
_INT_DIGITS = 617

_ADVICE = {
    "tuple": "use a list: list(x)",
    "bytes": "use text: x.hex(), or base64.b64encode(x).decode()",
    "bytearray": "use text: x.hex(), or base64.b64encode(x).decode()",
    "memoryview": "use text: x.hex(), or base64.b64encode(x).decode()",
    "set": "use a sorted list: sorted(x)",
    "frozenset": "use a sorted list: sorted(x)",
    "datetime": "use text: x.isoformat()",
    "date": "use text: x.isoformat()",
    "time": "use text: x.isoformat()",
    "timedelta": "use a number: x.total_seconds()",
    "Decimal": "use text: str(x)",
    "Fraction": "use text: str(x)",
    "UUID": "use text: str(x)",
    "Path": "use text: str(x)",
    "PurePath": "use text: str(x)",
    "complex": "use a list: [x.real, x.imag]",
    "Enum": "use its value: x.value",
    "range": "use a list: list(x)",
    "generator": "use a list: list(x)",
    "dict": "use a dict: dict(x)",
    "list": "use a list: list(x)",
    "str": "use a str: str(x)",
    "int": "use an int: int(x)",
    "float": "use a float: float(x)",
}
"""What to do with a value, by the name of its type or of one that it derives from."""

# --- writing ------------------------------------------------------------------------------


def _writer() -> Callable[[object], str]:
    """Return a function that writes plain data as JSON, as fast as the interpreter can."""
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    text: Any = getattr(json.encoder, "c_encode_basestring", None)
    if make is None or text is None:
        return json.JSONEncoder(
            ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
        ).encode
    # JSONEncoder.encode makes this object anew for each value, which takes longer than writing.
    write = make(None, None, text, None, ":", ",", False, False, False)  # noqa: FBT003 -- its order
    return lambda value: "".join(write(value, 0))


_write = _writer()


def write(value: object) -> bytes:
    """Write data that is known to be plain."""
    return _write(value).encode("utf-8", "surrogatepass")


def encode(command: Mapping[str, Any]) -> bytes:
    """Write a command.

    Args:
        command: plain data. ``type``, where given, is a str; without it ``key``, where given, is a
            str (the key-value protocol).

    Returns:
        JSON in UTF-8; equal commands with equal order give equal bytes.

    Raises:
        CommandError: names everything in the command that is no plain data.

    Examples:
        >>> encode({"key": "price", "value": 99})
        b'{"key":"price","value":99}'
    """
    if type(command) is not dict:
        command = _taken(command)
    if is_plain(command) and type(command.get("type", command.get("key", ""))) is str:
        return write(command)
    found = plain_problems(command, COMMAND_DEPTH)
    raise refused("a command is plain data", found + _shape_problems(command))


def fields_of(command: object, more: tuple[object, ...], fields: Mapping[str, Any]) -> Any:
    """Return the command that was given as a mapping, or field by field.

    Raises:
        CommandError: it was given by position.
    """
    if more or not (command is None or hasattr(command, "keys")):
        came = ", ".join(abbreviate(each) for each in (command, *more))
        raise CommandError(
            "a command is a dict with str keys, or its fields by name: write(key=…, value=…); "
            f"came {came}"
        )
    return {**({} if command is None else command), **fields}  # type: ignore[dict-item]  # it has keys


def encode_all(commands: Iterable[Mapping[str, Any]]) -> list[bytes]:
    """Write commands.

    Raises:
        CommandError: they are one command or none at all; or one is no plain data, by its number.
    """
    if hasattr(commands, "keys") or not hasattr(commands, "__iter__"):
        raise CommandError(
            "expected commands, a list of dicts with str keys; "
            f"came {abbreviate(commands)}; one command is written by write()"
        )
    return [_numbered(number, command) for number, command in enumerate(commands)]


def _numbered(number: int, command: Mapping[str, Any]) -> bytes:
    try:
        return encode(command)
    except CommandError as error:
        raise CommandError(f"commands[{number}]: {error.message}") from None


def check_key(key: object) -> None:
    """Check that a key can be looked for.

    Raises:
        CommandError: it is no str.
    """
    if type(key) is not str:
        raise CommandError(f"key: expected a str, came {abbreviate(key)}; use str(key)")


def _taken(command: object) -> dict[str, Any]:
    """Make a dict of any other mapping."""
    try:
        return dict(cast("Mapping[str, Any]", command).items())
    except AttributeError:
        raise CommandError(
            "a command is a dict with str keys, for example "
            f'{{"key": "price", "value": 99}}; came {abbreviate(command)} '
            f"({_type_name(type(command))})"
        ) from None


def _shape_problems(command: Mapping[str, Any]) -> list[str]:
    for name in ("type", "key"):
        if name in command:
            value = command[name]
            if type(value) is str:
                return []
            return [f"{name}: expected a str, came {abbreviate(value)} ({_type_name(type(value))})"]
    return []


# --- reading ------------------------------------------------------------------------------


def _finite(text: str) -> float:
    value = float(text)
    if value - value != 0.0:  # infinite
        raise ValueError(text)
    return value


def _no_constant(name: str) -> float:
    raise ValueError(name)


_read = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant).raw_decode


def read(data: bytes) -> Any:
    """Read any plain data.

    Raises:
        ValueError: the bytes are something else.
    """
    text = data.decode("utf-8", "surrogatepass")
    value, end = _read(text)
    if end != len(text):
        raise ValueError(f"something follows at {end}")
    return value


def decode(data: bytes) -> dict[str, Any]:
    """Read a command.

    Args:
        data: what :func:`encode` wrote.

    Returns:
        The command, new and of plain types.

    Raises:
        CommandError: the bytes are something else. The text is the same on every node.
    """
    try:
        command = read(data)
    except (ValueError, RecursionError):
        command = None
    if type(command) is dict and (len(data) <= 2 * COMMAND_DEPTH or _within_bounds(data, command)):
        return command
    raise CommandError(
        "an entry of the log is no command: expected a JSON object as commands.encode writes it, "
        f"came {abbreviate(data)}; write to a cluster only through its own methods"
    )


def _within_bounds(data: bytes, command: dict[str, Any]) -> bool:
    """Tell whether foreign bytes keep to what :func:`encode` would have refused."""
    nests = data.count(b"[") + data.count(b"{") > COMMAND_DEPTH
    long = len(data) > _INT_DIGITS and _LONG_INT.search(data) is not None
    return not (nests or long) or is_plain(command)


# --- what is plain ------------------------------------------------------------------------


def is_plain(value: object, depth: int = COMMAND_DEPTH) -> bool:
    """Tell whether a value is plain data with at most ``depth`` containers in one another."""
    kind = type(value)
    if kind is dict:
        items = cast("dict[str, Any]", value)
        return (
            depth > 0
            and _STR.issuperset(map(type, items))
            and _plain_items(items.values(), depth - 1)
        )
    if kind is list:
        return depth > 0 and _plain_items(cast("list[Any]", value), depth - 1)
    return is_plain_scalar(value)


def _plain_items(items: Iterable[Any], depth: int) -> bool:
    for item in items:
        kind = type(item)
        if kind is str or kind is bool or (kind is int and -SMALL < item < SMALL):
            continue
        if not is_plain(item, depth):
            return False
    return True


def is_plain_scalar(value: Any) -> bool:
    """Tell whether a value is plain data that holds nothing."""
    kind = type(value)
    if kind is int:
        return bool(value.bit_length() <= INT_BITS)
    if kind is float:
        return bool(value - value == 0.0)
    return kind in SCALARS


def plain_problems(
    value: object, depth: int, *, root: str = "", also: Collection[type] = ()
) -> list[str]:
    """Describe every place in a value that is no plain data.

    Args:
        value: anything.
        depth: containers that may stand in one another.
        root: how the value itself is called; paths start without it if empty.
        also: subclasses of dict and list that count as plain.

    Returns:
        One line each: path, what was expected, what came, what to do.
    """
    return list(_Search(depth, frozenset((dict, list, *also))).problems(value, root, ()))


class _Search(NamedTuple):
    """A walk through a value that is not plain.

    Attributes:
        depth: containers that may stand in one another.
        containers: types whose insides are looked at.
    """

    depth: int
    containers: frozenset[type]

    def problems(self, value: Any, path: str, around: tuple[int, ...]) -> Iterator[str]:
        """Walk a value that stands inside the containers ``around``, named by ``id``."""
        shown = path or "the command"
        if type(value) not in self.containers:
            if not is_plain_scalar(value):
                yield f"{shown}: {_wrong(value)}"
        elif id(value) in around:
            yield f"{shown}: contains itself, which has no end; leave it out or name it by a key"
        elif len(around) == self.depth:
            yield f"{shown}: nests deeper than {self.depth} containers; keep it flatter"
        elif isinstance(value, dict):
            yield from self._keyed(value, path, (*around, id(value)))
        else:
            for position, item in enumerate(value):
                yield from self.problems(item, f"{path}[{position}]", (*around, id(value)))

    def _keyed(self, value: dict[Any, Any], path: str, around: tuple[int, ...]) -> Iterator[str]:
        for key, item in value.items():
            if type(key) is not str:
                came = f"{abbreviate(key)} ({_type_name(type(key))})"
                yield f"{path or 'the command'}: expected str keys, came {came}; use str(key)"
            yield from self.problems(item, _inside(path, key), around)


def _inside(path: str, key: object) -> str:
    if type(key) is str and _NAME.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f"{path}[{abbreviate(key)}]"


def _wrong(value: Any) -> str:
    kind = type(value)
    if kind is float:
        came = "NaN" if math.isnan(value) else "infinity" if value > 0 else "-infinity"
        return f"expected a finite float, came {came}; use None"
    if kind is int:
        return (
            f"expected an int of at most {INT_BITS:,} bits, came one of {value.bit_length():,}; "
            "use text: hex(x)"
        )
    return f"expected plain data, came {abbreviate(value)} ({_type_name(kind)}); {_advice(kind)}"


def _advice(kind: type) -> str:
    """Say what to do with a value of a type that is not plain."""
    names = [class_name(base) for base in kind.__mro__]
    modules = {base.__module__.partition(".")[0] for base in kind.__mro__}
    for name in ("Enum", "datetime", "date"):
        if name in names:  # before the int or str that it may be as well
            return _ADVICE[name]
    if "DataFrame" in names:
        return 'use a list of dicts: x.to_dict("records")'
    if {"ndarray", "Series", "Index"} & {*names}:
        return "use a list: x.tolist()"
    if "numpy" in modules or "pandas" in modules:
        return "use x.item()" if hasattr(kind, "item") else "use plain types"
    if hasattr(kind, "__dataclass_fields__"):
        return "use a dict: dataclasses.asdict(x)"
    if hasattr(kind, "_asdict"):
        return "use a dict: x._asdict()"
    for name in names:
        if name in _ADVICE:
            return _ADVICE[name]
    return "use what it holds: a dict with str keys, lists, numbers, text"


def _type_name(kind: type) -> str:
    name = class_name(kind, qualified=True)
    return name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"


def refused(promise: str, found: list[str]) -> CommandError:
    """Make the error that lists problems.

    Args:
        promise: what was expected, as a clause.
        found: one line per problem, not empty.
    """
    if len(found) == 1:
        return CommandError(f"{promise}, and this is not: {found[0]}")
    lines = [f"  {number}. {line}" for number, line in enumerate(found[:LISTED], 1)]
    if len(found) > LISTED:
        lines.append(f"  and {len(found) - LISTED:,} more")
    return CommandError("\n".join([f"{promise}; {len(found):,} places are not:", *lines]))
