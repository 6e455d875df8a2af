"""Operations that take several steps of a cluster: a node joins, leaves or takes over.

Each is asked again and again until it returns something; each time it looks at what is and does the
next step that is missing. So it does not matter who leads meanwhile, or how often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.consensus.simulator.quorums import (
    alive,
    can_decide,
    configuration,
    is_waiting,
    newest,
    restart_it,
)
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.status import quorum
from igniter_nb.consensus.status.names import named
from igniter_nb.consensus.storage import REPLACE_IT
from igniter_nb.errors import (
    ConsensusError,
    LogCorruptedError,
    NoLeaderError,
    QuorumLostError,
)
from igniter_nb.raft import ChangeAction

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import Configuration, NodeId, Raft


def leads(world: World) -> NodeId | None:
    """Return who leads and knows all that was committed before, None if nobody does yet."""
    host = world.leader()
    if host is None:
        return None
    core = host.replica.core
    return core.node_id if core.log.term_at(core.commit) == core.term else None


def recall(world: World, begun: Callable[[NodeId], object]) -> None:
    """Make the nodes of a new world those that the newest of their logs says are members.

    Args:
        world: just made from all nodes that its folder knows.
        begun: remembers that a node has kept something.

    Raises:
        LogCorruptedError: of the members too few have kept all that they had, and can get at it,
            to decide anything. A smaller number stays down, as if it had crashed.
        OSError: the same, and nothing is lost: their folders cannot be used.
    """
    while missing := [x for x in configuration(world, None).members if x not in world.hosts]:
        for node_id in missing:
            begun(node_id)  # a member has: it does not begin anew where its log is lost
            world.add_host(node_id, damaged=True)
    core = newest(world)
    members = core.configuration.members
    _enough_start(world, core.configuration)
    commit = max(host.replica.core.commit for host in world.hosts.values() if host.replica.alive)
    for node_id, host in tuple(world.hosts.items()):
        if node_id in members or node_id in world.gone:
            continue
        if is_waiting(host):
            world.stop(host, f"it was not let in; add_node({node_id!r}) goes on from there")
            del world.hosts[node_id]
        elif core.configuration_index <= commit:
            retire(world, node_id)
        else:
            act(world, "retire", node_id)  # for now: the next start asks again


def retire(world: World, node_id: NodeId) -> None:
    """Stop a node whose removal is decided, for ever.

    Raises:
        OSError: that cannot be remembered; nothing was done.
    """
    if world.farewell is not None:
        world.farewell(node_id)
    act(world, "retire", node_id)


def _enough_start(world: World, known: Configuration) -> None:
    """See that those whose logs are whole can go on without those whose are not."""
    failures = [
        host.replica.failure
        for node_id, host in world.hosts.items()
        if host.replica.failure and (node_id in known.members or not known.members)
    ]
    if not failures or (known.members and alive(world) and can_decide(world, None)):
        return
    told = "\n".join(str(failure).removesuffix(REPLACE_IT) for failure in failures)
    found = quorum.counted(known.voters or world.founders.voters, alive(world))
    msg = (
        f"too few nodes can be started for a majority: {found.running} of {found.voters} voters, "
        f"{found.needed} must agree.\n{told}\nUntil a majority runs no node can be replaced. Put "
        f"these folders right until so many can be started; or put the whole folder back from a "
        f"copy that was made while no cluster had it; or start another cluster in an empty folder"
    )
    first = failures[0]
    if isinstance(first, OSError) and all(isinstance(each, OSError) for each in failures):
        raise OSError(first.errno, msg)
    raise LogCorruptedError(msg)


class Join:
    """Make a node a learner, let it catch up, make it a voter (thesis 4.2.1).

    Args:
        world: the cluster's.
        node_id: the node; one that was set up and did not get in is taken up again.
        late: nodes that got in, or get in, after whoever asked for it had gone: of one of them it
            may be asked again.

    Attributes:
        begun: whether the node was set up: from then on it is seen to that it gets in, whether or
            not somebody waits for it.
    """

    def __init__(self, world: World, node_id: NodeId, late: Container[NodeId] = ()) -> None:
        self.world = world
        self.node_id = node_id
        self.late = late
        self.begun = False

    def __call__(self) -> NodeId | None:
        """Do the next step; return the node once it has a vote.

        Raises:
            ValueError: the name is taken, or was.
            OSError: its folder cannot be used.
            LogCorruptedError: its folder holds a damaged log.
        """
        leader = self.world.leader()
        if self.node_id in self.world.gone:
            raise ValueError(f"{self.node_id!r} was removed; expected a name that was never used")
        if not self.begun and not self._set_up_if_possible(leader):
            return None
        if leader is None:
            return None
        core = leader.replica.core
        members = core.configuration
        if self.node_id in members.voters:
            return self.node_id if _decided(core) else None
        if self.node_id not in members.members:
            _change(self.world, ChangeAction.ADD_LEARNER, self.node_id)
        elif _caught_up(core, self.node_id):
            _change(self.world, ChangeAction.ADD_VOTER, self.node_id)
        return None

    def so_far(self) -> str:
        """Say what was done, for whoever has waited too long."""
        if not self.begun:
            return "nothing was done"
        return f"{self.node_id} was set up, and gets its vote as soon as that can be decided"

    def _set_up_if_possible(self, leader: Host | None) -> bool:
        """Set the node up, but where nobody could let it in."""
        self._check()
        if leader is None or not can_decide(self.world, leader):
            return False
        if self.node_id not in self.world.hosts:
            self._add()
        self.begun = True
        return True

    def _check(self) -> None:
        world, node_id = self.world, self.node_id
        if node_id in self.late:
            return
        if node_id in configuration(world, world.leader()).voters:
            raise ValueError(f"{node_id!r} is a node of this cluster already")

    def _add(self) -> None:
        try:
            act(self.world, "set_up", self.node_id)
        except BaseException:
            self.world.hosts.pop(self.node_id, None)  # it was never started
            raise


class Leave:
    """Take a node out of the membership, and stop it when that is decided.

    Args:
        world: the cluster's.
        node_id: the node.
        begun: whether that was asked of the leader already.

    Attributes:
        begun: whether the leader was asked for it: from then on it may happen, and is seen
            through whether or not somebody waits for it.
    """

    def __init__(self, world: World, node_id: NodeId, *, begun: bool = False) -> None:
        self.world = world
        self.node_id = node_id
        self.begun = begun

    def __call__(self) -> NodeId | None:
        """Do the next step; return the node once it is out and stopped.

        Raises:
            ValueError: it is the last one that has a vote.
            QuorumLostError: too few of the others run to decide anything without it.
            OSError: it is decided, and that cannot be kept beside the logs.
        """
        world, node_id, leader = self.world, self.node_id, self.world.leader()
        if leader is None:
            return None
        core = leader.replica.core
        if core.configuration.voters == (node_id,):
            msg = f"{node_id!r} is the last node with a vote; stop() the cluster instead"
            raise ValueError(msg)
        if node_id in core.configuration.members:
            missing = _missing_without(node_id, world, core.configuration)
            if missing and not self.begun:
                raise QuorumLostError(missing)
            self.begun |= not missing and _change(world, ChangeAction.REMOVE, node_id)
            return None
        if not _decided(core) or core.node_id == node_id:
            return None
        retire(world, node_id)
        return node_id

    def so_far(self) -> str:
        """Say what was done, for whoever has waited too long."""
        if not self.begun:
            return "nothing was done"
        return f"the removal of {self.node_id} was begun and goes on"


def _missing_without(node_id: NodeId, world: World, members: Configuration) -> str:
    """Say which voters would be missing without a node; empty if enough of them run."""
    others = [node for node in members.voters if node != node_id]
    found = quorum.counted(others, alive(world))
    if found.suffices:
        return ""
    return (
        f"without {node_id} only {found.running} of {found.voters} voters would run, "
        f"{found.needed} must agree; nothing was done. restart() or remove_node() those that are "
        f"down first"
    )


class Noted:
    """An operation that is noted when it is first asked, unless it is refused then.

    Args:
        world: the cluster's.
        act: what is noted: a name, and the node that it is about.
        operation: the operation.
    """

    def __init__(self, world: World, act: tuple[str, NodeId], operation: Join | Leave) -> None:
        self._world = world
        self._news = [act]
        self._operation = operation
        self.so_far = operation.so_far

    def __call__(self) -> NodeId | None:
        """Ask the operation."""
        found = self._operation()
        if self._news:
            name, node_id = self._news.pop()
            self._world.note("", "act", (name, (node_id,)))
        return found

    @property
    def begun(self) -> bool:
        """Whether it is seen through although nobody waits for it."""
        return self._operation.begun

    @property
    def joining(self) -> NodeId | None:
        """The node that it lets in; None if it lets none in."""
        return self._operation.node_id if isinstance(self._operation, Join) else None


class HandOver:
    """Let a node take over leadership (thesis 3.10).

    Args:
        world: the cluster's.
        to: who is to lead.
    """

    def __init__(self, world: World, to: NodeId) -> None:
        self.world = world
        self.to = to
        self._asked: tuple[NodeId, int] | None = None

    def __call__(self) -> NodeId | None:
        """Do the next step; return the new leader once it leads.

        Raises:
            ConsensusError: the old leader gave it up after an election timeout.
            ValueError: the node has no vote.
        """
        leader = self.world.leader()
        if leader is None:
            return None
        core = leader.replica.core
        if core.node_id == self.to:
            return leads(self.world)
        if self.to not in core.configuration.voters:
            raise ValueError(f"{self.to!r} has no vote, so it cannot lead")
        reign = (core.node_id, core.term)
        if self._asked != reign:
            self._asked = reign
            act(self.world, "transfer", self.to)
        elif core.status().transferee is None:
            msg = (
                f"{self.to} did not take over from {core.node_id} within an election timeout, "
                f"which leads on; is it alive, reached and caught up?"
            )
            raise ConsensusError(msg)
        return None


def heir(world: World, to: object) -> NodeId:
    """Return the name of a node that is to take over.

    Raises:
        ValueError: there is no such node.
        ConsensusError: it does not run.
    """
    node_id = named(to, world.hosts)
    if not world.hosts[node_id].replica.alive:
        remedy = "it was removed" if node_id in world.gone else restart_it(world, node_id)
        raise ConsensusError(f"{node_id} does not run, so it cannot lead; {remedy}")
    return node_id


def successor(world: World) -> NodeId:
    """Return who may best take over: a voter that runs, is reached, and has most of the log.

    Raises:
        NoLeaderError: nobody leads, or there is nobody.
    """
    leader = world.leader()
    if leader is None:
        raise NoLeaderError("nobody leads, so nobody can step down")
    core, carries = leader.replica.core, world.network.carries
    known = {each.node_id: each.match for each in core.status().progress}
    able = [
        node
        for node in core.configuration.voters
        if node != core.node_id
        if node in alive(world)
        if carries(core.node_id, node) and carries(node, core.node_id)
    ]
    if not able:
        raise NoLeaderError(f"{core.node_id} leads and reaches no voter that could take over")
    return max(able, key=lambda node: known.get(node, 0))


def _decided(core: Raft) -> bool:
    return core.configuration_index <= core.commit


def _caught_up(core: Raft, node_id: NodeId) -> bool:
    known = {each.node_id: each.match for each in core.status().progress}
    return known.get(node_id, 0) >= core.commit


def _change(world: World, action: ChangeAction, node_id: NodeId) -> bool:
    """Propose a change, unless this is not the time; it is tried again then. Say if it was."""
    leader = world.leader()
    if leader is None or not _decided(leader.replica.core):
        return False
    act(world, "change", leader.replica.node_id, str(action), node_id)
    return not _decided(leader.replica.core)
