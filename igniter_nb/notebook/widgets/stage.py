"""Which cluster a widget shows, and of which moment: the cluster itself, its past, or a fork.

1. What is shown is one desk, the cluster's own or that of a fork or a replay, which belongs to the
   widget; and of it either what is now or one moment of its past.
2. A past is computed in a thread of its own, from a copy of the tape, and disturbs no cluster.
3. Whoever does something to the past goes on from there in a fork; the cluster itself stays as it
   is. Of the forks only the one that is shown is kept.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import Cluster, forked
from igniter_nb.notebook.widgets.feed import Feed, Storyteller, standing
from igniter_nb.notebook.widgets.scene import scene
from igniter_nb.notebook.widgets.worker import Worker
from igniter_nb.text import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus import Desk, Simulation, TraceEvent
    from igniter_nb.notebook.widgets.scene import Facts

MOST_BACK: Final = 2_000
"""Events of a replayed trace in which commits are looked for, the latest ones."""


def written_time(time_us: int) -> str:
    """Write a time of the cluster as a person reads it."""
    return f"{time_us / 1e6:.3f} s"


@dataclass(frozen=True)
class Shown:
    """A cluster that is shown.

    Attributes:
        feed: follows it.
        kept: the cluster, if it is the widget's own.
        origin: where it comes from; empty for the cluster itself.
    """

    feed: Feed
    kept: Cluster | None = None
    origin: str = ""

    @property
    def desk(self) -> Desk:
        """Its desk."""
        return self.feed.desk


class Stage:
    """Holds what is shown.

    Args:
        desk: of the cluster itself.
        tell: given the parts of a frame, and the story if there is news; from any thread.
        is_seen: says whether somebody looks.
        kept: the cluster itself, if it is the widget's own.
    """

    def __init__(
        self,
        desk: Desk,
        tell: Callable[..., object],
        is_seen: Callable[[], bool],
        *,
        kept: Cluster | None = None,
    ) -> None:
        self._tell = tell
        self._is_seen = is_seen
        self._lock = threading.RLock()
        self._worker = Worker("igniter-past")
        self._home = self.shown = Shown(Feed(desk, tell, is_seen), kept)
        self._past: Simulation | None = None
        self._sought = 0
        self._waits = self._is_closed = False
        self.is_past = False

    # -- what is shown

    @property
    def desk(self) -> Desk:
        """The desk of what is shown."""
        return self.shown.desk

    @property
    def can_go_back(self) -> bool:
        """Whether another cluster than the cluster itself is shown."""
        return self.shown is not self._home

    def facts(self) -> Facts:
        """Return those parts of a frame that are about where it comes from."""
        return {"origin": self.shown.origin, "back": self.can_go_back}

    def look(self) -> None:
        """Begin to follow what is shown, or tell it again."""
        self.shown.feed.start()

    def rest(self) -> None:
        """Follow nothing while nobody looks."""
        if not self._is_seen():
            self.shown.feed.stop()

    def close(self) -> None:
        """Follow nothing any more, and end what is the widget's own."""
        with self._lock:
            self._is_closed = True
            self._worker.close()
            for shown in {id(each): each for each in (self._home, self.shown)}.values():
                _end(shown)
            self._forget_past()

    # -- other clusters

    def show(self, cluster: Cluster, origin: str) -> None:
        """Show another cluster, which is the widget's own from now on."""
        with self._lock:
            if self._is_closed:
                cluster.stop(0.0)
                return
            before = self.shown
            self.shown = self._made(cluster, origin)
            self._forget_past()
            if before is self._home:
                before.feed.stop()
            else:
                _end(before)
            self.shown.feed.renew()

    def restart(self, cluster: Cluster) -> None:
        """Take another cluster as the cluster itself, and show it."""
        with self._lock:
            if self._is_closed:
                cluster.stop(0.0)
                return
            for before in {id(each): each for each in (self._home, self.shown)}.values():
                _end(before)
            self._home = self.shown = self._made(cluster, "")
            self._forget_past()
            self.shown.feed.renew()

    def back(self) -> bool:
        """Show the cluster itself again; say whether another one was shown."""
        with self._lock:
            self.live()
            if self.shown is self._home:
                return False
            _end(self.shown)
            self.shown = self._home
            self.shown.feed.renew()
            return True

    def _made(self, cluster: Cluster, origin: str) -> Shown:
        desk = cluster._desk  # noqa: SLF001 -- a widget works at the desk
        return Shown(Feed(desk, self._tell, self._is_seen), cluster, origin)

    # -- the past

    def later(self, job: Callable[[], object], key: object = None) -> bool:
        """Do something that takes time, or the past, in the thread of its own, in order.

        Args:
            job: it must not raise.
            key: what it is about; of several that wait only the latest is done. None for a job
                that is done in any case.

        Returns:
            Whether another one of that key waited, which is not done.
        """
        return self._worker.put(object() if key is None else key, job)

    def seek(self) -> int:
        """Begin to go to the past: what is asked from now on is asked of it.

        Returns:
            A number for :meth:`arrive`.
        """
        with self._lock:
            self.is_past = True
            self._sought += 1
            return self._sought

    def arrive(self, number: int, time_us: int) -> None:
        """Compute a moment of the past and show it, unless something else was asked for since.

        Args:
            number: what :meth:`seek` gave.
            time_us: the moment; the nearest one that there is, is shown.

        Raises:
            ConsensusError: the cluster cannot be gone back in.
        """
        shown = self.shown
        past = self._past
        if past is None or past.span_us[1] < time_us:
            past = shown.desk.past()
        first, last = past.span_us
        past.seek(min(max(time_us, first), last))
        self._show_past(shown, past, number)

    def step(self) -> tuple[TraceEvent, ...]:
        """Go on in the past until something is noted; return what was."""
        past, number = self._past, self._sought
        if past is None:
            return ()
        noted = past.world.noted
        last = past.span_us[1]
        while past.world.noted == noted and past.now_us <= last and past.step():
            pass
        news = tuple(event for event in past.trace[-50:] if event.sequence >= noted)
        self._show_past(self.shown, past, number, since=noted)
        return news

    def _show_past(
        self, shown: Shown, past: Simulation, number: int, *, since: int | None = None
    ) -> None:
        world = past.world
        parts = scene(world, world.noted if since is None else since)
        parts |= {"mode": "past", "steady": False}
        if past.failure is not None:
            parts["failure"] = said(past.failure, 300)
        story = _story(shown.desk, past)
        with self._lock:
            if number != self._sought or shown is not self.shown:
                return
            self._past = past
            shown.feed.past = parts
            self._tell(standing(shown.desk) | parts, story)

    def live(self) -> bool:
        """Show what is now; say whether a moment of the past was shown."""
        with self._lock:
            was_past = self.is_past
            self._forget_past()
            if was_past:
                self.shown.feed.renew()
            return was_past

    def _forget_past(self) -> None:
        self.is_past = False
        self._sought += 1
        self._past = None
        for shown in (self._home, self.shown):
            shown.feed.past = None

    @property
    def past(self) -> Simulation | None:
        """The run that stands at the moment that is shown; for the thread of its own."""
        return self._past

    def fork(self) -> str:
        """Show a cluster that begins at the moment that is shown; in the thread of its own.

        Its time stands still until :meth:`release`, so that what is done first is done there.

        Returns:
            Where it comes from.

        Raises:
            ConsensusError: the cluster cannot be gone back in.
        """
        with self._lock:
            shown, past = self.shown, self._past
        loop = shown.desk.loop
        if past is None:
            past = shown.desk.past()
            past.seek(past.span_us[1])
        at_us, before = past.now_us, loop.look(shown.desk.journal.noteworthy)
        made = Cluster(forked(past, before=before), paused=True)
        made.speed = loop.speed
        self._waits = loop.stopping or not loop.paused
        origin = f"fork at {written_time(at_us)}"
        self.show(made, origin)
        return origin

    def release(self) -> None:
        """Let the time of a new fork go on, if that of the cluster it comes from did."""
        waits, self._waits = self._waits, False
        if waits:
            self.desk.set_pace(paused=False)


def _end(shown: Shown) -> None:
    """Follow a cluster no more; end it if it is the widget's own."""
    shown.feed.stop()
    if shown.kept is not None:
        shown.kept.stop(0.0)


def _story(desk: Desk, past: Simulation) -> list[Any]:
    """Tell what happened up to a moment of the past.

    What a person follows is in the cluster's own journal; the replay has the commits before it,
    and whatever lies ahead of the cluster.
    """
    now_us, live_us = past.now_us, desk.world.now_us
    events = [event for event in desk.loop.look(desk.journal.noteworthy) if event.time_us <= now_us]
    details = past.trace[-MOST_BACK:]
    commits = [event for event in details if event.kind == "commit"]
    events += [
        event
        for event in details
        if event.kind in ("commit", "client")
        or (event.time_us > live_us and event.kind in ("act", "role", "start", "stop", "restore"))
    ]
    teller = Storyteller(commits[0].detail - 1 if commits else 0)
    teller.tell(sorted(events, key=lambda event: event.time_us), past.world)
    return [*teller.lines]
