"""Recording of what happened before anybody looked, computed again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from igniter_nb.clock import now
from igniter_nb.consensus import Past
from igniter_nb.errors import ConsensusError
from igniter_nb.notebook.clusters.widget.frame import facts_of

if TYPE_CHECKING:
    from igniter_nb.consensus import Watch
    from igniter_nb.notebook.clusters.replay.recorder import Recorder

REACH_US: Final = 3_000_000
"""Microseconds of the cluster's time that are gone back ..."""

PATIENCE_NS: Final = 150_000_000
"""... and nanoseconds of ours that it may take: the cell waits for it."""

_SEEN: Final = frozenset({"act", "client", "commit", "restore", "role", "start", "stop"})


def record_past(watch: Watch, recorder: Recorder) -> None:
    """Record how a cluster came to be what it is, as far as that is soon done."""
    with suppress(ConsensusError):  # one that keeps its logs in a folder cannot be gone back in
        now_us, _ = watch.mark
        past = Past.of(watch.driver)
        past.seek(max(past.first_us, now_us - REACH_US))
        record(past, recorder, now_us, until_ns=now() + PATIENCE_NS)
    recorder.noted = watch.noted


def record(past: Past, recorder: Recorder, until_us: int, *, until_ns: int | None = None) -> None:
    """Record a run.

    Args:
        past: the run, where it begins.
        recorder: keeps it.
        until_us: the last moment.
        until_ns: when to give up.
    """
    recorder.see(facts_of(past.frame()))
    while past.due_us <= until_us and (until_ns is None or now() < until_ns):
        noted = past.noted
        if not past.step():
            return
        if any(event.kind in _SEEN for event in past.latest(past.noted - noted)):
            recorder.see(facts_of(past.frame()))
        recorder.hear(past.sent(noted))
