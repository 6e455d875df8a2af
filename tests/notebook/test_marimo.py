"""What marimo shows: the widget of a cluster, a tour and a live contract, and tables as ever.

marimo weighs 130 MB, which is more than all else that is tested with, so it is in no extra: the
test is skipped where nobody installed it, and says so. How marimo asks is tested everywhere beside
what it asks, with the displays of contracts and of clusters.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOK = """\
import json

import marimo

app = marimo.App()


@app.cell
def _():
    import igniter_nb as ig
    from igniter_nb.consensus import Cluster

    class Price(ig.Contract):
        amount = ig.input(float)
        total = ig.output(lambda amount: 2 * amount)

    price = Price(amount=1.0)
    cluster = Cluster.start(3)
    things = [cluster, Cluster.tour("election"), price.live(), price.plan(), Price]
    return cluster, things


_, names = app.run()
from marimo._output.formatting import try_format

told = [try_format(thing) for thing in names["things"]]
names["cluster"].stop()
is_widget = ["<marimo-anywidget" in str(one.data) for one in told]
print(json.dumps(is_widget))
"""


@pytest.mark.skipif(find_spec("marimo") is None, reason="marimo is not installed")
def test_marimo_shows_the_widgets(tmp_path: Path) -> None:
    """In marimo a cluster, a tour and a live contract are widgets, not the stills beside them."""
    notebook = tmp_path / "notebook.py"
    notebook.write_text(NOTEBOOK)

    run = subprocess.run(
        [sys.executable, str(notebook)], capture_output=True, text=True, check=False, timeout=300
    )

    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert told == [True, True, True, False, False]
