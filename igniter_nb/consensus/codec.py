"""Codec of Raft messages as bytes: versioned, bounded field by field, without pickle.

A message is ``version u8 · kind u8 · sender · recipient · numbers · the rest of its kind``. Numbers
are little-endian and unsigned; a name is its length in a byte and UTF-8; entries are as a
:class:`~igniter_nb.consensus.storage.FileStorage` keeps them. What always holds:

1. What was encoded is decoded to an equal message, and every byte is looked at.
2. Bytes of anybody raise :class:`MessageError` or are a message within the bounds; what is
   allocated is no more than came.
3. The numbers of kinds and the order of fields never change within a version.

It frames and signs nothing: whoever sends bytes over a wire says where one message ends.
"""

from __future__ import annotations

from struct import Struct, error
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.consensus.storage.records import STEP, UNREADABLE, decode_step, encode_step
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    Configuration,
    InstallSnapshot,
    ReadReply,
    ReadRequest,
    RequestVote,
    SnapshotReply,
    TimeoutNow,
    VoteReply,
)
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.raft import Entry, Message

__all__ = ["MessageError", "decode_message", "encode_message"]

VERSION: Final = 1

MOST_BYTES: Final = 16 << 20
"""Bytes of one message, at most."""

MOST_NAME_BYTES: Final = 255
MOST_ENTRIES: Final = 65_536
MOST_CHUNK_BYTES: Final = 1 << 20
"""Bytes of a chunk of a snapshot, at most."""

MOST_READS: Final = 65_536
MOST_NODES: Final = 1_024
"""Nodes in each part of a membership, at most."""

_COUNT: Final = Struct("<I")
_FLAGS: Final = (False, True)


class MessageError(ValueError):
    """Bytes are no message of this version, or a message does not fit into its bounds.

    Examples:
        >>> try:
        ...     decode_message(b"hello")
        ... except MessageError as error:
        ...     print(error)
        a message: expected version 1, came version 104
    """


class _Reader:
    """The bytes of one message, read from the front; every error says what was to come."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 2  # version and kind were read

    def numbers(self, struct: Struct, what: str) -> tuple[Any, ...]:
        """Read what a struct describes."""
        at = self.at
        self.at = at + struct.size
        if self.at > len(self.data):
            raise MessageError(_short(what, struct.size, len(self.data) - at))
        return struct.unpack_from(self.data, at)

    def bytes(self, size: int, what: str) -> bytes:
        """Read so many bytes."""
        at = self.at
        self.at = at + size
        if self.at > len(self.data):
            raise MessageError(_short(what, size, len(self.data) - at))
        return self.data[at : self.at]

    def count(self, most: int, what: str) -> int:
        """Read how many follow."""
        (count,) = self.numbers(_COUNT, what)
        if count > most:
            raise MessageError(f"{what}: expected at most {most:,}, came {count:,}")
        return int(count)

    def name(self, what: str) -> str:
        """Read a node's name."""
        size = self.bytes(1, what)[0]
        try:
            return self.bytes(size, what).decode()
        except UnicodeDecodeError as found:
            raise MessageError(f"{what}: expected UTF-8, {found}") from found

    def names(self, what: str) -> tuple[str, ...]:
        """Read names."""
        return tuple(self.name(what) for _ in range(self.count(MOST_NODES, what)))

    def flag(self, number: int, what: str) -> bool:
        """Return what 0 or 1 means."""
        if number > 1:
            raise MessageError(f"{what}: expected 0 or 1, came {number}")
        return _FLAGS[number]

    def reads(self) -> tuple[int, ...]:
        """Read numbers of reads."""
        count = self.count(MOST_READS, "reads")
        return self.numbers(Struct(f"<{count}Q"), "reads")

    def entries(self) -> tuple[Entry, ...]:
        """Read entries, the last part of a message."""
        at = self.at
        has_hard_state, first, count = self.numbers(STEP, "entries")
        if has_hard_state or count > MOST_ENTRIES or (first and not count):
            raise MessageError(f"entries: expected at most {MOST_ENTRIES:,}, came {count:,}")
        try:
            step, self.at = decode_step(self.data, at)
        except UNREADABLE as found:
            raise MessageError(f"entries: expected whole ones, {found}") from found
        return step.entries


def _short(what: str, size: int, left: int) -> str:
    return f"{what}: expected {size:,} bytes, came {max(left, 0):,} and the end"


