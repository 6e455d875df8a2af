"""Deciding what must run again, as pure functions: equality and demand."""

from igniter_nb.incremental.demand import EVERY_OUTPUT, Demand, demand, reach
from igniter_nb.incremental.same import QUICK, same

__all__ = [
    "EVERY_OUTPUT",
    "QUICK",
    "Demand",
    "demand",
    "reach",
    "same",
]
