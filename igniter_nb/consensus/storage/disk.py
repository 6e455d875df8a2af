"""Disk operations that a file storage needs, each of which may fail.

What is durable after which call is the whole point here:

- the bytes of a file, once :meth:`Disk.sync_file` returned;
- that a file exists under its name, or no longer does, once :meth:`Disk.sync_folder` returned;
- nothing else: not a write, not a close, not a rename.

Every OSError reaches the caller.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":  # pragma: no cover -- the other system
    import msvcrt
else:
    import fcntl

_BINARY = getattr(os, "O_BINARY", 0)  # Windows alone has another mode


class Disk:
    """Files and folders, and when what is in them is durable.

    Args:
        sync: whether to wait for the disk at all; without it a power failure loses anything, in
            any order, and only the end of the process is survived.
    """

    def __init__(self, *, sync: bool = True) -> None:
        self._sync = sync

    def create(self, path: Path) -> int:
        """Make a file that is not there yet and return its descriptor."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)

    def open(self, path: Path) -> int:
        """Open a file that is there and return its descriptor."""
        return os.open(path, os.O_RDWR | _BINARY)

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of the bytes where the descriptor stands."""
        written = os.write(descriptor, data)
        while written < len(data):
            written += os.write(descriptor, memoryview(data)[written:])

    def rewrite(self, descriptor: int, offset: int, data: bytes) -> None:
        """Write at an offset, which ends the file there, and stand behind it."""
        os.ftruncate(descriptor, offset + len(data))
        os.lseek(descriptor, offset, os.SEEK_SET)
        self.write(descriptor, data)

    def overwrite(self, descriptor: int, offset: int, data: bytes) -> None:
        """Write a few bytes at an offset of a file that stays as long as it is."""
        if sys.platform == "win32":  # pragma: no cover -- the other system
            os.lseek(descriptor, offset, os.SEEK_SET)
            os.write(descriptor, data)
        else:
            os.pwrite(descriptor, data, offset)

    def sync_file(self, descriptor: int) -> None:
        """Return once the bytes of a file and its length are durable."""
        if self._sync:
            _sync_data(descriptor)

    def sync_folder(self, path: Path) -> None:
        """Return once the names in a folder are durable; Windows does that by itself."""
        if self._sync and sys.platform != "win32":
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        """Give a file another name in place of whatever had it."""
        source.replace(target)

    def put(self, path: Path, data: bytes) -> None:
        """Return once a file is durable as a whole, in place of whatever had its name.

        Raises:
            OSError: it cannot be written; what had the name has it still.
        """
        unfinished = path.with_name(f"{path.name}.new")
        with suppress(FileNotFoundError):
            self.remove(unfinished)
        descriptor = self.create(unfinished)
        try:
            self.write(descriptor, data)
            self.sync_file(descriptor)
        finally:
            os.close(descriptor)
        self.replace(unfinished, path)
        self.sync_folder(path.parent)

    def remove(self, path: Path) -> None:
        """Take a file's name away."""
        path.unlink()

    def make_folder(self, path: Path) -> None:
        """Make a folder, and those above it, that are not there yet."""
        if path.is_dir():
            return
        self.make_folder(path.parent)
        path.mkdir(exist_ok=True)
        self.sync_folder(path.parent)


def _sync_data(descriptor: int) -> None:
    if sys.platform == "darwin":  # pragma: no cover -- the other system
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # there, fsync stops at the disk's own cache
    elif sys.platform == "win32":  # pragma: no cover -- the other system
        os.fsync(descriptor)
    else:
        os.fdatasync(descriptor)


class FolderLock:
    """A folder that somebody has for themselves alone, until they let go or their process ends.

    The system gives the lock to an open file, and a forked child has the same open file. So the
    lock is given back in so many words, not by a close alone; and a child drops its copy without a
    word, which would free what its parent still has.

    Args:
        path: of the lock file in the folder; made if it is not there, and never removed.

    Raises:
        ConsensusError: someone has it, in this process or another.
        OSError: the lock file cannot be made.
    """

    __slots__ = ("__weakref__", "_descriptor")

    def __init__(self, path: Path) -> None:
        with _taking:
            self._descriptor: int | None = _locked(path)
            _held.add(self)

    def release(self) -> None:
        """Let go; again is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            try:
                _unlock(descriptor)
            finally:
                os.close(descriptor)

    def drop(self) -> None:
        """Let go of the copy that a forked child has; its parent's lock stays."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


_held: WeakSet[FolderLock] = WeakSet()

_taking = threading.RLock()
"""Whoever forks waits until a lock that is being taken can be dropped in the child."""


def _locked(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
    try:
        if sys.platform == "win32":  # pragma: no cover -- the other system
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:  # the second one on Windows
        os.close(descriptor)
        msg = (
            f"{path.parent} is in use: expected to be its only user, came second. Stop the cluster "
            f"that has it, or take another folder"
        )
        raise ConsensusError(msg) from error
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _unlock(descriptor: int) -> None:
    if sys.platform == "win32":  # pragma: no cover -- the other system
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _after_fork() -> None:
    for lock in tuple(_held):
        lock.drop()
    _taking.release()


if hasattr(os, "register_at_fork"):  # Windows has none
    os.register_at_fork(
        before=_taking.acquire, after_in_parent=_taking.release, after_in_child=_after_fork
    )
