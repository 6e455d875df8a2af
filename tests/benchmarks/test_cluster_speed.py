"""The cluster's table of the README, measured: `make bench`. Only wrong answers fail it."""

from __future__ import annotations

import platform
from functools import reduce

import pytest

from tests.benchmarks.clusters import ALL, Sizes
from tests.benchmarks.table import Row, table

PASSES = range(3)  # minutes apart, since others use the machine too; the quickest counts

TINY = Sizes(rounds=1, writes=3, at_once=70, kills=1, idle=0.05, entries=3_000, compacted=2_000)


@pytest.mark.bench
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")  # the peer's
def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that is measured gives the right answers and loses no write."""
    passes = [[row for measure in ALL for row in measure(Sizes())] for _ in PASSES]
    rows = [reduce(Row.quicker, same) for same in zip(*passes, strict=True)]

    with capsys.disabled():
        print(f"\n\nCPython {platform.python_version()}, {platform.machine()}\n")
        print(table(rows, []))


@pytest.mark.parametrize("measure", ALL)
def test_answers(measure, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured of a cluster is what was asked for, and no acknowledged write is lost."""
    monkeypatch.setattr("tests.benchmarks.clusters.has_peer", lambda: False)

    rows = list(measure(TINY))

    assert all(row.work for row in rows)
    assert [row.ours for row in rows if "lost" in row.work] in ([], [0.0])
