"""Records: the bytes in the files of a :class:`~igniter_nb.consensus.storage.FileStorage`.

A file is a sequence of records, and a record is all or nothing. Numbers are little-endian.

====================  =====  ==========================================================
header, 28 bytes      bytes
====================  =====  ==========================================================
magic                 4      ``iNb2``; the digit is the version of everything below
checksum              4      CRC32C of the payload
length                8      bytes of the payload
sequence              8      1, 2, 3 … over all files of the log, without gaps
checksum              4      CRC32C of the 24 bytes before
payload               …
====================  =====  ==========================================================

The header has a checksum of its own so that a length can be believed: a payload that ends too
early was torn, and where it was to end is where the next record is. A payload is one of

- an *owner*: whose the file is; each file of a log begins with one, which has the number of the
  file as its sequence, so that no file is taken for another node's;
- a *base*: everything as of then, with the entries after the snapshot; the snapshot is named by
  index, term and the checksum of its own file, so that a base never goes with another one;
- a *group*: the steps that one sync made durable, in order;
- a *snapshot*, in a file of its own.
"""

from __future__ import annotations

import json
import struct
from enum import IntEnum
from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.raft import Configuration, Entry, EntryKind, HardState, Persist, Snapshot, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MAGIC = b"iNb2"
HEADER = Struct("<4sIQQI")
_GUARDED = HEADER.size - 4
"""How many bytes of a header its own checksum is about."""

_BASE = Struct("<B?QQI")  # kind, whether there is a snapshot, its index, term, checksum
STEP = Struct("<?QI")  # whether there is a hard state, index of the first entry, how many
_HARD = Struct("<QQI")  # term, commit, bytes of the vote
_ENTRY = Struct("<QBI")  # term, kind (with _TICKETED), bytes of the data
_TICKET = Struct("<QQQ")
_SNAPSHOT = Struct("<BQQI")  # kind, index, term, bytes of the configuration
_NO_VOTE = 0xFFFFFFFF
_TICKETED = 0x80
_KINDS = {int(kind): kind for kind in EntryKind}

UNREADABLE = (ValueError, LookupError, TypeError, struct.error)
"""What decoding raises on bytes that are none of ours although their checksum is right."""


class Kind(IntEnum):
    """What a payload is; the numbers are written to disk and never change."""

    BASE = 1
    GROUP = 2
    SNAPSHOT = 3
    OWNER = 4


class Reference(NamedTuple):
    """Which snapshot a base stands on.

    Attributes:
        last_index: last entry that the snapshot covers.
        last_term: term of that entry.
        checksum: CRC32C of its payload.
    """

    last_index: int
    last_term: int
    checksum: int


class Record(NamedTuple):
    """One sound record of a file.

    Attributes:
        offset: where its header begins.
        sequence: its number.
        payload: what it says.
    """

    offset: int
    sequence: int
    payload: bytes

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.offset + HEADER.size + len(self.payload)


class Flaw(NamedTuple):
    """The first place of a file that is no sound record.

    Attributes:
        offset: where a record was to begin.
        expected: what should be there.
        came: what is.
        torn: whether a crash in the middle of the last write explains it: nothing comes after.
    """

    offset: int
    expected: str
    came: str
    torn: bool


@cache
def checksum_function() -> Callable[[bytes], int]:
    """Return the function for CRC32C (Castagnoli; RFC 3720, appendix B.4).

    Raises:
        ModuleNotFoundError: no package that has it is installed.
    """
    try:
        import google_crc32c  # noqa: PLC0415 -- asked for at the moment of use
    except ModuleNotFoundError as error:
        msg = "FileStorage needs google-crc32c: pip install 'igniter_nb[file]'"
        raise ModuleNotFoundError(msg) from error
    value: Callable[[bytes], int] = google_crc32c.value
    return value


def frame(payload: bytes, sequence: int) -> bytes:
    """Return a payload as a record."""
    return header(checksum_function()(payload), len(payload), sequence) + payload


def header(checksum: int, length: int, sequence: int) -> bytes:
    """Return the header of a record whose payload has this checksum and length."""
    guarded = HEADER.pack(MAGIC, checksum, length, sequence, 0)[:_GUARDED]
    return guarded + checksum_function()(guarded).to_bytes(4, "little")


