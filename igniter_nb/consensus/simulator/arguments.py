"""Checks of what actions take, made before anything is done.

An action that fails half way would leave a world that no script leads to. What the annotations of
its parameters say is checked here, all of it at once; they are the words of
:mod:`igniter_nb.consensus.simulator.actions`.
"""

from __future__ import annotations

import inspect
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.simulator.actions import ACTIONS, ALL, LEADER
from igniter_nb.consensus.status.names import name_problems
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.simulator.world import World

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
    for key, given in bound.arguments.items():
        parameter = signature.parameters[key]
        several = given if parameter.kind is parameter.VAR_POSITIONAL else (given,)
        check = _CHECKS[parameter.annotation]
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


_CHECKS: dict[str, Callable[[World, Any], Wrong]] = {
    "Node": _node,
    "Named": _named,
    "Many": _many,
    "New": _new,
    "Member": _member,
    "Group": _group,
    "int": _whole,
    "Number": _number,
    "str": _text,
    "bytes": _bytes,
    "Any": lambda *_: "",
}
"""What the annotations of actions mean."""
