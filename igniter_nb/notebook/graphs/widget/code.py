"""Line of Python that makes a contract with given inputs, and what has to be imported for it.

What is written is evaluated to an equal value of the same type. What cannot be written so (a frame,
a client) is left to be given, and a comment says what it is.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import math
import pathlib
import uuid
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.capabilities import Policy
from igniter_nb.incremental import same
from igniter_nb.text import abbreviate, class_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

WIDTH: Final = 88
"""Characters of a line; a longer call has a line for each input."""


class _UnwritableError(Exception):
    """A value has no expression that gives it."""


class _Writer:
    """Writes values, and remembers what has to be imported for them."""

    def __init__(self) -> None:
        self.imports: dict[str, str] = {}  # what a name stands for, by the name
        self.inside: list[int] = []

    def name(self, kind: type) -> str:
        """Return how a class is called, and see to it that it is imported."""
        module, path = kind.__module__, class_name(kind, qualified=True)
        if module == "builtins":
            return path
        if "<locals>" in path or module == "__main__":
            return path.rpartition("<locals>.")[2]
        first = path.partition(".")[0]
        line = f"from {module} import {first}"
        if self.imports.setdefault(first, line) != line:
            self.imports[module] = f"import {module}"
            return f"{module}.{path}"
        return path

    def write(self, value: Any) -> str:
        """Return an expression.

        Raises:
            _UnwritableError: there is none.
        """
        if id(value) in self.inside:
            raise _UnwritableError
        self.inside.append(id(value))
        try:
            return self._written(value)
        finally:
            self.inside.pop()

    def _written(self, value: Any) -> str:
        kind = type(value)
        if isinstance(value, enum.Enum):
            return self._member(value)
        if kind in _PLAIN:
            return repr(value)
        if (write := _WRITERS.get(kind)) is not None:
            return write(self, value)
        if isinstance(value, pathlib.PurePath):
            return f"{self._imported('pathlib', kind.__name__)}({str(value)!r})"
        if isinstance(value, dt.tzinfo):
            return self._zone(value)
        return self._record(kind, value)

    def _member(self, value: enum.Enum) -> str:
        name = self.name(type(value))
        if value.name in type(value).__members__:
            return f"{name}.{value.name}"
        return f"{name}({value.value!r})"  # several flags

    def _zone(self, value: dt.tzinfo) -> str:
        key = getattr(value, "key", None)
        if type(value) is dt.timezone:
            self.imports["datetime"] = "import datetime"
            return repr(value)
        if type(value).__module__ == "zoneinfo" and isinstance(key, str):
            return f"{self._imported('zoneinfo', 'ZoneInfo')}({key!r})"
        if (
            type(value).__module__.startswith("pydantic")
            and (away := value.utcoffset(None)) is not None
        ):
            return self._zone(dt.timezone(away))
        raise _UnwritableError

    def _imported(self, module: str, name: str) -> str:
        self.imports[name] = f"from {module} import {name}"
        return name

    def _record(self, kind: type, value: Any) -> str:
        """Write a dataclass, a model or a named tuple as a call with its fields by name."""
        if dataclasses.is_dataclass(kind):
            names = [each.name for each in dataclasses.fields(kind) if each.init]
        elif hasattr(kind, "model_validate") and isinstance(
            fields := getattr(kind, "model_fields", None), dict
        ):
            names = [*fields] if not any(each.alias for each in fields.values()) else []
        elif issubclass(kind, tuple) and isinstance(getattr(kind, "_fields", None), tuple):
            names = [*kind._fields]  # type: ignore[attr-defined]  # asked just now
        else:
            raise _UnwritableError
        if not names:
            raise _UnwritableError
        parts = {name: getattr(value, name) for name in names}
        made = kind(**parts)
        if not (value == made or same(value, made)):  # it has more than its fields say
            raise _UnwritableError
        given = ", ".join(f"{name}={self.write(part)}" for name, part in parts.items())
        return f"{self.name(kind)}({given})"

    def policy(self, value: Policy) -> str:
        """Write a policy by what it says beyond permitting everything."""
        self.imports["ig"] = "import igniter_nb as ig"
        given = [f"denied={sorted(value.denied)!r}"] if value.denied else []
        if value.allowed is not None:
            given.append(f"allowed={sorted(value.allowed)!r}")
        if value.on_unknown != "ignore":
            given.append(f"on_unknown={value.on_unknown!r}")
        return f"ig.Policy({', '.join(given)})"

    def items(self, values: Iterable[Any]) -> str:
        """Write values one behind the other."""
        return ", ".join(map(self.write, values))

    def date(self, value: Any) -> str:
        """Write a date, a time or both; a zone is written as what it is."""
        self.imports["datetime"] = "import datetime"
        zone = getattr(value, "tzinfo", None)
        if zone is None:
            return repr(value)
        bare = repr(value.replace(tzinfo=None, fold=0))[:-1]
        fold = ", fold=1" if value.fold else ""
        return f"{bare}{fold}, tzinfo={self.write(zone)})"

    def number(self, value: float) -> str:
        """Write a float; those that are no number have no literal."""
        return repr(value) if math.isfinite(value) else f'float("{value}")'

    def called(self, value: Any, module: str) -> str:
        """Write what is made of its text."""
        return f"{self._imported(module, type(value).__name__)}({str(value)!r})"

    def span(self, value: dt.timedelta) -> str:
        """Write a duration."""
        self.imports["datetime"] = "import datetime"
        return repr(value)


_PLAIN: Final = {type(None), bool, int, str, bytes, type(...)}

_WRITERS: Final[dict[type, Callable[[_Writer, Any], str]]] = {
    float: _Writer.number,
    complex: lambda _, x: repr(x),
    bytearray: lambda _, x: repr(x),
    range: lambda _, x: repr(x),
    dt.date: _Writer.date,
    dt.time: _Writer.date,
    dt.datetime: _Writer.date,
    dt.timedelta: _Writer.span,
    Decimal: lambda writer, x: writer.called(x, "decimal"),
    Fraction: lambda writer, x: writer.called(x, "fractions"),
    uuid.UUID: lambda writer, x: writer.called(x, "uuid"),
    Policy: _Writer.policy,
    list: lambda writer, x: f"[{writer.items(x)}]",
    tuple: lambda writer, x: f"({writer.items(x)}{',' if len(x) == 1 else ''})",
    set: lambda writer, x: f"{{{writer.items(_ordered(x))}}}" if x else "set()",
    frozenset: lambda writer, x: (
        f"frozenset({{{writer.items(_ordered(x))}}})" if x else "frozenset()"
    ),
    dict: lambda writer, x: (
        f"{{{', '.join(f'{writer.write(key)}: {writer.write(item)}' for key, item in x.items())}}}"
    ),
}


def _ordered(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=repr)


def call(kind: type, values: Mapping[str, Any], *, options: Mapping[str, Any] | None = None) -> str:
    """Return Python that makes an instance of a contract.

    Args:
        kind: the contract.
        values: input name to value.
        options: what :meth:`Contract.configured` was given.
    """
    writer = _Writer()
    name = writer.name(kind)
    if options:
        chosen = ", ".join(f"{key}={writer.write(value)}" for key, value in options.items())
        name = f"{name}.configured({chosen})"
    given, notes = [], []
    for key, value in values.items():
        known = dict(writer.imports)
        try:
            given.append(f"{key}={writer.write(value)}")
        except Exception:  # noqa: BLE001 -- whatever a user's own type raises, it has no expression
            writer.imports = known
            given.append(f"{key}={key}")
            notes.append(f"# {key}: {abbreviate(value)}")
    line = f"{name}({', '.join(given)})"
    if len(line) > WIDTH:
        line = "\n".join([f"{name}(", *(f"    {each}," for each in given), ")"])
    imports = sorted(set(writer.imports.values()))
    above = [*imports, *[""] * bool(imports), *notes]
    return "\n".join([*above, line])
