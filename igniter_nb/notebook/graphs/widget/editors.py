"""Editors of inputs: what a form shows for a declared type, and texts and menus to values and back.

A *raw* value is what a page holds: a text, the number of a choice in a menu, None, or one raw value
per field of a record. Every raw value that an editor writes is read back as an equal value of the
same type; a value that cannot be written so is shown and cannot be edited. What a raw value becomes
is pydantic's to say, as for every input, so its errors are those that the contract would give.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import math
import pathlib
import uuid
from contextlib import suppress
from decimal import Decimal
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    Protocol,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from igniter_nb.compiler import Validator
from igniter_nb.graph import MISSING, type_name
from igniter_nb.incremental import same
from igniter_nb.text import class_name, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Raw = Any
"""What JSON can hold."""

LONGEST: Final = 20_000
"""Characters of a text that can be edited; longer ones are shown abbreviated."""

MOST: Final = 2_000
"""Items of a list or mapping that can be edited."""

DEEPEST: Final = 3
"""Records inside records that get fields of their own; those further inside are JSON."""

NARROWEST: Final = 1e-300
"""Width of the narrowest range that a slider can divide; floats have no smaller steps to offer."""


class UnwritableError(Exception):
    """A value cannot be written so that it is read back as it was."""


class WrongRawError(Exception):
    """A raw value is no value of its type.

    Attributes:
        problems: what is wrong, by path: names of fields joined by dots, empty for the whole.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


class Editor(Protocol):
    """What edits values of one type."""

    def about(self) -> dict[str, Any]:
        """Return what a page needs to know; ``kind`` says which control it makes."""

    def blank(self) -> Raw:
        """Return the raw value to begin with where there is no value yet."""

    def raw(self, value: Any) -> Raw:
        """Write a value.

        Raises:
            UnwritableError: it would not be read back as it was.
        """

    def value(self, raw: Raw) -> Any:
        """Read a raw value.

        Raises:
            WrongRawError: it is no value of the type.
        """


def _checked(annotation: Any, read: str, raw: object) -> Any:
    """Have pydantic read a text.

    Args:
        annotation: the type.
        read: the method that reads: ``validate_strings`` or ``validate_json``.
        raw: the text.

    Raises:
        WrongRawError: it is no value of the type.
    """
    import pydantic

    if not isinstance(raw, str):
        raise WrongRawError({"": f"expected a text, came {class_name(type(raw))}"})
    try:
        return getattr(Validator(annotation).adapter(), read)(raw)
    except pydantic.ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        told = [
            ".".join(map(str, each["loc"])) + ": " * bool(each["loc"]) + each["msg"]
            for each in found
        ]
        raise WrongRawError({"": "; ".join(told)}) from None
    except Exception as error:  # noqa: BLE001 -- a user's own validator may raise anything
        raise WrongRawError({"": said(error)}) from None


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """Edits what a person types on a line: texts, numbers, dates.

    Attributes:
        annotation: the declared type, with its bounds.
        kind: which control the page makes.
        types: of values that can be written.
        facts: what else the page needs to know.
    """

    annotation: Any
    kind: str
    types: tuple[type, ...]
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def about(self) -> dict[str, Any]:
        """Say which control, and its bounds."""
        return {"kind": self.kind, **self.facts}

    def blank(self) -> Raw:
        """Begin with nothing."""
        return ""

    def raw(self, value: Any) -> Raw:
        """Write a value as a person would type it."""
        if type(value) not in self.types:
            raise UnwritableError
        text = repr(value) if type(value) is float else _written(value)
        if len(text) > LONGEST or not all(part.isprintable() for part in text.split("\n")):
            raise UnwritableError
        return text

    def value(self, raw: Raw) -> Any:
        """Read what a person typed."""
        text = raw.strip() if isinstance(raw, str) and self.kind != "text" else raw
        return _checked(self.annotation, "validate_strings", text)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


