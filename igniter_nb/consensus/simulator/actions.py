"""Functions that do to a world what can be done to it from outside, by the name of the fault.

What each takes, and its words, are in :mod:`igniter_nb.consensus.faults.table`. Arguments are plain
values, so that a run is a seed and a list of lines. A node is named by its id, or by ``"leader"``:
whoever leads when the action is done.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.faults.table import FAULTS
from igniter_nb.consensus.replica import nobody
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.state_machine.reducers import NodeFailedError
from igniter_nb.consensus.storage import volatile
from igniter_nb.consensus.transport import Link
from igniter_nb.raft import ChangeAction, ConfChange, EntryKind, ProposalRefusedError, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.consensus.replica import Answer, Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import NodeId

__all__ = ["ACTIONS"]

LEADER = "leader"
"""In place of a node's name: whoever leads."""

ALL = "all"
"""In place of a node's name, where an action says so: every node."""


def _host(world: World, node_id: NodeId) -> Host | None:
    """Return the host that is named; None for a leader when nobody leads."""
    if node_id == LEADER:
        return world.leader()
    host = world.hosts.get(node_id)
    if host is None:
        msg = f"expected a node of {', '.join(world.hosts)}, or {LEADER!r}; came {node_id!r}"
        raise ValueError(msg)
    return host


def _hosts(world: World, node_id: NodeId) -> list[Host]:
    if node_id == ALL:
        return list(world.hosts.values())
    host = _host(world, node_id)
    return [] if host is None else [host]


def _alive(world: World, node_id: NodeId) -> Host | None:
    host = _host(world, node_id)
    return host if host is not None and host.replica.alive else None


# -- lives


def kill(world: World, node_id: NodeId) -> bool:
    """End the process; what it wrote stays, synced or not."""
    if host := _alive(world, node_id):
        world.stop(host, FAULTS["kill"].why)
    return host is not None


def power_cut(world: World, node_id: NodeId, kept: int = 0, torn: int = 0) -> bool:  # noqa: PLR0917 - a line of a script names no argument
    """End process and machine: of the unsynced writes only the first ``kept`` stay."""
    if host := _alive(world, node_id):
        world.stop(host, FAULTS["power_cut"].why, kept=kept, torn=bool(torn))
    return host is not None


def skip(world: World, index: int) -> None:
    """Let all nodes pass over an entry that a node could not apply: it counts as refused.

    Those that ended by it may be started again then.
    """
    check_skip(world, index)
    world.skipped.add(index)


def check_skip(world: World, index: int) -> None:
    """See whether all nodes can pass over an entry.

    Raises:
        ValueError: no node ended by it; or one has applied it, so the others must as well.
    """
    ended = unapplied(world)
    if index not in ended.values():
        known = ", ".join(f"{at} ({node})" for node, at in ended.items()) or "there is none"
        raise ValueError(
            f"index: expected an entry that a node could not apply, {known}; came {index}"
        )
    if done := [
        node
        for node, host in world.hosts.items()
        if max(host.replica.machine.applied, host.replica.reached) >= index
    ]:
        raise ValueError(
            f"{', '.join(done)} applied entry {index}, so the others must as well: restart() those "
            f"that could not; where that does not help, remove_node() them and add_node() others"
        )


def unapplied(world: World) -> dict[NodeId, int]:
    """Return which entry each node could not apply, of those that ended by one."""
    found = ((node, host.replica) for node, host in world.hosts.items())
    return {
        node: replica.failure.index
        for node, replica in found
        if not replica.alive and isinstance(replica.failure, NodeFailedError)
    }


def kill_after(world: World, node_id: NodeId, events: int) -> None:
    """End the process right before its event of this number from now."""
    if host := _alive(world, node_id):
        host.fuse, host.fuse_keeps = max(1, events), None


def cut_after(world: World, node_id: NodeId, events: int, kept: int = 0) -> None:  # noqa: PLR0917 - the same
    """Cut the power right before the node's event of this number from now."""
    if host := _alive(world, node_id):
        host.fuse, host.fuse_keeps = max(1, events), kept


def restart(world: World, node_id: NodeId) -> bool:
    """Start a node that is down, or ``"all"`` of them."""
    down = [host for host in _hosts(world, node_id) if not host.replica.alive]
    for host in down:
        world.start(host)
    return bool(down)


def pause(world: World, node_id: NodeId) -> bool:
    """Stop the process for a while; it notices nothing."""
    host = _alive(world, node_id)
    if host is None or host.replica.paused:
        return False
    host.replica.paused = True
    return True


def resume(world: World, node_id: NodeId) -> bool:
    """Let a paused process go on, or ``"all"`` of them."""
    paused = [host for host in _hosts(world, node_id) if host.replica.paused]
    for host in paused:
        world.resume(host)
    return bool(paused)


