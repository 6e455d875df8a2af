"""Sentences about faults that need more than the names of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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


def listed(nodes: Iterable[str]) -> str:
    """Write names with commas."""
    return ", ".join(nodes)


def parted(*groups: Sequence[str]) -> str:
    """Say how the network is cut."""
    sides = [listed(group) for group in groups if group]
    if len(sides) == 2:  # noqa: PLR2004 -- two sides have links between them
        return f"the links between {sides[0]} and {sides[1]} are cut"
    return f"the network is cut into {' | '.join(sides)}"


def linked(sender: str, recipient: str, *link: Any) -> str:
    """Say how one link works."""
    way = f"from {sender} to {recipient}"
    return f"messages {way} {quality(*link)}" if link else f"the link {way} is as the others again"


def clock_rate(node: str, permille: int) -> str:
    """Say how fast a clock runs."""
    if permille == 1000:  # noqa: PLR2004 -- thousandths
        return f"the clock of {node} runs as time does"
    return f"the clock of {node} runs {permille / 1000:g} times as fast as time"


def clock_jumped(node: str, microseconds: int) -> str:
    """Say how far a clock jumps."""
    way = "ahead" if microseconds >= 0 else "back"
    return f"the clock of {node} jumps {way} by {duration(abs(microseconds))}"


def slow_disk(node: str, shortest_us: int, longest_us: int) -> str:
    """Say how long a sync takes."""
    times = f"{duration(shortest_us)} to {duration(longest_us)}"
    return f"from now on a sync of {node}'s disk takes {times}"


def replaced(*nodes: str) -> str:
    """Say who takes whose place."""
    half = len(nodes) // 2
    return f"{listed(nodes[half:])} is to take the place of {listed(nodes[:half])}"
