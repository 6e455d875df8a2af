"""What breaks a cluster, and what mends it: faults of nodes, links, clocks; and who is a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from igniter_nb.consensus.cluster.arguments import link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.consensus.cluster.node_ref import NodeRef
    from igniter_nb.consensus.local.driver import Driver
    from igniter_nb.consensus.local.loop import Loop
    from igniter_nb.raft import NodeId


class Breakable:
    """The part of a cluster that can be broken; see :class:`Cluster`."""

    __slots__ = ()

    _driver: Driver
    _loop: Loop

    def kill(self, node_id: NodeId | NodeRef) -> Self:
        """Crash a node; what its storage has stays.

        Raises:
            ValueError: there is no such node.
        """
        self._driver.act_on("kill", node_id)
        return self

    def restart(self, node_id: NodeId | NodeRef) -> Self:
        """Start a crashed node from what its storage kept.

        Raises:
            ValueError: there is no such node, or it was removed.
            LogCorruptedError: its folder holds a damaged log; the node stays down.
            OSError: its folder cannot be used; the node stays down.
        """
        self._driver.act_on("restart", node_id)
        return self

    def skip(self, index: int) -> Self:
        """Let all nodes pass over an entry that ended nodes, and start these again.

        It is the way past a command that no node can apply, for example one that asks for more
        memory than there is: for all nodes alike, and whenever they start again, in a folder too,
        it counts as refused. A command that a node has applied cannot be passed over. Nobody knows
        of that after a restart of the process: whoever was told that the command took effect is
        then told something else.

        Args:
            index: of the entry; the error of whoever wrote it, and :attr:`Cluster.events`, say it.

        Raises:
            ValueError: no node ended by it, or one has applied it.
            OSError: it cannot be kept in the folder; then nothing was done.
        """
        self._driver.skip(index)
        return self

    def partition(self, *groups: NodeId | NodeRef | Iterable[NodeId | NodeRef]) -> Self:
        """Cut the links between nodes of different groups; others reach everyone.

        Raises:
            ValueError: a node is unknown or in two groups, or there are fewer than two.
        """
        self._driver.part(groups)
        return self

    def isolate(self, node_id: NodeId | NodeRef) -> Self:
        """Cut a node off from all others."""
        self._driver.act_on("isolate", node_id)
        return self

    def heal(self) -> Self:
        """Mend all links; how slow and lossy they are stays."""
        self._driver.act("heal")
        return self

    def slow(self, node_id: NodeId | NodeRef, *, latency: float = 0.0, loss: float = 0.0) -> Self:
        """Say how bad a node's links to all others are, in both directions.

        Args:
            node_id: the node.
            latency: seconds that a message is under way.
            loss: share of the messages that never arrive, 0 to 1.

        Raises:
            ValueError: there is no such node, or a number makes no sense.
        """
        self._driver.relink(node_id, link(latency, loss))
        return self

    def cut(self, sender: NodeId | NodeRef, recipient: NodeId | NodeRef) -> Self:
        """Cut a link in one direction: what the one sends does not reach the other.

        Raises:
            ValueError: there is no such node, or it is named twice.
        """
        self._driver.act_between("cut", sender, recipient)
        return self

    def mend(self, sender: NodeId | NodeRef, recipient: NodeId | NodeRef) -> Self:
        """Mend a link in one direction.

        Raises:
            ValueError: there is no such node, or it is named twice.
        """
        self._driver.act_between("mend", sender, recipient)
        return self

    def link(
        self,
        sender: NodeId | NodeRef,
        recipient: NodeId | NodeRef,
        *,
        latency: float = 0.0,
        loss: float = 0.0,
    ) -> Self:
        """Say how bad a link is, in one direction; see :meth:`slow` for all links of a node.

        Args:
            sender: from whom.
            recipient: to whom.
            latency: seconds that a message is under way.
            loss: share of the messages that never arrive, 0 to 1.

        Raises:
            ValueError: there is no such node, it is named twice, or a number makes no sense.
        """
        self._driver.act_between("link", sender, recipient, *link(latency, loss))
        return self

    def act(self, name: str, *args: Any) -> Self:
        """Do any of the things that :mod:`igniter_nb.consensus.simulator.actions` knows.

        Args:
            name: of the action, for example ``"power_cut"``, ``"wipe"``, ``"clock_rate"``.
            args: what it takes; ``"leader"`` stands for whoever leads.

        Raises:
            ValueError: there is no such action, or it cannot be done to what is named.
            TypeError: it takes other arguments.
        """
        self._driver.act(name, *(self._driver.own(arg) for arg in args))
        return self

    def remove_node(self, node_id: NodeId | NodeRef, timeout: float = 5.0) -> Self:
        """Take a node out; it is stopped, and its name is not used again.

        Raises:
            ValueError: there is no such node, or it is the last one.
            QuorumLostError: too few of the others run to decide anything without it.
            NoLeaderError: it was not done in time; it may still happen.
        """
        self._loop.wait(self._driver.leave(node_id, timeout))
        return self
