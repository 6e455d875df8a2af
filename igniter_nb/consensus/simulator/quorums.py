"""Quorums of a world: who can decide something together, and the words for it when nobody can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from igniter_nb.consensus.state_machine.reducers import NodeFailedError
from igniter_nb.consensus.status import quorum
from igniter_nb.consensus.storage import volatile
from igniter_nb.errors import ConsensusError, NoLeaderError, QuorumLostError
from igniter_nb.raft import Configuration, majority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.consensus.replica import Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import NodeId, Raft


def configuration(world: World, leader: Host | None) -> Configuration:
    """Return the membership as the leader has it, or the node with the most of the log."""
    core = newest(world) if leader is None else leader.replica.core
    return core.configuration


def newest(world: World) -> Raft:
    """Return the core of the node with the most of the log (paper section 5.4.1)."""
    hosts = world.hosts.values()
    lived = [host for host in hosts if host.replica.incarnation] or hosts
    cores = [host.replica.core for host in lived]
    return max(cores, key=lambda core: (core.log.last_term, core.log.last_index))


def alive(world: World) -> list[NodeId]:
    """Name the nodes that run."""
    return [
        node for node, host in world.hosts.items() if host.replica.alive and not host.replica.paused
    ]


LOST: Final = "those that do not run lost their disks, and cannot be restarted"
"""Said where nobody can be restarted."""


def is_wiped(replica: Replica) -> bool:
    """Say whether a node is down and its disk was taken away."""
    if replica.alive:
        return False
    disk = volatile(replica.storage)
    return disk is not None and disk.wiped


def restart_it(world: World, node_id: NodeId) -> str:
    """Return what to do about a node that does not run: one without its disk is never restarted."""
    if is_wiped(world.hosts[node_id].replica):
        return "it lost its disk: remove_node() it, and add_node() one with another name"
    return "restart() it first"


def is_removed(host: Host, members: Configuration) -> bool:
    """Say whether a node is no member any more; one that waits to be added knows of no members."""
    core = host.replica.core
    return core.node_id not in members.members and any(core.configuration)


def is_waiting(host: Host) -> bool:
    """Say whether a node runs and no leader has told it anything yet: it is no member."""
    core = host.replica.core
    return host.replica.alive and not core.log.last_index and not core.configuration.members


def members_alive(world: World) -> list[NodeId]:
    """Name the nodes that run and were not removed."""
    members = configuration(world, world.leader())
    return [node for node in alive(world) if node in members.members]


def quorum_size(world: World) -> int:
    """Return how many voters must agree."""
    return majority(len(configuration(world, world.leader()).voters))


def can_decide(world: World, leader: Host | None) -> bool:
    """Say whether some nodes that run and reach one of them are a majority.

    That one could be elected by them. Joint configurations need a majority of the old voters and
    one of the new ones (thesis 4.3).
    """
    running = alive(world)
    if len(running) == len(world.hosts) and not world.network.blocked:
        return True
    members = configuration(world, leader)
    if not world.network.blocked:
        return quorum.decides(members, running)
    carries = world.network.carries
    return quorum.can_decide(
        members, running, lambda one, other: carries(one, other) and carries(other, one)
    )


def found_missing(
    world: World, leader: Host | None, done: str = "nothing was done"
) -> ConsensusError:
    """Return the error that says that nobody can decide, and what was done all the same."""
    voters = configuration(world, leader).voters
    found = quorum.counted(voters, alive(world))
    count = f"{found.running} of {found.voters} voters run, {found.needed} must agree"
    if found.suffices:
        count += f", and no {found.needed} reach one another"
        remedy = "heal() the network"
    elif _are_lost(world, [node for node in voters if node not in alive(world)]):
        remedy = f"{LOST}: start another cluster"
    else:
        remedy = "restart() nodes"
    remedy += _ended(world, voters)
    if leader is None:
        return NoLeaderError(
            f"No leader available, and none can be elected: {count}; {done}. {remedy}"
        )
    return QuorumLostError(
        f"{leader.replica.node_id} leads and cannot decide anything: {count}; {done}. {remedy}"
    )


def _are_lost(world: World, nodes: Sequence[NodeId]) -> bool:
    """Say whether none of some nodes can be restarted, since their disks were taken away."""
    return all(node in world.hosts and is_wiped(world.hosts[node].replica) for node in nodes)


def _ended(world: World, voters: Sequence[NodeId]) -> str:
    """Say of voters that ended because they could not apply an entry why that was."""
    found: dict[str, list[NodeId]] = {}
    for node, host in world.hosts.items():
        failure = host.replica.failure
        if node in voters and not host.replica.alive and isinstance(failure, NodeFailedError):
            found.setdefault(failure.message, []).append(node)
    return "".join(f". {', '.join(nodes)} ended: {why}" for why, nodes in found.items())
