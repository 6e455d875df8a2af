"""Executors and the read contract of clusters: find a leader, read and write.

What a contract writes is in force when its node has a value, so that the graph orders the effects.
An auction takes three bids at once and chooses when all of them are committed::

    import igniter_nb as ig
    from igniter_nb.consensus import SubmitCommand

    def bid_of(vendor):
        return {"key": f"bid_{vendor['id']}", "value": vendor["price"]}

    class BidAuction(ig.Contract, runner="threads", pool_size=3):
        cluster = ig.input()
        vendor1 = ig.input(dict)
        vendor2 = ig.input(dict)
        vendor3 = ig.input(dict)

        command1 = ig.compute(bid_of, depends_on={"vendor": "vendor1"})
        command2 = ig.compute(bid_of, depends_on={"vendor": "vendor2"})
        command3 = ig.compute(bid_of, depends_on={"vendor": "vendor3"})

        bid1 = ig.compute(SubmitCommand, depends_on={"cluster": "cluster", "command": "command1"})
        bid2 = ig.compute(SubmitCommand, depends_on={"cluster": "cluster", "command": "command2"})
        bid3 = ig.compute(SubmitCommand, depends_on={"cluster": "cluster", "command": "command3"})

        @ig.output
        def winner(bid1, bid2, bid3):
            return min([bid1, bid2, bid3], key=lambda bid: bid["value"])

A lock is a key that one owner holds. Reading whether it is free and then writing it lets two in;
``expected`` decides both in one entry of the log, and a retry of it takes effect once::

    class AcquireLock(ig.Executor):
        def call(self, cluster, lock, owner):
            cluster.write(key=lock, value=owner, expected=None)    # CommandError: somebody has it
            return owner

    class ReleaseLock(ig.Executor):
        def call(self, cluster, lock, owner):
            cluster.write(key=lock, op="delete", expected=owner)   # CommandError: not the owner's
            return lock
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from igniter_nb.capabilities import requires
from igniter_nb.contract import Contract, compute, input, output  # noqa: A004 -- the words
from igniter_nb.errors import ResolutionError
from igniter_nb.graph import Executor
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cluster(Protocol):
    """What these contracts use of a cluster; one in this process, or any other."""

    @property
    def leader(self) -> Any:
        """Who leads now; None if nobody does."""

    def has_quorum(self) -> bool:
        """Say whether enough nodes run to decide something."""

    def read(self, key: str) -> Any:
        """Read what a key holds, linearizably."""

    def write(self, command: Mapping[str, Any], /) -> object:
        """Write a command, and wait until it is in force."""


@requires("network")
class FindLeader(Executor):
    """Finds who leads a cluster; one that has lost its majority leads nobody.

    Examples:
        >>> class Where(ig.Contract):
        ...     cluster = ig.input(Cluster)
        ...     leader = ig.output(FindLeader)
        >>> with Cluster.start(3) as cluster:
        ...     leader = cluster.wait_for_leader(10)
        ...     Where(cluster=cluster).result.leader.node_id in {"n1", "n2", "n3"}
        True
    """

    def call(self, cluster: Cluster) -> Any:
        """Return the leader.

        Raises:
            ResolutionError: nobody leads.
        """
        leader = _checked(cluster, "leader").leader
        if leader is None or not cluster.has_quorum():
            raise ResolutionError("No leader in cluster — retry later")
        return leader


@requires("network")
class ReadValue(Executor):
    """Reads a key, linearizably.

    Examples:
        >>> class Read(ig.Contract):
        ...     cluster = ig.input(Cluster)
        ...     key = ig.input(str)
        ...     value = ig.output(ReadValue)
        >>> with Cluster.start(3) as cluster:
        ...     written = cluster.write(key="price", value=99)
        ...     Read(cluster=cluster, key="price").result.value
        99
    """

    def call(self, cluster: Cluster, key: str) -> Any:
        """Return what the key holds, None if it is not there."""
        return _checked(cluster, "read").read(key)


@requires("network")
class SubmitCommand(Executor):
    """Writes a command and waits until it is committed and applied.

    Examples:
        >>> class Submit(ig.Contract):
        ...     cluster = ig.input(Cluster)
        ...     command = ig.input(dict)
        ...     written = ig.output(SubmitCommand)
        >>> with Cluster.start(3) as cluster:
        ...     command = {"key": "price", "value": 99}
        ...     ended = Submit(cluster=cluster, command=command).resolve_all()
        ...     cluster.read("price")
        99
    """

    def call(self, cluster: Cluster, command: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the command once it is in force."""
        _checked(cluster, "write").write(command)
        return command


def _checked(cluster: Any, need: str) -> Any:
    """Return a cluster.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(cluster, type) or not hasattr(type(cluster), need):
        raise TypeError(
            f"cluster: expected a Cluster as Cluster.start() returns it, came {abbreviate(cluster)}"
        )
    return cluster


class ReadQuery(Contract):
    """Finds the leader, then reads a key.

    A contract keeps its answer: to read again, give the cluster anew with
    ``update_inputs(cluster=cluster)``, or make another one.

    Examples:
        >>> with Cluster.start(3) as cluster:
        ...     written = cluster.write(key="price", value=99)
        ...     ReadQuery(cluster=cluster, key="price").result.value
        99
    """

    cluster = input()
    key = input(str)
    leader = compute(FindLeader, depends_on="cluster")

    @output
    def value(cluster: Any, leader: Any, key: Any) -> Any:  # noqa: N805 -- a node's dependencies
        """Read what the key holds."""
        del leader  # it must be there; who it is by the time of the read, the cluster knows
        return cluster.read(key)
