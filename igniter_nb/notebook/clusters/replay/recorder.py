"""Recorder: keeps of the frames of a cluster what a still replays when there is no kernel.

1. A scene is kept when something has changed that a person follows; heartbeats are none of it.
2. A message is kept with the times at which it was sent and arrives, as the journal has them; of
   answers only those to what is kept.
3. Both are bounded: the oldest go.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.text import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from igniter_nb.consensus import Flight

MOST_SCENES: Final = 400
MOST_FLIGHTS: Final = 1_200
"""What is kept, the latest of each."""

STATE: Final = 24
"""Characters of a state."""

_ANSWERED: Final = frozenset({"append", "snapshot", "vote"})
_ANSWERS: Final = frozenset({"append-reply", "vote-reply"})


class NodeScene(NamedTuple):
    """A node at one moment.

    Attributes:
        role: what it is, as its picture is called.
        term: its term.
        vote: whom it voted for, empty for none.
        follows: who leads, as far as it knows; empty for none.
        commit: highest index that it knows to be committed.
        first: index of the first entry that is shown.
        terms: terms of the entries that are shown.
        state: its state in short.
    """

    role: str
    term: int
    vote: str
    follows: str
    commit: int
    first: int
    terms: tuple[int, ...]
    state: str


class Scene(NamedTuple):
    """A cluster from one moment on, until the next scene.

    Attributes:
        at_us: the moment.
        nodes: each node by its name, in the nodes' order.
        cuts: links that carry nothing, one direction each.
        headline: who leads, in a sentence.
    """

    at_us: int
    nodes: Mapping[str, NodeScene]
    cuts: tuple[tuple[str, str], ...]
    headline: str


class Recording(NamedTuple):
    """What was kept.

    Attributes:
        scenes: in order.
        flights: in the order in which they were sent.
    """

    scenes: tuple[Scene, ...] = ()
    flights: tuple[Flight, ...] = ()

    @property
    def roles(self) -> set[str]:
        """The roles that occur in it."""
        return {node.role for scene in self.scenes for node in scene.nodes.values()}

    @property
    def signs(self) -> frozenset[str]:
        """The signs that are seen when it plays, as the legend calls them."""
        nodes = [node for scene in self.scenes for node in scene.nodes.values()]
        ways = [((b, a) in each.cuts) for each in self.scenes for a, b in each.cuts]
        kinds = {each.kind for each in self.flights}
        seen = {
            "full": any(node.terms and node.commit >= node.first for node in nodes),
            "hollow": any(node.commit < node.first + len(node.terms) - 1 for node in nodes),
            "follows": any(node.follows for node in nodes),
            "cut": True in ways,
            "one-way": False in ways,
            "vote": "vote" in kinds,
            "append": "append" in kinds,
            "answer": not _ANSWERS.isdisjoint(kinds),
        }
        return frozenset(sign for sign, is_seen in seen.items() if is_seen)

    @property
    def entries(self) -> int:
        """How many entries a log has at most."""
        return max(
            (len(node.terms) for each in self.scenes for node in each.nodes.values()), default=0
        )


class Recorder:
    """Keeps scenes and messages.

    Attributes:
        noted: sequence of the first event that was not heard of yet.
    """

    def __init__(self) -> None:
        self._scenes: deque[Scene] = deque(maxlen=MOST_SCENES)
        self._flights: deque[Flight] = deque(maxlen=MOST_FLIGHTS)
        self._owed: set[tuple[str, str]] = set()
        self.noted = 0

    def see(self, shown: Mapping[str, Any]) -> None:
        """Keep a frame, as a page is sent it, if it shows something new."""
        nodes = {node["id"]: _node(node) for node in shown["nodes"]}
        cuts = tuple((sender, recipient) for sender, recipient in shown["cuts"])
        last = self._scenes[-1] if self._scenes else None
        if last is None or (last.nodes, last.cuts, last.headline) != (
            nodes,
            cuts,
            shown["headline"],
        ):
            self._scenes.append(Scene(shown["at"], nodes, cuts, shown["headline"]))

    def hear(self, sent: Iterable[Flight]) -> None:
        """Keep the messages that are worth it and were not heard of before."""
        for each in sent:
            if each.sequence >= self.noted:
                self.noted = each.sequence + 1
                if self._is_worthy(each) and each.arrives_us > each.sent_us:
                    self._flights.append(each)

    def _is_worthy(self, sent: Flight) -> bool:
        ends = (sent.sender, sent.recipient)
        if sent.kind in _ANSWERED:
            self._owed.add(ends[::-1])
        elif sent.kind == "heartbeat" or (sent.kind in _ANSWERS and ends not in self._owed):
            return False
        else:
            self._owed.discard(ends)
        return True

    def recording(self) -> Recording:
        """Return what is kept so far."""
        return Recording(tuple(self._scenes), tuple(self._flights))


def _node(shown: Mapping[str, Any]) -> NodeScene:
    log = shown["log"]
    return NodeScene(
        shown["role"],
        shown["term"],
        shown["vote"],
        shown["leader"],
        shown["commit"],
        log[0][0] if log else shown["last"] + 1,
        tuple(term for _, term, _ in log),
        shown.get("short") or shorten(shown["state"], STATE),
    )