@dataclasses.dataclass(frozen=True, slots=True)
class Moment(Text):
    """Edits dates and times, which a page can pick where they have no zone and no microseconds."""

    def raw(self, value: Any) -> Raw:
        """Write a date or time in ISO's form."""
        if type(value) not in self.types:
            raise UnwritableError
        if getattr(value, "microsecond", 0) % 1000 or getattr(value, "tzinfo", None):
            raise UnwritableError  # a picker would cut it off
        if getattr(value, "fold", 0):
            raise UnwritableError  # no text says which of two equal hours it is
        return _written(value)


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """Edits values that are one of a few: a menu, whose choices are numbered.

    Attributes:
        choices: name and value of each.
    """

    choices: Sequence[tuple[str, Any]]

    def about(self) -> dict[str, Any]:
        """Name the choices."""
        return {"kind": "choice", "choices": [name for name, _ in self.choices]}

    def blank(self) -> Raw:
        """Begin with the first."""
        return "0"

    def raw(self, value: Any) -> Raw:
        """Return the number of a choice."""
        for number, (_, known) in enumerate(self.choices):
            if type(value) is type(known) and value == known:
                return str(number)
        raise UnwritableError

    def value(self, raw: Raw) -> Any:
        """Return the choice of a number."""
        known = {str(number): value for number, (_, value) in enumerate(self.choices)}
        if not isinstance(raw, str) or raw not in known:
            names = ", ".join(name for name, _ in self.choices)
            raise WrongRawError({"": f"expected one of {names}"})
        return known[raw]


@dataclasses.dataclass(frozen=True, slots=True)
class Nullable:
    """Edits values that may be None, which a switch says.

    Attributes:
        inner: edits every other value.
    """

    inner: Editor

    def about(self) -> dict[str, Any]:
        """Say what stands behind the switch, and what that begins with."""
        return {"kind": "optional", "of": self.inner.about(), "blank": self.inner.blank()}

    def blank(self) -> Raw:
        """Begin with None."""
        return None

    def raw(self, value: Any) -> Raw:
        """Write a value, None as None."""
        return None if value is None else self.inner.raw(value)

    def value(self, raw: Raw) -> Any:
        """Read a raw value, None as None."""
        return None if raw is None else self.inner.value(raw)


