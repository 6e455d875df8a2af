"""Tables as HTML: styles are written on each element, since style sheets do not travel.

Lines are translucent and text takes the colour of the page, so a table reads on light and dark
pages alike. It has a caption, and every heading says what it heads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.display import TIMES, VALUES, Report, report_cell
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.html import Markup, join, style, tag, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST: Final = 200
"""Most rows that are written."""

_TOLD: Final = ("status", "verdict", "action", "role")
CODE: Final = VALUES
_HEADINGS: Final = {"duration": "took"}
_SENTENCES: Final = ("why", "error", "about", "what it does", "advice", "found")
ERROR: Final = 300
"""Characters of an error in a table: it is read where it happened."""

_MONO: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"
_CELL: Final = "0.3em 0.7em 0.3em 0"
_WIDE: Final = "min(46em, 100%)"
"""Least width of a table, so that a headline above narrow columns is not broken to pieces."""

_READ: Final = "min(17em, 13vw)"
"""Least width of a sentence, where the window has room for it."""


def table(caption: Markup, columns: Sequence[str], rows: Sequence[Sequence[Markup]]) -> Markup:
    """Write a table.

    Args:
        caption: what the table is.
        columns: headings.
        rows: cells, made by :func:`cell` and its like, as many as there are columns.
    """
    head = tag("tr", None, *(_heading(name) for name in columns))
    shown = [tag("tr", {"style": "background:none"}, *row) for row in rows[:LONGEST]]
    if len(rows) > LONGEST:
        more = text(f"… and {len(rows) - LONGEST:,} more rows; to_frame() has all")
        shown.append(tag("tr", None, tag("td", {"colspan": str(len(columns))}, more)))
    looks = style(border_collapse="collapse", font_size="0.92em", margin="0.4em 0", min_width=_WIDE)
    return tag(
        "table",
        {"style": looks},
        tag("caption", {"style": style(text_align="left", padding="0 0 0.4em 0")}, caption),
        tag("thead", None, head),
        tag("tbody", None, *shown),
    )


def _heading(name: str) -> Markup:
    align = "right" if name in TIMES else "left"
    looks = style(
        text_align=align,
        padding=_CELL,
        font_weight="600",
        border_bottom=f"1px solid {theme.RULE}",
        vertical_align="bottom",
    )
    heading = _HEADINGS.get(name, name).replace("_", " ")
    return tag("th", {"scope": "col", "style": looks}, text(heading))


def cell(
    said: Markup, *, align: str = "left", code: bool = False, sentence: bool = False
) -> Markup:
    """Write a cell.

    Args:
        said: what stands in it.
        align: ``"left"`` or ``"right"``.
        code: whether it is a value as Python writes it.
        sentence: whether it is read: then it keeps some room beside long values.
    """
    narrowest = "4em" if code else _READ if sentence else None
    looks = style(
        text_align=align,
        padding=_CELL,
        border_bottom=f"1px solid {theme.RULE}",
        vertical_align="top",
        font_family=_MONO if code else None,
        min_width=narrowest,  # a value without a blank breaks rather than push the words
        overflow_wrap="anywhere" if code else None,  # beside it into a thin column
        white_space="nowrap" if align == "right" else None,
    )
    return tag("td", {"style": looks}, said)


def row_heading(said: str) -> Markup:
    """Write the cell that names its row."""
    looks = style(
        text_align="left",
        padding=_CELL,
        font_weight="600",
        border_bottom=f"1px solid {theme.RULE}",
        vertical_align="top",
        min_width=f"min({1.1 * len(said):.0f}ch, 16vw)",  # a usual name stays whole
        overflow_wrap="anywhere",
    )
    return tag("th", {"scope": "row", "style": looks}, text(said))


def told(said: str) -> Markup:
    """Write a status or verdict behind its mark."""
    look = theme.word(said)
    if look is None:
        return text(said)
    symbol, colour = look
    said = said.lstrip("●✕ ").replace(" ", "\u00a0")
    mark = tag("span", {"style": style(color=colour), "aria-hidden": "true"}, text(symbol))
    return join((mark, text(f"\u00a0{said}")))


def report(shown: Report, limit: int = 80) -> Markup:
    """Write a report: its title and headline as caption, then its rows.

    Args:
        shown: the report.
        limit: characters of a cell; longer ones lose their middle.
    """
    records = shown.records()
    told_of = [
        name for name in shown.columns if any(report_cell(name, each[name]) for each in records)
    ]
    columns = told_of if records else list(shown.columns)
    title = tag("strong", None, text(shown.title))
    caption = join((title, tag("br"), text(shown.headline)))
    rows = [
        [_report_cell(name, record, limit, is_first=name == columns[0]) for name in columns]
        for record in records
    ]
    return tag("div", {"style": style(overflow_x="auto")}, table(caption, columns, rows))


def _report_cell(
    column: str, record: Mapping[str, object], limit: int, *, is_first: bool
) -> Markup:
    value = record[column]
    failed = column in VALUES and issubclass(type(value), BaseException)
    most = max(limit, ERROR) if failed or column == "error" else limit
    said = report_cell(column, value, most, node=str(record.get("node", "")))
    if is_first:
        return row_heading(said)
    if column in _TOLD or said.startswith(("● ", "✕ ")):
        return cell(told(said))
    if failed:
        return cell(text(said))
    align = "right" if column in TIMES else "left"
    return cell(text(said), align=align, code=column in CODE, sentence=column in _SENTENCES)
