"""The storage in a folder keeps its promises whatever operation a crash interrupts."""

from __future__ import annotations

import threading
from random import Random

import pytest

from igniter_nb.consensus.storage import FileStorage
from igniter_nb.errors import ConsensusError, LogCorruptedError
from igniter_nb.raft import Entry, HardState, Restored
from tests.consensus.storage.faulty import FaultyDisk, PowerCutError
from tests.consensus.storage.model import OnDisk, log, replay, snapshot, step

WAIT = 30.0

STEPS = [
    step(snapshot=snapshot(0, 0, b""), hard_state=HardState(1, "n1", 0)),
    step(*log(1, 4)),
    step(*log(5, 9), hard_state=HardState(1, "n1", 4)),
    step(snapshot=snapshot(4)),  # a compaction
    step(*log(8, 12, term=2), hard_state=HardState(2, None, 7)),
    step(*log(13, 14, term=2)),
    step(snapshot=snapshot(30, term=3), hard_state=HardState(3, "n2", 30)),  # from a leader
    step(*log(31, 33, term=3)),
]


def run(storage, steps=STEPS):
    """Load, write and sync each step; yield how many are synced, until the power is cut."""
    storage.load()
    for number, each in enumerate(steps, 1):
        storage.write(each)
        storage.sync()
        yield number


def synced_until_the_cut(machine):
    """Run all steps, or as many as the disk lets through; give how many were synced."""
    synced = 0
    try:
        for number in run(machine.storage):
            synced = number
    except PowerCutError:
        machine.abandon()
        return synced
    machine.storage.close()
    return None


def chance_of(way):
    """Give what a crash leaves: all that was done, only what was synced, or a mixture by number."""
    if way == "lost":
        return None
    return way if way == "kept" else Random(way)  # noqa: S311 -- a seed, so that it is repeatable


def crashed(machine, chance):
    """Leave what a crash leaves and start anew."""
    machine.abandon()
    if chance != "kept":
        machine.disk.lose(chance)
    machine.start()


def each_cut(folder, ways):
    """Yield machines that were crashed before each operation in each way, and what was synced."""
    for way in ways:
        for operations in range(1000):
            machine = OnDisk(folder / f"{way}-{operations}", segment_bytes=100)
            machine.disk.cut_in = operations
            synced = synced_until_the_cut(machine)
            if synced is None:
                break
            crashed(machine, chance_of(way))
            yield machine, synced, chance_of(way), f"way {way}, {operations} operations done"
        assert operations > 40, "the script is to do more than that"


def test_a_crash_at_any_operation_loses_nothing_that_was_synced(tmp_path):
    """Before, between and after writing a snapshot, beginning a log and removing the old ones.

    Scenario 58 with both orders: the snapshot is there and the log not cut yet, and the log is cut
    in part. Of names and bytes that were not synced, all, none or some survive.
    """
    for machine, synced, _, where in each_cut(tmp_path, ["kept", "lost", 0, 1, 2]):
        restored = machine.storage.load()

        assert restored in [replay(STEPS[:synced]), replay(STEPS[: synced + 1])], where
        machine.storage.close()


def test_after_a_crash_the_storage_goes_on(tmp_path):
    """What a crash left is as good a beginning as any: it takes steps and gives them back."""
    more = step(*log(1, 1, term=9), snapshot=snapshot(40, term=9), hard_state=HardState(9))
    last = step(*log(41, 44, term=9))
    for machine, _, chance, where in each_cut(tmp_path, ["lost", 0]):
        machine.storage.load()
        for each in (more, last):
            machine.storage.write(each)
            machine.storage.sync()

        crashed(machine, chance)

        assert machine.storage.load() == replay([more, last]), where
        assert machine.storage.notes == (), where
        machine.storage.close()


def test_a_crash_while_repairing_changes_nothing(tmp_path):
    """Loading may be interrupted anywhere and done again."""
    for machine, synced, chance, where in each_cut(tmp_path, ["kept", 0]):
        restored = None
        for operations in range(100):
            machine.disk.cut_in = operations
            try:
                restored = machine.storage.load()
            except PowerCutError:
                crashed(machine, chance)
            else:
                break

        assert restored in [replay(STEPS[:synced]), replay(STEPS[: synced + 1])], where
        machine.abandon()


def test_what_was_loaded_is_durable(tmp_path):
    """A node may answer for what it loaded: no later power failure takes it away again.

    Also what was only in the system's cache when the process ended, and what a failed sync left
    there, which no second sync writes out (scenarios 33 and 35).
    """
    for machine, _, _, where in each_cut(tmp_path, ["kept", 0]):
        restored = machine.storage.load()

        crashed(machine, None)

        assert machine.storage.load() == restored, where
        machine.abandon()


def test_what_is_loaded_after_a_failed_sync_is_durable(tmp_path):
    """The record that could not be synced is there or is not; not first the one, then the other."""
    machine = OnDisk(tmp_path)
    list(run(machine.storage, STEPS[:3]))
    machine.storage.write(STEPS[4])
    machine.fail_sync()
    with pytest.raises(OSError, match="the disk is broken"):
        machine.storage.sync()
    crashed(machine, "kept")

    restored = machine.storage.load()
    crashed(machine, None)

    assert restored == replay([*STEPS[:3], STEPS[4]])
    assert machine.storage.load() == restored
    machine.storage.close()


