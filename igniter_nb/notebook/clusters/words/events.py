"""What happened in a cluster, told in plain words to somebody who learns how Raft works.

1. A sentence says what an event says and nothing that is guessed. What needs more than one event
   (a leader gives up, since it was one) is told by a :class:`Narrator`, which has heard the others.
2. Of an act and what came of it at once, the outcome is told: "n1 crashed", not that it was to.
3. What a person does not follow, as messages and writes to disk, is not told: its sentence is
   empty.
4. Whatever happened can be told: what cannot be said in plain words is told as the trace does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.notebook.clusters.words.summary import name
from igniter_nb.notebook.page.html import line
from igniter_nb.raft import EntryKind, Role
from igniter_nb.text import abbreviate, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from igniter_nb.consensus import TraceEvent, World
    from igniter_nb.raft import Entry

LONGEST: Final = 240
"""Characters of a sentence."""

LARGE: Final = 10_000
"""Bytes of a command from which on it is not read, and only its beginning is told."""

MOST_ENTRIES: Final = 3
"""Commands that are told one by one when they are committed together; of more, the last ones."""

_ENDINGS: Final = {
    "it is killed": "crashed",
    "its power is cut": "lost its power, and what it had not synced",
    "its disk is taken away": "lost its disk: it is down and has forgotten everything",
    "it was removed": "is stopped: it is no member any more",
    "it is ended between two steps": "crashed between two steps",
    "the cluster is stopped": "",
}
"""Why a node stops, and how that is told; nothing is said of each node when all are stopped."""

_OUTCOMES: Final = {
    "kill": "stop",
    "power_cut": "stop",
    "wipe": "stop",
    "restart": "start",
}
"""Acts, and the kind of event that tells of them at once, if they did something."""


class Told(NamedTuple):
    """A line of the story.

    Attributes:
        at_us: when, in microseconds of the cluster's own time.
        kind: ``act``, ``role``, ``leader``, ``stop``, ``start``, ``client`` or ``other``.
        text: the sentence.
    """

    at_us: int
    kind: str
    text: str


def sentence(event: TraceEvent) -> str:
    """Tell an event by itself; empty for what a person does not follow."""
    tell = _TELL.get(event.kind)
    if tell is None:
        return ""
    try:
        told = tell(event.node, event.detail)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        told = traced(event)  # an act that was called with something else than it takes
    return shorten(line(told), LONGEST)


def traced(event: TraceEvent) -> str:
    """Tell an event as the trace does, without its time."""
    return str(event).partition(" ")[2]


# --- acts -----------------------------------------------------------------------------------------


def _who(node_id: object) -> str:
    if node_id == "leader":
        return "the leader"
    return "each node" if node_id == "all" else name(str(node_id))


def _listed(node_ids: Iterable[object]) -> str:
    return ", ".join(_who(each) for each in node_ids)


def duration(microseconds: float) -> str:
    """Write a time as a person says it: in milliseconds, or seconds from one second on."""
    if microseconds >= 1_000_000:  # noqa: PLR2004 -- a second
        return f"{microseconds / 1e6:g} s"
    return f"{microseconds / 1e3:g} ms"


def quality(shortest_us: int = 0, longest_us: int = 0, loss: float = 0.0, *more: object) -> str:
    """Say how a link works: the fields of a ``Link``."""
    if longest_us > shortest_us:
        takes = f"take {duration(shortest_us)} to {duration(longest_us)}"
    else:
        takes = f"take {duration(shortest_us)}" if shortest_us else "take no time"
    parts = [takes, f"{loss * 100:g} % of them are lost" if loss else "none is lost"]
    return " and ".join([*parts, *(["others come twice or late"] if any(more) else [])])


def _partition(*groups: Sequence[str]) -> str:
    sides = [_listed(group) for group in groups if group]
    if len(sides) == 2:  # noqa: PLR2004 -- two sides have links between them
        return f"the links between {sides[0]} and {sides[1]} are cut"
    return f"the network is cut into {' | '.join(sides)}"


def _link(sender: str, recipient: str, *link: Any) -> str:
    way = f"from {_who(sender)} to {_who(recipient)}"
    return f"messages {way} {quality(*link)}" if link else f"the link {way} is as the others again"


def _slow(node_id: str, latency: float, loss: float) -> str:
    us = round(latency * 1e6)
    return f"messages to and from {_who(node_id)} {quality(us, us, loss)}"


def _clock_rate(node_id: str, permille: int) -> str:
    if permille == 1000:  # noqa: PLR2004 -- thousandths
        return f"the clock of {_who(node_id)} runs as time does"
    return f"the clock of {_who(node_id)} runs {permille / 1000:g} times as fast as time"


def _clock_jump(node_id: str, microseconds: int) -> str:
    way = "ahead" if microseconds >= 0 else "back"
    return f"the clock of {_who(node_id)} jumps {way} by {duration(abs(microseconds))}"


def _slow_disk(node_id: str, shortest_us: int, longest_us: int) -> str:
    times = f"{duration(shortest_us)} to {duration(longest_us)}"
    return f"from now on a sync of {_who(node_id)}'s disk takes {times}"


def _replace(*nodes: str) -> str:
    half = len(nodes) // 2
    return f"{_listed(nodes[half:])} is to take the place of {_listed(nodes[:half])}"


def _propose(node_id: str, data: bytes, *_: object) -> str:
    return f"{_who(node_id)} is given a command: {data[:80].decode(errors='replace')}"


_ACTS: Final[dict[str, Callable[..., str]]] = {
    "kill": lambda node, *_: f"{_who(node)} is to crash",
    "power_cut": lambda node, *_: f"the power of {_who(node)} is to be cut",
    "kill_after": lambda node, events: f"{_who(node)} is to crash {events} steps from now",
    "cut_after": lambda node, events, *_: f"{_who(node)} is to lose power {events} steps from now",
    "restart": lambda node: f"{_who(node)} is to be started if it is down",
    "skip": lambda index: f"entry {index}, which could not be applied, is passed over",
    "pause": lambda node: f"{_who(node)} is paused: it does nothing and notices nothing",
    "resume": lambda node: f"{_who(node)} goes on where it was paused",
    "wipe": lambda node: f"the disk of {_who(node)} is taken away",
    "partition": _partition,
    "isolate": lambda node: f"{_who(node)} is cut off from all others",
    "cut": lambda sender, recipient: f"nothing passes from {_who(sender)} to {_who(recipient)}",
    "mend": lambda sender, recipient: f"messages pass from {_who(sender)} to {_who(recipient)}",
    "heal": lambda: "all links that were cut are mended",
    "link": _link,
    "links": lambda *link: f"messages {quality(*link)}",
    "slow": _slow,
    "clock_rate": _clock_rate,
    "clock_jump": _clock_jump,
    "slow_disk": _slow_disk,
    "break_disk": lambda node: f"the next sync of {_who(node)}'s disk is to fail",
    "campaign": lambda node: f"{_who(node)} is told to stand for election now",
    "transfer": lambda node: f"the leader is to hand over to {_who(node)}",
    "add_node": lambda node: f"{_who(node)} is to join the cluster",
    "remove_node": lambda node: f"{_who(node)} is to leave the cluster",
    "add_voter": lambda node: f"{_who(node)} is to become a voter",
    "add_learner": lambda node: f"{_who(node)} is to get the log without a vote",
    "remove": lambda node: f"{_who(node)} is to leave the membership",
    "replace": _replace,
    "set_up": lambda node: f"{_who(node)} is set up and waits to be let in",
    "retire": lambda node: f"{_who(node)} is stopped, and its name is not used again",
    "change": lambda leader, action, node: (
        f"{_who(leader)} proposes to the others: {action.replace('_', ' ')} {_who(node)}"
    ),
    "propose": _propose,
    "ask": lambda node, *_: f"{_who(node)} is asked for what is committed",
    "forget": lambda node, *_: f"{_who(node)} is not asked any more",
    "write": lambda key, value: f"the leader is given {key} = {abbreviate(value)}",
    "read": lambda node, key: f"{_who(node)} is asked for {key}",
}
"""Acts by name: the actions of a world, and what its driver does in several steps."""


def _act(_: str, detail: tuple[str, tuple[Any, ...]]) -> str:
    act, args = detail
    tell = _ACTS.get(act)
    return f"{act.replace('_', ' ')}: {_listed(args)}" if tell is None else tell(*args)


# --- nodes ----------------------------------------------------------------------------------------


def _role(node: str, detail: tuple[Role, int, str | None]) -> str:
    role, term, leader = detail
    if role is Role.LEADER:
        return f"{name(node)} leads term {term}"
    if role is Role.CANDIDATE:
        return f"{name(node)} asks for votes in term {term}"
    if role is Role.PRE_CANDIDATE:
        return f"{name(node)} asks who would vote for it in term {term + 1}"
    if leader is None:
        return f"{name(node)} waits for a leader in term {term}"
    return f"{name(node)} follows {name(leader)} in term {term}"


def _stop(node: str, why: str) -> str:
    told = _ENDINGS.get(why)
    if told is not None:
        return f"{name(node)} {told}" if told else ""
    if why.startswith(("it ", "its ")):
        return f"{name(node)} stopped: {why}"
    return f"{name(node)} stopped, since {why}"


def _start(node: str, detail: tuple[int, int, int]) -> str:
    incarnation, _, last = detail
    verb = "starts" if incarnation == 1 else "restarts"
    return f"{name(node)} {verb} with {f'a log up to {last}' if last else 'an empty log'}"


_TELL: Final[dict[str, Callable[[str, Any], str]]] = {
    "act": _act,
    "role": _role,
    "stop": _stop,
    "start": _start,
    "restore": lambda node, detail: (
        f"{name(node)} takes over the leader's snapshot, which covers all up to {detail[0]}"
    ),
    "client": lambda _, said: said,
}
"""Kinds of events that a person follows."""

_PLURAL: Final = {
    "follows": "follow",
    "heard": "heard",
    "gives": "give",
    "starts": "start",
    "restarts": "restart",
}
"""What several nodes often do together, and how that is told."""

_MANY: Final = re.compile(rf"({'|'.join(_PLURAL)})( .*)")

_KINDS: Final = {"act": "act", "stop": "stop", "start": "start", "client": "client"}


# --- the story ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a node was when it was last heard of."""

    role: Role
    term: int


