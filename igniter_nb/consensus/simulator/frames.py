"""Frames of a world: what is to be seen of it at one moment.

1. Everything in a frame is what the nodes are, and what was sent and when it arrives: nothing is
   guessed.
2. To look changes nothing, neither the world nor its chance; it may be any world, one that goes on
   (in its loop's thread) or one that was replayed.
3. What a frame costs grows with the nodes, not with their logs, their states or the trace: what is
   known of an entry is kept, and logs that end alike are looked at once.
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus.frame import (
    Flight,
    Frame,
    LinkQuality,
    NodeDetails,
    NodeFrame,
    Sent,
)
from igniter_nb.consensus.simulator.arguments import known_node
from igniter_nb.consensus.simulator.observe import machine_of, node_status, world_status
from igniter_nb.consensus.simulator.quorums import is_wiped
from igniter_nb.consensus.status.status import REMOVED
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
)
from igniter_nb.text import abbreviate, natural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.consensus.status.status import ClusterStatus, PeerView
    from igniter_nb.consensus.status.trace import TraceEvent
    from igniter_nb.raft import Entry, Message, NodeId

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

SHORT: Final = 24
"""Characters of the short form of a state."""

COMMAND: Final = 10_000
"""Bytes of a command from which on it is not read."""

LARGE: Final = 10**18

_COMMAND: Final = EntryKind.COMMAND

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


_STANDS: Final = frozenset({Role.CANDIDATE, Role.PRE_CANDIDATE})


def frame_of(
    world: World,
    since: int = 0,
    *,
    losses: Sequence[Message] = (),
    stopped: bool = False,
    speed: float = 1.0,
) -> Frame:
    """Look at a world.

    Args:
        world: between two events.
        since: sequence of the first event that is new.
        losses: messages that were lost since then and are not in the trace.
        stopped: whether the cluster has ended.
        speed: seconds of the world's time in one second.
    """
    seen = world_status(world, stopped=stopped, copied=False)
    news = recent(world, since)
    leads = seen.leader
    leader = None if leads is None else world.hosts[leads].replica.core
    views = {view.node_id: view for view in seen.progress}
    flights = () if stopped else _flights(world)  # what is under way then never arrives
    is_still = not any(each.arrives_us - each.sent_us >= SEEN_US * speed for each in flights)
    usual = world.network.link
    ends = _ends(world, seen)
    return Frame(
        at_us=world.now_us,
        status=seen,
        voters=0 if leader is None else len(leader.configuration.voters),
        nodes=tuple(
            _node(world, seen, at, views.get(row.node_id), ends[at])
            for at, row in enumerate(seen.rows)
            if row.role != REMOVED
        ),
        entries=tuple({entry[:2]: entry for end in ends for entry in end}.values()),
        flights=flights,
        sparks=_once(_sparks(news)),
        losses=_once([*losses, *(event.detail[0] for event in news if event.kind == "lost")]),
        latency_us=usual.latency_us_max,
        loss=usual.loss,
        links=tuple(
            LinkQuality(*ends, link.latency_us_max, link.loss)
            for ends, link in world.network.links.items()
        ),
        steady=is_still and is_steady(world, seen) and only_heartbeats(news, speed),
    )


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
    leader = seen.leader
    if leader is None or seen.blocked or seen.stopped:
        return False
    term = seen[leader].term
    if any(row.term != term or row.role == "paused" for row in seen.rows if row.alive):
        return False
    return not any(link[2] for link in (world.network.link, *world.network.links.values()))


def commands(world: World, node_id: NodeId, *, first: int, last: int) -> list[Entry]:
    """Return the commands in a part of a node's log, as far as they are kept."""
    host = world.hosts.get(node_id)
    if host is None:
        return []
    log = host.replica.core.log
    begins, ends = max(first, log.first_index), min(last, log.last_index)
    kept = log.entries(begins, ends + 1) if begins <= last else ()
    return [entry for entry in kept if entry.kind is EntryKind.COMMAND]


def highest_commit(world: World) -> int:
    """Return the highest index that a node of a world knows to be committed."""
    return max((host.replica.core.commit for host in [*world.hosts.values()]), default=0)


def _flights(world: World) -> tuple[Flight, ...]:
    """Return the messages that are under way and take time."""
    now_us, found = world.now_us, list[Flight]()
    trace: Any = world.trace or ()
    for event in islice(reversed(trace), MOST_EVENTS):
        if event.kind == "send" and event.detail[1] > now_us:
            found.append(_flight(event))
    return tuple(found[:MOST_FLIGHTS][::-1])


def sent_since(world: World, since: int) -> list[Flight]:
    """Return the messages that were sent from an event on; of too many the latest."""
    return [_flight(event) for event in recent(world, since) if event.kind == "send"]


def _flight(event: TraceEvent) -> Flight:
    message, arrives_us = event.detail
    ends = (message.sender, message.recipient, kind_of(message))
    return Flight(event.sequence, *ends, event.time_us, arrives_us, message.term)


def _sparks(news: Iterable[TraceEvent]) -> Iterable[Message]:
    return (
        event.detail[0]
        for event in news
        if event.kind == "send" and event.detail[1] <= event.time_us
    )


def _once(messages: Iterable[Message]) -> tuple[Sent, ...]:
    found = dict.fromkeys((each.sender, each.recipient, kind_of(each)) for each in messages)
    return tuple(Sent(*each) for each in found)