def wipe(world: World, node_id: NodeId) -> None:
    """Take a node's disk away: it is down and has forgotten everything.

    Under its old name it must not come back (scenario 37): add a node with a new name instead.
    """
    host = _host(world, node_id)
    if host is None:
        return
    disk = volatile(host.replica.storage)
    if disk is None:
        msg = f"expected a node that keeps its log in memory; {node_id!r} keeps it elsewhere"
        raise ValueError(msg)
    if host.replica.alive:
        world.stop(host, FAULTS["wipe"].why)
    disk.wipe()


# -- network


def partition(world: World, *groups: Sequence[NodeId]) -> None:
    """Cut all links between nodes of different groups."""
    world.network.partition(groups)


def isolate(world: World, node_id: NodeId) -> None:
    """Cut a node off from all others."""
    if host := _host(world, node_id):
        world.network.isolate(host.replica.node_id, world.hosts)


def cut(world: World, sender: NodeId, recipient: NodeId) -> None:
    """Cut a link in one direction."""
    world.network.block(sender, recipient)


def mend(world: World, sender: NodeId, recipient: NodeId) -> None:
    """Mend a link in one direction."""
    world.network.unblock(sender, recipient)


def heal(world: World) -> None:
    """Mend all links; how slow and lossy they are stays."""
    world.network.heal()


def link(world: World, sender: NodeId, recipient: NodeId, *quality: Any) -> None:
    """Say how well one link works: the fields of :class:`Link`; none for as the others."""
    world.network.set_link(sender, recipient, link=Link(*quality) if quality else None)


def links(world: World, *quality: Any) -> None:
    """Say how well all links work: the fields of :class:`Link`; none for perfectly."""
    world.network.set_every_link(Link(*quality))


def show(world: World, latency_us: int) -> None:
    """Let messages take so long, so that they can be seen, on links of which nothing was said."""
    world.network.show(latency_us)


# -- time and disk


def clock_rate(world: World, node_id: NodeId, permille: int) -> None:
    """Let a node's clock run at a rate, in thousandths, from now on."""
    if permille < 1:
        msg = f"expected a rate of at least 1 thousandth, came {permille!r}; a pause stops a node"
        raise ValueError(msg)
    if host := _host(world, node_id):
        host.set_clock(world.now_us, rate=permille)
        _woken(world, host)


def clock_jump(world: World, node_id: NodeId, microseconds: int) -> None:
    """Move a node's clock forward or back."""
    if host := _host(world, node_id):
        host.set_clock(world.now_us, jump_us=microseconds)
        _woken(world, host)


def slow_disk(world: World, node_id: NodeId, shortest_us: int, longest_us: int) -> None:  # noqa: PLR0917 - the same
    """Say how long a sync takes from now on, in microseconds."""
    if host := _host(world, node_id):
        host.disk_us = (shortest_us, longest_us)


def break_disk(world: World, node_id: NodeId) -> None:
    """Let the next sync of a node fail, which ends its life."""
    host = _alive(world, node_id)
    disk = None if host is None else volatile(host.replica.storage)
    if host is not None and disk is not None:
        disk.fail_next_sync()
        host.disk_breaks = True


def _woken(world: World, host: Host) -> None:
    """A clock was changed: what was armed by the old one may be too late."""
    if host.replica.alive:
        world.nudge(host)


# -- leadership and membership


def campaign(world: World, node_id: NodeId) -> None:
    """Let a node start an election now."""
    if host := _alive(world, node_id):
        world.pass_time(host)
        host.replica.core.campaign()
        world.nudge(host)


def transfer(world: World, to: NodeId) -> None:
    """Let the leader hand over to a node, if there is a leader and it can."""
    if host := world.leader():
        _tried(world, host, partial(host.replica.core.transfer_leader, to))


def add_voter(world: World, node_id: NodeId) -> None:
    """Let the leader make a node a voter; one that does not exist yet is set up."""
    _change(world, ChangeAction.ADD_VOTER, node_id)


def add_learner(world: World, node_id: NodeId) -> None:
    """Let the leader make a node a learner; one that does not exist yet is set up."""
    _change(world, ChangeAction.ADD_LEARNER, node_id)


def remove(world: World, node_id: NodeId) -> None:
    """Let the leader take a node out of the membership."""
    _change(world, ChangeAction.REMOVE, node_id)


def set_up(world: World, node_id: NodeId) -> None:
    """Set up a node that waits to be added."""
    world.add_host(node_id)


def retire(world: World, node_id: NodeId) -> None:
    """Stop a node that is no member any more; its name is not used again (thesis 4.2.2)."""
    world.gone[node_id] = None
    if host := _alive(world, node_id):
        world.stop(host, FAULTS["retire"].why)


def change(world: World, leader: NodeId, action: str, node_id: NodeId) -> None:  # noqa: PLR0917 - the same
    """Let a leader propose a change of the membership; if this is not the time, nothing is done."""
    host = world.hosts[leader]
    with suppress(ProposalRefusedError):
        host.replica.core.propose_conf_change([ConfChange(ChangeAction(action), node_id)])
        world.nudge(host)


