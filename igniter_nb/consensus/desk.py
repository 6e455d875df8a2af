"""Where any thread hands in what it wants of a cluster's loop, and gets a future of it.

It knows no cluster, so that what waits in the loop keeps none alive.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus import goals
from igniter_nb.consensus.client import Client, Request
from igniter_nb.consensus.loop import Loop
from igniter_nb.consensus.queries import peek
from igniter_nb.consensus.setup import named, seconds, sides

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from concurrent.futures import Future

    from igniter_nb.consensus.journal import Journal
    from igniter_nb.consensus.machine import Machine, Outcome
    from igniter_nb.consensus.transport import Link
    from igniter_nb.consensus.world import World
    from igniter_nb.raft import NodeId


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
        """Hand in the wish that a node leads."""
        to = named(to, self.names())
        return self._reach(goals.HandOver(self.world, to), timeout)

    def join(self, node_id: NodeId, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node gets a vote."""
        return self._reach(goals.Join(self.world, self.gone, node_id), timeout)

    def leave(self, node: object, timeout: float) -> Future[NodeId]:
        """Hand in the wish that a node is no member any more."""
        node_id = named(node, self.names())
        return self._reach(partial(goals.leave, self.world, self.gone, node_id), timeout)

    def _reach(self, goal: Callable[[], NodeId | None], timeout: float) -> Future[NodeId]:
        request = Request(_patience_us(timeout), goal=goal)
        self.loop.post(partial(self._client.take, request))
        return request.future

    # -- what is done at once

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
        self.loop.call(partial(self._act_on, name, node))

    def _act_on(self, name: str, node: object) -> None:
        node_id = named(node, self.world.hosts)
        if node_id in self.gone and name == "restart":
            raise ValueError(f"{node_id!r} was removed; add_node() one with another name")
        self.world.act(name, node_id)

    def part(self, groups: Iterable[Iterable[NodeId]]) -> None:
        """Cut the links between groups of nodes."""
        self.act("partition", *sides(groups, self.names()))

    def relink(self, node: object, link: Link) -> None:
        """Say how well a node's links work, in both directions."""
        self.loop.call(partial(self._relink, node, link))

    def _relink(self, node: object, link: Link) -> None:
        node_id = named(node, self.world.hosts)
        for other in self.world.hosts:
            if other != node_id:
                self.world.act("link", node_id, other, *link)
                self.world.act("link", other, node_id, *link)

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


def _patience_us(timeout: float) -> int:
    return round(seconds("timeout", timeout) * 1e6)