def _name(name: str) -> bytes:
    data = name.encode()
    if len(data) > MOST_NAME_BYTES:
        came = f"{abbreviate(name)} of {len(data):,}"
        raise MessageError(f"a name: expected at most {MOST_NAME_BYTES} bytes, came {came}")
    return bytes((len(data),)) + data


def _many(parts: Sequence[Any], most: int, what: str) -> bytes:
    if len(parts) > most:
        raise MessageError(f"{what}: expected at most {most:,}, came {len(parts):,}")
    return _COUNT.pack(len(parts))


# -- one codec for each kind of message: its numbers, then what else it has

_VOTE = Struct("<QQQBB")
_VOTE_REPLY = Struct("<QBB")
_APPEND = Struct("<QQQQQ")
_APPEND_REPLY = Struct("<QBQQQQ")
_INSTALL = Struct("<QQQQBQB")
_SNAPSHOT_REPLY = Struct("<QQQQ")
_TERM = Struct("<Q")
_READ_REPLY = Struct("<QQ")


def _write_vote(message: RequestVote) -> bytes:
    return _VOTE.pack(*message[2:])


def _read_vote(sender: str, recipient: str, given: _Reader) -> RequestVote:
    term, index, last_term, pre, transfer = given.numbers(_VOTE, "RequestVote")
    pre, transfer = given.flag(pre, "pre"), given.flag(transfer, "transfer")
    return RequestVote(sender, recipient, term, index, last_term, pre, transfer)


def _write_vote_reply(message: VoteReply) -> bytes:
    return _VOTE_REPLY.pack(*message[2:])


def _read_vote_reply(sender: str, recipient: str, given: _Reader) -> VoteReply:
    term, granted, pre = given.numbers(_VOTE_REPLY, "VoteReply")
    granted, pre = given.flag(granted, "granted"), given.flag(pre, "pre")
    return VoteReply(sender, recipient, term, granted, pre)


def _write_append(message: AppendEntries) -> bytes:
    _, _, term, prev_index, prev_term, entries, commit, number = message
    head = _APPEND.pack(term, prev_index, prev_term, commit, number)
    if entries and any(each.index != at for at, each in enumerate(entries, entries[0].index)):
        raise MessageError("entries: expected one after the other, came a gap")
    _many(entries, MOST_ENTRIES, "entries")
    return head + encode_step(None, entries)


def _read_append(sender: str, recipient: str, given: _Reader) -> AppendEntries:
    term, prev_index, prev_term, commit, number = given.numbers(_APPEND, "AppendEntries")
    entries = given.entries()
    return AppendEntries(sender, recipient, term, prev_index, prev_term, entries, commit, number)


def _write_append_reply(message: AppendReply) -> bytes:
    return _APPEND_REPLY.pack(*message[2:])


def _read_append_reply(sender: str, recipient: str, given: _Reader) -> AppendReply:
    term, success, *others = given.numbers(_APPEND_REPLY, "AppendReply")
    return AppendReply(sender, recipient, term, given.flag(success, "success"), *others)


def _write_install(message: InstallSnapshot) -> bytes:
    _, _, term, index, last_term, configuration, offset, data, done, number = message
    *groups, auto_leave = configuration
    if len(data) > MOST_CHUNK_BYTES:
        msg = f"data: expected at most {MOST_CHUNK_BYTES:,} bytes, came {len(data):,}"
        raise MessageError(msg)
    parts = [_INSTALL.pack(term, index, last_term, offset, done, number, auto_leave)]
    for group in groups:
        parts += [_many(group, MOST_NODES, "a membership"), *map(_name, group)]
    return b"".join((*parts, _COUNT.pack(len(data)), data))


def _read_install(sender: str, recipient: str, given: _Reader) -> InstallSnapshot:
    term, index, last_term, offset, done, number, leaves = given.numbers(_INSTALL, "the snapshot")
    voters, outgoing, learners, next_ = (given.names(each) for each in Configuration._fields[:4])
    leaves = given.flag(leaves, "auto_leave")
    members = Configuration(voters, outgoing, learners, next_, leaves)
    data = given.bytes(given.count(MOST_CHUNK_BYTES, "data"), "data")
    done = given.flag(done, "done")
    return InstallSnapshot(
        sender, recipient, term, index, last_term, members, offset, data, done, number
    )


def _write_snapshot_reply(message: SnapshotReply) -> bytes:
    return _SNAPSHOT_REPLY.pack(*message[2:])


def _read_snapshot_reply(sender: str, recipient: str, given: _Reader) -> SnapshotReply:
    return SnapshotReply(sender, recipient, *given.numbers(_SNAPSHOT_REPLY, "SnapshotReply"))


