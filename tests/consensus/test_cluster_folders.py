"""Clusters in a folder in which something is lost, damaged, or of another state machine."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus import Cluster, StateMachine, apply
from igniter_nb.errors import LogCorruptedError, NoLeaderError
from tests.consensus.live import LONG, Counter, followers_of, running, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def damage(folder: Path) -> None:
    """Change a byte in the middle of a node's log, where no crash can have torn it."""
    (log,) = [path for path in folder.glob("log-*") if path.stat().st_size > 100]
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 0xFF
    log.write_bytes(data)


def empty(folder: Path) -> None:
    """Remove all that a node has kept, but not its folder."""
    for path in folder.iterdir():
        path.unlink()


def cut(folder: Path) -> None:
    """Leave an empty log."""
    (log,) = folder.glob("log-*")
    log.write_bytes(b"")


LOSSES = [shutil.rmtree, empty, cut]
HARMS = [*LOSSES, damage]


def fill(folder: Path) -> None:
    """Let three nodes keep something in a folder."""
    with running(3, storage=folder) as cluster:
        for number in range(20):
            cluster.write(key=f"k{number}", value=number)
        until(cluster, all_have_applied)


def all_have_applied(world):
    """Tell whether all nodes have applied what the first one has."""
    return len({host.replica.core.last_applied for host in world.hosts.values()}) == 1


# -- state machines


class Book(StateMachine):
    """Has one type of command."""

    @apply("add")
    def add(state, command):
        return {**state, command["key"]: command["value"]}


def longer() -> type[StateMachine]:
    """Define a Book that learned something."""

    class Book(StateMachine):
        @apply("add")
        def add(state, command):
            return {**state, command["key"]: command["value"]}

        @apply("drop")
        def drop(state, command):
            return {key: state[key] for key in state if key != command["key"]}

    return Book


@pytest.mark.parametrize(
    ("kept", "came", "words"),
    [
        (Book, None, r"a cluster of the state machine Book \(add\), came keys and values; start"),
        (Book, Counter, r"Book \(add\), came the state machine Counter \(add, change, fail, not"),
        (None, Book, r"holds a cluster of keys and values, came the state machine Book \(add\)"),
        (longer(), Book, r"Book \(add, drop\), came the state machine Book \(add\); start it with"),
    ],
)
def test_a_folder_refuses_another_state_machine(tmp_path: Path, kept, came, words) -> None:
    """What a folder holds is not read by what could not read it; the right one still can."""
    with running(1, storage=tmp_path, state_machine=kept, snapshot_every=2) as cluster:
        write = {"type": "add"} if kept else {}
        for number in range(5):
            cluster.write({**write, "key": "a", "value": number})

    with pytest.raises(ValueError, match=words):
        Cluster.start(1, storage=tmp_path, state_machine=came)

    with running(1, storage=tmp_path, state_machine=kept) as cluster:
        assert cluster.read("a") == 4


def test_a_state_machine_may_learn_commands(tmp_path: Path) -> None:
    """More command types are fine; from then on they are needed."""
    with running(1, storage=tmp_path, state_machine=Book) as cluster:
        cluster.write(type="add", key="a", value=1)

    with running(1, storage=tmp_path, state_machine=longer()) as cluster:
        assert cluster.read("a") == 1
        cluster.write(type="drop", key="a")

    with pytest.raises(ValueError, match=r"Book \(add, drop\), came the state machine Book"):
        Cluster.start(1, storage=tmp_path, state_machine=Book)


def test_a_start_that_is_refused_is_not_remembered(tmp_path: Path) -> None:
    """A cluster that never came to be binds the folder to nothing."""
    with pytest.raises(TypeError, match="expected a subclass of StateMachine"):
        Cluster.start(1, storage=tmp_path, state_machine=dict)  # type: ignore[arg-type]

    with running(1, storage=tmp_path, state_machine=Book) as cluster:
        assert cluster.read("a") is None


# -- nodes that lost what they had kept


