"""A cluster from start to stop, and what it shows of itself."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus import Cluster, NodeRef, Timing
from igniter_nb.errors import ConsensusError, LogCorruptedError
from tests.consensus.live import FAST, LONG, Counter, leader_of, running, until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.usefixtures("every_driver")
@pytest.mark.parametrize(("nodes", "quorum"), [(1, 1), (2, 2), (3, 2), (5, 3), (7, 4), (20, 11)])
def test_clusters_of_any_size(nodes: int, quorum: int) -> None:
    """One node, an even number, many: all elect, write and read, and a majority is needed."""
    with running(nodes) as cluster:
        cluster.write(key="price", value=99)

        assert cluster.read("price") == 99
        assert (cluster.alive_count, cluster.quorum_size) == (nodes, quorum)
        assert cluster.has_quorum()


def test_all_nodes_share_one_thread() -> None:
    """Twenty nodes are one loop in one thread, which is gone when they are stopped."""

    def loops() -> int:
        return sum(thread.name == "igniter-cluster" for thread in threading.enumerate())

    gc.collect()
    before = loops()
    with running(20):
        during = loops()

    assert (during - before, loops() - before) == (1, 0)


def test_a_new_cluster_has_no_leader_yet() -> None:
    """Starting returns at once; who leads is found later, and waiting tells who."""
    with Cluster.start(["a", "b", "c"], timing=FAST) as cluster:
        cluster.pause()
        before = cluster.leader if not cluster.events.rows[3:] else None
        cluster.resume()

        found = cluster.wait_for_leader(LONG)

        assert before is None
        assert isinstance(found, NodeRef)
        assert found == cluster.leader
        assert [ref.node_id for ref in cluster.nodes] == ["a", "b", "c"]


def test_all_calls_chain() -> None:
    """What has no value of its own returns the cluster."""
    with running(3) as cluster:
        done = cluster.write(key="a", value=1).write_many([{"key": "b", "value": 2}])
        done = done.heal().kill("n1").restart("n1").slow("n2").pause().resume()

        assert done is cluster


def test_two_clusters_with_the_same_names_do_not_meet() -> None:
    """What is written to one cluster, and who leads it, is nothing to the other."""
    with running(3, seed=1) as one, running(3, seed=2) as other:
        one.write(key="a", value="one")
        other.write(key="a", value="other")
        one.kill("n1").kill("n2")

        assert other.read("a") == "other"
        assert other.alive_count == 3
        assert one.read("a", consistency="stale") == "one"


@pytest.mark.usefixtures("every_driver")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nodes": 0}, "expected at least one node"),
        ({"nodes": ["a", "a"]}, "'a' is named 2 times"),
        ({"timeout": -1}, "timeout: expected seconds, 0 or more, came -1"),
        ({"latency": float("nan")}, "latency: expected seconds, 0 or more, came nan"),
        ({"snapshot_every": -1}, "snapshot_every: expected a whole number, 0 or more, came -1"),
        ({"snapshot_every": 0.5}, "snapshot_every: expected a whole number, 0 or more, came 0.5"),
    ],
)
def test_a_cluster_that_makes_no_sense_is_not_started(options: dict[str, Any], words: str) -> None:
    """What is wrong is told before a thread is started."""
    before = threading.active_count()

    with pytest.raises(ValueError, match=words):
        Cluster.start(**options)

    assert threading.active_count() <= before


@pytest.mark.usefixtures("every_driver")
def test_what_is_no_state_machine_is_refused() -> None:
    """An instance in place of the class, or something else, is a TypeError."""
    with pytest.raises(TypeError, match="expected a subclass of StateMachine"):
        Cluster.start(1, state_machine=dict)  # type: ignore[arg-type]


# -- folders


def test_a_cluster_goes_on_in_its_folder(tmp_path: Path) -> None:
    """A cluster that is started where another one was stopped has all that was written."""
    with running(3, storage=tmp_path) as cluster:
        cluster.write_many({"key": f"k{n}", "value": n} for n in range(10))
        term = cluster.leader.term

    with running(3, storage=tmp_path) as cluster:
        assert cluster.state_machine_snapshot() == {f"k{n}": n for n in range(10)}
        assert cluster.leader.term > term
        cluster.write(key="more", value=1)


def test_a_folder_has_one_cluster_at_a_time(tmp_path: Path) -> None:
    """A second cluster in the same folder is refused, and the first one is not disturbed."""
    with running(3, storage=tmp_path) as cluster:
        with pytest.raises(ConsensusError, match="is in use"):
            Cluster.start(3, storage=tmp_path)

        assert cluster.write(key="a", value=1).read("a") == 1


def fill(cluster: Cluster) -> None:
    """Write some records to each log, one after the other."""
    for number in range(20):
        cluster.write(key=f"k{number}", value=number)


def damage(folder: Path) -> None:
    """Change a byte in the middle of a node's log, where no crash can have torn it."""
    (log,) = [path for path in folder.iterdir() if path.stat().st_size > 100]
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 0xFF
    log.write_bytes(data)


