"""The notebook that breaks clusters, read as a newcomer reads it: run, looked at, clicked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.e2e.cluster_page import ROOT, ClusterPage

pytestmark = pytest.mark.browser

BREAK_IT = Path(__file__).resolve().parents[2] / "notebooks" / "05-break-it.ipynb"

STEP_TO = """index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }"""

WRONG = """() => [...document.querySelectorAll('.jp-OutputArea-output')]
  .filter(({dataset}) => /error|stderr/.test(dataset.mimeType ?? ''))
  .map(output => output.innerText)"""

NOT_RUN = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(({model}) => model.type === 'code' && model.executionCount === null)
  .map(({model}) => model.sharedModel.getSource())"""


def test_the_notebook_is_run_and_broken(notebooks: Any) -> None:
    """Every cell runs without an error, every picture is alive, and the first cluster breaks."""
    cells = nbformat.read(BREAK_IT, as_version=4).cells
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    last = max(at for at, cell in enumerate(cells) if cell.cell_type == "code")
    shown = [at for at, cell in enumerate(cells) if is_shown(cell) and at != last]
    notebook = notebooks.open("break_it", cells)
    page = notebook.page

    page.evaluate(STEP_TO, last)
    notebook.command("notebook:run-all-above")
    assert page.evaluate(WRONG) == []
    for at in shown:
        ClusterPage(notebook, widget(at))

    first = ClusterPage(notebook, widget(shown[0]))
    first.do("play")
    first.is_there("[data-do=pause]")
    old = first.leader
    first.node(old).click()
    first.is_a(old, "crashed")
    first.another_leads(old)

    tour = next(at for at in shown if "figure" in cells[at].source)
    told = ClusterPage(notebook, widget(tour))
    told.do("tour-next")
    told.is_there(".ig-tour[data-step='2']:not([data-playing])")

    page.evaluate(STEP_TO, last)
    notebook.command("notebook:run-all-below")
    assert page.evaluate(WRONG) == []
    assert page.evaluate(NOT_RUN) == []
    ClusterPage(notebook, widget(last)).is_there("[data-do=pause]")  # it is alive at the end


def is_shown(cell: Any) -> bool:
    """Say whether the last line of a cell is a cluster or a tour."""
    lines = cell.source.strip().splitlines()
    return cell.cell_type == "code" and lines[-1] in ("cluster", "figure", "tested")


def widget(at: int) -> str:
    """Select the widget of a cell."""
    return f'.jp-Cell[data-windowed-list-index="{at}"] {ROOT}'
