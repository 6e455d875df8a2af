"""Observations that the invariants keep of what they have seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.raft import Configuration

if TYPE_CHECKING:
    from igniter_nb.raft import Entry, NodeId

__all__ = ["Committed", "Observed"]


class Committed(NamedTuple):
    """An entry as it was first seen committed.

    Attributes:
        entry: the entry.
        by: the node that committed it.
        in_term: the term of that node.
    """

    entry: Entry
    by: NodeId
    in_term: int


class Observed:
    """What was seen of one node's log: up to where its snapshot reaches, the terms after it."""

    __slots__ = ("base", "configuration", "incarnation", "snapshot", "terms")

    def __init__(self) -> None:
        self.incarnation = 0
        self.configuration = Configuration()  # in force before the event
        self.snapshot = 0
        self.base = 0
        self.terms: list[int] = []  # of the entries after the base

    def holds(self, index: int, term: int) -> bool:
        """Say whether the log has an entry, or has it in its snapshot."""
        position = index - self.base - 1
        if index <= self.snapshot:
            return True
        return 0 <= position < len(self.terms) and self.terms[position] == term
