"""Clusters in a folder in which something is lost, damaged, or of another state machine."""

from __future__ import annotations

import gc
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus import Cluster, StateMachine, apply
from igniter_nb.consensus.local.folder import Folder
from igniter_nb.consensus.simulator.script import act
from igniter_nb.errors import ConsensusError, LogCorruptedError, NoLeaderError
from tests.consensus.live import (
    FAST,
    LONG,
    Counter,
    all_have_applied,
    damage,
    fill,
    followers_of,
    running,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
        assert "1 of 3 voters, 2 must agree" in str(caught.value)
        assert "Until a majority runs no node can be replaced. Put" in str(caught.value)
        assert "remove_node" not in str(caught.value)


def test_what_the_whole_folder_lacks_is_no_fault_of_a_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what is known of the cluster cannot be written, nothing is started."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("igniter_nb.consensus.local.folder.write_manifest", full)
        with pytest.raises(OSError, match="No space left on device") as caught:
            Cluster.start(3, storage=tmp_path)

    assert "too few" not in str(caught.value)
    with running(3, storage=tmp_path) as cluster:
        assert cluster.alive_count == 3


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
        future = cluster._driver.join("n4", 1.0)
        until(cluster, lambda world: "n4" in world.hosts)
        for name in dead:
            cluster.kill(name)
        cluster.resume()

        with pytest.raises(NoLeaderError, match="n4 was set up, and gets its vote as soon"):
            future.result(LONG)

        for name in dead:
            cluster.restart(name)
        assert cluster.add_node("n4", LONG).alive


# -- logs that are another node's, or earlier ones


def swapped(folder: Path) -> None:
    """Let two nodes have each other's folder."""
    (folder / "n1").rename(folder / "aside")
    (folder / "n2").rename(folder / "n1")
    (folder / "aside").rename(folder / "n2")


def copied(folder: Path) -> None:
    """Let a node have a copy of another's folder."""
    shutil.rmtree(folder / "n2")
    shutil.copytree(folder / "n1", folder / "n2")


@pytest.mark.parametrize(("harm", "down"), [(swapped, ["n1", "n2"]), (copied, ["n2"])])
def test_a_node_does_not_start_from_the_log_of_another(
    tmp_path: Path, harm: Callable[[Path], None], down: list[str]
) -> None:
    """With another's log it would have another's vote: it stays down, and the error says whose."""
    with running(5, storage=tmp_path) as cluster:
        cluster.write(key="a", value=1)
        until(cluster, all_have_applied)
    harm(tmp_path)

    with running(5, storage=tmp_path) as cluster:
        assert [row.node_id for row in cluster.status() if not row.alive] == down
        assert cluster.read("a") == 1
        with pytest.raises(LogCorruptedError, match=r"is another node's: expected a file of n2 of"):
            cluster.restart("n2")


def test_a_node_of_another_cluster_does_not_start(tmp_path: Path) -> None:
    """A node of the same name from elsewhere has promised other things to others."""
    fill(tmp_path / "one")
    fill(tmp_path / "two")
    shutil.rmtree(tmp_path / "one" / "n2")
    shutil.copytree(tmp_path / "two" / "n2", tmp_path / "one" / "n2")

    with running(3, storage=tmp_path / "one") as cluster:
        assert not cluster.status()["n2"].alive


@pytest.mark.parametrize("marks", ["kept", "removed"])
def test_a_node_does_not_start_from_its_log_of_an_earlier_day(tmp_path: Path, marks: str) -> None:
    """A folder put back as it was has forgotten what came later, and its node stays down."""
    kept = tmp_path / "kept"
    fill(kept)
    shutil.copytree(kept / "n2", tmp_path / "earlier")
    fill(kept)
    shutil.rmtree(kept / "n2")
    shutil.copytree(tmp_path / "earlier", kept / "n2")
    if marks == "removed":
        (kept / "cluster.marks" / "n2").unlink()

    with running(3, storage=kept) as cluster:
        assert [row.node_id for row in cluster.status() if not row.alive] == ["n2"]
        assert cluster.read("k7") == 7
        with pytest.raises(LogCorruptedError, match=r"which were synced|n2 is missing: expected"):
            cluster.restart("n2")


def test_a_whole_folder_may_be_moved_copied_and_put_back(tmp_path: Path) -> None:
    """What was copied while nobody had it is as good as the original."""
    fill(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    fill(tmp_path / "one")
    shutil.rmtree(tmp_path / "one")
    (tmp_path / "two").rename(tmp_path / "three")

    with running(3, storage=tmp_path / "three") as cluster:
        assert all(row.alive for row in cluster.status())
        assert cluster.read("k7") == 7


def test_a_folder_of_an_earlier_version_is_refused(tmp_path: Path) -> None:
    """Of what another version wrote the error says so, and nothing of it is changed."""
    fill(tmp_path)
    path = tmp_path / "cluster.json"
    path.write_text(path.read_text().replace('"version": 2', '"version": 1'))
    before = {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}

    with pytest.raises(LogCorruptedError, match="was written by another version of igniter_nb"):
        Cluster.start(3, storage=tmp_path)

    assert before == {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}


def test_without_its_manifest_a_folder_is_refused(tmp_path: Path) -> None:
    """Logs alone do not tell who founded them, nor what they replicate: nothing is guessed."""
    fill(tmp_path)
    (tmp_path / "cluster.json").unlink()

    for names in (3, ["n1"]):
        with pytest.raises(LogCorruptedError, match=r"cluster.json is missing: .* n1, n2, n3"):
            Cluster.start(names, storage=tmp_path)


# -- who is a member, and who was one


@pytest.mark.parametrize("named", [["a", "b", "c"], ["c"], ["a"], ["e", "a"]])
def test_who_was_removed_does_not_come_back(tmp_path: Path, named: list[str]) -> None:
    """Whoever is named, the members are those that the newest of all logs names."""
    with running(["a", "b", "c"], storage=tmp_path) as cluster:
        for name in ("d", "e"):
            cluster.add_node(name, LONG)
        for name in ("a", "b", "c"):
            cluster.remove_node(name, LONG)
        cluster.write(key="x", value=1)

    for _ in range(2):
        with running(named, storage=tmp_path) as cluster:
            found = cluster.status()
            assert {row.node_id: row.role == "removed" for row in found} == {
                "a": True, "b": True, "c": True, "d": False, "e": False,
            }  # fmt: skip
            assert [row.node_id for row in found if row.alive] == ["d", "e"]
            assert (cluster.quorum_size, cluster.read("x")) == (2, 1)
            for name in ("a", "b", "c"):
                with pytest.raises(ValueError, match="was removed"):
                    cluster.add_node(name)
                with pytest.raises(NoLeaderError, match=f"{name} does not run"):
                    cluster.read("x", consistency="stale", node=name)


def forget_removals(folder: Path) -> None:
    """Leave the manifest as if the process had been killed before it knew who was removed."""
    path = folder / "cluster.json"
    fields = json.loads(path.read_text())
    fields["removed"] = []
    path.write_text(json.dumps(fields))


@pytest.mark.parametrize("named", [["a", "b", "c"], ["c"], ["a"]])
def test_a_removal_is_known_from_the_logs(tmp_path: Path, named: list[str]) -> None:
    """Where the process ended between the decision and its note, the newest log tells."""
    with running(["a", "b", "c"], storage=tmp_path) as cluster:
        cluster.add_node("d", LONG)
        for name in ("a", "c"):
            cluster.remove_node(name, LONG)
        cluster.write(key="x", value=1)
    forget_removals(tmp_path)

    for _ in range(2):
        with running(named, storage=tmp_path) as cluster:
            assert [row.node_id for row in cluster.status() if row.alive] == ["b", "d"]
            assert cluster.read("x") == 1
        assert json.loads((tmp_path / "cluster.json").read_text())["removed"] == ["a", "c"]


def test_what_a_removed_node_kept_may_be_deleted(tmp_path: Path) -> None:
    """The folder of a node that was removed is not looked at again."""
    with running(3, storage=tmp_path) as cluster:
        gone = followers_of(cluster)[0]
        cluster.remove_node(gone, LONG)
        cluster.write(key="x", value=1)
    shutil.rmtree(tmp_path / gone)

    with running(3, storage=tmp_path) as cluster:
        assert cluster.status()[gone].role == "removed"
        assert not any("cannot be started" in row["what"] for row in cluster.events.records())
        assert cluster.read("x") == 1


def test_a_node_that_was_not_let_in_founds_nothing(tmp_path: Path) -> None:
    """A node that was set up and has kept nothing waits to be let in, also when it is named."""
    with running(3, storage=tmp_path) as cluster:
        cluster.write(key="x", value=1)
        cluster._driver.loop.call(lambda: act(cluster._driver.world, "set_up", "n4"))

    with running(["n4"], storage=tmp_path) as cluster:
        assert [row.node_id for row in cluster.status()] == ["n1", "n2", "n3"]
        assert (cluster.quorum_size, cluster.read("x")) == (2, 1)
        assert cluster.add_node("n4", LONG).state == {"x": 1}


# -- when the folder is free


class EndedError(BaseException):
    """What ends a loop in the middle of a turn."""


def break_down(cluster: Cluster) -> None:
    """Let the loop end by itself at the next thing that happens."""

    def fail(*_: object) -> None:
        raise EndedError("broken")

    cluster._driver.world.watch = fail


def until_refused(cluster: Cluster, ask: Callable[[Cluster], object]) -> None:
    """Ask, and let something happen, again and again."""
    while True:
        ask(cluster)
        cluster.write(key="a", value=1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda cluster: cluster.write(key="a", value=1),
        lambda cluster: cluster.read("a"),
        lambda cluster: cluster.wait_for_leader(LONG),
        lambda cluster: cluster.add_node("n9", LONG),
        lambda cluster: cluster.kill("n1"),
    ],
)
def test_who_hears_that_a_cluster_has_ended_may_start_another(
    tmp_path: Path, ask: Callable[[Cluster], object]
) -> None:
    """Each answer that says so comes after the folder is free, to whoever asked for whatever."""
    with running(3, storage=tmp_path) as cluster:
        break_down(cluster)

        with pytest.raises(ConsensusError, match="the cluster has ended: EndedError: broken"):
            until_refused(cluster, ask)

        folder = Folder(tmp_path)
        assert folder.check(["n1"]).founders == ("n1", "n2", "n3")
        folder.close()


def test_a_cluster_that_nobody_holds_leaves_its_folder(tmp_path: Path) -> None:
    """Whoever drops a cluster may start the next one at once."""
    for number in range(5):
        cluster = Cluster.start(3, storage=tmp_path, timing=FAST, timeout=LONG)
        cluster.write(key="a", value=number)
        del cluster
        gc.collect()


def test_a_folder_has_one_cluster(tmp_path: Path) -> None:
    """A second cluster is refused, also where none of the nodes that it names runs."""
    with running(3, storage=tmp_path) as cluster:
        cluster.kill("n2").kill("n3")

        for names in (3, ["n2"]):
            with pytest.raises(ConsensusError, match=f"{tmp_path} is in use"):
                Cluster.start(names, storage=tmp_path)

        assert cluster.restart("n2").write(key="a", value=1).read("a") == 1


def test_a_cluster_in_a_folder_keeps_no_past(tmp_path: Path) -> None:
    """Nobody can go back in it or record it, so nothing of its requests is kept."""
    with running(1, storage=tmp_path) as cluster:
        cluster.write_many([{"key": "k", "value": number} for number in range(500)])
        for _ in range(50):
            cluster.read("k")
        cluster._driver.loop.call(int)  # the turn that answered is over

        assert len([*cluster._driver.loop.tape]) < 10
