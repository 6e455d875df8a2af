from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus.cluster.arguments import link
from igniter_nb.consensus.local.folder import Folder
from igniter_nb.consensus.status.names import name_problems, named, node_names, sides
from igniter_nb.consensus.transport import Link
from igniter_nb.errors import ConsensusError
from igniter_nb.raft import HardState, Persist

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        (3, ("n1", "n2", "n3")),
        (["b", "a"], ("b", "a")),
        ("alone", ("alone",)),
        ({"n2", "n10", "n1"}, ("n1", "n2", "n10")),
        ((name for name in "xy"), ("x", "y")),
        (["eu-1.a", "größe_2"], ("eu-1.a", "größe_2")),
    ],
)
def test_nodes_are_counted_or_named(nodes: Any, names: tuple[str, ...]) -> None:
    """A number makes names; names stay in their order, and those of a set are sorted."""
    assert node_names(nodes) == names


@pytest.mark.parametrize(
    ("nodes", "problems"),
    [
        (0, ["expected at least one node"]),
        (-1, ["expected at least one node"]),
        ([], ["expected at least one node"]),
        (["a", "b", "a", "a"], ["'a' is named 3 times"]),
        (["leader", "all"], ["cannot be named 'leader'", "cannot be named 'all'"]),
        (["a/b", "", ".."], ["named 'a/b'", "named ''", "named '..'"]),
        ([1, 1, ["x"]], ["a str, not 1", "a str, not ['x']"]),
    ],
)
def test_wrong_names_are_told_together(nodes: Any, problems: list[str]) -> None:
    """Everything that is wrong with the names is one error."""
    with pytest.raises(ValueError, match=r"node|name") as caught:
        node_names(nodes)

    assert len(str(caught.value).split("; ")) == len(problems)
    assert all(problem in str(caught.value) for problem in problems)


@pytest.mark.parametrize("name", ["a/b", "a\\b", "..", ".", "-", "a b", "C:", ""])
def test_a_name_is_the_name_of_a_folder(name: str) -> None:
    """What would lead out of the cluster's folder is no name."""
    assert name_problems(name)


def test_groups_are_ordered_as_the_nodes() -> None:
    """The groups of a partition are given in any form and come back in one order."""
    names = ["n1", "n2", "n3", "n4"]

    assert sides([{"n3", "n2"}, "n1"], names) == [("n2", "n3"), ("n1",)]


def test_wrong_groups_are_told_together() -> None:
    """Unknown nodes, doubled ones and too few groups are one error."""
    with pytest.raises(ValueError, match="no node") as caught:
        sides([["n1", "n9", "n1"]], ["n1", "n2"])

    assert str(caught.value) == (
        "there is no node 'n9'; known: n1, n2; 'n1' is in two groups; "
        "expected at least two groups of nodes"
    )


def test_a_link_has_its_latency_in_microseconds() -> None:
    """Seconds and a share become a link; both are checked."""
    assert link(0.25, 0.5) == Link(250_000, 250_000, 0.5)
    with pytest.raises(ValueError, match="loss must be a share"):
        link(0.0, 1.5)
    with pytest.raises(ValueError, match="latency: expected seconds, 0 or more, came '1'"):
        link("1", 0.0)  # type: ignore[arg-type]


def test_a_node_is_named_by_its_name_or_reference() -> None:
    """Whatever has a node_id stands for that node."""

    class Reference:
        node_id = "n1"

    assert named("n1", ["n1"]) == named(Reference(), ["n1"]) == "n1"
    for wrong in ("n2", ["n1"], None):
        with pytest.raises(ValueError, match="there is no node"):
            named(wrong, ["n1"])


def test_a_folder_gives_each_node_one_storage(tmp_path: Path) -> None:
    """The storage of a node's next life takes the place of the last one, which is let go."""
    folder = Folder(tmp_path)
    folder("n1").load()

    folder("n1").load()

    with pytest.raises(ConsensusError, match="is in use"):
        Folder(tmp_path)("n1")
    folder.close()
    Folder(tmp_path)("n1")


def test_a_storage_that_fails_at_its_end_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When what was not synced cannot be, the folder is free all the same."""
    from igniter_nb.consensus.storage import disk

    folder = Folder(tmp_path)
    storage = folder("n1")
    storage.load()
    storage.write(Persist(1, HardState(3, None, 0), None, (), sync=True, release=()))
    with monkeypatch.context() as patched:
        patched.setattr(disk, "_sync_data", lambda _: (_ for _ in ()).throw(OSError("full")))
        folder.close()

    assert Folder(tmp_path)("n1").load()


def test_a_folder_names_the_nodes_that_it_knows(tmp_path: Path) -> None:
    """Nodes are known once one of them has kept something; other folders are nothing to it."""
    folder = Folder(tmp_path / "deep" / "folder")
    assert folder.check(["n1", "n2"]).started == ()
    folder("n2").load()
    folder("n1").load()
    (folder.path / ".ipynb_checkpoints").mkdir()
    (folder.path / "notes.txt").touch()

    assert folder.check(["n1"]).known == ("n1", "n2")
    with pytest.raises(ValueError, match="holds a cluster of n1, n2, came n3 as well"):
        folder.check(["n1", "n3"])
    folder.close()


@pytest.mark.parametrize("names", [["n3", "n2", "n1"], ["n1"], ["n2"]])
def test_a_first_start_that_was_cut_short_goes_on(tmp_path: Path, names: list[str]) -> None:
    """Who founded a cluster is decided by the first start, whoever is named at the next one."""
    folder = Folder(tmp_path)
    founded = folder.check(["n1", "n2", "n3"])
    folder("n1").load()
    folder.close()

    again = Folder(tmp_path)

    assert again.check(names) == founded._replace(started=("n1",))
    assert again.lost("n1")
    assert not again.lost("n2")
    with pytest.raises(ValueError, match="holds a cluster of n1, n2, n3, came n4 as well"):
        again.check(["n1", "n4"])
    again.close()


def test_a_folder_has_one_cluster_at_a_time(tmp_path: Path) -> None:
    """Who comes second is refused before anything is read, whichever nodes they name."""
    folder = Folder(tmp_path)
    folder.check(["n1"])

    with pytest.raises(ConsensusError, match=f"{tmp_path} is in use"):
        Folder(tmp_path).check(["x"])

    folder.close()
    folder.close()
    other = Folder(tmp_path)
    assert other.check(["x"]).founders == ("x",)
    other.close()


def test_what_could_not_be_written_down_is_written_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed to be written down of a node is written when it is said again."""
    from igniter_nb.consensus.storage import Disk

    folder = Folder(tmp_path)
    folder.check(["n1"])
    storage = folder("n1")
    with monkeypatch.context() as patched:
        patched.setattr(Disk, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
        for remember in (folder.begun, folder.left):
            with pytest.raises(OSError, match="full"):
                remember("n1")
    storage.close()

    folder.begun("n1")
    folder.left("n1")

    folder.close()
    again = Folder(tmp_path)
    assert again.check(["n1"])[2:4] == (("n1",), ("n1",))
    again.close()
