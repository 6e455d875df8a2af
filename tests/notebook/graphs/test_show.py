"""What an object becomes at the end of a cell: forms by MIME type."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

import igniter_nb as ig
from igniter_nb.notebook import display
from igniter_nb.notebook.page.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator


class Price(ig.Contract):
    """What an order costs."""

    order_total = ig.input(float)
    rate = ig.input(float, default=0.2)

    @ig.output
    def gross(order_total, rate):
        return order_total * (1 + rate)


@pytest.fixture(autouse=True)
def builtin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with the layout that every machine has."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "builtin")


def parsed(svg: str) -> ET.Element:
    """Read a picture as XML, which fails if it is not well-formed."""
    return ET.fromstring(svg)  # noqa: S314 -- our own picture


def picture_in(page: str) -> str:
    """Return the picture that a page holds as an image."""
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert found
    return base64.b64decode(found[1]).decode()


@pytest.mark.parametrize(
    "shown",
    [Price, Price.compiled_graph, Price(order_total=1.0)],
    ids=["class", "graph", "instance"],
)
def test_contracts_show_a_picture_in_all_forms(shown: object) -> None:
    """HTML with the picture as an image, the same picture as SVG, and text."""
    bundle = display.mimebundle(shown)

    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert picture_in(bundle["text/html"]) == bundle["image/svg+xml"]
    assert 'alt="Price: 3 nodes, 1 output' in bundle["text/html"]
    assert "<svg" not in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    parsed(bundle["image/svg+xml"])


def test_an_instance_shows_its_outputs_below_the_picture() -> None:
    """After a run the values stand in the picture and in the table; showing runs nothing."""
    price = Price(order_total=100.0)
    assert "pending" in display.mimebundle(price)["text/plain"]
    assert price.pending

    price.resolve_all()

    bundle = display.mimebundle(price)
    assert "120.0" in bundle["text/html"]
    assert "= 120.0" in bundle["image/svg+xml"]
    assert "120.0" in bundle["text/plain"]


def test_results_and_reports_are_tables() -> None:
    """A result and each report has HTML and text, and no picture."""
    price = Price(order_total=100.0)
    report = price.resolve_incrementally()

    for shown in (price.result, report, price.plan(), Price.capability_report()):
        bundle = display.mimebundle(shown)
        assert set(bundle) == {"text/html", "text/plain"}
        assert "<caption" in bundle["text/html"]
        assert "<style" not in bundle["text/html"]


@pytest.fixture
def bare() -> Iterator[InteractiveShell]:
    """Give a shell without our extension; the next test finds none."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_ipython_shows_them_without_an_extension(bare: InteractiveShell) -> None:
    """The last line of a cell is shown richly: classes, instances, graphs, results, reports."""
    formatter = bare.display_formatter
    price = Price(order_total=100.0)

    for shown in (Price, price, Price.compiled_graph):
        data, _ = formatter.format(shown)
        assert {"text/html", "image/svg+xml", "text/plain"} <= set(data)
    for shown in (price.result, price.resolve_incrementally()):
        assert "text/html" in formatter.format(shown)[0]


def test_stored_pictures_do_not_change_by_themselves() -> None:
    """Showing the same contract twice gives the same bytes."""
    assert display.mimebundle(Price) == display.mimebundle(Price)


def test_without_an_engine_the_text_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be drawn, the page has the graph as text and no broken image."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "text")

    bundle = display.mimebundle(Price)

    assert set(bundle) == {"text/html", "text/plain"}
    assert "<pre" in bundle["text/html"]
    assert "<img" not in bundle["text/html"]


def test_unknown_things_and_empty_contracts_are_text() -> None:
    """An object without a picture of its own is shown as Python writes it."""
    assert render(7) == {"text/plain": "7"}
    assert set(render(ig.Contract)) == {"text/plain"}


