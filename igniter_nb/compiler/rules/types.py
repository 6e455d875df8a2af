"""Types on an arrow that cannot fit, where both ends are annotated.

Only what can *never* fit is a problem: an ``int | None`` may feed an ``int``, a ``float`` never
feeds a ``str``. This is overlap, not the subtyping of a type checker.
"""

from __future__ import annotations

import types
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NewType,
    Optional,
    Union,
    get_args,
    get_origin,
)

from igniter_nb.compiler.draft import Sketch, about
from igniter_nb.graph import (
    CompiledGraph,
    Compose,
    Compute,
    Const,
    Guard,
    Input,
    Node,
    Output,
    Project,
    type_name,
)

if TYPE_CHECKING:
    from igniter_nb.errors import Problem

_WIDER: dict[type, tuple[type, ...]] = {int: (float, complex), float: (complex,)}

_Known = dict[int, dict[str, Any]]


def check(sketch: Sketch) -> list[Problem]:
    """Return a problem for every arrow whose two types cannot fit."""
    known: _Known = {}
    offered: dict[int, Any] = {}
    problems: list[Problem] = []
    for position, node in enumerate(sketch.nodes):
        if wanted := _wanted(node, known):
            for source, parameter in zip(
                sketch.deps[position], sketch.params[position], strict=True
            ):
                if source not in offered:
                    offered[source] = _offered(sketch, source, known)
                offers, expects = offered[source], wanted.get(parameter, Any)
                if not fits(offers, expects):
                    origin = sketch.nodes[source]
                    problems.append(_misfit(node, parameter, expects, origin=origin, offers=offers))
    return problems


def _misfit(node: Node, parameter: str, expects: Any, *, origin: Node, offers: Any) -> Problem:
    return about(
        node,
        "type-mismatch",
        f"{origin.name!r} can never be the {type_name(expects)} that {parameter!r} expects",
        expected=f"{parameter}: {type_name(expects)}",
        came=f"{origin.kind} {origin.path}: {type_name(offers)}",
        hint="change one of the two annotations, or convert in a node between them",
    )


def _wanted(node: Node, known: _Known) -> dict[str, Any]:
    """Return the annotated type of each parameter of a node."""
    if isinstance(node, (Compute, Guard)):
        return _annotations(node, known)
    if isinstance(node, Compose):
        inner = [inner for inner in node.graph.nodes if isinstance(inner, Input)]
        return {inner.name: _taken(inner) for inner in inner}
    return {}


def _taken(inner: Input) -> Any:
    """Return what a nested input takes: anything where it converts, None where it is optional."""
    if not inner.strict:
        return Any
    return inner.type if inner.required else Optional[inner.type]  # noqa: UP045 -- None | None is an error


def _annotations(node: Compute | Guard | Const, known: _Known) -> dict[str, Any]:
    callee = node.call
    if callee is None:
        return {}
    key = id(callee.target)
    if key not in known:
        known[key] = callee.annotations()
    return known[key]


def _offered(graph: Sketch | CompiledGraph, position: int, known: _Known) -> Any:
    """Return the type that a node is known to give, Any where nothing is known."""
    node = graph.nodes[position]
    if isinstance(node, (Output, Project)):
        node = _shown(graph, position)
    match node:
        case Input():
            return node.type
        case Compute():
            return _annotations(node, known).get("return", Any)
        case Guard():
            return bool
        case Const():
            given = _annotations(node, known)
            return given.get("return", Any) if node.call else type(node.value)
        case _:
            return Any


def _shown(graph: Sketch | CompiledGraph, position: int) -> Node:
    """Return what stands behind an output, in a nested contract too; else the node itself."""
    node, passed = graph.nodes[position], set[int]()
    while isinstance(node, (Output, Project)) and graph.deps[position] and id(node) not in passed:
        passed.add(id(node))  # a circle of outputs is another rule's business
        (source,) = graph.deps[position]
        behind = graph.nodes[source]
        item = node.item if isinstance(node, Output) else node.steps[0]
        if item is None:
            position, node = source, behind
        elif isinstance(behind, Compose) and item in behind.graph.outputs and not _deeper(node):
            graph, position = behind.graph, behind.graph.outputs[str(item)]
            node = graph.nodes[position]
    return node


def _deeper(node: Node) -> bool:
    """Tell whether a projection takes a part of a nested output."""
    return isinstance(node, Project) and len(node.steps) > 1


def fits(offers: Any, expects: Any) -> bool:
    """Tell whether a value of one type can ever be a value of the other.

    Args:
        offers: annotation of where the value comes from.
        expects: annotation of where it goes.

    Returns:
        False only if it can never be; True where nothing is known.
    """
    if offers is expects or offers is Any or expects is Any:
        return True
    return any(_one_fits(a, b) for a in _alternatives(offers) for b in _alternatives(expects))


def _alternatives(annotation: Any) -> list[Any]:
    """Return what a union is a union of, each without what is only said about it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if isinstance(annotation, NewType):
        return _alternatives(annotation.__supertype__)
    if origin in (Union, types.UnionType):
        return [inner for part in get_args(annotation) for inner in _alternatives(part)]
    if origin is Literal:
        return [Literal[value] for value in get_args(annotation)]
    return [types.NoneType if annotation is None else annotation]


def _one_fits(offers: Any, expects: Any) -> bool:
    if get_origin(offers) is Literal and get_origin(expects) is Literal:
        return bool(offers == expects)
    have, want = _class(offers), _class(expects)
    if not (isinstance(have, type) and isinstance(want, type)) or _open(have) or _open(want):
        return True
    if any(want in wider and issubclass(have, narrow) for narrow, wider in _WIDER.items()):
        return True
    if not (issubclass(have, want) or issubclass(want, have)):
        return False
    inside, outside = get_args(offers), get_args(expects)
    if have is not want or len(inside) != len(outside) or Ellipsis in (*inside, *outside):
        return True
    return all(fits(a, b) for a, b in zip(inside, outside, strict=True))


def _class(annotation: Any) -> Any:
    """Return the class of what is annotated, or the annotation where that is unknown."""
    origin = get_origin(annotation)
    if origin is Literal:
        return type(get_args(annotation)[0])
    return origin or annotation


def _open(kind: type) -> bool:
    """Tell whether classes unrelated to this one may still be instances of it."""
    return kind is object or type(kind) is not type
