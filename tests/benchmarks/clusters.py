"""Measurements of a cluster: each function does one piece of work, checks it, returns rows."""

from __future__ import annotations

import statistics
import time
from collections import deque
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from igniter_nb.consensus import Cluster, Timing
from igniter_nb.consensus.replica import Replica
from igniter_nb.consensus.storage import FileStorage
from igniter_nb.raft import Config, Configuration
from tests.benchmarks.syncobj import NAME, SyncObjCluster
from tests.benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

NODES = 5
IN_FLIGHT = 64
BATCH = 1_000


@dataclass(frozen=True)
class Sizes:
    """How much work is done.

    Attributes:
        rounds: how often ours and the peer's are measured in turn.
        writes: writes in one sample of a client that waits for each.
        at_once: writes in one sample with some in flight.
        kills: leaders that are killed.
        idle: seconds that nothing is asked of a cluster.
        entries: entries that a node has written before it is restarted.
        compacted: entries between two of its snapshots.
    """

    rounds: int = 5
    writes: int = 1_000
    at_once: int = 4_000
    kills: int = 50
    idle: float = 5.0
    entries: int = 1_000_000
    compacted: int = 10_000


def has_peer() -> bool:
    """Say whether the peer can be measured here."""
    return find_spec(NAME) is not None


def writes(sizes: Sizes) -> Iterator[Row]:
    """Measure committed writes, on the wall, ours and the peer's in turn."""
    yield _against_peer(
        "a committed write, 5 nodes, one client that waits for each",
        lambda cluster: _one_by_one(cluster, sizes.writes),
        lambda peer: peer.write(sizes.writes),
        sizes.writes,
        rounds=sizes.rounds,
        target=1 / 5,
    )
    yield _against_peer(
        f"a committed write, 5 nodes, {IN_FLIGHT} in flight",
        lambda cluster: _at_once(cluster, sizes.at_once),
        lambda peer: peer.write_at_once(sizes.at_once, IN_FLIGHT),
        sizes.at_once,
        rounds=sizes.rounds,
        target=1 / 10,
    )


def _against_peer(
    work: str,
    ours: Callable[[Cluster], None],
    peers: Callable[[SyncObjCluster], None],
    per: int,
    *,
    rounds: int,
    target: float,
) -> Row:
    """Measure ours and then the peer's, again and again; the medians count, and of the ratios."""
    took, floors, ratios = [], [], []
    for _ in range(rounds):
        with Cluster.start(NODES) as cluster:
            cluster.wait_for_leader(30)
            cluster.write(key="first", value=0)
            took.append(_wall(lambda: ours(cluster)) / per)
        if has_peer():
            peer = SyncObjCluster(NODES)
            peer.write(20)
            floors.append(_wall(lambda: peers(peer)) / per)  # noqa: B023 -- called at once
            peer.stop()
            ratios.append(took[-1] / floors[-1])
    micro = 1e6 * statistics.median(took)
    if not floors:
        return Row(work, "µs", micro)
    floor = 1e6 * statistics.median(floors)
    ratio = statistics.median(ratios)
    return Row(work, "µs", micro, floor, NAME, ratio, target=target, times=True)


def _one_by_one(cluster: Cluster, count: int) -> None:
    for number in range(count):
        cluster.write(key="k", value=number)
    assert cluster.read("k") == count - 1


def _at_once(cluster: Cluster, count: int) -> None:
    waiting: deque[Future[object]] = deque()
    for number in range(count):
        if len(waiting) >= IN_FLIGHT:
            waiting.popleft().result()
        waiting.append(cluster.submit(key="k", value=number))
    for future in waiting:
        future.result()
    assert cluster.read("k") == count - 1


def reads(sizes: Sizes) -> Iterator[Row]:
    """Measure linearizable reads at the leader and at a follower, and one that may be stale."""
    with Cluster.start(NODES) as cluster:
        leader = cluster.wait_for_leader(30).node_id
        cluster.write(key="k", value=1)
        follower = next(ref.node_id for ref in cluster.nodes if ref.node_id != leader)
        for work, options in (
            ("a linearizable read, at the leader", {}),
            ("a linearizable read, at a follower", {"node": follower}),
            ("a stale read", {"consistency": "stale"}),
        ):
            found = [cluster.read("k", **options) for _ in range(sizes.rounds)]
            assert found == [1] * sizes.rounds
            took = _wall(lambda: [cluster.read("k", **options) for _ in range(sizes.writes)])  # noqa: B023 -- called at once
            yield Row(work, "µs", 1e6 * took / sizes.writes)


