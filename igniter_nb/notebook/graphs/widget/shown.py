"""Forms of a value in the inspector: as the notebook would show it, bounded.

Markup of a value comes from somebody else's code. It is only handed on here; the page puts it into
a frame that runs nothing, loads nothing and cannot reach the widget.
"""

from __future__ import annotations

import base64
import io
import sys
from typing import Any, Final

from igniter_nb.incremental import ATOMS
from igniter_nb.notebook.kernel.tracebacks import shell
from igniter_nb.notebook.page.html import clean
from igniter_nb.text import abbreviate

TEXT: Final = 6_000
"""Longest text, in characters."""

MARKUP: Final = 200_000
"""Longest markup; of a value with more only the text is shown."""

PICTURE: Final = 2_000_000
"""Largest picture, in bytes."""

ITEMS: Final = 100
"""Items of a collection that are written out."""

PICTURES: Final = ("image/svg+xml", "image/png", "image/jpeg")


def shown(value: Any) -> dict[str, str]:
    """Return the forms of a value: always a text, and markup or the address of a picture.

    Args:
        value: a copy that nobody else holds; its own code writes it.
    """
    forms = {"text": clean(_text(value)), "html": "", "picture": ""}
    if type(value) in ATOMS or type(value) in {list, tuple, dict, set, frozenset}:
        return forms
    found = _rich(value)
    for kind in PICTURES:
        if picture := _picture(kind, found.get(kind)):
            return forms | {"picture": picture}
    markup = found.get("text/html")
    if isinstance(markup, str) and markup and len(markup) <= MARKUP:
        forms["html"] = markup
    return forms


def _rich(value: Any) -> dict[str, Any]:
    """Return what the notebook makes of a value, or what the value makes of itself."""
    try:
        if type(value).__module__.startswith("matplotlib.") and hasattr(value, "savefig"):
            into = io.BytesIO()
            value.savefig(into, format="png", dpi=80, bbox_inches="tight")
            return {"image/png": into.getvalue()}
        found = shell()
        if found is not None:
            wanted = {*PICTURES, "text/html"}
            data, _ = found.display_formatter.format(value, include=wanted)
            return dict(data)
        makes = getattr(value, "_repr_mimebundle_", None)
        if callable(makes):
            bundle = makes()
            return dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        makes = getattr(value, "_repr_html_", None)
        return {"text/html": makes()} if callable(makes) else {}
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 -- whatever a value's own code raises, its text is shown
        return {}


def _picture(kind: str, data: Any) -> str:
    """Return the address of a picture that holds it."""
    if isinstance(data, str) and kind == "image/svg+xml":
        data = data.encode("utf-8")
    if isinstance(data, bytes):
        data = base64.b64encode(data).decode("ascii")
    return (
        f"data:{kind};base64,{data}" if isinstance(data, str) and 0 < len(data) <= PICTURE else ""
    )


def _text(value: Any) -> str:
    if isinstance(value, (str, bytes)) or type(value) in ATOMS:
        return abbreviate(value, TEXT)
    try:
        text = _array(value) or _pretty(value)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 -- as above: the abbreviation says what its repr raised
        return abbreviate(value, TEXT)
    return text if len(text) <= TEXT else f"{text[:TEXT]}…"


def _array(value: Any) -> str:
    """Write shape, type and both ends of an array; nothing for what is none."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.ndarray):
        return ""
    sides = " × ".join(f"{count:,}" for count in value.shape) or "a single value"  # noqa: RUF001 -- the sign is meant
    with numpy.printoptions(threshold=60, edgeitems=3):
        return f"array of {sides}, {value.dtype}\n{numpy.array2string(value)}"


def _pretty(value: Any) -> str:
    from IPython.lib import pretty

    write: Any = pretty.pretty
    return str(write(value, max_width=88, max_seq_length=ITEMS))
