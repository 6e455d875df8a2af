from __future__ import annotations

import typing

import pytest

from igniter_nb.consensus import TraceEvent
from igniter_nb.notebook.clusters.words.messages import says, step_sentence
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
    TimeoutNow,
    VoteReply,
)

ENDS = ("n1", "n2")
ONE = Entry(5, 3, EntryKind.COMMAND, b"{}")
SAID = [
    (RequestVote(*ENDS, 4, 1, 1), "n1 asks n2 for its vote in term 4"),
    (RequestVote(*ENDS, 4, 1, 1, pre=True), "n1 asks n2 whether it would vote for it in term 4"),
    (VoteReply(*ENDS, 4, True), "n1 votes for n2 in term 4"),
    (VoteReply(*ENDS, 4, False), "n1 does not vote for n2 in term 4"),
    (VoteReply(*ENDS, 4, True, pre=True), "n1 would vote for n2 in term 4"),
    (VoteReply(*ENDS, 4, False, pre=True), "n1 would not vote for n2 in term 4"),
    (AppendEntries(*ENDS, 4, 4, 3, (ONE,), 3, 1), "n1 sends n2 entry 5"),
    (
        AppendEntries(*ENDS, 4, 4, 3, (ONE, ONE._replace(index=6)), 3, 1),
        "n1 sends n2 entries 5 to 6",
    ),
    (AppendEntries(*ENDS, 4, 4, 3, (), 3, 1), "n1 tells n2 that it leads term 4"),
    (AppendReply(*ENDS, 4, True, 7), "n1 tells n2 that it has its entries up to 7"),
    (AppendReply(*ENDS, 4, False, 7), "n1 tells n2 that it lacks entry 7"),
    (
        InstallSnapshot(*ENDS, 4, 9, 3, Configuration(voters=ENDS), 0, b"", True, 1),
        "n1 sends n2 a snapshot of all up to entry 9",
    ),
    (SnapshotReply(*ENDS, 4, 9, 0, 1), "n1 tells n2 how much of the snapshot it has"),
    (TimeoutNow(*ENDS, 4), "n1 asks n2 to take over"),
    (ReadRequest(*ENDS, 4, (1,)), "n1 asks n2 what is committed now, for a read"),
    (ReadReply(*ENDS, 4, (1,), 9), "n1 tells n2 that a read is fresh from entry 9 on"),
]


@pytest.mark.parametrize(("message", "told"), SAID)
def test_each_message_has_plain_words(message, told):
    """Who tells whom what, in a sentence."""
    assert says(message) == told


def test_no_kind_of_message_is_forgotten():
    """Every message that there is has an example here."""
    assert {type(message) for message, _ in SAID} == {*typing.get_args(Message)}


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        ("send", (TimeoutNow(*ENDS, 4), 9), "n1 asks n2 to take over"),
        ("deliver", TimeoutNow(*ENDS, 4), "n2 hears that n1 asks n2 to take over"),
        (
            "lost",
            (TimeoutNow(*ENDS, 4), "the link is cut"),
            "n1 asks n2 to take over, which never arrives: the link is cut",
        ),
        ("commit", 7, "n2 knows that all up to entry 7 is committed"),
        ("compact", 7, "n2 puts a snapshot in place of its entries up to 7"),
        ("apply", ONE, ""),
    ],
)
def test_a_step_is_told(kind, detail, told):
    """What happens to a message is told with it; other events are for others to tell."""
    assert step_sentence(TraceEvent(0, 0, "n2", kind, detail)) == told
