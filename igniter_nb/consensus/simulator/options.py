"""Options of a world and lines of its script, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from igniter_nb.consensus.transport import PERFECT, Link
from igniter_nb.raft import Config

__all__ = ["Line", "Options"]

_CONFIG = Config(node_id="any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a world is made; the same for all its nodes.

    Attributes:
        config: options of the cores; the name in it is replaced by each node's own.
        tick_us: microseconds in one tick.
        snapshot_every: applied entries after which a node compacts its log; 0 for never.
        stepwise: whether each effect of a node is an event of its own.
        link: how well the network works at first.
        may_show: whether messages may take time to be seen, where the network works perfectly.
        disk_us: shortest and longest time of a sync, with ``stepwise``.
        apply_us: shortest and longest time until what is committed is applied, with ``stepwise``.
    """

    config: Config = _CONFIG
    tick_us: int = 1_000
    snapshot_every: int = 0
    stepwise: bool = False
    link: Link = PERFECT
    may_show: bool = True
    disk_us: tuple[int, int] = (0, 0)
    apply_us: tuple[int, int] = (0, 0)


class Line(NamedTuple):
    """A line of the script: one action from outside.

    Attributes:
        events: how many events had happened before it.
        time_us: when.
        name: of the action.
        args: its plain arguments.
    """

    events: int
    time_us: int
    name: str
    args: tuple[Any, ...]
