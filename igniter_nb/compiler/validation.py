"""Checking a value against a declared type; pydantic does the work, loaded when first needed."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any

from igniter_nb.text import abbreviate, class_name

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

    @property
    def needed(self) -> bool:
        """Whether there is anything that only pydantic can answer."""
        return self.exact is None and self.annotation is not Any

    def __call__(self, value: Any) -> Any:
        """Return the value as declared.

        Raises:
            Mismatch: it does not fit.
            TypeError: the annotation cannot be validated against.
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
            TypeError: the annotation cannot be validated against.
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
        made = pydantic.TypeAdapter(annotation)
    except pydantic.errors.PydanticSchemaGenerationError:
        made = _by_isinstance(annotation)
    except Exception as error:  # whatever breaks on it, it is no type to validate against
        raise TypeError(str(error)) from error
    if not made.pydantic_complete:
        msg = f"{annotation!r} names something that is not defined yet: write the type itself"
        raise TypeError(msg)
    return made


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


def _findings(error: Any) -> list[str]:
    found = []
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part) for part in detail["loc"])
        found.append(f"{where}: {detail['msg']}" if where else detail["msg"])
    return found


def came(value: object) -> str:
    """Write what was given, with its type."""
    return f"{abbreviate(value)} ({class_name(type(value))})"
