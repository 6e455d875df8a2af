"""From a class body to what the compiler takes: options, annotations, functions, inheritance."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.compiler import Draft, nearest
from igniter_nb.contract.words import Body, Declaration, Statement
from igniter_nb.display import place
from igniter_nb.errors import Problem
from igniter_nb.runtime import Options
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FunctionType

    from igniter_nb.contract.builder import DraftBuilder

_OPTIONS = frozenset(field.name for field in dataclasses.fields(Options))


def note_shadows(draft: Draft, body: Body) -> None:
    """Note attributes of a body that have the name of an inherited node but declare nothing."""
    nodes = {node.name: node for node in draft.nodes}
    for name, value in body.items():
        if name in nodes and not isinstance(value, Declaration):
            draft.problems.append(
                Problem(
                    "shadowed-node",
                    f"{name!r} is an inherited node, and here it is {abbreviate(value, 40)},"
                    " which declares nothing",
                    node=name,
                    path=nodes[name].path,
                    place=place(body.location),
                    expected="a declaration in its place, or another name",
                    hint=f"decorate it with @ig.{nodes[name].kind} or @ig.output, or rename it",
                )
            )


def as_written(function: FunctionType) -> Any:
    """Return what a decorated function is on the class: callable as it was written."""
    takes_self = function.__code__.co_varnames[:1] == ("self",)
    return function if takes_self else staticmethod(function)


def resolve_annotations(made: type, body: Body, local: Mapping[str, Any]) -> None:
    """Give inputs without a type the annotation of their attribute.

    An annotation may name what the body itself assigns or defines, what is local where the class
    stands, and what is global in its module. One that cannot be resolved becomes a statement of
    the body, which reports it together with everything else.
    """
    annotations = inspect.get_annotations(made)
    own = {name: value for name, value in vars(made).items() if not inspect.isroutine(value)}
    for name, declaration in body.declared.items():
        if declaration.word != "input" or declaration.args or name not in annotations:
            continue
        annotation = annotations[name]
        if isinstance(annotation, str):
            try:
                annotation = eval(annotation, vars(sys.modules[made.__module__]), {**local, **own})  # noqa: S307 -- the user's own annotation
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is told with its place
                found = _unresolved(declaration, annotation, error)
                body.statements.append(Statement(None, functools.partial(_note, found=found)))
                continue
        declaration.args = (annotation,)


def _unresolved(declaration: Declaration, annotation: str, error: Exception) -> Problem:
    name = str(declaration.name)
    return Problem(
        "bad-type",
        f"the annotation {annotation!r} of input {name!r} cannot be resolved: {error}",
        node=name,
        path=name,
        place=place(declaration.location),
        expected="a type, by a name that is known where the class stands",
        came=annotation,
        hint="write ig.input(<type>) instead, or define the name before the class",
    )


def _note(builder: DraftBuilder, found: Problem) -> None:
    builder.draft.problems.append(found)


def checked_options(base: Options, options: Mapping[str, Any]) -> Options:
    """Return inherited options with given ones on top.

    Raises:
        TypeError: an option is unknown.
        ValueError: an option has a value that it cannot have.
    """
    if unknown := sorted(options.keys() - _OPTIONS):
        advice = nearest(unknown[0], _OPTIONS)
        msg = (
            f"unknown option {', '.join(map(repr, unknown))}; known: {', '.join(sorted(_OPTIONS))}."
            f" {advice or 'Inputs are given to the contract itself: X.configured(…)(a=1)'}"
        )
        raise TypeError(msg)
    return dataclasses.replace(base, **options)
