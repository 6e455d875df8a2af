"""Clusters that run for a test, and how a test waits for them without guessing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus import Cluster, StateMachine, Timing, apply
from igniter_nb.consensus.cluster import lifetime
from igniter_nb.consensus.local.loop import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    import pytest

    from igniter_nb.consensus.simulator.world import World

LONG = 60.0
"""Seconds after which a test fails; nothing takes them where all is well."""

FAST = Timing.fast()


class Cells:
    """A notebook, in place of the real one, of which a test says which cell runs.

    Attributes:
        now: name of the cell that runs, and which run that is; None outside of cells.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now: tuple[str, int] | None = None
        monkeypatch.setattr(lifetime, "display", lambda: self)
        for name in ("_by_cell", "_told", "_runs"):
            monkeypatch.setattr(lifetime, name, {})
        monkeypatch.setitem(sys.modules, "IPython", sys)

    def cell(self) -> tuple[str, int] | None:
        """Answer as the notebook does."""
        return self.now


class Counter(StateMachine):
    """Counts, and refuses what is odd about it."""

    @apply("add")
    def add(state, command):
        return {**state, "count": state.get("count", 0) + command["by"]}

    @apply("fail")
    def fail(state, command):
        raise ArithmeticError(command["why"])

    @apply("nothing")
    def nothing(state, command):
        return None

    @apply("change")
    def change(state, command):
        state["count"] = 1_000
        return state


@contextmanager
def running(nodes: Any = 5, **options: Any) -> Iterator[Cluster]:
    """Start a cluster, wait for its leader, stop it at the end."""
    with Cluster.start(nodes, **{"timing": FAST, "timeout": LONG, **options}) as cluster:
        cluster.wait_for_leader(LONG)
        yield cluster


def until(cluster: Cluster, condition: Callable[[World], Any]) -> Any:
    """Wait until a condition, which is asked in each turn of the loop, gives something."""
    return waiting(cluster, condition).result(LONG)


def waiting(cluster: Cluster, condition: Callable[[World], Any]) -> Future[Any]:
    """Return a future of what a condition gives."""
    request = Request(round(LONG * 1e6), operation=lambda: condition(cluster._driver.world) or None)
    cluster._driver.loop.post(partial(cluster._driver._client.take, request))
    return request


def advance(cluster: Cluster, seconds: float) -> None:
    """Let time pass in a paused cluster, as fast as it goes."""
    world = cluster._driver.world
    cluster._driver.loop.call(lambda: world.run_until(world.now_us + round(seconds * 1e6)))


def leader_of(cluster: Cluster) -> str:
    """Name the leader."""
    return cluster.wait_for_leader(LONG).node_id


def followers_of(cluster: Cluster) -> list[str]:
    """Name the others that run."""
    leader = leader_of(cluster)
    return [ref.node_id for ref in cluster.nodes if ref.alive and ref.node_id != leader]


def damage(folder: Path) -> None:
    """Change a byte in the middle of a node's log, where no crash can have torn it."""
    (log,) = [path for path in folder.glob("log-*") if path.stat().st_size > 100]
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 0xFF
    log.write_bytes(data)


def fill(folder: Path) -> None:
    """Let three nodes keep something in a folder."""
    with running(3, storage=folder) as cluster:
        for number in range(20):
            cluster.write(key=f"k{number}", value=number)
        until(cluster, all_have_applied)


def all_have_applied(world):
    """Tell whether all nodes have applied what the first one has."""
    return len({host.replica.core.last_applied for host in world.hosts.values()}) == 1
