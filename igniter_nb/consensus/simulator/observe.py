"""Status of a world as frozen values: what can be seen of its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.simulator.quorums import can_decide, configuration, is_removed
from igniter_nb.consensus.status.status import (
    REMOVED,
    ClusterStatus,
    LogEntry,
    NodeStatus,
    PeerView,
)
from igniter_nb.raft import majority

if TYPE_CHECKING:
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import Configuration, NodeId


def world_status(
    world: World, tail: int = 12, *, copied: bool = True, **standing: Any
) -> ClusterStatus:
    """Look at every node of a world.

    Args:
        world: the world, between two events.
        tail: how many of the last entries of each log are told.
        copied: whether the nodes' states are copied, which takes time with their size.
        standing: ``stopped``, ``age`` and ``busy`` of the status.

    Examples:
        >>> world = World(7, ["n1", "n2", "n3"])
        >>> world.run_until(2_000_000)
        >>> len(world_status(world))
        3
    """
    leader = world.leader()
    members = configuration(world, leader)
    hosts = list(world.hosts.values())
    progress = leader.replica.core.status().progress if leader else ()
    return ClusterStatus(
        rows=tuple(_node(host, members, copied=copied) for host in hosts),
        seconds=world.now_us / 1e6,
        quorum_size=majority(len(members.voters)),
        decides=can_decide(world, leader),
        blocked=tuple(sorted(world.network.blocked)),
        tails=tuple(_tail(host, tail) for host in hosts),
        progress=tuple(PeerView(each.node_id, each.match, each.next) for each in progress),
        **standing,
    )


def node_status(world: World, node_id: NodeId, *, copied: bool) -> NodeStatus:
    """Look at one node of a world.

    Args:
        world: the world, between two events.
        node_id: the node.
        copied: whether its state is copied, which takes time with its size.
    """
    members = configuration(world, world.leader())
    return _node(world.hosts[node_id], members, copied=copied)


def _node(host: Host, members: Configuration, *, copied: bool) -> NodeStatus:
    replica = host.replica
    core = replica.core
    return NodeStatus(
        node_id=replica.node_id,
        alive=replica.alive,
        role=_role(host, members),
        term=core.term,
        vote=core.vote,
        leader=core.leader_id,
        commit_index=core.commit,
        applied_index=core.last_applied,
        log_size=core.log.last_index,
        snapshot_index=core.log.snapshot.index,
        state_machine=replica.machine.state if copied else None,
    )


def _role(host: Host, members: Configuration) -> str:
    replica = host.replica
    if replica.alive and is_removed(host, members):
        return REMOVED
    if not replica.alive:
        return "crashed" if replica.node_id in members.members else REMOVED
    if replica.paused:
        return "paused"
    return "learner" if replica.node_id in members.learners else str(replica.core.role)


def _tail(host: Host, count: int) -> tuple[LogEntry, ...]:
    log = host.replica.core.log
    first = max(log.first_index, log.last_index - count + 1)
    entries = log.entries(first, log.last_index + 1)
    return tuple(LogEntry(each.index, each.term, each.index <= log.commit) for each in entries)
