"""Where any thread hands in what it wants of a cluster's loop, and gets a future of it.

It knows no cluster, so that what waits in the loop keeps none alive.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus import goals
from igniter_nb.consensus.client import Client, Request
from igniter_nb.consensus.journal import KEPT
from igniter_nb.consensus.loop import Loop, settled
from igniter_nb.consensus.queries import peek
from igniter_nb.consensus.refs import NodeRef
from igniter_nb.consensus.setup import named, seconds, sides
from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from concurrent.futures import Future

    from igniter_nb.consensus.journal import Journal
    from igniter_nb.consensus.machine import Machine, Outcome
    from igniter_nb.consensus.setup import Folder
    from igniter_nb.consensus.transport import Link
    from igniter_nb.consensus.world import World
    from igniter_nb.raft import NodeId

    Goal = Callable[[], NodeId | None]


class Desk:
    """One cluster's world, the loop that drives it, and the client in it.

    Args:
        world: the cluster's; its trace is a :class:`Journal`.
        known: nodes that had kept something before it was made.

    Attributes:
        world: the cluster's, which only the loop may touch.
        loop: drives it.
        gone: nodes that were removed.
    """

    def __init__(self, world: World, known: Collection[NodeId] = ()) -> None:
        self.world = world
        self.gone = goals.recall(world, known)
        self._client = Client()
        self.loop = self._client.loop = Loop(world, self._client.turn)

    # -- what takes until it is answered

    def write(self, commands: Iterable[bytes], timeout: float) -> list[Future[Outcome]]:
        """Hand in encoded commands, together and in order; waits while too much is in line."""
        self.loop.yield_to_others()
        patience_us = _patience_us(timeout)
        requests = [Request(patience_us, data=data) for data in commands]
        self.loop.post(partial(self._client.take, *requests))
        return [request.future for request in requests]

    def read(
        self,
        query: Callable[[Machine], Any],
        timeout: float,
        *,
        lease: bool,
        node: NodeId | None,
    ) -> Future[Any]:
        """Hand in a linearizable read."""
        request = Request(_patience_us(timeout), query=query, lease=lease, node=node)
        self.loop.post(partial(self._client.take, request))
        return request.future

    def peek(self, query: Callable[[Machine], Any], node: NodeId | None) -> Future[Any]:
        """Hand in a read that may be old."""
        return self.loop.submit(partial(peek, self.world, query, node))

    def leads(self, timeout: float) -> Future[NodeId]:
        """Hand in the wish for a leader that knows all that was committed."""
        return self._reach(partial(goals.leads, self.world), timeout)

    def hand_over(self, to: object, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node leads.

        Raises:
            ValueError: there is no such node.
            ConsensusError: it does not run.
        """
        to = named(self.own(to), self.names())
        host = self.world.hosts[to]
        if not self.loop.look(lambda: host.replica.alive):
            remedy = "it was removed" if to in self.gone else "restart() it first"
            raise ConsensusError(f"{to} does not run, so it cannot lead; {remedy}")
        return self._reach(goals.HandOver(self.world, to), timeout)

    def join(self, node_id: NodeId, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node gets a vote."""
        goal = goals.Join(self.world, self.gone, node_id)
        return self._reach(_noted(self.world, ("add_node", node_id), goal), timeout)

    def leave(self, node: object, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node is no member any more."""
        node_id = named(self.own(node), self.names())
        goal = partial(goals.leave, self.world, self.gone, node_id)
        return self._reach(_noted(self.world, ("remove_node", node_id), goal), timeout)

    def _reach(self, goal: Callable[[], NodeId | None], timeout: float) -> Future[NodeId]:
        request = Request(_patience_us(timeout), goal=goal)
        self.loop.post(partial(self._client.take, request))
        return request.future

    # -- what is done at once

    def own(self, node: object) -> Any:
        """Return how a node is named, which was given by name or as a :class:`NodeRef`.

        Raises:
            ValueError: it is a node of another cluster.
        """
        if not isinstance(node, NodeRef):
            return node
        if not node.is_of(self):
            raise ValueError(
                f"{node.node_id!r} was given as a node of another cluster; "
                "take it from this one's nodes, or give its name"
            )
        return node.node_id

    def names(self) -> tuple[NodeId, ...]:
        """Name all nodes."""
        return self.loop.look(partial(tuple, self.world.hosts))

    def act(self, name: str, *args: Any) -> None:
        """Do something to the world."""
        self.loop.call(partial(self.world.act, name, *args))

    def act_on(self, name: str, node: object) -> None:
        """Do something to a node.

        Raises:
            ValueError: there is no such node, or it was removed and is to be started.
        """
        self.loop.call(partial(self._act_on, name, self.own(node)))

    def _act_on(self, name: str, node: object) -> None:
        node_id = named(node, self.world.hosts)
        if node_id in self.gone and name == "restart":
            raise ValueError(f"{node_id!r} was removed; add_node() one with another name")
        self.world.act(name, node_id)

    def part(self, groups: Iterable[object]) -> None:
        """Cut the links between groups of nodes."""
        self.act("partition", *sides(map(self._group, groups), self.names()))

    def _group(self, group: object) -> tuple[Any, ...]:
        if isinstance(group, str | NodeRef) or not hasattr(group, "__iter__"):
            return (self.own(group),)
        return tuple(map(self.own, group))

    def relink(self, node: object, link: Link) -> None:
        """Say how well a node's links work, in both directions."""
        self.loop.call(partial(self._relink, self.own(node), link))

    def _relink(self, node: object, link: Link) -> None:
        node_id = named(node, self.world.hosts)
        self.world.note("", "act", ("slow", (node_id, link.latency_us_min / 1e6, link.loss)))
        with self.journal.details():
            for other in self.world.hosts:
                if other != node_id:
                    self.world.act("link", node_id, other, *link)
                    self.world.act("link", other, node_id, *link)

    def consistent_read(
        self,
        query: Callable[[Machine], Any],
        consistency: object,
        node: object,
        *,
        timeout: float,
        leases: bool,
    ) -> Future[Any]:
        """Hand in a read of one of the kinds that there are.

        Args:
            query: what to read.
            consistency: the kind.
            node: who is to answer, None for whoever fits.
            timeout: seconds to wait for an answer.
            leases: whether reads by lease are allowed.

        Raises:
            ValueError: there is no such kind, it is not allowed, or the node is another cluster's.
        """
        name = self.own(node)
        if consistency == "stale":
            return self.peek(query, name)
        if consistency not in ("linearizable", "lease"):
            msg = f'consistency: expected "linearizable", "lease" or "stale", came {consistency!r}'
            raise ValueError(msg)
        lease = consistency == "lease"
        if lease and not leases:
            msg = "reads by lease are off; start the cluster with timing=Timing(lease_reads=True)"
            raise ValueError(msg)
        return self.read(query, timeout, lease=lease, node=name)

    def set_pace(self, *, paused: bool | None = None, speed: float | None = None) -> None:
        """Let the world's time stand still or go on, and how fast."""
        self.loop.call(partial(self._set_pace, paused, speed))

    def _set_pace(self, paused: bool | None, speed: float | None) -> None:  # noqa: FBT001 -- as it came
        self.loop.paused = self.loop.paused if paused is None else paused
        self.loop.speed = self.loop.speed if speed is None else speed

    @property
    def journal(self) -> Journal:
        """What happened."""
        journal: Any = self.world.trace
        return journal  # type: ignore[no-any-return]  # that is what the world was made with


def opened(
    make: Callable[..., World], folder: Folder | None, names: Sequence[NodeId], *, details: bool
) -> Desk:
    """Open the desk of a new cluster.

    Args:
        make: makes the world, given where its nodes keep their logs.
        folder: where that is, None for in memory.
        names: of the nodes.
        details: whether messages and commits are noted.
    """
    known = () if folder is None else folder.check(names)
    world = make(storage=folder)
    world.details = details
    world.script = deque(maxlen=KEPT)
    return Desk(world, known)


def raise_first(futures: Iterable[Future[Any]]) -> None:
    """Wait for all; of those that failed, the first one in order raises."""
    failures = [settled(future).exception() for future in futures]
    for number, failure in enumerate(failures):
        if isinstance(failure, ConsensusError):
            numbered = type(failure)(f"commands[{number}]: {failure.message}")
            raise numbered from failure.__cause__
        if failure is not None:
            raise failure


def _noted(world: World, act: tuple[str, NodeId], goal: Goal) -> Goal:
    """Let a goal be noted when it is first asked, unless it is refused then."""
    news = [act]

    def asked() -> NodeId | None:
        found = goal()
        if news:
            name, node_id = news.pop()
            world.note("", "act", (name, (node_id,)))
        return found

    if hasattr(goal, "so_far"):
        asked.so_far = goal.so_far  # type: ignore[attr-defined]  # what is told when it is late
    return asked


def _patience_us(timeout: float) -> int:
    return round(seconds("timeout", timeout) * 1e6)
