"""Disk that fails, is cut off, and forgets what was not synced, under a file storage.

Files are real, so that what is read is what was written. Beside them it keeps what a power failure
would leave: of each file the bytes that were synced, and of the folder the names that were. It is
as mean as a disk may be: a failed sync drops what it could not write, and the next one succeeds
without it.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from igniter_nb.consensus.storage.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


class PowerCutError(Exception):
    """The machine ends in the middle of an operation."""


@dataclass
class Content:
    """One file, whatever its name is.

    Attributes:
        durable: the bytes that survive a power failure.
        dirty: what was done since the last sync: data at an offset, or None and a length.
    """

    durable: bytearray = field(default_factory=bytearray)
    dirty: list[tuple[int, bytes | None]] = field(default_factory=list)

    def done(self, steps: list[tuple[int, bytes | None]]) -> bytes:
        """Give the durable bytes after some of what was done since."""
        content = bytearray(self.durable)
        for offset, data in steps:
            if data is None:
                del content[offset:]
                content.extend(bytes(offset - len(content)))
            else:
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
        return bytes(content)


class FaultyDisk(Disk):
    """Does what a disk does, counts it, and fails when it was told to."""

    def __init__(self) -> None:
        super().__init__(sync=False)
        self.operations: list[str] = []
        self.cut_in: int | None = None  # this many operations go well
        self.cut_on = ""  # the first operation of this name does not
        self.sync_fails = False
        self._names: dict[Path, Content] = {}
        self._durable_names: dict[Path, Content] = {}
        self._open: dict[int, Content] = {}

    def create(self, path: Path) -> int:
        self._count("create")
        descriptor = super().create(path)
        self._open[descriptor] = self._names[path] = Content()
        return descriptor

    def open(self, path: Path) -> int:
        self._count("open")
        descriptor = super().open(path)
        self._open[descriptor] = self._names[path]
        return descriptor

    def write(self, descriptor: int, data: bytes) -> None:
        try:
            self._count("write")
        except PowerCutError:
            self._write(descriptor, data[: len(data) // 2])
            raise
        self._write(descriptor, data)

    def rewrite(self, descriptor: int, offset: int, data: bytes) -> None:
        self._open[descriptor].dirty.append((offset + len(data), None))
        super().rewrite(descriptor, offset, data)

    def overwrite(self, descriptor: int, offset: int, data: bytes) -> None:
        done = data
        try:
            self._count("overwrite")
        except PowerCutError:
            done = data[: len(data) // 2]
            raise
        finally:
            super().overwrite(descriptor, offset, done)
            self._open[descriptor].dirty.append((offset, done))

    def sync_file(self, descriptor: int) -> None:
        self._count("sync file")
        content = self._open[descriptor]
        dirty, content.dirty = content.dirty, []
        if self.sync_fails:
            raise OSError(errno.EIO, "the disk is broken")
        content.durable[:] = content.done(dirty)

    def sync_folder(self, path: Path) -> None:
        self._count("sync folder")
        self._durable_names = dict(self._names)

    def replace(self, source: Path, target: Path) -> None:
        self._count("replace")
        super().replace(source, target)
        self._names[target] = self._names.pop(source)

    def remove(self, path: Path) -> None:
        self._count("remove")
        super().remove(path)
        del self._names[path]

    def repair(self) -> None:
        """Fail no more."""
        self.cut_in, self.cut_on, self.sync_fails = None, "", False

    def lose(self, chance: Random | None = None) -> None:
        """Cut the power: without chance all that is not durable is gone, else some of it."""
        after: dict[Path, Content] = {}
        for path in sorted({*self._names, *self._durable_names}):
            names = [self._durable_names, self._names]
            chosen = (names[0] if chance is None else chance.choice(names)).get(path)
            path.unlink(missing_ok=True)
            if chosen is not None:
                after[path] = chosen
        for path, content in after.items():
            data = bytes(content.durable)
            if chance is not None:
                data = content.done(content.dirty[: chance.randint(0, len(content.dirty))])
                data = data[: max(len(content.durable), chance.randint(0, len(data)))]
            path.write_bytes(data)
            after[path] = Content(bytearray(data))
        self._names, self._durable_names, self._open = after, dict(after), {}

    def _write(self, descriptor: int, data: bytes) -> None:
        offset = os.lseek(descriptor, 0, os.SEEK_CUR)
        super().write(descriptor, data)
        self._open[descriptor].dirty.append((offset, data))

    def _count(self, operation: str) -> None:
        if self.cut_in == 0 or self.cut_on == operation:
            raise PowerCutError(operation)
        if self.cut_in is not None:
            self.cut_in -= 1
        self.operations.append(operation)
