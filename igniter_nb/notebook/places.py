"""How a person calls a place in a notebook: ``cell 3, line 5``.

The interpreter knows a cell by a made-up file name. IPython's compiler remembers which number the
cell had when it ran last, in its kernel as in a terminal; that number is what the person sees.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from igniter_nb.errors import Location

_CELL = re.compile(r"In\[(\d+)\]")


def place(location: Location) -> str | None:
    """Return how a person calls a place in a notebook.

    Args:
        location: file name as the interpreter knows it, and line.

    Returns:
        Number of the cell and line in it; None if the place is in no cell of this process.
    """
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    named = shell.compile.format_code_name(location.file) if shell else None
    number = _CELL.fullmatch(named[1]) if named else None
    return f"cell {number[1]}, line {location.line}" if number else None
