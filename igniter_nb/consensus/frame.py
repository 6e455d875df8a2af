"""Frame: everything that is to be seen of a cluster at one moment, as frozen values.

A picture knows frames and nothing else of a cluster. Nothing in one is shared with a node: a state
is the beginning of its text, a message its ends and its kind. Times are whole microseconds of the
cluster's own time, indexes are those of the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.consensus.status.status import ClusterStatus, LogEntry, NodeStatus, PeerView
    from igniter_nb.raft import Entry, NodeId, PeerStatus

__all__ = ["Flight", "Frame", "LinkQuality", "NodeDetails", "NodeFrame", "Pace", "Sent"]


class Sent(NamedTuple):
    """A message that is not under way: it arrived at once, or never will.

    Attributes:
        sender: from whom.
        recipient: to whom.
        kind: what it is about, for example ``heartbeat``.
    """

    sender: NodeId
    recipient: NodeId
    kind: str


class Flight(NamedTuple):
    """A message under way.

    Attributes:
        sequence: number of the event that sent it.
        sender: from whom.
        recipient: to whom.
        kind: what it is about.
        sent_us: when it was sent.
        arrives_us: when it arrives.
        term: of its sender.
    """

    sequence: int
    sender: NodeId
    recipient: NodeId
    kind: str
    sent_us: int
    arrives_us: int
    term: int


class LinkQuality(NamedTuple):
    """How a link works that is not as the others.

    Attributes:
        sender: from whom.
        recipient: to whom.
        latency_us: longest time under way.
        loss: share of the messages that never arrive.
    """

    sender: NodeId
    recipient: NodeId
    latency_us: int
    loss: float


@dataclass(frozen=True, slots=True)
class NodeFrame:
    """One node.

    Attributes:
        row: its status, without its state.
        tail: the last entries of its log.
        view: what the leader knows of it, None if nobody leads or it leads.
        countdown: when the countdown to its election began and when it runs out; None if none runs.
        votes: how many votes it has, if it stands for election.
        clock: rate of its clock, in thousandths.
        wiped: whether it is down and its disk was taken away.
        state: the beginning of its state, written out.
        short: the key of it that was written last and how many others there are, written out.
    """

    row: NodeStatus
    tail: tuple[LogEntry, ...]
    view: PeerView | None
    countdown: tuple[int, int] | None
    votes: int
    clock: int
    wiped: bool
    state: str
    short: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A cluster at one moment.

    Attributes:
        at_us: the moment.
        status: every node as it is, without its state.
        voters: how many voters the leader knows; 0 while nobody leads.
        nodes: those that are members.
        entries: those that are shown at the end of a log, each once.
        flights: messages under way that take time.
        sparks: messages that were sent since the frame before and took no time.
        losses: messages that were lost since then.
        latency_us: longest time that a message is under way where nothing else is said.
        loss: share of the messages that never arrive there.
        links: those that work in another way.
        steady: whether a leader is heard at once and nothing else happens.
    """

    at_us: int
    status: ClusterStatus
    voters: int
    nodes: tuple[NodeFrame, ...]
    entries: tuple[Entry, ...]
    flights: tuple[Flight, ...]
    sparks: tuple[Sent, ...]
    losses: tuple[Sent, ...]
    latency_us: int
    loss: float
    links: tuple[LinkQuality, ...]
    steady: bool


@dataclass(frozen=True, slots=True)
class NodeDetails:
    """Everything that is known of a node.

    Attributes:
        at_us: when.
        row: its status, without its state.
        state: the beginning of its state, written out.
        life: number of its life.
        clock: rate of its clock, in thousandths.
        election: ticks of the election timeout that have passed, and how many there are.
        countdown: when the countdown to its election began and when it runs out; None if none runs.
        seen: what the leader knows of it, None if nobody leads or it leads.
        knows: what it knows of others, if it leads.
        wiped: whether it is down and its disk was taken away.
        failure: the error that ended it, None if none did.
    """

    at_us: int
    row: NodeStatus
    state: str
    life: int
    clock: int
    election: tuple[int, int]
    countdown: tuple[int, int] | None
    seen: PeerStatus | None
    knows: Sequence[PeerStatus]
    wiped: bool
    failure: BaseException | None


class Pace(NamedTuple):
    """How far a cluster has come, and how its time goes.

    Attributes:
        first_us: the first moment that one can go back to.
        now_us: its time.
        ahead_us: up to when it is known what comes, 0 if that is not known.
        paused: whether its time stands still.
        speed: seconds of it in a second.
        slow: whether it goes more slowly than was said, so that what happens can be followed.
        stopped: whether it has ended or is about to.
        failure: the error that ended it, None if none did.
    """

    first_us: int
    now_us: int
    ahead_us: int
    paused: bool
    speed: float
    slow: bool
    stopped: bool
    failure: BaseException | None
