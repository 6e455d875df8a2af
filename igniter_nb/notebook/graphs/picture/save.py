"""Pictures as files, for a document: as they look on a light page, on nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.notebook.graphs.picture.drawing import picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.notebook.graphs.picture.diagram import Diagram

SCALE: Final = 2.0
"""Pixels of a PNG for each of the drawing: sharp in print and on fine screens."""


def save(shown: Diagram, path: str | Path) -> Path:
    """Write a picture to a file, in the format that its name ends with.

    Returns:
        The path.

    Raises:
        ValueError: the name ends otherwise, or there is nothing to draw.
        ModuleNotFoundError: what makes the format is not installed; the text says how to.
    """
    target = Path(path)
    write = WRITERS.get(target.suffix.lower())
    if write is None:
        known = ", ".join(WRITERS)
        raise ValueError(f"expected a name that ends in one of {known}, got {str(path)!r}")
    drawn = picture(shown)
    if not drawn.svg:
        raise ValueError(f"{shown.name} cannot be drawn here, only written: see to_text()")
    target.write_bytes(write(drawn.svg))
    return target


def _svg(drawn: str) -> bytes:
    return drawn.encode()


def _png(drawn: str) -> bytes:
    try:
        import resvg_py
    except ModuleNotFoundError as error:
        raise _missing("PNG", "resvg-py") from error
    found: Any = resvg_py.svg_to_bytes(svg_string=drawn, zoom=SCALE)
    return bytes(found)


def _missing(format_: str, package: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(
        f"a picture as {format_} needs {package}: pip install 'igniter_nb[pictures]'; "
        f"as .svg it needs nothing"
    )


WRITERS: Final[dict[str, Callable[[str], bytes]]] = {".svg": _svg, ".png": _png}
"""How a drawing becomes a file, by the end of its name."""
