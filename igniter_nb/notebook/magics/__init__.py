"""The ``%igniter`` magic: what a person types into a cell instead of calling functions."""

from igniter_nb.notebook.magics.igniter import IgniterMagics, load, unload

__all__ = ["IgniterMagics", "load", "unload"]
