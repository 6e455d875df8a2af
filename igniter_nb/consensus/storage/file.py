"""Storage in a folder: append-only files with checksums, synced before anything is said.

Writes are collected in memory and one sync makes all of them durable as one record: one write and
one wait for the disk, however many steps there are. So a crash leaves at most one record
unfinished, and a damaged record with sound ones after it was damaged by something else. The form
of the files is told in ``records.py``, their order in ``segments.py``, what is done about damage
in ``recovery.py``.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

from igniter_nb.consensus.storage.disk import Disk, FolderLock
from igniter_nb.consensus.storage.image import Image
from igniter_nb.consensus.storage.mark import Mark
from igniter_nb.consensus.storage.protocol import Standing, refuse
from igniter_nb.consensus.storage.records import checksum_function, encode_group, encode_step
from igniter_nb.consensus.storage.recovery import recover
from igniter_nb.consensus.storage.segments import Segments

if TYPE_CHECKING:
    from igniter_nb.raft import Persist, Restored

SEGMENT_BYTES = 16 << 20
"""How long a log file gets before the next one is begun."""


class FileStorage:
    """Keeps everything in a folder of its own.

    All else is :class:`~igniter_nb.consensus.storage.Storage`. In a forked child it is closed, and
    its parent's goes on.

    Args:
        folder: where; made if it is not there. One storage at a time has it.
        owner: whose log it is; another one's is not read.
        mark: file in which is noted how far the log has come; ``mark`` in the folder if left out.
            Elsewhere it stays when the folder is put back as it was earlier, which is then noticed.
        segment_bytes: how long a log file gets before the next one is begun, at least 1.
        sync: whether :meth:`sync` waits for the disk. Without it the end of the process loses
            nothing that was synced, and a power failure loses anything: for tests only.
        lost: what :meth:`load` says if nothing was ever written, where something must have been.

    Raises:
        ConsensusError: another storage has the folder.
        ModuleNotFoundError: google-crc32c is not installed.
        OSError: the folder cannot be made.
        ValueError: ``segment_bytes`` is less than 1.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     storage = FileStorage(folder)
        ...     storage.load().entries
        ...     storage.close()
        ()
    """

    def __init__(  # noqa: PLR0913 -- all but the first are named and have defaults
        self,
        folder: str | os.PathLike[str],
        *,
        owner: str = "",
        mark: str | os.PathLike[str] | None = None,
        segment_bytes: int = SEGMENT_BYTES,
        sync: bool = True,
        lost: str = "",
    ) -> None:
        if segment_bytes < 1:
            raise ValueError(f"expected segment_bytes of 1 or more, came {segment_bytes}")
        checksum_function()
        self._folder = Path(folder).absolute()
        self._segment_bytes = segment_bytes
        self._owner = owner
        self._lost = lost
        self._disk = Disk(sync=sync)
        self._mark_path = self._folder / "mark" if mark is None else Path(mark).absolute()
        self._lock: FolderLock | None = None
        self._standing = Standing.NEW
        self._notes: tuple[str, ...] = ()
        self._image = Image()
        self._segments: Segments | None = None
        self._unsynced: list[bytes] = []
        self._rebase = False
        self._written = threading.Lock()  # guards what write changes, for moments
        self._syncing = threading.Lock()  # guards the files, while the disk takes its time
        _made.add(self)
        self._disk.make_folder(self._folder)
        self._lock = FolderLock(self._folder / "lock")

    @property
    def notes(self) -> tuple[str, ...]:
        """What :meth:`load` had to repair."""
        return self._notes

    @property
    def empty(self) -> bool:
        """Whether nothing was ever written."""
        if self._standing is Standing.NEW:
            refuse(self._standing, "empty")
        return self._image.blank

    def load(self) -> Restored:
        """Read the folder and repair what a crash may have torn."""
        if self._standing is not Standing.NEW:
            refuse(self._standing, "load")
        mark = Mark(self._disk, self._mark_path, self._owner)
        image, number, sequence, self._notes = recover(
            self._disk, self._folder, mark=mark, lost=self._lost
        )
        self._segments = Segments(
            self._disk,
            self._folder,
            mark=mark,
            number=number,
            sequence=sequence,
            segment_bytes=self._segment_bytes,
        )
        self._image = image
        if number == 0:
            self._segments.rebase(image.restored())  # from here on a missing file is noticed
        self._standing = Standing.OPEN
        return image.restored()

    def write(self, persist: Persist) -> None:
        """Take one step into memory; :meth:`sync` hands it to the disk."""
        with self._written:
            if self._standing is not Standing.OPEN:
                refuse(self._standing, "write")
            step = encode_step(persist.hard_state, persist.entries)
            self._image.apply(persist)
            if persist.snapshot is not None:
                self._rebase = True
            if self._rebase or (persist.hard_state is None and not persist.entries):
                return  # the base will hold it, or there is nothing to hold
            self._unsynced.append(step)

    def sync(self) -> None:
        """Make all writes durable as one record; a snapshot among them makes a base of it all."""
        with self._syncing:
            if self._standing is not Standing.OPEN:
                refuse(self._standing, "sync")
            try:
                self._sync()
            except BaseException:  # an interrupt leaves as little known as an error does
                self._standing = Standing.FAILED
                raise

    def close(self) -> None:
        """Sync what was written, unless a sync failed, and unlock the folder."""
        try:
            if self._standing is Standing.OPEN:
                self.sync()
        finally:
            self._standing = Standing.CLOSED
            if self._segments is not None:
                self._segments.close()
            if self._lock is not None:
                self._lock.release()

    def abandon(self) -> None:
        """Let go of everything as a forked child does: nothing is written, no lock is freed."""
        self._standing = Standing.CLOSED
        self._written, self._syncing = threading.Lock(), threading.Lock()  # no other thread is here
        if self._segments is not None:
            self._segments.close()
        if self._lock is not None:
            self._lock.drop()

    def _sync(self) -> None:
        assert self._segments is not None
        with self._written:
            steps, self._unsynced = self._unsynced, []
            base = self._image.restored() if self._rebase else None
            self._rebase = False
        if base is not None:
            self._segments.rebase(base)
        elif steps:
            self._segments.append(encode_group(steps))


_made: WeakSet[FileStorage] = WeakSet()


def _after_fork() -> None:
    for storage in tuple(_made):
        storage.abandon()


if hasattr(os, "register_at_fork"):  # Windows has none
    os.register_at_fork(after_in_child=_after_fork)
