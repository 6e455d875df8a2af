"""Duties of a leader as time passes: to be heard, and to make sure that it still leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.raft import handover, reads
from igniter_nb.raft.quorum import jointly_agreed

if TYPE_CHECKING:
    from igniter_nb.raft.state import State


def tick(state: State, ticks: int) -> None:
    """Begin a round of heartbeats when it is time, or step down where the leader leads nobody."""
    handover.tick(state, ticks)
    state.heartbeat_elapsed += ticks
    if state.heartbeat_elapsed < state.config.heartbeat_ticks:
        return
    state.heartbeat_elapsed = 0
    if state.config.check_quorum and not (_hears_a_quorum(state) and _writes(state)):
        state.become_follower(state.term, None)  # thesis 6.2
    else:
        reads.begin_round(state)


def _hears_a_quorum(state: State) -> bool:
    """Say whether a majority was heard within the shortest election timeout (thesis 6.2)."""
    progress, now, own = state.progress, state.now, state.node_id
    heard = jointly_agreed(
        state.configuration, lambda node: now if node == own else progress[node].heard
    )
    return now - heard < state.config.election_ticks


def _writes(state: State) -> bool:
    """Say whether storage keeps up: who cannot write must not lead by heartbeats alone."""
    waits = state.now - state.in_flight[0].since if state.in_flight else 0
    return waits < state.config.election_ticks