def test_one_sync_waits_for_the_disk_once(tmp_path):
    """However many steps were written, one sync is one write and one wait, and reads back.

    What is written after it is the mark, for which nobody waits.
    """
    machine = OnDisk(tmp_path, segment_bytes=1 << 20)
    machine.storage.load()
    machine.disk.operations.clear()

    for each in log(1, 64):
        machine.storage.write(step(each))
    machine.storage.sync()
    machine.storage.sync()

    assert machine.disk.operations == ["write", "sync file", "overwrite"]
    machine.kill()
    assert machine.storage.load().entries == tuple(log(1, 64))
    machine.storage.close()


def test_nothing_to_write_is_not_written(tmp_path):
    """A step that changes nothing, made to wait for those before it, costs no disk."""
    machine = OnDisk(tmp_path)
    list(run(machine.storage))
    machine.disk.operations.clear()

    machine.storage.write(step())
    machine.storage.sync()

    assert machine.disk.operations == []
    machine.storage.close()


def test_writing_goes_on_while_the_disk_takes_its_time(tmp_path):
    """A write during a sync waits for nothing and is made durable by the next one."""
    entered, release = threading.Event(), threading.Event()

    class SlowDisk(FaultyDisk):
        def sync_file(self, descriptor):
            super().sync_file(descriptor)
            entered.set()
            assert release.wait(WAIT)

    machine = OnDisk(tmp_path)
    machine.storage._disk = machine.disk = SlowDisk()
    release.set()
    list(run(machine.storage, STEPS[:1]))
    release.clear()
    entered.clear()
    machine.storage.write(step(*log(1, 2)))
    syncing = threading.Thread(target=machine.storage.sync)

    syncing.start()
    assert entered.wait(WAIT)
    machine.storage.write(step(*log(3, 4)))
    release.set()
    syncing.join(WAIT)

    crashed(machine, None)
    assert machine.storage.load().entries == tuple(log(1, 2))
    machine.storage.write(step(*log(3, 4)))
    machine.storage.sync()
    crashed(machine, None)
    assert machine.storage.load().entries == tuple(log(1, 4))
    machine.storage.close()


def test_an_interrupt_in_the_middle_of_a_sync_is_a_failure(tmp_path):
    """After Ctrl-C in a sync nobody knows what is durable; the storage does not pretend to."""

    def interrupted(descriptor):
        raise KeyboardInterrupt

    machine = OnDisk(tmp_path)
    machine.storage.load()
    machine.disk.sync_file = interrupted
    machine.storage.write(step(*log(1, 1)))

    with pytest.raises(KeyboardInterrupt):
        machine.storage.sync()

    with pytest.raises(OSError, match="a sync failed"):
        machine.storage.sync()
    machine.storage.close()


def test_old_data_is_dropped(tmp_path):
    """Behind a snapshot every 100 entries, the folder holds one log, one snapshot and no more."""
    storage = FileStorage(tmp_path, sync=False, segment_bytes=1000)
    storage.load()

    for first in range(1, 5001, 10):
        storage.write(step(*log(first, first + 9)))
        storage.sync()
        if first % 100 == 91:
            storage.write(step(snapshot=snapshot(first)))
            storage.sync()
    storage.close()

    names = sorted(path.name.partition("-")[0] for path in tmp_path.iterdir())
    assert names == ["lock", "log", "mark", "snapshot"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1000


def test_a_long_log_is_in_several_files(tmp_path):
    """A log file ends at the size that was asked for, and what is in all of them is loaded."""
    storage = FileStorage(tmp_path, sync=False, segment_bytes=500)
    storage.load()
    for each in log(1, 100):
        storage.write(step(each))
        storage.sync()
    storage.close()

    sizes = [path.stat().st_size for path in tmp_path.glob("log-*")]
    assert len(sizes) > 5
    assert max(sizes) < 600
    again = FileStorage(tmp_path, sync=False)
    assert again.load().entries == tuple(log(1, 100))
    again.close()


def test_a_real_disk_is_synced(tmp_path):
    """With nothing faked, what was synced is there, and a large entry is written whole."""
    large = Entry(1, 1, data=bytes(1 << 22))
    storage = FileStorage(tmp_path / "not" / "there" / "yet")
    storage.load()
    storage.write(step(large, snapshot=snapshot(0, 0)))
    storage.sync()
    storage.write(step(*log(2, 3)))
    storage.sync()
    storage.close()

    again = FileStorage(str(tmp_path / "not" / "there" / "yet"))

    assert again.load() == replay([step(large, *log(2, 3), snapshot=snapshot(0, 0))])
    again.close()


def test_a_folder_has_one_user(tmp_path):
    """A second storage in the same folder is refused until the first one is closed."""
    first = FileStorage(tmp_path)

    with pytest.raises(ConsensusError, match=r"is in use: expected to be its only user"):
        FileStorage(tmp_path)

    first.close()
    second = FileStorage(tmp_path)
    assert second.load() == Restored()
    second.close()


def test_the_size_of_a_segment_is_checked(tmp_path):
    """A log file without a byte is none."""
    with pytest.raises(ValueError, match="expected segment_bytes of 1 or more, came 0"):
        FileStorage(tmp_path, segment_bytes=0)


def test_what_must_have_been_written_is_missed(tmp_path):
    """A storage that is told that it was used before refuses to begin anew, each time."""
    for _ in range(2):
        storage = FileStorage(tmp_path / "n1", lost="n1's log is gone")
        with pytest.raises(LogCorruptedError, match="n1's log is gone"):
            storage.load()
        storage.close()

    first = FileStorage(tmp_path / "n2")
    first.load()
    first.close()

    assert FileStorage(tmp_path / "n2", lost="n2's log is gone").load() == Restored()
