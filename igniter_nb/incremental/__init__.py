"""Incremental computation: what must run again, which values are equal, how they stay apart."""

from igniter_nb.incremental.demand import EVERY_OUTPUT, Demand, demand, reach
from igniter_nb.incremental.equality import QUICK, check_equality, equal, same, same_by
from igniter_nb.incremental.isolation import (
    ATOMS,
    Copy,
    FleetingError,
    fleeting,
    isolation,
    kept,
    lent,
    record,
    references,
)

__all__ = [
    "ATOMS",
    "EVERY_OUTPUT",
    "QUICK",
    "Copy",
    "Demand",
    "FleetingError",
    "check_equality",
    "demand",
    "equal",
    "fleeting",
    "isolation",
    "kept",
    "lent",
    "reach",
    "record",
    "references",
    "same",
    "same_by",
]
