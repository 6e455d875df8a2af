"""Table of the README: one measured piece of work per row, printed as Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Row:
    """One piece of work.

    Attributes:
        work: what was done, and how often.
        unit: of the figures: ``µs``, ``µs a node``, ``ms``.
        ours: what it takes; None in a row that compares others.
        floor: what it takes by hand, None where that means nothing.
        by: how it is done by hand, see the README.
        ratio: ours divided by the floor, each round on its own.
        target: what was wanted; of the figure, or with ``times`` of the ratio.
        times: whether the target is a ratio.
        peers: what libraries take, with a remark where they did something smaller.
    """

    work: str
    unit: str
    ours: float | None
    floor: float | None = None
    by: str = ""
    ratio: float | None = None
    target: float | None = None
    times: bool = False
    peers: Mapping[str, str] = field(default_factory=dict)

    def quicker(self, other: Row) -> Row:
        """Return the one of two measurements in which ours, or else the floor, took less."""
        if self.ours is None or other.ours is None:
            return min(self, other, key=lambda row: row.floor or 0)
        return min(self, other, key=lambda row: row.ours or 0)

    @property
    def met(self) -> str:
        """Say whether the target was met."""
        if self.target is None:
            return ""
        figure = self.ratio if self.times else self.ours
        return "yes" if figure is not None and figure <= self.target else "**no**"

    def cells(self, peers: Sequence[str]) -> list[str]:
        """Write the cells of the row."""
        wanted = "" if self.target is None else f"≤ {figure(self.target)}"
        if self.times:
            wanted += " x floor"
        return [
            self.work,
            self.unit,
            "" if self.floor is None else f"{figure(self.floor)} {self.by}",
            "" if self.ours is None else figure(self.ours),
            "" if self.ratio is None else f"{figure(self.ratio)} x",
            wanted,
            self.met,
            *(self.peers.get(name, "") for name in peers),
        ]


def figure(number: float) -> str:
    """Write a number with three digits that mean something."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def table(rows: Sequence[Row], peers: Sequence[str]) -> str:
    """Write rows as a Markdown table."""
    head = ["work", "unit", "floor", "ours", "ours ÷ floor", "target", "met", *peers]
    lines = [head, ["---"] * len(head), *(row.cells(peers) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
