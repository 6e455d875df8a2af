"""The way past an entry that no node can apply: all nodes pass over it alike."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus import Cluster
from igniter_nb.consensus.state_machine.reducers import NodeFailedError
from igniter_nb.consensus.storage import read_manifest, write_manifest
from igniter_nb.errors import NoLeaderError, OutcomeUnknownError
from tests.consensus.cluster.test_node_failures import Disk, Ledger, ended, states
from tests.consensus.live import LONG, running, until

if TYPE_CHECKING:
    from pathlib import Path

    from igniter_nb.consensus.simulator.world import World


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> type[Disk]:
    """Give the disk, which works at first."""
    monkeypatch.setattr(Disk, "fails", 0)
    return Disk


def failed(cluster: Cluster) -> int:
    """Let no node apply an entry; return its index."""
    with pytest.raises(OutcomeUnknownError):
        cluster.write(type="grow")
    return int(cluster._driver.world.hosts["n1"].replica.failure.index)


def test_an_entry_is_passed_over_by_all_nodes_alike() -> None:
    """All start again, have the same state, and go on; its writer's ticket is not used again."""
    with running(3, state_machine=Ledger) as cluster:
        cluster.write(type="add")
        index = failed(cluster)

        cluster.skip(index)

        cluster.write(type="add")
        assert states(cluster) == [{"count": 2}] * 3
        assert (
            len({host.replica.machine.digest() for host in cluster._driver.world.hosts.values()})
            == 1
        )


def test_a_folder_is_not_locked_by_a_command_for_good(tmp_path: Path) -> None:
    """What is passed over is so at every later start, and every node that joins later does it."""
    options = {"state_machine": Ledger, "storage": tmp_path}
    with running(3, **options) as cluster:
        cluster.write(type="add")
        index = failed(cluster)
    with running(1, **{**options, "storage": tmp_path / "another"}):
        pass
    with running_down(options) as cluster:
        with pytest.raises(NoLeaderError, match=f"could not apply entry {index}"):
            cluster.write(type="add")
        cluster.skip(index).wait_for_leader(LONG)
        cluster.write(type="add")

    with running(3, **options) as cluster:
        cluster.write(type="add")
        cluster.add_node("n4", LONG)

        assert states(cluster) == [{"count": 3}] * 4


def running_down(options: dict[str, Any]) -> Any:
    """Start a cluster whose nodes all end by what they have committed; wait until they have."""
    cluster = Cluster.start(3, timeout=LONG, **options)
    until(cluster, lambda world: len(ended(world)) == 3)
    return cluster


def test_what_a_node_has_applied_is_not_passed_over(disk: type[Disk]) -> None:
    """The others must apply it as well, also if the one that did has ended since."""
    with running(3, state_machine=Ledger) as cluster:
        disk.fails = 1
        cluster.write(type="note", what="this")
        node, index = until(cluster, lambda world: [*unapplied_of(world).items()])[0]

        with pytest.raises(ValueError, match=f"applied entry {index}, so the others must as well"):
            cluster.skip(index)
        others = [ref.node_id for ref in cluster.nodes if ref.node_id != node]
        for other in others:
            cluster.kill(other)
            cluster.restart(other)
        for other in others:
            cluster.kill(other)
        with pytest.raises(ValueError, match=f"{', '.join(others)} applied entry {index}"):
            cluster.skip(index)
        assert cluster.alive_count == 0


def unapplied_of(world: World) -> dict[str, int]:
    """Return of nodes that ended by an entry which one."""
    return {
        node: host.replica.failure.index
        for node, host in world.hosts.items()
        if isinstance(host.replica.failure, NodeFailedError)
    }


def test_only_what_ended_a_node_is_passed_over() -> None:
    """Any other index is refused, with those that there are."""
    with running(3, state_machine=Ledger) as cluster:
        with pytest.raises(ValueError, match="a node could not apply, there is none; came 1"):
            cluster.skip(1)
        index = failed(cluster)
        known = f"{index} \\(n1\\), {index} \\(n2\\), {index} \\(n3\\); came {index + 1}"
        with pytest.raises(ValueError, match=known):
            cluster.skip(index + 1)
        assert cluster._driver.world.skipped == set()


@pytest.mark.parametrize("is_there", [False, True])
def test_a_skip_that_cannot_be_kept_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    """Where the folder cannot be written, or nobody knows if it was, the nodes stay down.

    What is written there the next time does not have it.
    """
    with running(3, state_machine=Ledger, storage=tmp_path) as cluster:
        index = failed(cluster)

        def full(disk: Any, folder: Path, manifest: Any) -> None:
            if is_there:
                write_manifest(disk, folder, manifest)
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("igniter_nb.consensus.local.folder.write_manifest", full)
            with pytest.raises(OSError, match="No space"):
                cluster.skip(index)

        assert cluster.alive_count == 0
        assert cluster._driver.world.skipped == set()
        cluster.restart("n1")
        kept = read_manifest(tmp_path)
        assert kept is not None
        assert (kept.started, kept.skipped) == (("n1", "n2", "n3"), ())


def test_what_is_passed_over_is_so_in_a_fork_and_a_recording() -> None:
    """A run that is repeated passes over the same entry."""
    with running(3, state_machine=Ledger) as cluster:
        index = failed(cluster)
        cluster.skip(index).write(type="add")
        text = str(cluster.recording())

        with cluster.fork() as fork, type(cluster).replay(text, state_machine=Ledger) as replay:
            assert fork.write(type="add").read("count") == 2
            assert replay.read("count", consistency="stale") == 1
