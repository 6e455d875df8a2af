"""Clusters whose process is killed at any moment, and that are started again from their folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from igniter_nb.consensus import Cluster
from tests.consensus import killed as scenarios
from tests.consensus.live import FAST, LONG

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no disk: a process that is killed leaves what the system holds of its files."""
    monkeypatch.setattr(os, "fsync", int)
    monkeypatch.setattr(os, "fdatasync", int)


def killed(scenario: str, folder: Path, step: int) -> list[tuple[Path, list[str]]]:
    """Run a scenario, killed at each operation of the disk; give the folders and what was told."""
    subprocess.run(
        [sys.executable, "-m", scenarios.__name__, scenario, str(folder), "0", str(step)],
        check=True,
        timeout=LONG,
        cwd=ROOT,
    )
    places = sorted(folder.iterdir(), key=lambda place: int(place.name))
    assert len(places) > 15, "the scenario is to ask for more than that"
    return [
        (place / "kept", (place / "told").read_text().splitlines())
        for place in places
        if (place / "told").exists()
    ]


def test_an_interrupted_founding_goes_on(tmp_path: Path) -> None:
    """Whatever of its first records a cluster of three had written, three it is, whoever is named.

    Only where it had not even written down who founds it, those that are named do.
    """
    for number, (folder, _) in enumerate(killed("founding", tmp_path, 1)):
        where = f"killed at operation {number}"
        founded = (folder / "cluster.json").exists()
        named = ["n1", "n2", "n3"][number % 3]

        with Cluster.start([named], storage=folder, timing=FAST, timeout=LONG) as cluster:
            found = cluster.status()

            assert [row.node_id for row in found] == (["n1", "n2", "n3"] if founded else [named])
            assert all(row.alive for row in found), where
            assert cluster.quorum_size == (2 if founded else 1), where
            if number % 10 == 0:
                assert cluster.write(key="a", value=1).read("a") == 1, where


def test_what_was_acknowledged_holds_after_a_kill(tmp_path: Path) -> None:
    """Writes, members, and who is one no more, are as they were told, whoever is named."""
    for number, (folder, told) in enumerate(killed("changing", tmp_path, 23)):
        where = f"killed at number {number}, after {told[-1:]}"
        if not (folder / "cluster.json").exists():
            continue

        with Cluster.start("abc"[number % 3], storage=folder, timing=FAST, timeout=LONG) as cluster:
            found = cluster.status()
            members = {row.node_id for row in found if row.alive}
            gone = {row.node_id for row in found if row.role == "removed"}

            least = max((int(line[2:]) for line in told if line.startswith("x ")), default=-1)
            assert cluster.read("x", -1) >= least, where
            assert {line[4:] for line in told if line.startswith("add ")} <= members, where
            assert {line[7:] for line in told if line.startswith("remove ")} <= gone, where
            assert members ^ gone == {row.node_id for row in found}, where
            for name in gone:
                with pytest.raises(ValueError, match="was removed"):
                    cluster.add_node(name)
            cluster.write(key="x", value=9)
            for name in members:
                assert cluster.read("x", node=name) == 9, where
            if "d" not in members:
                assert cluster.add_node("d", LONG).alive, where
