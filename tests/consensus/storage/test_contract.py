"""What every storage promises, whichever it is (scenarios 32 to 36 and 58, as far as it can)."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.raft import Configuration, Entry, EntryKind, HardState, Restored, Ticket
from tests.consensus.storage.model import THREE, InMemory, OnDisk, log, replay, snapshot, step

BOTH = pytest.mark.parametrize("kind", [InMemory, OnDisk])


@pytest.fixture(params=[InMemory, OnDisk])
def machine(request, tmp_path):
    """Give a machine whose storage is new and loaded."""
    made = request.param(tmp_path)
    made.storage.load()
    return made


def restarted(machine, kept=0, *, torn=False):
    """Crash it and load what is left."""
    machine.kill(kept, torn=torn)
    return machine.storage.load()


@BOTH
def test_a_new_storage_is_empty(kind, tmp_path):
    """A storage that nothing was written to gives nothing back, and says that it is empty."""
    storage = kind(tmp_path).storage

    restored = storage.load()

    assert restored == Restored()
    assert storage.empty
    assert storage.notes == ()


def test_a_restart_gives_back_what_was_synced(machine):
    """Term, vote, log and snapshot are after a crash what they were at the last sync."""
    steps = [
        step(hard_state=HardState(1, "n2", 0), snapshot=snapshot(0, 0, b"")),
        step(*log(1, 5)),
        step(*log(6, 9, term=2), hard_state=HardState(2, None, 4)),
        step(snapshot=snapshot(3)),
    ]

    for each in steps:
        machine.storage.write(each)
    machine.storage.sync()

    assert restarted(machine) == replay(steps)
    assert machine.storage.notes == ()


def test_everything_about_an_entry_survives(machine):
    """Kind, data, ticket, vote and configuration come back as they were, whatever they hold."""
    ticket = Ticket(client=7, serial=2**40, oldest=3)
    entries = [
        Entry(1, 1, EntryKind.NOOP),
        Entry(2, 1, EntryKind.COMMAND, b"", ticket),
        Entry(3, 2, EntryKind.CONFIGURATION, bytes(range(256)) * 300),
        Entry(4, 2**50, EntryKind.REGISTER, b"iNb1" * 20),
        Entry(5, 2**50, EntryKind.COMMAND, b"x", ticket),
    ]
    members = Configuration(("a", "ß"), ("c",), ("d",), ("e", "f"), auto_leave=True)
    first = step(snapshot=snapshot(0, 0)._replace(configuration=members))
    second = step(*entries, hard_state=HardState(2**50, "Knoten ü", 2))

    machine.storage.write(first)
    machine.storage.write(second)
    machine.storage.sync()
    restored = restarted(machine)

    assert restored == replay([first, second])
    assert [type(entry.kind) for entry in restored.entries] == [EntryKind] * 5


def test_the_start_configuration_is_kept_as_a_snapshot_of_index_0(machine):
    """A bootstrapped node is not empty and knows its configuration, before any entry."""
    machine.storage.write(step(snapshot=snapshot(0, 0, b"")))
    machine.storage.sync()

    restored = restarted(machine)

    assert restored.snapshot.configuration == THREE
    assert not machine.storage.empty


def test_what_was_not_synced_may_be_lost(machine):
    """A power failure loses what was written after the last sync, and nothing else."""
    machine.storage.write(step(*log(1, 3)))
    machine.storage.sync()
    machine.storage.write(step(*log(2, 4, term=2), hard_state=HardState(2, "n1", 0)))

    restored = restarted(machine)

    assert restored == replay([step(*log(1, 3))])


def test_what_was_not_synced_may_be_kept(machine):
    """What the disk had written by itself is there after a crash, and durable from then on."""
    machine.storage.write(step(*log(1, 3)))
    machine.storage.sync()
    machine.storage.write(step(*log(4, 4)))

    restored = restarted(machine, kept=1)

    assert restored.entries == tuple(log(1, 4))
    assert restarted(machine) == restored


def test_a_torn_record_is_cut_off_with_a_note(machine):
    """Half of the last write is not taken for a write; loading says once that it was there."""
    machine.storage.write(step(*log(1, 3)))
    machine.storage.sync()
    machine.storage.write(step(*log(4, 9)))

    restored = restarted(machine, torn=True)

    assert restored.entries == tuple(log(1, 3))
    assert len(machine.storage.notes) == 1
    assert "torn" in machine.storage.notes[0]
    assert restarted(machine) == restored
    assert machine.storage.notes == ()


def test_after_a_failed_sync_everything_is_refused(machine):
    """A sync that failed is never tried again as if nothing had been; only a restart helps."""
    machine.storage.write(step(*log(1, 3)))
    machine.storage.sync()
    machine.storage.write(step(*log(4, 5)))
    machine.fail_sync()

    with pytest.raises(OSError):  # noqa: PT011 -- what the disk says is its own
        machine.storage.sync()

    with pytest.raises(OSError, match="sync is refused: a sync failed"):
        machine.storage.sync()
    with pytest.raises(OSError, match="write is refused: a sync failed"):
        machine.storage.write(step(*log(6, 6)))
    with pytest.raises(OSError, match="load is refused: a sync failed"):
        machine.storage.load()
    machine.storage.close()
    assert restarted(machine) in [replay([step(*log(1, 3))]), replay([step(*log(1, 5))])]
    machine.storage.write(step(*log(4, 4)))
    machine.storage.sync()


def test_a_failed_sync_while_closing_is_said(machine):
    """Closing does not hide that the last writes may be lost, and still lets go of the place."""
    machine.storage.write(step(*log(1, 3)))
    machine.fail_sync()

    with pytest.raises(OSError):  # noqa: PT011 -- what the disk says is its own
        machine.storage.close()

    machine.kill()
    assert machine.storage.load().entries in [(), tuple(log(1, 3))]


def test_closing_syncs_and_may_be_repeated(machine):
    """After an orderly end everything written is there."""
    machine.storage.write(step(*log(1, 3)))

    machine.storage.close()
    machine.storage.close()

    with pytest.raises(ValueError, match="write is refused: the storage is closed"):
        machine.storage.write(step(*log(4, 4)))
    assert restarted(machine).entries == tuple(log(1, 3))


@BOTH
def test_loading_comes_first_and_once(kind, tmp_path):
    """A storage that was not loaded takes nothing, and one that was is not loaded again."""
    storage = kind(tmp_path).storage

    with pytest.raises(ValueError, match="write is refused: expected load to come first"):
        storage.write(step(*log(1, 1)))
    with pytest.raises(ValueError, match="sync is refused: expected load to come first"):
        storage.sync()
    with pytest.raises(ValueError, match="empty is refused: expected load to come first"):
        _ = storage.empty
    storage.load()
    with pytest.raises(ValueError, match="load is refused: it is loaded already"):
        storage.load()


def test_a_storage_that_was_never_loaded_may_be_closed(tmp_path):
    """Giving up before loading lets go of the place."""
    for kind in (InMemory, OnDisk):
        kind(tmp_path).storage.close()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (step(*log(6, 6)), "expected index 4 or before, came 6"),
        (step(*log(4, 4), *log(6, 6)), "expected 2 entries in a row"),
        (step(snapshot=snapshot(1)), "expected index 2 or later, came 1"),
        (step(*log(9, 9), snapshot=snapshot(7)), "expected index 8 or before, came 9"),
    ],
)
def test_a_step_that_does_not_follow_is_refused_whole(machine, wrong, why):
    """A gap or an older snapshot is the caller's mistake; nothing of such a step is taken."""
    steps = [step(*log(1, 3)), step(snapshot=snapshot(2)), step(*log(4, 4, term=2))]
    machine.storage.write(steps[0])
    machine.storage.write(steps[1])

    with pytest.raises(ValueError, match=why):
        machine.storage.write(wrong._replace(hard_state=HardState(9, "n9", 0)))

    machine.storage.write(steps[2])
    machine.storage.sync()
    assert restarted(machine) == replay(steps)


