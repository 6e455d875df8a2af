"""Messages as bytes."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus import MessageError, codec, decode_message, encode_message
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    Configuration,
    Entry,
    EntryKind,
    InstallSnapshot,
    Message,
    ReadReply,
    ReadRequest,
    RequestVote,
    SnapshotReply,
    Ticket,
    TimeoutNow,
    VoteReply,
)

NUMBERS = st.integers(0, 2**64 - 1)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
GROUPS = st.lists(NAMES, max_size=4).map(tuple)
READS = st.lists(NUMBERS, max_size=5).map(tuple)
TICKETS = st.none() | st.builds(Ticket, NUMBERS, NUMBERS, NUMBERS)
BODIES = st.tuples(NUMBERS, st.sampled_from(EntryKind), st.binary(max_size=40), TICKETS)


def entries_from(first: int, bodies: list[Any]) -> tuple[Entry, ...]:
    """Number entries one after the other."""
    return tuple(Entry(index, *body) for index, body in enumerate(bodies, first))


ENTRIES = st.builds(entries_from, st.integers(1, 2**60), st.lists(BODIES, max_size=4))
MESSAGES: dict[type, st.SearchStrategy[Any]] = {
    RequestVote: st.builds(
        RequestVote, NAMES, NAMES, NUMBERS, NUMBERS, NUMBERS, st.booleans(), st.booleans()
    ),
    VoteReply: st.builds(VoteReply, NAMES, NAMES, NUMBERS, st.booleans(), st.booleans()),
    AppendEntries: st.builds(
        AppendEntries, NAMES, NAMES, NUMBERS, NUMBERS, NUMBERS, ENTRIES, NUMBERS, NUMBERS
    ),
    AppendReply: st.builds(
        AppendReply, NAMES, NAMES, NUMBERS, st.booleans(), NUMBERS, NUMBERS, NUMBERS, NUMBERS
    ),
    InstallSnapshot: st.builds(
        InstallSnapshot,
        NAMES, NAMES, NUMBERS, NUMBERS, NUMBERS,
        st.builds(Configuration, GROUPS, GROUPS, GROUPS, GROUPS, st.booleans()),
        NUMBERS, st.binary(max_size=40), st.booleans(), NUMBERS,
    ),
    SnapshotReply: st.builds(SnapshotReply, NAMES, NAMES, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    TimeoutNow: st.builds(TimeoutNow, NAMES, NAMES, NUMBERS),
    ReadRequest: st.builds(ReadRequest, NAMES, NAMES, NUMBERS, READS),
    ReadReply: st.builds(ReadReply, NAMES, NAMES, NUMBERS, READS, NUMBERS),
}  # fmt: skip
ANY = st.one_of(*MESSAGES.values())


def test_every_kind_of_message_has_a_codec() -> None:
    """No message of Raft is without a codec, nor any codec without a message."""
    assert set(codec._CODECS) == set(MESSAGES) == set(Message.__args__)  # type: ignore[attr-defined]


@given(ANY)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    """What is encoded is decoded to an equal message of the same type and types of fields."""
    found = decode_message(encode_message(message))

    assert found == message
    assert type(found) is type(message)
    assert [type(each) for each in found] == [type(each) for each in message]


@given(st.binary(max_size=200), st.integers(0, 10))
def test_any_bytes_are_a_message_or_the_one_error(data: bytes, kind: int) -> None:
    """Random bytes, behind the head of each kind too, raise nothing but MessageError."""
    for came in (data, bytes((codec.VERSION, kind)) + data):
        try:
            found = decode_message(came)
        except MessageError:
            continue
        assert encode_message(found) == came


@given(ANY, st.data())
def test_a_part_of_a_message_is_refused(message: Message, data: st.DataObject) -> None:
    """No beginning of a message is one."""
    whole = encode_message(message)
    size = data.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(MessageError, match="expected"):
        decode_message(whole[:size])


@given(ANY)
def test_a_message_with_more_behind_it_is_refused(message: Message) -> None:
    """Every byte is looked at: one too many is no message."""
    whole = encode_message(message)

    with pytest.raises(MessageError, match=f"expected {len(whole):,} bytes, came"):
        decode_message(whole + b"x")


@given(ANY, st.data())
def test_a_changed_byte_raises_nothing_else(message: Message, data: st.DataObject) -> None:
    """A byte that was changed gives another message or the one error."""
    came = bytearray(encode_message(message))
    at = data.draw(st.integers(0, len(came) - 1))
    came[at] ^= data.draw(st.integers(1, 255))

    try:
        found = decode_message(bytes(came))
    except MessageError:
        return
    assert encode_message(found) == bytes(came)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "expected version and kind, came 0 bytes"),
        (bytes((2, 1)), "expected version 1, came version 2"),
        (bytes((1, 10)), "expected a kind from 1 to 9, came 10"),
        (bytes((1, 7, 9)), "sender: expected 9 bytes, came 0 and the end"),
        (bytes((1, 7, 1, 255, 0)), "sender: expected UTF-8"),
        (bytes((1, 2, 0, 0)) + struct.pack("<QBB", 1, 2, 0), "granted: expected 0 or 1, came 2"),
        (bytes((1, 8, 0, 0)) + struct.pack("<QI", 1, 2**32 - 1), "reads: expected at most 65,536"),
    ],
)
def test_what_came_is_told(data: bytes, words: str) -> None:
    """The error names the field, what was expected and what came."""
    with pytest.raises(MessageError, match=words):
        decode_message(data)


ONE = Entry(1, 1, EntryKind.COMMAND, b"")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("hello", "expected a message of RequestVote, .*came 'hello'"),
        (TimeoutNow("a" * 256, "b", 1), "a name: expected at most 255 bytes"),
        (TimeoutNow("a", "b", -1), "TimeoutNow does not fit"),
        (TimeoutNow("a", "b", 2**64), "TimeoutNow does not fit"),
        (TimeoutNow("a", "\ud800", 1), "TimeoutNow does not fit"),
        (ReadRequest("a", "b", 1, (1,) * 65_537), "reads: expected at most 65,536, came 65,537"),
        (AppendEntries("a", "b", 1, 0, 0, (ONE, ONE), 0, 0), "one after the other, came a gap"),
        (
            AppendEntries("a", "b", 1, 0, 0, (ONE._replace(data=bytes(16 << 20)),), 0, 0),
            "a message: expected at most 16,777,216 bytes",
        ),
        (
            InstallSnapshot("a", "b", 1, 1, 1, Configuration(), 0, bytes((1 << 20) + 1), True, 0),
            "data: expected at most 1,048,576 bytes, came 1,048,577",
        ),
        (
            InstallSnapshot("a", "b", 1, 1, 1, Configuration(("n",) * 1_025), 0, b"", True, 0),
            "a membership: expected at most 1,024, came 1,025",
        ),
    ],
)
def test_what_does_not_fit_is_not_sent(message: Any, words: str) -> None:
    """A message beyond a bound is refused where it is encoded, with the bound."""
    with pytest.raises(MessageError, match=words):
        encode_message(message)


def test_too_many_bytes_are_not_looked_at() -> None:
    """Bytes beyond the longest message are refused by their number alone."""
    with pytest.raises(MessageError, match="expected at most 16,777,216 bytes, came 16,777,217"):
        decode_message(bytes(codec.MOST_BYTES + 1))
