"""Widths of texts, before anything is drawn.

Which font a viewer has is not known, so a text is measured in the widest of the usual ones
(DejaVu Sans): in every other one it is shorter, and never longer than its box.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Advance widths of U+0020 to U+007E in hundredths of the font size, regular and bold.
_REGULAR = bytes(
    (
        *(32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34),
        *(64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53),
        *(100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79),
        *(60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50),
        *(50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61),
        *(63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84),
    )
)

_BOLD = bytes(
    (
        *(35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37),
        *(70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84, 84, 84, 58),
        *(100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 77, 64, 100, 84, 85),
        *(73, 85, 77, 72, 68, 81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 50),
        *(50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104, 71, 69),
        *(72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71, 37, 71, 84),
    )
)


@lru_cache(maxsize=4096)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is at most.

    Args:
        text: one line.
        size: font size in pixels.
        bold: whether it is drawn bold.
    """
    table = _BOLD if bold else _REGULAR
    total = 0
    for char in text:
        code = ord(char) - 32
        total += table[code] if 0 <= code < len(table) else _other(char)
    return total * size / 100


def _other(char: str) -> int:
    """Return the width of a character beyond ASCII: marks none, ideographs and emoji most."""
    if unicodedata.combining(char):
        return 0
    if unicodedata.east_asian_width(char) in "WF" or ord(char) > 0xFFFF:  # noqa: PLR2004 -- BMP
        return 125
    return 105 if unicodedata.category(char) in ("So", "Sm", "Lu") else 84