def failover(sizes: Sizes) -> Iterator[Row]:
    """Measure, open-loop, from the kill of a leader to the first write issued and confirmed after.

    A write is issued every few milliseconds whatever became of those before, so that what is
    measured is the cluster and not the patience of a client.
    """
    fast, lost = _killed(Timing.fast(), sizes.kills)
    work = f"failover at 10/100 ms, {sizes.kills} leaders killed"
    yield Row(f"{work}: median", "ms", 1e3 * statistics.median(fast), target=150)
    yield Row(f"{work}: longest", "ms", 1e3 * max(fast), target=310)
    usual, lost_too = _killed(Timing(), sizes.kills)
    shortest = Timing().election_min
    median = statistics.median(usual)
    yield Row(
        f"failover at 20/200 ms (the default), {sizes.kills} leaders killed: median",
        "ms",
        1e3 * median,
        1e3 * shortest,
        "shortest election timeout",
        median / shortest,
        target=1.3,
        times=True,
    )
    yield Row("acknowledged writes lost in all of that", "", float(lost + lost_too), target=0)


def _killed(timing: Timing, kills: int) -> tuple[list[float], int]:
    """Kill leaders under a steady stream of writes; return the gaps, and how many were lost."""
    gaps: list[float] = []
    confirmed: list[str] = []
    with Cluster.start(NODES, timing=timing) as cluster:
        cluster.wait_for_leader(30)
        for kill in range(kills):
            victim = cluster.wait_for_leader(30)
            gaps.append(_gap(cluster, victim.kill, f"{kill}", confirmed))
            victim.restart()
        held = cluster.state_machine_snapshot()
    return gaps, sum(key not in held for key in confirmed)


def _gap(cluster: Cluster, kill: Callable[[], None], name: str, confirmed: list[str]) -> float:
    """Return seconds from a kill to the first confirmation of a write issued after it."""
    done: list[float] = []
    steps = 0
    for _ in range(5):  # some before, so that something is under way
        _issue(cluster, f"{name}-{steps}", confirmed, [])
        steps += 1
    kill()
    begin = time.perf_counter()
    while not done:
        _issue(cluster, f"{name}-{steps}", confirmed, done)
        steps += 1
        time.sleep(0.002)
    return min(done) - begin


def _issue(cluster: Cluster, key: str, confirmed: list[str], done: list[float]) -> None:
    def told(future: Future[object]) -> None:
        if future.exception() is None:
            done.append(time.perf_counter())
            confirmed.append(key)

    cluster.submit(key=key, value=1).add_done_callback(told)


def idle(sizes: Sizes) -> Iterator[Row]:
    """Measure what a cluster takes of one core when nothing is asked of it."""
    with Cluster.start(NODES) as cluster:
        term = cluster.wait_for_leader(30).term
        busy, begin = time.process_time(), time.perf_counter()
        time.sleep(sizes.idle)
        share = (time.process_time() - busy) / (time.perf_counter() - begin)
        assert {row.term for row in cluster.status()} == {term}
    yield Row("an idle cluster of 5 nodes", "% of a core", 100 * share, target=3)


def restart(sizes: Sizes) -> Iterator[Row]:
    """Measure the restart of a node, its log and snapshots on disk, until it has applied all."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "n1"
        replica = _single(folder, sizes.compacted)
        # As many again as fit before the next snapshot, so that it has the longest log to read.
        entries = sizes.entries + sizes.compacted - BATCH
        filled = _wall(lambda: _fill(replica, entries))
        applied, state = replica.machine.applied, replica.machine.digest()
        replica.storage.close()
        again = _single(folder, sizes.compacted, begin=False)
        took = _wall(lambda: _begin(again))
        assert again.machine.digest() == state
        assert again.machine.applied == applied + 1  # the blank entry of its new term
        again.storage.close()
    yield Row(
        f"restart of a node that wrote {sizes.entries:,} entries, a snapshot every "
        f"{sizes.compacted:,}",
        "s",
        took,
        target=2,
    )
    yield Row("writing them, 1,000 at a time, synced", "µs an entry", 1e6 * filled / entries)


def _single(folder: Path, compacted: int, *, begin: bool = True) -> Replica:
    replica = Replica(
        Config(node_id="n1"),
        FileStorage(folder),
        lambda _: 0,
        machine=None,
        send=lambda _: None,
        snapshot_every=compacted,
        bootstrap=Configuration(voters=("n1",)),
    )
    if begin:
        _begin(replica)
    return replica


def _begin(replica: Replica) -> None:
    """Start a node and let it lead, which applies all that it has."""
    replica.start()
    replica.core.campaign()
    replica.settle()


def _fill(replica: Replica, entries: int) -> None:
    for start in range(0, entries, BATCH):
        commands = [
            (b'{"key":"k%d","value":%d}' % (number % 1_000, number), None)
            for number in range(start, min(start + BATCH, entries))
        ]
        replica.core.propose_many(commands)
        replica.settle()


def _wall(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


ALL = (writes, reads, failover, idle, restart)
