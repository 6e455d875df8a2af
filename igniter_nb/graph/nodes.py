"""Nodes of a graph: a closed set of frozen values, one class per shape of declaration.

A node says what was declared and nothing of running. Its integer id, its dependencies as ids and
its place in the order belong to the graph that holds it. Where the code must do something else
for each kind it matches on these classes and ends in ``assert_never``, so that a forgotten kind
is a type error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from igniter_nb.capabilities import merged
from igniter_nb.errors import NOWHERE, Location
from igniter_nb.graph.callables import Callee

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping


class Kind(StrEnum):
    """The word a node was declared with."""

    INPUT = "input"
    CONST = "const"
    COMPUTE = "compute"
    LOOKUP = "lookup"
    MAP = "map"
    PROJECT = "project"
    GUARD = "guard"
    COMPOSE = "compose"
    OUTPUT = "output"


class Missing:
    """The one value that stands for "nothing was given", since None may be a value."""

    def __repr__(self) -> str:
        """Write it as a word."""
        return "MISSING"

    def __reduce__(self) -> str:
        """Stay the one value when pickled."""
        return "MISSING"


MISSING: Final = Missing()
EVERYTHING: Final = ("*",)


class Graph(Protocol):
    """A compiled graph as its nodes know it: those of a nested contract stand in another one."""

    @property
    def name(self) -> str:
        """Name of the contract."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes in topological order; a node's id is its index."""

    @property
    def deps(self) -> tuple[tuple[int, ...], ...]:
        """For each node the ids it reads."""

    @property
    def params(self) -> tuple[tuple[str, ...], ...]:
        """For each node the parameter that each of ``deps`` is passed as."""

    @property
    def gates(self) -> tuple[tuple[int, ...], ...]:
        """For each node the ids of the guards that gate it without passing a value."""

    @property
    def outputs(self) -> Mapping[str, int]:
        """Output name to node id."""

    @property
    def index(self) -> Mapping[str, int]:
        """Node name to id."""

    def required_capabilities(self) -> dict[str, tuple[str, ...]]:
        """Return what each node declares, by path."""

    def capabilities_for(self, name: str) -> tuple[str, ...]:
        """Return what one node declares."""


@dataclass(frozen=True, slots=True)
class Held:
    """A contract that a node holds.

    Attributes:
        contract: its class.
        inputs: which node of ours feeds which of its inputs.
        key: which of several contracts, or of several instances, of the node it is; None for the
            only one.
    """

    contract: Any
    inputs: Mapping[str, str]
    key: Hashable = None

    @property
    def graph(self) -> Graph:
        """The graph of the contract."""
        graph: Graph = self.contract.compiled_graph
        return graph


@dataclass(frozen=True, slots=True)
class _Node:
    """What every node has.

    Attributes:
        name: unique in its graph.
        scope: names of the surrounding scopes joined by dots, empty at the top.
        location: where it was declared; not part of the content.
        note: documentation given at the declaration.
        borrow: whether it takes values as they are and gives its own as it is, where they can be
            changed in place; others are copied.
    """

    name: str
    scope: str = ""
    location: Location = field(default=NOWHERE, compare=False)
    note: str = ""
    borrow: bool = field(default=False, kw_only=True)

    @property
    def path(self) -> str:
        """The name behind its scopes."""
        return f"{self.scope}.{self.name}" if self.scope else self.name

    @property
    def implied(self) -> bool:
        """Whether nobody declared it: it stands for a ``child.item`` that a node depends on."""
        return "." in self.name

    @property
    def doc(self) -> str:
        """First paragraph of what is known about it."""
        return self.note

    @property
    def callee(self) -> Callee | None:
        """What does its work, or None."""
        return None

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its work may touch."""
        return ()

    @property
    def nested(self) -> tuple[Held, ...]:
        """The contracts that it holds; empty for a node that does its own work."""
        return ()


@dataclass(frozen=True, slots=True)
class _Worker(_Node):
    """A node whose work is done by a callable.

    Attributes:
        call: the callable.
        depends_on: which node feeds which parameter; None when the parameters' names say it.
        extra: capabilities declared at the node.
    """

    call: Callee = field(default=Callee(None))
    depends_on: Mapping[str, str] | tuple[str, ...] | None = None
    extra: tuple[str, ...] = ()

    @property
    def doc(self) -> str:
        """What is known about it, from the declaration or the callable."""
        return self.note or self.call.doc

    @property
    def callee(self) -> Callee | None:
        """What does its work, or None."""
        return self.call

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its work may touch."""
        declared = self.call.capabilities
        return merged(declared, self.extra) if self.extra else declared

    def __hash__(self) -> int:
        """Hash what is hashable of the content."""
        return hash((self.name, self.scope, self.call))


