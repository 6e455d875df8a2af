"""Segments: the files of a :class:`~igniter_nb.consensus.storage.FileStorage`, as written.

A folder holds ``log-<number>`` files with numbers in a row, of which the first begins with a base,
and ``snapshot-<number>`` for the base that has this number. Each file says first whose it is. Each
record is durable before the next one is begun, so at most one is ever unfinished; and the mark (see
``mark.py``) says that it is, before anybody is told. In particular a snapshot is put in place in
this order, and a crash anywhere in it loses nothing:

1. ``snapshot-<n>.new`` is written, synced, and renamed to ``snapshot-<n>``; the folder is synced;
2. ``log-<n>`` is written with a base that names it; the file and the folder are synced. From here
   on reading begins there;
3. the mark is written and synced: from here on the base is missed if it is not there;
4. everything with a smaller number is removed, oldest first.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.consensus.storage.records import (
    Reference,
    checksum_function,
    encode_base,
    encode_owner,
    encode_snapshot,
    frame,
)
from igniter_nb.raft import Restored, Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from igniter_nb.consensus.storage.disk import Disk
    from igniter_nb.consensus.storage.mark import Mark

_NAME = re.compile(r"(log|snapshot)-(\d{12})(\.new)?")


def log_path(folder: Path, number: int) -> Path:
    """Return where the log file of a number is."""
    return folder / f"log-{number:012}"


def snapshot_path(folder: Path, number: int) -> Path:
    """Return where the snapshot of the base of a number is."""
    return folder / f"snapshot-{number:012}"


class Listing(NamedTuple):
    """Which of our files are in a folder.

    Attributes:
        logs: numbers of the log files, ascending.
        snapshots: numbers of the snapshots, ascending.
        unfinished: files that were never given their name.
    """

    logs: list[int]
    snapshots: list[int]
    unfinished: list[Path]


def list_folder(folder: Path) -> Listing:
    """Look into a folder; files of other names are none of ours."""
    listing = Listing([], [], [])
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        if match[3]:
            listing.unfinished.append(path)
        else:
            numbers = listing.logs if match[1] == "log" else listing.snapshots
            numbers.append(int(match[2]))
    return listing


def remove_older(disk: Disk, folder: Path, number: int) -> list[Path]:
    """Remove what the base of a number made superfluous, oldest first; return what that was."""
    listing = list_folder(folder)
    old = [log_path(folder, each) for each in listing.logs if each < number]
    old += [snapshot_path(folder, each) for each in listing.snapshots if each < number]
    for path in old:
        disk.remove(path)
    if old:
        disk.sync_folder(folder)
    return old


class Segments:
    """The end of the log, where records are appended.

    Args:
        disk: what does it.
        folder: where the files are.
        mark: where is noted how far the log has come, and whose it is.
        number: of the newest log file, 0 if there is none.
        sequence: of the newest record, 0 if there is none.
        segment_bytes: how long a log file gets before the next one is begun.
    """

    def __init__(  # noqa: PLR0913 -- all but two are named
        self,
        disk: Disk,
        folder: Path,
        *,
        mark: Mark,
        number: int,
        sequence: int,
        segment_bytes: int,
    ) -> None:
        self._disk = disk
        self._folder = folder
        self._mark = mark
        self._number = number
        self._sequence = sequence
        self._segment_bytes = segment_bytes
        self._size = 0
        self._descriptor: int | None = None
        if number:
            self._descriptor = disk.open(log_path(folder, number))
            self._size = os.lseek(self._descriptor, 0, os.SEEK_END)
            mark.begin(sequence)

    def append(self, payload: bytes) -> None:
        """Return once a payload is durable.

        Raises:
            OSError: it may or may not be; nothing may be appended any more.
        """
        self._sequence += 1
        record = frame(payload, self._sequence)
        if self._descriptor is None or self._size >= self._segment_bytes:
            self._begin(record)
        else:
            self._disk.write(self._descriptor, record)
            self._disk.sync_file(self._descriptor)
            self._mark.note(self._sequence)
            self._size += len(record)

    def rebase(self, restored: Restored) -> None:
        """Return once all of this is durable by itself; everything before it is removed.

        Raises:
            OSError: it may or may not be; nothing may be appended any more.
        """
        reference = None
        if restored.snapshot != Snapshot():
            reference = self._keep(restored.snapshot, self._number + 1)
        self._sequence += 1
        payload = encode_base(reference, restored.hard_state, restored.entries)
        self._begin(frame(payload, self._sequence))
        remove_older(self._disk, self._folder, self._number)

    def close(self) -> None:
        """Let go of the files."""
        self._mark.close()
        self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _begin(self, record: bytes) -> None:
        first = not self._number
        self._close()
        self._number += 1
        data = frame(encode_owner(self._mark.owner), self._number) + record
        self._size = len(data)
        self._descriptor = self._disk.create(log_path(self._folder, self._number))
        self._disk.write(self._descriptor, data)
        self._disk.sync_file(self._descriptor)
        self._disk.sync_folder(self._folder)
        if first:
            self._mark.begin(self._sequence)
        else:
            self._mark.note(self._sequence)
            self._mark.sync()

    def _keep(self, snapshot: Snapshot, number: int) -> Reference:
        payload = encode_snapshot(snapshot)
        self._disk.put(snapshot_path(self._folder, number), frame(payload, number))
        return Reference(snapshot.index, snapshot.term, checksum_function()(payload))
