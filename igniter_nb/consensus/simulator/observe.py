"""Status of a world as frozen values: what can be seen of its nodes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.simulator.quorums import (
    can_decide,
    configuration,
    is_removed,
    is_wiped,
)
from igniter_nb.consensus.state_machine.machine import Machine
from igniter_nb.consensus.status.status import (
    LEARNER,
    PAUSED,
    REMOVED,
    ClusterStatus,
    LogEntry,
    NodeStatus,
    PeerView,
)
from igniter_nb.raft import majority
from igniter_nb.text import natural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.consensus.replica import Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import Configuration, Entry, NodeId


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
    hosts = [world.hosts[name] for name in _in_order(tuple(world.hosts))]
    progress = leader.replica.core.status().progress if leader else ()
    stopped = standing.get("stopped", False)
    return ClusterStatus(
        rows=tuple(_node(host, members, copied=copied, stopped=stopped) for host in hosts),
        seconds=world.now_us / 1e6,
        quorum_size=majority(len(members.voters)),
        decides=can_decide(world, leader),
        blocked=tuple(sorted(world.network.blocked, key=_ends)) if world.network.blocked else (),
        tails=_tails(hosts, tail),
        progress=tuple(PeerView(each.node_id, each.match, each.next) for each in progress),
        voters=_in_order(members.voters),
        **standing,
    )


@lru_cache(maxsize=256)
def _in_order(names: tuple[NodeId, ...]) -> tuple[NodeId, ...]:
    return tuple(sorted(names, key=natural))


def _ends(pair: tuple[NodeId, NodeId]) -> tuple[object, ...]:
    return natural(pair[0]), natural(pair[1])


def node_status(world: World, node_id: NodeId, *, copied: bool) -> NodeStatus:
    """Look at one node of a world.

    Args:
        world: the world, between two events.
        node_id: the node.
        copied: whether its state is copied, which takes time with its size.
    """
    members = configuration(world, world.leader())
    return _node(world.hosts[node_id], members, copied=copied)


def _node(host: Host, members: Configuration, *, copied: bool, stopped: bool = False) -> NodeStatus:
    """Look at a node; of a cluster that is stopped, at what it was then."""
    replica = host.replica
    core = replica.core
    alive = replica.alive or (stopped and replica.rests)
    role = _role(host, members)
    if is_wiped(replica):
        blank = machine_of(replica).state if copied else None
        return NodeStatus(replica.node_id, alive, role, 0, None, None, 0, 0, 0, 0, blank)
    return NodeStatus(
        node_id=replica.node_id,
        alive=alive,
        role=role,
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
    runs = replica.alive or replica.rests
    if runs and is_removed(host, members):
        return REMOVED
    if not runs:
        return "crashed" if replica.node_id in members.members else REMOVED
    if replica.paused:
        return PAUSED
    return LEARNER if replica.node_id in members.learners else str(replica.core.role)


def _tails(hosts: Sequence[Host], count: int) -> tuple[tuple[LogEntry, ...], ...]:
    """Return the ends of logs; nodes that have the same entries share one."""
    found: list[tuple[LogEntry, ...]] = []
    before: tuple[Entry, ...] = ()
    commit, tail = 0, tuple[LogEntry, ...]()
    for host in hosts:
        log = host.replica.core.log
        first = max(log.first_index, log.last_index - count + 1)
        entries = () if is_wiped(host.replica) else log.entries(first, log.last_index + 1)
        if entries != before or log.commit != commit:
            before, commit = entries, log.commit
            tail = tuple(LogEntry(each[0], each[1], each[0] <= commit) for each in entries)
        found.append(tail)
    return tuple(found)


def machine_of(replica: Replica) -> Machine:
    """Return what a node's state is in: of one whose disk was taken away an empty one."""
    return Machine(replica.kind) if is_wiped(replica) else replica.machine
