from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus.storage import Disk, FileStorage
from igniter_nb.consensus.storage.manifest import (
    MANIFEST,
    Kind,
    Manifest,
    read_manifest,
    write_manifest,
)
from igniter_nb.errors import LogCorruptedError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", [None, Kind("Book", ("add", "drop")), Kind("Empty", ())])
def test_a_manifest_is_read_as_it_was_written(tmp_path: Path, kind: Kind | None) -> None:
    """The last one that was written is read, also over what an unfinished one left behind."""
    folder = tmp_path / "deep" / "folder"
    written = Manifest(("n1", "n2"), ("n1",), kind, kind_known=True)
    write_manifest(Disk(), folder, Manifest())
    (folder / f"{MANIFEST}.new").write_text("{")

    write_manifest(Disk(), folder, written)

    assert read_manifest(folder) == written
    assert [path.name for path in folder.iterdir()] == [MANIFEST]


def test_without_a_manifest_the_logs_tell(tmp_path: Path) -> None:
    """A folder without one knows the nodes that have a log, and not what they replicate."""
    assert read_manifest(tmp_path / "nowhere") == Manifest()
    for name in ("n2", "n1"):
        FileStorage(tmp_path / name).load()
    FileStorage(tmp_path / "never loaded")

    assert read_manifest(tmp_path) == Manifest(started=("n1", "n2"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1}', "7"])
def test_a_damaged_manifest_is_refused(tmp_path: Path, text: str) -> None:
    """What is no manifest is not taken for one, and the error says what to do."""
    (tmp_path / MANIFEST).write_text(text)

    with pytest.raises(LogCorruptedError, match=r"is damaged: expected what .* Restore it from"):
        read_manifest(tmp_path)
