"""Errors of requests whose time is over: each says why nobody could answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.simulator.quorums import can_decide, found_missing
from igniter_nb.errors import ConsensusError, NoLeaderError, OutcomeUnknownError
from igniter_nb.raft import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.local.loop import Loop, Request
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.errors import ConsensusError


def late(loop: Loop, request: Request) -> ConsensusError:
    """Return the error of a request whose time is over, while the world stands still."""
    world = loop.world
    leader, busy = world.leader(), loop.world_lock.said()
    why = f"the cluster is busy: {busy}" if busy else _standing(loop, leader)
    if request.ticket is not None:
        return unknown(f"it was proposed and not confirmed in time, and {why}")
    if not (busy or loop.paused or can_decide(world, leader)):
        if request.operation is None:
            return found_missing(world, leader)
        return found_missing(world, None, _so_far(request.operation))
    if request.operation is not None:
        limit = f"within {request.patience_us / 1e6:g} s"
        begun = (
            f"; {_so_far(request.operation)}" if getattr(request.operation, "begun", False) else ""
        )
        if leader is None or busy or loop.paused:
            return NoLeaderError(f"No leader could do it {limit}: {why}{begun}")
        again = begun or "; ask again, with a longer timeout"
        return NoLeaderError(f"Not done {limit}, although {why}{again}")
    if request.node is not None and not busy:
        believes = _believed(world.hosts[request.node])
        return NoLeaderError(
            f"{request.node} was not confirmed by a leader in time: {believes}, and {why}"
        )
    return NoLeaderError(f"No leader answered in time; {why}; nothing was done")


def _standing(loop: Loop, leader: Host | None) -> str:
    """Say who leads, and what keeps time from passing as it does elsewhere."""
    if loop.paused:
        why = "the cluster is paused; resume() it"
    elif leader is None:
        why = "nobody leads"
    else:
        why = f"{leader.replica.node_id} leads"
    if loop.speed != 1:
        why += (
            f" (a timeout is of real seconds; the cluster's own time, and with it an election, "
            f"passes {loop.speed:g} times as fast)"
        )
    return why


def never_heard(request: Request) -> ConsensusError:
    """Return the error of a request of which nobody can say how far it came."""
    if request.data is not None:
        return unknown("the cluster is busy and did not come to it in time")
    return NoLeaderError("the cluster is busy and did not come to it in time")


def unknown(why: str) -> OutcomeUnknownError:
    """Return the error of a write whose outcome nobody knows."""
    return OutcomeUnknownError(
        f"the outcome of a write is not known: {why}; it may take effect later, have done so, or "
        "never. Read what it would have changed"
    )


def _believed(host: Host) -> str:
    """Say what a node that cannot answer believes of itself."""
    core = host.replica.core
    if core.role is Role.LEADER:
        return f"it takes itself for the leader of term {core.term} and reaches no majority"
    if core.leader_id is None:
        return f"it hears no leader in term {core.term}"
    return f"it follows {core.leader_id} of term {core.term}"


def _so_far(operation: Callable[[], Any]) -> str:
    """Return what an operation says of itself; what was proposed may be decided later."""
    say: Callable[[], str] | None = getattr(operation, "so_far", None)
    return "what was begun may still happen" if say is None else say()
