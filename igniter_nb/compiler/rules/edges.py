"""Dependencies of nodes: by parameters, ``depends_on``, sources and nested inputs.

A list in ``depends_on`` binds by name; where none of its names is a parameter, in order. Guards in
the list that are no parameters gate the node and pass nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, assert_never

from igniter_nb.compiler.draft import Draft, Sketch, about
from igniter_nb.compiler.rules.spelling import meant
from igniter_nb.graph import (
    Callee,
    Compose,
    Compute,
    Const,
    Guard,
    Input,
    Node,
    Output,
    Project,
)
from igniter_nb.text import nearest

if TYPE_CHECKING:
    from igniter_nb.errors import Problem

Bound = tuple[tuple[int, ...], tuple[str, ...], tuple[int, ...]]
NOTHING: Bound = ((), (), ())

_CHANGEABLE = frozenset({list, dict, set, bytearray, deque, defaultdict, Counter})
"""Types of defaults that a function can change in place."""


def sketch(draft: Draft) -> tuple[Sketch, list[Problem]]:
    """Look up every name of a draft.

    Returns:
        The sketch, in which unknown names are left out, and the problems found.
    """
    nodes = [*draft.nodes, *_dotted(draft.nodes)]
    index: dict[str, int] = {}
    for position, node in enumerate(nodes):
        index.setdefault(node.name, position)
    lookup = _Lookup(nodes, index, draft.unheard)
    bound = [lookup.bind(node) for node in nodes]
    if draft.held:
        lookup.problems += _held(draft, nodes, bound)
    deps = [item[0] for item in bound]
    params = [item[1] for item in bound]
    gates = [item[2] for item in bound]
    return Sketch(draft, nodes, index, deps, params, gates, lookup.doubts), lookup.problems


def _held(draft: Draft, nodes: Sequence[Node], bound: Sequence[Bound]) -> Iterator[Problem]:
    """Yield a problem for every parameter that would be passed a node instead of its value.

    A default that is a node says which node is meant; it does no harm where that one is passed, or
    where ``depends_on`` passes another.
    """
    for node, (deps, params, _) in zip(nodes, bound, strict=True):
        if not isinstance(node, (Compute, Guard)):
            continue
        passed = {name: nodes[dep].name for name, dep in zip(params, deps, strict=True)}
        for parameter, source in draft.held.get(node.name, {}).items():
            told = parameter in passed and node.depends_on is not None
            if told or passed.get(parameter) == source:
                continue
            meant = f"the node {source!r}" if source else "a node without a name"
            yield about(
                node,
                "node-as-default",
                f"the default of parameter {parameter!r} of {node.call.label} is {meant},"
                " which is no value",
                expected="a value known beforehand, or a parameter with the name of the node",
                came=f"{parameter}={source or '…'}",
                hint=f"name the parameter {source!r}, or use"
                f" depends_on={{{parameter!r}: {source!r}}}"
                if source
                else "assign the node to a name and give the parameter that name",
            )


def _dotted(nodes: Sequence[Node]) -> Iterator[Node]:
    """Yield a hidden node for every ``child.item`` that some node depends on."""
    nested = {node.name for node in nodes if node.nested}
    if not nested:
        return
    mentioned = [(node, name) for node in nodes for name in _mentions(node) if "." in name]
    taken = {node.name for node in nodes}
    for node, name in mentioned:
        child, _, item = name.partition(".")
        if child in nested and name not in taken:
            taken.add(name)
            yield Project(name, "", node.location, source=child, steps=(item,))


def _mentions(node: Node) -> Iterable[str]:
    match node:
        case Compute() | Guard():
            named = node.depends_on
            return named.values() if isinstance(named, Mapping) else named or ()
        case Compose():
            return node.inputs.values()
        case Project():
            return (node.source,)
        case Input() | Const() | Output():
            return ()
        case _:
            assert_never(node)


class _Lookup:
    """Binds nodes one after the other and collects what is wrong."""

    def __init__(
        self, nodes: Sequence[Node], index: dict[str, int], unheard: frozenset[str]
    ) -> None:
        self.nodes = nodes
        self.index = index
        self.unheard = unheard
        self.guards = {node.name for node in nodes if isinstance(node, Guard)}
        self.problems: list[Problem] = []
        self.doubts: list[Problem] = []
        self.alike: dict[str, list[str]] = {}

    def bind(self, node: Node) -> Bound:
        match node:
            case Compute() | Guard():
                problems = len(self.problems)
                by_hand = node.depends_on is not None
                bound = (self._by_depends_on if by_hand else self._by_parameters)(node, node.call)
                if node.call.wrapped and len(self.problems) == problems:
                    self._check_wrapper(node, node.call, bound[1])
                return bound
            case Input():
                if node.factory:
                    self._takes_nothing(node, node.factory, "a default")
                return NOTHING
            case Const():
                if node.call:
                    self._takes_nothing(node, node.call, "a const")
                return NOTHING
            case Project() | Output():
                return self._named(node, {"source": node.source})
            case Compose():
                return self._named(node, node.inputs)
            case _:
                assert_never(node)

    def _by_parameters(self, node: Compute | Guard, callee: Callee) -> Bound:
        """Bind a callable whose parameters name its dependencies."""
        index = self.index
        names = callee.positional
        if callee.keyword_only or callee.accepts_rest or callee.accepts_any:
            return self._some_by_parameters(node, callee)
        try:
            return tuple([index[name] for name in names]), names, ()
        except KeyError:
            return self._some_by_parameters(node, callee)

    def _some_by_parameters(self, node: Compute | Guard, callee: Callee) -> Bound:
        if callee.unreadable:
            self.problems.append(
                about(
                    node,
                    "unreadable-signature",
                    f"{callee.label} does not tell its parameters",
                    expected="a callable with a readable signature, or depends_on",
                    hint="pass depends_on=[…]; the values are passed in that order",
                )
            )
            return NOTHING
        found: dict[str, str] = {}
        missing = []
        for name in (*callee.positional, *callee.keyword_only):
            if name in self.index:
                found[name] = name
            elif name not in callee.optional:
                missing.append(name)
                self._no_source(node, callee, name)
        self._check_gap(node, callee, found)
        self._doubt_shared(node, callee, found)
        self._doubt_names(node, callee, found)
        if (callee.accepts_rest or callee.accepts_any) and not (callee.supplied or missing):
            self._nothing_for_rest(node, callee, found)
        return self._named(node, found)

    def _nothing_for_rest(
        self, node: Compute | Guard, callee: Callee, found: Mapping[str, str]
    ) -> None:
        """Say that ``*args`` and ``**kwargs`` name no node; fatal where nothing else does."""
        stars = "*" if callee.accepts_rest else "**"
        if found:
            message = f"what {callee.label} takes with {stars} gets nothing without depends_on"
            self.doubts.append(about(node, "nothing-for-rest", message))
            return
        self.problems.append(
            about(
                node,
                "nothing-for-rest",
                f"{callee.label} takes whatever it is given, and nothing says what that is",
                expected="parameters that name nodes, or depends_on",
                came=f"a signature with {stars} only",
                known=self._known(node),
                hint="pass depends_on=[…], an empty list for nothing; a decorator keeps the"
                " parameters of what it wraps with @functools.wraps",
            )
        )

    def _doubt_shared(self, node: Node, callee: Callee, found: Container[str] = ()) -> None:
        """Doubt parameters that keep a default that a function can change in place."""
        for name in _left(callee, found):
            if type(callee.default_of(name)) in _CHANGEABLE:
                message = (
                    f"parameter {name!r} of {callee.label} keeps its default, one object that all"
                    " runs share: what the function changes in it stays changed"
                )
                hint = f"take {name}=None and make it inside, or declare {name} = ig.const(…)"
                self.doubts.append(about(node, "shared-default", message, hint=hint))

    def _doubt_names(self, node: Compute | Guard, callee: Callee, found: Container[str]) -> None:
        """Doubt parameters that keep their default beside a node of nearly their name."""
        for name in _left(callee, found):
            if name not in self.alike:  # many nodes have defaults of the same name
                self.alike[name] = meant(name, self.index)
            free = [each for each in self.alike[name] if each != node.name and each not in found]
            if free:
                message = (
                    f"parameter {name!r} of {callee.label} keeps its default, there is no node of"
                    f" that name: did you mean {free[0]!r}?"
                )
                hint = f"call it {free[0]!r}, or say what is passed with depends_on"
                self.doubts.append(about(node, "default-kept", message, hint=hint))

    def _check_gap(self, node: Compute | Guard, callee: Callee, found: Mapping[str, str]) -> None:
        """Check that what can only be passed by position has no gap before it."""
        fixed = callee.positional[: callee.by_position]
        last = max((spot for spot, name in enumerate(fixed) if name in found), default=0)
        gaps = [name for name in fixed[:last] if name not in found and name in callee.optional]
        if gaps:
            self.problems.append(
                about(
                    node,
                    "positional-gap",
                    f"{callee.label} takes {fixed[last]!r} by position alone, and {gaps[0]!r}"
                    " before it has no source",
                    expected=f"a node for {', '.join(map(repr, gaps))} as well",
                    came=f"nodes for {', '.join(map(repr, found))}",
                    known=self._known(node),
                    hint="name them all in depends_on, or drop the / from the signature",
                )
            )

    def _check_wrapper(self, node: Node, callee: Callee, params: Sequence[str]) -> None:
        """Check that a decorator's wrapper takes what the function below it is said to take."""
        if wrong := callee.misfit(params):
            self.problems.append(
                about(
                    node,
                    "wrapper-mismatch",
                    f"the decorator of {callee.label} hands on its parameters, and its own wrapper"
                    f" does not take what they are given: {wrong}",
                    expected="a wrapper that takes whatever it is given, (*args, **kwargs)",
                    hint="add **kwargs to the wrapper and hand them on, or drop @functools.wraps",
                )
            )

    def _no_source(self, node: Compute | Guard, callee: Callee, parameter: str) -> None:
        if parameter in self.unheard:
            return
        known = self._known(node)
        listed = node.depends_on is not None
        advice = (
            f"add {parameter!r} to depends_on: what it names is all that is passed"
            if listed
            else nearest(parameter, known)
            or f"declare {parameter} = ig.input(…) or pass depends_on={{{parameter!r}: …}}"
        )
        self.problems.append(
            about(
                node,
                "parameter-without-source",
                f"parameter {parameter!r} of {callee.label} has no source",
                expected=f"{'' if listed else 'a node of that name, '}"
                "a default, or an entry in depends_on",
                known=known,
                hint=advice,
            )
        )

    def _by_depends_on(self, node: Compute | Guard, callee: Callee) -> Bound:
        named = node.depends_on
        assert named is not None
        if type(named) is tuple and (bound := self._in_order(callee, named)) is not None:
            return bound
        if isinstance(named, Mapping):
            found, gates = dict(named), NOTHING[2]
        else:
            found, gates = self._from_list(callee, named)
        self._check_parameters(node, callee, found)
        self._check_gap(node, callee, found)
        self._doubt_shared(node, callee, found)
        first = {name: found[name] for name in callee.positional if name in found}
        deps, params, _ = self._named(node, first | found)
        return deps, params, gates

    def _in_order(self, callee: Callee, names: tuple[str, ...]) -> Bound | None:
        """Bind a list to as many parameters, the common case; None if it needs a closer look."""
        takes = callee.positional
        if len(names) != len(takes) or callee.keyword_only or callee.accepts_any:
            return None
        if names != takes and not (self.guards.isdisjoint(names) and set(takes).isdisjoint(names)):
            return None
        index = self.index
        try:
            return tuple([index[name] for name in names]), takes, ()
        except KeyError:
            return None

    def _from_list(
        self, callee: Callee, names: Sequence[str]
    ) -> tuple[dict[str, str], tuple[int, ...]]:
        takes = {*callee.positional, *callee.keyword_only}
        gates = [name for name in names if name not in takes and self._is_guard(name)]
        rest = [name for name in names if name not in gates]
        ids = tuple(self.index[name] for name in gates)
        if callee.accepts_any or any(name in takes for name in rest):
            return _by_name(callee, rest), ids
        room = len(callee.positional)
        in_order = dict(zip(callee.positional, rest, strict=False))
        if callee.accepts_rest:
            in_order |= {f"*{spot}": name for spot, name in enumerate(rest[room:])}
        elif len(rest) > room:
            in_order |= {name: name for name in rest[room:]}
        return in_order, ids

    def _is_guard(self, name: str) -> bool:
        return name in self.guards

    def _check_parameters(
        self, node: Compute | Guard, callee: Callee, found: Mapping[str, str]
    ) -> None:
        takes = (*callee.positional, *callee.keyword_only)
        for parameter in takes:
            if parameter not in found and parameter not in callee.optional:
                self._no_source(node, callee, parameter)
        by_hand = isinstance(node.depends_on, Mapping)
        for parameter, source in found.items():
            unknown = parameter == source and source not in self.index  # said elsewhere
            if parameter.startswith("*"):
                accepted = not by_hand  # where further arguments go is ours to write
            else:
                accepted = parameter in takes or callee.accepts_any or callee.unreadable
            if not accepted and not unknown:
                self.problems.append(
                    about(
                        node,
                        "unaccepted-dependency",
                        f"{callee.label} does not take {source!r}",
                        expected=f"one of its parameters: {', '.join(takes) or 'it has none'}",
                        came=f"depends_on names {parameter!r}",
                        known=takes,
                        hint=nearest(parameter, takes)
                        or _advice(source, by_hand=by_hand and callee.accepts_rest),
                    )
                )

    def _takes_nothing(self, node: Node, callee: Callee, what: str) -> None:
        needed = [name for name in callee.positional if name not in callee.optional]
        needed += [name for name in callee.keyword_only if name not in callee.optional]
        if needed or callee.wants_self:
            self.problems.append(
                about(
                    node,
                    "const-with-parameters",
                    f"{what} is made by a function without parameters",
                    came=f"{callee.label}({', '.join(needed or ['self'])})",
                    hint="use ig.compute for a value that depends on others",
                )
            )
            return
        self._doubt_shared(node, callee)
        if callee.wrapped:
            self._check_wrapper(node, callee, ())

    def _named(self, node: Node, found: Mapping[str, str]) -> Bound:
        deps: list[int] = []
        params: list[str] = []
        for parameter, name in found.items():
            position = self.index.get(name)
            if position is None:
                self._unknown(node, name)
            else:
                deps.append(position)
                params.append(parameter)
        return tuple(deps), tuple(params), ()

    def _unknown(self, node: Node, name: str) -> None:
        if name in self.unheard:
            return
        known = self._known(node)
        self.problems.append(
            about(
                node,
                "unknown-dependency",
                f"there is no node {name!r}",
                expected="the name of a node",
                came=repr(name),
                known=known,
                hint=nearest(name, known),
            )
        )

    def _known(self, node: Node) -> list[str]:
        return [name for name in self.index if name != node.name]


def _left(callee: Callee, found: Container[str]) -> list[str]:
    """Return the parameters that keep their default."""
    names = (*callee.positional, *callee.keyword_only)
    return [name for name in names if name in callee.optional and name not in found]


def _advice(source: str, *, by_hand: bool) -> str:
    if by_hand:
        return "write depends_on as a list: what is no parameter is passed with *"
    return f"write depends_on={{'parameter': {source!r}}} or drop it"


def _by_name(callee: Callee, names: Sequence[str]) -> dict[str, str]:
    """Bind names to the parameters of the same name, the others to ``*args`` if there is one."""
    takes = {*callee.positional, *callee.keyword_only}
    others = [name for name in names if name not in takes]
    if callee.accepts_any or not callee.accepts_rest or not {*callee.positional} <= {*names}:
        return {name: name for name in names}
    found = {name: name for name in names if name in takes}
    return found | {f"*{spot}": name for spot, name in enumerate(others)}
