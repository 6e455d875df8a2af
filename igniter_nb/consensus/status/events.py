"""Report of what happened in a cluster, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from igniter_nb.consensus.status.trace import describe
from igniter_nb.display import Shown, report_dict, report_frame, report_line, report_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from igniter_nb.consensus.status.trace import TraceEvent


@dataclass(frozen=True, eq=False, repr=False)
class ClusterEvents:
    """What happened in a cluster, oldest first; iterates over the events.

    It is indexed and sliced as a list is; ``str`` of an event is its line.

    Attributes:
        rows: the events.
        of: what they are: events that a person follows, or every message and write too.

    Examples:
        >>> with Cluster.start(3) as cluster:
        ...     leader = cluster.wait_for_leader(10).node_id
        ...     leader in {event.node for event in cluster.events}
        True
    """

    rows: tuple[TraceEvent, ...]
    of: str = "events"

    columns = ("seconds", "node", "what")

    def __iter__(self) -> Iterator[TraceEvent]:
        """Iterate over the events."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Count the events."""
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> TraceEvent: ...
    @overload
    def __getitem__(self, index: slice) -> ClusterEvents: ...
    def __getitem__(self, index: int | slice) -> TraceEvent | ClusterEvents:
        """Return one event, or the events of a slice."""
        if isinstance(index, slice):
            return ClusterEvents(self.rows[index], self.of)
        return self.rows[index]

    @property
    def title(self) -> str:
        """How many."""
        return f"{len(self.rows):,} {self.of} of a cluster"

    @property
    def headline(self) -> str:
        """From when to when."""
        if not self.rows:
            return "nothing happened yet"
        first, last = self.rows[0].time_us / 1e6, self.rows[-1].time_us / 1e6
        return f"from {first:.3f} s to {last:.3f} s of its own time"

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per event."""
        return [
            {
                "seconds": f"{event.time_us / 1e6:.6f}",
                "node": event.node,
                "what": describe(event).partition(" ")[2],
            }
            for event in self.rows
        ]

    def to_dict(self) -> dict[str, object]:
        """Return plain data."""
        return report_dict(self)

    def to_frame(self) -> pd.DataFrame:
        """Return a data frame with one row per event, seconds as numbers; pandas is imported."""
        return report_frame(self).astype({"seconds": float})

    def __str__(self) -> str:
        """Write title, headline and table."""
        return report_text(self, limit=120)

    def __repr__(self) -> str:
        """Write title and headline on a line."""
        return report_line(self)

    _repr_mimebundle_ = Shown()
