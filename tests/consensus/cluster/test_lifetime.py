"""A cluster that nobody stops ends all the same: with its holder, its cell, its process."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

from igniter_nb.consensus import Cluster
from igniter_nb.consensus.cluster import lifetime
from igniter_nb.errors import ConsensusError
from tests.consensus.live import FAST, LONG, Cells, running, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "last_use",
    [
        lambda cluster: None,
        lambda cluster: cluster.write(key="a", value=1),
        lambda cluster: cluster.read("a", consistency="stale"),
        lambda cluster: cluster.has_quorum(),
        lambda cluster: cluster.kill("n1"),
        lambda cluster: cluster.nodes,
        lambda cluster: cluster.pause(),
        repr,
    ],
)
def test_a_cluster_that_nobody_holds_ends(last_use: Callable[[Cluster], object]) -> None:
    """Whatever it was last used for, a dropped cluster is collected and its thread ends."""
    cluster = Cluster.start(3, timing=FAST)
    cluster.wait_for_leader(LONG)
    last_use(cluster)
    thread, gone = cluster._driver.loop._thread, weakref.ref(cluster)

    del cluster
    gc.collect()

    assert gone() is None
    thread.join(LONG)
    assert not thread.is_alive()


def test_who_waits_for_a_dropped_cluster_hears() -> None:
    """A future outlives its cluster and is told."""
    cluster = Cluster.start(3, timing=FAST)
    future = cluster.pause().submit(key="a", value=1)

    del cluster
    gc.collect()

    assert "the cluster is stopped" in str(future.exception(LONG))


def test_a_reference_keeps_its_cluster() -> None:
    """A node's reference, or a contract that reads, is enough to hold a cluster."""
    ref = Cluster.start(3, timing=FAST).wait_for_leader(LONG)
    gc.collect()

    assert ref.alive
    ref._owner.stop()


def test_stopping_tells_all_who_wait() -> None:
    """Each future is fulfilled when the cluster stops: none is left to wait for ever."""
    with running(3) as cluster:
        cluster.write(key="a", value=1)
        cluster.pause()
        futures = [cluster.submit(key="a", value=n) for n in range(3)]
        futures.append(cluster._driver.join("n9", LONG))

    for future in futures:
        assert isinstance(future.exception(0), ConsensusError)
        assert "the cluster is stopped" in str(future.exception(0))


def test_nobody_is_left_waiting_when_a_cluster_stops_under_fire() -> None:
    """Threads write while it stops: each future is fulfilled, and each late call refused."""
    futures: list[Future[Any]] = []
    refused: list[str] = []

    def write() -> None:
        while True:
            try:
                futures.append(cluster.submit(key="a", value=1))
            except ConsensusError as error:
                refused.append(error.message)
                return

    for _ in range(3):
        with running(3) as cluster, ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write) for _ in range(4)]
            until(cluster, lambda world: len(futures) > 50)
            cluster.stop(LONG)
            for writer in writers:
                writer.result(LONG)

        assert all(future.done() for future in futures)
        futures.clear()

    assert len(refused) == 12
    assert all("the cluster is stopped" in message for message in refused)


