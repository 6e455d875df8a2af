"""View of a cluster: the cluster itself, a moment of its past, or a fork.

1. What is shown is one driver: the cluster's own, or that of a fork or a replay, which belongs
   to the widget; and of it either what is now or one moment of its past.
2. A past is computed in a thread of its own, from a copy of the tape, and disturbs no cluster.
3. Whoever does something to the past goes on from there in a fork; the cluster itself stays as it
   is. Of the forks only the one that is shown is kept.
4. Wishes are numbered: what was asked of a moment is done there or, if something else was asked for
   since, not at all. What is shown is numbered, too: a frame of what was shown before is dropped.
5. No frame is waited for with the lock: the loops' threads take it to hand theirs in.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from igniter_nb.consensus import Cluster, Past, Watch
from igniter_nb.notebook.clusters.widget.feed import Feed, Storyteller, standing
from igniter_nb.notebook.clusters.widget.frame import facts_of
from igniter_nb.notebook.clusters.widget.reply import ProblemError
from igniter_nb.notebook.kernel.worker import Worker
from igniter_nb.notebook.page.html import line
from igniter_nb.text import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus import Driver, TraceEvent
    from igniter_nb.notebook.clusters.widget.frame import Facts
    from igniter_nb.notebook.kernel.viewers import Viewers

MOST_BACK: Final = 2_000
"""Events of a replayed trace in which commits are looked for, the latest ones."""


_FOLLOWED: Final = frozenset({"act", "client", "role", "start", "stop", "restore"})
"""Kinds of events that a cluster's own journal has, too."""

GONE: Final = "that moment is not shown any more, so nothing was done; ask again"


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
    def watch(self) -> Watch:
        """The watch on it."""
        return self.feed.watch

    @property
    def driver(self) -> Driver:
        """Its driver."""
        return self.watch.driver


class Wish(NamedTuple):
    """Of what something is asked.

    Attributes:
        number: grows with each wish to be shown something else.
        watch: on the cluster that was shown.
        is_past: whether a moment of its past was, or was to be.
    """

    number: int
    watch: Watch
    is_past: bool


class Moment(NamedTuple):
    """A moment of the past that is shown.

    Attributes:
        number: of the wish to see it.
        past: a run that stands there.
        known: the cluster's time when that was taken, and how many events it had noted: what the
            run tells up to then has happened.
    """

    number: int
    past: Past
    known: tuple[int, int]

    def last_us(self, driver: Driver) -> int:
        """Return up to when what it tells has happened, or lies ahead of the cluster still."""
        ends_us = self.past.ends_us
        return ends_us if driver.ahead_us == ends_us else self.known[0]

    def is_old(self, watch: Watch) -> bool:
        """Say whether more has happened in the cluster since it was taken."""
        return self.known != watch.mark


class Fork(NamedTuple):
    """A cluster that begins at a moment, and stands still there.

    Attributes:
        driver: of it.
        origin: where it comes from.
        waits: whether the time of the cluster that it comes from goes on.
    """

    driver: Driver
    origin: str
    waits: bool

    def release(self) -> None:
        """Let its time go on, if that of the cluster it comes from does."""
        if self.waits:
            self.driver.set_pace(paused=False)


