from __future__ import annotations

import pytest

from igniter_nb.consensus.status.trace import TraceEvent, describe_message, trace_text
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    Configuration,
    Entry,
    EntryKind,
    HardState,
    InstallSnapshot,
    Persist,
    ReadReply,
    ReadRequest,
    RequestVote,
    Role,
    Snapshot,
    SnapshotReply,
    TimeoutNow,
    VoteReply,
)

ONE = Entry(8, 4, EntryKind.COMMAND, b'{"key":"a","value":1}')
TWO = Entry(9, 5, EntryKind.NOOP)
ASKED = RequestVote("n3", "n1", 4, 7, 3)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (ASKED, "RequestVote term 4 last (7, 3)"),
        (ASKED._replace(pre=True), "RequestPreVote term 4 last (7, 3)"),
        (ASKED._replace(transfer=True), "RequestVote term 4 last (7, 3), told to"),
        (VoteReply("n1", "n3", 4, granted=True), "VoteReply term 4 granted"),
        (VoteReply("n1", "n3", 4, granted=False, pre=True), "PreVoteReply term 4 refused"),
        (
            AppendEntries("n1", "n2", 4, 7, 3, (), 6, 2),
            "AppendEntries term 4 heartbeat after (7, 3) commit 6 round 2",
        ),
        (
            AppendEntries("n1", "n2", 5, 7, 3, (ONE, TWO), 6, 2),
            "AppendEntries term 5 entries 8 to 9 of terms 4 to 5 after (7, 3) commit 6 round 2",
        ),
        (
            AppendReply("n2", "n1", 4, success=True, index=8, round=2),
            "AppendReply term 4 has up to 8 round 2",
        ),
        (
            AppendReply("n2", "n1", 4, success=False, index=7, hint_index=5, hint_term=2),
            "AppendReply term 4 lacks 7 try (5, 2)",
        ),
        (
            InstallSnapshot("n1", "n2", 4, 9, 3, Configuration(), 50, b"abc", done=True, round=2),
            "InstallSnapshot term 4 up to (9, 3) bytes 50 + 3 done",
        ),
        (SnapshotReply("n2", "n1", 4, 9, 53, 2), "SnapshotReply term 4 of 9 next 53"),
        (TimeoutNow("n1", "n2", 4), "TimeoutNow term 4"),
        (ReadRequest("n2", "n1", 4, (1, 2)), "ReadRequest term 4 reads (1, 2)"),
        (ReadReply("n1", "n2", 4, (1, 2), 8), "ReadReply term 4 reads (1, 2) at 8"),
    ],
)
def test_a_message_reads_as_what_it_says(message, text):
    """Each kind of message is written with what matters in it."""
    assert describe_message(message) == text


@pytest.mark.parametrize(
    ("kind", "detail", "text"),
    [
        ("act", ("kill", ("n1",)), "-- kill('n1')"),
        ("send", (ASKED, 20), "n3 -> n1 RequestVote term 4 last (7, 3)"),
        ("deliver", ASKED, "n1 <- n3 RequestVote term 4 last (7, 3)"),
        ("lost", (ASKED, "lost"), "n3 -x n1 RequestVote term 4 last (7, 3): lost"),
        ("role", (Role.LEADER, 4, "n1"), "n1 leads term 4"),
        ("role", (Role.CANDIDATE, 4, None), "n1 asks for votes in term 4"),
        ("role", (Role.PRE_CANDIDATE, 4, None), "n1 asks who would vote for it after term 4"),
        ("role", (Role.FOLLOWER, 4, "n2"), "n1 follows n2 in term 4"),
        ("role", (Role.FOLLOWER, 4, None), "n1 waits for a leader in term 4"),
        ("commit", 8, "n1 knows 8 committed"),
        ("compact", 8, "n1 compacts its log up to 8"),
        (
            "write",
            Persist(3, HardState(4, "n1", 7), Snapshot(7, 3), (ONE,), sync=True, release=()),
            "n1 writes step 3: term 4, vote n1, commit 7; snapshot up to 7; entry 8 of term 4",
        ),
        ("write", Persist(3, None, None, (), sync=False, release=()), "n1 writes step 3: nothing"),
        ("durable", Persist(3, None, None, (), sync=True, release=()), "n1 has step 3 durable"),
        ("apply", ONE, 'n1 applies 8 of term 4: {"key":"a","value":1}'),
        ("apply", TWO, "n1 applies 9 of term 5: noop"),
        ("restore", (7, 3), "n1 restores the snapshot up to 7"),
        ("start", (2, 4, 8), "n1 starts life 2 in term 4 with a log up to 8"),
        ("stop", "it is killed", "n1 stops: it is killed"),
        ("client", "c1 reads 1 at n2", "c1 reads 1 at n2"),
    ],
)
def test_an_event_reads_as_a_line(kind, detail, text):
    """Each kind of event is one plain line with its time in seconds."""
    event = TraceEvent(0, 1_000_153, "n1", kind, detail)

    assert str(event) == f"1.000153 {text}"
    assert trace_text([event, event]) == f"1.000153 {text}\n" * 2
