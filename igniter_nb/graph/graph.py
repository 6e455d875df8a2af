"""Compiled graph: nodes and arrows, checked, frozen, in topological order.

1. A node's integer id is its index in :attr:`CompiledGraph.nodes`; what a node reads has a
   smaller id than the node.
2. A graph never changes. Two graphs are equal when their content is: names, scopes, callables by
   code, defaults, order. Where something was declared is not content.
3. A graph knows nothing of values. Executions share it freely between threads.
"""

from __future__ import annotations

import importlib
import sys
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from igniter_nb.capabilities import merged
from igniter_nb.display import Shown, display
from igniter_nb.graph import export, line
from igniter_nb.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import networkx as nx

    from igniter_nb.capabilities import Policy
    from igniter_nb.errors import Problem
    from igniter_nb.graph.nodes import Node


class CompiledGraph:
    """Nodes in topological order and the arrows between them.

    Args:
        name: name of the contract.
        nodes: in topological order.
        deps: for each node the ids it reads, in the order in which they are passed.
        params: for each node the parameter that each of ``deps`` is passed as.
        gates: for each node the ids of the guards that gate it without passing a value.
        outputs: output name to node id, in order of declaration.
        warnings: findings that did not stop the compiler.
        home: module and qualified name of the contract class, if it has one.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> [node.name for node in Price.compiled_graph.nodes]
        ['amount', 'rate', 'total']
        >>> print(Price.compiled_graph.to_mermaid())
        flowchart LR
          n0(["input: amount"])
          n1(["input: rate"])
          n2["compute: total"]
          n0 --> n2
          n1 --> n2
          style n2 stroke-width:3px
    """

    __slots__ = (
        "__weakref__",
        "_hash",
        "_index",
        "_outputs",
        "dependants",
        "deps",
        "gates",
        "home",
        "name",
        "nodes",
        "params",
        "warnings",
    )

    def __init__(  # noqa: PLR0913 -- the parts of the content, all keywords
        self,
        name: str,
        nodes: Sequence[Node],
        *,
        deps: Sequence[tuple[int, ...]],
        params: Sequence[tuple[str, ...]],
        gates: Sequence[tuple[int, ...]],
        outputs: Mapping[str, int],
        warnings: Sequence[Problem] = (),
        home: tuple[str, str] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "name", name)
        put(self, "nodes", tuple(nodes))
        put(self, "deps", tuple(deps))
        put(self, "params", tuple(params))
        put(self, "gates", tuple(gates))
        put(self, "warnings", tuple(warnings))
        put(self, "home", home)
        put(self, "_outputs", dict(outputs))
        put(self, "_index", {node.name: position for position, node in enumerate(self.nodes)})
        put(self, "dependants", _reversed(self.deps, self.gates))
        put(self, "_hash", None)

    name: str
    nodes: tuple[Node, ...]
    deps: tuple[tuple[int, ...], ...]
    params: tuple[tuple[str, ...], ...]
    gates: tuple[tuple[int, ...], ...]
    dependants: tuple[tuple[int, ...], ...]
    warnings: tuple[Problem, ...]
    home: tuple[str, str] | None
    _outputs: dict[str, int]
    _index: dict[str, int]
    _hash: int | None

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a compiled graph never changes."""
        msg = f"a compiled graph never changes: cannot set {name!r} of graph {self.name}"
        raise AttributeError(msg)

    def __delattr__(self, name: str) -> None:
        """Refuse: a compiled graph never changes."""
        msg = f"a compiled graph never changes: cannot delete {name!r} of graph {self.name}"
        raise AttributeError(msg)

    @property
    def outputs(self) -> Mapping[str, int]:
        """Output name to node id, in order of declaration."""
        return MappingProxyType(self._outputs)

    @property
    def index(self) -> Mapping[str, int]:
        """Node name to node id."""
        return MappingProxyType(self._index)

    def node(self, name: str) -> Node:
        """Return a node by name or path.

        Raises:
            KeyError: there is none; the text names the known ones.
        """
        return self.nodes[self.id_of(name)]

    def id_of(self, name: str) -> int:
        """Return the id of a node by name or path.

        Raises:
            KeyError: there is none; the text names the known ones.
        """
        if (found := self._index.get(name)) is not None:
            return found
        for position, node in enumerate(self.nodes):
            if node.path == name:
                return position
        raise KeyError(listed(f"graph {self.name} has no node", name, self._index))

    def content(self) -> tuple[object, ...]:
        """Return what two equal graphs have in common."""
        outputs = tuple(self._outputs.items())
        return (self.name, self.nodes, self.deps, self.params, self.gates, outputs)

    def __eq__(self, other: object) -> bool:
        """Compare by content; values that refuse to be compared are not equal."""
        if not isinstance(other, CompiledGraph):
            return NotImplemented
        try:
            return self is other or self.content() == other.content()
        except Exception:  # noqa: BLE001 -- a default or a const may be an array, whose == is no bool
            return False

    def __hash__(self) -> int:
        """Hash the content."""
        if self._hash is None:
            value = hash((self.name, self.nodes, self.deps, self.gates, tuple(self._outputs)))
            object.__setattr__(self, "_hash", value)
        return self._hash or 0

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self.nodes)

    def __repr__(self) -> str:
        """Write name and size."""
        return f"<CompiledGraph {self.name}: {len(self)} nodes, {len(self._outputs)} outputs>"

    def __reduce__(self) -> tuple[Callable[..., CompiledGraph], tuple[object, ...]]:
        """Travel by the name of an importable class, else by content."""
        if self.home and self.home[0] != "__main__" and _lookup(*self.home) is self:
            return _imported, self.home
        state = (*self.content(), self.warnings, self.home)
        return _rebuilt, state

    def required_capabilities(self) -> dict[str, tuple[str, ...]]:
        """Return what each node declares, by path; nested nodes under their contract's path.

        Nodes that declare nothing are left out.
        """
        found: dict[str, tuple[str, ...]] = {}
        for node in self.nodes:
            if names := node.capabilities:
                found[node.path] = names
            for held in node.nested:
                inner = held.graph.required_capabilities()
                found |= {f"{node.path}.{path}": names for path, names in inner.items()}
        return found

    def capabilities_for(self, name: str) -> tuple[str, ...]:
        """Return what a node declares, nothing for an input.

        Args:
            name: name or path of a node; ``"child.node"`` for one of a nested contract. A
                nested contract itself answers with what all its nodes declare.

        Raises:
            KeyError: there is no such node; the text names the known ones.
        """
        try:
            node = self.node(name)
        except KeyError:
            if (nested := self._nested_for(name)) is None:
                raise
            return nested
        if node.implied:
            return self._nested_for(name) or ()
        inside = [held.graph.required_capabilities().values() for held in node.nested]
        return merged(*chain(*inside)) if inside else node.capabilities

    def _nested_for(self, name: str) -> tuple[str, ...] | None:
        """Return what a node of a nested contract declares, None if none is called like that."""
        for node in self.nodes:
            for held in node.nested:
                for outer in (node.path, node.name):
                    if name.startswith(f"{outer}."):
                        return held.graph.capabilities_for(name[len(outer) + 1 :])
        return None

    def violations(self, policy: Policy | None) -> dict[int, tuple[str, ...]]:
        """Return for each node that a policy stops the names it is denied."""
        if policy is None:
            return {}
        found = {}
        for position, node in enumerate(self.nodes):
            if (names := node.capabilities) and (denied := policy.denies(names)):
                found[position] = denied
        return found

    def to_text(self) -> str:
        """Write the graph as lines of text, one per node."""
        return export.to_text(self)

    def to_mermaid(self) -> str:
        """Write the graph as a Mermaid flowchart."""
        return export.to_mermaid(self)

    def to_dot(self) -> str:
        """Write the graph in the DOT language of Graphviz."""
        return display().dot(self)

    def plan_source(self) -> str:
        """Return the code by which rows are computed, one line for a node.

        Examples:
            >>> class Double(ig.Contract):
            ...     a = ig.input(float)
            ...
            ...     @ig.output
            ...     def b(a):
            ...         return a + a
            >>> print(Double.compiled_graph.plan_source().strip())
            def run(_rows, _odd, _add_0):
                for a, in _rows:
                    try:
                        b = _call_b(a)
                        if _type(b) is not _type_b and _type(b) not in _atoms: raise _Odd
                        _add_0(b)
                    except BaseException as _error:
                        _odd(_error, _locals())
        """
        return line.plan_source(self)

    def save(self, path: str | Path) -> Path:
        """Write the picture for a document to a file: ``.svg``, ``.png`` or ``.pdf``.

        The last two need what ``pip install 'igniter_nb[pictures]'`` brings.

        Args:
            path: the file, ``~`` for your home; the end of its name says the format.

        Returns:
            The path.

        Raises:
            ValueError: the name ends otherwise.
            ModuleNotFoundError: what makes the format is not installed.

        Examples:
            >>> from tempfile import TemporaryDirectory
            >>> class Price(ig.Contract):
            ...     net = ig.input(float)
            ...     gross = ig.output("net")
            >>> with TemporaryDirectory() as folder:
            ...     Price.compiled_graph.save(f"{folder}/price.svg").name
            'price.svg'
        """
        return display().save(self, path)

    def to_networkx(self) -> nx.DiGraph[str]:
        """Return the graph as a ``networkx.DiGraph`` with one node per node name.

        Raises:
            ModuleNotFoundError: networkx is not installed; the text says how to install it.
        """
        return export.to_networkx(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the graph as plain data that JSON can hold."""
        return export.to_dict(self)

    _repr_mimebundle_ = Shown()