@dataclasses.dataclass(frozen=True, slots=True)
class Json:
    """Edits lists, mappings, and whatever else comes through JSON unchanged.

    Attributes:
        annotation: the declared type.
    """

    annotation: Any

    def about(self) -> dict[str, Any]:
        """Say that it is JSON."""
        return {"kind": "json"}

    def blank(self) -> Raw:
        """Begin with nothing."""
        return ""

    def raw(self, value: Any) -> Raw:
        """Write JSON that is read back as an equal value."""
        if isinstance(value, (list, tuple, dict, set, frozenset)) and len(value) > MOST:
            raise UnwritableError
        if isinstance(value, (dt.datetime, dt.time)) and value.fold:
            raise UnwritableError  # no text says which of two equal hours it is
        try:
            adapter = Validator(self.annotation).adapter()
            text, lean = (
                json.dumps(
                    adapter.dump_python(
                        value, mode="json", by_alias=True, exclude_unset=unset, warnings=False
                    ),
                    ensure_ascii=False,
                )
                for unset in (False, True)
            )
            read = adapter.validate_json(lean)  # what a model was not given counts in comparisons
        except Exception:  # noqa: BLE001 -- whatever a user's own type raises, it cannot be edited
            raise UnwritableError from None
        alike = (  # in pydantic's own zone, and sets in whatever order they iterate
            isinstance(value, (dt.datetime, dt.time, set, frozenset))
            and type(value) is type(read)
            and value == read
        )
        if len(text) > LONGEST or not (alike or same(value, read)):
            raise UnwritableError
        return text

    def value(self, raw: Raw) -> Any:
        """Read JSON."""
        return _checked(self.annotation, "validate_json", raw)


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A field of a record.

    Attributes:
        name: its name.
        editor: edits its values.
        default: its raw value to begin with; :data:`MISSING` if the editor knows best.
    """

    name: str
    editor: Editor
    default: Raw = MISSING


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """Edits dataclasses and models: a form in the form.

    Attributes:
        type: the class.
        parts: its fields.
    """

    type: Any
    parts: Sequence[Part]

    def about(self) -> dict[str, Any]:
        """Say what the fields are."""
        fields = [{"name": part.name, "of": part.editor.about()} for part in self.parts]
        return {"kind": "record", "fields": fields}

    def blank(self) -> Raw:
        """Begin with the defaults."""
        return {
            part.name: part.editor.blank() if part.default is MISSING else part.default
            for part in self.parts
        }

    def raw(self, value: Any) -> Raw:
        """Write one raw value per field."""
        if type(value) is not self.type:
            raise UnwritableError
        raw = {part.name: part.editor.raw(getattr(value, part.name)) for part in self.parts}
        try:
            read = self.value(raw)
        except WrongRawError:
            raise UnwritableError from None
        if not (value == read or same(value, read)):  # it has more than its fields say
            raise UnwritableError
        return raw

    def value(self, raw: Raw) -> Any:
        """Read one raw value per field, and make the record of them."""
        if not isinstance(raw, dict):
            raise WrongRawError({"": f"expected fields of {self.type.__name__}"})
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for part in self.parts:
            try:
                values[part.name] = part.editor.value(raw.get(part.name))
            except WrongRawError as wrong:
                problems |= {
                    f"{part.name}.{path}".rstrip("."): told for path, told in wrong.problems.items()
                }
        if problems:
            raise WrongRawError(problems)
        try:
            return self.type(**values)
        except Exception as error:  # noqa: BLE001 -- the user's own class says what is wrong
            raise WrongRawError({"": _refusal(error)}) from None


def _refusal(error: Exception) -> str:
    """Return what a class says to the values of its fields."""
    findings = getattr(error, "errors", None)
    if callable(findings):
        return "; ".join(str(each["msg"]) for each in findings())
    return str(error) or type(error).__name__


# --- which editor a type has ----------------------------------------------------------------------


_LINES: Final[dict[Any, tuple[str, tuple[type, ...]]]] = {
    str: ("text", (str,)),
    int: ("number", (int,)),
    float: ("number", (float, int)),
    Decimal: ("number", (Decimal,)),
    uuid.UUID: ("line", (uuid.UUID,)),
    pathlib.Path: ("line", (type(pathlib.Path()),)),
}
"""Types that are typed on a line: which control they have, and types of values of them."""

_MOMENTS: Final[dict[Any, str]] = {dt.date: "date", dt.time: "time", dt.datetime: "datetime-local"}

_BOUNDS: Final = ("ge", "gt", "le", "lt", "multiple_of")


def editor(annotation: Any, depth: int = 0) -> Editor:
    """Return what edits values of a declared type.

    Args:
        annotation: the type; ``Annotated`` bounds make a slider.
        depth: how many records it stands in.
    """
    bare, notes = _bare(annotation)
    if bare in _MOMENTS:
        return Moment(annotation, _MOMENTS[bare], (bare,))
    if bare in _LINES:
        kind, types = _LINES[bare]
        facts = _number(bare, notes) if kind == "number" else {}
        return Text(annotation, kind, types, facts)
    if choices := [*_choices(bare)]:
        return Choice(choices)
    if get_origin(bare) in {Union, UnionType}:
        return _union(annotation, bare, depth)
    if depth < DEEPEST and isinstance(bare, type) and (parts := [*_parts(bare, depth)]):
        return Record(bare, parts)
    return Json(annotation)


def told(annotation: Any) -> str:
    """Say in words what a type is; nothing where its control says so."""
    bare, notes = _bare(annotation)
    if bare is Any or get_origin(bare) is Literal:
        return ""
    name = type_name(annotation if bare is None else bare)
    bounds = _bounds(notes) if bare in _LINES else {}
    words = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
    said = " ".join(f"{words[key]} {bounds[key]:g}" for key in words if key in bounds)
    return f"{name} {said}".rstrip()


def _bare(annotation: Any) -> tuple[Any, list[Any]]:
    """Return a type without what is written around it, and the notes of ``Annotated``."""
    notes: list[Any] = []
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            notes += more
        elif (inner := getattr(annotation, "__supertype__", None)) is not None:  # a NewType
            annotation = inner
        elif type(annotation).__name__ == "TypeAliasType" and not get_args(annotation):
            annotation = annotation.__value__
        else:
            try:
                hash(annotation)
            except TypeError:
                return None, notes
            return annotation, notes


def _union(annotation: Any, bare: Any, depth: int) -> Editor:
    """Return the editor of a union: of what may be None, of numbers, or JSON."""
    others = [each for each in get_args(bare) if each is not NoneType]
    if len(others) < len(get_args(bare)):
        inner = others[0] if len(others) == 1 else Union[tuple(others)]  # noqa: UP007 -- made of parts
        return Nullable(editor(inner, depth))
    return Json(annotation)


def _choices(bare: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and value of what a type's values are, if those are a few."""
    if bare is bool:
        yield from (("True", True), ("False", False))
    elif get_origin(bare) is Literal:
        values = get_args(bare)
        all_texts = all(type(value) is str for value in values)
        yield from ((value if all_texts else repr(value), value) for value in values)
    elif isinstance(bare, type) and issubclass(bare, enum.Enum) and not issubclass(bare, enum.Flag):
        yield from ((member.name, member) for member in bare)


