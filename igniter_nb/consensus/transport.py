"""Transport protocol: what carries messages between nodes, and how well a link works."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from igniter_nb.raft import Message

__all__ = ["PERFECT", "Link", "Transport"]


class Transport(Protocol):
    """Carries messages; may lose, double, delay and reorder them, and never alters one.

    Raft asks no more of a network (paper section 5.1), so whoever writes a transport need not
    repeat, confirm or order anything.

    Examples:
        >>> class Nowhere:
        ...     def send(self, message):
        ...         pass
        >>> carrier: Transport = Nowhere()
    """

    def send(self, message: Message) -> None:
        """Take a message for its recipient, without waiting for it to arrive."""
        ...


class Link(NamedTuple):
    """How well one direction between two nodes works.

    Attributes:
        latency_us_min: shortest time under way, in microseconds.
        latency_us_max: longest time under way; times between are equally likely.
        loss: share of messages that never arrive, 0 to 1.
        doubling: share of messages that arrive twice, 0 to 1.
        reordering: share of messages that others may overtake, 0 to 1.
        lag_us_max: longest time that such a message stays behind, on top of the latency.
    """

    latency_us_min: int = 0
    latency_us_max: int = 0
    loss: float = 0.0
    doubling: float = 0.0
    reordering: float = 0.0
    lag_us_max: int = 0

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with the values, one sentence each."""
        found = [
            f"{name} must be a share between 0 and 1, but is {share!r}"
            for name, share in zip(self._fields[2:5], self[2:5], strict=True)
            if not 0 <= share <= 1
        ]
        if self.lag_us_max < 0:
            found.append(f"lag_us_max must be 0 or more, but is {self.lag_us_max!r}")
        if not 0 <= self.latency_us_min <= self.latency_us_max:
            found.append(
                "latencies must be 0 or more and the shortest not above the longest, "
                f"but are {self.latency_us_min!r} to {self.latency_us_max!r} microseconds"
            )
        return tuple(found)


PERFECT = Link()
"""A link that carries everything at once."""
