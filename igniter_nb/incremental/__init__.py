"""Deciding what must run again, which values last, and keeping them apart: pure functions."""

from igniter_nb.incremental.demand import EVERY_OUTPUT, Demand, demand, reach
from igniter_nb.incremental.isolation import isolation, kept, lent, record, references
from igniter_nb.incremental.lasting import fleeting, lasting
from igniter_nb.incremental.lending import ATOMS, Copy
from igniter_nb.incremental.plain import QUICK
from igniter_nb.incremental.same import check_equality, equal, same, same_by

__all__ = [
    "ATOMS",
    "EVERY_OUTPUT",
    "QUICK",
    "Copy",
    "Demand",
    "check_equality",
    "demand",
    "equal",
    "fleeting",
    "isolation",
    "kept",
    "lasting",
    "lent",
    "reach",
    "record",
    "references",
    "same",
    "same_by",
]
