"""Damage that no crash can have done is an error that says where, and changes nothing."""

from __future__ import annotations

import shutil

import pytest

from igniter_nb.consensus.storage import FileStorage, records
from igniter_nb.errors import LogCorruptedError
from igniter_nb.raft import HardState, Restored
from tests.consensus.storage.model import OnDisk, log, replay, snapshot, step

STEPS = [
    step(hard_state=HardState(1, "n1", 0), snapshot=snapshot(0, 0, b"")),
    step(*log(1, 2)),
    step(*log(3, 3), hard_state=HardState(2, "n2", 1)),
    step(*log(4, 5, term=2)),
]


def written(folder, steps=STEPS, segment_bytes=1 << 20, owner=""):
    """Write steps into a folder, each synced; give its log files."""
    storage = FileStorage(folder, sync=False, segment_bytes=segment_bytes, owner=owner)
    storage.load()
    for each in steps:
        storage.write(each)
        storage.sync()
    storage.close()
    return sorted(folder.glob("log-*"))


def loaded(folder, owner=""):
    """Give what a folder holds, and the notes."""
    storage = FileStorage(folder, sync=False, owner=owner)
    try:
        return storage.load(), storage.notes
    finally:
        storage.close()


def contents(folder):
    """Give each file's bytes."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(folder, *said, owner=""):
    """Check that loading is refused with these words and leaves the folder as it is."""
    before = contents(folder)
    with pytest.raises(LogCorruptedError) as caught:
        loaded(folder, owner)
    for each in (*said, "expected", "came", "Do not start this node from it", "under a new name"):
        assert each in str(caught.value)
    assert contents(folder) == before, "a damaged folder is evidence and stays as it is"


def ends(path):
    """Give where the records of a file end, without the one that says whose it is."""
    found, _ = records.read_records(path.read_bytes())
    return [each.end for each in found[1:]]


LAST = len(STEPS) + 1
"""Number of the last record of STEPS in a file: the first one is what a new folder begins with."""


def noted(folder, sequence, owner=""):
    """Leave the mark as it is when a log has come so far."""
    (folder / "mark").write_bytes(records.frame(records.encode_owner(owner), sequence) * 2)


def test_a_log_cut_at_any_byte_gives_what_was_whole_before(tmp_path):
    """Cut at any byte, a log is as it was before, with a note, or what was synced is missed.

    The mark tells the two apart: it never says more than what was synced.
    """
    (path,) = written(tmp_path)
    data, boundaries = path.read_bytes(), ends(path)

    for size in range(boundaries[0], len(data)):
        whole = sum(end <= size for end in boundaries)
        path.write_bytes(data[:size])
        for sequence in range(whole + 2, LAST + 1):
            noted(tmp_path, sequence)
            refused(
                tmp_path, f"{path} is damaged at byte {boundaries[whole - 1]}: expected records"
            )
        noted(tmp_path, whole + 1)
        restored, notes = loaded(tmp_path)

        assert restored == replay(STEPS[:whole]), f"cut at {size}"
        assert bool(notes) == (size not in boundaries), f"cut at {size}: {notes}"
        assert path.read_bytes() == data[: boundaries[whole - 1]], f"cut at {size}"


def test_a_damaged_byte_is_refused_unless_a_crash_explains_it(tmp_path):
    """One wrong byte stops the node; in a last record that was never synced, the record is cut."""
    (path,) = written(tmp_path)
    data, boundaries = path.read_bytes(), ends(path)

    for offset in range(len(data)):
        damaged = bytearray(data)
        damaged[offset] ^= 0x10
        path.write_bytes(damaged)

        noted(tmp_path, LAST)
        refused(tmp_path, f"{path} is damaged at byte ")
        if offset >= boundaries[-2]:
            noted(tmp_path, LAST - 1)
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
        refused(tmp_path)
    for size in range(len(data)):
        path.write_bytes(data[:size])
        refused(tmp_path, "no such file")


def test_a_torn_first_record_of_a_new_folder_is_nothing(tmp_path):
    """A crash while the folder was made leaves a new folder: nobody was told of anything yet."""
    (path,) = written(tmp_path, [])
    data = path.read_bytes()

    for size in range(len(data) + 1):
        (tmp_path / "mark").unlink()
        path.write_bytes(data[:size])
        restored, notes = loaded(tmp_path)

        assert restored == Restored()
        assert len(notes) == (size < len(data))


def test_damage_in_a_file_before_the_last_is_refused(tmp_path):
    """A file was whole before the next one was begun: a cut or a wrong byte in it is damage."""
    paths = written(tmp_path, segment_bytes=1)
    middle = paths[1]
    data = middle.read_bytes()
    assert len(paths) > 2

    for size in range(len(data)):
        middle.write_bytes(data[:size])
        refused(tmp_path, f"{middle} is damaged at byte ")
    for offset in range(len(data)):
        damaged = bytearray(data)
        damaged[offset] ^= 0x10
        middle.write_bytes(damaged)
        refused(tmp_path, f"{middle} is damaged at byte ")


# -- what is missing, or another node's


@pytest.mark.parametrize("owner", ["", "n1 of a cluster"])
@pytest.mark.parametrize("segment_bytes", [1, 1 << 20])
def test_whatever_was_synced_is_missed(tmp_path, segment_bytes, owner):
    """Whichever file is removed, emptied or cut between two records, it is told."""
    paths = written(tmp_path, segment_bytes=segment_bytes, owner=owner)
    paths += tmp_path.glob("snapshot-*")

    for path in paths:
        data = path.read_bytes()
        found, _ = records.read_records(data)
        path.unlink()
        refused(tmp_path, owner=owner)
        for size in {0, *(each.end for each in found[:-1])}:
            path.write_bytes(data[:size])
            refused(tmp_path, owner=owner)
        path.write_bytes(data)
    assert loaded(tmp_path, owner=owner) == (replay(STEPS), ())


def test_the_newest_file_is_announced_before_it_is_answered_for(tmp_path):
    """After a power failure, too, a file that something was synced into is missed.

    The mark is not waited for at each sync, but where a file of the log is begun.
    """
    for count in range(1, len(STEPS) + 1):
        machine = OnDisk(tmp_path / f"{count}", segment_bytes=1)
        machine.storage.load()
        for each in STEPS[:count]:
            machine.storage.write(each)
            machine.storage.sync()
        machine.kill()
        machine.abandon()

        max(machine.folder.glob("log-*")).unlink()

        refused(machine.folder, "is damaged at byte")


def test_without_its_mark_a_log_is_refused(tmp_path):
    """When nothing tells how far a log had come, it may have come further."""
    written(tmp_path)
    (tmp_path / "mark").unlink()

    refused(tmp_path, "mark is missing: expected how far the log", "Put it back")


def test_a_damaged_mark_is_refused(tmp_path):
    """One of its two places may be torn, by a crash; if both are, it was damaged."""
    written(tmp_path)
    path = tmp_path / "mark"
    data = path.read_bytes()

    for offset in range(len(data)):
        damaged = bytearray(data)
        damaged[offset] ^= 0x10
        path.write_bytes(damaged)
        assert loaded(tmp_path)[0] == replay(STEPS), f"damaged at {offset}"

        damaged[(offset + len(data) // 2) % len(data)] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(LogCorruptedError, match=r"mark is damaged: expected .* Put it back"):
            loaded(tmp_path)
    sound = records.frame(b"something else", 9) * 2
    for other in (sound, *(data[:size] for size in range(len(data)))):
        path.write_bytes(other)
        with pytest.raises(LogCorruptedError, match=r"mark is damaged: expected .* Put it back"):
            loaded(tmp_path)


def test_a_mark_elsewhere_misses_what_was_put_back(tmp_path):
    """A folder that is put back as it was earlier has less than it had, and that is noticed."""
    storage = FileStorage(tmp_path / "n1", mark=tmp_path / "marks" / "n1", sync=False)
    storage.load()
    for each in STEPS[:3]:
        storage.write(each)
        storage.sync()
    shutil.copytree(tmp_path / "n1", tmp_path / "earlier")
    storage.write(STEPS[3])
    storage.sync()
    storage.close()
    shutil.rmtree(tmp_path / "n1")

    (tmp_path / "earlier").rename(tmp_path / "n1")

    with pytest.raises(LogCorruptedError, match="expected records up to number 5, which were sync"):
        FileStorage(tmp_path / "n1", mark=tmp_path / "marks" / "n1").load()


@pytest.mark.parametrize("segment_bytes", [1, 1 << 20])
def test_the_files_of_another_node_are_refused(tmp_path, segment_bytes):
    """Any file of a log in another node's folder is noticed, and whose it is.

    Both have written the same steps, so that all but the names fits.
    """
    theirs = written(tmp_path / "n2", segment_bytes=segment_bytes, owner="n2")
    ours = written(tmp_path / "n1", segment_bytes=segment_bytes, owner="n1")

    for own, other in zip(ours, theirs, strict=True):
        data = own.read_bytes()
        shutil.copy(other, own)
        refused(tmp_path / "n1", f"{own} is another node's", "a file of n1", "n2", owner="n1")
        own.write_bytes(data)
    refused(tmp_path / "n1", "of n3, came one of n1", owner="n3")
    refused(tmp_path / "n1", "of no cluster, came one of n1")
    shutil.copy(tmp_path / "n2" / "mark", tmp_path / "n1" / "mark")
    with pytest.raises(LogCorruptedError, match="mark is another node's: expected that of n1"):
        loaded(tmp_path / "n1", owner="n1")


def test_a_file_under_another_number_is_refused(tmp_path):
    """A file of the log that was renamed is not taken for the one in whose place it is."""
    *_, last = written(tmp_path, segment_bytes=1)

    shutil.copy(last.with_name("log-000000000004"), last)

    refused(tmp_path, f"{last} is damaged at byte 0: expected the file of number 5, came that of n")


def test_a_file_that_does_not_say_whose_it_is_is_refused(tmp_path):
    """A log that begins with something else is none of this version."""
    (path,) = written(tmp_path)
    found, _ = records.read_records(path.read_bytes())

    path.write_bytes(b"".join(records.frame(each.payload, each.sequence) for each in found[1:]))

    refused(tmp_path, "expected a record that says whose the file is, came another one (")


def test_a_file_of_another_version_is_refused(tmp_path):
    """What another version wrote is called that, not damaged."""
    (path,) = written(tmp_path)
    data = bytearray(path.read_bytes())
    data[:4] = b"iNb1"
    data[24:28] = records.checksum_function()(bytes(data[:24])).to_bytes(4, "little")

    path.write_bytes(data)

    with pytest.raises(LogCorruptedError, match=r"another version.*expected the form iNb2, came"):
        loaded(tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    """Each file that the log needs is missed, and all but the newest are named."""
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
    assert left == {"README", "lock", "mark", paths[0].name, "snapshot-000000000002"}
