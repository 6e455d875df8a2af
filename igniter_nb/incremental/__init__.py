"""Deciding what must run again, as pure functions: equality, demand, and which values last."""

from igniter_nb.incremental.demand import EVERY_OUTPUT, Demand, demand, reach
from igniter_nb.incremental.lasting import LASTING, fleeting, lasting
from igniter_nb.incremental.same import QUICK, same

__all__ = [
    "EVERY_OUTPUT",
    "LASTING",
    "QUICK",
    "Demand",
    "demand",
    "fleeting",
    "lasting",
    "reach",
    "same",
]
