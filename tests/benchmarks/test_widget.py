"""The widget's table of the README, measured in a real JupyterLab: `make bench`."""

from __future__ import annotations

import platform
from statistics import median, quantiles
from typing import Any

import pytest

from tests.benchmarks.table import Row, table
from tests.e2e.cluster_page import ClusterPage, starts
from tests.e2e.figures import (
    RUNS,
    clicks,
    costs,
    elections,
    frames,
    painted,
    panned,
    share,
    watching,
)

SECONDS = 5.0
CLICKS, ELECTIONS = 40, 20
SHOWN = {"shown": 10, "shown and paused": 3, "not shown": 3}
"""What share of a core the kernel may take, in per cent."""


def late(page: ClusterPage) -> list[Row]:
    """Measure how long after it happened something is seen."""
    clicked, elected = clicks(page, CLICKS), elections(page, ELECTIONS)
    return [
        Row("a click to crashed on screen: median", "ms", median(clicked), target=60),
        Row("a click to crashed on screen: 95 of 100 within", "ms", most(clicked), target=150),
        Row("elected to shown as leader: median", "ms", median(elected), target=50),
        Row("elected to shown as leader: 95 of 100 within", "ms", most(elected), target=50),
    ]


def most(taken: list[float]) -> float:
    """Return within what 95 of 100 lie."""
    return quantiles(taken, n=20, method="inclusive")[-1]


def smooth(page: ClusterPage) -> list[Row]:
    """Measure how often messages of 40 ms are drawn, the time of one frame, and what it costs."""
    drawn, what = frames(page, SECONDS), "7 nodes, messages of 40 ms"
    return [
        Row(f"one animation frame, {what} ({drawn:.0f} a second)", "ms", 1000 / drawn, target=33.3),
        Row(
            f"the kernel of a cluster of {what}, shown",
            "% of a core",
            share(page, SECONDS),
            target=10,
        ),
    ]


def cost(page: ClusterPage) -> list[Row]:
    """Measure what showing a cluster costs."""
    return [
        Row(f"the kernel of a cluster of 5 nodes, {how}", "% of a core", part, target=SHOWN[how])
        for how, part in costs(page, SECONDS).items()
    ]


def watched(notebooks: Any) -> list[Row]:
    """Measure what it costs a run to be watched by a live diagram."""
    found = watching(notebooks)
    (light, seen), (heavy, shown) = found["light"], found["heavy"]
    return [
        Row(
            "a light node of 1,000, run while it is watched: what is added",
            "µs a node",
            (seen - light) * 1e6,
            target=2,
        ),
        Row(
            "a node of 1 ms, of 100, run while it is watched",
            "ms",
            shown * 1e3,
            heavy * 1e3,
            "not watched",
            shown / heavy,
            1.05,
            times=True,
        ),
    ]


def large(notebooks: Any) -> list[Row]:
    """Measure how soon a live diagram of 1,000 nodes is there, and how it moves while they run."""
    taken = painted(notebooks, 3)
    notebook = notebooks.opened[-1]
    still, _ = panned(notebook.page, SECONDS)
    notebook.execute(RUNS)
    moving, _ = panned(notebook.page, SECONDS)
    notebook.execute("stop.set(); runs.join()")
    frame = "one animation frame while 1,000 contract nodes are dragged"
    return [
        Row("1,000 contract nodes: from Run to painted", "ms", median(taken), target=1000),
        Row(f"{frame} ({still:.0f} a second)", "ms", 1000 / still, target=33.3),
        Row(f"{frame} and run ({moving:.0f} a second)", "ms", 1000 / moving, target=33.3),
    ]


@pytest.mark.bench
@pytest.mark.timeout(600)
def test_the_table(notebooks: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Each click and each election is seen, the picture moves, and runs are watched."""
    rows = []
    for measure, nodes, options in (
        (late, 5, {}),
        (smooth, 7, {"latency": 0.04}),
        (cost, 5, {}),
    ):
        notebook = notebooks.open(measure.__name__, [starts(nodes, seed=1, **options)], moves=True)
        notebook.run_all()
        rows += measure(ClusterPage(notebook))
    rows += watched(notebooks)
    rows += large(notebooks)

    with capsys.disabled():
        print(f"\n\nCPython {platform.python_version()}, {platform.machine()}\n")
        print(table(rows, []))
