"""Types on an arrow that cannot fit, where both ends are annotated.

Only what can *never* fit is a problem: an ``int | None`` may feed an ``int``, a ``float`` never
feeds a ``str``. This is overlap, not the subtyping of a type checker: two types fit if one value
can be of both. An empty list is of every list type; two classes overlap if a class can be derived
from both, which C's layouts and classes that cannot be derived from (``bool``, ``range``) rule out
for most of the built-in ones. Where that is not known for certain, types fit.
"""

from __future__ import annotations

import datetime as dt
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
    Compute,
    Const,
    Graph,
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
_NARROWER: dict[type, tuple[type, ...]] = {float: (int,), complex: (float, int)}
"""What a function may return that says it returns one of these: a checker lets an int pass."""

_PYTHON: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "bool_": (bool,),
    "datetime64": (dt.datetime,),
    "timedelta64": (dt.timedelta,),
    "integer": (int,),
    "floating": (float,),
    "complexfloating": (complex,),
}
"""Classes of numpy's scalars to what they are handed on as where a Python type is meant."""

_DERIVABLE = 1 << 10
"""Flag of classes that others can be derived from."""

_Known = dict[int, dict[str, Any]]


def check(sketch: Sketch) -> list[Problem]:
    """Return a problem for every arrow whose two types cannot fit."""
    known: _Known = {}
    offered: dict[int, tuple[Any, bool]] = {}
    problems: list[Problem] = []
    for position, node in enumerate(sketch.nodes):
        if wanted := _wanted(node, known):
            for source, parameter in zip(
                sketch.deps[position], sketch.params[position], strict=True
            ):
                if source not in offered:
                    offered[source] = _offered(sketch, source, known)
                offers, checked = offered[source]
                expects = wanted.get(parameter, Any)
                if not fits(offers, expects, checked=checked):
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
    return {
        inner.name: _taken(inner)
        for held in node.nested
        for inner in held.graph.nodes
        if isinstance(inner, Input)
    }


def _taken(inner: Input) -> Any:
    """Return what a nested input takes: anything where it converts, None where it may be None."""
    return _held(inner) if inner.strict else Any


def _held(node: Input) -> Any:
    """Return what an input holds: its type, and None where that is its default."""
    try:
        return Optional[node.type] if node.nullable else node.type  # noqa: UP045 -- None | None is an error
    except TypeError:  # it is no type, which another rule tells
        return Any


def _annotations(node: Compute | Guard | Const, known: _Known) -> dict[str, Any]:
    callee = node.call
    assert callee is not None
    key = id(callee.target)
    if key not in known:
        known[key] = callee.annotations()
    return known[key]


def _offered(graph: Sketch | Graph, position: int, known: _Known) -> tuple[Any, bool]:
    """Return the type that a node is known to give, and whether its values are checked.

    Where nothing is known, the type is Any.
    """
    node = graph.nodes[position]
    if isinstance(node, (Output, Project)):
        node = _shown(graph, position)
    match node:
        case Input():
            return _held(node), True
        case Compute():
            return _annotations(node, known).get("return", Any), False
        case Guard():
            return bool, True
        case Const(call=None):
            return type(node.value), True
        case Const():
            return _annotations(node, known).get("return", Any), False
        case _:
            return Any, False


def _shown(graph: Sketch | Graph, position: int) -> Node:
    """Return what stands behind an output, in a nested contract too; else the node itself."""
    node, passed = graph.nodes[position], set[int]()
    while isinstance(node, (Output, Project)) and graph.deps[position] and id(node) not in passed:
        passed.add(id(node))  # a circle of outputs is another rule's business
        (source,) = graph.deps[position]
        behind = graph.nodes[source]
        item = node.item if isinstance(node, Output) else node.steps[0]
        if item is None:
            position, node = source, behind
        elif not _deeper(node) and (inner := _inner(behind)) and item in inner.outputs:
            graph, position = inner, inner.outputs[str(item)]
            node = graph.nodes[position]
    return node


def _inner(node: Node) -> Graph | None:
    """Return the graph of a node that holds one contract; which of several is not known."""
    return node.nested[0].graph if len(node.nested) == 1 else None


