"""The live diagram as a place to work: large graphs, folding, and a kernel that is gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.figures import BIG, PAINTED, RUNS, panned, tell
from tests.e2e.live_page import LIVE, node

pytestmark = pytest.mark.browser

NESTED = """
import igniter_nb as ig

class Delivery(ig.Contract):
    weight = ig.input(float)

    @ig.compute
    def zone(weight):
        return "far"

    @ig.output
    def cost(weight, zone):
        return weight * 2

class Price(ig.Contract):
    order_total = ig.input(float)
    weight = ig.input(float, default=1.0)
    delivery = ig.compose(Delivery, inputs={"weight": "weight"})

    @ig.output
    def gross_total(order_total, delivery):
        return order_total + delivery.cost

price = Price(order_total=100.0)
live = price.live()
live
"""


def scale(page: Any) -> float:
    """Return how large the drawing is shown."""
    found: float = page.evaluate(
        "() => new DOMMatrix(getComputedStyle(document.querySelector('.ig-layer')).transform).a"
    )
    return found


def test_a_thousand_nodes_are_seen_at_once_and_moved(notebooks: Any, record_property: Any) -> None:
    """1,000 nodes are painted, panned while they run, found and fitted; 5,000 begin folded."""
    notebook = notebooks.open("big", [BIG, "flat.live()"])
    page = notebook.page
    notebook.command("notebook:run-cell-and-select-next")

    painted = page.evaluate(PAINTED)
    nodes = page.locator(".ig-layer .node").count()
    still, _ = panned(page, 1.5)
    notebook.execute(RUNS)
    moving, changes = panned(page, 1.5)
    page.locator(".ig-buttons [data-do=fit]").click()
    assert page.evaluate("() => document.querySelector('.ig-map').hidden")
    assert page.locator(".ig-canvas[data-far]").count() == 1
    whole, _ = panned(page, 1.5)
    notebook.execute("stop.set(); runs.join()")

    assert nodes == 1010
    assert changes > 0

    page.fill(".ig-find", "node3_249")
    page.keyboard.press("Enter")
    assert page.locator(".ig-count").inner_text() == "1 of 1"
    assert page.locator("[data-current]").get_attribute("data-node") == "part3.node3_249"
    assert scale(page) >= 0.82
    page.locator(".ig-map").wait_for(state="visible")

    begun = notebook.execute(
        "import time; begin = time.perf_counter(); deep.live(); print(time.perf_counter() - begin)"
    )
    tell(
        record_property,
        painted=f"1,000 nodes, from Run to painted: {painted:.0f} ms",
        frames=f"frames in a second while 1,000 nodes are panned: {still:.0f}, "
        f"while they run too: {moving:.0f}, with all of them in view: {whole:.0f}",
        deep=f"5,000 nodes in 50 scopes, from live() to its picture: {float(begun):.2f} s",
    )


def test_a_nested_contract_is_folded_in_all_views(notebooks: Any) -> None:
    """What is folded by key or mouse in one view is folded in the other, and opens again."""
    notebook = notebooks.open("nested", [NESTED, "live"])
    page = notebook.page
    notebook.run_all()
    page.wait_for_function(f"() => document.querySelectorAll('{LIVE}').length === 2")

    node(page, "delivery.zone").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.wait_for_function(
        "() => !document.querySelector('[data-node=\"delivery.zone\"]')"
        " && document.querySelectorAll('[data-node=delivery].node').length === 2"
    )
    assert page.evaluate("() => document.activeElement.dataset.node") == "delivery"
    notebook.execute("price.resolve_all()")
    page.wait_for_function(
        "() => document.querySelectorAll('[data-node=delivery][data-state=succeeded]').length === 2"
    )

    page.locator("[data-fold=delivery]").last.click()
    page.wait_for_function(
        "() => document.querySelectorAll('[data-node=\"delivery.cost\"][data-state=succeeded]')"
        ".length === 2"
    )


def test_the_wheel_is_the_pages_until_it_is_given(notebooks: Any) -> None:
    """A wheel over the drawing scrolls the page; after a click it zooms; Escape gives it back."""
    notebook = notebooks.open("wheel", [NESTED, *["1"] * 40])
    page = notebook.page
    notebook.run_all()
    page.wait_for_selector(LIVE)
    page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    begin = scale(page)
    scrolled = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"

    page.locator(".ig-canvas").scroll_into_view_if_needed()
    page.locator(".ig-canvas").hover(position={"x": 5, "y": 5})
    before = page.evaluate(scrolled)
    page.mouse.wheel(0, 60)
    page.wait_for_function(f"before => ({scrolled})() > before", arg=before)
    assert scale(page) == begin

    page.locator(".ig-canvas").click(position={"x": 5, "y": 5})
    before = page.evaluate(scrolled)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        "before => new DOMMatrix(getComputedStyle(document.querySelector('.ig-layer')).transform).a"
        " > before",
        arg=begin,
    )
    assert page.evaluate(scrolled) == before
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    assert page.locator(".ig-canvas[data-wheel]").count() == 0
    inner = "() => { const o = document.querySelector('.ig-live').closest('.jp-OutputArea-output');"
    assert page.evaluate(inner + " return o.scrollHeight - o.clientHeight; }") == 0


def test_a_restarted_kernel_is_told_at_once(notebooks: Any) -> None:
    """After a restart the widget says that its kernel is gone, and Run cannot be pressed."""
    notebook = notebooks.open("restarted", [NESTED])
    page = notebook.page
    notebook.run_all()
    page.wait_for_selector(LIVE)

    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.wait_for_selector(".ig-live[data-lost]")

    assert "restarted or is gone" in page.locator(".ig-lost").inner_text()
    assert page.locator(".ig-run").is_disabled()
