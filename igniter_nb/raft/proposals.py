"""Acceptance of proposals: when a node takes one, and how it says that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.errors import ConsensusError
from igniter_nb.raft.types import Role

if TYPE_CHECKING:
    from igniter_nb.raft.state import State
    from igniter_nb.raft.types import NodeId


class ProposalRefusedError(ConsensusError):
    """A node did not take a proposal; nothing was appended.

    Attributes:
        leader: who would take it, as far as the node knows.

    Examples:
        >>> members = Configuration(voters=("a", "b", "c"))
        >>> three = Restored(snapshot=Snapshot(configuration=members))
        >>> node = Raft(Config(node_id="a"), three, jitter=lambda bound: 0)
        >>> try:
        ...     node.propose(b"x=1")
        ... except ProposalRefusedError as error:
        ...     print(error.leader)
        None
    """

    def __init__(self, message: str, leader: NodeId | None = None) -> None:
        super().__init__(message)
        self.leader = leader

    def extra(self) -> tuple[object, ...]:
        """Return the leader."""
        return (self.leader,)

    def restore(self, *extra: object) -> None:
        """Take back the leader."""
        (leader,) = extra
        self.leader = None if leader is None else str(leader)


def refuse_unless_open(state: State, size: int) -> None:
    """Let a proposal of some bytes through, if this node takes any now.

    Raises:
        ProposalRefusedError: it does not.
    """
    if state.role is not Role.LEADER:
        hint = f"{state.leader} does" if state.leader else "nobody is known to"
        msg = f"{state.node_id} does not lead in term {state.term}; {hint}"
        raise ProposalRefusedError(msg, state.leader)
    if state.transferee is not None:
        msg = f"{state.node_id} is handing over to {state.transferee}; try again soon"
        raise ProposalRefusedError(msg, state.transferee)
    most = state.config.max_uncommitted_bytes
    if state.uncommitted and state.uncommitted + size > most:
        msg = (
            f"{state.uncommitted:,} bytes are not committed yet and {size:,} more would "
            f"exceed {most:,}; wait until some are"
        )
        raise ProposalRefusedError(msg, state.node_id)
