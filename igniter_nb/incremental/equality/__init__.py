"""Equality: whether a new value is the one that was there, whatever the two are."""

from igniter_nb.incremental.equality.plain import QUICK
from igniter_nb.incremental.equality.same import check_equality, equal, same, same_by

__all__ = ["QUICK", "check_equality", "equal", "same", "same_by"]
