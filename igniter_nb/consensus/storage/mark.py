"""Mark of a log: its length, kept beside it, so that a lost end is noticed.

A log whose last records are gone looks like one to which they were never written. So after each
sync the number of the last record is written into a file of its own, the *mark*. It never says
more than what is durable, so nobody waits for the disk because of it: when a process ends it is
exact, and after a power failure it may say less. Before anything in a new file of the log is
answered for, the mark that announces it is durable.

There are two places for it, written in turn: whatever a crash tears, the other one is whole.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from igniter_nb.consensus.storage.records import (
    UNREADABLE,
    checksum_function,
    decode_owner,
    encode_owner,
    frame,
    header,
    read_records,
)
from igniter_nb.errors import LogCorruptedError

if TYPE_CHECKING:
    from pathlib import Path

    from igniter_nb.consensus.storage.disk import Disk

_PLACES = 2


class Mark:
    """The number of the last record of a log that is known to be durable.

    Args:
        disk: what does it.
        path: of the file.
        owner: whose log it is.

    Attributes:
        path: of the file.
        owner: whose log it is.
    """

    def __init__(self, disk: Disk, path: Path, owner: str) -> None:
        self.path = path
        self.owner = owner
        self._disk = disk
        self._payload = encode_owner(owner)
        self._checksum = checksum_function()(self._payload)
        self._size = len(frame(self._payload, 0))
        self._place = 0
        self._descriptor: int | None = None

    def read(self) -> int | None:
        """Return the number that was noted last; None if none ever was.

        Raises:
            LogCorruptedError: the file is damaged, or another node's.
            OSError: it cannot be read.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        half = len(data) // _PLACES
        noted = [self._noted(data[at : at + half]) for at in (0, half)]
        if not any(noted):
            raise LogCorruptedError(
                f"{self.path} is damaged: expected how far the log of {self.owner or 'a node'} "
                f"had come, came {data[:16].hex(' ', 4) or 'nothing'}. Put it back as it was"
            )
        self._place = 1 - noted.index(max(noted))
        return max(noted)

    def begin(self, sequence: int) -> None:
        """Return once it is durable that a log has come so far; what follows is noted."""
        if not self.path.exists():
            self._disk.make_folder(self.path.parent)
            self._disk.put(self.path, frame(self._payload, sequence) * _PLACES)
        self._descriptor = self._disk.open(self.path)
        self.note(sequence)
        self.sync()

    def note(self, sequence: int) -> None:
        """Note that a log has come so far, which is durable."""
        assert self._descriptor is not None
        changed = header(self._checksum, len(self._payload), sequence)
        self._disk.overwrite(self._descriptor, self._place * self._size, changed)
        self._place = 1 - self._place

    def sync(self) -> None:
        """Return once what was noted is durable."""
        assert self._descriptor is not None
        self._disk.sync_file(self._descriptor)

    def close(self) -> None:
        """Let go of the file."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _noted(self, data: bytes) -> int:
        """Return what one of the places says; 0 if it is torn."""
        records, flaw = read_records(data)
        if flaw or len(records) != 1:
            return 0
        try:
            owner = decode_owner(records[0].payload)
        except UNREADABLE:
            return 0
        if owner != self.owner:
            raise LogCorruptedError(
                f"{self.path} is another node's: expected that of {self.owner or 'no cluster'}, "
                f"came that of {owner or 'no cluster'}. Put it back as it was"
            )
        return records[0].sequence
