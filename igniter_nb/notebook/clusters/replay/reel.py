"""Reel: a recording as text for the script that plays it (``widgets/src/replay``).

1. Times are those of the play, in milliseconds: a message takes long enough to be followed, and
   what lies between two things that happen is no longer than a breath. The cluster's own times
   stand beside them.
2. Of each scene only what has changed is written, names and sentences once.
3. It is no longer than a limit: what happened first is left out. That it is, is said in it.
"""

from __future__ import annotations

import json
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from igniter_nb.consensus import Flight
    from igniter_nb.notebook.clusters.replay.recorder import NodeScene, Recording, Scene

LIMIT: Final = 24_000
"""Characters of a reel, at most."""

FLIGHT_MS, BREATH_MS, LEAST_MS = 700.0, 900.0, 40.0
"""How long a usual message is seen, the longest pause, and how long a scene is at least."""

LONGEST_MS: Final = 90_000.0
"""How long it plays, at most."""


def reel(
    recording: Recording,
    drawn: Mapping[str, Any],
    notes: Sequence[tuple[int, str]] = (),
    *,
    limit: int = LIMIT,
) -> str:
    """Write a recording; empty where nothing has changed in it.

    Args:
        recording: what was recorded.
        drawn: where everything stands in the picture, and how it looks.
        notes: sentences, and from when on each is told.
        limit: characters, at most.
    """
    scenes: Sequence[Scene] = recording.scenes
    flights: Sequence[Flight] = recording.flights
    whole = len(scenes)
    while len(scenes) > 1:
        kept = [each for each in flights if each.sent_us >= scenes[0].at_us]
        facts = _Writer(scenes, kept, notes).facts() | {"whole": len(scenes) == whole}
        text = json.dumps({**facts, **drawn}, ensure_ascii=False, separators=(",", ":"))
        if len(text) <= limit:
            return text
        if kept and len(scenes) < _FEW:  # messages are the less telling half
            flights = kept[len(kept) // 2 + 1 :]
            continue
        scenes = scenes[max(1, len(scenes) // 8) :]
    return ""


_FEW: Final = 8


class _Writer:
    def __init__(
        self,
        scenes: Sequence[Scene],
        flights: Sequence[Flight],
        notes: Sequence[tuple[int, str]],
    ) -> None:
        self.scenes, self.flights, self.notes = scenes, flights, notes
        self.names: dict[str, int] = {}
        self.headlines: dict[str, int] = {}
        self.kinds: dict[str, int] = {}
        self.played = play_times(scenes, flights, [at for at, _ in notes])

    def facts(self) -> dict[str, Any]:
        """Return what the script is told."""
        for scene in self.scenes:
            for name in scene.nodes:
                self.names.setdefault(name, len(self.names))
        before: Mapping[str, NodeScene] = {}
        cuts: tuple[tuple[str, str], ...] | None = None
        frames = []
        for scene in self.scenes:
            frame: list[Any] = [self.played[scene.at_us], scene.at_us]
            frame.append([self._node(name, scene) for name in self._changed(before, scene)])
            frame.append(self.headlines.setdefault(scene.headline, len(self.headlines)))
            if scene.cuts != cuts:
                known = [pair for pair in scene.cuts if set(pair) <= self.names.keys()]
                frame.append([[self.names[one], self.names[other]] for one, other in known])
            frames.append(frame)
            before, cuts = scene.nodes, scene.cuts
        flights = [self._flight(each) for each in self.flights if self._is_known(each)]
        return {
            "names": [*self.names],
            "frames": frames,
            "flights": flights,
            "headlines": [*self.headlines],
            "kinds": [*self.kinds],
            "notes": [[self.played[at], said] for at, said in self.notes if at in self.played],
        }

    @staticmethod
    def _changed(before: Mapping[str, NodeScene], scene: Scene) -> list[str]:
        """Name the nodes that are not as before; those that are gone too."""
        changed = [name for name, node in scene.nodes.items() if before.get(name) != node]
        return [*changed, *(name for name in before if name not in scene.nodes)]

    def _node(self, name: str, scene: Scene) -> list[Any]:
        node = scene.nodes.get(name)
        if node is None:
            return [self.names[name]]
        vote, follows = (self.names.get(each, -1) for each in (node.vote, node.follows))
        facts = [self.names[name], node.role, node.term, vote, follows, node.commit]
        return [*facts, node.first, list(node.terms), node.state]

    def _is_known(self, sent: Flight) -> bool:
        return sent.sender in self.names and sent.recipient in self.names

    def _flight(self, sent: Flight) -> list[int]:
        kind = self.kinds.setdefault(sent.kind, len(self.kinds))
        times = (self.played[sent.sent_us], self.played[sent.arrives_us])
        return [*times, self.names[sent.sender], self.names[sent.recipient], kind]


def play_times(
    scenes: Sequence[Scene], flights: Sequence[Flight], more: Sequence[int] = ()
) -> dict[int, int]:
    """Say when in the play each of the cluster's times comes, in milliseconds.

    Args:
        scenes: from the first one on.
        flights: messages that were sent since.
        more: other times that are wanted.
    """
    first = scenes[0].at_us
    times = {first, *(each.at_us for each in scenes), *(at for at in more if at >= first)}
    times |= {each.sent_us for each in flights} | {each.arrives_us for each in flights}
    known = sorted(times)
    usual = median(each.arrives_us - each.sent_us for each in flights) if flights else 0
    scale = FLIGHT_MS / usual if usual else FLIGHT_MS / 10_000
    seen = {each.at_us for each in scenes}
    at = 0.0
    exact = {first: at}
    for before, now in pairwise(known):
        at += max(min((now - before) * scale, BREATH_MS), LEAST_MS if now in seen else 0.0)
        exact[now] = at
    shrink = min(1.0, LONGEST_MS / at) if at else 1.0
    return {time: round(ms * shrink) for time, ms in exact.items()}
