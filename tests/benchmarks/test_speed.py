"""The table of the README, measured: `make bench`. No time fails a test; wrong answers do."""

from __future__ import annotations

import gc
import platform
from functools import reduce

import pytest

from tests.benchmarks.peers import installed
from tests.benchmarks.rows import ALL, Sizes
from tests.benchmarks.stopwatch import Stopwatch
from tests.benchmarks.table import Row, table

PASSES = range(3)  # minutes apart, since others use the machine too; the quickest counts


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that is measured gives the right answers and runs no node too many."""
    gc.collect()
    gc.freeze()  # what the test run itself holds is not part of what is measured
    passes = [[row for measure in ALL for row in measure(Stopwatch(), Sizes())] for _ in PASSES]
    rows = [reduce(Row.quicker, same) for same in zip(*passes, strict=True)]
    gc.unfreeze()

    with capsys.disabled():
        print(f"\n\nCPython {platform.python_version()}, {platform.machine()}\n")
        print(table(rows, [peer.name for peer in installed()]))