def test_a_damaged_log_is_refused_at_the_start(tmp_path: Path) -> None:
    """A log that is damaged in its middle raises, each time, and leaves no folder locked."""
    with running(1, storage=tmp_path) as cluster:
        fill(cluster)
    damage(tmp_path / "n1")

    for _ in range(2):
        with pytest.raises(LogCorruptedError):
            Cluster.start(1, storage=tmp_path)

    with running(["n1"], storage=tmp_path / "elsewhere") as cluster:
        assert cluster.read("k1") is None


def test_a_node_with_a_damaged_log_stays_down(tmp_path: Path) -> None:
    """Restarting it raises, as often as it is tried; the others go on."""
    with running(3, storage=tmp_path) as cluster:
        fill(cluster)
        cluster.kill("n2")
        damage(tmp_path / "n2")

        for _ in range(2):
            with pytest.raises(LogCorruptedError):
                cluster.restart("n2")

        assert cluster.write(key="a", value=1).read("a") == 1
        assert cluster.status()["n2"].role == "crashed"


def test_a_damaged_folder_of_a_new_node_leaves_no_trace(tmp_path: Path) -> None:
    """A node that cannot be set up is not there, and the cluster shows itself as before."""
    with running(1, storage=tmp_path / "other") as cluster:
        fill(cluster)
    damage(tmp_path / "other" / "n1")

    with running(1, storage=tmp_path / "here") as cluster:
        (tmp_path / "other" / "n1").rename(tmp_path / "here" / "n9")
        with pytest.raises(LogCorruptedError):
            cluster.add_node("n9", LONG)

        assert [row.node_id for row in cluster.status()] == ["n1"]


# -- looking


def test_status_is_a_report() -> None:
    """The status has what a person asks for, as rows, text, mapping and frame."""
    with running(3, state_machine=Counter) as cluster:
        cluster.write(type="add", by=4)
        until(
            cluster,
            lambda world: {h.replica.core.last_applied for h in world.hosts.values()} == {3},
        )
        found = cluster.status()
        leader = leader_of(cluster)

        assert {row.node_id for row in found} == {"n1", "n2", "n3"}
        assert found.leader == leader
        assert found[leader]._asdict() == {
            "node_id": leader, "alive": True, "role": "leader", "term": 1, "vote": leader,
            "leader": leader, "commit_index": 3, "applied_index": 3, "log_size": 3,
            "snapshot_index": 0, "state_machine": {"count": 4},
        }  # fmt: skip
        assert str(found).splitlines()[0] == "cluster of 3, 3 alive"
        assert str(found).splitlines()[1] == f"{leader} leads term 1; a write needs 2 of 3 nodes"
        assert list(found.to_frame().columns) == list(found.columns)
        assert found.to_dict()["rows"][0]["node_id"] == "n1"
        assert repr(cluster) == f"<Cluster {found.title}: {found.headline}>"


def test_a_reference_tells_what_its_node_is() -> None:
    """A node is looked at, killed and restarted through its reference."""
    with running(3) as cluster:
        cluster.write(key="a", value={"b": 1})
        ref = cluster.leader

        ref.state["a"]["b"] = 2
        assert (ref.alive, ref.role, ref.term, ref.state) == (True, "leader", 1, {"a": {"b": 1}})
        assert repr(ref) == f"<NodeRef {ref.node_id}: leader, term 1>"
        assert ref == cluster.nodes[int(ref.node_id[1]) - 1]
        assert ref != ref.node_id
        assert len({ref, cluster.leader, *cluster.nodes}) == 3
        ref.kill()
        assert (ref.alive, ref.role) == (False, "crashed")
        ref.restart()
        assert ref.alive
        assert ref.status.node_id == ref.node_id


def test_events_tell_what_a_person_follows() -> None:
    """Elections, crashes and faults are events; messages are in the trace if it is asked for."""
    with running(3, trace=True) as cluster:
        cluster.write(key="a", value=1).kill(cluster.leader)
        told = str(cluster.events)
        kinds = {event.kind for event in cluster.trace()}

    assert "starts life 1" in told
    assert "leads term 1" in told
    assert "stops: it is killed" in told
    assert "AppendEntries" not in told
    assert {"send", "commit", "role"} <= kinds


def test_without_a_trace_there_are_no_messages_in_it() -> None:
    """A trace that was not asked for has what a person follows, and costs nothing."""
    with running(3) as cluster:
        cluster.write(key="a", value=1)

        assert not [event for event in cluster.trace() if event.kind == "send"]


