"""Isolation: which values last, and how those that can be changed in place are kept apart."""

from igniter_nb.incremental.isolation.isolation import isolation, kept, lent, record, references
from igniter_nb.incremental.isolation.lasting import FleetingError, fleeting
from igniter_nb.incremental.isolation.lending import ATOMS, Copy

__all__ = [
    "ATOMS",
    "Copy",
    "FleetingError",
    "fleeting",
    "isolation",
    "kept",
    "lent",
    "record",
    "references",
]