@dataclass(frozen=True, slots=True)
class Input(_Node):
    """A value that the caller gives.

    Attributes:
        type: annotation that values are validated against; ``Any`` for no validation.
        default: value used when none is given, or :data:`MISSING`.
        factory: zero-argument callable that makes the default for each execution, or None.
        required: whether leaving it out is an error.
        strict: whether validation refuses to convert.
    """

    type: Any = Any
    default: Any = MISSING
    factory: Callee | None = None
    required: bool = True
    strict: bool = True

    kind = Kind.INPUT

    @property
    def nullable(self) -> bool:
        """Whether None is a value of it, whatever its type: it is what leaving it out gives."""
        absent = self.default is None or (self.default is MISSING and self.factory is None)
        return absent and not self.required

    @property
    def callee(self) -> Callee | None:
        """What does its work, or None."""
        return self.factory

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its work may touch."""
        return self.factory.capabilities if self.factory else ()

    def __hash__(self) -> int:
        """Hash what is hashable of the content."""
        return hash((self.name, self.scope, self.required))


@dataclass(frozen=True, slots=True)
class Const(_Node):
    """A value that is the same throughout an execution.

    Attributes:
        value: the value, or :data:`MISSING` when a function gives it.
        call: function without parameters, called once per execution, or None.
        extra: capabilities declared at the node.
    """

    value: Any = MISSING
    call: Callee | None = None
    extra: tuple[str, ...] = ()

    kind = Kind.CONST

    @property
    def doc(self) -> str:
        """What is known about it, from the declaration or the callable."""
        return self.note or (self.call.doc if self.call else "")

    @property
    def callee(self) -> Callee | None:
        """What does its work, or None."""
        return self.call

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its work may touch."""
        return merged(self.call.capabilities if self.call else (), self.extra)

    def __hash__(self) -> int:
        """Hash what is hashable of the content."""
        return hash((self.name, self.scope, self.call))


@dataclass(frozen=True, slots=True)
class Compute(_Worker):
    """A value computed from other nodes; ``lookup`` and ``map`` are the same with another picture.

    Attributes:
        kind: ``compute``, ``lookup`` or ``map``.
        equal: says whether a new value is equal to the old one, or None to compare all they hold.
    """

    kind: Kind = Kind.COMPUTE
    equal: Callee | None = None

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its work may touch, and what compares its values."""
        if not (self.extra or self.equal):
            return self.call.capabilities
        compares = self.equal.capabilities if self.equal else ()
        return merged(self.call.capabilities, (*self.extra, *compares))

    __hash__ = _Worker.__hash__


@dataclass(frozen=True, slots=True)
class Guard(_Worker):
    """A condition; the nodes that it gates run only when it holds, and its own value is True.

    Attributes:
        message: what the error says when it does not hold.
        gates: names of gated nodes besides those that depend on it; ``("*",)`` for all.
        condition: the condition in words, for pictures and messages; empty for a function.
    """

    message: str = ""
    gates: tuple[str, ...] = ()
    condition: str = ""

    kind = Kind.GUARD

    __hash__ = _Worker.__hash__


@dataclass(frozen=True, slots=True)
class Project(_Node):
    """A part of another node's value: an item of a mapping or sequence, an attribute of a record.

    Attributes:
        source: name of the node.
        steps: keys, indexes or attribute names, outermost first.
        default: value used when a part is missing, or :data:`MISSING`.
    """

    source: str = ""
    steps: tuple[str | int, ...] = ()
    default: Any = MISSING
    borrow: bool = field(default=True, kw_only=True)  # changes nothing, passes a part on

    kind = Kind.PROJECT

    def __hash__(self) -> int:
        """Hash what is hashable of the content."""
        return hash((self.name, self.source, self.steps))


@dataclass(frozen=True, slots=True)
class Compose(_Node):
    """A nested contract.

    Attributes:
        contract: the class of the nested contract.
        inputs: which of our nodes feeds which input of the nested contract.
    """

    contract: Any = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    borrow: bool = field(default=True, kw_only=True)  # the nested contract keeps values apart

    kind = Kind.COMPOSE

    @property
    def graph(self) -> Graph:
        """The compiled graph of the nested contract."""
        (held,) = self.nested
        return held.graph

    @property
    def nested(self) -> tuple[Held, ...]:
        """The one contract that it holds."""
        return (Held(self.contract, self.inputs),)

    @property
    def doc(self) -> str:
        """What is known about it, from the declaration or the callable."""
        return self.note or (self.contract.__doc__ or "").partition("\n\n")[0]

    def __eq__(self, other: object) -> bool:
        """Compare by the content of the nested graph."""
        if not isinstance(other, Compose):
            return NotImplemented
        if self.path != other.path:
            return False
        return self.inputs == other.inputs and self.graph == other.graph

    def __hash__(self) -> int:
        """Hash what is hashable of the content."""
        return hash((self.name, self.scope, frozenset(self.inputs)))


@dataclass(frozen=True, slots=True)
class Output(_Node):
    """Another name for a node, or for one output of a nested contract, shown to the caller.

    Attributes:
        source: name of the node.
        item: name of the nested contract's output, or None for the node's own value.
    """

    source: str = ""
    item: str | None = None
    borrow: bool = field(default=True, kw_only=True)  # changes nothing, passes a value on

    kind = Kind.OUTPUT


Node = Input | Const | Compute | Guard | Project | Compose | Output