def test_verbose_prints_as_it_happens(capsys: pytest.CaptureFixture[str]) -> None:
    """With ``verbose`` each event that a person follows is a line on the output."""
    with running(3, verbose=True) as cluster:
        cluster.kill(cluster.leader)
        told = [str(event) for event in cluster.events]

    printed = capsys.readouterr().out.splitlines()

    assert printed[: len(told)] == told
    assert any(line.endswith("stops: it is killed") for line in printed)


def test_an_output_that_is_closed_ends_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing can be printed any more, a verbose cluster goes on."""

    class Closed:
        def write(self, text: str) -> int:
            raise ValueError("I/O operation on closed file")

        flush = write

    with running(3, verbose=True) as cluster:
        with monkeypatch.context() as patched:
            patched.setattr("sys.stdout", Closed())
            cluster.kill("n1").restart("n1")

        assert cluster.write(key="a", value=1).read("a") == 1


@pytest.mark.usefixtures("every_driver")
def test_a_stopped_cluster_can_be_looked_at_and_does_nothing() -> None:
    """After the end its events and nodes are still there; whoever wants more is told."""
    with running(3) as cluster:
        cluster.write(key="a", value=1)
        ref = cluster.leader

    assert repr(cluster) == "<Cluster, stopped>"
    assert (cluster.alive_count, cluster.leader, cluster.has_quorum()) == (0, None, False)
    assert "the cluster is stopped" in str(cluster.events)
    assert not ref.alive
    for use in (
        lambda: cluster.write(key="a", value=1),
        lambda: cluster.write_many([{"key": "a", "value": 1}]),
        lambda: cluster.submit(key="a", value=1),
        lambda: cluster.read("a"),
        lambda: cluster.read("a", consistency="stale"),
        cluster.wait_for_leader,
        lambda: cluster.add_node("n4"),
    ):
        with pytest.raises(ConsensusError, match="the cluster is stopped; start another one"):
            use()
    cluster.stop()


def test_a_stopped_cluster_is_not_broken_and_has_no_time() -> None:
    """After the end no node is killed, and time neither stands still nor passes."""
    with running(3) as cluster:
        pass

    for use in (lambda: cluster.kill("n1"), cluster.pause, cluster.step):
        with pytest.raises(ConsensusError, match="the cluster is stopped; start another one"):
            use()


@pytest.mark.usefixtures("every_driver")
def test_the_async_twins_do_the_same() -> None:
    """In a coroutine, writes and reads run at once and give what their twins give."""

    async def use(cluster: Cluster) -> tuple[Any, ...]:
        ref = await cluster.await_for_leader(LONG)
        await asyncio.gather(*(cluster.awrite(key=f"k{n}", value=n) for n in range(20)))
        await cluster.awrite_many([{"key": "a", "value": 1}, {"key": "b", "value": 2}])
        reads = await asyncio.gather(*(cluster.aread(f"k{n}") for n in range(20)))
        return ref, reads, await cluster.aread("none", "default", consistency="stale", node=ref)

    with running(3) as cluster:
        ref, reads, default = asyncio.run(use(cluster))

        assert ref == cluster.leader
        assert reads == list(range(20))
        assert default == "default"


def test_a_coroutine_that_gives_up_leaves_the_cluster_as_it_is() -> None:
    """A write whose task is cancelled while nobody leads is not done."""

    async def use(cluster: Cluster) -> None:
        task = asyncio.create_task(cluster.awrite(key="a", value=1))
        while not await asyncio.to_thread(
            cluster._driver.loop.call, lambda: len(cluster._driver._client.open)
        ):
            pass
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with running(3) as cluster:
        cluster.pause().kill(cluster.leader)
        asyncio.run(use(cluster))
        cluster.resume()

        cluster.write(key="b", value=2)
        assert cluster.state_machine_snapshot() == {"b": 2}


@pytest.mark.usefixtures("every_driver")
def test_awrite_many_raises_the_first_refusal_when_all_are_done() -> None:
    """One refused command of several raises, after the others were written."""
    from igniter_nb.errors import CommandError

    commands = [
        {"key": "a", "value": 1},
        {"key": "a", "value": 2, "expected": 7},
        {"key": "b", "value": 3},
    ]
    with running(3) as cluster:
        with pytest.raises(CommandError, match="'a' was to hold 7 and holds 1"):
            asyncio.run(cluster.awrite_many(commands))
        assert cluster.state_machine_snapshot() == {"a": 1, "b": 3}

        with pytest.raises(CommandError, match="was to hold 7"):
            cluster.write_many(commands)


def test_timing_is_the_clusters() -> None:
    """The timing that was given is what the nodes have."""
    with running(1, timing=Timing.classic()) as cluster:
        config = cluster._driver.world.hosts["n1"].replica.config

        assert cluster.timing == Timing.classic()
        assert (config.election_ticks, config.heartbeat_ticks) == (1_000, 50)
