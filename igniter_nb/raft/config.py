"""Options of one node, with their units and why they are as they are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from igniter_nb.raft.types import NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Options of a node; they are checked together, and every problem is told at once.

    Attributes:
        node_id: the node's own name.
        election_ticks: shortest election timeout. Ten heartbeats, since an election that a single
            late heartbeat starts costs more than waiting (paper section 5.6).
        election_jitter: the timeout of each countdown is ``election_ticks`` plus a number below
            this one, drawn anew each time, so that few elections are split (paper section 5.2).
        heartbeat_ticks: how often an idle leader is heard.
        pre_vote: ask whether an election could be won before starting one (thesis 9.6), so that
            a node that was cut off does not depose a leader when it comes back.
        check_quorum: a leader that hears no majority for an election timeout steps down (thesis
            6.2), and who hears a leader ignores candidates (thesis 4.2.3).
        lease_reads: allow reads without a round (thesis 6.4.1). Off: a clock that runs faster
            than ``clock_drift_bound`` allows makes them stale.
        clock_drift_bound: how much faster than this node's any other node's clock may run.
        trailing_entries: how many entries before a snapshot are kept in memory, so that a
            follower that is a little behind needs no snapshot.
        max_entries_bytes: data of one message; a larger entry still travels, alone.
        max_inflight_messages: unanswered messages with entries to one follower.
        max_inflight_bytes: data in them.
        max_uncommitted_bytes: data that a leader accepts before it is committed; more is refused.
        snapshot_chunk_bytes: data of one message of a snapshot.

    Raises:
        ValueError: with all problems.

    Examples:
        >>> Config(node_id="a", election_ticks=10).check_quorum
        True
        >>> try:
        ...     Config(node_id="a", lease_reads=True, check_quorum=False)
        ... except ValueError as error:
        ...     print(str(error).partition(":")[0])
        lease_reads needs check_quorum
    """

    node_id: NodeId
    election_ticks: int = 10
    election_jitter: int = 10
    heartbeat_ticks: int = 1
    pre_vote: bool = True
    check_quorum: bool = True
    lease_reads: bool = False
    clock_drift_bound: float = 1.2
    trailing_entries: int = 1_024
    max_entries_bytes: int = 1 << 20
    max_inflight_messages: int = 256
    max_inflight_bytes: int = 8 << 20
    max_uncommitted_bytes: int = 64 << 20
    snapshot_chunk_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        """Check all options together."""
        problems = [
            f"{each.name} must be an int of at least 1, not {value!r}"
            for each in fields(self)
            if each.type == "int" and each.name != "trailing_entries"
            for value in [getattr(self, each.name)]
            if not isinstance(value, int) or isinstance(value, bool) or value < 1
        ]
        if not self.node_id:
            problems.append("node_id must not be empty")
        if self.trailing_entries < 0:
            problems.append(f"trailing_entries must not be negative, not {self.trailing_entries!r}")
        if not problems and self.election_ticks <= self.heartbeat_ticks:
            problems.append(
                f"election_ticks must be greater than heartbeat_ticks, or every pause between two "
                f"heartbeats starts an election: {self.election_ticks} <= {self.heartbeat_ticks}"
            )
        if self.clock_drift_bound < 1.0:
            problems.append(f"clock_drift_bound must be at least 1, not {self.clock_drift_bound!r}")
        if self.lease_reads and not self.check_quorum:
            problems.append(
                "lease_reads needs check_quorum: without it a leader that is cut off keeps its "
                "lease for ever and reads stale values"
            )
        if problems:
            raise ValueError("; ".join(problems))
