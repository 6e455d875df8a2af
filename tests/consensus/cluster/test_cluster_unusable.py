"""Clusters in a folder in which a node's own folder, or a file in it, cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from igniter_nb.consensus import Cluster
from igniter_nb.errors import LogCorruptedError
from tests.consensus.live import all_have_applied, damage, fill, running, until


def file_instead(folder: Path) -> None:
    """Put a file in the place of a node's folder, which is kept beside it."""
    if folder.exists():
        folder.rename(f"{folder}.kept")
    folder.touch()


def file_gone(folder: Path) -> None:
    """Take it away, and put the folder back."""
    folder.unlink()
    if Path(f"{folder}.kept").exists():
        Path(f"{folder}.kept").rename(folder)


def lock_is_a_folder(folder: Path) -> None:
    """Put a folder in the place of the lock of a node's folder."""
    folder.mkdir(exist_ok=True)
    (folder / "lock").unlink(missing_ok=True)
    (folder / "lock").mkdir()


def lock_gone(folder: Path) -> None:
    """Take it away."""
    (folder / "lock").rmdir()


UNUSABLE = [(file_instead, file_gone), (lock_is_a_folder, lock_gone)]


@pytest.mark.parametrize(("harm", "mend"), UNUSABLE)
@pytest.mark.parametrize("founds", [True, False])
def test_a_majority_starts_without_a_node_whose_folder_cannot_be_used(
    tmp_path: Path, harm, mend, founds: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The node is down, which is told with what helps, the others go on; mended, it comes back."""
    if not founds:
        fill(tmp_path)
    harm(tmp_path / "n2")

    with running(3, storage=tmp_path, verbose=True) as cluster:
        assert [row.node_id for row in cluster.status() if not row.alive] == ["n2"]
        assert "n2 stops: it cannot be started: " in capsys.readouterr().out
        assert cluster.write(key="a", value=1).read("a") == 1
        for _ in range(2):
            with pytest.raises(OSError, match=r"n2.* cannot be used: .*stays down: make that usab"):
                cluster.restart("n2")
        mend(tmp_path / "n2")

        cluster.restart("n2")

        until(cluster, all_have_applied)
        assert cluster.read("a", node="n2") == 1


def test_a_node_whose_log_cannot_be_read_is_down_alone(tmp_path: Path) -> None:
    """What the system says of a file of the log is that node's alone, too."""
    fill(tmp_path)
    (log,) = (tmp_path / "n3").glob("log-*")
    log.rename(tmp_path / "kept")
    log.mkdir()

    with running(3, storage=tmp_path) as cluster:
        assert [row.node_id for row in cluster.status() if not row.alive] == ["n3"]
        assert cluster.read("k7") == 7


@pytest.mark.parametrize(("harm", "mend"), UNUSABLE)
def test_too_few_usable_folders_are_told_with_what_helps(tmp_path: Path, harm, mend) -> None:
    """Without a majority nobody can be replaced, so that is not advised; mended, all start."""
    fill(tmp_path)
    harm(tmp_path / "n1")
    harm(tmp_path / "n2")

    with pytest.raises(OSError, match=r"too few nodes .*: 1 of 3 voters, 2 must agree") as caught:
        Cluster.start(3, storage=tmp_path)

    told = str(caught.value)
    assert all(f"{name} stays down: make that usable" in told for name in ("n1", "n2"))
    assert "Until a majority runs no node can be replaced. Put these folders right" in told
    assert "remove_node" not in told
    mend(tmp_path / "n1")
    damage(tmp_path / "n1")
    with pytest.raises(LogCorruptedError, match="too few nodes can be started"):
        Cluster.start(3, storage=tmp_path)
    mend(tmp_path / "n2")
    with running(3, storage=tmp_path) as cluster:
        assert cluster.read("k7") == 7


def test_a_new_cluster_without_usable_folders_does_not_start(tmp_path: Path) -> None:
    """Where no node of a new cluster has a folder, the error counts those who were to found it."""
    for name in ("n1", "n2", "n3"):
        file_instead(tmp_path / name)

    with pytest.raises(OSError, match="0 of 3 voters, 2 must agree"):
        Cluster.start(3, storage=tmp_path)
