"""What stands in a box of a log."""

from __future__ import annotations

import pytest

from igniter_nb.consensus import encode
from igniter_nb.notebook.clusters.words.entries import SHORT, WHOLE, entry_words
from igniter_nb.raft import Entry, EntryKind


def words(data: bytes, kind: EntryKind = EntryKind.COMMAND) -> tuple[str, str]:
    """Return the words for an entry."""
    return entry_words(Entry(1, 1, kind, data))


@pytest.mark.parametrize(
    ("command", "short", "whole"),
    [
        ({"key": "price", "value": 99}, "price=99", "price = 99"),
        ({"key": "currency", "value": "EUR"}, "curre…y='EUR'", "currency = 'EUR'"),
        ({"key": "price", "op": "delete"}, "price deleted", "price is deleted"),
        ({"type": "add", "by": 1}, "add by=1", "add by=1"),
        (
            {"type": "move", "from": "a", "to": "b"},
            "move from… to=",
            "move from='a' to='b'",
        ),
        ({"key": "a\nb", "value": None}, "a b=None", "a b = None"),
    ],
)
def test_a_command_is_told_short_and_whole(command, short, whole):
    """A write says key and value, a command of a state machine its type and what it takes."""
    told = words(encode(command))

    assert told[1] == whole
    assert len(told[0]) <= SHORT
    assert told[0][:5] == short[:5]


def test_what_is_no_command_is_told_in_words():
    """The blank entry of a leader, a change of members, a session of a client."""
    assert words(b"", EntryKind.NOOP)[0] == "new leader"
    assert words(b"[]", EntryKind.CONFIGURATION)[0] == "members"
    assert words(b"", EntryKind.REGISTER)[0] == "new client"


@pytest.mark.parametrize("data", [b"\xff\xfe", b"7", b"[1]", b"{}", b"[" * 9_000])
def test_whatever_an_entry_holds_it_has_words(data):
    """Also what no client of ours has written."""
    short, whole = words(data)

    assert 0 < len(short) <= SHORT
    assert len(whole) <= WHOLE
    assert words(data) is words(data), "it is kept"


def test_a_large_command_is_not_read():
    """Of one that is larger than a person reads its beginning is told."""
    short, whole = words(encode({"key": "k", "value": "v" * 100_000}))

    assert len(short) <= SHORT
    assert len(whole) <= WHOLE
    assert whole.startswith('{"key":"k","value":"vvv')
