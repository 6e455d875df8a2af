"""Every output of the stored notebooks, run in a page: nothing overflows, and pictures are kept.

They are put into ``build/outputs``, to be looked at: light and dark at 1400 pixels, dark at 800.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

STORED = sorted((ROOT / "notebooks").glob("*.ipynb"))
KEPT = ROOT / "build" / "outputs"
WIDE, NARROW, HIGH = 1400, 800, 1000
MOST = 16_000  # pixels that a picture may be high

READY = """() => [...document.querySelectorAll('.jupyter-widgets')]
  .every(widget => widget.querySelector('[data-ready="1"]'))"""

SHOWN = """() => [...document.querySelectorAll('.jp-CodeCell .jp-OutputArea-output')]
  .filter(output => output.offsetHeight > 0 && !output.querySelector('table.dataframe'))"""
"""Outputs that are seen, without the tables of pandas: those scroll as pandas wants."""

OVERFLOWING = f"""() => ({SHOWN})()
  .filter(each => each.scrollHeight > each.clientHeight || each.scrollWidth > each.clientWidth)
  .map(each => [each.dataset.mimeType, each.innerHTML.slice(0, 300),
    each.scrollHeight - each.clientHeight, each.scrollWidth - each.clientWidth])"""


PANEL = "document.querySelector('.jp-Notebook .jp-WindowedPanel-outer')"


def taken(page: Any, path: Path, width: int) -> None:
    """Take a picture of a whole notebook, in a window that is as high as it is."""
    high = page.evaluate(f"() => {PANEL}.scrollHeight") + 200
    page.set_viewport_size({"width": width, "height": min(high, MOST)})
    page.evaluate(f"() => {{ {PANEL}.scrollTop = 0; }}")
    page.wait_for_function(READY)
    assert page.evaluate(OVERFLOWING) == []
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(path), animations="disabled")


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_no_output_overflows(notebooks: Any, path: Path) -> None:
    """With scroll bars that are seen, no output needs one, wide or narrow, light or dark."""
    cells = nbformat.read(path, as_version=4).cells
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook = notebooks.open(f"outputs-{path.stem}", cells, width=WIDE)
    page = notebook.page

    notebook.run_all()
    page.wait_for_function(READY)

    taken(page, KEPT / f"{path.stem}-1400.png", WIDE)
    notebook.dark()
    taken(page, KEPT / f"{path.stem}-1400-dark.png", WIDE)
    page.set_viewport_size({"width": NARROW, "height": HIGH})
    taken(page, KEPT / f"{path.stem}-800-dark.png", NARROW)
