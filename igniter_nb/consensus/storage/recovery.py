"""Recovery of a :class:`~igniter_nb.consensus.storage.FileStorage` from whatever its files hold.

Reading begins at the newest base and goes to the end. Two things look alike and are not:

- a crash tore the last record, which nobody was told is durable: it is cut off, with a note;
- something was damaged later on, taken away, or is another node's: that is an error, because the
  node may have said what it then no longer knows (a vote, an acknowledged entry), and must not take
  part as if it had not. The mark beside the log (``mark.py``) tells how far it had come.

Nothing in the folder is changed before all of it was found sound. Then the last record is written
once more: it may have been read from the system's cache after a failed sync, which a second sync
does not write out, and what is loaded must be durable.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.consensus.storage.image import Image
from igniter_nb.consensus.storage.protocol import REPLACE_IT
from igniter_nb.consensus.storage.records import (
    MAGIC,
    UNREADABLE,
    Flaw,
    Record,
    Reference,
    checksum_function,
    decode_base,
    decode_group,
    decode_owner,
    decode_snapshot,
    frame,
    is_base,
    other_version,
    read_records,
)
from igniter_nb.consensus.storage.segments import (
    Listing,
    list_folder,
    log_path,
    remove_older,
    snapshot_path,
)
from igniter_nb.errors import LogCorruptedError
from igniter_nb.raft import Restored, Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from igniter_nb.consensus.storage.disk import Disk
    from igniter_nb.consensus.storage.mark import Mark

_DO = (
    "Do not start this node from it: it may have promised what it no longer knows. Put its folder "
    f"back as it was{REPLACE_IT}"
)


class Recovered(NamedTuple):
    """What a folder held.

    Attributes:
        image: what the node goes on from.
        number: of the newest log file, 0 if there is none.
        sequence: of the newest record, 0 if there is none.
        notes: what was repaired.
    """

    image: Image
    number: int
    sequence: int
    notes: tuple[str, ...]


class _Log(NamedTuple):
    """One log file as read, without the record that says whose it is."""

    number: int
    path: Path
    records: list[Record]
    flaw: Flaw | None


def recover(disk: Disk, folder: Path, *, mark: Mark, lost: str = "") -> Recovered:
    """Read a folder, repair what a crash may have left, and return what it holds.

    Args:
        disk: what repairs.
        folder: where.
        mark: how far the log had come, and whose it is.
        lost: what is to be said if nothing is there, where something must be; else empty.

    Raises:
        LogCorruptedError: it is damaged where no crash can have done that, or another node's.
        OSError: it cannot be read or repaired.
    """
    listing = list_folder(folder)
    if lost and not (listing.logs or listing.snapshots):
        raise LogCorruptedError(lost)
    chain = _chain(folder, listing, mark.owner)
    logs = [log for log in chain if log.records]
    image = _replayed(folder, logs)
    _check_end(chain, mark, folder=folder, lost=lost)
    notes = _repaired(disk, chain)
    notes += _cleared(disk, folder, logs[0].number if logs else 0)
    disk.sync_folder(folder)
    if not logs:
        return Recovered(image, 0, 0, notes)
    return Recovered(image, logs[-1].number, logs[-1].records[-1].sequence, notes)


def _corrupted(path: Path, offset: int, *, expected: str, came: str) -> LogCorruptedError:
    msg = f"{path} is damaged at byte {offset}: expected {expected}, came {came}. {_DO}"
    return LogCorruptedError(msg)


def _flawed(path: Path, flaw: Flaw) -> LogCorruptedError:
    return _corrupted(path, flaw.offset, expected=flaw.expected, came=flaw.came)


def _check_end(chain: list[_Log], mark: Mark, *, folder: Path, lost: str) -> None:
    """See that the log goes at least as far as it was once known to be durable."""
    noted = mark.read()
    last = next((log.records[-1] for log in reversed(chain) if log.records), None)
    sequence = 0 if last is None else last.sequence
    if noted is None and (lost or sequence > 1):  # a crash leaves the first record without a mark
        raise LogCorruptedError(
            f"{mark.path} is missing: expected how far the log in {folder} had come, came no such "
            f"file. Put it back as it was. {_DO}"
        )
    if sequence < (noted or 0):
        log = chain[-1] if chain else _Log(1, log_path(folder, 1), [], None)
        offset = log.flaw.offset if log.flaw else log.records[-1].end if log.records else 0
        expected = f"records up to number {noted}, which were synced"
        came = f"the end of the log after number {sequence}" if chain else "no such file"
        raise _corrupted(log.path, offset, expected=expected, came=came)


def _chain(folder: Path, listing: Listing, owner: str) -> list[_Log]:
    """Read the log files from the newest base on; the last may be torn from its first byte."""
    chain: list[_Log] = []
    for number in reversed(listing.logs):
        if chain and number != chain[0].number - 1:
            break
        log = _read(folder, number, owner)
        if log.flaw and not (log.flaw.torn and not chain):
            raise _flawed(log.path, log.flaw)
        chain.insert(0, log)
        if log.records and is_base(log.records[0].payload):
            return chain
    return _without_base(folder, listing, chain)


def _read(folder: Path, number: int, owner: str) -> _Log:
    path = log_path(folder, number)
    data = path.read_bytes()
    if version := other_version(data):
        raise LogCorruptedError(
            f"{path} was written by another version of igniter_nb: expected the form "
            f"{MAGIC.decode()}, came {version}. Read it with that version, or take an empty folder"
        )
    records, flaw = read_records(data)
    if records:
        _check_owner(path, records[0], number=number, owner=owner)
    if len(records) == 1 and flaw is None:
        flaw = Flaw(len(data), "a record", "the end of the file", torn=True)
    return _Log(number, path, records[1:], flaw)


def _check_owner(path: Path, first: Record, *, number: int, owner: str) -> None:
    try:
        came = decode_owner(first.payload)
    except UNREADABLE as error:
        expected = "a record that says whose the file is"
        raise _corrupted(path, 0, expected=expected, came=f"another one ({error})") from error
    if came != owner:
        raise LogCorruptedError(
            f"{path} is another node's: expected a file of {owner or 'no cluster'}, came one of "
            f"{came or 'no cluster'}. Put each node's folder back in its place. {_DO}"
        )
    if first.sequence != number:
        expected, came = f"the file of number {number}", f"that of number {first.sequence}"
        raise _corrupted(path, 0, expected=expected, came=came)


def _without_base(folder: Path, listing: Listing, chain: list[_Log]) -> list[_Log]:
    """Accept that there is no base only where none was ever durable: in a folder never loaded."""
    if listing.logs in ([], [1]) and not listing.snapshots and not any(x.records for x in chain):
        return chain
    missing = chain[0].number - 1 if chain else max(listing.snapshots)
    expected = "the log file that what is there goes on from"
    raise _corrupted(log_path(folder, missing), 0, expected=expected, came="no such file")


def _replayed(folder: Path, logs: list[_Log]) -> Image:
    image = Image()
    sequence = None
    for log in logs:
        for record in log.records:
            if sequence is not None and record.sequence != sequence + 1:
                expected, came = f"record {sequence + 1}", f"record {record.sequence}"
                raise _corrupted(log.path, record.offset, expected=expected, came=came)
            try:
                if sequence is None:
                    image = _based(folder, log.number, record.payload)
                else:
                    for step in decode_group(record.payload):
                        image.apply(step)
            except UNREADABLE as error:
                came = f"something else with the right checksum ({error})"
                expected = "a record of this version, which follows from those before"
                raise _corrupted(log.path, record.offset, expected=expected, came=came) from error
            sequence = record.sequence
    return image


def _based(folder: Path, number: int, payload: bytes) -> Image:
    reference, step = decode_base(payload)
    snapshot = _snapshot(snapshot_path(folder, number), reference) if reference else Snapshot()
    image = Image(Restored(snapshot=snapshot))
    image.apply(step)
    return image


def _snapshot(path: Path, reference: Reference) -> Snapshot:
    wanted = f"the snapshot up to index {reference.last_index} of term {reference.last_term}"
    try:
        records, flaw = read_records(path.read_bytes())
    except FileNotFoundError as error:
        raise _corrupted(path, 0, expected=wanted, came="no such file") from error
    if flaw:
        raise _flawed(path, flaw)
    payload = records[0].payload
    checksum = checksum_function()(payload)
    if checksum != reference.checksum:
        expected = f"{wanted} with the checksum {reference.checksum:08x}"
        came = f"one with the checksum {checksum:08x}"
        raise _corrupted(path, 0, expected=expected, came=came)
    return decode_snapshot(payload)


def _repaired(disk: Disk, chain: list[_Log]) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    for log in reversed(chain):
        if log.flaw:
            notes = (_torn(log.path, log.flaw),)
        if log.records:
            _rewrite_last(disk, log)
            break
        disk.remove(log.path)
    return notes


def _torn(path: Path, flaw: Flaw) -> str:
    return (
        f"{path} ended in a torn record, which was cut off at byte {flaw.offset}: expected"
        f" {flaw.expected}, came {flaw.came}. Nobody was told that it was durable"
    )


def _rewrite_last(disk: Disk, log: _Log) -> None:
    last = log.records[-1]
    descriptor = disk.open(log.path)
    try:
        disk.rewrite(descriptor, last.offset, frame(last.payload, last.sequence))
        disk.sync_file(descriptor)
    finally:
        os.close(descriptor)


def _cleared(disk: Disk, folder: Path, number: int) -> tuple[str, ...]:
    """Remove what no base needs: what is older, and snapshots whose base was never written."""
    removed = remove_older(disk, folder, number)
    listing = list_folder(folder)
    waste = [snapshot_path(folder, each) for each in listing.snapshots if each != number]
    for path in [*listing.unfinished, *waste]:
        disk.remove(path)
        removed.append(path)
    if not removed:
        return ()
    names = ", ".join(path.name for path in removed)
    return (f"removed from {folder} what an unfinished compaction had left behind: {names}",)
