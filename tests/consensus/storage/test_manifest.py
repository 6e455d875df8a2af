from __future__ import annotations

import json
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
    written = Manifest("c1", ("n1", "n2"), ("n1",), ("n3",), kind, (4, 7))
    write_manifest(Disk(), folder, Manifest("c1", ("n1",)))
    (folder / f"{MANIFEST}.new").write_text("{")

    write_manifest(Disk(), folder, written)

    assert read_manifest(folder) == written
    assert [path.name for path in folder.iterdir()] == [MANIFEST]


def test_a_manifest_names_its_nodes_in_the_order_in_which_they_came() -> None:
    """Founders come first, then those that were added; the removed ones keep their place."""
    manifest = Manifest("c1", ("b", "a"), ("a", "b", "d", "c"), ("a", "d"))

    assert manifest.known == ("b", "a", "d", "c")


def test_logs_without_a_manifest_are_refused(tmp_path: Path) -> None:
    """Where the manifest is gone and logs are there, nothing is guessed; elsewhere nothing is."""
    assert read_manifest(tmp_path / "nowhere") is None
    FileStorage(tmp_path / "never loaded").close()
    assert read_manifest(tmp_path) is None
    for name in ("n2", "n1"):
        storage = FileStorage(tmp_path / name)
        storage.load()
        storage.close()

    with pytest.raises(LogCorruptedError, match=r"cluster.json is missing.*logs of n1, n2.*Put it"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 2, "x": 1}', "7"])
def test_a_damaged_manifest_is_refused(tmp_path: Path, text: str) -> None:
    """What is no manifest is not taken for one, and the error says what to do."""
    (tmp_path / MANIFEST).write_text(text)

    with pytest.raises(LogCorruptedError, match=r"is damaged: expected what .* Put it back from"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("version", ["1", "3", "null"])
def test_a_manifest_of_another_version_is_refused(tmp_path: Path, version: str) -> None:
    """A folder that another version wrote is not read, and the error says which it was."""
    text = f'{{"version": {version}, "founders": ["n1"], "started": [], "state_machine": null}}'
    (tmp_path / MANIFEST).write_text(text)

    with pytest.raises(LogCorruptedError, match=r"another version.*expected the form 2, came"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: b"\xff\xfe" + text,
        lambda text: text[: len(text) // 2],
        lambda text: text.replace(b'["a"]', b'"ab"'),
        lambda text: text.replace(b'["a"]', b'{"a": 1}'),
        lambda text: b"[]",
        lambda text: b"",
        lambda text: b"[" * 100_000,
        lambda text: text.replace(b'["a"]', b"[" * 100_000),
        *(
            lambda text, name=name: text.replace(b'["a"]', b"[%b]" % name)
            for name in (
                b"7",
                b"null",
                b'["a"]',
                b'""',
                b'".."',
                b'"../a"',
                b'"\\ud800"',
                b'"a\\n"',
            )
        ),
        *(
            lambda text, index=index: text.replace(b'"skipped":[]', b'"skipped":[%b]' % index)
            for index in (b"1e999", b"Infinity", b'"4"', b"4.5", b"true")
        ),
        lambda text: text.replace(b'["a"]', b"[]"),
        lambda text: text.replace(b'["a"]', b'["a","a"]'),
        lambda text: text.replace(b'"started":[]', b'"started":["b","b"]'),
        lambda text: text.replace(b'"removed":[]', b'"removed":["b","b"]'),
        lambda text: text.replace(b'"skipped":[]', b'"skipped":[0]'),
        lambda text: text.replace(b'"c1"', b"7"),
        lambda text: text.replace(b"null", b'{"name":"Book"}'),
        lambda text: text.replace(b"null", b'{"name":7,"types":[]}'),
        lambda text: text.replace(b"null", b'{"name":"Book","types":"add"}'),
        lambda text: text.replace(b"null", b'{"name":"Book","types":[7]}'),
    ],
)
def test_a_damaged_manifest_is_told_by_one_error(tmp_path: Path, harm) -> None:
    """Whatever the file holds instead, the error names the file, the damage and what helps."""
    folder = tmp_path / "cluster"
    write_manifest(Disk(), folder, Manifest("c1", ("a",)))
    path = folder / MANIFEST
    sound = path.read_bytes().replace(b" ", b"").replace(b"\n", b"")
    assert harm(sound) != sound
    path.write_bytes(harm(sound))

    with pytest.raises(LogCorruptedError, match=r"cluster\.json is damaged.*Put it back from"):
        read_manifest(folder)


@pytest.mark.parametrize("founders", ["[]", "[1, 2]", '["a", "a"]', "7"])
def test_the_field_that_makes_no_sense_is_named(tmp_path: Path, founders: str) -> None:
    """The error says what is expected there and what came."""
    write_manifest(Disk(), tmp_path, Manifest("c1", ("n1",)))
    path = tmp_path / MANIFEST
    text = json.dumps(json.loads(path.read_text()) | {"founders": json.loads(founders)})
    path.write_text(text)

    with pytest.raises(LogCorruptedError) as caught:
        read_manifest(tmp_path)

    came = founders.replace('"', "'")
    assert f"a list of one name or more, each once, as 'founders', came {came}." in str(
        caught.value
    )


def test_a_folder_in_place_of_the_manifest_is_told_as_such(tmp_path: Path) -> None:
    """It is no bare error of the operating system: the text says where, what and what to do."""
    (tmp_path / MANIFEST).mkdir()

    with pytest.raises(
        LogCorruptedError, match=r"cluster\.json is damaged.*a folder\. Put it back"
    ):
        read_manifest(tmp_path)
