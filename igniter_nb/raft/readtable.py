"""Reads on their way to an answer (thesis 6.4).

A read passes up to three places: it waits to join a round of heartbeats (or to be sent to the
leader), it waits for a quorum to answer that round, it waits until its index is applied. Each
place is empty of it before the next one holds it, so it is answered once or refused once.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from igniter_nb.raft.messages import ReadState
    from igniter_nb.raft.types import NodeId


class Asked(NamedTuple):
    """Reads of one node.

    Attributes:
        node: who reads; the empty name for the node itself.
        numbers: its reads.
    """

    node: NodeId
    numbers: tuple[int, ...]


class Round(NamedTuple):
    """A round of heartbeats.

    Attributes:
        number: in this term, from 1.
        started: the leader's ticks when it began.
        index: its commit index then.
        asked: reads that it confirms.
    """

    number: int
    started: int
    index: int  # type: ignore[assignment]  # the paper's word, not tuple.index
    asked: tuple[Asked, ...]


class ReadTable:
    """The reads of one node, and the rounds of a leader.

    Attributes:
        first: all numbers of this life are above it.
        count: the number of the last read that was asked for.
        round: the leader's latest round in this term.
        joining: reads that join the next round, once the leader may answer reads.
        rounds: rounds that no quorum has answered yet.
        sending: a follower's own reads that were not sent to the leader yet.
        sent: a follower's own reads at the leader.
        confirmed: own reads whose index is known and waits to be applied.
        refused: own reads that will not be answered.
        lease_until: until which tick a leader may read without a round.
        lease_broken: whether it may no longer in this term.
    """

    __slots__ = (
        "confirmed",
        "count",
        "first",
        "joining",
        "lease_broken",
        "lease_until",
        "refused",
        "round",
        "rounds",
        "sending",
        "sent",
    )

    def __init__(self, first: int = 0) -> None:
        self.first = self.count = first
        self.round = 0
        self.joining: list[Asked] = []
        self.rounds: deque[Round] = deque()
        self.sending: list[int] = []
        self.sent: dict[int, None] = {}
        self.confirmed: list[ReadState] = []
        self.refused: list[int] = []
        self.lease_until = 0
        self.lease_broken = False

    def abandon(self) -> None:
        """Refuse what cannot be confirmed any more, since the role ends; own reads hear of it."""
        waiting = [asked for each in self.rounds for asked in each.asked] + self.joining
        self.refused += [number for asked in waiting if not asked.node for number in asked.numbers]
        self.refused += [*self.sending, *self.sent]
        self.joining, self.sending, self.sent = [], [], {}
        self.rounds.clear()
        self.round = 0
        self.lease_until = 0
        self.lease_broken = False

    def forget(self, numbers: Collection[int]) -> None:
        """Drop own reads that nobody waits for any more, wherever they are on their way."""
        gone = frozenset(numbers)
        self.sending = [number for number in self.sending if number not in gone]
        self.sent = {number: None for number in self.sent if number not in gone}
        self.confirmed = [each for each in self.confirmed if each.number not in gone]
        self.refused = [number for number in self.refused if number not in gone]
        self.joining = _without(self.joining, gone)
        self.rounds = deque(
            each._replace(asked=tuple(_without(each.asked, gone))) if each.asked else each
            for each in self.rounds
        )

    def answerable(self, applied: int) -> tuple[ReadState, ...]:
        """Take out the confirmed reads whose index is applied."""
        ready = tuple(each for each in self.confirmed if each.index <= applied)
        if ready:
            self.confirmed = [each for each in self.confirmed if each.index > applied]
        return ready

    def check_invariants(self) -> None:
        """Check what always holds.

        Raises:
            AssertionError: names what does not hold.
        """
        own = [n for a in self.joining if not a.node for n in a.numbers]
        own += [n for r in self.rounds for a in r.asked if not a.node for n in a.numbers]
        own += [*self.sending, *self.sent, *(each.number for each in self.confirmed), *self.refused]
        assert len(own) == len(set(own)), f"each read is in one place: {sorted(own)}"
        assert all(self.first < number <= self.count for number in own), "every read was asked for"
        numbers = [each.number for each in self.rounds]
        assert numbers == sorted(set(numbers)), f"rounds are in order: {numbers}"
        assert not numbers or numbers[-1] <= self.round, "no round is ahead of the count"


def _without(waiting: Iterable[Asked], gone: frozenset[int]) -> list[Asked]:
    """Leave out a node's own reads of some numbers; those of others have numbers of their own."""
    return [asked for asked in waiting if asked.node or gone.isdisjoint(asked.numbers)]
