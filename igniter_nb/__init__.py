"""Contracts you can see: dependency graphs that are checked, run and drawn in a notebook."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
