"""Reference to one node of a cluster, through which the node is looked at and broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.cluster.protocol import faults_of
from igniter_nb.display import Shown
from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from igniter_nb.consensus.cluster.protocol import Driver
    from igniter_nb.consensus.status.status import NodeStatus
    from igniter_nb.raft import NodeId


class NodeRef:
    """One node of a cluster; equal to another reference to the same node.

    Args:
        driver: of the cluster whose node it is.
        node_id: its name.
        owner: the cluster, which lives as long as somebody has one of its nodes.

    Attributes:
        node_id: its name.

    Examples:
        >>> with Cluster.start(3) as cluster:
        ...     leader = cluster.wait_for_leader(10)
        ...     leader.role
        ...     leader.kill()
        ...     leader.alive
        'leader'
        False
    """

    __slots__ = ("_driver", "_owner", "node_id")

    def __init__(self, driver: Driver, node_id: NodeId, *, owner: object) -> None:
        self._driver = driver
        self._owner = owner
        self.node_id = node_id

    @property
    def status(self) -> NodeStatus:
        """All that can be seen of it now."""
        return self._look(copied=True)

    @property
    def state(self) -> Any:
        """A copy of what its state machine holds: what it has applied, maybe old."""
        return self.status.state_machine

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._look(copied=False).alive

    @property
    def role(self) -> str:
        """What it is; see :class:`NodeStatus`."""
        return self._look(copied=False).role

    @property
    def term(self) -> int:
        """Its current term."""
        return self._look(copied=False).term

    def is_of(self, driver: object) -> bool:
        """Tell whether it is a node of the cluster that has this driver."""
        return self._driver is driver

    def _look(self, *, copied: bool) -> NodeStatus:
        return self._driver.node(self.node_id, copied=copied)

    def kill(self) -> None:
        """Crash it."""
        self._act("kill")

    def restart(self) -> None:
        """Start it again from what its storage kept."""
        self._act("restart")

    def pause(self) -> None:
        """Stop its process for a while: it notices nothing, and neither answers nor forgets."""
        self._act("pause")

    def resume(self) -> None:
        """Let its process go on, with all that came for it meanwhile."""
        self._act("resume")

    def isolate(self) -> None:
        """Cut it off from all others."""
        self._act("isolate")

    def power_cut(self) -> None:
        """Crash it and lose what it wrote and did not sync."""
        self._act("power_cut")

    def wipe(self) -> None:
        """Crash it and take its disk away; it must not come back under its name.

        Raises:
            ValueError: it keeps its log in a folder.
        """
        self._act("wipe")

    def clock_rate(self, rate: float) -> None:
        """Let its clock run at a rate from now on; 1 is right, 2 twice as fast.

        Raises:
            ValueError: the rate is less than a thousandth.
        """
        self._act("clock_rate", round(rate * 1000))

    def _act(self, name: str, *args: Any) -> None:
        faults_of(self._driver, name).act_on(name, self.node_id, *args)

    def __eq__(self, other: object) -> bool:
        """Compare the nodes."""
        if not isinstance(other, NodeRef):
            return NotImplemented
        return self._driver is other._driver and self.node_id == other.node_id

    def __hash__(self) -> int:
        """Hash the node."""
        return hash((id(self._driver), self.node_id))

    _repr_mimebundle_ = Shown()

    def __repr__(self) -> str:
        """Write name, role and term."""
        try:
            status = self._look(copied=False)
        except ConsensusError as error:  # the loop is busy with something of our own
            return f"<NodeRef {self.node_id}: {error}>"
        age = self._driver.age
        when = f", as of {age:.1f} s ago" if age else ""
        return f"<NodeRef {self.node_id}: {status.role}, term {status.term}{when}>"
