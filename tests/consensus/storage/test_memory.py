"""The storage in memory does to its writes what it is told, exactly."""

from __future__ import annotations

import gc
import pickle
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus.storage import MemoryStorage
from igniter_nb.raft import HardState, Restored
from tests.consensus.storage.model import log, replay, snapshot, step
from tests.consensus.storage.test_contract import SCRIPT, made


def loaded():
    """Give a storage that is new and loaded."""
    storage = MemoryStorage()
    storage.load()
    return storage


def written(script):
    """Write and sync what a script says; give the storage, the steps and how many are durable."""
    storage, steps, synced = loaded(), [], 0
    for number, action in enumerate(script, 1):
        if action[0] in {"entries", "snapshot"}:
            steps.append(made(action, replay(steps), number))
            storage.write(steps[-1])
        elif action[0] == "sync":
            storage.sync()
            synced = len(steps)
    return storage, steps, synced


@given(script=SCRIPT, data=st.data())
def test_a_crash_keeps_exactly_as_much_as_it_is_told(script, data):
    """What was synced and the first ``kept`` writes after that are there, the others are not."""
    storage, steps, synced = written(script)
    kept = data.draw(st.integers(0, len(steps) - synced))
    torn = data.draw(st.booleans())

    storage.crash(kept, torn=torn)

    assert storage.load() == replay(steps[: synced + kept])
    assert len(storage.notes) == (torn and synced + kept < len(steps))


@pytest.mark.parametrize("kept", [-1, 3])
def test_a_crash_cannot_keep_what_was_not_written(kept):
    """Asking to keep more writes than there are is a mistake in the script of a simulation."""
    storage = loaded()
    storage.write(step(*log(1, 1)))
    storage.write(step(*log(2, 2)))

    with pytest.raises(ValueError, match=f"expected kept from 0 to 2, .* came {kept}"):
        storage.crash(kept)


def test_a_wiped_storage_is_a_new_one():
    """Wiping loses what was synced as well: amnesia (scenario 37 begins with it)."""
    storage = loaded()
    storage.write(step(*log(1, 3), hard_state=HardState(3, "n1", 0)))
    storage.sync()
    storage.write(step(*log(4, 4)))
    storage.crash(torn=True)

    storage.wipe()

    assert storage.load() == Restored()
    assert storage.empty
    assert storage.notes == ()


def test_a_crash_ends_a_failure_that_was_asked_for():
    """The machine that starts again has a disk that works."""
    storage = loaded()
    storage.fail_next_sync()
    storage.crash()
    storage.load()

    storage.write(step(*log(1, 1)))
    storage.sync()

    assert storage.unsynced == 0


@given(script=SCRIPT)
def test_a_pickled_storage_goes_on_as_the_first_one_does(script):
    """A checkpoint in the middle of anything has what was synced, what was not, and no more."""
    storage, _, _ = written(script)

    copy = pickle.loads(pickle.dumps(storage))  # noqa: S301 -- our own bytes

    assert pickle.dumps(copy) == pickle.dumps(pickle.loads(pickle.dumps(copy)))  # noqa: S301
    assert copy.unsynced == storage.unsynced
    for each in (storage, copy):
        each.crash(each.unsynced // 2)
    assert copy.load() == storage.load()


def test_what_a_crash_took_back_is_forgotten():
    """The log after a snapshot holds no entry that the snapshot covers, nor keeps it elsewhere."""
    storage = loaded()
    storage.write(step(*log(1, 100)))
    storage.sync()
    storage.write(step(snapshot=snapshot(90)))
    storage.sync()

    assert len(pickle.dumps(storage)) < len(pickle.dumps(log(1, 50)))


@pytest.mark.bench
def test_a_write_costs_the_same_however_long_the_log_is():
    """Writing and syncing one entry behind 50,000 others costs what it does behind a few."""

    def seconds(length):
        storage = loaded()
        storage.write(step(*log(1, length)))
        storage.sync()
        steps = [step(each) for each in log(length + 1, length + 2000)]
        gc.collect()
        begin = time.perf_counter()
        for each in steps:
            storage.write(each)
            storage.sync()
        return time.perf_counter() - begin

    short = min(seconds(10) for _ in range(3))
    long = min(seconds(50_000) for _ in range(3))

    assert long / short < 3, f"{long:.4f} s against {short:.4f} s"
