"""Validation of a value against a declared type, by pydantic, which is loaded when first needed.

What pydantic accepts is handed on as it is: :mod:`igniter_nb.compiler.conversions` says what is
converted. A bool is no int and no float, as it is for pydantic: who writes True for a number of
pieces has made a mistake more often than not. A value that can be read only once is refused.
"""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.compiler.conversions import Comparison, Mismatch, is_plain, python_value
from igniter_nb.incremental import fleeting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import TypeAdapter

_SCALARS = frozenset({bool, int, float, complex, str, bytes})

_BARE: dict[Any, type] = {
    **{kind: kind for kind in (list, dict, set, frozenset, tuple)},
    list[Any]: list,
    dict[Any, Any]: dict,
    set[Any]: set,
    frozenset[Any]: frozenset,
    tuple[Any, ...]: tuple,
}
"""Containers of anything: an instance is accepted as it is, whatever is in it."""


class Validator:
    """Validates values against one annotation.

    A value whose type is exactly the declared scalar is accepted at once, which is what pydantic
    would answer; everything else is pydantic's to decide.

    Args:
        annotation: any type that pydantic understands, or any class.
        strict: whether to refuse conversion. An int is still accepted where a float is declared.
    """

    __slots__ = ("annotation", "bare", "exact", "strict")

    def __init__(self, annotation: Any, *, strict: bool = True) -> None:
        self.annotation = annotation
        self.strict = strict
        self.exact = annotation if _is_scalar(annotation) else None
        self.bare = _bare(annotation)

    @property
    def needed(self) -> bool:
        """Whether there is anything that only pydantic can answer."""
        return self.exact is None and self.annotation is not Any

    def __call__(self, value: Any) -> Any:
        """Return the value as declared.

        Raises:
            Mismatch: it does not fit, or can be read only once.
            TypeError: the annotation cannot be validated against.
        """
        if type(value) is self.exact:
            return value
        if wrong := fleeting(value):
            raise Mismatch(wrong)
        if self.annotation is Any or (self.bare is not None and isinstance(value, self.bare)):
            return value
        plain = python_value(value) if self.exact else value
        try:
            return plain if type(plain) is self.exact else self._validated(plain)
        except Mismatch:
            plain = python_value(value)
            if plain is value:
                raise
            return self._validated(plain)

    def converts(self, value: Any) -> bool:
        """Tell whether a value would be accepted if conversion were not refused."""
        try:
            Validator(self.annotation, strict=False)(value)
        except Exception:  # noqa: BLE001 -- whatever a user's own function raises, it is no yes
            return False
        return self.strict

    def _validated(self, value: Any) -> Any:
        from pydantic import ValidationError  # noqa: PLC0415 -- loaded at first use

        known = self._known()
        try:
            made = known.adapter.validate_python(value, strict=self.strict)
            if known.simple and is_plain(value) and made == value:
                return made
            comparison = Comparison(
                strict=self.strict, whole=known.whole, transforms=known.transforms
            )
            result = comparison.handed_on(value, made)
        except ValidationError as error:
            raise Mismatch(*_findings(error)) from None
        if comparison.findings:
            raise Mismatch(*comparison.findings)
        return result

    def adapter(self) -> TypeAdapter[Any]:
        """Return pydantic's adapter.

        Raises:
            TypeError: the annotation cannot be validated against.
        """
        return self._known().adapter

    def _known(self) -> _Known:
        try:
            return _known(self.annotation)
        except TypeError:  # it cannot be hashed, or it is no type
            return _known.__wrapped__(self.annotation)


def _bare(annotation: Any) -> type | None:
    try:
        return _BARE.get(annotation)
    except TypeError:  # it cannot be hashed, so it is none of these
        return None


def _is_scalar(annotation: Any) -> bool:
    return isinstance(annotation, type) and annotation in _SCALARS


class _Known(NamedTuple):
    """What is known of an annotation.

    Attributes:
        adapter: pydantic's adapter.
        transforms: whether functions of somebody else's may make something new of a value.
        simple: whether of Python's own values nothing but equal ones of the same types, or floats
            for ints, can be made.
        whole: whether a union has an int in it.
    """

    adapter: TypeAdapter[Any]
    transforms: bool
    simple: bool
    whole: bool


@functools.lru_cache(maxsize=1024)
def _known(annotation: Any) -> _Known:
    import pydantic  # noqa: PLC0415 -- loaded at first use

    try:
        made = pydantic.TypeAdapter(annotation)
    except pydantic.errors.PydanticSchemaGenerationError:
        made = _by_isinstance(annotation)
    except Exception as error:  # whatever breaks on it, it is no type to validate against
        raise TypeError(str(error)) from error
    if not made.pydantic_complete:
        msg = f"{annotation!r} names something that is not defined yet: write the type itself"
        raise TypeError(msg)
    parts = list(_parts(made.core_schema))
    return _Known(
        made,
        transforms=any(map(_transforms, parts)),
        simple=all(map(_is_simple, parts)),
        whole=any(map(_has_int, parts)),
    )


def _by_isinstance(annotation: Any) -> TypeAdapter[Any]:
    """Return an adapter that checks classes unknown to pydantic by ``isinstance``."""
    import pydantic  # noqa: PLC0415 -- loaded at first use

    config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # pydantic warns that it would accept anything
        try:
            return pydantic.TypeAdapter(annotation, config=config)
        except UserWarning:
            msg = f"{annotation!r} is neither a type that pydantic knows nor a class"
            raise TypeError(msg) from None
        except Exception as error:
            msg = (
                f"no value can be checked against {annotation!r} with isinstance(); decorate a"
                " Protocol with @typing.runtime_checkable"
            )
            raise TypeError(msg) from error


def _parts(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Go through pydantic's schema and the schemas in it, but for models, which it makes itself."""
    if isinstance(schema, (list, tuple)):
        for part in schema:
            yield from _parts(part)
    elif isinstance(schema, dict):
        told = isinstance(schema.get("type"), str)  # else names of fields, whatever they are
        if told:
            yield schema
        if not told or schema["type"] not in ("model", "dataclass"):
            for key, part in schema.items():
                if not (told and key in _ASIDE):
                    yield from _parts(part)


def _transforms(part: Mapping[str, Any]) -> bool:
    """Tell whether a schema calls a function that is not pydantic's own."""
    called = part.get("function")
    if not str(part["type"]).startswith("function-") or not isinstance(called, dict):
        return bool(part["type"] == "json")
    home = getattr(called.get("function"), "__module__", None) or ""
    return not home.startswith("pydantic._internal")


def _is_simple(part: Mapping[str, Any]) -> bool:
    if part["type"] == "literal":
        return {*map(type, part["expected"])} <= {str}
    return part["type"] in _SIMPLE


def _has_int(part: Mapping[str, Any]) -> bool:
    return bool(part["type"] == "union") and any(choice == _INT for choice in part["choices"])


_INT = {"type": "int"}

_ASIDE = frozenset({"serialization", "metadata", "json_schema", "function", "expected"})
"""Parts of a schema that say nothing about how values are validated."""

_SIMPLE = frozenset(
    {
        *("any", "none", "bool", "int", "float", "str", "bytes", "nullable", "union"),
        *("list", "tuple", "dict", "set", "frozenset", "typed-dict", "typed-dict-field"),
        *("definitions", "definition-ref"),
    }
)


def _findings(error: Any) -> list[str]:
    found = []
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part) for part in detail["loc"])
        found.append(f"{where}: {detail['msg']}" if where else detail["msg"])
    return found
