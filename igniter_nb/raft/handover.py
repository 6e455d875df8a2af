"""Leadership transfer (thesis 3.10).

The leader takes no more proposals, brings the one that takes over up to date and tells it to run.
If that does not lead within an election timeout the leader goes on as before. Handing over belongs
to a term's leadership: it ends with the role, so that a node that is elected again starts clean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.raft.messages import TimeoutNow
from igniter_nb.raft.types import Role

if TYPE_CHECKING:
    from igniter_nb.raft.state import State
    from igniter_nb.raft.types import NodeId


def begin(state: State, to: NodeId) -> None:
    """Begin to hand over; one that runs to somebody else is given up for it."""
    assert state.role is Role.LEADER, state.role
    assert to in state.progress, f"{to} is not followed"
    state.transferee = to
    state.transfer_elapsed = 0
    when_caught_up(state)


def when_caught_up(state: State) -> None:
    """Tell the node that takes over to run, once it has the whole log."""
    to = state.transferee
    progress = state.progress.get(to) if to is not None else None
    if to is None or progress is None or progress.match < state.log.last_index:
        return
    # The message may be late, and who got it is voted for although this leader lives: from now
    # on no lease holds in this term, also if this is given up (thesis 6.4.1).
    state.reads.lease_broken = True
    state.reads.lease_until = 0
    state.send.append(TimeoutNow(state.node_id, to, state.term))


def tick(state: State, ticks: int) -> None:
    """Give up after an election timeout."""
    if state.transferee is None:
        return
    state.transfer_elapsed += ticks
    if state.transfer_elapsed >= state.config.election_ticks:
        state.transferee = None
