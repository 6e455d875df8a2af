"""Recording: a run as a value, how its world was made and what came to it from outside.

Its text is JSON, to be copied, kept beside a bug report and opened by someone else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Self

from igniter_nb.consensus.simulator.actions import ACTIONS
from igniter_nb.consensus.simulator.options import Line, Options
from igniter_nb.consensus.status.names import node_names
from igniter_nb.consensus.transport import Link
from igniter_nb.raft import Config
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from igniter_nb.consensus.simulator.tape import Tape
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.raft import NodeId

__all__ = ["Recording"]

FORM: Final = 1

LONGEST_US: Final = 86_400_000_000
"""Longest run that is opened, in microseconds: it has to be played to be looked at."""

_KEYS: Final = (
    "form",
    "seed",
    "swarm",
    "nodes",
    "state_machine",
    "options",
    "until_us",
    "until_events",
    "lines",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """How a run came about; ``str`` of it is its text.

    Attributes:
        seed: what all chance followed from.
        nodes: the first members.
        options: how its world was made.
        state_machine: name of what its nodes replicate; empty for keys and values.
        swarm: whether the seed also decides about clients and faults, as in the simulations that
            test the project.
        lines: what came from outside, in order.
        until_us: the time up to which it ran, in microseconds.
        until_events: how many events had happened then.

    Examples:
        >>> run = Simulation.start(7, ["n1", "n2", "n3"])
        >>> run.run_until(2_000_000)
        >>> text = str(run.recording())
        >>> Recording.from_text(text).nodes
        ('n1', 'n2', 'n3')
    """

    seed: int
    nodes: tuple[NodeId, ...]
    options: Options = Options()  # noqa: RUF009 - frozen
    state_machine: str = ""
    swarm: bool = False
    lines: tuple[Line, ...] = ()
    until_us: int = 0
    until_events: int = 0

    @classmethod
    def of(cls, world: World, tape: Tape) -> Self:
        """Return how a world came about.

        Args:
            world: the world.
            tape: what came to it from outside.

        Raises:
            ValueError: the first lines are not there any more.
        """
        if tape.dropped:
            raise ValueError(
                f"the run is too long to be recorded: its first {tape.dropped:,} lines were "
                f"dropped; start another cluster, and record that"
            )
        until_us, until_events = max(tape.ends, (world.now_us, world.events))
        return cls(
            seed=world.seed,
            nodes=tuple(node for node in world.hosts if node in world.founders.voters),
            options=world.options,
            state_machine="" if world.machine is None else world.machine.__name__,
            swarm=bool(world.guests),
            lines=tuple(tape.since(0)),
            until_us=until_us,
            until_events=until_events,
        )

    def check_machine(self, machine: Any) -> None:
        """Check that a state machine is the one that was recorded.

        Raises:
            ValueError: it has another name, or there is none and there was one.
        """
        came = "" if machine is None else machine.__name__
        if came != self.state_machine:
            raise ValueError(
                f"state_machine: the run is one of {self.state_machine or 'keys and values'}, "
                f"came {came or 'none'}; give Cluster.replay the state machine that was recorded"
            )

    def __str__(self) -> str:
        """Write the run as one line of JSON."""
        return json.dumps(
            {
                "form": FORM,
                "seed": self.seed,
                "swarm": self.swarm,
                "nodes": self.nodes,
                "state_machine": self.state_machine,
                "options": _changed(self.options),
                "until_us": self.until_us,
                "until_events": self.until_events,
                "lines": [[*line[:3], _plain(line.args)] for line in self.lines],
            },
            separators=(",", ":"),
        )

    def __repr__(self) -> str:
        """Say which run it is, in a few words."""
        what = "a simulation's seed" if self.swarm else f"{len(self.nodes)} nodes"
        return (
            f"<Recording of {what}, seed {self.seed}: {len(self.lines):,} lines, "
            f"{self.until_us / 1e6:.3f} s>"
        )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what ``str`` of a recording wrote.

        Raises:
            ValueError: it is something else; says what was expected.
        """
        try:
            data = json.loads(text)
            if set(data) != set(_KEYS) or data["form"] != FORM:
                raise ValueError(f"its parts are {', '.join(data)}")  # noqa: TRY301 - one error for all
            return cls(
                seed=int(data["seed"]),
                nodes=node_names(data["nodes"]),
                options=_options(data["options"]),
                state_machine=str(data["state_machine"]),
                swarm=bool(data["swarm"]),
                lines=tuple(
                    Line(int(events), _time(time_us), _action(name), _args(name, args))
                    for events, time_us, name, args in data["lines"]
                ),
                until_us=_time(data["until_us"]),
                until_events=int(data["until_events"]),
            )
        except (
            ArithmeticError,
            AttributeError,
            KeyError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            raise ValueError(
                f"expected the text of a recording, as str(cluster.recording()) writes it, came "
                f"{abbreviate(text)} ({error}); copy it whole"
            ) from error


def _time(value: Any) -> int:
    if isinstance(value, int) and 0 <= value <= LONGEST_US:
        return value
    raise ValueError(f"a time is {abbreviate(value)}")


def _action(name: Any) -> str:
    if name in ACTIONS:
        return str(name)
    raise ValueError(f"an action is {abbreviate(name)}")


def _changed(options: Options) -> dict[str, Any]:
    """Return the options that differ from the usual ones, as plain data."""
    usual = Options()
    return {
        each.name: _own(value, getattr(usual, each.name))
        for each in fields(Options)
        for value in [getattr(options, each.name)]
        if value != getattr(usual, each.name)
    }


def _own(value: Any, usual: Any) -> Any:
    if isinstance(value, Config):
        return {
            each.name: getattr(value, each.name)
            for each in fields(Config)
            if getattr(value, each.name) != getattr(usual, each.name)
        }
    return value


def _options(data: dict[str, Any]) -> Options:
    given = dict(data)
    if "config" in given:
        given["config"] = Config(**{"node_id": "any", **given["config"]})
    if "link" in given:
        given["link"] = Link(*given["link"])
    for name in ("disk_us", "apply_us"):
        if name in given:
            given[name] = tuple(given[name])
    made = Options(**given)
    if made.tick_us < 1 or made.snapshot_every < 0 or made.link.problems():
        raise ValueError("its options make no sense")
    return made


def _plain(args: tuple[Any, ...]) -> list[Any]:
    """Return a line's arguments as JSON has them; bytes are those of a command, which is UTF-8."""
    return [
        {"bytes": each.decode("utf-8", "surrogateescape")} if isinstance(each, bytes) else each
        for each in args
    ]


def _args(name: str, args: list[Any]) -> tuple[Any, ...]:
    if name == "propose":
        node_id, data, *rest = args
        return (str(node_id), str(data["bytes"]).encode("utf-8", "surrogateescape"), *rest)
    if name == "write":
        return tuple(args)  # its value is what JSON has
    return tuple(tuple(each) if isinstance(each, list) else each for each in args)
