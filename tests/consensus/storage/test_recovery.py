"""Damage that no crash can have done is an error that says where, and changes nothing."""

from __future__ import annotations

import shutil

import pytest

from igniter_nb.consensus.storage import FileStorage, records
from igniter_nb.errors import LogCorruptedError
from igniter_nb.raft import HardState, Restored
from tests.consensus.storage.model import log, replay, snapshot, step

STEPS = [
    step(hard_state=HardState(1, "n1", 0), snapshot=snapshot(0, 0, b"")),
    step(*log(1, 2)),
    step(*log(3, 3), hard_state=HardState(2, "n2", 1)),
    step(*log(4, 5, term=2)),
]


def written(folder, steps=STEPS, segment_bytes=1 << 20):
    """Write steps into a folder, each synced; give its log files."""
    storage = FileStorage(folder, sync=False, segment_bytes=segment_bytes)
    storage.load()
    for each in steps:
        storage.write(each)
        storage.sync()
    storage.close()
    return sorted(folder.glob("log-*"))


def loaded(folder):
    """Give what a folder holds, and the notes."""
    storage = FileStorage(folder, sync=False)
    try:
        return storage.load(), storage.notes
    finally:
        storage.close()


def contents(folder):
    """Give each file's bytes."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(folder, *said):
    """Check that loading is refused with these words and leaves the folder as it is."""
    before = contents(folder)
    with pytest.raises(LogCorruptedError) as caught:
        loaded(folder)
    for each in (*said, "expected", "came", "Do not start this node from it", "under a new name"):
        assert each in str(caught.value)
    assert contents(folder) == before, "a damaged folder is evidence and stays as it is"


def ends(path):
    """Give where the records of a file end."""
    found, _ = records.read_records(path.read_bytes())
    return [each.end for each in found]


def test_a_log_cut_at_any_byte_gives_what_was_whole_before(tmp_path):
    """Cut anywhere after its base, the log gives back the steps before the cut, with a note."""
    (path,) = written(tmp_path)
    data, boundaries = path.read_bytes(), ends(path)

    for size in range(boundaries[0], len(data)):
        path.write_bytes(data[:size])
        restored, notes = loaded(tmp_path)

        whole = sum(end <= size for end in boundaries)
        assert restored == replay(STEPS[:whole]), f"cut at {size}"
        assert bool(notes) == (size not in boundaries), f"cut at {size}: {notes}"
        assert path.read_bytes() == data[: boundaries[whole - 1]], f"cut at {size}"


def test_a_damaged_byte_is_refused_unless_it_is_in_the_last_record(tmp_path):
    """One wrong byte anywhere before the last record stops the node; in it, the record is cut."""
    (path,) = written(tmp_path)
    data, boundaries = path.read_bytes(), ends(path)

    for offset in range(len(data)):
        damaged = bytearray(data)
        damaged[offset] ^= 0x10
        path.write_bytes(damaged)

        if offset < boundaries[-2]:
            begin = max([0, *(end for end in boundaries if end <= offset)])
            refused(tmp_path, f"{path} is damaged at byte {begin}")
        else:
            restored, (note,) = loaded(tmp_path)
            assert restored == replay(STEPS[:-1]), f"damaged at {offset}"
            assert f"{path} ended in a torn record" in note
            assert f"cut off at byte {boundaries[-2]}" in note


def test_a_base_without_its_past_is_never_torn(tmp_path):
    """A bad first record that the log begins with is damage, although no sound one follows.

    What was before it is removed only after it was durable; to take it for torn would let a node
    that had voted start as if it never had.
    """
    (path,) = written(tmp_path, [*STEPS, step(snapshot=snapshot(3))])
    data = path.read_bytes()

    for offset in range(len(data)):
        damaged = bytearray(data)
        damaged[offset] ^= 0x10
        path.write_bytes(damaged)
        refused(tmp_path, "no such file")
    for size in range(len(data)):
        path.write_bytes(data[:size])
        refused(tmp_path, "no such file")


def test_a_torn_first_record_of_a_new_folder_is_nothing(tmp_path):
    """A crash while the folder was made leaves a new folder: nobody was told of anything yet."""
    (path,) = written(tmp_path, [])
    data = path.read_bytes()

    for size in range(len(data)):
        path.write_bytes(data[:size])
        restored, notes = loaded(tmp_path)

        assert restored == Restored()
        assert len(notes) == 1


def test_damage_in_a_file_before_the_last_is_refused(tmp_path):
    """A file was whole before the next one was begun: a cut or a wrong byte in it is damage."""
    paths = written(tmp_path, segment_bytes=1)
    middle = paths[1]
    data = middle.read_bytes()
    assert len(paths) > 2

    for size in range(len(data)):
        middle.write_bytes(data[:size])
        refused(tmp_path, f"{middle} is damaged at byte 0")
    for offset in range(len(data)):
        damaged = bytearray(data)
        damaged[offset] ^= 0x10
        middle.write_bytes(damaged)
        refused(tmp_path, f"{middle} is damaged at byte 0")


def test_a_missing_file_is_refused(tmp_path):
    """Each file that the log needs is missed, and named, but for the newest."""
    paths = [*written(tmp_path, segment_bytes=1)[:-1], *tmp_path.glob("snapshot-*")]
    assert len(paths) > 3

    for path in paths:
        data = path.read_bytes()
        path.unlink()
        refused(tmp_path, path.name, "no such file")
        path.write_bytes(data)


def test_a_log_that_is_gone_is_missed(tmp_path):
    """A snapshot without a log is no new folder."""
    for path in written(tmp_path):
        path.unlink()

    refused(tmp_path, "log-000000000002", "no such file")


def test_a_record_that_is_not_the_next_is_refused(tmp_path):
    """A sound record in a wrong place, as of a file that was put back, does not count."""
    (path,) = written(tmp_path)
    data, boundaries = path.read_bytes(), ends(path)

    path.write_bytes(data[: boundaries[0]] + data[boundaries[1] :])

    refused(tmp_path, f"damaged at byte {boundaries[0]}", "expected record 3, came record 4")


def test_a_snapshot_that_is_damaged_is_refused(tmp_path):
    """A wrong byte or a cut anywhere in the snapshot stops the node."""
    written(tmp_path)
    (path,) = tmp_path.glob("snapshot-*")
    data = path.read_bytes()

    for offset in range(len(data)):
        damaged = bytearray(data)
        damaged[offset] ^= 0x10
        path.write_bytes(damaged)
        refused(tmp_path, str(path))
    for size in range(len(data)):
        path.write_bytes(data[:size])
        refused(tmp_path, str(path))


def test_another_snapshot_in_its_place_is_refused(tmp_path):
    """A sound snapshot that is not the one which the log goes on from does not count."""
    written(tmp_path / "one")
    written(tmp_path / "two", [step(snapshot=snapshot(9))])
    (path,) = (tmp_path / "one").glob("snapshot-*")
    (other,) = (tmp_path / "two").glob("snapshot-*")

    shutil.copy(other, path)

    refused(tmp_path / "one", "the snapshot up to index 0 of term 0 with the checksum")


def test_a_sound_record_that_says_nonsense_is_refused(tmp_path):
    """A record of another version, or one that leaves a gap, is not guessed at."""
    (path,) = written(tmp_path)
    data, sequence = path.read_bytes(), len(STEPS) + 2
    gap = records.encode_group([records.encode_step(None, log(9, 9))])
    unknown_kind = records.encode_group([records.encode_step(None, log(6, 6))])
    unknown_kind = unknown_kind[:-8] + b"\x7f" + unknown_kind[-7:]

    for payload in (b"\x09new", b"", gap, unknown_kind, gap[:5]):
        path.write_bytes(data + records.frame(payload, sequence))
        refused(tmp_path, "something else with the right checksum", "of this version")


def test_what_a_crash_left_behind_is_removed_with_a_note(tmp_path):
    """Files that nothing needs go, files of others stay, and a note names those that went."""
    paths = written(tmp_path)
    (tmp_path / "log-000000000001").write_bytes(b"older than the base")
    (tmp_path / "snapshot-000000000003").write_bytes(b"of a base that was never written")
    (tmp_path / "snapshot-000000000004.new").write_bytes(b"half")
    (tmp_path / "README").write_bytes(b"of a person")

    restored, (note,) = loaded(tmp_path)

    assert restored == replay(STEPS)
    for name in ("log-000000000001", "snapshot-000000000003", "snapshot-000000000004.new"):
        assert name in note
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"README", "lock", paths[0].name, "snapshot-000000000002"}