def _deeper(node: Node) -> bool:
    """Tell whether a projection takes a part of a nested output."""
    return isinstance(node, Project) and len(node.steps) > 1


def fits(offers: Any, expects: Any, *, checked: bool = True) -> bool:
    """Tell whether a value of one type can ever be a value of the other.

    Args:
        offers: annotation of where the value comes from.
        expects: annotation of where it goes.
        checked: whether values are validated where they come from; a function that says it returns
            a float may return an int.

    Returns:
        False only if it can never be; True where nothing is known.
    """
    if offers is expects or offers is Any or expects is Any:
        return True
    have = _alternatives(offers)
    if not checked:
        have += [
            more for kind in have if isinstance(kind, type) for more in _NARROWER.get(kind, ())
        ]
    return any(_one_fits(a, b, checked=checked) for a in have for b in _alternatives(expects))


def _alternatives(annotation: Any) -> list[Any]:
    """Return what a union is a union of, each without what is only said about it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *said = get_args(annotation)
        return [Any] if any(map(_converts, said)) else _alternatives(inner)
    if isinstance(annotation, NewType):
        return _alternatives(annotation.__supertype__)
    if origin in (Union, types.UnionType):
        return [inner for part in get_args(annotation) for inner in _alternatives(part)]
    if origin is Literal:
        return [Literal[value] for value in get_args(annotation)]
    return [types.NoneType if annotation is None else annotation]


def _converts(kind: Any) -> bool:
    """Tell whether pydantic is told to make something of its own of a value."""
    return hasattr(kind, "__get_pydantic_core_schema__")


def _one_fits(offers: Any, expects: Any, *, checked: bool) -> bool:
    if get_origin(offers) is Literal and get_origin(expects) is Literal:
        return bool(get_args(offers)[0] == get_args(expects)[0])
    have, want = _class(offers), _class(expects)
    if not (isinstance(have, type) and isinstance(want, type)) or _open(have) or _open(want):
        return True
    if have is want and have in (tuple, type):
        return _parts_fit(get_args(offers), get_args(expects), checked=checked)
    return any(_overlap(kind, want) for kind in (have, *_handed_on(have)))


def _parts_fit(inside: tuple[Any, ...], outside: tuple[Any, ...], *, checked: bool) -> bool:
    """Compare what is told of the parts of two tuples that cannot be empty, or of two classes."""
    parts = (*inside, *outside)
    if len(inside) != len(outside) or Ellipsis in parts or any(map(_unpacked, parts)):
        return True
    return all(fits(a, b, checked=checked) for a, b in zip(inside, outside, strict=True))


def _unpacked(part: Any) -> bool:
    """Tell whether a part stands for any number of parts."""
    return getattr(part, "__unpacked__", False) is True


def _overlap(have: type, want: type) -> bool:
    """Tell whether something can be an instance of two classes, or is accepted as one."""
    if any(want in wider and issubclass(have, narrow) for narrow, wider in _WIDER.items()):
        return True
    if issubclass(have, want) or issubclass(want, have):
        return True
    if not have.__flags__ & want.__flags__ & _DERIVABLE:
        return False
    one, other = _layout(have), _layout(want)
    return issubclass(one, other) or issubclass(other, one)


def _layout(kind: type) -> type:
    """Return the class that decides how instances lie in memory; two such cannot be combined."""
    base = kind.__base__
    if base is None:
        return kind
    alike = (kind.__basicsize__, kind.__itemsize__) == (base.__basicsize__, base.__itemsize__)
    return _layout(base) if alike or vars(kind).keys() & {"__dict__", "__weakref__"} else kind


def _handed_on(have: type) -> tuple[type, ...]:
    """Return what scalars of a numpy class are handed on as where a Python type is meant."""
    if have.__module__ != "numpy":
        return ()
    return next((_PYTHON[base.__name__] for base in have.__mro__ if base.__name__ in _PYTHON), ())


def _class(annotation: Any) -> Any:
    """Return the class of what is annotated, or the annotation where that is unknown."""
    origin = get_origin(annotation)
    if origin is Literal:
        return type(get_args(annotation)[0])
    return origin or annotation


def _open(kind: type) -> bool:
    """Tell whether classes unrelated to this one may still be instances of it."""
    return kind is object or type(kind) is not type or _converts(kind)
