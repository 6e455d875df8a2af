"""Tables as HTML: styles on each element, headings that say what they head, nothing hostile."""

from __future__ import annotations

from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.errors import ResolutionError
from igniter_nb.notebook.graphs.picture.diagram import Diagram, DiagramNode, State, state_of
from igniter_nb.notebook.graphs.tables import nodes
from igniter_nb.notebook.page import tables
from igniter_nb.text import abbreviate

ALLOWED = {
    *("div", "figure", "figcaption", "img", "details", "summary", "pre", "br", "strong", "span"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"style", "scope", "colspan", "src", "alt", "class", "aria-hidden"}


class Elements(HTMLParser):
    """Collects what a browser would find."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def harmless(self) -> bool:
        return all(tag in ALLOWED and set(attrs) <= ATTRIBUTES for tag, attrs in self.found)


class Report:
    """A report of anything."""

    title = "Price: run 7"
    headline = "2 of 9 nodes ran"

    def __init__(self, *records: dict[str, Any]) -> None:
        self.rows = [*records]
        self.columns = tuple(records[0]) if records else ("node", "status")

    def records(self) -> list[dict[str, object]]:
        return self.rows


class Hostile:
    """A value that does what it can."""

    def __repr__(self) -> str:
        return "<img src=x onerror=alert(1)>"


class Failing:
    """A value that cannot be written."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_a_report_is_a_table_with_caption_and_scopes() -> None:
    """Title and headline are the caption; columns and rows have headings for screen readers."""
    page = tables.report(Report({"node": "a", "status": "failed", "duration": 0.0021}))

    found = Elements(page)

    assert found.harmless
    assert [attrs["scope"] for tag, attrs in found.found if tag == "th"] == ["col"] * 3 + ["row"]
    assert {"Price: run 7", "2 of 9 nodes ran", "2.1 ms"} <= set(found.texts)
    assert "<style" not in page


def test_a_status_has_a_mark_and_a_word() -> None:
    """Nothing is said by colour alone."""
    page = tables.report(
        Report({"node": "a", "status": "failed"}, {"node": "b", "status": "denied: network"})
    )

    texts = Elements(page).texts

    assert texts.count("✕") == 2
    assert "\u00a0failed" in texts


def test_empty_columns_are_left_out_and_an_empty_report_has_headings() -> None:
    """A column without any text takes no room; a report without rows still says its columns."""
    assert "old" not in tables.report(Report({"node": "a", "old": None}))
    assert "status" in tables.report(Report())


def test_long_tables_end_with_how_many_are_left_out() -> None:
    """A million rows are not put into a page."""
    page = tables.report(Report(*({"node": f"n{at}"} for at in range(tables.LONGEST + 7))))

    assert "… and 7 more rows" in page


@given(st.text(st.characters(exclude_categories=[])))
def test_hostile_names_and_values_stay_texts(said: str) -> None:
    """Names, values and headlines from a user never become markup."""
    shown = Report({"node": said, "status": said, "value": [said, Hostile(), Failing()]})
    shown.title = shown.headline = said

    page = tables.report(shown)

    page.encode()
    assert Elements(page).harmless


def test_a_huge_value_takes_no_room() -> None:
    """A value of 100 MB is a short text in the table."""
    page = tables.report(Report({"node": "a", "value": "x" * 100_000_000}))

    assert len(page) < 3_000


def test_the_nodes_of_a_picture_are_told_as_a_table() -> None:
    """Whoever cannot see the picture reads the same in a table."""
    node = DiagramNode(
        "a", "a", "lookup", "Find", "Doc.", ("network",), state=State("failed", error="E")
    )

    page = nodes(Diagram("X", (node,), ()))

    texts = set(Elements(page).texts)
    assert {"a", "lookup", "Find; uses network; Doc.", "\u00a0failed", "E"} <= texts


def test_an_error_is_read_where_it_happened() -> None:
    """An error is words, whole and in the type of the page, not a cut piece of code."""
    reason = "the carrier UA has no rate for 1 January 2013: expected one of AA, DL, WN"
    failed = ResolutionError(f"node 'rate' failed: {reason}", {"path": "rate", "node": "rate"})
    failed.__cause__ = ValueError(reason)
    page = tables.report(
        Report(
            {"node": "rate", "status": "failed", "new": failed},
            {"node": "total", "status": "blocked", "new": failed},
        )
    )

    found = Elements(page)

    assert {f"ValueError: {reason}", "blocked by rate"} <= set(found.texts)
    assert "monospace" not in page


def test_values_are_written_as_in_a_picture_and_in_words() -> None:
    """One value, one text: in a cell, in a box, in a sentence."""
    values = ["UA", ("a", "b"), 0.1, np.float64(0.1), np.int64(7), [np.float32(0.5)], True]

    known = {"status": "succeeded", "origin": None, "error": None, "duration": None}

    for value in values:
        cells = Elements(tables.report(Report({"node": "a", "value": value}))).texts
        drawn = state_of(SimpleNamespace(**known, held=value))
        assert cells[-1] == drawn.value == abbreviate(value)
    assert [abbreviate(value) for value in values] == [
        "'UA'",
        "('a', 'b')",
        "0.1",
        "0.1",
        "7",
        "[0.5]",
        "True",
    ]
