"""Class bodies as the compiler takes them: options, annotations, functions, inheritance."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

from igniter_nb.contract.words import Body, Declaration, Statement, is_declaration
from igniter_nb.display import place
from igniter_nb.errors import Location, Problem
from igniter_nb.runtime import Options
from igniter_nb.text import abbreviate, class_name, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from igniter_nb.compiler import Draft
    from igniter_nb.contract.builder import DraftBuilder

_OPTIONS = frozenset(field.name for field in dataclasses.fields(Options))


def note_shadows(draft: Draft, body: Body) -> None:
    """Note attributes of a body that have the name of a node but declare nothing."""
    nodes = {node.name: node for node in draft.nodes}
    for name, value in body.items():
        if name in nodes and not is_declaration(value):
            draft.problems.append(
                Problem(
                    "shadowed-node",
                    f"{name!r} is {'a node' if name in body.declared else 'an inherited node'},"
                    f" and here it is {abbreviate(value, 40)}, which declares nothing",
                    node=name,
                    path=nodes[name].path,
                    place=place(body.location),
                    expected="a declaration in its place, or another name",
                    hint=f"decorate it with @ig.{nodes[name].kind} or @ig.output, or rename it",
                )
            )


def note_lost(draft: Draft, made: type, contract: type) -> None:
    """Note declarations in parents that are no contracts, where nobody hears them.

    Args:
        draft: what the contract declares.
        made: its class.
        contract: what makes a class a contract, its metaclass.
    """
    declared = {node.name for node in draft.nodes}
    for name, value, base in _in_plain_parents(made, contract):
        if is_declaration(value) and name not in declared:
            draft.problems.append(
                Problem(
                    "lost-declaration",
                    f"{name!r} is declared in {class_name(base)}, which is no contract, so it"
                    " declares nothing",
                    node=name,
                    path=name,
                    place=place(value.location),
                    expected="declarations in classes derived from ig.Contract",
                    came=f"class {class_name(base)}, a plain parent of {class_name(made)}",
                    hint=f"write class {class_name(base)}(ig.Contract)",
                )
            )


def note_replaced(draft: Draft, made: type, body: Body, *, ours: frozenset[str]) -> None:
    """Note plain attributes and methods, of the body or a plain parent, that replace ours."""
    above = [(name, value, None) for name, value in body.items() if not is_declaration(value)]
    found = [*above, *_in_plain_parents(made, type(made), before=True)]
    for name, value, base in found:
        if name in ours:
            draft.problems.append(
                Problem(
                    "replaces-ours",
                    f"{name!r} is how contracts work, and here it is {abbreviate(value, 40)}",
                    node=name,
                    path=name,
                    place=place(_place_of(value) or body.location),
                    expected="another name; only a node may be called so",
                    came=f"an attribute of {class_name(base or made)}",
                    hint=f"rename it, or declare the node {name!r} with @ig.compute or @ig.output",
                )
            )


def _in_plain_parents(
    made: type, contract: type, *, before: bool = False
) -> Iterator[tuple[str, Any, type]]:
    """Yield what parents that are no contracts hold, as far as it is what the class has.

    Args:
        made: the class.
        contract: metaclass of contracts.
        before: whether only parents count that come before all contracts.
    """
    met: set[str] = set()
    for base in made.__mro__[1:-1]:
        if isinstance(base, contract):
            if before:
                return
        else:
            yield from (
                (name, value, base) for name, value in vars(base).items() if name not in met
            )
        met |= vars(base).keys()


def _place_of(value: Any) -> Location | None:
    """Return where a function, or what is made of one, was written."""
    if type(value) in (staticmethod, classmethod):
        value = value.__func__
    elif type(value) is property:
        value = value.fget
    if type(value) is not FunctionType:
        return None
    return Location(value.__code__.co_filename, value.__code__.co_firstlineno)


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