def _write_timeout_now(message: TimeoutNow) -> bytes:
    return _TERM.pack(message.term)


def _read_timeout_now(sender: str, recipient: str, given: _Reader) -> TimeoutNow:
    return TimeoutNow(sender, recipient, *given.numbers(_TERM, "TimeoutNow"))


def _reads(reads: tuple[int, ...]) -> bytes:
    return _many(reads, MOST_READS, "reads") + Struct(f"<{len(reads)}Q").pack(*reads)


def _write_read_request(message: ReadRequest) -> bytes:
    return _TERM.pack(message.term) + _reads(message.reads)


def _read_read_request(sender: str, recipient: str, given: _Reader) -> ReadRequest:
    (term,) = given.numbers(_TERM, "ReadRequest")
    return ReadRequest(sender, recipient, term, given.reads())


def _write_read_reply(message: ReadReply) -> bytes:
    return _READ_REPLY.pack(message.term, message.index) + _reads(message.reads)


def _read_read_reply(sender: str, recipient: str, given: _Reader) -> ReadReply:
    term, index = given.numbers(_READ_REPLY, "ReadReply")
    return ReadReply(sender, recipient, term, given.reads(), index)


class _Codec(NamedTuple):
    """How one kind of message is written and read."""

    kind: int
    write: Callable[[Any], bytes]
    read: Callable[[str, str, _Reader], Message]


_CODECS: Final[dict[type, _Codec]] = {
    RequestVote: _Codec(1, _write_vote, _read_vote),
    VoteReply: _Codec(2, _write_vote_reply, _read_vote_reply),
    AppendEntries: _Codec(3, _write_append, _read_append),
    AppendReply: _Codec(4, _write_append_reply, _read_append_reply),
    InstallSnapshot: _Codec(5, _write_install, _read_install),
    SnapshotReply: _Codec(6, _write_snapshot_reply, _read_snapshot_reply),
    TimeoutNow: _Codec(7, _write_timeout_now, _read_timeout_now),
    ReadRequest: _Codec(8, _write_read_request, _read_read_request),
    ReadReply: _Codec(9, _write_read_reply, _read_read_reply),
}
_READS: Final = {codec.kind: codec.read for codec in _CODECS.values()}


def encode_message(message: Message) -> bytes:
    """Return a message as bytes.

    Raises:
        MessageError: it is no message, or does not fit into its bounds.

    Examples:
        >>> from igniter_nb.raft import TimeoutNow
        >>> encode_message(TimeoutNow("n1", "n2", 3)).hex(" ", 4)
        '0107026e 31026e32 03000000 00000000'
    """
    codec = _CODECS.get(type(message))
    if codec is None:
        known = ", ".join(kind.__name__ for kind in _CODECS)
        raise MessageError(f"expected a message of {known}; came {abbreviate(message)}")
    try:
        head = bytes((VERSION, codec.kind)) + _name(message.sender) + _name(message.recipient)
        data = head + codec.write(message)
    except (error, TypeError, AttributeError, UnicodeEncodeError) as found:
        raise MessageError(f"{type(message).__name__} does not fit: {found}") from found
    if len(data) > MOST_BYTES:
        raise MessageError(f"a message: expected at most {MOST_BYTES:,} bytes, came {len(data):,}")
    return data


def decode_message(data: bytes) -> Message:
    """Return the message that bytes are, whoever sent them.

    Raises:
        MessageError: they are none of this version; says what was expected and what came.

    Examples:
        >>> from igniter_nb.raft import TimeoutNow
        >>> decode_message(encode_message(TimeoutNow("n1", "n2", 3)))
        TimeoutNow(sender='n1', recipient='n2', term=3)
    """
    if len(data) > MOST_BYTES:
        raise MessageError(f"a message: expected at most {MOST_BYTES:,} bytes, came {len(data):,}")
    if len(data) < 2:  # noqa: PLR2004 -- version and kind
        raise MessageError(f"a message: expected version and kind, came {len(data)} bytes")
    if data[0] != VERSION:
        raise MessageError(f"a message: expected version {VERSION}, came version {data[0]}")
    read = _READS.get(data[1])
    if read is None:
        raise MessageError(f"a message: expected a kind from 1 to {len(_READS)}, came {data[1]}")
    given = _Reader(data)
    message = read(given.name("sender"), given.name("recipient"), given)
    if given.at != len(data):
        came = f"{len(data):,} bytes" if given.at < len(data) else "an end too early"
        raise MessageError(f"a message: expected {given.at:,} bytes, came {came}")
    return message
