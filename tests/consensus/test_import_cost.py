"""What is loaded when: naming a cluster loads no simulator, starting one no tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

CODE = """
import json, sys

def rooms():
    own = [name for name in sys.modules if name.startswith("igniter_nb.consensus.")]
    return sorted({name.split(".")[2] for name in own})

import igniter_nb.consensus
loaded = [rooms()]
from igniter_nb.consensus import Cluster
loaded.append(rooms())
with Cluster.start(1) as cluster:
    cluster.wait_for_leader(60.0)
    cluster.timeout = 60.0
    cluster.write(key="a", value=1).read("a")
    cluster.status()
    loaded.append(rooms())
print(json.dumps(loaded))
"""


def test_rooms_are_loaded_when_they_are_used() -> None:
    """Importing loads nothing, naming a cluster no simulator, starting one no tests or tours."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )

    imported, named, started = map(set, json.loads(done.stdout))

    assert imported == set()
    assert "cluster" in named
    assert named & {"simulator", "simulation", "local", "testing", "tours"} == set()
    assert started >= {"simulator", "local"}
    assert started & {"testing", "tours"} == set()
