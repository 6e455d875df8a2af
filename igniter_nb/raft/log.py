"""Log of one node as it stands in memory, and how far each step of its life has come.

Indexes, from left to right; each may only wait for the one to its right::

    snapshot.index <= applying <= commit <= last_index
    applied <= applying                     behind the snapshot only while that is being restored
    first_index - 1 <= snapshot.index       a few entries before the snapshot are kept for others
    applying <= persisted <= handed <= last_index

``handed`` is what storage was asked to write, ``persisted`` what it said is durable. Entries are
applied when they are committed *and* durable here, so that what a node applied it can apply again.
Only a conflicting entry cuts the log, and never at or below the commit index (paper section 5.3).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.raft.types import Entry, Restored, Snapshot


class RaftLog:
    """The entries after a snapshot.

    Attributes:
        snapshot: the latest snapshot; the state before the first entry after it.
        commit: highest index known to be committed.
        applying: highest index handed out to be applied.
        applied: highest index that the state machine has applied.
        handed: highest index handed out to be made durable.
        persisted: highest index that is durable here.

    Examples:
        >>> log = RaftLog(Restored(entries=(Entry(1, 1), Entry(2, 1))))
        >>> log.last_index, log.term_at(2)
        (2, 1)
        >>> log.is_up_to_date(2, 1)
        True
    """

    __slots__ = (
        "_entries",
        "_offset",
        "_offset_term",
        "applied",
        "applying",
        "commit",
        "handed",
        "last_index",
        "last_term",
        "persisted",
        "snapshot",
    )

    def __init__(self, restored: Restored) -> None:
        snapshot = restored.snapshot
        self.snapshot = snapshot
        self._entries: list[Entry] = list(restored.entries)
        self._offset = snapshot.index
        self._offset_term = snapshot.term
        self._note_last()
        self.applied = self.applying = snapshot.index
        # A disk that lost its tail may have kept a commit index beyond it.
        self.commit = max(snapshot.index, min(restored.hard_state.commit, self.last_index))
        self.handed = self.persisted = self.last_index
        self.check_invariants()

    @property
    def first_index(self) -> int:
        """Index of the first entry that is still here, ``last_index + 1`` if none is."""
        return self._offset + 1

    def term_at(self, index: int) -> int | None:
        """Return the term of an entry, None where it is not known: compacted, or not there yet."""
        position = index - self._offset - 1
        if position >= 0:
            return self._entries[position].term if position < len(self._entries) else None
        if position == -1:
            return self._offset_term
        return self.snapshot.term if index == self.snapshot.index else None

    def entries(self, low: int, high: int) -> tuple[Entry, ...]:
        """Return the entries from ``low`` to before ``high``, all of which must be here."""
        assert self._offset < low <= high <= self.last_index + 1, (self._offset, low, high)
        return tuple(self._entries[low - self._offset - 1 : high - self._offset - 1])

    def batch(self, low: int, max_bytes: int) -> tuple[tuple[Entry, ...], int]:
        """Return entries from ``low`` on and their bytes: at least one, then what fits."""
        position = low - self._offset - 1
        entries = self._entries
        if position == len(entries) - 1:
            only = entries[position]
            return (only,), len(only.data)
        size, end = 0, position
        while end < len(entries):
            more = len(entries[end].data)
            if size + more > max_bytes and end > position:
                break
            size += more
            end += 1
        return tuple(entries[position:end]), size

    def is_up_to_date(self, last_index: int, last_term: int) -> bool:
        """Say whether another log is at least as up-to-date as this one (paper section 5.4.1)."""
        return (last_term, last_index) >= (self.last_term, self.last_index)

    def append(self, entries: Sequence[Entry]) -> None:
        """Put entries of this node's own making at the end."""
        assert entries, "something is appended"
        assert entries[0].index == self.last_index + 1, (entries[0].index, self.last_index)
        self._entries.extend(entries)
        self._note_last()

    def merge(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Take entries that follow one that matches; cut the log only where one conflicts.

        Args:
            entries: in order; the one before the first is here and matches.

        Returns:
            Those that were new.
        """
        for position, entry in enumerate(entries):
            if entry.index > self.last_index or self.term_at(entry.index) != entry.term:
                new = tuple(entries[position:])
                if entry.index <= self.last_index:
                    self._cut(entry.index)
                self.append(new)
                return new
        return ()

    def _cut(self, index: int) -> None:
        """Take away the entries from an index on."""
        assert index > self.commit, f"committed entries stay: cut at {index}, commit {self.commit}"
        del self._entries[index - self._offset - 1 :]
        self._note_last()
        self.handed = min(self.handed, self.last_index)
        self.persisted = min(self.persisted, self.last_index)

    def match_hint(self, index: int, term: int) -> tuple[int, int]:
        """Return the largest index up to ``index`` whose term is at most ``term``, and its term.

        What two logs tell one another after a refusal: the entries above it are of terms that the
        other one's entry excludes, so whole terms are skipped (paper section 5.3, end).
        """
        high = min(index, self.last_index) - self._offset
        if high < 0:
            return index, 0  # compacted: whether it matches is not known, so nothing is skipped
        position = bisect_left(self._entries, term + 1, 0, high, key=_term)
        found = self._offset + position
        return found, self.term_at(found) or 0

    def commit_to(self, index: int) -> bool:
        """Raise the commit index as far as there are entries; tell whether it rose."""
        index = min(index, self.last_index)
        if index <= self.commit:
            return False
        self.commit = index
        return True

    def next_to_apply(self) -> tuple[Entry, ...]:
        """Hand out what may be applied now and was not handed out before."""
        high = min(self.persisted, self.commit)
        if high <= self.applying:
            return ()
        found = self.entries(self.applying + 1, high + 1)
        self.applying = high
        return found

    def next_to_persist(self) -> tuple[Entry, ...]:
        """Hand out what is not durable and was not handed out before."""
        if self.handed == self.last_index:
            return ()
        found = tuple(self._entries[self.handed - self._offset :])
        self.handed = self.last_index
        return found

    def restore(self, snapshot: Snapshot) -> None:
        """Replace everything by a snapshot that is ahead of it; it is not durable yet."""
        assert snapshot.index > self.commit, (snapshot.index, self.commit)
        self.snapshot = snapshot
        self._entries = []
        self._offset, self._offset_term = snapshot.index, snapshot.term
        self._note_last()
        self.commit = self.handed = self.last_index
        # Nothing before it is asked for again, and nothing of it is applied before it is durable.
        self.persisted = self.applying = snapshot.index

    def compact(self, snapshot: Snapshot, trailing: int) -> None:
        """Put a snapshot in place of entries; a few before it stay for others to catch up with."""
        assert self.snapshot.index < snapshot.index <= self.applied, (snapshot.index, self.applied)
        assert self.term_at(snapshot.index) == snapshot.term, "a snapshot has the entry's term"
        keep = max(self._offset, snapshot.index - trailing)
        term = self.term_at(keep)
        assert term is not None, keep
        del self._entries[: keep - self._offset]
        self._offset, self._offset_term = keep, term
        self.snapshot = snapshot

    def _note_last(self) -> None:
        last = self._entries[-1] if self._entries else None
        self.last_index = last.index if last else self._offset
        self.last_term = last.term if last else self._offset_term

    def check_invariants(self) -> None:
        """Check what always holds.

        Raises:
            AssertionError: names what does not hold.
        """
        order = (self._offset, self.snapshot.index, self.applying, self.commit, self.last_index)
        assert list(order) == sorted(order), f"offset, snapshot, applying, commit, last: {order}"
        assert self.applied <= self.applying, (self.applied, self.applying)
        assert self.applying <= self.persisted <= self.handed <= self.last_index, (
            f"applying, persisted, handed, last are in this order: "
            f"{(self.applying, self.persisted, self.handed, self.last_index)}"
        )
        assert self.last_index == self._offset + len(self._entries), "indexes have no gaps"
        ends = [*self._entries[:1], *self._entries[-1:]]
        assert all(self._entries[e.index - self._offset - 1] is e for e in ends), ends
        assert self._offset_term <= self.last_term, "terms never go down along a log"


def _term(entry: Entry) -> int:
    return entry.term
