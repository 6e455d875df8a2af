"""Listing of findings: the report of whatever has no graph behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from igniter_nb.display import report_dict, report_frame, report_text
from igniter_nb.notebook.page import tables
from igniter_nb.notebook.page.html import clean

if TYPE_CHECKING:
    import pandas as pd

WIDEST: Final = 200
"""Characters of a cell: advice is read, not skimmed."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A report made of finished rows.

    Attributes:
        title: what it is about.
        headline: the finding in one sentence.
        columns: names of the columns.
        rows: one tuple per row, in the order of the columns.
    """

    title: str
    headline: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a data frame."""
        return report_frame(self)

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data."""
        return report_dict(self)

    def __str__(self) -> str:
        """Write the report as an aligned table."""
        return report_text(self, WIDEST)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        del include, exclude  # IPython filters by itself
        return {"text/html": str(tables.report(self, WIDEST)), "text/plain": clean(str(self))}