class Hostile:
    """A value that does what it can to a page."""

    def __repr__(self) -> str:
        return "</title><script>alert(1)</script>]]>\0\ud800"


class Failing:
    """A value that cannot be written."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


HOSTILE = st.one_of(
    st.builds(Hostile),
    st.builds(Failing),
    st.text(st.characters(exclude_categories=[])),
    st.binary(),
    st.lists(st.builds(Hostile)),
)


@given(value=HOSTILE, name=st.text(st.characters(exclude_categories=[]), min_size=1))
@settings(max_examples=40)
def test_hostile_values_names_and_docs_do_no_harm(value: object, name: str) -> None:
    """Whatever a user's values and texts hold, all forms are well-formed and can be stored."""
    builder = ig.ContractBuilder("Any")
    builder.input("a", object, doc=name, default=value)
    builder.compute("b", lambda a: a, depends_on="a", capabilities=[name] if name.strip() else [])
    builder.guard("g", lambda b: True, depends_on="b", message=name)
    builder.output("c", lambda b, g: b, depends_on=["b", "g"])
    contract = builder.build()()
    contract.resolve_incrementally()

    for shown in (type(contract), contract, contract.result, contract.plan()):
        bundle = display.mimebundle(shown)
        for form in bundle.values():
            form.encode()
        assert "<script" not in bundle["text/html"]
        if "image/svg+xml" in bundle:
            parsed(bundle["image/svg+xml"])


def test_a_huge_value_is_shown_in_a_few_letters() -> None:
    """100 MB in a cell do not travel to the page."""
    builder = ig.ContractBuilder("Huge")
    builder.input("a", str)
    builder.output("b", lambda a: a + "x", depends_on="a")
    contract = builder.build()(a="x" * 100_000_000).resolve_all()

    bundle = display.mimebundle(contract)

    assert sum(map(len, bundle.values())) < 50_000


def test_a_report_becomes_a_data_frame() -> None:
    """Columns keep their order, records their values."""
    frame = display.frame(("node", "value"), [{"node": "a", "value": 1}, {"node": "b", "value": 2}])

    assert isinstance(frame, pd.DataFrame)
    assert [*frame.columns] == ["node", "value"]
    assert frame["value"].tolist() == [1, 2]
    assert [*display.frame(("node",), []).columns] == ["node"]


def test_a_graph_is_written_in_dot() -> None:
    """DOT has every node with its label and shape, stable ids, and only six-digit colours."""
    source = Price.compiled_graph.to_dot()

    assert source == Price.compiled_graph.to_dot()
    assert source.startswith("digraph Price {")
    assert "label=gross" in source
    assert "shape=ellipse" in source
    assert {len(code) for code in re.findall(r'"#([0-9a-f]+)"', source)} == {6}


def test_a_cell_is_called_by_its_number(bare: InteractiveShell) -> None:
    """In a notebook a place is a cell and a line, elsewhere the port writes file and line."""
    from igniter_nb.errors import Location

    name = bare.compile.cache("x = 1\n", 12)

    assert display.place(Location(name, 3)) == "cell 12, line 3"
    assert display.place(Location("price.py", 3)) is None


def test_the_room_is_light() -> None:
    """Loading the room imports no notebook, table, drawing or widget package."""
    heavy = "{'IPython', 'pandas', 'graphviz', 'grandalf', 'ipywidgets', 'anywidget', 'numpy'}"
    code = f"import sys, igniter_nb.notebook; print({heavy} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_the_text_of_a_large_graph_has_an_end() -> None:
    """Thousands of nodes are not written into the stored page line by line."""
    builder = ig.ContractBuilder("Long")
    builder.input("n0", int)
    for at in range(1, 2_000):
        builder.compute(f"n{at}", lambda a: a, depends_on=f"n{at - 1}")
    builder.output("last", source="n1999")

    plain = display.mimebundle(builder.build())["text/plain"]

    assert plain.count("\n") < 400
    assert "more lines" in plain
