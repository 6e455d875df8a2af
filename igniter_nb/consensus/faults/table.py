"""Table of what can be done to a cluster from outside: faults, their repair, changes of members.

A fault is told once, here. The simulator does it, by a function of the same name; the commands of a
notebook, the widget, the story and the page (by a file that is made of this table) read the rest.
"""

from __future__ import annotations

from typing import Any, Final

from igniter_nb.consensus.faults.fault import Button, Fault, Hand, Kind, Need, Order, Parameter
from igniter_nb.consensus.faults.words import (
    clock_jumped,
    clock_rate,
    linked,
    listed,
    parted,
    quality,
    replaced,
    slow_disk,
)
from igniter_nb.text import abbreviate


def _link_of(latency: float | None = None, loss: float = 0.0) -> tuple[Any, ...]:
    """Return the first fields of a ``Link``; of none given, none."""
    return () if latency is None else (round(latency), round(latency), float(loss))


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
        stirs=True,
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
        stirs=True,
    ),
    Fault(
        "pause",
        lambda node: f"{node} is paused: it does nothing and notices nothing",
        (_NODE,),
        needs=(Need.GOES_ON, Need.RUNS),
        undo="resume",
        hand=_ONE,
        button=Button("pause-node", "Pause", key="p"),
        stirs=True,
    ),
    Fault(
        "resume",
        lambda node: f"{node} goes on where it was paused",
        (_NODES,),
        needs=(Need.IS_PAUSED,),
        hand=_ONE,
        button=Button("resume-node", "Resume"),
        stirs=True,
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
        stirs=True,
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
        stirs=True,
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
        stirs=True,
    ),
    Fault(
        "partition",
        parted,
        (Parameter("groups", Kind.GROUP),),
        several=True,
        outcome=lambda *groups: f"The network is cut into {' | '.join(map(listed, groups))}",
        undo="heal",
        hand=Hand("groups, each a list of nodes", (Parameter("groups", Kind.GROUP),)),
        button=Button("partition", "Partition…", "Put nodes into two groups"),
        order=Order(
            "partition NODE NODE | NODE …",
            "cuts the links between groups, or between one group and all others",
        ),
        stirs=True,
    ),
    Fault(
        "cut",
        lambda sender, recipient: f"nothing passes from {sender} to {recipient}",
        (_SENDER, _RECIPIENT),
        outcome="Nothing passes from {} to {} any more".format,
        undo="mend",
        hand=_TWO,
        stirs=True,
    ),
    Fault(
        "mend",
        lambda sender, recipient: f"messages pass from {sender} to {recipient}",
        (_SENDER, _RECIPIENT),
        outcome="Messages pass from {} to {} again".format,
        hand=_TWO,
        stirs=True,
    ),
    Fault(
        "heal",
        lambda: "all links that were cut are mended",
        hand=Hand("nothing more"),
        button=Button("heal", "Heal", "Mend all links"),
        order=Order("heal", "mends all links"),
        stirs=True,
    ),
    Fault("link", linked, (_SENDER, _RECIPIENT, _QUALITY), several=True, hand=_LINK),
    Fault(
        "links",
        lambda *link: f"messages {quality(*link)}",
        (_QUALITY,),
        several=True,
        hand=_EVERY_LINK,
    ),
    Fault(
        "show",
        lambda latency_us: (
            f"messages take {latency_us / 1000:g} ms, to be seen"
            if latency_us
            else "messages take no time"
        ),
        (Parameter("latency_us", Kind.WHOLE),),
        quiet=True,
    ),
    # --- clocks
    Fault(
        "clock_rate",
        clock_rate,
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
        stirs=True,
    ),
    Fault(
        "transfer",
        lambda node: f"the leader is to hand over to {node}",
        (Parameter("to", Kind.NODE),),
        needs=(Need.LEADER, Need.FOLLOWS, Need.RUNS),
        hand=_ONE,
        button=Button("leader", "Make leader", key="l"),
        stirs=True,
    ),
    # --- what no page offers
    Fault(
        "kill_after",
        lambda node, events: f"{node} is to crash {events} steps from now",
        (_NODE, Parameter("events", Kind.WHOLE)),
        ending=("it is ended between two steps", "crashed between two steps"),
        undo="restart",
        stirs=True,
    ),
    Fault(
        "cut_after",
        lambda node, events, *_: f"{node} is to lose power {events} steps from now",
        (_NODE, Parameter("events", Kind.WHOLE), Parameter("kept", Kind.WHOLE)),
        undo="restart",
        stirs=True,
    ),
    Fault(
        "skip",
        lambda index: f"entry {index}, which could not be applied, is passed over",
        (Parameter("index", Kind.WHOLE),),
    ),
    Fault("clock_jump", clock_jumped, (_NODE, Parameter("microseconds", Kind.WHOLE))),
    Fault(
        "slow_disk",
        slow_disk,
        (_NODE, Parameter("shortest_us", Kind.WHOLE), Parameter("longest_us", Kind.WHOLE)),
    ),
    Fault(
        "break_disk",
        lambda node: f"the next sync of {node}'s disk is to fail",
        (_NODE,),
        stirs=True,
    ),
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
    Fault("replace", replaced, (Parameter("nodes", Kind.NEW),), several=True),
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
    for fault in _EACH:
        if fault.hand is not None:
            button = Button("", "") if fault.button is None else fault.button
            found[fault.name] = {
                **button._asdict(),
                "takes": [parameter.name for parameter in fault.hand.parameters],
                "needs": [*fault.needs],
                "undo": fault.undo,
            }
    return found
