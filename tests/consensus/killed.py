"""Process that is killed at each operation that it asks of the disk, one after the other.

It forks once for each, so that the library is imported once; the child counts what it asks, writes
half of what it was to write, and kills itself.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus import Cluster
from igniter_nb.consensus.storage import Disk

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATIONS = (
    "create",
    "open",
    "write",
    "overwrite",
    "sync_file",
    "sync_folder",
    "replace",
    "remove",
)


def founding(folder: Path, _: Callable[[str], object]) -> None:
    """Start a new cluster of three nodes."""
    Cluster.start(3, storage=folder).stop()


def changing(folder: Path, told: Callable[[str], object]) -> None:
    """Let a cluster write, grow, shrink and compact, and tell each step that was acknowledged."""
    with Cluster.start(["a", "b", "c"], storage=folder, snapshot_every=8, timeout=60.0) as cluster:
        for number in range(4):
            cluster.write(key="x", value=number)
            told(f"x {number}")
        for name in ("d", "e"):
            cluster.add_node(name, 60.0)
            told(f"add {name}")
        for name in ("a", "b", "c"):
            cluster.remove_node(name, 60.0)
            told(f"remove {name}")
        cluster.write(key="x", value=4)
        told("x 4")


def killed_at(number: int) -> None:
    """Kill this process when it asks the disk for the time of this number."""
    os.fsync = os.fdatasync = int  # type: ignore[assignment]  # a kill loses nothing of the cache
    left = [number]

    def counted(name: str) -> None:
        original = getattr(Disk, name)

        def operation(self: Disk, *args: Any) -> Any:
            if not left[0]:
                if name == "write":
                    os.write(args[0], args[1][: len(args[1]) // 2])
                if name == "overwrite":
                    os.pwrite(args[0], args[2][: len(args[2]) // 2], args[1])
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return original(self, *args)

        setattr(Disk, name, operation)

    for name in OPERATIONS:
        counted(name)


def main(scenario: str, folder: str, first: str, step: str) -> None:
    """Run a scenario again and again, each time in another folder and killed a little later."""
    for number in range(int(first), 10_000, int(step)):
        place = Path(folder) / f"{number}"
        place.mkdir()
        pid = os.fork()
        if not pid:
            killed_at(number)
            told = os.open(place / "told", os.O_WRONLY | os.O_CREAT)
            globals()[scenario](
                place / "kept", lambda text, told=told: os.write(told, f"{text}\n".encode())
            )
            os._exit(0)
        if not os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
