"""The live widget in a real JupyterLab."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.e2e.axe import violations
from tests.e2e.live_page import LIVE, node, wait_for_run, wait_for_state

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
price.live()
"""

SLOW = """
import igniter_nb as ig

class Slow(ig.Contract):
    a = ig.input(int)

    @ig.compute
    def waits(a):
        return open({pipe!r}).read()

    @ig.output
    def after(waits):
        return len(waits)

slow = Slow(a=1)
slow.live()
"""


def runs(page: Any) -> dict[str, str]:
    """Read from the open table how often each node ran."""
    rows = page.locator(".ig-table tbody tr")
    found = rows.evaluate_all(
        "all => all.map(row => [row.cells[0].innerText, row.cells[5].innerText])"
    )
    return {path: count for path, count in found if count}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_nodes_change_while_the_contract_runs(notebooks: Any, tmp_path: Any) -> None:
    """A node that works is shown as running, while it works, and as done when it is."""
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    notebook = notebooks.open("slow", [SLOW.format(pipe=pipe), "slow.resolve_all(); None"])
    page = notebook.page

    notebook.start_all()
    wait_for_state(page, "waits", "running")
    assert node(page, "after").get_attribute("data-state") == "waiting"
    assert "1 running" in page.locator(".ig-headline").inner_text()

    with open(pipe, "w", encoding="utf-8") as other_end:  # noqa: PTH123 -- a pipe, not a file
        other_end.write("done")
    notebook.finish()
    wait_for_state(page, "after", "succeeded")

    assert "= 4" in node(page, "after").text_content()


def test_a_typed_input_runs_its_dependants_and_no_other(notebooks: Any) -> None:
    """After a value was typed, what depends on it ran again, once, and the rest was skipped."""
    notebook = notebooks.open("typed", [PRICE])
    page = notebook.page
    notebook.run_all()
    page.wait_for_selector(LIVE)
    page.locator(".ig-table summary").click()

    page.locator(".ig-run").click()
    wait_for_run(page, 1)
    assert runs(page) == {"vat_rate": "1", "gross_total": "1"}

    page.fill("[name=order_total]", "150")
    page.keyboard.press("Enter")
    wait_for_run(page, 2)

    assert runs(page) == {"vat_rate": "1", "gross_total": "2"}
    assert node(page, "vat_rate").get_attribute("data-state") == "skipped"
    assert "= 180.0" in node(page, "gross_total").text_content()
    assert page.locator(".ig-live [data-ran]").count() == 1
    assert "because order_total is now 150.0" in page.locator(".ig-headline").inner_text()
    assert page.input_value("[name=order_total]") == "150"

    page.fill("[name=order_total]", "a lot")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=order_total][aria-invalid=true]")
    assert "valid number" in page.locator("[data-input=order_total]").inner_text()


def test_everything_can_be_reached_by_keyboard(notebooks: Any) -> None:
    """Arrows move between nodes, Enter opens, Escape closes; the notebook hears no key."""
    notebook = notebooks.open("keyboard", [PRICE, "price.resolve_all(); None"])
    page = notebook.page
    notebook.run_all()
    wait_for_run(page, 1)
    cells = page.locator(".jp-Cell").count()
    shown = page.locator(".ig-details")

    page.locator(".ig-pin").focus()
    for _ in ("the field that finds", "the buttons", "the drawing"):
        page.keyboard.press("Tab")
    page.keyboard.press("Home")
    visited = set()
    for _ in range(4):
        visited.add(page.evaluate("() => document.activeElement.dataset.node"))
        page.keyboard.press("ArrowDown")
    assert visited == {"order_total", "country", "vat_rate", "gross_total"}

    page.keyboard.press("End")
    page.keyboard.press("Enter")
    shown.wait_for(state="visible")
    assert "gross_total" in shown.inner_text()
    assert "120.0" in shown.inner_text()

    for key in ("b", "a", "d", "d", "x", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    shown.wait_for(state="hidden")

    assert page.locator(".jp-Cell").count() == cells
    assert page.evaluate("() => document.activeElement.closest('.ig-live') !== null")


def test_two_views_and_a_closed_widget(notebooks: Any) -> None:
    """Two views of one widget show the same states, and both go when it is closed."""
    cells = [
        PRICE.replace("price.live()", "live = price.live()\nlive"),
        "live",
        "price.resolve_all(); None",
    ]
    notebook = notebooks.open("views", cells)
    page = notebook.page
    notebook.run_all()
    page.wait_for_function(
        """() => document.querySelectorAll(
             '.ig-live [data-node=gross_total][data-state=succeeded]').length === 2"""
    )

    notebook.execute("live.close()")
    page.wait_for_function("() => document.querySelectorAll('.ig-live').length === 0")


def test_light_and_dark_are_accessible(notebooks: Any) -> None:
    """In both themes axe-core has nothing to find, with details, table and a refusal open."""
    notebook = notebooks.open("themes", [PRICE, "price.resolve_all(); None"])
    page = notebook.page
    notebook.run_all()
    wait_for_run(page, 1)
    page.locator(".ig-table summary").click()
    node(page, "gross_total").click()
    page.fill("[name=order_total]", "a lot")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-invalid=true]")
    ground = "() => getComputedStyle(document.querySelector('.ig-live')).backgroundColor"

    assert violations(page, ".ig-live") == []
    light = page.evaluate(ground)

    notebook.dark()
    page.wait_for_function(f"before => ({ground})() !== before", arg=light)

    assert violations(page, ".ig-live") == []


SHUT_DOWN = """async () => {
  const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const [, token] = /_xsrf=([^;]+)/.exec(document.cookie) ?? [];
  const headers = token ? {'X-XSRFToken': token} : {};
  await fetch(`/api/kernels/${kernel.id}`, {method: 'DELETE', headers});
}"""


def test_a_kernel_that_was_shut_down_is_told_at_the_first_attempt(notebooks: Any) -> None:
    """A kernel that another page shut down is missed within seconds, and the form is shut."""
    notebook = notebooks.open("shut", [PRICE])
    page = notebook.page
    notebook.run_all()
    page.wait_for_selector(LIVE)

    page.evaluate(SHUT_DOWN)
    page.locator(".ig-run").click()

    page.wait_for_selector(".ig-lost >> text=run the cell again", timeout=3000)
    assert page.locator(".ig-form :is(button, input):enabled").count() == 0
