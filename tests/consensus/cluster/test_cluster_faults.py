"""What is acknowledged stays, whatever breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus.storage import disk
from igniter_nb.errors import NoLeaderError
from tests.consensus.live import LONG, followers_of, leader_of, running, until

if TYPE_CHECKING:
    from pathlib import Path

    from igniter_nb.consensus import Cluster


@pytest.fixture(params=["memory", "file"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Give a folder to keep logs in, or None to keep them in memory."""
    return tmp_path if request.param == "file" else None


def put(cluster: Cluster, name: str) -> dict[str, int]:
    """Write some keys and return them."""
    made = {f"{name}{number}": number for number in range(10)}
    cluster.write_many({"key": key, "value": value} for key, value in made.items())
    return made


def test_what_was_acknowledged_stays(folder: Path | None) -> None:
    """Leader killed, two of five killed, all killed and restarted: every write is there."""
    with running(5, storage=folder) as cluster:
        there = put(cluster, "a")
        cluster.kill(cluster.leader)
        there |= put(cluster, "b")
        cluster.kill(cluster.leader)
        there |= put(cluster, "c")
        assert cluster.state_machine_snapshot() == there

        for ref in cluster.nodes:
            ref.kill()
        assert cluster.alive_count == 0
        for ref in cluster.nodes:
            ref.restart()

        assert cluster.state_machine_snapshot() == there
        assert all(cluster.state_machine_snapshot(node=ref) == there for ref in cluster.nodes)


def test_a_rolling_restart_loses_nothing(folder: Path | None) -> None:
    """Each node restarted in turn, the leader last, with writes in between (C254)."""
    with running(3, storage=folder, snapshot_every=20) as cluster:
        there = put(cluster, "a")
        for name in [*followers_of(cluster), leader_of(cluster)]:
            cluster.kill(name).restart(name)
            there |= put(cluster, name)

        assert cluster.state_machine_snapshot() == there
        for ref in cluster.nodes:
            assert cluster.state_machine_snapshot(node=ref) == there


def test_a_node_that_was_down_for_long_catches_up() -> None:
    """A node that missed more than the others keep in their logs gets a snapshot."""
    with running(3, snapshot_every=10) as cluster:
        node = followers_of(cluster)[0]
        cluster.kill(node)
        for number in range(200):
            cluster.write(key=f"k{number % 7}", value=number)
        until(cluster, lambda world: world.leader().replica.core.log.snapshot.index > 150)

        cluster.restart(node)

        assert cluster.state_machine_snapshot(node=node) == cluster.state_machine_snapshot()


def test_a_restarted_node_keeps_its_term_and_vote(folder: Path | None) -> None:
    """What a node promised it remembers (C253)."""
    with running(3, storage=folder) as cluster:
        cluster.write(key="a", value=1)
        node = followers_of(cluster)[0]
        before = cluster.status()[node]
        cluster.pause().kill(node).restart(node)

        after = cluster.status()[node]

        assert (after.term, after.vote) == (before.term, before.vote)
        assert after.log_size == before.log_size


def test_a_node_that_comes_back_disturbs_nobody() -> None:
    """A node that was cut off for long does not depose the leader when it returns (C259)."""
    with running(3) as cluster:
        leader = cluster.leader
        term, node = leader.term, followers_of(cluster)[0]
        cluster.isolate(node)
        until(cluster, lambda world: str(world.hosts[node].replica.core.role) == "pre-candidate")
        cluster.heal()
        until(cluster, lambda world: world.hosts[node].replica.core.leader_id is not None)

        assert (cluster.leader, cluster.leader.term) == (leader, term)


@pytest.mark.parametrize("count", [3, 5])
def test_four_of_five_killed(count: int) -> None:
    """With a majority dead and the leader among them nobody can lead, until they are back."""
    with running(count) as cluster:
        cluster.write(key="a", value=1)
        last = followers_of(cluster)[0]
        dead = [ref for ref in cluster.nodes if ref.node_id != last]
        for ref in dead:
            ref.kill()

        assert (cluster.leader, cluster.alive_count, cluster.has_quorum()) == (None, 1, False)
        with pytest.raises(NoLeaderError, match=f"1 of {count} voters run") as caught:
            cluster.wait_for_leader(0.01)
        assert "restart() nodes" in str(caught.value)
        for ref in dead:
            ref.restart()
        assert cluster.read("a") == 1


def test_partitions_by_groups() -> None:
    """Groups do not reach one another, who is in none reaches all, and healing mends all."""
    with running(5) as cluster:
        cluster.partition(["n1", "n2"], {"n3", "n4"})
        blocked = set(cluster.status().blocked)
        assert blocked == {
            pair for a in ("n1", "n2") for b in ("n3", "n4") for pair in ((a, b), (b, a))
        }
        assert cluster.has_quorum()

        cluster.heal()

        assert cluster.status().blocked == ()


