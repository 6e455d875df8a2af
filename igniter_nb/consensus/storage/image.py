"""Image of a storage: what it holds after the steps that were written to it.

The one place that says what a step means, for both storages: a snapshot replaces everything up to
its index, and the entries after it stay only if the log holds the snapshot's last entry; entries
overwrite the log from the first one's index on. A step can be taken back, newest first.

Always: the entries follow the snapshot without gaps, ``entries[0].index == snapshot.index + 1``.
Time and memory per step are those of the new entries and the ones that they replace; only a
snapshot costs as much as the entries that stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.raft import Entry, HardState, Restored, Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.raft import Persist


NOTHING = Restored()
"""What a storage holds to which nothing was written."""


class Undo(NamedTuple):
    """What takes one step back.

    Attributes:
        hard_state: the one before.
        snapshot: the one before.
        entries: the list before; a snapshot makes a new one and leaves the old one alone.
        cut: how many of them stayed.
        removed: those after the cut.
    """

    hard_state: HardState
    snapshot: Snapshot
    entries: list[Entry]
    cut: int
    removed: Sequence[Entry]


class Image:
    """The hard state, the snapshot and the entries after it.

    Args:
        restored: what to begin with.
    """

    __slots__ = ("entries", "hard_state", "snapshot")

    def __init__(self, restored: Restored = NOTHING) -> None:
        self.hard_state = restored.hard_state
        self.snapshot = restored.snapshot
        self.entries = list(restored.entries)

    @property
    def blank(self) -> bool:
        """Whether it is as if nothing had ever been written."""
        return not self.entries and (self.hard_state, self.snapshot) == NOTHING[:2]

    def restored(self) -> Restored:
        """Return all of it as a value."""
        return Restored(self.hard_state, self.snapshot, tuple(self.entries))

    def apply(self, persist: Persist) -> Undo:
        """Do one step and return what takes it back.

        Raises:
            ValueError: the step leaves a gap or brings an older snapshot; nothing was done.
        """
        before = self.entries
        snapshot = self.snapshot
        after, cut = before, len(before)
        removed: Sequence[Entry] = ()
        if persist.snapshot is not None:
            snapshot = persist.snapshot
            after = self._kept_after(snapshot)
        if persist.entries:
            at, new = _placed(persist.entries, snapshot.index, len(after))
            if after is before:
                cut, removed = at, before[at:]
            after[at:] = new
        undo = Undo(self.hard_state, self.snapshot, before, cut, removed)
        self.snapshot, self.entries = snapshot, after
        if persist.hard_state is not None:
            self.hard_state = persist.hard_state
        return undo

    def revert(self, undo: Undo) -> None:
        """Take back the newest step that was not taken back yet."""
        self.hard_state, self.snapshot, self.entries = undo[:3]
        self.entries[undo.cut :] = undo.removed

    def _kept_after(self, snapshot: Snapshot) -> list[Entry]:
        covered = snapshot.index - self.snapshot.index
        if covered < 0:
            msg = (
                f"a snapshot came that is older than the one kept: expected index"
                f" {self.snapshot.index} or later, came {snapshot.index}"
            )
            raise ValueError(msg)
        if covered > len(self.entries):
            return []
        last = self.entries[covered - 1] if covered else self.snapshot
        return self.entries[covered:] if last.term == snapshot.term else []


def _placed(entries: tuple[Entry, ...], base: int, held: int) -> tuple[int, tuple[Entry, ...]]:
    """Return where in a log of ``held`` entries after index ``base`` the new ones go, and which.

    Those that a snapshot covers already are left out.
    """
    first, last = entries[0].index, entries[-1].index
    at = first - base - 1
    if last - first != len(entries) - 1:
        msg = f"expected {len(entries)} entries in a row, came those from index {first} to {last}"
        raise ValueError(msg)
    if at > held:
        msg = f"entries leave a gap: expected index {base + held + 1} or before, came {first}"
        raise ValueError(msg)
    return (at, entries) if at >= 0 else (0, entries[-at:])
