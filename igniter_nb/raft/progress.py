"""Progress of one follower as its leader knows it, and how much it may be sent.

Three states, as in etcd's raft:

- ``PROBE``: where the logs match is not known; one message, then wait for its answer or the next
  heartbeat.
- ``REPLICATE``: the logs match up to ``match``; messages follow one another without waiting, as
  many and as large as the window allows.
- ``SNAPSHOT``: the entries it needs are compacted; it gets the snapshot, chunk by chunk.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from igniter_nb.raft.config import Config
    from igniter_nb.raft.types import Snapshot


class ProgressState(StrEnum):
    """How a follower is sent to."""

    PROBE = "probe"
    REPLICATE = "replicate"
    SNAPSHOT = "snapshot"


class Progress:
    """One follower in the eyes of the leader.

    Attributes:
        match: last index known to be durable at the follower and equal to ours.
        next: index of the next entry to send.
        state: how it is sent to.
        paused: whether a probe waits for its answer.
        heard: tick at which the leader last heard it, or began to follow it.
        commit_sent: the commit index that it was last told.
        round_sent: the round that it was last sent.
        round_acked: the latest round that it answered.
        round_matched: the latest round in which its log matched.
        snapshot: the snapshot being sent, also when a newer one has been taken since.
        offset: byte of the snapshot that it waits for.
        chunk_round: round in which that chunk was sent, -1 if it was not yet.
    """

    __slots__ = (
        "_bytes",
        "_inflight",
        "_max_bytes",
        "_max_messages",
        "chunk_round",
        "commit_sent",
        "heard",
        "match",
        "next",
        "offset",
        "paused",
        "round_acked",
        "round_matched",
        "round_sent",
        "snapshot",
        "state",
    )

    def __init__(self, config: Config, following: int, now: int = 0) -> None:
        self.match = 0
        self.next = following
        self.state = ProgressState.PROBE
        self.paused = False
        self.heard = now
        self.commit_sent = 0
        self.round_sent = 0
        self.round_acked = 0
        self.round_matched = 0
        self.snapshot: Snapshot | None = None
        self.offset = 0
        self.chunk_round = -1
        self._inflight: deque[tuple[int, int]] = deque()
        self._bytes = 0
        self._max_messages = config.max_inflight_messages
        self._max_bytes = config.max_inflight_bytes

    @property
    def inflight(self) -> int:
        """How many messages with entries wait for an answer."""
        return len(self._inflight)

    @property
    def open(self) -> bool:
        """Whether entries may be sent now."""
        if self.state is ProgressState.REPLICATE:
            return len(self._inflight) < self._max_messages and self._bytes < self._max_bytes
        return self.state is ProgressState.PROBE and not self.paused

    def sent(self, last: int, size: int) -> None:
        """Note that entries up to ``last``, of ``size`` bytes, were sent."""
        assert self.open, "nothing is sent past the window"
        if self.state is ProgressState.REPLICATE:
            self._inflight.append((last, size))
            self._bytes += size
            self.next = last + 1
        else:
            self.paused = True

    def acknowledged(self, index: int, number: int = 0) -> bool:
        """Note that the follower's log matches up to an index; tell whether that is news.

        Args:
            index: up to where.
            number: round of the message that it answers.
        """
        self.round_matched = max(self.round_matched, number)
        inflight = self._inflight
        while inflight and inflight[0][0] <= index:
            self._bytes -= inflight.popleft()[1]
        news = index > self.match
        if news:
            self.match = index
        self.next = max(self.next, self.match + 1)
        if self.state is ProgressState.PROBE:
            self._become(ProgressState.REPLICATE, self.match + 1)
        return news

    def refused(self, at: int, following: int, number: int = 0) -> bool:
        """Note that the follower did not match at an index; tell whether that is news.

        A refusal below ``match`` of an earlier round than the last match is old. Any other means
        that the follower lost what it had acknowledged; a smaller match is always safe.

        Args:
            at: the index that was refused.
            following: the entry to try next.
            number: round of the message that it answers.
        """
        if self.state is ProgressState.SNAPSHOT:
            return False
        if self.state is ProgressState.PROBE and at != self.next - 1:
            return False  # an old answer: the probe that is out asked for another index
        if at <= self.match and number < self.round_matched:
            return False  # an old answer: it has acknowledged more since
        self.match = min(self.match, following - 1)
        self._become(ProgressState.PROBE, following)
        return True

    def unreachable(self) -> None:
        """Wait for the next heartbeat, then send one message at a time until it answers."""
        if self.state is ProgressState.REPLICATE:
            self._become(ProgressState.PROBE, self.match + 1)
            self.paused = True

    def send_snapshot(self, snapshot: Snapshot) -> None:
        """Send a snapshot in place of entries that are gone."""
        assert snapshot.index > self.match, (snapshot.index, self.match)
        self._become(ProgressState.SNAPSHOT, snapshot.index + 1)
        self.snapshot, self.offset, self.chunk_round = snapshot, 0, -1

    def snapshot_done(self, *, installed: bool) -> None:
        """Go on with entries after a snapshot; if it was not installed, with the next heartbeat."""
        if self.snapshot is not None:
            self._become(
                ProgressState.PROBE, self.snapshot.index + 1 if installed else self.match + 1
            )
            self.paused = not installed

    def _become(self, state: ProgressState, following: int) -> None:
        self.state = state
        self.next = following
        self.paused = False
        self.snapshot = None
        self._inflight.clear()
        self._bytes = 0
        self.check_invariants()

    def check_invariants(self) -> None:
        """Check what always holds.

        Raises:
            AssertionError: names what does not hold.
        """
        assert 0 <= self.match < self.next, f"match {self.match} is before next {self.next}"
        sending = self.state is ProgressState.SNAPSHOT
        assert sending or self.snapshot is None, "a snapshot is sent in the state of that name"
        replicating = self.state is ProgressState.REPLICATE
        assert replicating or not self._inflight, "only REPLICATE has messages under way"
        assert self._bytes == sum(size for _, size in self._inflight), "bytes are counted right"
        ends = [last for last, _ in self._inflight]
        assert ends == sorted(ends), f"what is under way is in order: {ends}"
        assert all(self.match < last < self.next for last in ends), (self.match, ends, self.next)
        assert self.round_acked <= self.round_sent, "nobody answers a round that was not sent"
