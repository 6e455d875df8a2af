"""Notes that a test and the steps of a contract share, where a list would be copied for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Notes:
    """A list with an identity of its own."""

    def __init__(self, *notes: object) -> None:
        self._notes = [*notes]

    def append(self, note: object) -> None:
        """Add a note at the end."""
        self._notes.append(note)

    def pop(self) -> object:
        """Take the last note away."""
        return self._notes.pop()

    def clear(self) -> None:
        """Take all notes away."""
        self._notes.clear()

    def count(self, note: object) -> int:
        """Count equal notes."""
        return self._notes.count(note)

    def __iter__(self) -> Iterator[object]:
        """Go through the notes, oldest first."""
        return iter(self._notes)

    def __len__(self) -> int:
        """Count the notes."""
        return len(self._notes)
