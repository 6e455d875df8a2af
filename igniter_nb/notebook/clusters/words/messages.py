"""Messages of Raft in plain words, for a person who goes on step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from igniter_nb.notebook.clusters.words.summary import name
from igniter_nb.notebook.page.html import line
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    InstallSnapshot,
    ReadReply,
    ReadRequest,
    RequestVote,
    SnapshotReply,
    TimeoutNow,
    VoteReply,
)
from igniter_nb.text import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus import TraceEvent
    from igniter_nb.raft import Message

LONGEST: Final = 240
"""Characters of a sentence."""


def step_sentence(event: TraceEvent) -> str:
    """Tell what one step of a cluster was, where that was a message or a commit.

    Returns:
        A sentence without its full stop; empty for events of other kinds.
    """
    node, detail = event.node, event.detail
    match event.kind:
        case "send":
            said = says(detail[0])
        case "deliver":
            said = f"{name(node)} hears that {says(detail)}"
        case "lost":
            said = f"{says(detail[0])}, which never arrives: {detail[1]}"
        case "commit":
            said = f"{name(node)} knows that all up to entry {detail} is committed"
        case "compact":
            said = f"{name(node)} puts a snapshot in place of its entries up to {detail}"
        case _:
            return ""
    return shorten(line(said), LONGEST)


def says(message: Message) -> str:
    """Say who tells whom what."""
    ends = {"who": name(message.sender), "whom": name(message.recipient)}
    return _WORDS[type(message)](message).format(**ends)


def _request(message: RequestVote) -> str:
    what = "whether it would vote for it" if message.pre else "for its vote"
    return f"{{who}} asks {{whom}} {what} in term {message.term}"


def _vote(message: VoteReply) -> str:
    if message.pre:
        what = "would vote for" if message.granted else "would not vote for"
    else:
        what = "votes for" if message.granted else "does not vote for"
    return f"{{who}} {what} {{whom}} in term {message.term}"


def _append(message: AppendEntries) -> str:
    if not message.entries:
        return f"{{who}} tells {{whom}} that it leads term {message.term}"
    first, last = message.entries[0].index, message.entries[-1].index
    what = f"entry {first}" if first == last else f"entries {first} to {last}"
    return f"{{who}} sends {{whom}} {what}"


def _appended(message: AppendReply) -> str:
    what = "has its entries up to" if message.success else "lacks entry"
    return f"{{who}} tells {{whom}} that it {what} {message.index}"


_WORDS: Final[dict[type, Callable[[Any], str]]] = {
    RequestVote: _request,
    VoteReply: _vote,
    AppendEntries: _append,
    AppendReply: _appended,
    InstallSnapshot: lambda message: (
        f"{{who}} sends {{whom}} a snapshot of all up to entry {message.last_index}"
    ),
    SnapshotReply: lambda _: "{who} tells {whom} how much of the snapshot it has",
    TimeoutNow: lambda _: "{who} asks {whom} to take over",
    ReadRequest: lambda _: "{who} asks {whom} what is committed now, for a read",
    ReadReply: lambda message: (
        f"{{who}} tells {{whom}} that a read is fresh from entry {message.index} on"
    ),
}
"""What each kind of message says; ``{who}`` tells ``{whom}``."""
