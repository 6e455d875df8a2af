"""Story of a cluster: its events in plain words, for somebody who learns how Raft works.

1. A sentence says what an event says and nothing that is guessed. What needs more than one event
   (a leader gives up, since it was one) is told by a :class:`Teller`, which has heard the others.
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

from igniter_nb.consensus import FAULTS, quality
from igniter_nb.notebook.clusters.words.summary import name
from igniter_nb.notebook.page.html import line
from igniter_nb.raft import Role
from igniter_nb.text import abbreviate, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from igniter_nb.consensus import TraceEvent
    from igniter_nb.raft import Entry

    Commands = Callable[[str, int, int], Sequence[Entry]]
    """Given a node, the first and the last index, returns the commands between in its log."""

LONGEST: Final = 240
"""Characters of a sentence."""

LARGE: Final = 10_000
"""Bytes of a command from which on it is not read, and only its beginning is told."""

MOST_ENTRIES: Final = 3
"""Commands that are told one by one when they are committed together; of more, the last ones."""

_ENDINGS: Final = dict(fault.ending for fault in FAULTS.values() if fault.ending is not None) | {
    "the cluster is stopped": "",
}
"""Why a node stops, and how that is told; nothing is said of each node when all are stopped."""


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


def _slow(node_id: str, latency: float, loss: float) -> str:
    us = round(latency * 1e6)
    return f"messages to and from {_who(node_id)} {quality(us, us, loss)}"


_WISHES: Final[dict[str, Callable[..., str]]] = {
    "slow": _slow,
    "add_node": lambda node: f"{_who(node)} is to join the cluster",
    "remove_node": lambda node: f"{_who(node)} is to leave the cluster",
}
"""What the driver of a cluster does in several steps."""


def _act(_: str, detail: tuple[str, tuple[Any, ...]]) -> str:
    act, args = detail
    if act in FAULTS:
        return FAULTS[act].told(args, _who)
    if act in _WISHES:
        return _WISHES[act](*args)
    return f"{act.replace('_', ' ')}: {_listed(args)}"


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


class Teller:
    """Tells events in the order in which they happened.

    Args:
        committed: highest index that was committed before; what is committed later is told.
    """

    def __init__(self, committed: int = 0) -> None:
        self._committed = committed
        self._standing: dict[str, _Standing] = {}
        self._told_to_stand: tuple[Any, ...] | None = None

    def tell(self, events: Sequence[TraceEvent], commands: Commands) -> list[Told]:
        """Tell what happened next.

        Args:
            events: in order.
            commands: what the logs of the nodes have, at that time or later.
        """
        told: list[Told] = []
        for at, event in enumerate(events):
            following = events[at + 1] if at + 1 < len(events) else None
            if event.kind == "commit":
                told += self._commit(event, commands)
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

    def _commit(self, event: TraceEvent, commands: Commands) -> list[Told]:
        """Tell what was committed, when the first node knows it."""
        index, before = event.detail, self._committed
        if index <= before:
            return []
        self._committed = index
        found = commands(event.node, max(before + 1, index - 10 * MOST_ENTRIES), index)
        return [Told(event.time_us, "client", committed(entry)) for entry in found[-MOST_ENTRIES:]]


def committed(entry: Entry) -> str:
    """Say of a command that it is committed, and where."""
    said = f"{command(entry.data)} is committed at index {entry.index} of term {entry.term}"
    return shorten(line(said), LONGEST)


def fields_of(data: bytes) -> dict[str, Any]:
    """Return the fields of an encoded command; none of one that is too large, or is none."""
    try:
        fields = json.loads(data) if len(data) <= LARGE else {}
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def command(data: bytes) -> str:
    """Write an encoded command as a person says it: ``x = 1``."""
    fields = fields_of(data)
    if "key" not in fields:
        return shorten(data[:400].decode(errors="replace"), 80)
    key = fields["key"]
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
    kind = FAULTS[act].comes if act in FAULTS else ""
    comes = kind == following.kind and following.sequence == event.sequence + 1
    return comes and args[:1] in ((following.node,), ("leader",), ("all",))
