"""The commands of ``%igniter cluster``, for help, completion and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from IPython.core.error import UsageError

from igniter_nb.notebook.page.listing import Listing
from igniter_nb.text import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ClusterCommand(NamedTuple):
    """One command.

    Attributes:
        usage: how it is written.
        does: what it does, in one sentence.
        nodes: whether nodes follow.
        options: names of the options that may follow as ``name=value``.
    """

    usage: str
    does: str
    nodes: bool = False
    options: tuple[str, ...] = ()


START_OPTIONS: Final = (
    "state_machine",
    "timing",
    "timeout",
    "storage",
    "snapshot_every",
    "latency",
    "seed",
    "trace",
    "verbose",
)
"""Options of ``Cluster.start``."""

TIMINGS: Final = ("classic", "fast")
"""Timings that have a name of their own."""

CONSISTENCIES: Final = ("linearizable", "lease", "stale")
"""Kinds of reads."""

EVERYONE: Final = "all"
"""Stands for all nodes."""

LEADER: Final = "leader"
"""Stands for whoever leads."""

TABLE: Final[Mapping[str, ClusterCommand]] = {
    "start": ClusterCommand(
        "start 5 option=value … as NAME",
        "starts so many nodes, or start a b c, and returns the cluster; options: "
        + ", ".join(START_OPTIONS),
        options=START_OPTIONS,
    ),
    "status": ClusterCommand("status", "returns every node as it is now"),
    "kill": ClusterCommand(
        "kill NODE …", "crashes nodes; what their storage has stays", nodes=True
    ),
    "restart": ClusterCommand(
        "restart NODE …", "starts crashed nodes from what their storage kept", nodes=True
    ),
    "partition": ClusterCommand(
        "partition NODE NODE | NODE …",
        "cuts the links between groups, or between one group and all others",
        nodes=True,
    ),
    "isolate": ClusterCommand("isolate NODE …", "cuts nodes off from all others", nodes=True),
    "heal": ClusterCommand("heal", "mends all links"),
    "write": ClusterCommand(
        "write KEY=VALUE …",
        "writes keys; or, to a state machine of your own, one command: type=acquire owner=a",
    ),
    "read": ClusterCommand(
        "read KEY consistency=stale node=NODE default=VALUE",
        "returns what a key holds; without KEY the whole state",
        options=("consistency", "node", "default"),
    ),
    "add": ClusterCommand("add NODE", "adds a node: it gets the log first, then a vote"),
    "remove": ClusterCommand("remove NODE …", "takes nodes out and stops them", nodes=True),
    "transfer": ClusterCommand("transfer NODE", "lets a node take over the lead", nodes=True),
    "pause": ClusterCommand("pause", "lets the cluster's time stand still"),
    "resume": ClusterCommand("resume", "lets it go on"),
    "step": ClusterCommand("step", "pauses, lets the next thing happen and returns it"),
    "speed": ClusterCommand(
        "speed 0.1", "sets how fast its time goes, here a tenth; without a number it returns that"
    ),
    "trace": ClusterCommand(
        "trace 20",
        "returns the latest of what happened, messages too if it was started with trace=True;"
        " without a number all",
    ),
    "events": ClusterCommand(
        "events 20", "returns the latest elections, crashes and faults; without a number all"
    ),
    "stop": ClusterCommand("stop", "ends the cluster; it can still be looked at"),
    "help": ClusterCommand("help", "shows this table"),
}

WORDS: Final = (
    "NODE is a name, leader for whoever leads, or all. Behind the command may stand the name of"
    " the variable that holds the cluster: kill other n3; without one it is the only cluster here,"
    " or the variable cluster, or the one started last. What changes something returns the status"
    " after it"
)


def rows(commands: Iterable[str] = TABLE) -> tuple[tuple[str, str], ...]:
    """Return how commands are written, and what they do."""
    return tuple((f"%igniter cluster {TABLE[each].usage}", TABLE[each].does) for each in commands)


def helped() -> Listing:
    """Return the table of the commands."""
    return Listing("%igniter cluster", WORDS, ("command", "what it does"), rows())


def usage(command: str) -> str:
    """Return how a command is written, as a person types it."""
    return f"%igniter cluster {TABLE[command].usage}"


def check_known(command: str) -> None:
    """Refuse a command that is not there.

    Raises:
        UsageError: it names the known ones.
    """
    if command not in TABLE:
        advice = nearest(command, TABLE)
        said = f"there is no cluster command {command!r}; {advice + ' ' if advice else ''}"
        raise UsageError(f"{said}known: {', '.join(TABLE)}")
