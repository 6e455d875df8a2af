"""Deciding what must run again, as pure functions: equality and demand."""

from igniter_nb.incremental.demand import EVERY_OUTPUT, Demand, demand, reach
from igniter_nb.incremental.plain import QUICK
from igniter_nb.incremental.same import check_equality, equal, same, same_by

__all__ = [
    "EVERY_OUTPUT",
    "QUICK",
    "Demand",
    "check_equality",
    "demand",
    "equal",
    "reach",
    "same",
    "same_by",
]
