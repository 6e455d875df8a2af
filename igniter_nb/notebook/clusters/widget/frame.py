"""What a page shows of a world at one moment, as plain data.

1. Everything in it is what the nodes are, and what was sent and when it arrives: nothing is
   guessed. Times are whole microseconds of the world's own time, indexes are those of the log.
2. It looks and changes nothing, neither the world nor its chance; it may be any world, one that
   goes on (in its loop's thread) or one that was replayed.
3. What it costs grows with the nodes, not with their logs, their states or the length of the trace.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import MemoryStorage, world_status
from igniter_nb.notebook.clusters.words import summary
from igniter_nb.notebook.page.html import line
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    InstallSnapshot,
    ReadReply,
    ReadRequest,
    RequestVote,
    Role,
    SnapshotReply,
    TimeoutNow,
    VoteReply,
)
from igniter_nb.text import abbreviate, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from igniter_nb.consensus import ClusterStatus, TraceEvent, World
    from igniter_nb.raft import Message, Raft

Facts = dict[str, Any]

MOST_EVENTS: Final = 400
"""Events of the trace that are looked at, the latest ones."""

MOST_FLIGHTS: Final = 150
"""Messages under way that are shown, those that were sent last."""

MOST_KEYS: Final = 50
"""Keys of a state that is written out; of one with more it is said how many it has."""

STATE: Final = 120
"""Characters of a state that is written out."""

VALUE: Final = 32
"""Characters of a value in it."""

LARGE: Final = 10**18

SEEN_US: Final = 10_000
"""Microseconds of our time that a message has to be under way to be seen."""

_KINDS: Final[dict[type, str]] = {
    RequestVote: "vote",
    VoteReply: "vote-reply",
    AppendEntries: "append",
    AppendReply: "append-reply",
    InstallSnapshot: "snapshot",
    SnapshotReply: "append-reply",
    ReadRequest: "read",
    ReadReply: "read",
    TimeoutNow: "timeout-now",
}

_TIMED: Final = frozenset({Role.FOLLOWER, Role.CANDIDATE, Role.PRE_CANDIDATE})


def scene(
    world: World,
    since: int = 0,
    *,
    losses: Sequence[Message] = (),
    stopped: bool = False,
    speed: float = 1.0,
) -> Facts:
    """Look at a world.

    Args:
        world: between two events.
        since: sequence of the first event that is new.
        losses: messages that were lost since then and are not in the trace.
        stopped: whether the cluster has ended.
        speed: seconds of the world's time in one second.

    Returns:
        Those parts of a frame that are about the world.
    """
    seen = world_status(world, stopped=stopped, copied=False)
    shown = [at for at, row in enumerate(seen.rows) if row.role != "removed"]
    tails = [seen.tails[at] for at in shown if seen.tails[at]]
    news = recent(world, since)
    leader = None if seen.leader is None else world.hosts[seen.leader].replica.core
    flights = [] if stopped else _flights(world)  # what is under way then never arrives
    is_still = not any(arrives - sent >= SEEN_US * speed for *_, sent, arrives, _ in flights)
    facts = {
        "at": world.now_us,
        "steady": is_still and is_steady(world, seen) and only_heartbeats(news, speed),
        "leader": seen.leader,
        "decides": seen.decides,
        "quorum": seen.quorum_size,
        "headline": _headline(seen, leader),
        "banner": _banner(seen),
        "nodes": [_node(world, seen, at) for at in shown],
        "cuts": [list(pair) for pair in seen.blocked],
        "flights": flights,
        "sparks": _sparks(news),
        "losses": _losses(news, losses),
        "first": min((tail[0].index for tail in tails), default=0),
        "newest": max((tail[-1].index for tail in tails), default=0),
    }
    return facts | _links(world)


# --- what happens ---------------------------------------------------------------------------------


def kind_of(message: Message) -> str:
    """Name what a message is about."""
    if isinstance(message, AppendEntries) and not message.entries:
        return "heartbeat"
    return _KINDS.get(type(message), "other")


def recent(world: World, since: int) -> list[TraceEvent]:
    """Return the events from a sequence on, oldest first; of too many the latest."""
    trace: Any = world.trace or ()
    found = []
    for event in islice(reversed(trace), MOST_EVENTS):
        if event.sequence < since:
            break
        found.append(event)
    return found[::-1]


def only_heartbeats(news: Iterable[TraceEvent], speed: float = 1.0) -> bool:
    """Say whether nothing happened but that a leader was heard, and answered, at once.

    Args:
        news: what happened.
        speed: seconds of the world's time in one second.
    """
    return all(_is_usual(event, speed) for event in news)


def _is_usual(event: TraceEvent, speed: float) -> bool:
    if event.kind == "send":
        message, arrives_us = event.detail
        answers = isinstance(message, AppendReply) and message.success
        is_quick = arrives_us - event.time_us < SEEN_US * speed
        return is_quick and (answers or kind_of(message) == "heartbeat")
    if event.kind == "lost":  # to a node that is down, which is heard no more anyway
        return kind_of(event.detail[0]) == "heartbeat"
    return event.kind == "deliver"


def is_steady(world: World, seen: ClusterStatus) -> bool:
    """Say whether all that run follow one leader and nothing holds its messages up."""
    if seen.leader is None or seen.blocked or seen.stopped:
        return False
    term = seen[seen.leader].term
    if any(row.term != term or row.role == "paused" for row in seen.rows if row.alive):
        return False
    return not any(link[2] for link in (world.network.link, *world.network.links.values()))


def _flights(world: World) -> list[list[Any]]:
    """Return the messages that are under way and take time."""
    now_us, found = world.now_us, []
    trace: Any = world.trace or ()
    for event in islice(reversed(trace), MOST_EVENTS):
        if event.kind == "send" and event.detail[1] > now_us:
            message, arrives_us = event.detail
            ends = (message.sender, message.recipient, kind_of(message))
            found.append([event.sequence, *ends, event.time_us, arrives_us, message.term])
    return found[:MOST_FLIGHTS][::-1]


def _sparks(news: Iterable[TraceEvent]) -> list[list[str]]:
    return _once(
        event.detail[0]
        for event in news
        if event.kind == "send" and event.detail[1] <= event.time_us
    )


def _losses(news: Iterable[TraceEvent], others: Iterable[Message]) -> list[list[str]]:
    return _once([*others, *(event.detail[0] for event in news if event.kind == "lost")])


def _once(messages: Iterable[Message]) -> list[list[str]]:
    """Return sender, recipient and kind of messages, each triple once."""
    found = dict.fromkeys((each.sender, each.recipient, kind_of(each)) for each in messages)
    return [list(each) for each in found]


# --- nodes ----------------------------------------------------------------------------------------


def _node(world: World, seen: ClusterStatus, position: int) -> Facts:
    row = seen.rows[position]
    host = world.hosts[row.node_id]
    core = host.replica.core
    is_timed = row.alive and row.role in _TIMED
    view = next((each for each in seen.progress if each.node_id == row.node_id), None)
    stands = row.role in (Role.CANDIDATE, Role.PRE_CANDIDATE)
    return {
        "id": row.node_id,
        "role": summary.standing(seen, row),
        "alive": row.alive,
        "term": row.term,
        "vote": row.vote or "",
        "leader": row.leader or "",
        "commit": row.commit_index,
        "applied": row.applied_index,
        "last": row.log_size,
        "snapshot": row.snapshot_index,
        "log": [[each.index, each.term, int(each.committed)] for each in seen.tails[position]],
        "match": view.match if view else -1,
        "next": view.next if view else -1,
        "timer": countdown(host) if is_timed else None,
        "votes": core.election[2] if stands else 0,
        "clock": host.rate,
        "wiped": wiped(host),
        "state": state_text(host.replica.machine),
    }


def countdown(host: Any) -> list[int]:
    """Return when a node's election countdown began and when it runs out, in microseconds.

    The node counts ticks of its own clock, which may run faster or slower than the world's.
    """
    elapsed, timeout, _ = host.replica.core.election
    told_us, tick = host.next_tick_us, host.tick_us * 1000
    set_us = told_us + -(elapsed + 1) * tick // host.rate
    due_us = told_us + (max(timeout - elapsed, 0) - 1) * tick // host.rate
    return [max(set_us, 0), max(due_us, set_us, 0)]


def wiped(host: Any) -> bool:
    """Say whether a node is down and has forgotten everything."""
    storage = host.replica.storage
    return not host.replica.alive and isinstance(storage, MemoryStorage) and storage.wiped


def state_text(machine: Any) -> str:
    """Write the beginning of what a state machine holds; the state is not copied."""
    state = machine._state  # noqa: SLF001 -- its public form is a copy, which takes time
    if not isinstance(state, dict):
        return line(abbreviate(state, STATE))
    if len(state) > MOST_KEYS:
        return f"{len(state):,} keys"
    written = ""
    for key, value in state.items():
        written += f"{', ' if written else ''}{shorten(key, VALUE)} = {_value(value)}"
        if len(written) > STATE:
            ends = f" … {len(state)} keys"
            return line(f"{written[: STATE - len(ends)]}{ends}")
    return line(written)


def _value(value: object) -> str:
    kind = type(value)
    if kind is bool or kind is float or (kind is int and -LARGE < value < LARGE):  # type: ignore[operator]
        return repr(value)  # nearly all values, and much faster
    return abbreviate(value, VALUE)


# --- all of it ------------------------------------------------------------------------------------


def _headline(seen: ClusterStatus, leader: Raft | None) -> str:
    if seen.stopped:
        return "The cluster is stopped"
    if leader is None or not seen.decides:
        who = (
            f"{seen.leader} leads term {seen[seen.leader].term}" if seen.leader else "Nobody leads"
        )
        if seen.decides:
            return f"{who}; {seen.quorum_size} must agree on one"
        return f"{who}; no quorum: {seen.quorum_size} are needed, so nothing is decided"
    voters = len(leader.configuration.voters)
    return f"{leader.node_id} leads term {leader.term}; {seen.quorum_size} of {voters} decide"


def _banner(seen: ClusterStatus) -> str:
    said = summary.banner(seen)
    return f"Quorum lost. {said[0].upper()}{said[1:]}" if said else ""


def _links(world: World) -> Facts:
    usual = world.network.link
    own = world.network.links
    return {
        "link": [usual.latency_us_max, usual.loss],
        "links": [[*ends, link.latency_us_max, link.loss] for ends, link in own.items()],
    }