class Narrator:
    """Tells events in the order in which they happened.

    Args:
        committed: highest index that was committed before; what is committed later is told.
    """

    def __init__(self, committed: int = 0) -> None:
        self._committed = committed
        self._standing: dict[str, _Standing] = {}
        self._told_to_stand: tuple[Any, ...] | None = None

    def tell(self, events: Sequence[TraceEvent], world: World) -> list[Told]:
        """Tell what happened next.

        Args:
            events: in order.
            world: where they happened, at that time or later: its logs say what was committed.
        """
        told: list[Told] = []
        for at, event in enumerate(events):
            following = events[at + 1] if at + 1 < len(events) else None
            if event.kind == "commit":
                told += self._commit(event, world)
            elif not _is_told_by(event, following) and (text := self._sentence(event)):
                told.append(Told(event.time_us, _kind(event), text))
        return _together(told)

    def _sentence(self, event: TraceEvent) -> str:
        if event.kind == "act" and event.detail[0] == "campaign":
            self._told_to_stand = (*event.detail[1][:1], event.time_us)
        if event.kind != "role":
            if event.kind == "start":
                self._standing[event.node] = _Standing(Role.FOLLOWER, event.detail[1])
            return sentence(event)
        role, term, _ = event.detail
        before = self._standing.get(event.node)
        self._standing[event.node] = _Standing(role, term)
        return shorten(line(self._turn(event, before) or sentence(event)), LONGEST)

    def _turn(self, event: TraceEvent, before: _Standing | None) -> str:
        """Tell what a node became, by what it was; empty where that adds nothing."""
        role, term, leader = event.detail
        who = name(event.node)
        if role is Role.PRE_CANDIDATE and self._told_to_stand != (event.node, event.time_us):
            return f"{who} heard no leader, {sentence(event).removeprefix(f'{who} ')}"
        if role is not Role.FOLLOWER or leader is not None or before is None:
            return ""
        heard = f": it heard of term {term}" if term > before.term else ""
        if before.role is Role.LEADER:
            return f"{who} leads no more{heard or f', and waits for a leader in term {term}'}"
        if before.role is Role.CANDIDATE:
            return f"{who} gives up{heard}" if heard else f"{who} was not elected in term {term}"
        if before.role is Role.PRE_CANDIDATE:
            return f"{who} gives up{heard}" if heard else f"{who} found too few who would vote"
        return f"{who} heard of term {term}, and waits for its leader" if heard else ""

    def _commit(self, event: TraceEvent, world: World) -> list[Told]:
        """Tell what was committed, when the first node knows it."""
        index, before = event.detail, self._committed
        if index <= before:
            return []
        self._committed = index
        host = world.hosts.get(event.node)
        if host is None:
            return []
        log = host.replica.core.log
        first = max(before + 1, log.first_index, index - 10 * MOST_ENTRIES)
        kept = log.entries(first, min(index, log.last_index) + 1) if first <= index else ()
        commands = [entry for entry in kept if entry.kind is EntryKind.COMMAND]
        return [
            Told(event.time_us, "client", committed(entry)) for entry in commands[-MOST_ENTRIES:]
        ]


