"""Messages written by hand, for a test that speaks for a node that is not there.

Sender is n2 and recipient n1 unless a test says otherwise, as most tests look at n1 alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from tests.raft.network import Peers, restored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.raft import Entry

THREE = ("n1", "n2", "n3")


def paper(*terms: int, voters: Sequence[str] = THREE, **hard_state: Any) -> Peers:
    """Start n1 alone, by the paper's rules only: no pre-vote, no check of the quorum.

    Args:
        terms: of the entries of its log.
        voters: its configuration.
        hard_state: ``term``, ``vote`` and ``commit`` of its disk.
    """
    start = {"n1": restored(voters, *terms, **hard_state)}
    return Peers(voters, only=["n1"], start=start, pre_vote=False, check_quorum=False)


def append(
    term: int,
    prev: tuple[int, int] = (0, 0),
    entries: Sequence[Entry] = (),
    **fields: Any,
) -> AppendEntries:
    """Write an AppendEntries; ``prev`` is index and term of the entry before the new ones."""
    wanted = {"sender": "n2", "recipient": "n1", "commit": 0, "round": 1, **fields}
    return AppendEntries(
        term=term, prev_index=prev[0], prev_term=prev[1], entries=tuple(entries), **wanted
    )


def accepted(term: int, index: int, sender: str = "n2", **fields: Any) -> AppendReply:
    """Write a follower's yes: its log matches up to ``index``."""
    return AppendReply(sender, fields.pop("recipient", "n1"), term, True, index, **fields)


def refused(term: int, index: int, sender: str = "n2", **fields: Any) -> AppendReply:
    """Write a follower's no: its log does not match at ``index``; hints by keyword."""
    return AppendReply(sender, fields.pop("recipient", "n1"), term, False, index, **fields)


def ask(term: int, last: tuple[int, int] = (0, 0), **fields: Any) -> RequestVote:
    """Write a RequestVote; ``last`` is index and term of the candidate's last entry."""
    wanted = {"sender": "n2", "recipient": "n1", **fields}
    return RequestVote(term=term, last_index=last[0], last_term=last[1], **wanted)


def vote(term: int, sender: str = "n2", *, granted: bool = True, pre: bool = False) -> VoteReply:
    """Write an answer to n1's RequestVote."""
    return VoteReply(sender, "n1", term, granted, pre)


def install(term: int, last: tuple[int, int], data: bytes = b"", **fields: Any) -> InstallSnapshot:
    """Write a chunk of a snapshot; ``last`` is index and term of the last entry it covers."""
    wanted = {
        "sender": "n2",
        "recipient": "n1",
        "configuration": Configuration(voters=THREE),
        "offset": 0,
        "done": True,
        "round": 1,
        **fields,
    }
    return InstallSnapshot(term=term, last_index=last[0], last_term=last[1], data=data, **wanted)


def of_every_kind(term: int, sender: str = "n2") -> dict[str, Any]:
    """Write one message of each kind, by the name of its kind, for n1 and of a term."""
    to = (sender, "n1", term)
    messages = [
        RequestVote(*to, last_index=0, last_term=0),
        VoteReply(*to, granted=False),
        AppendEntries(*to, 0, 0, (), 0, 1),
        AppendReply(*to, False, 1),
        InstallSnapshot(*to, 1, 1, Configuration(voters=THREE), 0, b"[]", False, 1),
        SnapshotReply(*to, 1, 0, 1),
        TimeoutNow(*to),
        ReadRequest(*to, reads=(1,)),
        ReadReply(*to, reads=(1,), index=1),
    ]
    return {type(message).__name__: message for message in messages}
