"""Storage in memory that forgets at a crash what was not synced, for simulated clusters.

The storage is its own disk: after :meth:`MemoryStorage.crash` the same object is loaded by the node
that starts on it. A storage does exactly what it is told, so the same calls give the same bytes; it
can be pickled at any moment. Writing and syncing cost the same however long the log is: a write is
done at once together with what takes it back, and a crash takes back what was not synced.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from igniter_nb.consensus.storage.image import Image, Undo
from igniter_nb.consensus.storage.protocol import Standing, refuse

if TYPE_CHECKING:
    from igniter_nb.raft import Persist, Restored


class MemoryStorage:
    """Keeps everything in memory and models what a disk does to it.

    The faults are :meth:`crash`, :meth:`fail_next_sync` and :meth:`wipe`; all else is
    :class:`~igniter_nb.consensus.storage.Storage`.

    Examples:
        >>> storage = MemoryStorage()
        >>> storage.load().entries
        ()
    """

    def __init__(self) -> None:
        self._image = Image()
        self._unsynced: list[Undo] = []
        self._standing = Standing.NEW
        self._fails = False
        self._torn = False
        self.wiped = False
        self._notes: tuple[str, ...] = ()

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

    @property
    def unsynced(self) -> int:
        """How many writes a crash could lose now."""
        return len(self._unsynced)

    def load(self) -> Restored:
        """Return what survived."""
        if self._standing is not Standing.NEW:
            refuse(self._standing, "load")
        self._standing = Standing.OPEN
        self._notes = ("cut off the last record, which a crash had torn",) if self._torn else ()
        self._torn = False
        return self._image.restored()

    def write(self, persist: Persist) -> None:
        """Take one step; a crash before the next :meth:`sync` may lose it."""
        if self._standing is not Standing.OPEN:
            refuse(self._standing, "write")
        self._unsynced.append(self._image.apply(persist))

    def sync(self) -> None:
        """Make all writes durable, or fail if :meth:`fail_next_sync` said so."""
        if self._standing is not Standing.OPEN:
            refuse(self._standing, "sync")
        if self._fails:
            self._standing = Standing.FAILED
            raise OSError(errno.EIO, "sync failed, as it was told to")
        self._unsynced.clear()

    def close(self) -> None:
        """Sync what was written, unless a sync failed; until a crash nothing more is taken."""
        standing, self._standing = self._standing, Standing.CLOSED
        if standing is Standing.OPEN:
            if self._fails:
                raise OSError(errno.EIO, "sync failed, as it was told to")
            self._unsynced.clear()

    def fail_next_sync(self) -> None:
        """Let the next sync raise OSError; a crash ends it."""
        self._fails = True

    def crash(self, kept: int = 0, *, torn: bool = False) -> None:
        """End the process or cut the power; afterwards the storage is to be loaded anew.

        Args:
            kept: how many of the first unsynced writes the disk had written by itself.
            torn: whether it was in the middle of the next one, if there is one; loading cuts it
                off and says so in :attr:`notes`.

        Raises:
            ValueError: ``kept`` is negative or more than there are.
        """
        if not 0 <= kept <= len(self._unsynced):
            msg = f"expected kept from 0 to {len(self._unsynced)}, the unsynced writes; came {kept}"
            raise ValueError(msg)
        self._torn = (torn and kept < len(self._unsynced)) or self._torn
        for undo in reversed(self._unsynced[kept:]):
            self._image.revert(undo)
        self._unsynced.clear()
        self._fails = False
        self._standing = Standing.NEW

    def wipe(self) -> None:
        """Lose everything, synced or not: a new disk, to be loaded anew."""
        self.crash()
        self._image = Image()
        self._torn = False
        self.wiped = True


def in_memory(_: object) -> MemoryStorage:
    """Make the storage of a node, whatever its name is."""
    return MemoryStorage()
