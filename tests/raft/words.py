"""Words for what nodes say and hold, for the transcripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    EntryKind,
    InstallSnapshot,
    ReadReply,
    ReadRequest,
    RequestVote,
    Role,
    SnapshotReply,
    TimeoutNow,
    VoteReply,
    decode_configuration,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.raft import Configuration, Entry

LISTED = 4
"""So many entries are named one by one; of more only the first and the last."""


def place(index: int, term: int) -> str:
    """Write where a log ends, or where an entry stands."""
    return f"{index} (term {term})" if index else "0"


def entry(one: Entry) -> str:
    """Write an entry."""
    what = repr(one.data.decode(errors="backslashreplace")).replace("'", '"')
    if one.kind is EntryKind.NOOP:
        what = "blank"
    elif one.kind is EntryKind.CONFIGURATION:
        what = membership(decode_configuration(one.data))
    elif one.kind is EntryKind.REGISTER:
        what = "a session"
    return f"{place(one.index, one.term)} {what}"


def entries(some: Sequence[Entry]) -> str:
    """Write entries that follow one another."""
    if len(some) <= LISTED:
        return ", ".join(map(entry, some))
    terms = sorted({one.term for one in some})
    word = "term" if len(terms) == 1 else "terms"
    return f"{some[0].index} to {some[-1].index} ({word} {', '.join(map(str, terms))})"


def membership(configuration: Configuration) -> str:
    """Write who belongs to the cluster."""
    parts = [f"voters {' '.join(configuration.voters)}"]
    if configuration.outgoing:
        parts[0] += f", jointly with {' '.join(configuration.outgoing)}"
    if configuration.learners:
        parts.append(f"learners {' '.join(configuration.learners)}")
    if configuration.learners_next:
        parts.append(f"later learners {' '.join(configuration.learners_next)}")
    return ", ".join(parts)


def role(kind: Role, term: int, leader: str | None) -> str:
    """Write what a node is."""
    if kind is Role.LEADER:
        return f"leads term {term}"
    if kind is Role.CANDIDATE:
        return f"asks for votes in term {term}"
    if kind is Role.PRE_CANDIDATE:
        return f"asks who would vote for it after term {term}"
    return f"follows {leader or 'nobody'} in term {term}"


def read(number: int) -> str:
    """Name a read of a node by its place in the node's life."""
    life, count = divmod(number, 1 << 40)
    return f"read {count}" + (f" of life {life}" if life > 1 else "")


def reads(numbers: Sequence[int]) -> str:
    """Name reads of a node."""
    return ", ".join(map(read, numbers))


def said(message: Any) -> str:
    """Write a message as its sender says it."""
    return _SAID[type(message)](message)


def _request_vote(message: RequestVote) -> str:
    log = f"my log ends at {place(message.last_index, message.last_term)}"
    if message.pre:
        return f"would you vote for me in term {message.term}? {log}"
    told = "; the leader told me to ask" if message.transfer else ""
    return f"vote for me in term {message.term}; {log}{told}"


def _vote_reply(message: VoteReply) -> str:
    if message.granted:
        return f"{'I would, in' if message.pre else 'you have my vote in'} term {message.term}"
    return f"{'I would not' if message.pre else 'no'}, I am in term {message.term}"


def _append_entries(message: AppendEntries) -> str:
    after = f"after {place(message.prev_index, message.prev_term)}"
    commit = f"{message.commit} is committed"
    if message.entries:
        return f"store {entries(message.entries)} {after}; {commit}"
    if not message.round:
        return f"{commit}, if you have {place(message.prev_index, message.prev_term)}"
    return f"I lead term {message.term}, {after}; {commit}"


def _append_reply(message: AppendReply) -> str:
    if message.success:
        return f"I have all up to {message.index}"
    if not message.index and not message.round:
        return f"no, I am in term {message.term}"
    hint = place(message.hint_index, message.hint_term)
    return f"I lack {message.index}, try after {hint}"


def _install(message: InstallSnapshot) -> str:
    end = message.offset + len(message.data)
    upto = place(message.last_index, message.last_term)
    more = "the last of it" if message.done else "more follows"
    what = f"bytes {message.offset} to {end}" if message.data else f"at byte {message.offset}"
    return f"install the snapshot up to {upto}, {what}, {more}"


def _snapshot_reply(message: SnapshotReply) -> str:
    return f"I want byte {message.offset} of the snapshot up to {message.last_index}"


def _read_reply(message: ReadReply) -> str:
    if not message.index:
        return f"I cannot confirm {reads(message.reads)}"
    return f"{reads(message.reads)} is fresh once {message.index} is applied"


_SAID: dict[type, Callable[[Any], str]] = {
    RequestVote: _request_vote,
    VoteReply: _vote_reply,
    AppendEntries: _append_entries,
    AppendReply: _append_reply,
    InstallSnapshot: _install,
    SnapshotReply: _snapshot_reply,
    TimeoutNow: lambda message: f"take over from me, I lead term {message.term}",
    ReadRequest: lambda message: f"when is {reads(message.reads)} fresh?",
    ReadReply: _read_reply,
}