class View:
    """What a widget shows.

    Args:
        driver: of the cluster itself.
        tell: given the parts of a frame, and the story if there is news; from any thread.
        viewers: who looks.
        kept: the cluster itself, if it is the widget's own.
    """

    def __init__(
        self,
        driver: Driver,
        tell: Callable[..., object],
        viewers: Viewers,
        *,
        kept: Cluster | None = None,
    ) -> None:
        self._tell = tell
        self._viewers = viewers
        self._lock = threading.RLock()
        self._worker = Worker("igniter-past")
        self._home = self.shown = Shown(Feed(Watch(driver), self._hand_in, viewers), kept)
        self._outside: Shown | None = None
        self._moment: Moment | None = None
        self._asked = self._number = 0
        self._is_closed = False
        self.is_past = False
        self._aim()

    # -- what is shown

    @property
    def watch(self) -> Watch:
        """The watch on what is shown."""
        return self.shown.watch

    @property
    def driver(self) -> Driver:
        """The driver of what is shown."""
        return self.shown.driver

    @property
    def made(self) -> Cluster | None:
        """The cluster that is shown, if it was made here: a fork, a replay, one started again."""
        return self.shown.kept

    @property
    def can_go_back(self) -> bool:
        """Whether another cluster than the cluster itself is shown."""
        return self.shown is not self._home or self.is_visiting

    @property
    def is_visiting(self) -> bool:
        """Whether a tour was opened here, which is shown, or of which a fork is."""
        return self._outside is not None

    def facts(self) -> Facts:
        """Return those parts of a frame that are about where it comes from."""
        return {"origin": self.shown.origin, "back": self.can_go_back}

    def look(self) -> None:
        """Begin to follow what is shown, or tell it again."""
        self.shown.feed.start()

    def rest(self) -> None:
        """Follow nothing while nobody looks."""
        if not self._viewers.present:
            self.shown.feed.stop()
            self._renew()  # for who came meanwhile

    def _renew(self) -> None:
        """Tell soon what is shown, if somebody looks."""
        if self._viewers.present and not self._is_closed:
            self.look()

    def _aim(self, past: Facts | None = None) -> None:
        """Show something else from now on: a frame of what was shown before comes too late."""
        self._number += 1
        self.shown.feed.aim(self._number, past)

    def _hand_in(self, number: int, parts: Facts, story: list[Facts] | None) -> None:
        """Take a frame from a feed, and tell it if it is of what is shown."""
        with self._lock:
            if number == self._number:
                self._tell({"shown": number, **self.facts(), **parts}, story)

    def close(self) -> None:
        """Follow nothing any more, and end what is the widget's own."""
        with self._lock:
            self._is_closed = True
            self._worker.close()
            for shown in (*self._present(), *filter(None, (self._outside,))):
                _end(shown)
            self._forget_past()

    # -- other clusters

    def show(self, cluster: Cluster, origin: str, number: int | None = None) -> None:
        """Show another cluster, which is the widget's own from now on.

        Args:
            cluster: the cluster.
            origin: where it comes from.
            number: of the wish that it fulfils, None if it is shown in any case.

        Raises:
            ProblemError: something else was asked for since.
        """
        with self._lock:
            is_late = number not in (None, self._asked)
            if is_late or self._is_closed:
                cluster.stop(0.0)
            else:
                before = self.shown
                self.shown = self._made(cluster, origin)
                self._forget_past()
                if before is self._home:
                    before.feed.stop()
                else:
                    _end(before)
        if is_late:
            raise ProblemError(GONE)
        self._renew()

    def restart(self, cluster: Cluster) -> None:
        """Take another cluster as the cluster itself, and show it."""
        with self._lock:
            if self._is_closed:
                cluster.stop(0.0)
                return
            for before in self._present():
                _end(before)
            self._home = self.shown = self._made(cluster, self._home.origin)
            self._forget_past()
        self._renew()

    def _present(self) -> list[Shown]:
        """Return what is shown and what it comes from, each once."""
        return [self._home] if self.shown is self._home else [self._home, self.shown]

    def visit(self, cluster: Cluster, origin: str) -> None:
        """Show a tour's cluster in place of the cluster itself, until somebody comes home."""
        with self._lock:
            if self._is_closed:
                cluster.stop(0.0)
                return
            ending = self._present()
            if self._outside is None:
                self._outside = ending.pop(0)
                self._outside.feed.stop()
            for before in ending:
                _end(before)
            self._home = self.shown = self._made(cluster, origin)
            self._forget_past()
        self._renew()

    def come_home(self) -> bool:
        """Show the cluster again from which somebody went on a tour; say whether one did."""
        with self._lock:
            if self._outside is None or self._is_closed:
                return False
            for before in self._present():
                _end(before)
            self._home = self.shown = self._outside
            self._outside = None
            self._forget_past()
        self._renew()
        return True

    def start_again(self) -> None:
        """Show a new cluster of the kind of one that has stopped; in the thread of the past.

        Raises:
            ConsensusError: there can be none.
        """
        ended = self.driver
        self.show(Cluster(ended.again(), kin=ended), "started again")

    def to_home(self) -> bool:
        """Show the cluster itself again, or the tour's; say whether another one was shown."""
        with self._lock:
            before, self.shown = self.shown, self._home
            self._forget_past()
            if before is not self._home:
                _end(before)
        self._renew()
        return before is not self._home

    def _made(self, cluster: Cluster, origin: str) -> Shown:
        return Shown(Feed(Watch(driver_of(cluster)), self._hand_in, self._viewers), cluster, origin)

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

    def wish(self) -> Wish:
        """Say of what is asked what is asked now."""
        with self._lock:
            return Wish(self._asked, self.watch, self.is_past)

    def seek(self) -> int:
        """Begin to go to the past: what is asked from now on is asked of it.

        Returns:
            The number of the wish, for :meth:`arrive`.
        """
        with self._lock:
            self.is_past = True
            self._asked += 1
            return self._asked

    def moment(self, number: int) -> Moment:
        """Return the moment that was asked for; for the thread of the past.

        Args:
            number: of the wish.

        Raises:
            ProblemError: it is not shown, or not any more.
        """
        with self._lock:
            moment = self._moment
            if moment is None or not moment.number == number == self._asked:
                raise ProblemError(GONE)
            return moment

    def arrive(self, number: int, time_us: int) -> bool:
        """Compute a moment of the past and show it, unless something else was asked for since.

        Args:
            number: what :meth:`seek` gave.
            time_us: the moment; the nearest one that there is, is shown.

        Returns:
            Whether it is shown.

        Raises:
            ConsensusError: the cluster cannot be gone back in.
        """
        with self._lock:
            if number != self._asked:
                return False
            shown, moment = self.shown, self._moment
        if moment is not None:
            beyond_us = time_us - moment.last_us(shown.driver)
            if beyond_us > 0 or (beyond_us == 0 and moment.is_old(shown.watch)):
                moment = None
        if moment is None:
            moment = _taken(shown.watch, number)
        past = moment.past
        first, last = past.first_us, moment.last_us(shown.driver)
        past.seek(min(max(time_us, first), last))
        return self._show_past(shown, moment._replace(number=number))

    def step(self, moment: Moment) -> tuple[TraceEvent, ...]:
        """Go on from a moment of the past until something is noted; return what was.

        Where nothing more has happened so far, and nothing lies ahead, it stays there.
        """
        shown, past = self.shown, moment.past
        is_at_end = past.due_us > moment.last_us(shown.driver)
        if is_at_end and moment.is_old(shown.watch):
            moment = _taken(shown.watch, moment.number)
            moment.past.seek(past.now_us)
            past = moment.past
        noted, last = past.noted, moment.last_us(shown.driver)
        while past.noted == noted and past.due_us <= last and past.step():
            pass
        news = tuple(event for event in past.latest(50) if event.sequence >= noted)
        self._show_past(shown, moment, since=noted)
        return news

    def _show_past(self, shown: Shown, moment: Moment, *, since: int | None = None) -> bool:
        """Show a moment, unless something else was asked for since; say whether it is shown."""
        past = moment.past
        parts = facts_of(past.frame(since)) | {"mode": "past", "steady": False}
        if past.failure is not None:
            parts["failure"] = line(said(past.failure, 300))
        story = _story(shown.watch, past)
        with self._lock:
            if moment.number != self._asked or shown is not self.shown:
                return False
            self._moment = moment
            self._aim(parts)
            self._hand_in(self._number, standing(shown.watch) | parts, story)
            return True

    def live(self) -> bool:
        """Show what is now; say whether a moment of the past was shown."""
        with self._lock:
            was_past = self.is_past
            self._forget_past()
        if was_past:
            self._renew()
        return was_past

    def _forget_past(self) -> None:
        self.is_past = False
        self._asked += 1
        self._moment = None
        self._aim()

    def fork(self, number: int, past: Past | None = None) -> Fork:
        """Show a cluster that begins at a moment; in the thread of the past.

        Its time stands still until it is released, so that what is done first is done there.

        Args:
            number: of the wish for it.
            past: a run that stands at the moment, None for what is now.

        Raises:
            ConsensusError: the cluster cannot be gone back in.
            ProblemError: something else was asked for since.
        """
        watch = self.watch
        if past is None:
            taken = _taken(watch, number)
            past = taken.past
            past.seek(taken.known[0])
        at_us, before = past.now_us, watch.driver.events()
        made = Cluster(past.fork(before), paused=True, kin=watch.driver)
        is_paused, _, has_ended = watch.pulse
        made.speed = watch.driver.speed
        origin = f"fork at {written_time(at_us)}"
        self.show(made, origin, number)
        return Fork(driver_of(made), origin, waits=has_ended or not is_paused)


