"""Markup writer: every text and attribute that it writes is escaped.

1. A :class:`Markup` is finished markup. It is made only by :func:`tag`, :func:`text` and
   :func:`join`, so that a plain string from a user never becomes markup by accident.
2. What is written is well-formed XML as well as HTML: characters that XML forbids are taken out,
   and so are the invisible ones that turn the direction of the text after them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import NewType
from xml.sax.saxutils import escape

Markup = NewType("Markup", str)

# Everything outside the Char production of XML 1.0, the C1 controls, and the directional
# embeddings, overrides and isolates.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
_SPACE = re.compile(r"\s+")
_QUOTES = {'"': "&quot;", "'": "&#39;"}

Attributes = Mapping[str, str | float | None]


def clean(value: str) -> str:
    """Take out the characters that must not appear in XML or would turn the text around."""
    return _FORBIDDEN.sub("", value)


def line(value: str) -> str:
    """Clean a text and write it on one line."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()  # nearly every text, of which a large graph has many
    return _SPACE.sub(" ", clean(value)).strip()


def number(value: float) -> str:
    """Write a coordinate with at most one digit after the point."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


def text(value: str) -> Markup:
    """Write plain text."""
    return Markup(escape(clean(value), _QUOTES))


def join(parts: Iterable[Markup]) -> Markup:
    """Put finished pieces behind one another."""
    return Markup("".join(parts))


def tag(name: str, attributes: Attributes | None = None, *children: Markup) -> Markup:
    """Write an element.

    Args:
        name: element name.
        attributes: values by name; None leaves the attribute out, numbers get one digit.
        children: finished pieces; without any the element is written as empty.
    """
    parts = [f"<{name}"]
    for key, value in (attributes or {}).items():
        if value is not None:
            written = text(value) if isinstance(value, str) else number(value)
            parts.append(f' {key}="{written}"')
    if not children:
        return Markup("".join(parts) + "/>")
    return Markup("".join((*parts, ">", *children, f"</{name}>")))


def style(**rules: str | None) -> str:
    """Write a ``style`` attribute; an underscore in a name stands for a hyphen."""
    return ";".join(f"{name.replace('_', '-')}:{rule}" for name, rule in rules.items() if rule)


def data_uri(svg: str) -> str:
    """Write a picture as an address that needs no server."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode('ascii')}"
