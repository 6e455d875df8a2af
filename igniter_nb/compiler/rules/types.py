"""Types on an arrow that cannot fit, where both ends are annotated.

Only what can *never* fit is a problem: an ``int | None`` may feed an ``int``, a ``float`` never
feeds a ``str``. This is overlap, not the subtyping of a type checker.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from igniter_nb.compiler.draft import Sketch, about
from igniter_nb.graph import Compose, Compute, Const, Guard, Input, Node, Output, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.errors import Problem

_WIDER: dict[type, tuple[type, ...]] = {int: (float, complex), float: (complex,)}


def check(sketch: Sketch) -> list[Problem]:
    """Return a problem for every arrow whose two types cannot fit."""
    known: dict[int, dict[str, Any]] = {}
    return [
        problem
        for position, node in enumerate(sketch.nodes)
        if (wanted := _wanted(node, known))
        for problem in _arrows(sketch, position, wanted, known)
    ]


def _arrows(
    sketch: Sketch, position: int, wanted: dict[str, Any], known: dict[int, dict[str, Any]]
) -> Iterable[Problem]:
    node = sketch.nodes[position]
    for source, parameter in zip(sketch.deps[position], sketch.params[position], strict=True):
        expects = wanted.get(parameter, Any)
        offers = _offered(sketch, source, known)
        if not fits(offers, expects):
            origin = sketch.nodes[source]
            yield about(
                node,
                "type-mismatch",
                f"{origin.name!r} can never be the {type_name(expects)} that {parameter!r} expects",
                expected=f"{parameter}: {type_name(expects)}",
                came=f"{origin.kind} {origin.path}: {type_name(offers)}",
                hint="change one of the two annotations, or convert in a node between them",
            )


def _wanted(node: Node, known: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Return the annotated type of each parameter of a node."""
    if isinstance(node, (Compute, Guard)):
        return _annotations(node, known)
    if isinstance(node, Compose):
        inner = (inner for inner in node.graph.nodes if isinstance(inner, Input))
        return {inner.name: inner.type for inner in inner}
    return {}


def _annotations(node: Compute | Guard | Const, known: dict[int, dict[str, Any]]) -> dict[str, Any]:
    callee = node.call
    if callee is None:
        return {}
    key = id(callee.target)
    if key not in known:
        known[key] = callee.annotations()
    return known[key]


def _offered(sketch: Sketch, position: int, known: dict[int, dict[str, Any]]) -> Any:
    """Return the type that a node is known to give, Any where nothing is known."""
    node = sketch.nodes[position]
    match node:
        case Input():
            return node.type if node.required or node.default is not None else node.type | None
        case Compute():
            given = _annotations(node, known)
            return Any if node.call.is_coroutine and False else given.get("return", Any)
        case Guard():
            return bool
        case Const():
            if node.call:
                return _annotations(node, known).get("return", Any)
            return type(node.value)
        case Output() if node.item is None:
            sources = sketch.deps[position]
            return _offered(sketch, sources[0], known) if sources else Any
        case _:
            return Any


def fits(offers: Any, expects: Any) -> bool:
    """Tell whether a value of one type can ever be a value of the other.

    Args:
        offers: annotation of where the value comes from.
        expects: annotation of where it goes.

    Returns:
        False only if it can never be; True where nothing is known.
    """
    return any(_one_fits(a, b) for a in _alternatives(offers) for b in _alternatives(expects))


def _alternatives(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [inner for part in get_args(annotation) for inner in _alternatives(part)]
    if origin is Literal:
        return [type(value) for value in get_args(annotation)]
    return [types.NoneType if annotation is None else annotation]


def _one_fits(offers: Any, expects: Any) -> bool:
    have, want = get_origin(offers) or offers, get_origin(expects) or expects
    if not (isinstance(have, type) and isinstance(want, type)):
        return True
    if isinstance(offers, TypeVar) or _open(have) or _open(want):
        return True
    if want in _WIDER.get(have, ()):
        return True
    if not (issubclass(have, want) or issubclass(want, have)):
        return False
    inside, outside = get_args(offers), get_args(expects)
    if have is not want or len(inside) != len(outside) or Ellipsis in (*inside, *outside):
        return True
    return all(fits(a, b) for a, b in zip(inside, outside, strict=True))


def _open(kind: type) -> bool:
    """Tell whether classes unrelated to this one may still be instances of it."""
    return kind is object or type(kind) is not type