@pytest.mark.parametrize(
    ("new", "left"),
    [
        (snapshot(3), log(4, 5)),  # held with the same term
        (snapshot(5), []),  # up to the last entry
        (snapshot(3, term=2), []),  # held with another term
        (snapshot(9), []),  # not held
    ],
)
def test_a_snapshot_keeps_the_entries_after_it_only_if_the_log_holds_its_last(machine, new, left):
    """The suffix survives a snapshot that the log agrees with; otherwise the whole log is gone."""
    machine.storage.write(step(*log(1, 5)))
    machine.storage.sync()

    machine.storage.write(step(snapshot=new))
    machine.storage.sync()
    restored = restarted(machine)

    assert restored.snapshot == new
    assert restored.entries == tuple(left)


def test_entries_that_their_own_snapshot_covers_are_left_out(machine):
    """A step with a snapshot in the middle of its entries keeps those after it."""
    machine.storage.write(step(*log(1, 9), snapshot=snapshot(4)))
    machine.storage.sync()

    assert restarted(machine).entries == tuple(log(5, 9))


ENTRIES = st.tuples(st.just("entries"), st.integers(0, 4), st.integers(0, 3), st.booleans())
SNAPSHOT = st.tuples(st.just("snapshot"), st.integers(-2, 3), st.booleans(), st.booleans())
SYNC = st.just(("sync",))
KILL = st.tuples(st.just("kill"), st.integers(0, 3), st.booleans())
SCRIPT = st.lists(st.one_of(ENTRIES, SNAPSHOT, SYNC, KILL), max_size=25)


def made(action, state, number):
    """Make a step that follows a state; the number makes it differ from all others."""
    held = Restored() if state is None else state
    first = held.snapshot.index + 1
    last = held.snapshot.index + len(held.entries)
    if action[0] == "entries":
        _, back, count, votes = action
        begin = max(first, last + 1 - back)
        hard_state = HardState(number, f"n{number}", last) if votes or not count else None
        return step(*log(begin, begin + count - 1, number), hard_state=hard_state)
    _, ahead, agrees, more = action
    index = max(held.snapshot.index, last + ahead)
    terms = {entry.index: entry.term for entry in held.entries}
    terms[held.snapshot.index] = held.snapshot.term
    term = terms.get(index, number) if agrees else number
    entries = log(index + 1, index + 2, number) if more and index >= last else []
    return step(*entries, snapshot=snapshot(index, term, b"%d" % number))


@BOTH
@given(script=SCRIPT)
def test_after_any_crash_a_prefix_with_all_that_was_synced_is_there(kind, script):
    """Whatever is written and whenever it crashes, what is loaded is what the model says it may be.

    The model is the list of all steps: some first part of it, not shorter than what was synced.
    """
    with tempfile.TemporaryDirectory() as folder:
        machine = kind(Path(folder))
        steps, synced = [], 0
        machine.storage.load()
        for number, action in enumerate([*script, ("kill", 0, False)], 1):
            if action[0] == "sync":
                machine.storage.sync()
                synced = len(steps)
            elif action[0] == "kill":
                machine.kill(action[1], torn=action[2])
                restored = machine.storage.load()
                possible = [replay(steps[:n]) for n in range(synced, len(steps) + 1)]
                assert restored in possible, "no prefix of what was written that has all synced"
                synced += possible.index(restored)
                del steps[synced:]
            else:
                steps.append(made(action, replay(steps), number))
                machine.storage.write(steps[-1])
        machine.storage.close()
