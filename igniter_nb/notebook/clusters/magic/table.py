"""Table of the commands of ``%igniter cluster``: run, completed, told and refused by it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from IPython.core.error import UsageError

from igniter_nb.consensus import FAULTS
from igniter_nb.errors import ConsensusError
from igniter_nb.notebook.clusters.magic import commands, completion
from igniter_nb.notebook.clusters.magic.arguments import Asked
from igniter_nb.notebook.clusters.magic.start import START_OPTIONS, start
from igniter_nb.notebook.clusters.magic.variables import Variables, stopped
from igniter_nb.notebook.kernel.command import Command, Completed, Line, beginning, find, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from igniter_nb.consensus import Cluster
    from igniter_nb.notebook.page.listing import Listing

WORDS: Final = (
    "NODE is a name, leader for whoever leads, or all. Behind the command may stand the name of"
    " the variable that holds the cluster: kill other n3; without one it is the only cluster here,"
    " or the variable cluster, or the one started last. What changes something returns the status"
    " after it"
)


# --- how a line reaches a command -----------------------------------------------------------------


def _run(line: Line) -> object:
    """Do what a line behind ``cluster`` says.

    Raises:
        UsageError: it cannot be done; with everything that is wrong, in one line.
    """
    name, *rest = line.words or ("help",)
    return find(name, COMMANDS, "cluster command").run(Line(name, rest, line.shell))


def _complete(line: Line, fragment: str) -> Completed:
    if not line.words:
        return beginning([*COMMANDS], fragment)
    name, *rest = line.words
    if name not in COMMANDS:
        return Completed(fragment, [])
    return COMMANDS[name].complete(Line(name, rest, line.shell), fragment)


def _start(line: Line) -> Cluster:
    return start(line.words, Variables(line.shell))


def _helped(_: Line) -> Listing:
    return listed("%igniter cluster", COMMANDS, WORDS)


def _asked(line: Line, act: Callable[[Asked], object]) -> object:
    """Ask something of the cluster that a line means."""
    variables = Variables(line.shell)
    cluster, behind = variables.find(line.command, line.words)
    usage = f"%igniter cluster {COMMANDS[line.command].usage}"
    asked = Asked(line.command, usage, behind, cluster, variables.all, [*variables.named()])
    try:
        return act(asked)
    except (ConsensusError, ValueError, OSError) as error:
        several = stopped(cluster) and len(asked.clusters) > 1
        hint = f"; clusters: {', '.join(asked.clusters)}" if several else ""
        raise UsageError(f"{error}{hint}") from error


def _command(  # noqa: PLR0917 -- the columns of a table
    usage: str, says: str, act: Callable[[Asked], object], complete: Any = completion.cluster
) -> Command:
    """Make a command that asks something of a cluster."""
    return Command(usage, says, partial(_asked, act=act), complete)


def _fault(
    name: str, act: Callable[[Asked], object], complete: Any = completion.cluster
) -> Command:
    """Make a command that does a fault, in the fault's own words."""
    order = FAULTS[name].order
    assert order is not None, f"{name} has words for a command"
    return _command(order.usage, order.help, act, complete)


# --- the table ------------------------------------------------------------------------------------

COMMANDS: Final[Mapping[str, Command]] = {
    "start": Command(
        "start 5 option=value … as NAME",
        "starts so many nodes, or start a b c, and returns the cluster; options: "
        + ", ".join(START_OPTIONS),
        _start,
        completion.start,
    ),
    "status": _command("status", "returns every node as it is now", commands.status),
    "kill": _fault("kill", commands.each, completion.nodes),
    "restart": _fault("restart", commands.each, completion.nodes),
    "partition": _fault("partition", commands.partition, completion.some_nodes),
    "isolate": _fault("isolate", commands.each, completion.nodes),
    "heal": _fault("heal", commands.plain),
    "write": _command(
        "write KEY=VALUE …",
        "writes keys; or, to a state machine of your own, one command: type=acquire owner=a",
        commands.write,
        completion.write,
    ),
    "read": _command(
        "read KEY consistency=stale node=NODE default=VALUE",
        "returns what a key holds; without KEY the whole state",
        commands.read_key,
        completion.read,
    ),
    "add": _command("add NODE", "adds a node: it gets the log first, then a vote", commands.add),
    "remove": _command(
        "remove NODE …",
        "takes nodes out and stops them",
        commands.remove,
        completion.some_nodes,
    ),
    "transfer": _command(
        "transfer NODE", "lets a node take over the lead", commands.transfer, completion.one_node
    ),
    "pause": _command("pause", "lets the cluster's time stand still", commands.pause),
    "resume": _command("resume", "lets it go on", commands.resume),
    "step": _command("step", "pauses, lets the next thing happen and returns it", commands.step),
    "speed": _command(
        "speed 0.1",
        "sets how fast its time goes, here a tenth; without a number it returns that",
        commands.speed,
    ),
    "trace": _command(
        "trace 20",
        "returns the latest of what happened, messages too if it was started with trace=True;"
        " without a number all",
        commands.trace,
    ),
    "events": _command(
        "events 20",
        "returns the latest elections, crashes and faults; without a number all",
        commands.events,
    ),
    "stop": _command("stop", "ends the cluster; it can still be looked at", commands.plain),
    "help": Command("help", "shows this table", _helped),
}
"""Commands by name."""


def _rows() -> tuple[tuple[str, str], ...]:
    return tuple((f"%igniter cluster {each.usage}", each.help) for each in COMMANDS.values())


COMMAND: Final = Command(
    "cluster COMMAND …", "starts a cluster, breaks it and looks at it", _run, _complete, _rows
)
"""``%igniter cluster`` as a command of ``%igniter``."""