def other_version(data: bytes) -> str:
    """Return the version of a file that another version of this package wrote; empty if none."""
    guarded = data[:_GUARDED]
    sound = checksum_function()(guarded).to_bytes(4, "little") == data[_GUARDED : HEADER.size]
    foreign = data[:3] == MAGIC[:3] and data[:4] != MAGIC
    return data[:4].decode("ascii", "replace") if sound and foreign else ""


def read_records(data: bytes) -> tuple[list[Record], Flaw | None]:
    """Return the sound records from the beginning of a file on, and what comes after them.

    Returns:
        The records, and the flaw that ends them; None when they end with the file. A file without
        a byte has a flaw: a record was to begin there.
    """
    records: list[Record] = []
    offset = 0
    while offset < len(data) or not records:
        found = _record_at(data, offset)
        if isinstance(found, Flaw):
            return records, found
        records.append(found)
        offset = found.end
    return records, None


def _record_at(data: bytes, offset: int) -> Record | Flaw:
    start = offset + HEADER.size
    if start > len(data):
        came = f"{len(data) - offset} bytes and the end of the file"
        return Flaw(offset, f"a record's header of {HEADER.size} bytes", came, torn=True)
    header = _header_at(data, offset)
    if header is None:
        return _headless(data, offset)
    payload = data[start : start + header.length]
    if len(payload) < header.length:
        came = f"{len(payload)} bytes and the end of the file"
        return Flaw(offset, f"a record with {header.length} bytes of payload", came, torn=True)
    checksum = checksum_function()(payload)
    if checksum != header.checksum:
        expected = f"a payload with the checksum {header.checksum:08x}"
        last = start + header.length == len(data)
        return Flaw(offset, expected, f"one with the checksum {checksum:08x}", torn=last)
    return Record(offset, header.sequence, payload)


class _Header(NamedTuple):
    magic: bytes
    checksum: int
    length: int
    sequence: int
    guard: int


def _header_at(data: bytes, offset: int) -> _Header | None:
    header = _Header._make(HEADER.unpack_from(data, offset))
    guard = checksum_function()(data[offset : offset + _GUARDED])
    return header if header.magic == MAGIC and header.guard == guard else None


def _headless(data: bytes, offset: int) -> Flaw:
    """Say what a header that is none means; how long its record was is not known.

    It may be what a crash left of the last write, or damage with sound records after it. Only one
    write is ever on its way to the disk, so a sound record after it tells the two apart.
    """
    expected = "a record's header with the right checksum"
    came = data[offset : offset + HEADER.size].hex(" ", 4)
    at = data.find(MAGIC, offset + 1)
    while 0 <= at <= len(data) - HEADER.size:
        header = _header_at(data, at)
        start = at + HEADER.size
        if header and checksum_function()(data[start : start + header.length]) == header.checksum:
            return Flaw(offset, expected, f"{came}, and a sound record at byte {at}", torn=False)
        at = data.find(MAGIC, at + 1)
    return Flaw(offset, expected, came, torn=True)


def encode_owner(owner: str) -> bytes:
    """Return whose a file is as the payload of its first record."""
    return bytes((Kind.OWNER,)) + owner.encode()


def decode_owner(payload: bytes) -> str:
    """Return whose a file is.

    Raises:
        UNREADABLE: it is no owner.
    """
    if payload[0] != Kind.OWNER:
        raise ValueError(f"expected an owner, kind {Kind.OWNER:d}; came kind {payload[0]}")
    return payload[1:].decode()


def encode_step(hard_state: HardState | None, entries: Sequence[Entry]) -> bytes:
    """Return a step without a snapshot as bytes; the entries follow one another.

    Raises:
        struct.error: a number is negative or does not fit.
    """
    first = entries[0].index if entries else 0
    parts = [STEP.pack(hard_state is not None, first, len(entries))]
    if hard_state is not None:
        vote = None if hard_state.vote is None else hard_state.vote.encode()
        size = _NO_VOTE if vote is None else len(vote)
        parts += (_HARD.pack(hard_state.term, hard_state.commit, size), vote or b"")
    for _index, term, kind, data, ticket in entries:
        if ticket is None:
            parts += (_ENTRY.pack(term, kind, len(data)), data)
        else:
            head = _ENTRY.pack(term, kind | _TICKETED, len(data))
            parts += (head, _TICKET.pack(*ticket), data)
    return b"".join(parts)


