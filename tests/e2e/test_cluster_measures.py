"""How late the picture is and how smooth it moves, printed.

A machine may be busy, so that no figure fails a test here; tests/benchmarks counts more of them
and has the table.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.cluster_page import ClusterPage, starts
from tests.e2e.figures import clicks, elections, frames, tell, written

pytestmark = pytest.mark.browser


def test_how_late_the_picture_is(notebooks: Any, record_property: Any) -> None:
    """Each click that crashes and each election is seen; how long after is printed."""
    notebook = notebooks.open("late", [starts(5, seed=1)])
    notebook.run_all()
    page = ClusterPage(notebook)

    tell(
        record_property,
        click=written("from a click to crashed on screen", clicks(page, 10)),
        election=written("from elected to shown as leader", elections(page, 3)),
    )


def test_how_smooth_it_moves(notebooks: Any, record_property: Any) -> None:
    """Seven nodes with messages of 40 ms are drawn again and again; how often is printed."""
    notebook = notebooks.open("smooth", [starts(7, seed=1, latency=0.04)], moves=True)
    notebook.run_all()
    page = ClusterPage(notebook)
    page.is_there(".ig-dot")

    drawn = frames(page, 3)

    assert drawn > 0
    tell(record_property, frames=f"frames in a second, 7 nodes, messages of 40 ms: {drawn:.0f}")