def _reversed(*arrows: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    back: list[list[int]] = [[] for _ in arrows[0]]
    for group in arrows:
        for position, sources in enumerate(group):
            for source in sources:
                readers = back[source]
                if not readers or readers[-1] != position:
                    readers.append(position)
    return tuple([tuple(readers) for readers in back])


def _lookup(module: str, qualname: str) -> object:
    found: object = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return getattr(found, "compiled_graph", None)


def _imported(module: str, qualname: str) -> CompiledGraph:
    importlib.import_module(module)
    graph = _lookup(module, qualname)
    if not isinstance(graph, CompiledGraph):
        msg = f"{module} has no contract {qualname} here: the same code must be importable"
        raise AttributeError(msg)  # noqa: TRY004 -- what pickle raises for a missing name
    return graph


def _rebuilt(  # noqa: PLR0913, PLR0917 -- the parts of the content, in their order
    name: str,
    nodes: Sequence[Node],
    deps: Sequence[tuple[int, ...]],
    params: Sequence[tuple[str, ...]],
    gates: Sequence[tuple[int, ...]],
    outputs: Sequence[tuple[str, int]],
    warnings: Sequence[Problem],
    home: tuple[str, str] | None,
) -> CompiledGraph:
    return CompiledGraph(
        name,
        nodes,
        deps=deps,
        params=params,
        gates=gates,
        outputs=dict(outputs),
        warnings=warnings,
        home=home,
    )