def _taken(watch: Watch, number: int) -> Moment:
    """Take a run of what happened in a cluster so far."""
    known = watch.mark  # before: all up to then is in the run
    return Moment(number, Past.of(watch.driver), known)


def _end(shown: Shown) -> None:
    """Follow a cluster no more; end it if it is the widget's own."""
    shown.feed.stop()
    if shown.kept is not None:
        shown.kept.stop(0.0)


def driver_of(cluster: Cluster) -> Driver:
    """Return the driver of a cluster that runs in this process."""
    return cast("Driver", cluster._driver)  # noqa: SLF001 -- a widget works at the driver


def _story(watch: Watch, past: Past) -> list[Any]:
    """Tell what happened up to a moment of the past.

    What a person follows is in the cluster's own journal; the replay has the commits before it,
    and whatever lies ahead of the cluster.
    """
    now_us, live_us = past.now_us, watch.mark[0]
    events = [event for event in watch.driver.events() if event.time_us <= now_us]
    details = past.latest(MOST_BACK)
    commits = [event for event in details if event.kind == "commit"]
    events += commits
    events += [event for event in details if event.kind in _FOLLOWED and event.time_us > live_us]
    teller = Storyteller(commits[0].detail - 1 if commits else 0)
    teller.tell(sorted(events, key=lambda event: event.time_us), past.commands)
    return [*teller.lines]
