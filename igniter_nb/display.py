"""Port to the notebook room: what a displayed type knows of its picture.

A contract, a graph, a result or a report can show itself as the last line of a cell. Only the
notebook room knows how; it is installed here, behind one small protocol, and loaded at first use.
This file knows nothing of HTML, and nothing else below the notebook room does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from igniter_nb.errors import IgniterError, write_tracebacks
from igniter_nb.text import abbreviate, cell, class_name, said, seconds, shorten, table, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from igniter_nb.errors import Location

__all__ = [
    "TIMES",
    "VALUES",
    "Display",
    "Live",
    "Report",
    "Reported",
    "Shown",
    "blocker",
    "display",
    "failure",
    "install",
    "place",
    "read_as",
    "report_cell",
    "report_dict",
    "report_frame",
    "report_line",
    "report_text",
]


class Display(Protocol):
    """What the notebook room offers to the floors below."""

    def mimebundle(self, shown: object) -> dict[str, str]:
        """Return the rich forms of an object, by MIME type."""

    def show(self, shown: object) -> None:
        """Put an object on the page of a notebook.

        Raises:
            NotImplementedError: there is no page, or it is shown by its rich forms alone.
        """

    def widget(self, shown: object) -> Any:
        """Return the widget that shows an object; what only its rich forms show, as a page."""

    def shown(self, cluster: Any) -> Any:
        """Return what the widget of a cluster shows: the cluster, or one that was made there."""

    def frame(
        self, columns: Sequence[str], records: Sequence[Mapping[str, object]]
    ) -> pd.DataFrame:
        """Return a data frame with one row per record."""

    def dot(self, graph: Any) -> str:
        """Return a compiled graph in the DOT language."""

    def save(self, graph: Any, path: str | Path) -> Path:
        """Write the picture of a compiled graph to a file."""

    def live(self, contract: Any) -> Any:
        """Return a widget that follows a contract while it runs."""

    def place(self, location: Location) -> str | None:
        """Return how a person calls a place in a notebook, or None when it is no cell."""

    def cell(self) -> tuple[str, int] | None:
        """Return the notebook cell that runs, and its number; None where that is not known."""

    def traceback(self, error: BaseException) -> list[str]:
        """Return the lines that a notebook shows for an error."""

    def asks(self) -> bool:
        """Tell whether a shell runs, which asks for these lines."""


class _Port:
    def __init__(self) -> None:
        self.loader: Callable[[], Display] | None = None

    def get(self) -> Display:
        if self.loader is None:
            msg = "no display is installed: import igniter_nb, not only one of its rooms"
            raise RuntimeError(msg)
        return self.loader()


_port = _Port()


def install(loader: Callable[[], Display]) -> None:
    """Name the function that loads the display when one is first needed."""
    _port.loader = loader
    write_tracebacks(
        lambda error: display().traceback(error),
        lambda: "IPython" in sys.modules and display().asks(),
    )


def display() -> Display:
    """Return the installed display, loading it now if needed.

    Raises:
        RuntimeError: no display was installed.
    """
    return _port.get()


def place(location: Location) -> str:
    """Write a place in the user's source; a notebook cell is called by its number."""
    if "ipykernel_" in location.file or location.file.startswith("<ipython-input"):
        return display().place(location) or str(location)
    return str(location)


class Shown:
    """Descriptor that lets a class and its instances show themselves in a notebook.

    IPython asks a class for a bound method and an instance likewise; this gives both.
    """

    def __get__(self, instance: object, owner: type) -> Callable[..., dict[str, str]]:
        """Bind to the instance, or to the class when asked on the class."""
        return MethodType(_mimebundle, owner if instance is None else instance)


def _mimebundle(shown: object, include: object = None, exclude: object = None) -> dict[str, str]:
    del include, exclude  # IPython filters by itself
    return display().mimebundle(shown)


class Live:
    """Base of what a notebook shows by a widget where there are widgets."""

    __slots__ = ()

    _repr_mimebundle_ = Shown()

    def _ipython_display_(self) -> None:
        """Put it on the page: the widget, and a picture for where there is no kernel."""
        display().show(self)

    def _display_(self) -> Any:
        """Return what marimo shows."""
        return display().widget(self)


class Report(Protocol):
    """What every report offers, so that one table serves them all.

    Attributes:
        title: what the report is about.
        headline: the finding in one sentence.
        columns: names of the columns.
    """

    __slots__ = ()

    @property
    def title(self) -> str:
        """What the report is about."""

    @property
    def headline(self) -> str:
        """The finding in one sentence."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per row; the keys are the columns, the values are for drawing."""


TIMES = frozenset({"duration", "saved"})
"""Columns that hold seconds."""