# --- nodes ----------------------------------------------------------------------------------------


def _node(  # noqa: PLR0917 -- a node is seen in its world, its status and its leader's eyes
    world: World,
    seen: ClusterStatus,
    position: int,
    view: PeerView | None,
    end: Sequence[Entry],
) -> NodeFrame:
    row = seen.rows[position]
    host = world.hosts[row.node_id]
    machine = machine_of(host.replica)
    is_timed = row.alive and row.role in _TIMED and not seen.stopped
    return NodeFrame(
        row=row,
        tail=seen.tails[position],
        view=view,
        countdown=countdown(host) if is_timed else None,
        votes=host.replica.core.election[2] if row.role in _STANDS else 0,
        clock=host.rate,
        wiped=is_wiped(host.replica),
        state=state_text(machine),
        short=short_state(machine, end, row.applied_index),
    )


def _ends(world: World, seen: ClusterStatus) -> list[Sequence[Entry]]:
    """Return the last entries of each log; those that end with the same entry share them."""
    found: list[Sequence[Entry]] = []
    known: dict[tuple[int, ...], Sequence[Entry]] = {}
    for row, tail in zip(seen.rows, seen.tails, strict=True):
        if not tail or row.role == REMOVED:
            found.append(())
            continue
        here = (tail[0].index, *tail[-1][:2])
        if here not in known:
            log = world.hosts[row.node_id].replica.core.log
            known[here] = log.entries(here[0], here[1] + 1)
        found.append(known[here])
    return found


def details_of(world: World, node: object, most: int) -> NodeDetails:
    """Tell everything that is known of a node.

    Args:
        world: between two events.
        node: its name, as it came.
        most: characters of its state.

    Raises:
        ValueError: there is no such node.
    """
    name = known_node(world, node)
    host, leader = world.hosts[name], world.leader()
    replica = host.replica
    elapsed, timeout, _ = replica.core.election
    is_timed = replica.alive and not replica.paused
    seen = () if leader is None else leader.replica.core.status().progress
    return NodeDetails(
        at_us=world.now_us,
        row=node_status(world, name, copied=False),
        state=abbreviate(machine_of(replica)._state, most),  # noqa: SLF001 -- not copied
        life=replica.incarnation,
        clock=host.rate,
        election=(elapsed, timeout),
        countdown=countdown(host) if is_timed else None,
        seen=next((each for each in seen if each.node_id == name), None),
        knows=sorted(replica.core.status().progress, key=lambda each: natural(each.node_id)),
        wiped=is_wiped(replica),
        failure=replica.failure,
    )


def countdown(host: Host) -> tuple[int, int]:
    """Return when a node's election countdown began and when it runs out, in microseconds.

    The node counts ticks of its own clock, which may run faster or slower than the world's.
    """
    elapsed, timeout, _ = host.replica.core.election
    told_us, tick = host.next_tick_us, host.tick_us * 1000
    set_us = told_us + -(elapsed + 1) * tick // host.rate
    due_us = told_us + (max(timeout - elapsed, 0) - 1) * tick // host.rate
    return max(set_us, 0), max(due_us, set_us, 0)


def state_text(machine: Any) -> str:
    """Write the beginning of what a state machine holds; the state is not copied."""
    state = machine._state  # noqa: SLF001 -- its public form is a copy, which takes time
    if not isinstance(state, dict):
        return abbreviate(state, STATE)
    if len(state) > MOST_KEYS:
        return f"{len(state):,} keys"
    written = before = ""
    for key, value in state.items():
        written += f"{before}{shorten(key, VALUE)} = {_value(value)}"
        before = ", "
        if len(written) > STATE:
            ends = f" … {len(state)} keys"
            return f"{written[: STATE - len(ends)]}{ends}"
    return written


def short_state(machine: Any, end: Sequence[Entry], applied: int) -> str:
    """Write what was written last of what a state machine holds, and how much more there is.

    Args:
        machine: the state machine.
        end: the last entries of the node's log.
        applied: highest index that it has applied.
    """
    state = machine._state  # noqa: SLF001 -- see above
    if not isinstance(state, dict):
        return abbreviate(state, SHORT)
    if not state:
        return ""
    key = _written(state, end, applied)
    more = f" +{len(state) - 1:,}" if len(state) > 1 else ""
    return shorten(f"{key}={_value(state[key])}", SHORT - len(more)) + more


def _written(state: dict[str, Any], end: Sequence[Entry], applied: int) -> str:
    """Return the key that was written last, as far as can be seen; else the first one."""
    for index, _, kind, data, _ in reversed(end):
        if index <= applied and kind is _COMMAND:
            for name in _names(data):
                if name in state:
                    return name
    return next(iter(state))


@lru_cache(maxsize=1_024)
def _names(data: bytes) -> tuple[str, ...]:
    """Return the texts in a command, of which one may be the key that it writes."""
    if len(data) > COMMAND:
        return ()
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(fields, dict):
        return ()
    named = [fields["key"]] if "key" in fields else [*fields.values()]
    return tuple(each for each in named if isinstance(each, str))


def _value(value: object) -> str:
    kind = type(value)
    if kind is bool or kind is float or (kind is int and -LARGE < value < LARGE):  # type: ignore[operator]
        return repr(value)  # nearly all values, and much faster
    return abbreviate(value, VALUE)
