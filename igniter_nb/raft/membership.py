"""Memberships and their changes: one node at a time, or many through a joint configuration.

Values only. A configuration travels as an entry and is in force as soon as a node has it in its
log, committed or not; where the entry is cut off, the one before is in force again (thesis 4.1).

1. A change of one voter leaves majorities that overlap, so it is made at once (thesis 4.1).
2. Any other change goes through a joint configuration, in which both sets of voters must agree,
   and is left by a second entry (thesis 4.3).
3. No node is a voter and a learner at once. There is always a voter.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.raft.types import Configuration, NodeId

if TYPE_CHECKING:
    from collections.abc import Sequence


class ChangeAction(StrEnum):
    """What happens to a node.

    Examples:
        >>> [action.name for action in ChangeAction]
        ['ADD_VOTER', 'ADD_LEARNER', 'REMOVE']
    """

    ADD_VOTER = "add voter"
    """Make it a voter; a learner is promoted."""
    ADD_LEARNER = "add learner"
    """Make it a learner; a voter is demoted."""
    REMOVE = "remove"


class Transition(StrEnum):
    """How a change is made.

    Examples:
        >>> [transition.name for transition in Transition]
        ['AUTO', 'IMPLICIT', 'EXPLICIT']
    """

    AUTO = "auto"
    """At once if one voter changes, else joint and left by the leader by itself."""
    IMPLICIT = "implicit"
    """Joint, left by the leader by itself."""
    EXPLICIT = "explicit"
    """Joint until an empty change leaves it."""


class ConfChange(NamedTuple):
    """One change of one node.

    Attributes:
        action: what happens to it.
        node_id: the node.

    Examples:
        >>> ConfChange(ChangeAction.ADD_LEARNER, "d").node_id
        'd'
    """

    action: ChangeAction
    node_id: NodeId


def changed(
    configuration: Configuration,
    changes: Sequence[ConfChange],
    transition: Transition = Transition.AUTO,
) -> Configuration:
    """Return the configuration after some changes.

    Args:
        configuration: the one in force.
        changes: what happens; nothing leaves a joint configuration.
        transition: how.

    Raises:
        ValueError: with every reason why this cannot be.
    """
    if not changes:
        return left(configuration)
    problems = _problems(configuration, changes)
    if problems:
        raise ValueError("; ".join(problems))
    voters, learners = set(configuration.voters), set(configuration.learners)
    for change in changes:
        voters.discard(change.node_id)
        learners.discard(change.node_id)
        if change.action is not ChangeAction.REMOVE:
            (voters if change.action is ChangeAction.ADD_VOTER else learners).add(change.node_id)
    if not voters:
        msg = "the last voter cannot go; add another voter first"
        raise ValueError(msg)
    one = len(voters ^ set(configuration.voters)) <= 1
    if transition is Transition.AUTO and one:
        made = Configuration(voters=_sorted(voters), learners=_sorted(learners))
    else:
        old = set(configuration.voters)
        made = Configuration(
            voters=_sorted(voters),
            outgoing=configuration.voters,
            learners=_sorted(learners - old),
            learners_next=_sorted(learners & old),
            auto_leave=transition is not Transition.EXPLICIT,
        )
    check_invariants(made)
    return made


def left(configuration: Configuration) -> Configuration:
    """Return the configuration after a joint one.

    Raises:
        ValueError: it is not joint.
    """
    if not configuration.joint:
        msg = "the configuration is not joint, so there is nothing to leave; name changes to make"
        raise ValueError(msg)
    learners = _sorted({*configuration.learners, *configuration.learners_next})
    made = Configuration(voters=configuration.voters, learners=learners)
    check_invariants(made)
    return made


def _sorted(nodes: set[NodeId]) -> tuple[NodeId, ...]:
    return tuple(sorted(nodes))


def _problems(configuration: Configuration, changes: Sequence[ConfChange]) -> list[str]:
    """Find every reason why changes cannot be made."""
    problems = []
    if configuration.joint:
        problems.append(
            "the configuration is joint: it must be left before it changes again "
            "(an empty change leaves it)"
        )
    named = [change.node_id for change in changes]
    doubled = sorted({node for node in named if named.count(node) > 1})
    problems += [f"{node!r} is named more than once" for node in doubled]
    for action, node in changes:
        if action is ChangeAction.REMOVE and node not in configuration.members:
            known = ", ".join(configuration.members)
            problems.append(f"{node!r} is no member, so it cannot be removed; members: {known}")
        elif action is ChangeAction.ADD_VOTER and node in configuration.voters:
            problems.append(f"{node!r} is a voter already")
        elif action is ChangeAction.ADD_LEARNER and node in configuration.learners:
            problems.append(f"{node!r} is a learner already")
    return problems


def encode(configuration: Configuration) -> bytes:
    """Write a configuration as the data of an entry: JSON."""
    return json.dumps(configuration._asdict(), separators=(",", ":")).encode()


def decode(data: bytes) -> Configuration:
    """Read a configuration from the data of an entry.

    Examples:
        >>> from igniter_nb.raft import membership
        >>> decode_configuration(membership.encode(Configuration(voters=("a", "b")))).voters
        ('a', 'b')
    """
    fields = json.loads(data)
    nodes = {name: tuple(value) for name, value in fields.items() if name != "auto_leave"}
    return Configuration()._replace(**nodes, auto_leave=bool(fields["auto_leave"]))


def check_invariants(configuration: Configuration) -> None:
    """Check what always holds of a configuration.

    Raises:
        AssertionError: names what does not hold.
    """
    voters, outgoing = set(configuration.voters), set(configuration.outgoing)
    learners, after = set(configuration.learners), set(configuration.learners_next)
    assert voters, f"there is always a voter: {configuration}"
    assert not learners & (voters | outgoing), f"no learner is a voter: {configuration}"
    assert after <= outgoing, f"only an outgoing voter becomes a learner later: {configuration}"
    assert not after & voters, f"an incoming voter does not become a learner: {configuration}"
    assert outgoing or not configuration.auto_leave, f"only a joint one is left: {configuration}"
    for nodes in configuration[:4]:
        assert list(nodes) == sorted(set(nodes)), f"nodes are sorted, once each: {configuration}"
