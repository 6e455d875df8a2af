"""Contents of nodes: defaults of their type, honest capabilities, complete nested inputs, gates."""

from __future__ import annotations

import typing
from collections import abc
from typing import TYPE_CHECKING, get_origin

from igniter_nb.capabilities import PURE
from igniter_nb.compiler.conversions import Mismatch
from igniter_nb.compiler.draft import Sketch, about
from igniter_nb.compiler.validation import Validator
from igniter_nb.graph import (
    EVERYTHING,
    MISSING,
    Callee,
    Compose,
    Compute,
    Const,
    Guard,
    Input,
    Node,
    type_name,
)
from igniter_nb.incremental import FleetingError, isolation
from igniter_nb.text import came, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from igniter_nb.errors import Problem


_READ_ONCE: tuple[object, ...] = (
    *(abc.Iterator, abc.Generator, typing.Iterator, typing.Generator),
    *(abc.AsyncIterator, abc.AsyncGenerator, typing.AsyncIterator, typing.AsyncGenerator),
)
"""Types of which no value can be handed on."""


def check(sketch: Sketch) -> list[Problem]:
    """Return problems about what single nodes hold."""
    problems: list[Problem] = []
    for node in sketch.nodes:
        match node:
            case Compute():
                pass
            case Input():
                problems += _input(node)
            case Compose():
                problems += _nested(sketch, node)
            case Guard() if node.gates:
                problems += _gates(sketch, node)
            case Const() if wrong := _fleeting(node.value):
                problems.append(_no_constant(node, wrong))
        if (callee := node.callee) is not None and callee.is_generator:
            problems.append(_generator(node, callee))
        names = node.capabilities
        if len(names) > 1 and PURE in names:
            problems.append(_impure(node, names))
    return problems


def _impure(node: Node, names: Sequence[str]) -> Problem:
    others = ", ".join(name for name in names if name != PURE)
    return about(
        node,
        "impure-pure",
        f"{node.name!r} is declared pure and declares {others}",
        expected="pure alone: a pure step touches nothing",
        came=f"capabilities {', '.join(names)}",
        hint="drop @ig.pure / pure=True, or drop the other capability",
    )


def _generator(node: Node, callee: Callee) -> Problem:
    return about(
        node,
        "generator-function",
        f"{callee.label} is a generator function, and what it gives can be read only once",
        expected="a function that returns what every reader may read",
        came="yield",
        hint="collect what it yields in a list and return the list",
    )


def _fleeting(value: object) -> str:
    """Say why a declared value cannot be handed on; empty if it can."""
    try:
        isolation(value)
    except FleetingError as error:
        return str(error)
    return ""


def _no_constant(node: Const, wrong: str) -> Problem:
    return about(
        node,
        "bad-const",
        f"{node.name!r} is no constant: {wrong}",
        expected="a value that every reader may read",
        came=came(node.value),
    )


def _input(node: Input) -> Iterator[Problem]:
    kind = get_origin(node.type) or node.type
    if any(kind is once for once in _READ_ONCE):
        yield about(
            node,
            "bad-type",
            f"{type_name(node.type)} cannot be the type of an input",
            expected="a type whose values every reader may read",
            came="an iterator, which can be read only once",
            hint="declare a list[…], or an Iterable[…] to take sets and tuples, too",
        )
        return
    validator = Validator(node.type, strict=node.strict)
    try:
        if validator.needed:
            validator.adapter()
        if node.default is not MISSING and node.default is not None:
            validator(node.default)
            isolation(node.default)
    except (Mismatch, FleetingError) as mismatch:
        yield about(
            node,
            "bad-default",
            f"the default of {node.name!r} is not of its type: {'; '.join(mismatch.args)}",
            expected=type_name(node.type),
            came=came(node.default),
            hint="change the default or the type",
        )
    except TypeError as error:
        yield about(
            node,
            "bad-type",
            f"{type_name(node.type)} cannot be the type of an input",
            expected="a type that pydantic can validate, or a class",
            came=str(error).partition("\n")[0],
        )


def _nested(sketch: Sketch, node: Compose) -> Iterable[Problem]:
    inner = {item.name: item for item in node.graph.nodes if isinstance(item, Input)}
    for name in node.inputs:
        if name not in inner:
            yield about(
                node,
                "unknown-nested-input",
                f"contract {node.graph.name} has no input {name!r}",
                came=f"inputs={{{name!r}: {node.inputs[name]!r}}}",
                known=tuple(inner),
                hint=nearest(name, inner) or "inputs= maps the nested input to a node of ours",
            )
    for name, item in inner.items():
        if item.required and name not in node.inputs:
            yield about(
                node,
                "missing-nested-input",
                f"contract {node.graph.name} needs its input {name!r}",
                expected=f"inputs={{{name!r}: <a node>}}",
                known=[known for known in sketch.index if known != node.name],
            )


def _gates(sketch: Sketch, node: Guard) -> Iterable[Problem]:
    if node.gates == EVERYTHING:
        return
    for name in node.gates:
        if name not in sketch.index:
            known = [known for known in sketch.index if known != node.name]
            yield about(
                node,
                "unknown-gate",
                f"there is no node {name!r} to gate",
                came=repr(name),
                known=known,
                hint=nearest(name, known),
            )