def replace(world: World, *nodes: NodeId) -> None:
    """Let the leader put nodes in others' place, through a joint configuration.

    Args:
        world: where.
        nodes: those that go, then as many that come.
    """
    going, coming = nodes[: len(nodes) // 2], nodes[len(nodes) // 2 :]
    for node_id in coming:
        if node_id not in world.hosts:
            world.add_host(node_id)
    if host := world.leader():
        changes = [ConfChange(ChangeAction.REMOVE, node_id) for node_id in going]
        changes += [ConfChange(ChangeAction.ADD_VOTER, node_id) for node_id in coming]
        _tried(world, host, partial(host.replica.core.propose_conf_change, changes))


def _change(world: World, action: ChangeAction, node_id: NodeId) -> None:
    if node_id not in {LEADER, *world.hosts} and action is not ChangeAction.REMOVE:
        world.add_host(node_id)
    if host := world.leader():
        change = [ConfChange(action, host.replica.node_id if node_id == LEADER else node_id)]
        _tried(world, host, partial(host.replica.core.propose_conf_change, change))


def _tried(world: World, host: Host, call: Callable[[], object]) -> None:
    """Ask a core for something that it may refuse, and note the refusal."""
    world.pass_time(host)
    try:
        call()
    except (ProposalRefusedError, ValueError) as refusal:
        _tell(world, f"{host.replica.node_id} refuses: {refusal}")
    world.nudge(host)


# -- a client


def propose(world: World, node_id: NodeId, data: bytes, register: int, *ticket: int) -> None:  # noqa: PLR0917 - the same
    """Give a node a command, as a live cluster's client does; nobody hears what comes of it.

    Args:
        world: where.
        node_id: the node.
        data: the encoded command.
        register: 1 if the entry is to open a session, else 0.
        ticket: the fields of the command's :class:`Ticket`; none for a command without.
    """
    kind = EntryKind.REGISTER if register else EntryKind.COMMAND
    with suppress(ProposalRefusedError):
        world.propose(
            world.hosts[node_id], data, ticket=Ticket(*ticket) if ticket else None, kind=kind
        )


def ask(world: World, node_id: NodeId, lease: int) -> None:
    """Ask when a node may be read, as a live cluster's client does; nobody hears the answer."""
    world.read(world.hosts[node_id], nobody, lease=bool(lease))


def forget(world: World, node_id: NodeId, *reads: int) -> None:
    """Give questions up that a node was asked, as a live cluster's client does."""
    world.hosts[node_id].replica.forget_reads(reads)


def write(world: World, key: str, value: Any) -> None:
    """Let the leader write a key; what comes of it is a line of the trace."""
    what = f"{key} = {value!r}"
    host = world.leader()
    if host is None:
        _tell(world, f"nobody leads, {what} is not written")
        return
    try:
        data = encode({"key": key, "value": value})
        world.propose(host, data, partial(_written, world, what))
    except ProposalRefusedError as refusal:
        _tell(world, f"{what} is not written: {refusal}")


def _written(world: World, what: str, answer: Answer, _: Replica) -> None:
    if answer.status == "ok":
        error = answer.outcome.error
        place = f"at {answer.index} of term {answer.term}"
        _tell(world, f"{what} is refused {place}: {error}" if error else f"{what} is kept {place}")
    elif answer.status == "lost":
        _tell(world, f"{what} is lost: another entry took its place at {answer.index}")
    else:
        _tell(world, f"{what}: nobody can tell whether it is kept")


def read(world: World, node_id: NodeId, key: str) -> None:
    """Read a key at a node, linearizably; what it holds is a line of the trace."""
    host = _alive(world, node_id)
    if host is None:
        _tell(world, f"{node_id} is down, {key} is not read")
    else:
        world.read(host, partial(_may_read, (world, key)))


def _may_read(asked: tuple[World, str], answer: Answer, replica: Replica) -> None:
    (world, key), name = asked, replica.node_id
    if answer.status == "ok":
        _tell(world, f"{name} holds {key} = {replica.machine.get(key)!r}")
    else:
        _tell(world, f"{name} cannot know whether its {key} is fresh")


def _tell(world: World, sentence: str) -> None:
    if world.trace is not None:
        world.note("", "client", sentence)


ACTIONS: dict[str, Callable[..., bool | None]] = {
    action.__name__: action
    for action in (
        kill,
        power_cut,
        kill_after,
        cut_after,
        restart,
        skip,
        pause,
        resume,
        wipe,
        partition,
        isolate,
        cut,
        mend,
        heal,
        link,
        links,
        show,
        clock_rate,
        clock_jump,
        slow_disk,
        break_disk,
        campaign,
        transfer,
        add_voter,
        add_learner,
        remove,
        replace,
        set_up,
        retire,
        change,
        propose,
        ask,
        forget,
        write,
        read,
    )
}
"""All actions by name; one that returns False found nothing to do.

Examples:
    >>> sorted(ACTIONS)[:3]
    ['add_learner', 'add_voter', 'ask']
"""

QUIET = frozenset(name for name, fault in FAULTS.items() if fault.quiet)
"""Those that a live cluster's client does, which tells of itself: the trace does not name them."""
