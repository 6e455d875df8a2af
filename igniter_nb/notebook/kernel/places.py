"""Places in a notebook as a person calls them: ``cell 3, line 5``.

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


def running_cell() -> tuple[str, int] | None:
    """Return what the front end calls the cell that runs, and the number it runs under.

    JupyterLab, Notebook 7 and VS Code send the name along; it stays when the cell is changed and
    run again.

    Returns:
        Name and number; None outside a notebook, or where the front end sends no name.
    """
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None or not hasattr(shell, "get_parent"):
        return None
    sent = (shell.get_parent() or {}).get("metadata", {}).get("cellId")
    return (sent, shell.execution_count) if isinstance(sent, str) else None
