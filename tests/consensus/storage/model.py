"""Dumb model of a storage, makers of steps, and one handle for both storages.

:func:`replay` says what a list of steps comes to; it knows no files and forgets nothing. A
:class:`Machine` has a storage that can be crashed and loaded again, in memory or in a folder.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from igniter_nb.consensus.storage import FileStorage, MemoryStorage, Storage
from igniter_nb.raft import Configuration, Entry, HardState, Persist, Restored, Snapshot
from tests.consensus.storage.faulty import FaultyDisk, PowerCutError

if TYPE_CHECKING:
    from pathlib import Path

THREE = Configuration(("n1", "n2", "n3"))


def step(*entries, hard_state=None, snapshot=None):
    """Make a step of what it is about."""
    return Persist(0, hard_state, snapshot, entries, sync=True, release=())


def log(first, last, term=1):
    """Make the entries of one term from an index to another, both included."""
    return [Entry(index, term, data=b"%d.%d" % (term, index)) for index in range(first, last + 1)]


def snapshot(index, term=1, data=b"state"):
    """Make a snapshot up to an index."""
    return Snapshot(index, term, THREE, data)


def replay(steps):
    """Say what the steps come to."""
    hard_state, kept, entries = HardState(), Snapshot(), {}
    for each in steps:
        if each.snapshot is not None:
            new = each.snapshot
            terms = {index: entry.term for index, entry in entries.items()}
            terms[kept.index] = kept.term
            held = terms.get(new.index) == new.term
            entries = {i: entry for i, entry in entries.items() if held and i > new.index}
            kept = new
        if each.entries:
            first = each.entries[0].index
            entries = {i: entry for i, entry in entries.items() if i < first}
            entries |= {entry.index: entry for entry in each.entries if entry.index > kept.index}
        hard_state = each.hard_state or hard_state
    return Restored(hard_state, kept, tuple(entries[index] for index in sorted(entries)))


class Machine(Protocol):
    """Where a storage lives.

    Attributes:
        storage: the one that is open now, not loaded yet after any of the calls below.
    """

    storage: Storage

    def kill(self, kept: int = 0, *, torn: bool = False) -> None:
        """End the process; some of what was not synced may be kept, the next of it torn."""

    def fail_sync(self) -> None:
        """Let the next sync fail."""


class InMemory:
    """A machine whose disk is memory."""

    def __init__(self, folder: Path) -> None:
        self.storage = MemoryStorage()

    def kill(self, kept=0, *, torn=False):
        self.storage.crash(min(kept, self.storage.unsynced), torn=torn)

    def fail_sync(self):
        self.storage.fail_next_sync()


class OnDisk:
    """A machine with a folder; nothing or all of what was not synced is kept, as it is written."""

    def __init__(self, folder: Path, segment_bytes: int = 200) -> None:
        self.folder = folder
        self.segment_bytes = segment_bytes
        self.disk = FaultyDisk()
        self.start()

    def start(self):
        self.storage = FileStorage(self.folder, segment_bytes=self.segment_bytes)
        self.storage._disk = self.disk

    def kill(self, kept=0, *, torn=False):
        """End it in the middle of the sync that is to come, or cut the power before."""
        if kept or torn:
            self.disk.cut_on = "write" if torn else "sync file"
            with suppress(PowerCutError, OSError, ValueError):
                self.storage.sync()
            self.abandon()
        else:
            self.abandon()
            self.disk.lose()
        self.start()

    def abandon(self):
        """Leave the files as they are; the system closes them when a process ends."""
        self.disk.repair()
        self.storage.abandon()

    def fail_sync(self):
        self.disk.sync_fails = True
