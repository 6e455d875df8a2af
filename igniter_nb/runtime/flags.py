"""Flags of cells: whether the value of a node is fresh, and how it is handed out."""

from __future__ import annotations

CLEAN, DIRTY, UNASKED, LENT = 0, 1, 2, 3
"""Fresh; must run again; never asked for, so nothing has run; fresh as well, but with a value that
can be changed in place, of which each reader gets a copy."""

FRESH = frozenset({CLEAN, LENT})
"""Flags of cells whose value is right."""

ASKED = bytes.maketrans(bytes([UNASKED]), bytes([DIRTY]))
"""Translation of flags for when everything is asked for."""

NONE_FRESH: frozenset[int] = frozenset()
"""Ids known to be fresh while something else is not: none."""
