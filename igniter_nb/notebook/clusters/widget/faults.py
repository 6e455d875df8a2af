"""What a page may do to a cluster at once: each act, its checks, the sentence of its outcome.

An act is checked before anything is done, against the world as it is shown; what is found wrong
says what was expected, what came and what helps.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import name_problems
from igniter_nb.notebook.clusters.widget.frame import wiped
from igniter_nb.notebook.clusters.words.events import quality
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus import Driver, World

    Perform = Callable[[Driver], str]
    Check = Callable[[World, list[Any]], Perform]

LONGEST_US: Final = 10_000_000
"""Microseconds that a message may take at most."""

CLOCK: Final = (10, 10_000)
"""Rates of a clock that a page may set, in thousandths."""


class ProblemError(ValueError):
    """What a page asked for makes no sense; the text is a sentence for a person."""


def node_of(world: World, node: object) -> str:
    """Return the name of a node.

    Raises:
        ProblemError: there is no such node.
    """
    known = tuple(world.hosts)
    if isinstance(node, str) and node in known:
        return node
    raise ProblemError(f"expected a node, one of {', '.join(known)}; came {abbreviate(node)}")


def named_anew(world: World, name: object) -> None:
    """Check the name of a node that is to be added.

    Raises:
        ProblemError: it cannot be a name.
    """
    if problems := name_problems(name):
        raise ProblemError("; ".join(problems))
    host = world.hosts.get(str(name))
    if host is not None and wiped(host):
        raise ProblemError(f"{name!r} was used before; give the new node a name of its own")


def _only(args: list[Any], count: int, expected: str) -> None:
    if len(args) != count:
        raise ProblemError(f"expected {expected}; came {abbreviate(args)}")


def _node(world: World, args: list[Any]) -> Any:
    _only(args, 1, "the name of one node")
    return world.hosts[node_of(world, args[0])]


# --- lives ----------------------------------------------------------------------------------------


def _running(name: str, outcome: str, world: World, args: list[Any]) -> Perform:  # noqa: PLR0917 -- two are given here
    """An act on a node that runs."""
    host = _node(world, args)
    node = host.replica.node_id
    if not host.replica.alive:
        raise ProblemError(f"{node} does not run already; restart it first")
    return partial(_on, name, node, outcome.format(node))


def _on(name: str, node: str, outcome: str, driver: Driver) -> str:  # noqa: PLR0917 -- three are given before
    driver.act_on(name, node)
    return outcome


def _restart(world: World, args: list[Any]) -> Perform:
    host = _node(world, args)
    node = host.replica.node_id
    if host.replica.alive:
        raise ProblemError(f"{node} runs already")
    if wiped(host):
        raise ProblemError(
            f"{node} lost its disk, and with it what it has voted and promised: started again it "
            f"could vote twice in one term. Remove it, and add a new node"
        )
    return partial(_on, "restart", node, f"{node} restarts from what its disk kept")


def _pause(world: World, args: list[Any]) -> Perform:
    host = _node(world, args)
    if host.replica.paused:
        raise ProblemError(f"{host.replica.node_id} is paused already")
    return _running("pause", "{} is paused: it does nothing and notices nothing", world, args)


def _resume(world: World, args: list[Any]) -> Perform:
    host = _node(world, args)
    node = host.replica.node_id
    if not host.replica.paused:
        raise ProblemError(f"{node} is not paused")
    return partial(_on, "resume", node, f"{node} goes on where it was paused")


def _wipe(world: World, args: list[Any]) -> Perform:
    node = _node(world, args).replica.node_id
    return partial(_on, "wipe", node, f"{node} lost its disk: it has forgotten everything")


def _isolate(world: World, args: list[Any]) -> Perform:
    node = _node(world, args).replica.node_id
    return partial(_on, "isolate", node, f"{node} is cut off from all others")


def _campaign(world: World, args: list[Any]) -> Perform:
    leader, node = world.leader(), _node(world, args).replica.node_id
    if leader is not None and leader.replica.node_id == node:
        raise ProblemError(f"{node} leads already")
    return _running("campaign", "{} stands for election now", world, args)


def _transfer(world: World, args: list[Any]) -> Perform:
    leader = world.leader()
    if leader is None:
        raise ProblemError("nobody leads, so there is nobody who could hand over")
    if _node(world, args).replica.node_id == leader.replica.node_id:
        raise ProblemError(f"{leader.replica.node_id} leads already")
    return _running("transfer", "The leader is to hand over to {}", world, args)


# --- links and clocks -----------------------------------------------------------------------------


def _partition(world: World, args: list[Any]) -> Perform:
    if not all(isinstance(group, list) for group in args):
        raise ProblemError(f"expected groups, each a list of nodes; came {abbreviate(args)}")
    groups = [[node_of(world, node) for node in group] for group in args]
    shown = " | ".join(", ".join(group) for group in groups if group)

    def perform(driver: Driver) -> str:
        driver.part(groups)
        return f"The network is cut into {shown}"

    return perform


def _ends(world: World, args: list[Any]) -> tuple[str, str]:
    sender, recipient = (node_of(world, each) for each in args[:2])
    if sender == recipient:
        raise ProblemError(f"expected two nodes, came {sender!r} twice")
    return sender, recipient


def _between(name: str, outcome: str, world: World, args: list[Any]) -> Perform:  # noqa: PLR0917 -- two are given here
    """An act on the link from one node to another."""
    _only(args, 2, "sender and recipient")
    ends = _ends(world, args)

    def perform(driver: Driver) -> str:
        driver.act(name, *ends)
        return outcome.format(*ends)

    return perform


def _heal(_: World, args: list[Any]) -> Perform:
    _only(args, 0, "nothing more")

    def perform(driver: Driver) -> str:
        driver.act("heal")
        return "All links that were cut are mended"

    return perform


def _number(name: str, value: object, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ProblemError(
            f"{name}: expected a number from 0 to {most:,}, came {abbreviate(value)}"
        )
    return value


def _quality(args: list[Any]) -> tuple[int, int, float]:
    latency_us = round(_number("latency, in microseconds", args[0], LONGEST_US))
    return latency_us, latency_us, float(_number("loss", args[1], 1))


def _link(world: World, args: list[Any]) -> Perform:
    if len(args) == 2:  # noqa: PLR2004 -- sender and recipient
        return _between("link", "The link from {} to {} is as the others again", world, args)
    _only(args, 4, "sender, recipient, latency in microseconds, and loss from 0 to 1")
    ends, link = _ends(world, args), _quality(args[2:])

    def perform(driver: Driver) -> str:
        driver.act("link", *ends, *link)
        return f"Messages from {ends[0]} to {ends[1]} {quality(*link)}"

    return perform


def _links(_: World, args: list[Any]) -> Perform:
    _only(args, 2, "latency in microseconds, and loss from 0 to 1")
    link = _quality(args)

    def perform(driver: Driver) -> str:
        driver.act("links", *link)
        return f"Messages {quality(*link)}"

    return perform


def _clock_rate(world: World, args: list[Any]) -> Perform:
    _only(args, 2, "a node, and the rate of its clock in thousandths")
    node, rate = node_of(world, args[0]), args[1]
    least, most = CLOCK
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not least <= rate <= most:
        raise ProblemError(
            f"rate: expected {least} to {most:,} thousandths, came {abbreviate(rate)}"
        )

    def perform(driver: Driver) -> str:
        driver.act("clock_rate", node, round(rate))
        return f"The clock of {node} runs {round(rate) / 1000:g} times as fast as time"

    return perform


ACTS: Final[dict[str, Check]] = {
    "kill": partial(_running, "kill", "{} crashed"),
    "restart": _restart,
    "pause": _pause,
    "resume": _resume,
    "wipe": _wipe,
    "power_cut": partial(_running, "power_cut", "{} lost its power, and what it had not synced"),
    "isolate": _isolate,
    "partition": _partition,
    "cut": partial(_between, "cut", "Nothing passes from {} to {} any more"),
    "mend": partial(_between, "mend", "Messages pass from {} to {} again"),
    "heal": _heal,
    "link": _link,
    "links": _links,
    "clock_rate": _clock_rate,
    "campaign": _campaign,
    "transfer": _transfer,
}
"""Acts by name: given a world and what came with the name, each returns what is to be done."""
