"""Host of a node in the simulator: the machine's clock, timer and faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.raft import Role

if TYPE_CHECKING:
    from igniter_nb.consensus.replica import Replica
    from igniter_nb.raft import NodeId, Raft

__all__ = ["ANY", "HELD_MOST", "NEVER", "Facts", "Host", "facts"]

NEVER = 1 << 62
"""A time that does not come, in microseconds."""

HELD_MOST = 4_096
"""Events that a paused node keeps; messages beyond are lost, as when a socket's buffer is full."""

ANY = -1
"""In place of an incarnation: whichever lives when the event comes due, as for a message."""


class Facts(NamedTuple):
    """What is true of a node between two events; what is noted and checked are its changes.

    Attributes:
        role: what it is in its term.
        term: its term.
        leader: whom it follows.
        commit: its commit index.
        vote: whom it voted for.
        applied: highest index that its state machine has applied.
        last_index: index of its last entry.
        last_term: term of that entry.
        snapshot: what its log's snapshot covers.
    """

    role: Role
    term: int
    leader: NodeId | None
    commit: int
    vote: NodeId | None
    applied: int
    last_index: int
    last_term: int
    snapshot: int


UNSEEN = Facts(Role.FOLLOWER, 0, None, 0, None, 0, 0, 0, 0)


def facts(core: Raft) -> Facts:
    """Look at a core."""
    log = core.log
    return Facts(
        core.role,
        core.term,
        core.leader_id,
        log.commit,
        core.vote,
        log.applied,
        log.last_index,
        log.last_term,
        log.snapshot[0],
    )


class Host:
    """What surrounds one replica.

    The host's clock is the world's clock times a rate, plus jumps. Raft only ever sees elapsed
    ticks of it, and none while a backward jump is made up for.

    Args:
        replica: the node.
        tick_us: microseconds of the host's clock in one tick.
        disk_us: shortest and longest time that a sync takes, in microseconds.

    Attributes:
        rate: how fast the clock runs, in thousandths of the world's.
        next_tick_us: world time from which the clock shows ticks that the core was not told of.
        armed_us: world time of the earliest wake-up that is under way.
        armed_for: the core's ``changes`` when it was last asked when it wants to be woken.
        looked_at: the core's ``changes`` when it was last looked at.
        durable_us: world time at which everything written so far is durable.
        applied_us: world time at which everything handed out so far is applied.
        fuse: the node crashes right before its event of this number from now; 0 for no crash.
        fuse_keeps: how many unsynced writes stay then; None for all.
        held: events that came due while the node was paused, in order.
        dirty: whether it stands in line to be settled.
        disk_breaks: whether its next sync will fail.
        seen: what was true of the node after its last event.
    """

    __slots__ = (
        "_local_us",
        "_origin_us",
        "_ticked",
        "applied_us",
        "armed_for",
        "armed_us",
        "dirty",
        "disk_breaks",
        "disk_us",
        "durable_us",
        "fuse",
        "fuse_keeps",
        "held",
        "looked_at",
        "next_tick_us",
        "rate",
        "replica",
        "seen",
        "tick_us",
    )

    def __init__(self, replica: Replica, tick_us: int, disk_us: tuple[int, int]) -> None:
        self.replica = replica
        self.tick_us = tick_us
        self.disk_us = disk_us
        self.rate = 1000
        self._origin_us = self._local_us = 0
        self._ticked = 0
        self.next_tick_us = 0
        self.armed_us = NEVER
        self.armed_for = self.looked_at = -1
        self.durable_us = self.applied_us = 0
        self.fuse = 0
        self.fuse_keeps: int | None = None
        self.held: list[tuple[Any, Host | None, int, Any]] = []
        self.dirty = False
        self.disk_breaks = False
        self.seen = UNSEEN

    # -- clock

    def local_us(self, now_us: int) -> int:
        """Return what the host's clock shows at a world time."""
        return self._local_us + (now_us - self._origin_us) * self.rate // 1000

    def set_clock(self, now_us: int, *, rate: int | None = None, jump_us: int = 0) -> None:
        """Change how fast the clock runs from now on, and what it shows."""
        self._local_us = self.local_us(now_us) + jump_us
        self._origin_us = now_us
        self.rate = self.rate if rate is None else rate
        self.next_tick_us = self._reached(self._ticked + 1)
        self.armed_for = -1

    def _reached(self, ticks: int) -> int:
        """Return the first world time at which the clock shows so many ticks."""
        ahead = ticks * self.tick_us - self._local_us
        return self._origin_us + -(-ahead * 1000 // self.rate)

    def begin(self, now_us: int) -> None:
        """Count ticks from now on, for a new life."""
        self._ticked = self.local_us(now_us) // self.tick_us
        self.next_tick_us = self._reached(self._ticked + 1)
        self.armed_us = NEVER
        self.armed_for = self.looked_at = -1
        self.durable_us = self.applied_us = now_us
        self.fuse = 0
        self.dirty = self.disk_breaks = False
        self.held.clear()

    def pass_time(self, now_us: int) -> None:
        """Tell the core the ticks since it was last told; called when some have passed."""
        shown = self.local_us(now_us) // self.tick_us
        elapsed = shown - self._ticked
        if elapsed > 0:
            self._ticked = shown
            self.next_tick_us = self._reached(shown + 1)
            self.replica.core.tick(elapsed)

    def deadline_us(self) -> int:
        """Ask the core when it wants to be woken, as a world time."""
        core = self.replica.core
        self.armed_for = core.changes
        return self._reached(self._ticked + core.ticks_to_deadline())
