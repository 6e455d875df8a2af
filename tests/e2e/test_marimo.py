"""Widgets in a real marimo, opened in a browser: seen, clicked, and answered."""

from __future__ import annotations

import subprocess
import sys
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import environment, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import igniter_nb as ig
    from igniter_nb.consensus import Cluster

    class Price(ig.Contract):
        amount = ig.input(float)
        total = ig.output(lambda amount: 2 * amount)

    price, cluster = Price(amount=1.0), Cluster.start(3)
    return cluster, price


@app.cell
def _(cluster):
    cluster
    return


@app.cell
def _(price):
    price.live()
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Start marimo on a notebook, and wait until it says where it answers."""
    if find_spec("marimo") is None:
        pytest.skip("marimo is not installed")
    notebook, port = tmp_path / "notebook.py", free_port()
    notebook.write_text(NOTEBOOK)
    options = ["--headless", "--no-token", "--host=127.0.0.1", f"--port={port}"]
    is_up, said = threading.Event(), []
    with subprocess.Popen(
        [sys.executable, "-m", "marimo", "run", str(notebook), *options],
        env={**environment(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:

        def listen() -> None:
            for line in server.stdout or ():
                said.append(line)
                if "URL" in line:
                    is_up.set()
            is_up.set()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        is_up.wait(60)
        assert server.poll() is None, "".join(said)
        yield f"http://127.0.0.1:{port}/"
        server.terminate()
        server.wait(20)
        listener.join(5)


def test_a_click_crashes_and_a_form_runs(address: str, context: Any) -> None:
    """The cluster elects another leader before one's eyes, and the workbench runs what is typed."""
    page = context.new_page()
    page.goto(address)

    leads = page.locator(".ig-cluster .ig-node[data-role=leader]")
    leads.wait_for()
    name = leads.get_attribute("data-node")
    leads.click()
    page.wait_for_selector(f".ig-node[data-node={name}][data-role=crashed]")
    page.wait_for_selector(f".ig-node[data-role=leader]:not([data-node={name}])")

    page.wait_for_selector('.ig-live[data-ready="1"]')
    page.fill(".ig-live [name=amount]", "21")
    page.locator(".ig-live .ig-run").click()
    page.wait_for_selector('.ig-live [data-node=total][data-state="succeeded"]')

    assert "42" in page.locator(".ig-live [data-node=total]").text_content()
    page.close()
