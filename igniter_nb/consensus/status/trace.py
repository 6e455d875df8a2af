"""Trace of a world: events as values and as plain lines.

A trace is what the tests compare, what a failing seed prints, and what the notebook animates. One
event is one line; the same seed gives the same lines, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
    VoteReply,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from igniter_nb.raft import Entry, Message, NodeId, Persist

__all__ = ["TraceEvent", "describe", "describe_message", "trace_text"]


class TraceEvent(NamedTuple):
    """One thing that happened.

    Attributes:
        sequence: its number in the world, from 0.
        time_us: when, in virtual microseconds.
        node: on which node; empty for what comes from outside.
        kind: one of ``act``, ``send``, ``deliver``, ``lost``, ``role``, ``commit``, ``write``,
            ``durable``, ``restore``, ``apply``, ``compact``, ``start``, ``stop``, ``client``.
        detail: what it is about. ``send``: the message and the world time of its arrival;
            ``deliver``: the message; ``lost``: the message and why; ``act``: name and arguments;
            ``role``: role, term and leader; ``commit`` and ``compact``: an index; ``write`` and
            ``durable``: the :class:`Persist`; ``apply``: the entry; ``restore``: index and term;
            ``start``: incarnation, term and last index; ``stop`` and ``client``: a sentence.

    Examples:
        >>> run = Simulation.start(7, ["n1", "n2", "n3"])
        >>> run.run_until(2_000_000)
        >>> event = run.trace[0]
        >>> event.sequence, event.seconds
        (0, 0.0)
    """

    sequence: int
    time_us: int
    node: NodeId
    kind: str
    detail: Any

    @property
    def seconds(self) -> float:
        """When, in seconds of the world's own time."""
        return self.time_us / 1e6

    def __str__(self) -> str:
        """Write the event as one line."""
        return describe(self)


def trace_text(trace: Iterable[TraceEvent]) -> str:
    """Write events as lines, one each."""
    return "".join(f"{describe(event)}\n" for event in trace)


def describe(event: TraceEvent) -> str:
    """Write one event as a line, without the line's end."""
    seconds, rest = divmod(event.time_us, 1_000_000)
    return f"{seconds}.{rest:06} {_WORDS[event.kind](event.node, event.detail)}"


def _act(_: NodeId, detail: tuple[str, tuple[Any, ...]]) -> str:
    name, args = detail
    return f"-- {name}({', '.join(map(repr, args))})"


def _send(_: NodeId, detail: tuple[Message, int]) -> str:
    message = detail[0]
    return f"{message.sender} -> {message.recipient} {describe_message(message)}"


def _deliver(node: NodeId, message: Message) -> str:
    return f"{node} <- {message.sender} {describe_message(message)}"


def _lost(_: NodeId, detail: tuple[Message, str]) -> str:
    message, why = detail
    return f"{message.sender} -x {message.recipient} {describe_message(message)}: {why}"


def _role(node: NodeId, detail: tuple[Role, int, NodeId | None]) -> str:
    role, term, leader = detail
    if role is Role.LEADER:
        return f"{node} leads term {term}"
    if role is Role.CANDIDATE:
        return f"{node} asks for votes in term {term}"
    if role is Role.PRE_CANDIDATE:
        return f"{node} asks who would vote for it after term {term}"
    if leader is None:
        return f"{node} waits for a leader in term {term}"
    return f"{node} follows {leader} in term {term}"


def _write(node: NodeId, persist: Persist) -> str:
    parts = []
    if persist.hard_state is not None:
        state = persist.hard_state
        parts.append(f"term {state.term}, vote {state.vote or 'none'}, commit {state.commit}")
    if persist.snapshot is not None:
        parts.append(f"snapshot up to {persist.snapshot.index}")
    if persist.entries:
        parts.append(_entries(persist.entries))
    return f"{node} writes step {persist.number}: {'; '.join(parts) or 'nothing'}"


def _entries(entries: tuple[Entry, ...]) -> str:
    first, last = entries[0], entries[-1]
    if first is last:
        return f"entry {first.index} of term {first.term}"
    return f"entries {first.index} to {last.index} of terms {first.term} to {last.term}"


def _apply(node: NodeId, entry: Entry) -> str:
    return f"{node} applies {entry.index} of term {entry.term}: {_data(entry)}"


def _data(entry: Entry) -> str:
    if entry.kind is not EntryKind.COMMAND:
        return entry.kind.name.lower()
    return entry.data[:60].decode(errors="backslashreplace")


def _start(node: NodeId, detail: tuple[int, int, int]) -> str:
    incarnation, term, last = detail
    return f"{node} starts life {incarnation} in term {term} with a log up to {last}"


_WORDS: dict[str, Callable[[NodeId, Any], str]] = {
    "act": _act,
    "send": _send,
    "deliver": _deliver,
    "lost": _lost,
    "role": _role,
    "commit": lambda node, index: f"{node} knows {index} committed",
    "compact": lambda node, index: f"{node} compacts its log up to {index}",
    "write": _write,
    "durable": lambda node, persist: f"{node} has step {persist.number} durable",
    "restore": lambda node, detail: f"{node} restores the snapshot up to {detail[0]}",
    "apply": _apply,
    "start": _start,
    "stop": lambda node, why: f"{node} stops: {why}",
    "client": lambda _, sentence: sentence,
}


def describe_message(message: Message) -> str:
    """Write what a message says, without its ends."""
    name = type(message).__name__
    match message:
        case RequestVote():
            asks = "RequestPreVote" if message.pre else name
            told = ", told to" if message.transfer else ""
            return (
                f"{asks} term {message.term} last {(message.last_index, message.last_term)}{told}"
            )
        case VoteReply():
            about = "PreVoteReply" if message.pre else name
            return f"{about} term {message.term} {'granted' if message.granted else 'refused'}"
        case AppendEntries():
            what = _entries(message.entries) if message.entries else "heartbeat"
            return (
                f"{name} term {message.term} {what} after "
                f"{(message.prev_index, message.prev_term)} commit {message.commit} "
                f"round {message.round}"
            )
        case AppendReply() if message.success:
            return f"{name} term {message.term} has up to {message.index} round {message.round}"
        case AppendReply():
            hint = (message.hint_index, message.hint_term)
            return f"{name} term {message.term} lacks {message.index} try {hint}"
        case InstallSnapshot():
            return (
                f"{name} term {message.term} up to {(message.last_index, message.last_term)} "
                f"bytes {message.offset} + {len(message.data)}{' done' if message.done else ''}"
            )
        case SnapshotReply():
            return f"{name} term {message.term} of {message.last_index} next {message.offset}"
        case ReadRequest():
            return f"{name} term {message.term} reads {message.reads}"
        case ReadReply():
            return f"{name} term {message.term} reads {message.reads} at {message.index}"
        case _:
            return f"{name} term {message.term}"
