"""Notebook room: pictures, tables and widgets of what the floors below compute.

The only room that knows HTML, IPython, pandas, Graphviz and widgets; each is imported where it is
used. It is loaded when something is first shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.notebook.show import NotebookDisplay

if TYPE_CHECKING:
    from igniter_nb.display import Display

__all__ = ["display"]

display: Final[Display] = NotebookDisplay()
