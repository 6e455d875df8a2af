"""Value of a fault: what it takes, to which nodes it may be done, and its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Words = Callable[..., str]
"""Given the arguments of a fault, says a sentence without its full stop."""


class Kind(StrEnum):
    """What an argument may be."""

    NODE = "Node"
    """A node that there is."""
    NAMED = "Named"
    """A node that there is, or ``leader``."""
    MANY = "Many"
    """The same, or ``all``."""
    NEW = "New"
    """The name of a node, which need not be there."""
    MEMBER = "Member"
    """The same, or ``leader``."""
    GROUP = "Group"
    """Nodes that there are."""
    WHOLE = "int"
    """A whole number."""
    NUMBER = "Number"
    """A number."""
    TEXT = "str"
    """A text."""
    BYTES = "bytes"
    """Encoded data."""
    ANY = "Any"
    """Any plain value."""


NODES: Final = frozenset({Kind.NODE, Kind.NAMED, Kind.MANY, Kind.NEW, Kind.MEMBER})
"""Kinds that are the name of a node."""


class Parameter(NamedTuple):
    """What a fault takes.

    Attributes:
        name: its name.
        kind: what it may be.
        least: lowest number that a person may set.
        most: highest number that a person may set; with 0 there are no limits.
        label: how a person calls it; its name if left out.
        unit: of the number, if the label does not say that.
    """

    name: str
    kind: Kind
    least: float = 0
    most: float = 0
    label: str = ""
    unit: str = ""

    @property
    def expected(self) -> str:
        """What a person is to give."""
        numbers = f"{self.least:,} to {self.most:,}"
        return f"{numbers} {self.unit}" if self.unit else f"a number from {numbers}"


# --- to whom --------------------------------------------------------------------------------------


class NodeFacts(NamedTuple):
    """What decides whether something may be done to a node.

    Attributes:
        node_id: the node.
        alive: whether it runs.
        paused: whether its process is paused.
        wiped: whether it is down and its disk was taken away.
        gone: whether it was removed.
        leader: who leads the cluster; None for nobody.
    """

    node_id: str
    alive: bool
    paused: bool
    wiped: bool
    gone: bool
    leader: str | None


class Need(StrEnum):
    """What must be true of a node."""

    RUNS = "runs"
    IS_DOWN = "is down"
    IS_PAUSED = "is paused"
    GOES_ON = "goes on"
    HAS_ITS_DISK = "has its disk"
    BELONGS = "belongs"
    LEADER = "leader"
    FOLLOWS = "follows"

    def problem(self, node: NodeFacts) -> str:
        """Say why something cannot be done to a node; empty if it can."""
        holds, sentence = _NEEDS[self]
        if self is Need.RUNS and node.wiped:
            sentence = _LOST
        return "" if holds(node) else sentence.format(node.node_id)


_LOST: Final = "{} does not run, and lost its disk; remove it, and add a new node"
"""Of a node that is not to be advised to be restarted, which is refused."""


_NEEDS: Final[dict[Need, tuple[Callable[[NodeFacts], bool], str]]] = {
    Need.RUNS: (lambda node: node.alive, "{} does not run already; restart it first"),
    Need.IS_DOWN: (lambda node: not node.alive, "{} runs already"),
    Need.IS_PAUSED: (lambda node: node.paused, "{} is not paused"),
    Need.GOES_ON: (lambda node: not node.paused, "{} is paused already"),
    Need.HAS_ITS_DISK: (
        lambda node: not node.wiped,
        (
            "{} lost its disk, and with it what it has voted and promised: started again it could "
            "vote twice in one term. Remove it, and add a new node"
        ),
    ),
    Need.BELONGS: (
        lambda node: not node.gone,
        "{!r} was removed; add_node() one with another name",
    ),
    Need.LEADER: (
        lambda node: node.leader is not None,
        "nobody leads, so there is nobody who could hand over",
    ),
    Need.FOLLOWS: (lambda node: node.leader != node.node_id, "{} leads already"),
}


# --- the value ------------------------------------------------------------------------------------


class Hand(NamedTuple):
    """What a person gives, who does it by hand.

    Attributes:
        expected: all of it, in words.
        parameters: each of it; a group may come several times.
        meant: given that, returns the arguments of the fault.
        fewest: how many of the parameters must be given; None for all.
    """

    expected: str
    parameters: tuple[Parameter, ...] = ()
    meant: Callable[..., tuple[Any, ...]] = lambda *given: given
    fewest: int | None = None


class Button(NamedTuple):
    """How a page offers it, for the node that is chosen or for the cluster.

    Attributes:
        control: name of the button in the page.
        label: what stands on it.
        title: what a pointer that rests on it is told; empty for nothing.
        key: letter that does the same on a node; empty for none.
    """

    control: str
    label: str
    title: str = ""
    key: str = ""


class Order(NamedTuple):
    """The command of ``%igniter cluster`` of the same name.

    Attributes:
        usage: how it is written.
        help: what it does.
    """

    usage: str
    help: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can be done to a cluster from outside.

    Attributes:
        name: its name.
        story: how it is told as what was to be done.
        parameters: what it takes; the last one may come several times, see ``several``.
        several: whether it does.
        outcome: how it is told to the person who did it; as in the story, if left out.
        ending: why a node stops by it, in the trace, and how that is told of the node.
        comes: kind of the event that tells of it at once: ``stop``, ``start`` or neither.
        quiet: whether the trace leaves it out, since the client that does it tells of itself.
        stirs: whether who leads may change by it, or who can decide: worth being seen slowly.
        needs: what must be true of the node, the first one that is not is said.
        undo: name of what mends it; empty if nothing does.
        hand: what a person gives; None if no page offers it.
        button: how a page offers it; None where it has its own way.
        order: how a command line offers it.
    """

    name: str
    story: Words
    parameters: tuple[Parameter, ...] = ()
    several: bool = False
    outcome: Words | None = None
    ending: tuple[str, str] | None = None
    comes: str = ""
    quiet: bool = False
    stirs: bool = False
    needs: tuple[Need, ...] = ()
    undo: str = ""
    hand: Hand | None = None
    button: Button | None = None
    order: Order | None = None

    @property
    def ends(self) -> bool:
        """Whether it ends the life of a node at once."""
        return self.comes == "stop"

    @property
    def why(self) -> str:
        """Why a node stops by it, in the words of the trace."""
        assert self.ending is not None, f"{self.name} ends no node"
        return self.ending[0]

    def kind_of(self, position: int) -> Kind:
        """Return what an argument may be.

        Args:
            position: of the argument; it is one that the fault takes.
        """
        return self.parameters[min(position, len(self.parameters) - 1)].kind

    def told(self, args: Sequence[Any], write: Callable[[str], str]) -> str:
        """Tell it as what was to be done.

        Args:
            args: its arguments.
            write: writes the name of a node.
        """
        return self.story(*(self._written(at, each, write) for at, each in enumerate(args)))

    def _written(self, position: int, arg: Any, write: Callable[[str], str]) -> Any:
        kind = self.kind_of(position) if self.parameters else Kind.ANY
        if kind is Kind.GROUP:
            return [write(each) for each in arg]
        return write(arg) if kind in NODES else arg

    def done(self, args: Sequence[Any]) -> str:
        """Tell it to the person who did it."""
        if self.outcome is not None:
            return self.outcome(*args)
        sentence = self.story(*args)
        named = self.parameters and sentence.startswith(str(args[0]))
        return sentence if named else sentence[:1].upper() + sentence[1:]
