"""Checking a value against a declared type; pydantic does the work, loaded when first needed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_SCALARS = frozenset({bool, int, float, str, bytes})


class Mismatch(Exception):  # noqa: N818 -- caught where it is raised from, never shown
    """A value does not fit; ``args`` are the findings as text."""


class Validator:
    """Validates values against one annotation.

    A value whose type is exactly the declared scalar is accepted at once, which is what pydantic
    would answer; everything else is pydantic's to decide.

    Args:
        annotation: any type that pydantic understands, or any class.
        strict: whether to refuse conversion. An int is still accepted where a float is declared.
    """

    __slots__ = ("annotation", "exact", "strict")

    def __init__(self, annotation: Any, *, strict: bool = True) -> None:
        self.annotation = annotation
        self.strict = strict
        self.exact = annotation if _is_scalar(annotation) else None

    def __call__(self, value: Any) -> Any:
        """Return the value as declared.

        Raises:
            Mismatch: it does not fit.
            Unusable: pydantic has no schema for the annotation.
        """
        if type(value) is self.exact or self.annotation is Any:
            return value
        from pydantic import ValidationError  # noqa: PLC0415 -- loaded at first use

        try:
            return self.adapter().validate_python(value, strict=self.strict)
        except ValidationError as error:
            raise Mismatch(*_findings(error)) from None

    def adapter(self) -> TypeAdapter[Any]:
        """Return pydantic's adapter.

        Raises:
            TypeError: pydantic has no schema for the annotation.
        """
        try:
            return _adapter(self.annotation)
        except TypeError:
            return _adapter.__wrapped__(self.annotation)


def _is_scalar(annotation: Any) -> bool:
    return isinstance(annotation, type) and annotation in _SCALARS


@functools.lru_cache(maxsize=1024)
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    import pydantic  # noqa: PLC0415 -- loaded at first use

    try:
        return pydantic.TypeAdapter(annotation)
    except pydantic.errors.PydanticSchemaGenerationError:
        pass  # a class that pydantic does not know: checked by isinstance
    except pydantic.errors.PydanticUserError as error:
        raise TypeError(str(error)) from error
    config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    try:
        return pydantic.TypeAdapter(annotation, config=config)
    except pydantic.errors.PydanticUserError as error:
        raise TypeError(str(error)) from error


def _findings(error: Any) -> list[str]:
    found = []
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part) for part in detail["loc"])
        found.append(f"{where}: {detail['msg']}" if where else detail["msg"])
    return found


def came(value: object) -> str:
    """Write what was given, with its type."""
    return f"{abbreviate(value)} ({type(value).__name__})"
