"""What a page shows of widgets whose kernel is gone, and beside those whose kernel runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.axe import violations
from tests.e2e.cluster_page import ROOT, ClusterPage, starts

pytestmark = pytest.mark.browser

STILL = ".ig-still"
LIVE = """
import igniter_nb as ig

class Price(ig.Contract):
    net = ig.input(float)

    @ig.output
    def gross(net):
        return net * 1.2

price = Price(net=100.0)
price.live()
"""
REPAINTED = "() => document.querySelector('.ig-still figure svg style').textContent !== ''"
BROKEN = "text=Error displaying widget"


def seen(page: Any, part: str) -> int:
    """Count the elements that are seen of those that a selector finds."""
    return int(page.locator(part).locator("visible=true").count())


def reopened(notebook: Any, name: str) -> None:
    """Save a notebook, end its kernel, close it, and open it again with a new one."""
    notebook.command("docmanager:save")
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.command("application:close")
    notebook.command("docmanager:open", {"path": f"{name}.ipynb"})
    notebook.ready()


def test_one_of_two_is_seen_and_what_is_saved_replays(notebooks: Any) -> None:
    """Live the widget is seen alone; opened again the still, as things were last.

    It replays, and follows the theme of the page.
    """
    cells = [starts(3, latency=0.01), LIVE, "cluster.write(key='price', value=99).read('price')"]
    notebook = notebooks.open("reopened", cells, moves=True)
    page = notebook.page
    notebook.run_all()
    ClusterPage(notebook)
    page.wait_for_selector('.ig-live[data-ready="1"]')

    assert (seen(page, ROOT), seen(page, ".ig-live"), seen(page, STILL)) == (1, 1, 0)

    reopened(notebook, "reopened")
    page.wait_for_selector(f"{STILL} img")

    assert (seen(page, ROOT), seen(page, STILL), seen(page, BROKEN)) == (0, 2, 0)
    assert "{'price': 99}" in page.locator(STILL).first.inner_text()
    button = page.get_by_role("button", name="Replay")
    button.click()
    page.wait_for_selector(f"{STILL} figure svg .flight")
    button.click()
    page.get_by_label("Time of the recording").press("ArrowRight")
    assert page.locator(f"{STILL} figure svg").count() == 1
    assert violations(page, STILL) == []
    notebook.dark()
    page.wait_for_function(REPAINTED)
    assert violations(page, STILL) == []
    page.emulate_media(forced_colors="active")
    assert violations(page, STILL) == []
