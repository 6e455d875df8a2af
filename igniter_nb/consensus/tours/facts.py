"""Facts that a sentence of a tour may state: questions to a world, and their answers.

Every name and number in a tour's text is the answer to one of these questions, kept beside the
text. So whoever stands at the end of a step can ask again and must hear the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.consensus.simulator.quorums import alive, configuration, quorum_size
from igniter_nb.raft import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import NodeId, Raft


class Fact(NamedTuple):
    """One thing that a step says.

    Attributes:
        question: a key of :data:`QUESTIONS`.
        about: what the question is about: names, indexes, terms.
        answer: what was true when the step ended.
    """

    question: str
    about: tuple[Any, ...]
    answer: Any

    def holds(self, world: World) -> bool:
        """Say whether it is true now."""
        return bool(ask(world, self.question, *self.about) == self.answer)


def ask(world: World, question: str, *about: Any) -> Any:
    """Answer a question about a world.

    Args:
        world: the world; its trace is looked at for what clients were told.
        question: a key of :data:`QUESTIONS`.
        about: what it is about.
    """
    return QUESTIONS[question](world, *about)


def _core(world: World, node: NodeId) -> Raft:
    return world.hosts[node].replica.core


def _named(world: World, holds: Callable[[Raft], bool]) -> tuple[NodeId, ...]:
    return tuple(node for node in world.hosts if holds(_core(world, node)))


# -- who


def leader(world: World) -> NodeId:
    """Name the living leader of the highest term; empty if nobody leads."""
    host = world.leader()
    return "" if host is None else host.replica.node_id


def leaders(world: World) -> tuple[NodeId, ...]:
    """Name the living nodes that take themselves for leader."""
    return _running(world, _named(world, lambda core: core.role is Role.LEADER))


def candidates(world: World) -> tuple[NodeId, ...]:
    """Name the living nodes that ask for votes."""
    return _running(world, _named(world, lambda core: core.role is Role.CANDIDATE))


def followers(world: World, of: NodeId) -> tuple[NodeId, ...]:
    """Name the living nodes that follow a leader in its term."""
    term = _core(world, of).term
    named = _named(world, lambda core: (core.leader_id, core.term) == (of, term))
    return tuple(node for node in _running(world, named) if node != of)


def votes(world: World, candidate: NodeId, term: int) -> tuple[NodeId, ...]:
    """Name the nodes that voted for a candidate in a term and know of no later one."""
    return _named(world, lambda core: (core.vote, core.term) == (candidate, term))


def running(world: World) -> tuple[NodeId, ...]:
    """Name the nodes that run."""
    return tuple(alive(world))


def down(world: World) -> tuple[NodeId, ...]:
    """Name the nodes that do not run."""
    return tuple(node for node, host in world.hosts.items() if not host.replica.alive)


def reaches(world: World, node: NodeId) -> tuple[NodeId, ...]:
    """Name the nodes that a node exchanges messages with, itself included."""
    carries = world.network.carries
    return tuple(
        other
        for other in world.hosts
        if other == node or (carries(node, other) and carries(other, node))
    )


def size(world: World) -> int:
    """Count the voters."""
    return len(configuration(world, world.leader()).voters)


def _running(world: World, nodes: Iterable[NodeId]) -> tuple[NodeId, ...]:
    return tuple(node for node in nodes if world.hosts[node].replica.alive)


# -- one node


def role(world: World, node: NodeId) -> str:
    """Tell what a node is in its term."""
    return str(_core(world, node).role)


def term(world: World, node: NodeId) -> int:
    """Tell a node's term."""
    return _core(world, node).term


def commit(world: World, node: NodeId) -> int:
    """Tell the highest index that a node knows committed."""
    return _core(world, node).commit


def applied(world: World, node: NodeId) -> int:
    """Tell the highest index that a node has applied."""
    return _core(world, node).last_applied


def last(world: World, node: NodeId) -> int:
    """Tell the index of a node's last entry."""
    return _core(world, node).log.last_index


def last_term(world: World, node: NodeId) -> int:
    """Tell the term of a node's last entry."""
    return _core(world, node).log.last_term


def match(world: World, node: NodeId) -> int:
    """Tell up to where the leader knows a follower's log to be its own; 0 if nobody leads."""
    host = world.leader()
    seen = () if host is None else host.replica.core.status().progress
    return next((each.match for each in seen if each.node_id == node), 0)


def value(world: World, node: NodeId, key: str) -> Any:
    """Tell what a node's state machine holds under a key; None for nothing."""
    return world.hosts[node].replica.machine.get(key)


def started(world: World, node: NodeId) -> int:
    """Tell the term that a node had kept when its life began."""
    lives = (each for each in reversed(world.trace or ()) if each.kind == "start")
    return next(int(each.detail[1]) for each in lives if each.node == node)


# -- entries


def entry_term(world: World, node: NodeId, index: int) -> int:
    """Tell the term of an entry in a node's log; 0 if it is not there."""
    return _core(world, node).log.term_at(index) or 0


def holders(world: World, index: int, of_term: int) -> tuple[NodeId, ...]:
    """Name the nodes, those that are down too, whose log has an entry of a term at an index."""
    return _named(world, lambda core: core.log.term_at(index) == of_term)


def committed(world: World, index: int) -> tuple[NodeId, ...]:
    """Name the living nodes that know an entry committed."""
    return _running(world, _named(world, lambda core: core.commit >= index))


def holding(world: World, key: str, wanted: Any) -> tuple[NodeId, ...]:
    """Name the living nodes whose state machine holds a value under a key."""
    return _running(world, (each for each in world.hosts if value(world, each, key) == wanted))


# -- a client


def told(world: World, what: str) -> str:
    """Tell what the client of a write heard last: kept, lost, unknown, refused; "" for nothing."""
    said = next(
        (
            str(event.detail)
            for event in reversed(world.trace or ())
            if event.kind == "client" and what in event.detail
        ),
        "",
    )
    return next((word for words, word in _HEARD if words in said), "")


_HEARD = (
    ("is not written", "refused"),
    (" is kept ", "kept"),
    (" is lost: ", "lost"),
    (": nobody can tell", "unknown"),
)

QUESTIONS: dict[str, Callable[..., Any]] = {
    question.__name__: question
    for question in (
        leader,
        leaders,
        candidates,
        followers,
        votes,
        running,
        down,
        reaches,
        size,
        quorum_size,
        role,
        term,
        commit,
        applied,
        last,
        last_term,
        match,
        value,
        started,
        entry_term,
        holders,
        committed,
        holding,
        told,
    )
}
"""All questions by name."""
