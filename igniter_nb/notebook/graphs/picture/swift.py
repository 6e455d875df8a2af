"""Quick layout of one connected part: what stands in which column is given, how high is found here.

The method is Sugiyama's, with what a thousand nodes need. No library that we keep does it in a part
of a second.

1. An arrow that passes columns has a lane in each, and arrows from one start share it.
2. Where lanes would be too many, the longest arrows run in tracks above everything instead; so the
   work grows with the nodes and arrows, not with how far the arrows go.
3. Items of a column never overlap: heights are the nearest to the wished ones that keep order and
   distance (a regression by pooling, which is exact and takes one pass).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = tuple[str, object]
"""``("n", index)`` a node, ``("c", index)`` a cluster, ``("in" | "out", start)`` a border lane."""

Arrow = tuple[Key, Key]

LANES_PER_ITEM: Final = 4
ORDERS, HEIGHTS = 6, 8
"""How many sweeps find the order in the columns, and how many the heights."""

STRAIGHT: Final = 8.0
"""How much rather a lane stays straight than an item stands beside what it reads."""

TRACK, TRACKS = 8.0, 24


@dataclass(slots=True)
class Rows:
    """Heights of one part, from 0 on.

    Attributes:
        middles: of each item and border lane.
        lanes: for each arrow that has lanes, the height in each column it passes.
        tracks: for each arrow above everything, how high it runs.
        top: room above the items, for the tracks.
        height: of the whole.
    """

    middles: dict[Key, float] = field(default_factory=dict)
    lanes: dict[Arrow, list[float]] = field(default_factory=dict)
    tracks: dict[Arrow, float] = field(default_factory=dict)
    top: float = 0.0
    height: float = 0.0


def rows(
    rank: Mapping[Key, int], arrows: Sequence[Arrow], high: Mapping[Key, float], *, gap: float
) -> Rows:
    """Find the heights of one connected part.

    Args:
        rank: column of each item and border lane.
        arrows: from a column to a later one.
        high: height of each item; what is missing is a lane.
        gap: least distance between two items; lanes may be half as near.
    """
    net = _Net(rank, arrows, high, gap=gap)
    net.order()
    net.settle()
    return net.read()


class _Net:
    """Items and lanes by number, in columns, with what each is tied to on either side."""

    def __init__(
        self,
        rank: Mapping[Key, int],
        arrows: Sequence[Arrow],
        high: Mapping[Key, float],
        *,
        gap: float,
    ) -> None:
        self.keys = list(rank)
        self.number = {key: at for at, key in enumerate(self.keys)}
        self.columns: list[list[int]] = [[] for _ in range(max(rank.values()) + 1)]
        self.left: list[list[int]] = [[] for _ in self.keys]
        self.right: list[list[int]] = [[] for _ in self.keys]
        self.half = [high.get(key, 0.0) / 2 for key in self.keys]
        self.gap = [gap / 2 if key in high else gap / 4 for key in self.keys]
        for key, at in rank.items():
            self.columns[at].append(self.number[key])
        self.lanes: dict[Arrow, list[int]] = {}
        self.over: dict[Key, list[Arrow]] = {}
        self.rank = rank
        self.y: list[float] = []
        for source, targets in self._by_reach(arrows):
            self._tie(source, targets)

    def _by_reach(self, arrows: Iterable[Arrow]) -> list[tuple[Key, list[Key]]]:
        """Return what starts at each item, the shortest ways first."""
        starts: dict[Key, list[Key]] = {}
        for source, target in arrows:
            starts.setdefault(source, []).append(target)
        rank = self.rank
        far = {source: max(rank[each] for each in ends) for source, ends in starts.items()}
        return sorted(starts.items(), key=lambda start: far[start[0]] - rank[start[0]])

    def _tie(self, source: Key, targets: list[Key]) -> None:
        """Tie an item to what starts at it, by lanes that all of these share."""
        rank, begin = self.rank, self.rank[source]
        lanes = [self.number[source]]
        targets.sort(key=rank.__getitem__)
        for target in targets:
            missing = rank[target] - begin - len(lanes)
            room = LANES_PER_ITEM * len(self.keys) - (len(self.left) - len(self.keys))
            if missing > room:
                self.over.setdefault(source, []).append((source, target))
                continue
            for _ in range(missing):
                lanes.append(self._lane(begin + len(lanes), lanes[-1]))
            last = lanes[rank[target] - begin - 1]
            self._join(last, self.number[target])
            self.lanes[source, target] = lanes[1 : rank[target] - begin]

    def _lane(self, column: int, before: int) -> int:
        lane = len(self.left)
        self.left.append([])
        self.right.append([])
        self.half.append(1.0)
        self.gap.append(self.gap[0] / 2)
        self.columns[column].append(lane)
        self._join(before, lane)
        return lane

    def _join(self, one: int, other: int) -> None:
        self.right[one].append(other)
        self.left[other].append(one)

    # --- order ----------------------------------------------------------------------------

    def order(self) -> None:
        """Order each column by where what it is tied to stands, from left and right in turn."""
        place = [0.0] * len(self.left)
        for column in self.columns:
            _number(column, place)
        for sweep in range(ORDERS):
            sides = self.left if sweep % 2 == 0 else self.right
            for column in self.columns if sweep % 2 == 0 else reversed(self.columns):
                wish = {
                    each: _mean(place, sides[each]) if sides[each] else place[each]
                    for each in column
                }
                column.sort(key=wish.__getitem__)
                _number(column, place)

    # --- heights --------------------------------------------------------------------------

    def settle(self) -> None:
        """Find heights: each near what it is tied to, in order, at a distance."""
        self.y = y = [0.0] * len(self.left)
        steps = [self._steps(column) for column in self.columns]
        for column, step in zip(self.columns, steps, strict=True):
            for each, down in zip(column, step, strict=True):
                y[each] = down - step[-1] / 2
        pairs = list(zip(self.columns, steps, strict=True))
        for sweep in range(HEIGHTS):
            is_last = sweep >= HEIGHTS - 2
            for column, step in pairs if sweep % 2 == 0 else reversed(pairs):
                wishes = [self._wish(each, sweep, both=is_last) for each in column]
                for each, new in zip(column, _nearest(wishes, step), strict=True):
                    y[each] = new

    def _steps(self, column: Sequence[int]) -> list[float]:
        """Return how far below the first each item of a column stands at least."""
        down, steps = 0.0, [0.0]
        for above, below in pairwise(column):
            down += self.half[above] + self.gap[above] + self.gap[below] + self.half[below]
            steps.append(down)
        return steps

    def _wish(self, each: int, sweep: int, *, both: bool) -> tuple[float, float]:
        """Return where an item would like to stand, and how much."""
        near = self.left[each] if sweep % 2 == 0 else self.right[each]
        if both:
            near = self.left[each] + self.right[each]
        if not near:
            return self.y[each], 0.2
        first = len(self.keys)
        is_lane = each >= first or near[0] >= first
        return _mean(self.y, near), STRAIGHT if is_lane else 1.0 + len(near) / 4

    # --- the answer -----------------------------------------------------------------------

    def read(self) -> Rows:
        """Return the heights, moved so that everything is below 0."""
        found = Rows()
        level = self._tracks()
        found.top = TRACK * (max(level.values()) + 2) if level else 0.0
        y, half = self.y, self.half
        top = min(middle - high for middle, high in zip(y, half, strict=True)) - found.top
        for number, key in enumerate(self.keys):
            found.middles[key] = y[number] - top
        for arrow, lanes in self.lanes.items():
            found.lanes[arrow] = [y[lane] - top for lane in lanes]
        for source, arrows in self.over.items():
            height = found.top - TRACK * (level[source] + 1)
            found.tracks |= dict.fromkeys(arrows, height)
        found.height = max(middle + high for middle, high in zip(y, half, strict=True)) - top
        return found

    def _tracks(self) -> dict[Key, int]:
        """Give each start of long arrows a track that is free where they run."""
        rank = self.rank
        level: dict[Key, int] = {}
        free: list[tuple[int, int]] = []
        for source in sorted(self.over, key=rank.__getitem__):
            end = max(rank[target] for _, target in self.over[source])
            if len(free) < TRACKS and not (free and free[0][0] <= rank[source]):
                track = len(free)
                heapq.heappush(free, (end, track))
            else:
                until, track = free[0]
                heapq.heapreplace(free, (max(until, end), track))
            level[source] = track
        return level


def _number(column: Iterable[int], place: list[float]) -> None:
    for at, each in enumerate(column):
        place[each] = at


def _mean(of: Sequence[float], which: Sequence[int]) -> float:
    if len(which) == 1:  # most of them, and nearly all lanes
        return of[which[0]]
    return sum([of[each] for each in which]) / len(which)


def _nearest(wishes: Sequence[tuple[float, float]], steps: Sequence[float]) -> list[float]:
    """Return the heights nearest to the wished ones, each at least its step below the first.

    Neighbours that are too near are pooled and stand where they wish to on average.
    """
    pools: list[tuple[float, float, int]] = []
    for (wish, weight), step in zip(wishes, steps, strict=True):
        mean, total, count = wish - step, weight, 1
        while pools and pools[-1][0] >= mean:
            before, heavy, many = pools.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = total + heavy, count + many
        pools.append((mean, total, count))
    return [
        mean + step
        for (mean, step) in zip(
            (mean for mean, _, count in pools for _ in range(count)), steps, strict=True
        )
    ]
