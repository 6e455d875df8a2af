"""Status of a node as seen from outside: frozen values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from igniter_nb.raft.state import State
    from igniter_nb.raft.types import Configuration, NodeId, Role


class PeerStatus(NamedTuple):
    """A follower in the eyes of its leader.

    Attributes:
        node_id: the follower.
        match: last index known to match.
        next: next index to send.
        state: ``probe``, ``replicate`` or ``snapshot``.
        inflight: messages with entries that wait for an answer.
        active: whether it was heard within the shortest election timeout.
        learner: whether it has no vote.

    Examples:
        >>> alone = Restored(snapshot=Snapshot(configuration=Configuration(voters=("a",))))
        >>> Raft(Config(node_id="a"), alone, jitter=lambda bound: 0).status().progress
        ()
    """

    node_id: NodeId
    match: int
    next: int
    state: str
    inflight: int
    active: bool
    learner: bool


class Status(NamedTuple):
    """A node at one moment.

    Attributes:
        node_id: its name.
        term: its term.
        vote: whom it voted for in that term.
        role: what it is in that term.
        leader_id: who leads, as far as it knows.
        commit: highest index that it knows to be committed.
        applied: highest index that its state machine has applied.
        first_index: first entry that it still has.
        last_index: last entry that it has.
        configuration: the membership in force.
        transferee: to whom it is handing over.
        progress: what it knows of its followers; empty unless it leads.

    Examples:
        >>> members = Configuration(voters=("a", "b", "c"))
        >>> three = Restored(snapshot=Snapshot(configuration=members))
        >>> status = Raft(Config(node_id="a"), three, jitter=lambda bound: 0).status()
        >>> status.role, status.term, status.leader_id
        (<Role.FOLLOWER: 'follower'>, 0, None)
    """

    node_id: NodeId
    term: int
    vote: NodeId | None
    role: Role
    leader_id: NodeId | None
    commit: int
    applied: int
    first_index: int
    last_index: int
    configuration: Configuration
    transferee: NodeId | None
    progress: tuple[PeerStatus, ...]


def status(state: State) -> Status:
    """Return what a node is now."""
    configuration = state.configuration
    progress = tuple(
        PeerStatus(
            node_id=node,
            match=each.match,
            next=each.next,
            state=str(each.state),
            inflight=each.inflight,
            active=state.now - each.heard < state.config.election_ticks,
            learner=node in configuration.learners,
        )
        for node, each in state.progress.items()
    )
    return Status(
        node_id=state.node_id,
        term=state.term,
        vote=state.vote,
        role=state.role,
        leader_id=state.leader,
        commit=state.log.commit,
        applied=state.log.applied,
        first_index=state.log.first_index,
        last_index=state.log.last_index,
        configuration=configuration,
        transferee=state.transferee,
        progress=progress,
    )