def _bounds(notes: Sequence[Any]) -> dict[str, float]:
    """Return the bounds of a number, however they were written."""
    found: dict[str, float] = {}
    for note in [part for each in notes for part in (each, *getattr(each, "metadata", ()))]:
        for name in _BOUNDS:
            bound = getattr(note, name, None)
            with suppress(OverflowError, ValueError):  # a bound that no float is near, like 10**400
                if isinstance(bound, (int, float, Decimal)) and math.isfinite(bound):
                    found[name] = float(bound)
    return found


def _number(bare: type, notes: Sequence[Any]) -> dict[str, Any]:
    """Return what a page needs to know of a number: both bounds make a slider."""
    found = _bounds(notes)
    facts: dict[str, Any] = {"whole": bare is int}
    low, high = found.get("ge", found.get("gt")), found.get("le", found.get("lt"))
    if low is None or high is None or not NARROWEST < high - low < math.inf:
        return facts
    step = found.get("multiple_of") or _step(high - low, whole=bare is int)
    low = low if "ge" in found else low + step
    high = high if "le" in found else high - step
    return facts | {"low": low, "high": high, "step": step} if low <= high else facts


def _step(width: float, *, whole: bool) -> float:
    """Return a round step that makes about a hundred steps of a range."""
    step = 10.0 ** math.floor(math.log10(width / 100))
    wanted = next(step * times for times in (1, 2, 5, 10) if step * times * 200 >= width)
    return max(1.0, wanted) if whole else wanted


def _parts(kind: type, depth: int) -> Iterator[Part]:
    """Yield the fields that a dataclass or a model is made of."""
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        for each in dataclasses.fields(kind):
            if each.init:
                inner = editor(hints.get(each.name, Any), depth + 1)
                yield Part(each.name, inner, _default(inner, each))
        return
    fields = getattr(kind, "model_fields", {}) if hasattr(kind, "model_validate") else {}
    if any(each.alias for each in fields.values()):
        return  # it is not made by the names of its fields
    for name, each in fields.items():
        notes = tuple(each.metadata)
        annotation = Annotated[(each.annotation, *notes)] if notes else each.annotation
        inner = editor(annotation, depth + 1)
        yield Part(name, inner, _default(inner, each))


def _hints(kind: type) -> dict[str, Any]:
    try:
        return get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001 -- a name that exists only for type checkers: no type is known
        return {}


def _default(inner: Editor, field: Any) -> Raw:
    """Return the raw value of a field's default, if it has one that can be written."""
    made = getattr(field, "default_factory", None)
    try:
        value = made() if callable(made) else field.default
        return inner.raw(value)
    except Exception:  # noqa: BLE001 -- a default that cannot be made or written is none for a form
        return MISSING