def committed(entry: Entry) -> str:
    """Say of a command that it is committed, and where."""
    said = f"{command(entry.data)} is committed at index {entry.index} of term {entry.term}"
    return shorten(line(said), LONGEST)


def command(data: bytes) -> str:
    """Write an encoded command as a person says it: ``x = 1``."""
    try:
        fields = json.loads(data) if len(data) <= LARGE else {}
        key = fields["key"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return shorten(data[:400].decode(errors="replace"), 80)
    if "value" not in fields:
        return f"the end of {key}"
    return f"{key} = {abbreviate(fields['value'], 80)}"


def _together(told: Iterable[Told]) -> list[Told]:
    """Tell in one line what several nodes did one after the other."""
    found: list[Told] = []
    for did, run in groupby(told, key=_did):
        lines = [*run]
        many = _MANY.fullmatch(did[1])
        if many is None or len({each.text for each in lines}) == 1:
            found += lines
            continue
        who = dict.fromkeys(each.text.partition(" ")[0] for each in lines)
        verb, rest = many.groups()
        plural = rest
        for one, several in ((" waits ", " wait "), (", asks ", ", ask "), (": it ", ": they ")):
            plural = plural.replace(one, several)
        text = f"{' and '.join((', '.join([*who][:-1]), [*who][-1]))} {_PLURAL[verb]}{plural}"
        found.append(Told(lines[0].at_us, lines[0].kind, shorten(text, LONGEST)))
    return found


def _did(told: Told) -> tuple[str, str]:
    return told.kind, told.text.partition(" ")[2]


def _kind(event: TraceEvent) -> str:
    if event.kind == "role":
        return "leader" if event.detail[0] is Role.LEADER else "role"
    return _KINDS.get(event.kind, "other")


def _is_told_by(event: TraceEvent, following: TraceEvent | None) -> bool:
    """Say whether what follows is what came of an act, so that this is not told as well."""
    if event.kind != "act" or following is None:
        return False
    act, args = event.detail
    comes = _OUTCOMES.get(act) == following.kind and following.sequence == event.sequence + 1
    return comes and args[:1] in ((following.node,), ("leader",), ("all",))
