"""Listing of findings: the report of whatever has no graph behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from shutil import get_terminal_size
from typing import Final

from igniter_nb.display import Reported, report_text
from igniter_nb.notebook.page import tables
from igniter_nb.notebook.page.html import clean

WIDEST: Final = 200
"""Characters of a cell: advice is read, not skimmed."""


@dataclass(frozen=True, slots=True, repr=False)
class Listing(Reported):
    """A report made of finished rows.

    Attributes:
        title: what it is about.
        headline: the finding in one sentence.
        columns: names of the columns.
        rows: one tuple per row, in the order of the columns.
    """

    title: str = field()  # without a default: the property that a report has is none
    headline: str = field()
    columns: tuple[str, ...] = field()
    rows: tuple[tuple[object, ...], ...]

    widest = WIDEST

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def __str__(self) -> str:
        """Write the report as an aligned table, no wider than the terminal."""
        return report_text(self, WIDEST, get_terminal_size().columns)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        del include, exclude  # IPython filters by itself
        return {"text/html": str(tables.report(self, WIDEST)), "text/plain": clean(str(self))}
