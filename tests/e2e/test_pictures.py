"""What a page shows of a contract without any widget."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

import igniter_nb as ig

pytestmark = pytest.mark.browser

PRICE = """
import igniter_nb as ig

class Price(ig.Contract):
    order_total = ig.input(float)
    country = ig.input(str)

    @ig.compute
    def vat_rate(country):
        return 0.2 if country == "UA" else 0.0

    @ig.output
    def gross_total(order_total, vat_rate):
        return order_total * (1 + vat_rate)

price = Price(order_total=100.0, country="UA")
"""

PICTURES = ".jp-OutputArea-output img[src^='data:image/svg+xml']"
DRAWN = f"""() => Array.from(document.querySelectorAll("{PICTURES}"))
  .map(image => image.complete && image.naturalWidth > 0)"""


def wait_until_drawn(page: Any, count: int) -> None:
    """Wait until so many pictures are on the page, each loaded and not empty."""
    page.wait_for_function(
        f"() => (drawn => drawn.length === {count} && drawn.every(Boolean))(({DRAWN})())"
    )


def test_everything_shows_itself_as_the_last_line_of_a_cell(notebooks: Any) -> None:
    """A class, an instance, a result and a report are shown; pictures are drawn, nothing warns."""
    cells = [
        PRICE,
        "Price",
        "price.resolve_all()",
        "price.result",
        "price.resolve_incrementally(order_total=150.0)",
        "Price.compiled_graph",
    ]
    notebook = notebooks.open("pictures", cells)
    page = notebook.page

    notebook.run_all()
    wait_until_drawn(page, 3)

    outputs = page.locator(".jp-OutputArea-output")
    assert outputs.count() == 5
    errors = page.locator("[data-mime-type='application/vnd.jupyter.stderr']")
    assert errors.count() == 0
    assert page.locator(".jp-Cell").nth(3).locator("table").count() == 1
    assert "because order_total" in page.locator(".jp-Cell").nth(4).inner_text()
    assert all(page.locator(PICTURES).evaluate_all("all => all.map(one => one.alt)"))


def test_an_untrusted_notebook_shows_the_picture(notebooks: Any) -> None:
    """A notebook that somebody else has run shows its pictures before it is trusted or run."""

    class Price(ig.Contract):
        a = ig.input(int)

        @ig.output
        def b(a):
            return a

    stored = nbformat.v4.new_output(
        "execute_result", data=Price._repr_mimebundle_(), execution_count=1
    )
    cell = nbformat.v4.new_code_cell("Price", outputs=[stored], execution_count=1)
    cell.metadata["trusted"] = False
    page = notebooks.open("untrusted", [cell]).page

    wait_until_drawn(page, 1)

    is_trusted = "() => window.jupyterapp.shell.currentWidget.content.model.cells.get(0).trusted"
    assert page.evaluate(is_trusted) is False
