"""Demand and reach: which nodes a question needs, which a change may reach; no values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Arrows = Sequence[Sequence[int]]


def reach(starts: Iterable[int], *groups: Arrows) -> bytearray:
    """Mark what can be reached along arrows.

    Args:
        starts: ids to begin with; they are marked too.
        groups: one or more lists of arrows; ``group[id]`` are the ids one step further.

    Returns:
        One byte per id: 1 where reached.
    """
    marks = bytearray(len(groups[0]))
    pending = list(starts)
    for position in pending:
        marks[position] = 1
    while pending:
        position = pending.pop()
        for group in groups:
            for further in group[position]:
                if not marks[further]:
                    marks[further] = 1
                    pending.append(further)
    return marks


@dataclass(frozen=True, slots=True)
class Demand:
    """What has to be fresh for a question to be answered.

    Attributes:
        key: what was asked for, to remember that it was.
        targets: ids asked for.
        ids: all ids needed, ascending, which is a topological order.
        needed: one byte per id, 1 where needed; None if every id is.
    """

    key: int
    targets: tuple[int, ...]
    ids: tuple[int, ...]
    needed: bytes | None


EVERY_OUTPUT = -1


def demand(key: int, targets: Iterable[int], *arrows: Arrows) -> Demand:
    """Return what is needed for some ids to be fresh, going back along arrows."""
    asked = tuple(targets)
    marks = reach(asked, *arrows)
    ids = tuple([position for position, mark in enumerate(marks) if mark])
    return Demand(key, asked, ids, None if len(ids) == len(marks) else bytes(marks))
