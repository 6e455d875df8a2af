"""Timing of a cluster: heartbeats of a leader, and the silence after which followers elect."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

from igniter_nb.raft import Config

TICK_SECONDS = 0.001
"""One tick of the Raft core."""

RATIO_MIN = 10
"""An election timeout is at least so many heartbeats (paper section 5.6): one that is late, or two
that are lost, must not start an election."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How often a leader is heard, and when it is replaced.

    The defaults are for nodes of one process: messages take no time there, but a notebook's own
    work may hold them up for some milliseconds. A lost leader is replaced in about a quarter of a
    second, which is soon enough not to be noticed and late enough to be seen.

    Attributes:
        heartbeat: seconds between two heartbeats of an idle leader.
        election_min: shortest election timeout, in seconds; at least ten heartbeats.
        election_max: longest one. Each is drawn anew between the two, so that two nodes seldom
            run at once (paper section 5.2); twice the shortest leaves room for that.
        lease_reads: whether ``read(consistency="lease")`` is allowed (thesis 6.4.1). Off: it is
            stale where clocks drift more than a fifth, and saves one round of heartbeats.

    Raises:
        ValueError: with everything that does not fit.

    Examples:
        >>> Timing().election_min
        0.2
        >>> Timing(heartbeat=0.05, election_min=0.5, election_max=1.0).heartbeat
        0.05
    """

    heartbeat: float = 0.02
    election_min: float = 0.2
    election_max: float = 0.4
    lease_reads: bool = False

    def __post_init__(self) -> None:
        """Check all of it together."""
        problems = [
            f"{name} must be a number of seconds, not {value!r}"
            for name in ("heartbeat", "election_min", "election_max")
            for value in [getattr(self, name)]
            if not (isinstance(value, int | float) and isfinite(value))
        ]
        if problems:
            raise ValueError("; ".join(problems))
        if self.heartbeat < TICK_SECONDS:
            problems.append(f"heartbeat must be at least {TICK_SECONDS} s, not {self.heartbeat!r}")
        if self.election_min < RATIO_MIN * self.heartbeat * 0.999:
            problems.append(
                f"election_min must be at least {RATIO_MIN} heartbeats, "
                f"{RATIO_MIN * self.heartbeat:g} s, not {self.election_min!r}: a late heartbeat "
                f"would start an election"
            )
        if self.election_max < self.election_min + TICK_SECONDS:
            problems.append(
                f"election_max must be above election_min, {self.election_min!r} s, "
                f"not {self.election_max!r}: nodes that time out together split the vote"
            )
        if problems:
            raise ValueError("; ".join(problems))

    @classmethod
    def fast(cls) -> Self:
        """Return 10 ms and 100 to 200 ms: for tests, and where a leader is missed at once."""
        return cls(heartbeat=0.01, election_min=0.1, election_max=0.2)

    @classmethod
    def classic(cls) -> Self:
        """Return 50 ms and 1.0 to 1.5 s: for a busy machine, or to watch an election by eye."""
        return cls(heartbeat=0.05, election_min=1.0, election_max=1.5)

    def config(self) -> Config:
        """Return the options of a node, in ticks of a millisecond."""
        shortest, longest = round(self.election_min * 1000), round(self.election_max * 1000)
        return Config(
            node_id="any",
            election_ticks=shortest,
            election_jitter=max(longest - shortest, 1),
            heartbeat_ticks=round(self.heartbeat * 1000),
            lease_reads=self.lease_reads,
        )

    @classmethod
    def of(cls, config: Config, *, tick_us: int) -> Self | None:
        """Return the timing that a core was made with; None if that was none of a cluster's.

        Args:
            config: options of the core.
            tick_us: microseconds in one of its ticks.
        """
        second = 1_000_000 / tick_us
        try:
            return cls(
                heartbeat=config.heartbeat_ticks / second,
                election_min=config.election_ticks / second,
                election_max=(config.election_ticks + config.election_jitter) / second,
                lease_reads=config.lease_reads,
            )
        except ValueError:
            return None


def seconds(name: str, value: Any) -> float:
    """Return a number of seconds.

    Raises:
        ValueError: it is negative, endless or no number.
    """
    if isinstance(value, int | float) and isfinite(value) and value >= 0:
        return value
    raise ValueError(f"{name}: expected seconds, 0 or more, came {value!r}")
