"""Search for one order of a key's operations that explains what every client saw.

It is Wing and Gong's (1993) with Lowe's memo (2017). What keeps it small, and why nothing is lost:

- An operation that changes nothing and fits the state is placed at once. Any order that has it
  later is also one with it here.
- A state that some operation still has to see, and that nobody can bring back, is not left.
- Of operations that do the same, the one that ends first goes first; they could be exchanged.
- An operation of unknown outcome takes effect only right before one that has to see it; elsewhere
  it could as well not have happened. Those that do the same are used in the order of their start.
- The memo knows a point of the search by the state, the operations that could come next (all
  before them are placed, none behind them is) and how many of unknown outcome are used. A point
  from which there was no way has none with more of those used.

Always: same operations, same steps; no recursion, no clock. Refused: operations that end before
they start, values that cannot be compared by content.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import StrEnum
from operator import le
from reprlib import Repr
from typing import TYPE_CHECKING

from igniter_nb.consensus.testing.history import KINDS, Outcome
from igniter_nb.text import abbreviate, class_name

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from igniter_nb.consensus.testing.history import Operation

__all__ = ["Answer", "Search", "end_of", "freeze", "short", "start_of"]

_ANY = -(1 << 62)  # what an operation wants that fits every state
_NOTHING = -1  # what an operation gives that changes no state

short = Repr()
"""Shortens values; it sorts sets and mappings, so that no text depends on hashes."""
short.maxstring = short.maxother = short.maxlong = 60


class Answer(StrEnum):
    """What a check found out."""

    LINEARIZABLE = "linearizable"
    NOT_LINEARIZABLE = "not linearizable"
    GAVE_UP = "gave up"


def freeze(value: object) -> Hashable:
    """Return what is equal and hashable for equal plain data; 1, 1.0 and True stay different."""
    kind = type(value)
    if value is None or kind is int or kind is str or kind is bytes:
        return value
    if isinstance(value, list | tuple):
        return ("list", *map(freeze, value))
    if isinstance(value, dict):
        return ("dict", frozenset((freeze(k), freeze(v)) for k, v in value.items()))
    if isinstance(value, set | frozenset):
        return ("set", frozenset(map(freeze, value)))
    if isinstance(value, bool | float):
        return (kind, repr(value))
    try:
        hash(value)
    except TypeError:
        raise TypeError(
            f"expected plain data or a hashable value, got {abbreviate(value)} of type "
            f"{class_name(kind)}; record it as numbers, text, bytes, lists and mappings"
        ) from None
    return (kind, value)


def start_of(operation: Operation) -> tuple[float, int]:
    """Return the moment of the call: time, then number of the event."""
    return (operation.start, operation.order[0])


def end_of(operation: Operation) -> tuple[float, int]:
    """Return the moment of the return, at infinity if the outcome is unknown."""
    end = operation.end
    return (float("inf") if end is None else end, operation.order[1])


def _effect(operation: Operation, number: Callable[[object], int]) -> tuple[int, int]:
    """Return what an operation wants of the state and what it gives, as numbers of values.

    A mismatch wants the complement of the value that it must not find.
    """
    kind = operation.kind
    if kind == "read":
        return number(operation.result), _NOTHING
    if kind == "write":
        return _ANY, number(operation.argument)
    if kind == "delete":
        return _ANY, 0
    if kind != "cas":
        raise ValueError(f"expected a kind of {', '.join(KINDS)}, got {kind!r} in {operation}")
    if operation.outcome == Outcome.MISMATCH and operation.end is not None:
        return ~number(operation.expected), _NOTHING
    return number(operation.expected), number(operation.argument)


class Search:
    """Depth first through the orders of one key's operations.

    Operations are numbered by their start. Those of known outcome that are not yet placed are a
    ring of links from ``count``. ``limit`` of an operation is the number of operations that start
    before it ends; so what may come next is every one below the smallest limit in the ring.
    """

    __slots__ = (
        "after", "before", "count", "frames", "gives", "groups", "horizon", "limit", "observers",
        "operations", "producers", "seen", "state", "steps", "trail", "used", "wants",
    )  # fmt: skip

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = sorted(operations, key=start_of)
        self.count = count = len(self.operations)
        self.steps = self.state = 0
        self.horizon = count
        self.trail: list[int] = []  # what is placed, in order; an unknown group as its complement
        self.frames: list[tuple[int, int, list[int]]] = []  # length of trail, state, moves left
        self.seen: dict[tuple[int, ...], list[tuple[int, ...]]] = {}  # point: used
        values: dict[Hashable, int] = {None: 0}

        def number(value: object) -> int:
            return values.setdefault(freeze(value), len(values))

        effects = [_effect(operation, number) for operation in self.operations]
        self.wants = [wants for wants, _ in effects]
        self.gives = [gives for _, gives in effects]
        self.observers = [0] * len(values)  # how many not yet placed have to see a value
        self.producers = [0] * len(values)  # how many not yet placed can bring it
        self.groups: list[tuple[int, int, list[int]]] = []  # unknown: wants, gives, which
        self.limit = self._limits()
        self._link()
        self.used = [0] * len(self.groups)

    def _limits(self) -> list[int]:
        starts = list(map(start_of, self.operations))
        limits = []
        for operation, start in zip(self.operations, starts, strict=True):
            end = end_of(operation)
            limits.append(bisect_right(starts, end))
            if not start <= end:
                raise ValueError(f"expected an end at or after the start, got {operation}")
            if operation.outcome == Outcome.MISMATCH and operation.kind != "cas":
                raise ValueError(f"expected a mismatch only of a cas, got {operation}")
        return limits

    def _link(self) -> None:
        """Make the ring of known operations and the groups of unknown ones that may matter."""
        groups: dict[tuple[int, int], list[int]] = {}
        wanted: set[int] = set()
        mismatches = False
        self.after, self.before = [self.count] * (self.count + 1), [self.count] * (self.count + 1)
        last = self.count
        effects = zip(self.operations, self.wants, self.gives, strict=True)
        for place, (operation, wants, gives) in enumerate(effects):
            if operation.end is None:
                if gives != _NOTHING:
                    groups.setdefault((wants, gives), []).append(place)
                    wanted.add(wants)
                continue
            self.after[last] = self.before[self.count] = place
            self.before[place], self.after[place] = last, self.count
            last = place
            self._count(wants, gives, by=1)
            wanted.add(wants)
            mismatches |= _ANY < wants < 0
        for (wants, gives), members in groups.items():
            if gives in wanted or mismatches:
                self.groups.append((wants, gives, members))
                self.producers[gives] += len(members)

    def _count(self, wants: int, gives: int, *, by: int) -> None:
        if wants >= 0:
            self.observers[wants] += by
        if gives >= 0:
            self.producers[gives] += by

    def run(self, budget: int) -> Answer:
        """Search until there is an order, there is none, or the steps are used up."""
        while window := self._observe():
            if self.steps >= budget:
                return Answer.GAVE_UP
            self.steps += 1
            moves = self._moves(window)
            if len(moves) > 1 and self._was_here(window):
                moves = []
            if moves:
                move = moves.pop()
                if moves:
                    self.frames.append((len(self.trail), self.state, moves))
                self._place(move)
            elif not self._go_back():
                return Answer.NOT_LINEARIZABLE
        return Answer.LINEARIZABLE

    def _was_here(self, window: list[int]) -> bool:
        """Tell if this point was met before with no more unknown ones used; remember it if not."""
        used = tuple(self.used)
        met = self.seen.setdefault((self.state, *window), [])
        for fewer in met:
            if all(map(le, fewer, used)):
                return True
        met.append(used)
        return False

    def _observe(self) -> list[int]:
        """Place all that fits and changes nothing; return the others that may come next."""
        after, before, limit = self.after, self.before, self.limit
        wants, gives, state = self.wants, self.gives, self.state
        window, horizon, place = [], self.count, after[self.count]
        while place < horizon:
            wanted = wants[place]
            if gives[place] == _NOTHING and (wanted == state or (wanted < 0 and wanted != ~state)):
                after[before[place]] = after[place]
                before[after[place]] = before[place]
                self.trail.append(place)
                if wanted >= 0:
                    self.observers[wanted] -= 1
            else:
                window.append(place)
                if limit[place] < horizon:  # noqa: PLR1730 - min() doubles the time of this loop
                    horizon = limit[place]
            place = after[place]
        self.horizon = horizon
        return window

    def _moves(self, window: list[int]) -> list[int]:
        """Return what may change the state next, the best last."""
        wants, gives, state = self.wants, self.gives, self.state
        if self.observers[state] and not self.producers[state]:
            if self.observers[state] > 1:
                return []
            return [place for place in window if wants[place] == state and gives[place] >= 0]
        moves = [
            place
            for place in window
            if gives[place] >= 0 and (wants[place] == state or wants[place] == _ANY)
        ]
        if len(moves) > 1:
            moves.sort(key=self.limit.__getitem__)
            first: dict[tuple[int, int], int] = {}
            for place in moves:
                first.setdefault((wants[place], gives[place]), place)
            moves = list(first.values())[::-1]
        return self._unknown_moves(window) + moves if self.groups else moves

    def _unknown_moves(self, window: list[int]) -> list[int]:
        """Return the groups of unknown outcome that let something come next that cannot yet."""
        state, horizon = self.state, self.horizon
        needed = {self.wants[place] for place in window}
        ready = [
            number
            for number, (_, _, members) in enumerate(self.groups)
            if self.used[number] < len(members) and members[self.used[number]] < horizon
        ]
        needed.update(self.groups[number][0] for number in ready)
        moves = []
        for number in reversed(ready):
            wants, gives, _ = self.groups[number]
            if gives != state and wants in {state, _ANY} and (gives in needed or ~state in needed):
                moves.append(~number)
        return moves

    def _place(self, move: int) -> None:
        self.trail.append(move)
        if move < 0:
            self.used[~move] += 1
            self.state = self.groups[~move][1]
            self.producers[self.state] -= 1
            return
        self.after[self.before[move]] = self.after[move]
        self.before[self.after[move]] = self.before[move]
        self.state = self.gives[move]
        self._count(self.wants[move], self.state, by=-1)

    def _go_back(self) -> bool:
        """Undo up to the last point with another move and take that; False if there is none."""
        if not self.frames:
            return False
        length, self.state, moves = self.frames[-1]
        while len(self.trail) > length:
            move = self.trail.pop()
            if move < 0:
                self.used[~move] -= 1
                self.producers[self.groups[~move][1]] += 1
            else:
                self.after[self.before[move]] = self.before[self.after[move]] = move
                self._count(self.wants[move], self.gives[move], by=1)
        move = moves.pop()
        if not moves:
            self.frames.pop()
        self._place(move)
        return True

    def order(self) -> list[Operation]:
        """Return the operations in the order in which they are placed."""
        used = [0] * len(self.groups)
        found = []
        for move in self.trail:
            place = move
            if move < 0:
                place = self.groups[~move][2][used[~move]]
                used[~move] += 1
            found.append(self.operations[place])
        return found
