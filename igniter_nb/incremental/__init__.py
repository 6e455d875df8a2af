"""Deciding what must run again and keeping values apart, as pure functions."""

from igniter_nb.incremental.demand import EVERY_OUTPUT, Demand, demand, reach
from igniter_nb.incremental.isolation import isolation, kept, lent, record, references
from igniter_nb.incremental.lending import ATOMS, Copy
from igniter_nb.incremental.same import QUICK, same

__all__ = [
    "ATOMS",
    "EVERY_OUTPUT",
    "QUICK",
    "Copy",
    "Demand",
    "demand",
    "isolation",
    "kept",
    "lent",
    "reach",
    "record",
    "references",
    "same",
]
