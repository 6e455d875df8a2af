"""Pictures as files, for a document: as they look on a light page, on nothing.

The letters are those that widths were measured in, more or less (Vera, which reportlab brings), so
that a picture is the same on every machine and needs no font of the system's.
"""

from __future__ import annotations

import re
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.notebook.graphs.picture.drawing import picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.notebook.graphs.picture.diagram import Diagram

SCALE: Final = 2.0
"""Pixels of a PNG for each of the drawing: sharp in print and on fine screens."""

_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)
_FAMILY: Final = re.compile(r'font-family="[^"]*"')
_FONT: Final = "Bitstream Vera Sans"
_FONTS: Final = {"Vera.ttf": "normal", "VeraBd.ttf": "bold"}


def save(shown: Diagram, path: str | Path) -> Path:
    """Write a picture to a file, in the format that its name ends with.

    Returns:
        The path.

    Raises:
        ValueError: the name ends otherwise, or there is nothing to draw.
        ModuleNotFoundError: what makes the format is not installed; the text says how to.
    """
    target = Path(path).expanduser()
    write = WRITERS.get(target.suffix.lower())
    if write is None:
        known = ", ".join(WRITERS)
        raise ValueError(f"expected a name that ends in one of {known}, got {str(path)!r}")
    drawn = picture(shown)
    if not drawn.svg:
        raise ValueError(f"{shown.name} has no picture here, only a text: write its to_text()")
    target.write_bytes(write(_STYLE.sub("", drawn.svg)))
    return target


def _svg(drawn: str) -> bytes:
    return drawn.encode()


def _png(drawn: str) -> bytes:
    found: Any = _needed("resvg_py", "PNG").svg_to_bytes(
        svg_string=_lettered(drawn, _FONT), zoom=SCALE, font_files=[*map(str, _files("PNG"))]
    )
    return bytes(found)


def _pdf(drawn: str) -> bytes:
    svglib = _needed("svglib.svglib", "PDF")
    for file in _files("PDF"):
        svglib.register_font(_FONT, str(file), weight=_FONTS[file.name])
    bold = _lettered(drawn, _FONT).replace('font-weight="600"', 'font-weight="bold"')
    shapes = svglib.svg2rlg(BytesIO(bold.encode()))  # which knows no other weights
    found: bytes = _needed("reportlab.graphics.renderPDF", "PDF").drawToString(shapes)
    return found


def _lettered(drawn: str, family: str) -> str:
    return _FAMILY.sub(f'font-family="{family}"', drawn)


def _files(kind: str) -> list[Path]:
    """Return the files of the letters, regular and bold."""
    folder = Path(_needed("reportlab", kind).__file__).parent / "fonts"
    return [folder / name for name in _FONTS]


def _needed(module: str, kind: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        said = f"a picture as {kind} needs {error.name}: pip install 'igniter_nb[pictures]'"
        raise ModuleNotFoundError(f"{said}; as .svg it needs nothing", name=error.name) from error


WRITERS: Final[dict[str, Callable[[str], bytes]]] = {".svg": _svg, ".png": _png, ".pdf": _pdf}
"""How a drawing becomes a file, by the end of its name."""
