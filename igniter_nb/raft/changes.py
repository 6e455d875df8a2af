"""Membership changes by the leader (thesis 4): one at a time, each an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.raft.membership import changed, encode
from igniter_nb.raft.replication import append
from igniter_nb.raft.types import EntryKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.raft.membership import ConfChange, Transition
    from igniter_nb.raft.state import State
    from igniter_nb.raft.types import Entry


def problems(state: State, changes: Sequence[ConfChange]) -> list[str]:
    """Find what speaks against changing the membership now."""
    found = []
    at, _ = state.configurations[-1]
    if at > state.log.commit:
        found.append(
            f"the change at index {at} is not committed yet; only one is made at a time, "
            f"wait until it is"
        )
    if not state.owns_commit:
        found.append(
            f"no entry of term {state.term} is committed yet, so the leader may not know the "
            f"latest membership; wait until one is"
        )
    if changes and state.configuration.joint:
        found.append("the configuration is joint; an empty change leaves it")
    return found


def propose(state: State, changes: Sequence[ConfChange], transition: Transition) -> Entry:
    """Append a changed configuration, which is in force from then on.

    Raises:
        ValueError: the changes make no sense.
    """
    assert not problems(state, changes), "it was asked before whether this may be"
    made = changed(state.configuration, changes, transition)
    (entry,) = append(state, [(EntryKind.CONFIGURATION, encode(made), None)])
    return entry
