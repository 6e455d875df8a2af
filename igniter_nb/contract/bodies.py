"""From a class body to what the compiler takes: options, annotations, functions, inheritance."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.compiler import Draft, nearest
from igniter_nb.contract.words import Body, Declaration
from igniter_nb.display import place
from igniter_nb.errors import Problem
from igniter_nb.runtime import Options
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FunctionType

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


def resolve_annotations(
    made: type, declared: Mapping[str, Declaration], local: Mapping[str, Any]
) -> None:
    """Give inputs without a type the annotation of their attribute.

    Raises:
        TypeError: an annotation cannot be resolved.
    """
    annotations = inspect.get_annotations(made)
    for name, declaration in declared.items():
        if declaration.word != "input" or declaration.args or name not in annotations:
            continue
        annotation = annotations[name]
        if isinstance(annotation, str):
            try:
                annotation = eval(annotation, vars(sys.modules[made.__module__]), dict(local))  # noqa: S307 -- the user's own annotation
            except Exception as error:
                msg = (
                    f"the annotation {annotation!r} of input {name!r} cannot be resolved: {error};"
                    " write ig.input(<type>) instead"
                )
                raise TypeError(msg) from error
        declaration.args = (annotation,)


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