def decode_step(payload: bytes, at: int) -> tuple[Persist, int]:
    """Return the step that begins at a place, and where it ends: past the end if that was cut off.

    Raises:
        UNREADABLE: there is none of this version.
    """
    has_hard_state, first, count = STEP.unpack_from(payload, at)
    at += STEP.size
    hard_state = None
    if has_hard_state:
        term, commit, size = _HARD.unpack_from(payload, at)
        at += _HARD.size
        vote = None
        if size != _NO_VOTE:
            vote = payload[at : at + size].decode()
            at += size
        hard_state = HardState(term, vote, commit)
    entries: list[Entry] = []
    for index in range(first, first + count):
        term, kind, size = _ENTRY.unpack_from(payload, at)
        at += _ENTRY.size
        ticket = None
        if kind & _TICKETED:
            ticket = Ticket._make(_TICKET.unpack_from(payload, at))
            at += _TICKET.size
        data = payload[at : at + size]
        entries.append(Entry(index, term, _KINDS[kind & ~_TICKETED], data, ticket))
        at += size
    return Persist(0, hard_state, None, tuple(entries), sync=True, release=()), at


def encode_group(steps: Iterable[bytes]) -> bytes:
    """Return steps, each from :func:`encode_step`, as the payload of one record."""
    return b"".join((bytes((Kind.GROUP,)), *steps))


def decode_group(payload: bytes) -> Iterator[Persist]:
    """Yield the steps of a group in order.

    Raises:
        UNREADABLE: it is no group of this version.
    """
    if payload[0] != Kind.GROUP:
        raise ValueError(f"expected a group, kind {Kind.GROUP:d}; came kind {payload[0]}")
    at = 1
    while at < len(payload):
        step, at = decode_step(payload, at)
        yield step


def encode_base(
    snapshot: Reference | None, hard_state: HardState, entries: Sequence[Entry]
) -> bytes:
    """Return everything as of now as the payload of one record."""
    reference = snapshot or Reference(0, 0, 0)
    head = _BASE.pack(Kind.BASE, snapshot is not None, *reference)
    return head + encode_step(hard_state, entries)


def is_base(payload: bytes) -> bool:
    """Whether reading may begin with this payload."""
    return payload[:1] == bytes((Kind.BASE,))


def decode_base(payload: bytes) -> tuple[Reference | None, Persist]:
    """Return the snapshot that a base stands on, if any, and what else it says.

    Raises:
        UNREADABLE: it is no base of this version.
    """
    _kind, present, index, term, checksum = _BASE.unpack_from(payload)
    step, _end = decode_step(payload, _BASE.size)
    return (Reference(index, term, checksum) if present else None), step


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return a snapshot as the payload of the record in its own file."""
    configuration = json.dumps(snapshot.configuration).encode()
    head = _SNAPSHOT.pack(Kind.SNAPSHOT, snapshot.index, snapshot.term, len(configuration))
    return b"".join((head, configuration, snapshot.data))


def decode_snapshot(payload: bytes) -> Snapshot:
    """Return the snapshot in a payload.

    Raises:
        UNREADABLE: it is no snapshot of this version.
    """
    kind, index, term, size = _SNAPSHOT.unpack_from(payload)
    if kind != Kind.SNAPSHOT:
        raise ValueError(f"expected a snapshot, kind {Kind.SNAPSHOT:d}; came kind {kind}")
    at = _SNAPSHOT.size + size
    *names, auto_leave = json.loads(payload[_SNAPSHOT.size : at])
    voters, outgoing, learners, learners_next = (tuple(each) for each in names)
    configuration = Configuration(voters, outgoing, learners, learners_next, auto_leave)
    return Snapshot(index, term, configuration, payload[at:])
