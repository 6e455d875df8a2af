"""Status reports of clusters: frozen, made of values that no node shares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.consensus.status import quorum
from igniter_nb.display import Reported
from igniter_nb.raft import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from igniter_nb.raft import NodeId


REMOVED = "removed"
"""Role of a node that was taken out of the membership."""

PAUSED = "paused"
"""Role of a node that runs and notices nothing."""

LEARNER = "learner"
"""Role of a node that gets the log and has no vote."""


class NodeStatus(NamedTuple):
    """One node at one moment.

    Attributes:
        node_id: its name.
        alive: whether it runs; all else is what it last was.
        role: ``leader``, ``follower``, ``candidate`` or ``pre-candidate``; of a node that does
            not run ``crashed`` or ``paused``, of one that is no voter ``learner`` or ``removed``;
            what it was at the end if it stopped with its cluster.
        term: its current term.
        vote: whom it voted for in that term.
        leader: who leads, as far as it knows.
        commit_index: highest index that it knows to be committed.
        applied_index: highest index that its state machine has applied.
        log_size: index of the last entry of its log, compacted ones included.
        snapshot_index: up to where its log is compacted.
        state_machine: a copy of its state.

    Examples:
        >>> with Cluster.start(3) as cluster:
        ...     status = cluster.status().rows[0]
        >>> status.node_id, status.alive
        ('n1', True)
    """

    node_id: NodeId
    alive: bool
    role: str
    term: int
    vote: NodeId | None
    leader: NodeId | None
    commit_index: int
    applied_index: int
    log_size: int
    snapshot_index: int
    state_machine: Any


class PeerView(NamedTuple):
    """A follower in the eyes of the leader.

    Attributes:
        node_id: the follower.
        match: last index known to match.
        next: next index to send.
    """

    node_id: NodeId
    match: int
    next: int


class LogEntry(NamedTuple):
    """An entry at the end of a node's log.

    Attributes:
        index: its position.
        term: its term.
        committed: whether the node knows it to be committed.
    """

    index: int  # type: ignore[assignment]  # the paper's word, not tuple.index
    term: int
    committed: bool


@dataclass(frozen=True, eq=False, repr=False)
class ClusterStatus(Reported):
    """A cluster at one moment; iterates over its nodes.

    Attributes:
        rows: one :class:`NodeStatus` per node, in the order of their names, ``n2`` before ``n10``.
        seconds: the cluster's own time, since it started.
        quorum_size: how many voters must agree.
        decides: whether enough nodes run and reach one another.
        blocked: pairs of nodes between which nothing passes, one direction each.
        tails: the last entries of each node's log, in the order of ``rows``.
        progress: what the leader knows of each follower; empty while nobody leads.
        stopped: whether the cluster has ended; the rest is how it was then, but that nothing is
            decided any more.
        age: seconds for which the cluster has been busy; the rest is how it was before.
        busy: with what, for example a reducer.
        voters: nodes whose votes count.

    Examples:
        >>> with Cluster.start(3) as cluster:
        ...     leader = cluster.wait_for_leader(10)
        ...     status = cluster.status()
        >>> len(status), status.quorum_size
        (3, 2)
        >>> status.leader == leader.node_id
        True
    """

    rows: tuple[NodeStatus, ...]
    seconds: float
    quorum_size: int
    decides: bool
    blocked: tuple[tuple[NodeId, NodeId], ...] = ()
    tails: tuple[tuple[LogEntry, ...], ...] = ()
    progress: tuple[PeerView, ...] = ()
    stopped: bool = False
    age: float = 0.0
    busy: str = ""
    voters: tuple[NodeId, ...] = ()

    columns = ("node_id", "role", "term", "commit_index", "log_size", "state_machine")

    def __iter__(self) -> Iterator[NodeStatus]:
        """Iterate over the nodes."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self.rows)

    def __getitem__(self, node_id: NodeId) -> NodeStatus:
        """Return one node.

        Raises:
            KeyError: there is none of that name; the known ones are listed.
        """
        for row in self.rows:
            if row.node_id == node_id:
                return row
        known = ", ".join(row.node_id for row in self.rows)
        raise KeyError(f"no node {node_id!r}; known: {known}")

    @property
    def leader(self) -> NodeId | None:
        """Who leads: of several that think so, the one in the highest term."""
        leading = [row for row in self.rows if row.role == Role.LEADER]
        return max(leading, key=lambda row: row.term).node_id if leading else None

    @property
    def title(self) -> str:
        """How many nodes, and how many run."""
        there = [row for row in self.rows if row.role != REMOVED]
        runs = "stopped" if self.stopped else f"{sum(row.alive for row in there)} alive"
        return f"cluster of {len(there)}, {runs}"

    @property
    def headline(self) -> str:
        """Who leads, whether anything can be decided, which links are cut, how old that is."""
        if self.stopped:
            return self.ending
        return "; ".join((self._decision(), *self._cuts(), *self._age()))

    @property
    def ending(self) -> str:
        """When a stopped cluster stopped, and who led then; a clause."""
        leader = self.leader
        who = f"{leader} led term {self[leader].term}" if leader else "nobody led"
        return f"stopped at {self.seconds:.1f} s; {who}"

    @property
    def running(self) -> list[NodeStatus]:
        """The nodes that run and are not paused."""
        return [row for row in self.rows if row.alive and row.role not in (PAUSED, REMOVED)]

    @property
    def voting(self) -> tuple[NodeId, ...]:
        """The voters; if it is not said who they are, all members that are no learners."""
        if self.voters:
            return self.voters
        return tuple(row.node_id for row in self.rows if row.role not in (REMOVED, LEARNER))

    @property
    def votes(self) -> quorum.Count:
        """How many voters run, of how many, and how many must agree."""
        found = quorum.counted(self.voting, [row.node_id for row in self.running])
        return found._replace(needed=self.quorum_size)

    @property
    def need(self) -> str:
        """What it takes to decide something, a clause: ``a write needs 3 of 5 nodes``."""
        voters = len(self.voting)
        members = sum(row.role != REMOVED for row in self.rows)
        who = "node" if members == voters else "voter"
        return f"a write needs {self.quorum_size} of {voters} {who}{'' if voters == 1 else 's'}"

    @property
    def lack(self) -> str:
        """What is missing for that, a clause; empty if nothing is."""
        if self.decides or self.stopped:
            return ""
        running, _, needed = self.votes
        if running < needed:
            return f"{running or 'none'} run{'s' if running <= 1 else ''}"
        return f"no {needed} that run reach one another"

    @property
    def sides(self) -> list[list[NodeId]]:
        """Members that reach one another in both directions, also over others; empty if all do."""
        if not self.blocked:
            return []
        names = tuple(row.node_id for row in self.rows if row.role != REMOVED)
        return [[*side] for side in _sides(names, self.blocked)]

    def _age(self) -> list[str]:
        if not self.age:
            return []
        return [f"as of {self.age:.1f} s ago, {self.busy} has been running since"]

    def _decision(self) -> str:
        leader = self.leader
        who = f"{leader} leads term {self[leader].term}" if leader else "nobody leads"
        lack = self.lack
        return f"{who}; {self.need}{f', and {lack}: nothing is decided' if lack else ''}"

    def _cuts(self) -> list[str]:
        """Say which nodes are cut off, or else which sides or single links there are."""
        names = [row.node_id for row in self.rows if row.role != REMOVED]
        cut = [pair for pair in self.blocked if pair[0] in names and pair[1] in names]
        if not cut:
            return []
        sides = self.sides
        alone = [side[0] for side in sides if len(side) == 1]
        if not sides:
            return [f"cut: {', '.join(f'{sender} to {recipient}' for sender, recipient in cut)}"]
        if len(alone) == len(sides):
            return ["all nodes are cut off from one another"]
        if len(alone) == len(sides) - 1:
            return [f"{', '.join(alone)} {'is' if len(alone) == 1 else 'are'} cut off"]
        return [f"the network is cut into {' | '.join(', '.join(side) for side in sides)}"]

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per node."""
        return [row._asdict() for row in self.rows]


@dataclass(frozen=True, eq=False, repr=False)
class ShardedStatus(Reported):
    """Several clusters at about one moment; iterates over them, and is indexed by their numbers.

    Attributes:
        shards: one :class:`ClusterStatus` per shard.

    Examples:
        >>> with ShardedCluster.start(2, nodes=1) as cluster:
        ...     len(cluster.status().shards)
        2
    """

    shards: tuple[ClusterStatus, ...]

    columns = ("shard", *ClusterStatus.columns)

    def __iter__(self) -> Iterator[ClusterStatus]:
        """Iterate over the shards."""
        return iter(self.shards)

    def __len__(self) -> int:
        """Count the shards."""
        return len(self.shards)

    def __getitem__(self, shard: int) -> ClusterStatus:
        """Return one shard."""
        return self.shards[shard]

    @property
    def title(self) -> str:
        """How many shards and nodes, and how many run."""
        there = [row for each in self.shards for row in each.rows if row.role != REMOVED]
        alive = sum(row.alive for row in there)
        return f"{len(self.shards)} shards of {len(there)} nodes, {alive} alive"

    @property
    def headline(self) -> str:
        """How many shards have a leader and decide."""
        good = sum(each.decides and each.leader is not None for each in self.shards)
        return f"{good} of {len(self.shards)} shards have a leader that can decide"

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per node."""
        return [
            {"shard": number, **record}
            for number, each in enumerate(self.shards)
            for record in each.records()
        ]


@lru_cache(maxsize=64)
def _sides(
    names: tuple[NodeId, ...], blocked: tuple[tuple[NodeId, NodeId], ...]
) -> list[list[NodeId]]:
    """Put together who reaches one another in both directions, over others too; none for one."""
    cut = frozenset(blocked)
    sides: list[list[NodeId]] = []
    for name in names:
        near = [
            side
            for side in sides
            if any((name, one) not in cut and (one, name) not in cut for one in side)
        ]
        merged = [one for side in near for one in side] + [name]
        sides = [side for side in sides if side not in near] + [merged]
    ordered = [[one for one in names if one in side] for side in sides]
    return sorted(ordered, key=lambda side: names.index(side[0])) if len(ordered) > 1 else []
