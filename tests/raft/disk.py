"""Disk of a node, in memory, and the two things that tests put on it: logs and machines."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from igniter_nb.raft import Configuration, Entry, EntryKind, HardState, Restored, Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.raft import Persist


def log_of(*terms: int, after: int = 0) -> tuple[Entry, ...]:
    """Make commands of these terms, at the indexes behind ``after``.

    Their data names index and term, so that equal places hold equal entries.
    """
    return tuple(
        Entry(index, term, data=f"{index}/{term}".encode())
        for index, term in enumerate(terms, after + 1)
    )


def restored(voters: Sequence[str], *terms: int, **hard_state: Any) -> Restored:
    """Make a disk whose log has entries of these terms.

    Args:
        voters: the configuration at the start.
        terms: of the entries, from index 1.
        hard_state: ``term`` (by default that of the last entry), ``vote``, ``commit``.
    """
    state = HardState(**{"term": terms[-1] if terms else 0, **hard_state})
    bare = Snapshot(configuration=Configuration(voters=tuple(sorted(voters))))
    return Restored(state, bare, log_of(*terms))


@dataclass
class Disk:
    """What a node keeps; a write without a sync is lost by a crash unless a later one syncs.

    Attributes:
        durable: what a crash leaves.
        written: not yet synced.
    """

    durable: Restored
    written: list[Persist] = field(default_factory=list)

    def write(self, persist: Persist) -> None:
        """Write, and make everything written so far durable if it asks for that."""
        self.written.append(persist)
        if persist.sync:
            for each in self.written:
                self.durable = _written(self.durable, each)
            self.written.clear()

    def holds(self, entry: Entry) -> bool:
        """Say whether an entry, or a snapshot that covers it, is durable."""
        if entry.index <= self.durable.snapshot.index:
            return True
        return entry in self.durable.entries


def _written(disk: Restored, persist: Persist) -> Restored:
    """Do one Persist to what a disk holds, as messages.Persist says."""
    hard_state = disk.hard_state if persist.hard_state is None else persist.hard_state
    snapshot, entries = disk.snapshot, disk.entries
    if persist.snapshot is not None:
        snapshot = persist.snapshot
        held = any((e.index, e.term) == (snapshot.index, snapshot.term) for e in entries)
        same = (disk.snapshot.index, disk.snapshot.term) == (snapshot.index, snapshot.term)
        entries = tuple(e for e in entries if e.index > snapshot.index) if held or same else ()
    if persist.entries:
        first = persist.entries[0].index
        entries = (*(e for e in entries if e.index < first), *persist.entries)
    indexes = [entry.index for entry in entries]
    assert indexes == list(range(snapshot.index + 1, snapshot.index + 1 + len(entries))), (
        f"a log on disk has no gap: after snapshot {snapshot.index} come {indexes}"
    )
    return Restored(hard_state, snapshot, entries)


def commands_in(snapshot: Snapshot) -> list[bytes]:
    """Read the state machine of :class:`Peers` from a snapshot."""
    return ast.literal_eval(snapshot.data.decode()) if snapshot.data else []


def is_command(entry: Entry) -> bool:
    """Say whether an entry is one of the clients'."""
    return entry.kind is EntryKind.COMMAND