READ = {"backdated": "equal", "clean": "skipped", "cut off": "skipped"}
"""Words for a person, of those in which one word of a status would mean several things, or nothing
outside of our field; every picture, table and sentence reads them here."""


def read_as(status: str) -> str:
    """Return the word for a status that a person reads; data keep the status itself."""
    return READ.get(status, status)


VALUES = frozenset({"value", "old", "new"})
"""Columns that hold values of the user's, or the error of a node that has none."""


def report_cell(column: str, value: object, limit: int = 60, *, node: str = "") -> str:
    """Write one cell of a report as text; columns of :data:`TIMES` get a unit.

    Args:
        column: its column; a value in one of :data:`VALUES` is written as it is in a picture.
        value: what it holds; None is nothing.
        limit: characters; a longer text loses its middle.
        node: path of the node that the row is about.
    """
    if value is None:
        return ""
    if column in TIMES and isinstance(value, float):
        return seconds(value)
    if column == "status" and isinstance(value, str):
        return cell(read_as(value), limit)
    if column in VALUES:
        is_error = issubclass(type(value), BaseException)
        return shorten(failure(value, node), limit) if is_error else abbreviate(value, limit)  # type: ignore[arg-type]  # it is an error
    return cell(value, limit)


def blocker(error: BaseException, node: str) -> str:
    """Return the path of what failed so that a node could not run; empty if the node failed.

    Args:
        error: the error of the node.
        node: its path; what is nested in it is a part of it.
    """
    origin = _origin(error)
    own = ("", node, node.rpartition(".")[2])
    return "" if not node or origin in own or origin.startswith(f"{node}.") else origin


def _origin(error: BaseException) -> str:
    context = getattr(error, "context", None) or {}
    origin = context.get("path") or context.get("node")
    return origin if isinstance(origin, str) else ""


def failure(error: BaseException, node: str = "") -> str:
    """Write on a line what failed: another node, or what a person's own code raised here.

    Args:
        error: the error of a node.
        node: its path; an error that comes from another node is told as that.
    """
    origin = _origin(error)
    if node and origin.startswith(f"{node}."):
        return f"{origin} failed"
    if blocked_by := blocker(error, node):
        return f"blocked by {blocked_by}"
    cause = error.__cause__ or error
    if isinstance(cause, IgniterError):
        return f"{class_name(type(cause))}: {cause.message[:1000]}"
    return said(cause)


def report_text(report: Report, limit: int = 40, width: int | None = None) -> str:
    """Write a report as a title, a sentence and an aligned table.

    Args:
        report: the report.
        limit: characters of a cell; longer ones lose their middle.
        width: characters of a line; as long as it takes when left out.
    """
    columns = report.columns
    rows = [
        [report_cell(name, record[name], limit, node=_node(record)) for name in columns]
        for record in report.records()
    ]
    headline = report.headline
    if width is not None:
        headline = "\n".join(wrapped(headline, width))
    return f"{report.title}\n{headline}\n\n{table(columns, rows, width)}"


def _node(record: Mapping[str, object]) -> str:
    return str(record.get("node", ""))


def report_line(report: Report) -> str:
    """Write a report on one line, as its ``repr``."""
    return f"<{type(report).__name__} {report.title}: {report.headline}>"


Handed = Callable[[object], object]
"""Makes of a value that a report holds what a caller may have."""


def report_frame(report: Report, handed: Handed | None = None) -> pd.DataFrame:
    """Return a report as a data frame; pandas is imported now."""
    return display().frame(report.columns, _handed_records(report, handed))


def report_dict(report: Report, handed: Handed | None = None) -> dict[str, object]:
    """Return a report as plain data."""
    rows = _handed_records(report, handed)
    return {"title": report.title, "headline": report.headline, "rows": rows}


def _handed_records(report: Report, handed: Handed | None) -> list[dict[str, object]]:
    records = report.records()
    if handed is None:
        return records
    return [{name: handed(value) for name, value in record.items()} for record in records]


class Reported(Report):
    """Base of the reports: what follows from title, headline, columns and records.

    Attributes:
        widest: characters of a cell of the table in text; longer ones lose their middle.
    """

    __slots__ = ()

    widest: ClassVar[int] = 40

    def handed(self, value: object) -> object:
        """Return a value of the records as a caller may have it."""
        return value

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a data frame."""
        return report_frame(self, self.handed)

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data."""
        return report_dict(self, self.handed)

    def __repr__(self) -> str:
        """Write the finding on one line."""
        return report_line(self)

    def __str__(self) -> str:
        """Write the report as an aligned table."""
        return report_text(self, self.widest)

    _repr_mimebundle_ = Shown()
