"""Table of what can be done to a cluster from outside: faults, their repair, changes of members.

A fault is told once, here: what it takes, to which nodes it may be done, and its words. The
simulator does it, by a function of the same name; the commands of a notebook, the widget, the story
and the page (by a file that is made of this table) read the rest. Values and words only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["FAULTS", "Fault", "Need", "NodeFacts", "duration", "quality"]

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
        return "" if holds(node) else sentence.format(node.node_id)


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
    """How a page offers it for the node that is chosen.

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
        needs: what must be true of the node, the first one that is not is said.
        undo: name of what mends it; empty if nothing does.
        hand: what a person gives; None if no page offers it.
        button: how a page offers it for a node.
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


# --- words ----------------------------------------------------------------------------------------


def duration(microseconds: float) -> str:
    """Write a time as a person says it: in milliseconds, or seconds from one second on."""
    if microseconds >= 1_000_000:  # noqa: PLR2004 -- a second
        return f"{microseconds / 1e6:g} s"
    return f"{microseconds / 1e3:g} ms"


def quality(shortest_us: int = 0, longest_us: int = 0, loss: float = 0.0, *more: object) -> str:
    """Say how a link works: the fields of a ``Link``."""
    if longest_us > shortest_us:
        takes = f"take {duration(shortest_us)} to {duration(longest_us)}"
    else:
        takes = f"take {duration(shortest_us)}" if shortest_us else "take no time"
    parts = [takes, f"{loss * 100:g} % of them are lost" if loss else "none is lost"]
    return " and ".join([*parts, *(["others come twice or late"] if any(more) else [])])


def _listed(nodes: Iterable[str]) -> str:
    return ", ".join(nodes)


def _parted(*groups: Sequence[str]) -> str:
    sides = [_listed(group) for group in groups if group]
    if len(sides) == 2:  # noqa: PLR2004 -- two sides have links between them
        return f"the links between {sides[0]} and {sides[1]} are cut"
    return f"the network is cut into {' | '.join(sides)}"


def _linked(sender: str, recipient: str, *link: Any) -> str:
    way = f"from {sender} to {recipient}"
    return f"messages {way} {quality(*link)}" if link else f"the link {way} is as the others again"


def _clock(node: str, permille: int) -> str:
    if permille == 1000:  # noqa: PLR2004 -- thousandths
        return f"the clock of {node} runs as time does"
    return f"the clock of {node} runs {permille / 1000:g} times as fast as time"


def _clock_jumped(node: str, microseconds: int) -> str:
    way = "ahead" if microseconds >= 0 else "back"
    return f"the clock of {node} jumps {way} by {duration(abs(microseconds))}"


def _slow_disk(node: str, shortest_us: int, longest_us: int) -> str:
    times = f"{duration(shortest_us)} to {duration(longest_us)}"
    return f"from now on a sync of {node}'s disk takes {times}"


def _replaced(*nodes: str) -> str:
    half = len(nodes) // 2
    return f"{_listed(nodes[half:])} is to take the place of {_listed(nodes[:half])}"


def _link_of(latency: float | None = None, loss: float = 0.0) -> tuple[Any, ...]:
    """Return the first fields of a ``Link``; of none given, none."""
    return () if latency is None else (round(latency), round(latency), float(loss))


# --- the table ------------------------------------------------------------------------------------

_NODE: Final = Parameter("node_id", Kind.NAMED)
_NODES: Final = Parameter("node_id", Kind.MANY)
_SENDER: Final = Parameter("sender", Kind.NODE)
_RECIPIENT: Final = Parameter("recipient", Kind.NODE)
_QUALITY: Final = Parameter("quality", Kind.NUMBER)
_LATENCY: Final = Parameter("latency", Kind.NUMBER, 0, 10_000_000, "latency, in microseconds")
_LOSS: Final = Parameter("loss", Kind.NUMBER, 0, 1)
_RATE: Final = Parameter("rate", Kind.NUMBER, 10, 10_000, unit="thousandths")

_ONE: Final = Hand("the name of one node", (_NODE,))
_TWO: Final = Hand("sender and recipient", (_SENDER, _RECIPIENT))
_LINK: Final = Hand(
    "sender, recipient, latency in microseconds, and loss from 0 to 1",
    (_SENDER, _RECIPIENT, _LATENCY, _LOSS),
    lambda sender, recipient, *how: (sender, recipient, *_link_of(*how)),
    fewest=2,
)
_EVERY_LINK: Final = Hand(
    "latency in microseconds, and loss from 0 to 1",
    (_LATENCY, _LOSS),
    _link_of,
)


