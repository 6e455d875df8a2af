"""Arguments of an action, checked before anything is done, all of them at once.

An action that fails half way would leave a world that no script leads to. What each takes is said
in :mod:`igniter_nb.consensus.faults.table`.
"""

from __future__ import annotations

import inspect
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.faults.fault import NODES, Kind, NodeFacts, Parameter
from igniter_nb.consensus.faults.table import BY_HAND, FAULTS
from igniter_nb.consensus.simulator.actions import ACTIONS, ALL, LEADER
from igniter_nb.consensus.simulator.quorums import is_wiped
from igniter_nb.consensus.status.names import name_problems, sides
from igniter_nb.text import abbreviate, natural

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import NodeId

Wrong = str
"""What was expected instead; empty if nothing is wrong."""


def checked(world: World, name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the arguments of an action as they are kept: copies that nobody can change.

    Args:
        world: what it is to be done to.
        name: of the action.
        args: as they came.

    Raises:
        ValueError: there is no such action, or with everything that is wrong with the arguments.
    """
    if name not in ACTIONS:
        raise ValueError(f"expected an action of {', '.join(ACTIONS)}; came {name!r}")
    signature = _signature(name)
    kept = tuple(tuple(each) if isinstance(each, list) else deepcopy(each) for each in args)
    if name == "write":
        kept = deepcopy(args)  # a value may be a list
    try:
        bound = signature.bind(*kept)
    except TypeError as error:
        raise ValueError(f"{name} takes {_usage(signature)}: {error}") from error
    problems = []
    for (key, given), asked in zip(bound.arguments.items(), FAULTS[name].parameters, strict=False):
        parameter = signature.parameters[key]
        several = given if parameter.kind is parameter.VAR_POSITIONAL else (given,)
        check = _CHECKS[asked.kind]
        problems += [
            f"{key}: expected {expected}, came {abbreviate(value)}"
            for value in several
            if (expected := check(world, value))
        ]
    if problems:
        raise ValueError(f"{name}: {'; '.join(problems)}")
    return kept


@cache
def _signature(name: str) -> inspect.Signature:
    signature = inspect.signature(ACTIONS[name])
    _, *others = signature.parameters.values()  # the first one is the world
    return signature.replace(parameters=others)


def _usage(signature: inspect.Signature) -> str:
    names = [
        f"{'*' * (each.kind is each.VAR_POSITIONAL)}{each.name}"
        for each in signature.parameters.values()
    ]
    return f"({', '.join(names)})" if names else "nothing"


def _node(world: World, value: object) -> Wrong:
    known = isinstance(value, str) and value in world.hosts
    return "" if known else f"a node of {', '.join(world.hosts)}"


def _named(world: World, value: object) -> Wrong:
    wrong = _node(world, value)
    return f"{wrong}, or {LEADER!r}" if wrong and value != LEADER else ""


def _many(world: World, value: object) -> Wrong:
    wrong = _named(world, value)
    return f"{wrong} or {ALL!r}" if wrong and value != ALL else ""


def _new(world: World, value: object) -> Wrong:
    if isinstance(value, str) and value in world.hosts:
        return ""
    return "the name of a node" if name_problems(value) else ""


def _member(world: World, value: object) -> Wrong:
    return "" if value == LEADER else _new(world, value)


def _group(world: World, value: object) -> Wrong:
    is_group = isinstance(value, tuple | set | frozenset)
    if is_group and not any(_node(world, each) for each in value):  # type: ignore[attr-defined]  # it is one
        return ""
    return f"a list of nodes of {', '.join(world.hosts)}"


def _whole(_: World, value: object) -> Wrong:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return "" if is_whole else "a whole number"


def _number(_: World, value: object) -> Wrong:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if is_number else "a number"


def _text(_: World, value: object) -> Wrong:
    return "" if isinstance(value, str) else "a text"


def _bytes(_: World, value: object) -> Wrong:
    return "" if isinstance(value, bytes) else "bytes"


_CHECKS: dict[Kind, Callable[[World, Any], Wrong]] = {
    Kind.NODE: _node,
    Kind.NAMED: _named,
    Kind.MANY: _many,
    Kind.NEW: _new,
    Kind.MEMBER: _member,
    Kind.GROUP: _group,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.BYTES: _bytes,
    Kind.ANY: lambda *_: "",
}
"""What the kinds of arguments mean."""


# --- by hand --------------------------------------------------------------------------------------


def by_hand(world: World, name: object, args: object) -> tuple[Any, ...]:
    """Return the arguments of a fault that a person asks for, who sees every node.

    It names the nodes that it is done to, sets numbers within limits, and is refused where it would
    do nothing.

    Args:
        world: what it is to be done to.
        name: of the fault, as it came.
        args: what a person gave, as it came.

    Raises:
        ValueError: it cannot be done; in a sentence for a person.
    """
    if name not in BY_HAND or not isinstance(args, list):
        raise ValueError(
            f"expected the name of an act, one of {', '.join(BY_HAND)}, and a list of what it "
            f"takes; came {abbreviate(name)} and {abbreviate(args)}"
        )
    fault = FAULTS[str(name)]
    hand = fault.hand
    assert hand is not None, "it is done by hand"
    if [each.kind for each in hand.parameters] == [Kind.GROUP]:
        return tuple(sides(_groups(world, args), sorted(world.hosts, key=natural)))
    if len(args) not in {len(hand.parameters), hand.fewest}:
        raise ValueError(f"expected {hand.expected}; came {abbreviate(args)}")
    asked = [*zip(hand.parameters, args, strict=False)]
    nodes = [known_node(world, arg) for parameter, arg in asked if parameter.kind in NODES]
    if len({*nodes}) < len(nodes):
        raise ValueError(f"expected two nodes, came {nodes[0]!r} twice")
    for parameter, arg in asked:
        if parameter.kind is Kind.NUMBER:
            _within(parameter, arg)
    if nodes:
        facts = _facts(world, nodes[0])
        for need in fault.needs:
            if problem := need.problem(facts):
                raise ValueError(problem)
    return hand.meant(*args)


def known_node(world: World, node: object) -> NodeId:
    """Return the name of a node that there is.

    Raises:
        ValueError: there is no such node.
    """
    if isinstance(node, str) and node in world.hosts:
        return node
    known = ", ".join(sorted(world.hosts, key=natural))
    raise ValueError(f"expected a node, one of {known}; came {abbreviate(node)}")


def _groups(world: World, args: list[Any]) -> list[list[NodeId]]:
    if not all(isinstance(group, list) for group in args):
        raise ValueError(f"expected groups, each a list of nodes; came {abbreviate(args)}")
    return [[known_node(world, node) for node in group] for group in args]


def _within(parameter: Parameter, value: object) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not parameter.least <= value <= parameter.most:  # type: ignore[operator]  # it is one
        name = parameter.label or parameter.name
        raise ValueError(f"{name}: expected {parameter.expected}, came {abbreviate(value)}")


def _facts(world: World, node_id: NodeId) -> NodeFacts:
    replica, leader = world.hosts[node_id].replica, world.leader()
    return NodeFacts(
        node_id,
        alive=replica.alive,
        paused=replica.paused,
        wiped=is_wiped(replica),
        gone=node_id in world.gone,
        leader=None if leader is None else leader.replica.node_id,
    )