def exits(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; a process that hangs fails."""
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize(
    "last",
    [
        "",
        "cluster.submit(key='a', value=2)",
        "cluster.pause(); cluster.submit(key='a', value=2)",
        "cluster.kill('n1'); cluster.kill('n2')",
        "del cluster",
    ],
)
def test_a_process_ends_with_its_clusters(last: str, tmp_path: Path) -> None:
    """A program that never stops its cluster exits at once, with code 0 and nothing said."""
    code = f"""
from igniter_nb.consensus import Cluster

cluster = Cluster.start(3, storage={str(tmp_path)!r})
cluster.wait_for_leader(60.0)
cluster.write(key="a", value=1)
{last}
"""
    done = exits(code, "-W", "error", "-X", "dev")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_verbose_process_ends_with_its_clusters() -> None:
    """What a cluster prints while the process ends goes to the output, and not wrong."""
    code = """
from igniter_nb.consensus import Cluster
cluster = Cluster.start(3, verbose=True)
cluster.wait_for_leader(60.0)
"""
    done = exits(code, "-W", "error")

    assert (done.returncode, done.stderr) == (0, "")
    assert "leads term 1" in done.stdout


def test_all_clusters_of_a_process_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the end of the process does: every cluster is told first, then waited for."""
    clusters = [Cluster.start(1) for _ in range(3)]
    monkeypatch.setattr(lifetime, "_all", weakref.WeakSet(each._driver.loop for each in clusters))

    lifetime._end_all()

    assert not any(cluster._driver.loop._thread.is_alive() for cluster in clusters)


def test_a_copy_in_a_child_process_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a fork does in the child: its copies take no calls and can be looked at."""
    with running(1) as cluster:
        other = Cluster.start(1)
        other.stop()
        monkeypatch.setattr(lifetime, "_all", weakref.WeakSet([other._driver.loop]))

        lifetime._after_fork()

        with pytest.raises(ConsensusError, match="forked from, and cannot be used here"):
            other.write(key="a", value=1)
        assert other.alive_count == 0
        assert cluster.write(key="a", value=1).read("a") == 1


# -- cells


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch) -> Cells:
    """Give a notebook in place of the real one."""
    return Cells(monkeypatch)


def test_a_cell_that_runs_again_ends_what_it_started(cells: Cells, tmp_path: Path) -> None:
    """All clusters of a cell's earlier run are stopped before the new one opens its folder."""
    cells.now = ("a", 1)
    old = [Cluster.start(1, storage=tmp_path / name) for name in ("one", "two")]
    cells.now = ("b", 2)
    other = Cluster.start(1)
    assert not any(cluster._driver.loop.stopping for cluster in [*old, other])

    cells.now = ("a", 3)
    new = Cluster.start(1, storage=tmp_path / "one")

    assert [cluster._driver.loop.stopping for cluster in old] == [True, True]
    assert not new._driver.loop.stopping
    assert not other._driver.loop.stopping
    for cluster in (new, other):
        cluster.stop()


def test_a_cell_may_have_dropped_what_it_started(cells: Cells) -> None:
    """A cluster that is gone is not stopped again."""
    cells.now = ("a", 1)
    Cluster.start(1)
    gc.collect()
    cells.now = ("a", 2)

    with running(1) as cluster:
        assert cluster.write(key="a", value=1).read("a") == 1


def test_outside_a_cell_nothing_is_ended(cells: Cells) -> None:
    """Where the front end names no cell, clusters live as long as they are held."""
    with running(1) as one, running(1) as other:
        assert one.write(key="a", value=1).read("a") == 1
        assert other.read("a") is None


class Kernel:
    """A kernel that is sent cells as a front end sends them."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, code: str, cell: str) -> str:
        """Run a cell by its name and return what it printed."""
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": True,
        }  # fmt: skip
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell})
        self.client.shell_channel.send(message)
        printed = ""
        while True:
            found = self.client.get_iopub_msg(timeout=LONG)
            if found["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            content = found["content"]
            assert found["msg_type"] != "error", "\n".join(content["traceback"])
            printed += content.get("text", "")
            if content.get("execution_state") == "idle":
                return printed


def test_in_a_real_kernel(tmp_path: Path) -> None:
    """Running a cell again stops its old cluster, and shutting the kernel down ends it cleanly."""
    env = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), env.get("PYTHONPATH"))))
    start = f"""
from igniter_nb.consensus import Cluster
started = globals().get("started", [])
cluster = Cluster.start(3, storage={str(tmp_path / "kept")!r})
started.append(cluster)
cluster.wait_for_leader(60.0)
cluster.write(key="runs", value=cluster.read("runs", 0) + 1)
print(cluster.read("runs"), *started, sep="\\n")
"""
    with (tmp_path / "said").open("w") as said:
        manager, client = start_new_kernel(env=env, stdout=said, stderr=said)
        kernel = Kernel(client)
        first = kernel.run(start, "cell-1").splitlines()
        kernel.run("import math", "cell-2")
        second = kernel.run(start, "cell-1").splitlines()
        process = manager.provisioner.process
        client.shutdown()
        code = process.wait(LONG)
        client.stop_channels()
        manager.cleanup_resources()

    assert (first[0], second[0]) == ("1", "2")
    assert second[1] == "<Cluster, stopped>"
    assert second[2].startswith("<Cluster cluster of 3, 3 alive")
    assert code == 0
    assert "Traceback" not in (tmp_path / "said").read_text()