@pytest.mark.parametrize("harm", LOSSES)
def test_a_node_without_its_folder_does_not_come_back(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """A node that has forgotten what it acknowledged is not restarted; another takes its place."""
    with running(3, storage=tmp_path) as cluster:
        cluster.write(key="a", value=1)
        cluster.kill("n2")
        harm(tmp_path / "n2")

        for _ in range(2):
            with pytest.raises(LogCorruptedError, match=r"missing or empty.*add_node|is damaged"):
                cluster.restart("n2")

        assert cluster.status()["n2"].role == "crashed"
        assert cluster.remove_node("n2", LONG).add_node("n4", LONG).state == {"a": 1}


def test_a_node_without_any_folder_does_not_come_back(tmp_path: Path) -> None:
    """When the whole folder was removed under a cluster, its nodes are known to be lost."""
    with running(3, storage=tmp_path / "kept") as cluster:
        cluster.kill("n2")
        shutil.rmtree(tmp_path / "kept")

        with pytest.raises(LogCorruptedError, match="n2's folder is missing or empty"):
            cluster.restart("n2")


@pytest.mark.parametrize("harm", HARMS)
def test_a_majority_starts_without_a_node_whose_log_is_lost(
    tmp_path: Path, harm: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The node is down, which is told; the others go on, and it can be replaced."""
    fill(tmp_path)
    harm(tmp_path / "n2")

    with running(3, storage=tmp_path, verbose=True) as cluster:
        found = cluster.status()
        assert [row.node_id for row in found if not row.alive] == ["n2"]
        assert (found["n2"].role, found.quorum_size, len(found)) == ("crashed", 2, 3)
        assert "n2 stops: it cannot be started: " in capsys.readouterr().out
        assert any("cannot be started" in row["what"] for row in cluster.events.records())
        assert cluster.write(key="a", value=1).read("k7") == 7
        for _ in range(2):
            with pytest.raises(LogCorruptedError, match=r"is damaged|missing or empty"):
                cluster.restart("n2")

        cluster.remove_node("n2", LONG)

        assert (cluster.status()["n2"].role, cluster.quorum_size) == ("removed", 2)
        assert cluster.add_node("n4", LONG).state["a"] == 1

    with running(3, storage=tmp_path) as cluster:
        assert {row.node_id for row in cluster.status() if row.alive} == {"n1", "n3", "n4"}
        assert cluster.status()["n2"].role == "removed"


@pytest.mark.parametrize("harm", HARMS)
def test_a_minority_is_not_started(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """When too few logs are whole, each one that is not is told, and nothing stays locked."""
    fill(tmp_path)
    harm(tmp_path / "n1")
    harm(tmp_path / "n2")

    for names in (3, ["n1"], ["n3"]):
        with pytest.raises(LogCorruptedError, match="too few nodes can be started") as caught:
            Cluster.start(names, storage=tmp_path)

        assert all(f"{name}" in str(caught.value) for name in ("n1", "n2"))


def test_the_named_node_may_be_the_lost_one(tmp_path: Path) -> None:
    """Where the only node that is named is lost, the others still tell who the members are."""
    fill(tmp_path)
    damage(tmp_path / "n1")

    with running(["n1"], storage=tmp_path) as cluster:
        assert cluster.read("k7") == 7
        assert [row.alive for row in cluster.status()] == [False, True, True]


# -- nodes that did not get in


def test_a_node_that_nobody_could_let_in_is_not_there(tmp_path: Path) -> None:
    """Without a majority nothing is set up, which is what the error says."""
    with running(3, storage=tmp_path) as cluster:
        for name in followers_of(cluster):
            cluster.kill(name)

        with pytest.raises(NoLeaderError, match="nothing was done"):
            cluster.add_node("n4", 0.05)

        assert (len(cluster.nodes), (tmp_path / "n4").exists()) == (3, False)


def test_a_node_that_is_set_up_is_told_to_be(tmp_path: Path) -> None:
    """When the majority is lost after a node was set up, the error says that it is there."""
    with running(3, storage=tmp_path) as cluster:
        dead = followers_of(cluster)
        cluster.pause()
        future = cluster._desk.join("n4", 1.0)
        until(cluster, lambda world: "n4" in world.hosts)
        for name in dead:
            cluster.kill(name)
        cluster.resume()

        with pytest.raises(NoLeaderError, match="n4 was set up and may not have a vote yet, add_n"):
            future.result(LONG)

        for name in dead:
            cluster.restart(name)
        assert cluster.add_node("n4", LONG).alive