def test_one_in_the_middle_is_enough() -> None:
    """When two halves reach one another through one node only, that one can lead."""
    with running(5) as cluster:
        cluster.partition(["n1", "n2"], ["n3", "n4"])

        cluster.write(key="a", value=1)

        assert cluster.leader.node_id in {"n1", "n2", "n3", "n4", "n5"}
        cluster.isolate("n5")
        assert not cluster.has_quorum()


def test_slow_and_lossy_links() -> None:
    """Writes and reads go on, at all nodes, when links lose and delay messages."""
    with running(3) as cluster:
        for ref in cluster.nodes:
            cluster.slow(ref, latency=0.002, loss=0.1)
        for number in range(10):
            cluster.write(key="a", value=number)
            assert cluster.read("a") == number

        assert {cluster.read("a", node=ref) for ref in cluster.nodes} == {9}
        cluster.slow("n1")
        assert cluster._driver.world.network._links["n1", "n2"].loss == 0


def test_a_latency_from_the_start() -> None:
    """With a latency each message takes that long in the cluster's time."""
    with running(3, latency=0.004) as cluster:
        before = cluster.status().seconds
        cluster.write(key="a", value=1)
        after = cluster.status().seconds

        assert after - before >= 0.008  # there and back


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda c: c.kill("n9"), "there is no node 'n9'; known: n1, n2, n3"),
        (lambda c: c.kill("leader"), "there is no node 'leader'"),
        (lambda c: c.restart("all"), "there is no node 'all'"),
        (lambda c: c.isolate(7), "there is no node 7"),
        (lambda c: c.slow("n9"), "there is no node 'n9'"),
        (lambda c: c.slow("n1", latency=-1), "latency: expected seconds, 0 or more, came -1"),
        (lambda c: c.slow("n1", loss=2), "loss must be a share between 0 and 1, but is 2"),
        (lambda c: c.partition(["n1"]), "expected at least two groups"),
        (lambda c: c.partition(["n1"], ["n1", "n8"]), "there is no node 'n8'.*'n1' is in two"),
        (lambda c: c.transfer_leadership("n9"), "there is no node 'n9'"),
        (lambda c: c.remove_node("n9"), "there is no node 'n9'"),
    ],
)
def test_faults_that_make_no_sense(use: object, words: str) -> None:
    """Each names what was wrong, and the cluster is as before."""
    with running(3) as cluster:
        with pytest.raises(ValueError, match=words):
            use(cluster)  # type: ignore[operator]

        assert cluster.alive_count == 3
        assert cluster.status().blocked == ()


def test_killing_the_dead_and_starting_the_living_does_nothing() -> None:
    """Both may be said twice."""
    with running(3) as cluster:
        cluster.kill("n1").kill("n1").restart("n1").restart("n1")

        assert cluster.alive_count == 3


def test_a_disk_that_fails_ends_its_node_alone() -> None:
    """A failed sync ends the node, which is told; restarted it catches up."""
    with running(3) as cluster:
        node = followers_of(cluster)[0]
        cluster._driver.act("break_disk", node)

        cluster.write(key="a", value=1)

        until(cluster, lambda world: not world.hosts[node].replica.alive)
        assert "its disk failed" in str(cluster.events)
        cluster.restart(node)
        assert cluster.read("a", node=node) == 1


def test_a_file_that_cannot_be_synced_ends_its_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write is acknowledged by the others; what the node had is there after a restart."""
    sync, failures = disk._sync_data, [OSError(28, "No space left on device")]

    def once(descriptor: int) -> None:
        if failures:
            raise failures.pop()
        sync(descriptor)

    with running(3, storage=tmp_path) as cluster:
        cluster.write(key="a", value=1)
        monkeypatch.setattr(disk, "_sync_data", once)

        cluster.write(key="b", value=2)

        (dead,) = [ref for ref in cluster.nodes if not ref.alive]
        assert "No space left on device" in str(cluster.events)
        dead.restart()
        assert cluster.state_machine_snapshot(node=dead) == {"a": 1, "b": 2}
        assert cluster.alive_count == 3


def test_a_leader_whose_disk_fails_is_replaced() -> None:
    """When the leader's disk fails under a write, the next leader does it."""
    with running(3) as cluster:
        leader = leader_of(cluster)
        cluster._driver.act("break_disk", leader)

        cluster.write(key="a", value=1)

        assert cluster.read("a") == 1
        until(cluster, lambda world: not world.hosts[leader].replica.alive)
        assert cluster.wait_for_leader(LONG).node_id != leader


def test_events_name_what_was_asked_for() -> None:
    """Joining, leaving and slow links are one line each, in the words of the method."""
    with running(3) as cluster:
        cluster.add_node("n4", LONG)
        cluster.slow("n1", latency=0.01, loss=0.25)
        cluster.slow("n1")
        cluster.remove_node("n4", LONG)
        acts = [str(event).partition(" -- ")[2] for event in cluster.events if event.kind == "act"]

    assert acts == [
        "add_node('n4')", "slow('n1', 0.01, 0.25)", "slow('n1', 0.0, 0.0)", "remove_node('n4')",
    ]  # fmt: skip
