"""Fields of a form for the inputs of a contract: values to texts, and texts back to values.

A text is converted by the declared type alone, and only to int, float, bool and str; whether the
value is allowed is the contract's to say. Every other input is shown and cannot be typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_origin

from igniter_nb.graph import Input, type_name
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from igniter_nb.graph import CompiledGraph

LONGEST: Final = 500
"""Longer texts are shown abbreviated and cannot be typed."""

_PLAIN: Final[dict[object, str]] = {int: "int", float: "float", bool: "bool", str: "str"}
_CONVERT: Final[dict[str, Callable[[str], object]]] = {"int": int, "float": float, "str": str}


class WrongTextError(ValueError):
    """A text is not a value of its input's type."""


def fields(graph: CompiledGraph, values: Mapping[str, object]) -> list[dict[str, str]]:
    """Return one field per input, in the order of the graph.

    Args:
        graph: declares the inputs.
        values: current value by input.
    """
    inputs = [node for node in graph.nodes if isinstance(node, Input)]
    return [_field(node, values.get(node.name)) for node in inputs]


def _field(node: Input, value: object) -> dict[str, str]:
    kind = _kind(node)
    text = _text(value)
    if text is None:
        kind, text = "", abbreviate(value)
    return {
        "name": node.name,
        "type": kind,
        "annotation": "" if node.type is Any else type_name(node.type),
        "value": text,
        "doc": node.doc,
    }


def _kind(node: Input) -> str:
    declared = node.type
    if get_origin(declared) is Annotated:
        declared = get_args(declared)[0]
    return _PLAIN.get(declared, "") if isinstance(declared, type) else ""


def _text(value: object) -> str | None:
    """Write a value as a person would type it, None if that is not possible."""
    if value is None:
        return ""
    if type(value) not in _PLAIN:
        return None
    text = str(value)
    return text if len(text) <= LONGEST and text.isprintable() else None


def convert(node: Input, raw: object) -> object:
    """Return the value that a person typed or ticked.

    Args:
        node: the input.
        raw: text of a field, or whether a box is ticked.

    Raises:
        WrongTextError: the input has no field of that kind, or the text is no such value.
    """
    kind = _kind(node)
    if kind == "bool" and isinstance(raw, bool):
        return raw
    if kind in _CONVERT and isinstance(raw, str):
        if not raw.strip() and kind != "str" and not node.required:
            return None
        try:
            return _CONVERT[kind](raw if kind == "str" else raw.strip())
        except ValueError:
            pass
    msg = f"{node.name}: expected {type_name(node.type)}, came {abbreviate(raw)}"
    raise WrongTextError(msg)
