"""What a cluster is in a process that was forked from the one in which it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.consensus.live import LONG, running

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")

ROOT = Path(__file__).resolve().parents[3]

BEGIN = """
import os, signal, subprocess, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of any fork with threads
from igniter_nb.consensus import Cluster, FileStorage
from igniter_nb.errors import ConsensusError

def said(call):
    try:
        return call()
    except ConsensusError as error:
        return str(error)

def start(folder):
    cluster = Cluster.start(3, storage=folder, timeout=60.0)
    cluster.wait_for_leader(60.0)
    return cluster

def forked(child):
    pid = os.fork()
    if not pid:
        code = 1
        try:
            code = int(child() is False)
        finally:
            os._exit(code)
    return pid

def waited(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

folder = sys.argv[1]
cluster = start(folder)
cluster.write(key="a", value=1)
"""


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, after a cluster was started in it."""
    return subprocess.run(
        [sys.executable, "-c", BEGIN + textwrap.dedent(code), str(folder)],
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize(
    "child",
    [
        "forked(lambda: os.read(ends, 1))",
        "multiprocessing.get_context('fork').Process(target=os.read, args=(ends, 1)).start()",
        "subprocess.Popen(['sleep', '60'], preexec_fn=int, pass_fds=())",
        "subprocess.Popen(['sleep', '60'], close_fds=False)",
    ],
)
def test_a_child_keeps_nothing_of_its_parent(tmp_path: Path, child: str) -> None:
    """While a child lives, nodes are restarted and clusters started in its parent's folder."""
    code = f"""
    import multiprocessing
    ends, begins = os.pipe()
    child = {child}
    cluster.kill("n2").restart("n2")
    cluster.stop()
    again = start(folder)
    print(again.read("a"), [row.alive for row in again.status()])
    again.stop()
    os.write(begins, b"end")
    if isinstance(child, subprocess.Popen):
        child.kill()
        child.wait()
    """
    done = run(code, tmp_path)

    assert (done.stdout, done.stderr) == ("1 [True, True, True]\n", "")


def test_a_child_outlives_its_parent_without_the_folder(tmp_path: Path) -> None:
    """When the process of a cluster is killed, a child of it that lives on holds no lock."""
    code = """
    ends, begins = os.pipe()
    pid = forked(lambda: (os.close(begins), os.read(0, 1)))
    os.close(begins)
    os.read(ends, 1)  # it has let go of the lock when it comes to what it does
    print("forked", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    arguments = [sys.executable, "-c", BEGIN + textwrap.dedent(code), str(tmp_path)]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"forked\n"
        parent.wait(LONG)

        with running(3, storage=tmp_path) as cluster:
            assert cluster.read("a") == 1


def test_what_a_child_does_leaves_the_parent_alone(tmp_path: Path) -> None:
    """Whatever a child does with its copy, the lock stays the parent's, and so do the files."""
    code = """
    storage = FileStorage(folder + "-own")
    storage.load()

    def child():
        cluster.stop()
        storage.close()
        storage.close()
        for host in cluster._driver.world.hosts.values():
            host.replica.storage.close()
        cluster._driver.loop.release and cluster._driver.loop.release()
        del globals()["cluster"]
        taken = [lambda: Cluster.start(3, storage=folder), lambda: FileStorage(folder + "-own")]
        return all("is in use" in said(each) for each in taken)

    print(waited(forked(child)))
    print(waited(forked(lambda: sys.exit(0))))
    other = [sys.executable, "-c", "import sys; from igniter_nb.consensus import Cluster; "
             "Cluster.start(3, storage=sys.argv[1])", folder]
    print("is in use" in subprocess.run(other, capture_output=True, text=True).stderr)
    print(cluster.write(key="a", value=2).read("a"), cluster.alive_count)
    storage.sync()
    """
    done = run(code, tmp_path)

    assert (done.stdout, done.stderr) == ("0\n1\nTrue\n2 3\n", "")


def test_a_cluster_in_a_child_is_down_and_says_why(tmp_path: Path) -> None:
    """Whatever is asked of it is refused at once, in one sentence; looking at it is allowed."""
    code = """
    def child():
        calls = [
            lambda: cluster.write(key="a", value=2),
            lambda: cluster.read("a"),
            lambda: cluster.read("a", consistency="stale"),
            lambda: cluster.state_machine_snapshot(consistency="stale", node="n1"),
            lambda: cluster.restart("n1"),
            lambda: cluster.kill("n1"),
            lambda: cluster.add_node("n4"),
            lambda: cluster.wait_for_leader(),
            lambda: cluster.pause(),
        ]
        words = {said(call) for call in calls}
        assert words == {
            "the cluster belongs to the process that this one was forked from, and cannot be used "
            "here; start another one"
        }, words
        assert (cluster.alive_count, cluster.leader, cluster.has_quorum()) == (0, None, False)
        assert not any(row.alive for row in cluster.status())
        assert len(cluster.events)
        assert repr(cluster) == "<Cluster, of another process>", repr(cluster)
        cluster.stop()
        own = start(folder + "-child")
        assert own.write(key="b", value=1).read("b") == 1
        assert forked(lambda: own.alive_count == 0)
        own.stop()

    print(waited(forked(child)))
    print(cluster.read("a"), cluster.alive_count)
    """
    done = run(code, tmp_path)

    assert (done.stdout, done.stderr) == ("0\n1 3\n", "")


def test_a_child_that_comes_while_a_reducer_runs(tmp_path: Path) -> None:
    """Whoever forks meanwhile, the reducer itself too, leaves a child in which nothing goes on."""
    code = """
    import threading
    from igniter_nb.consensus import StateMachine, apply
    entered, release, pids = threading.Event(), threading.Event(), []

    class Forking(StateMachine):
        @apply
        def wait(state, command):
            entered.set()
            release.wait(60)
            if not pids:
                pids.append(os.fork())
            return {**state, "waited": True}

    own = Cluster.start(3, storage=folder + "-own", state_machine=Forking, timeout=60.0)
    future = own.submit(type="wait")
    entered.wait(60)

    def child():
        found = own.status()
        assert (found.age, [row.alive for row in found]) == (0.0, [False] * 3), found
        assert "belongs to the process" in said(lambda: own.write(type="wait"))
        own.stop()

    print(waited(forked(child)))
    release.set()
    future.result(60)
    print(waited(pids[0]))
    print(own.read("waited"), own.alive_count)
    """
    done = run(code, tmp_path)

    assert (done.stdout, done.stderr) == ("0\n0\nTrue 3\n", "")


def test_forks_at_any_moment(tmp_path: Path) -> None:
    """While others start, write and stop, a child that comes at any moment holds nothing."""
    code = """
    import threading
    ends, begins = os.pipe()
    over = threading.Event()

    def busy():
        for number in range(12):
            with start(folder + "-other") as other:
                other.write(key="a", value=number)
        over.set()

    thread = threading.Thread(target=busy)
    thread.start()
    pids = []
    while not over.is_set():
        if len(pids) < 60:
            pids.append(forked(lambda: (os.close(begins), os.read(ends, 1))))
        cluster.write(key="a", value=1)
    thread.join()
    cluster.stop()
    again = [start(folder), start(folder + "-other")]
    print([each.read("a") for each in again])
    os.close(begins)
    print({waited(pid) for pid in pids})
    """
    done = run(code, tmp_path)

    assert (done.stdout, done.stderr) == ("[1, 11]\n{0}\n", "")