_EACH: Final = (
    # --- lives
    Fault(
        "kill",
        lambda node, *_: f"{node} is to crash",
        (_NODE,),
        outcome=lambda node: f"{node} crashed",
        ending=("it is killed", "crashed"),
        comes="stop",
        needs=(Need.RUNS,),
        undo="restart",
        hand=_ONE,
        button=Button("crash", "Crash", key="c"),
        order=Order("kill NODE …", "crashes nodes; what their storage has stays"),
    ),
    Fault(
        "restart",
        lambda node: f"{node} is to be started if it is down",
        (_NODES,),
        outcome=lambda node: f"{node} restarts from what its disk kept",
        comes="start",
        needs=(Need.IS_DOWN, Need.HAS_ITS_DISK, Need.BELONGS),
        hand=_ONE,
        button=Button("restart", "Restart"),
        order=Order("restart NODE …", "starts crashed nodes from what their storage kept"),
    ),
    Fault(
        "pause",
        lambda node: f"{node} is paused: it does nothing and notices nothing",
        (_NODE,),
        needs=(Need.GOES_ON, Need.RUNS),
        undo="resume",
        hand=_ONE,
        button=Button("pause-node", "Pause", key="p"),
    ),
    Fault(
        "resume",
        lambda node: f"{node} goes on where it was paused",
        (_NODES,),
        needs=(Need.IS_PAUSED,),
        hand=_ONE,
        button=Button("resume-node", "Resume"),
    ),
    Fault(
        "wipe",
        lambda node: f"the disk of {node} is taken away",
        (_NODE,),
        outcome=lambda node: f"{node} lost its disk: it has forgotten everything",
        ending=(
            "its disk is taken away",
            "lost its disk: it is down and has forgotten everything",
        ),
        comes="stop",
        hand=_ONE,
        button=Button("wipe", "Wipe disk", "It is down and has forgotten everything", "w"),
    ),
    Fault(
        "power_cut",
        lambda node, *_: f"the power of {node} is to be cut",
        (_NODE, Parameter("kept", Kind.WHOLE), Parameter("torn", Kind.WHOLE)),
        outcome=lambda node: f"{node} lost its power, and what it had not synced",
        ending=("its power is cut", "lost its power, and what it had not synced"),
        comes="stop",
        needs=(Need.RUNS,),
        undo="restart",
        hand=_ONE,
        button=Button("power", "Cut power", "What was not synced to disk is lost", "u"),
    ),
    # --- network
    Fault(
        "isolate",
        lambda node: f"{node} is cut off from all others",
        (_NODE,),
        undo="heal",
        hand=_ONE,
        button=Button("isolate", "Isolate", "Cut all its links", "i"),
        order=Order("isolate NODE …", "cuts nodes off from all others"),
    ),
    Fault(
        "partition",
        _parted,
        (Parameter("groups", Kind.GROUP),),
        several=True,
        outcome=lambda *groups: f"The network is cut into {' | '.join(map(_listed, groups))}",
        undo="heal",
        hand=Hand("groups, each a list of nodes", (Parameter("groups", Kind.GROUP),)),
        order=Order(
            "partition NODE NODE | NODE …",
            "cuts the links between groups, or between one group and all others",
        ),
    ),
    Fault(
        "cut",
        lambda sender, recipient: f"nothing passes from {sender} to {recipient}",
        (_SENDER, _RECIPIENT),
        outcome="Nothing passes from {} to {} any more".format,
        undo="mend",
        hand=_TWO,
    ),
    Fault(
        "mend",
        lambda sender, recipient: f"messages pass from {sender} to {recipient}",
        (_SENDER, _RECIPIENT),
        outcome="Messages pass from {} to {} again".format,
        hand=_TWO,
    ),
    Fault(
        "heal",
        lambda: "all links that were cut are mended",
        hand=Hand("nothing more"),
        order=Order("heal", "mends all links"),
    ),
    Fault("link", _linked, (_SENDER, _RECIPIENT, _QUALITY), several=True, hand=_LINK),
    Fault(
        "links",
        lambda *link: f"messages {quality(*link)}",
        (_QUALITY,),
        several=True,
        hand=_EVERY_LINK,
    ),
    # --- clocks
    Fault(
        "clock_rate",
        _clock,
        (_NODE, Parameter("permille", Kind.WHOLE)),
        outcome=lambda node, permille: (
            f"The clock of {node} runs {permille / 1000:g} times as fast as time"
        ),
        hand=Hand(
            "a node, and the rate of its clock in thousandths",
            (_NODE, _RATE),
            lambda node, rate: (node, round(rate)),
        ),
    ),
    # --- leadership
    Fault(
        "campaign",
        lambda node: f"{node} is told to stand for election now",
        (_NODE,),
        outcome=lambda node: f"{node} stands for election now",
        needs=(Need.FOLLOWS, Need.RUNS),
        hand=_ONE,
        button=Button("leader", "Make leader", key="l"),
    ),
    Fault(
        "transfer",
        lambda node: f"the leader is to hand over to {node}",
        (Parameter("to", Kind.NODE),),
        needs=(Need.LEADER, Need.FOLLOWS, Need.RUNS),
        hand=_ONE,
        button=Button("leader", "Make leader", key="l"),
    ),
    # --- what no page offers
    Fault(
        "kill_after",
        lambda node, events: f"{node} is to crash {events} steps from now",
        (_NODE, Parameter("events", Kind.WHOLE)),
        ending=("it is ended between two steps", "crashed between two steps"),
        undo="restart",
    ),
    Fault(
        "cut_after",
        lambda node, events, *_: f"{node} is to lose power {events} steps from now",
        (_NODE, Parameter("events", Kind.WHOLE), Parameter("kept", Kind.WHOLE)),
        undo="restart",
    ),
    Fault(
        "skip",
        lambda index: f"entry {index}, which could not be applied, is passed over",
        (Parameter("index", Kind.WHOLE),),
    ),
    Fault("clock_jump", _clock_jumped, (_NODE, Parameter("microseconds", Kind.WHOLE))),
    Fault(
        "slow_disk",
        _slow_disk,
        (_NODE, Parameter("shortest_us", Kind.WHOLE), Parameter("longest_us", Kind.WHOLE)),
    ),
    Fault("break_disk", lambda node: f"the next sync of {node}'s disk is to fail", (_NODE,)),
    # --- members
    Fault(
        "add_voter",
        lambda node: f"{node} is to become a voter",
        (Parameter("node_id", Kind.MEMBER),),
        undo="remove",
    ),
    Fault(
        "add_learner",
        lambda node: f"{node} is to get the log without a vote",
        (Parameter("node_id", Kind.MEMBER),),
        undo="remove",
    ),
    Fault("remove", lambda node: f"{node} is to leave the membership", (_NODE,)),
    Fault("replace", _replaced, (Parameter("nodes", Kind.NEW),), several=True),
    Fault(
        "set_up",
        lambda node: f"{node} is set up and waits to be let in",
        (Parameter("node_id", Kind.NEW),),
        quiet=True,
    ),
    Fault(
        "retire",
        lambda node: f"{node} is stopped, and its name is not used again",
        (Parameter("node_id", Kind.NODE),),
        ending=("it was removed", "is stopped: it is no member any more"),
        comes="stop",
        quiet=True,
    ),
    Fault(
        "change",
        lambda leader, action, node: (
            f"{leader} proposes to the others: {action.replace('_', ' ')} {node}"
        ),
        (
            Parameter("leader", Kind.NODE),
            Parameter("action", Kind.TEXT),
            Parameter("node_id", Kind.NODE),
        ),
        quiet=True,
    ),
    # --- a client
    Fault(
        "propose",
        lambda node, data, *_: f"{node} is given a command: {data[:80].decode(errors='replace')}",
        (
            Parameter("node_id", Kind.NODE),
            Parameter("data", Kind.BYTES),
            Parameter("register", Kind.WHOLE),
            Parameter("ticket", Kind.WHOLE),
        ),
        several=True,
        quiet=True,
    ),
    Fault(
        "ask",
        lambda node, *_: f"{node} is asked for what is committed",
        (Parameter("node_id", Kind.NODE), Parameter("lease", Kind.WHOLE)),
        quiet=True,
    ),
    Fault(
        "forget",
        lambda node, *_: f"{node} is not asked any more",
        (Parameter("node_id", Kind.NODE), Parameter("reads", Kind.WHOLE)),
        several=True,
        quiet=True,
    ),
    Fault(
        "write",
        lambda key, value: f"the leader is given {key} = {abbreviate(value)}",
        (Parameter("key", Kind.TEXT), Parameter("value", Kind.ANY)),
    ),
    Fault(
        "read",
        lambda node, key: f"{node} is asked for {key}",
        (_NODE, Parameter("key", Kind.TEXT)),
    ),
)

FAULTS: Final[dict[str, Fault]] = {fault.name: fault for fault in _EACH}
"""Faults by name."""

BY_HAND: Final = tuple(fault.name for fault in _EACH if fault.hand is not None)
"""Names of those that a page may ask for."""


def for_page() -> dict[str, dict[str, object]]:
    """Return what a page shows of the faults that it offers, as plain data."""
    found: dict[str, dict[str, object]] = {}
    for name in BY_HAND:
        fault = FAULTS[name]
        shown = fault.button._asdict() if fault.button is not None else {}
        found[name] = {**shown, "needs": [*fault.needs], "undo": fault.undo}
    return found
