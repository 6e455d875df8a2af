"""Queries of one node as it is, asked in the cluster's loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.simulator.quorums import is_waiting, restart_it
from igniter_nb.consensus.status.names import unknown_node
from igniter_nb.errors import NoLeaderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.consensus.state_machine.machine import Machine
    from igniter_nb.raft import NodeId


def peek(world: World, query: Callable[[Machine], Any], node: NodeId | None) -> Any:
    """Read what one node has applied, whether or not it is the latest.

    Args:
        world: the cluster's.
        query: what to read.
        node: the node, or None for the one that runs and has applied most.

    Raises:
        NoLeaderError: the node does not run, or none does.
        ValueError: there is no such node.
    """
    if node is not None and node not in world.hosts:
        raise unknown_node(node, world.hosts)
    if node is not None and is_waiting(world.hosts[node]):
        raise NoLeaderError(
            f"{node} was set up and was not let in yet, so it knows nothing; read another one"
        )
    hosts = world.hosts.values() if node is None else [world.hosts[node]]
    replicas = [host.replica for host in hosts if host.replica.alive]
    if not replicas:
        who = "no node runs" if node is None else f"{node} does not run"
        remedy = "restart() one" if node is None else restart_it(world, node)
        raise NoLeaderError(f"{who}, so there is nobody to read from; {remedy}")
    return query(max(replicas, key=lambda each: each.core.last_applied).machine)
