"""Feed of a page: frames of one cluster, as long as somebody looks.

1. A frame is made in the cluster's loop, at the end of a turn, when the frame rate says so; sending
   it is somebody else's work. While nobody looks the loop does not know of the feed.
2. Of a cluster that has ended there is one last frame.
3. While a moment of the past is shown the feed tells how far the cluster has come, nothing else.
4. Each frame carries the number of what was to be shown when it was begun, so that one that comes
   too late is dropped.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from igniter_nb.clock import now
from igniter_nb.notebook.clusters.widget.frame import Facts, facts_of
from igniter_nb.notebook.clusters.widget.frame_rate import FrameRate
from igniter_nb.notebook.clusters.words.events import Teller
from igniter_nb.notebook.page.html import line
from igniter_nb.text import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from igniter_nb.consensus import Pace, TraceEvent, Watch
    from igniter_nb.notebook.clusters.words.events import Commands, Told
    from igniter_nb.notebook.kernel.viewers import Viewers

MOST_EVENTS: Final = 400
"""Events that a story begins with, the latest ones."""

MOST_LINES: Final = 80
"""Lines of the story, the latest ones."""

LOOK_SECONDS: Final = 0.5
"""Seconds of code of others after which a page is drawn while it runs."""

Story = list[Facts]


def standing(watch: Watch) -> Facts:
    """Return how far a cluster has come and at which pace it goes; from any thread."""
    pace = watch.pace()
    return {
        "live": pace.now_us,
        "span": [pace.first_us, max(pace.now_us, pace.ahead_us)],
        "ahead": pace.ahead_us,
        "paused": pace.paused,
        "speed": pace.speed,
        "slow": "slow" if pace.slow else "",
        "stopped": pace.stopped,
        "again": watch.driver.can_start_again,
        "forkable": watch.driver.loop.keeps and not watch.driver.loop.foreign,
        "failure": _failure(watch, pace),
    }


def _failure(watch: Watch, pace: Pace) -> str:
    """Say what keeps a cluster from going on; empty if nothing does."""
    if pace.failure is not None:
        return said(pace.failure, 300)
    busy = watch.busy_with if watch.busy_seconds > LOOK_SECONDS else ""
    return line(f"The cluster waits: {busy}. What is drawn is as of then.") if busy else ""


class Storyteller:
    """Keeps the latest lines of a story.

    Args:
        committed: highest index that was committed before it began.
    """

    def __init__(self, committed: int = 0) -> None:
        self.lines: deque[Facts] = deque(maxlen=MOST_LINES)
        self._teller = Teller(committed)
        self._count = 0

    def tell(self, events: Sequence[TraceEvent], commands: Commands) -> bool:
        """Tell events, in order; say whether there was something to tell."""
        told: list[Told] = self._teller.tell(events, commands)
        for each in told:
            self._count += 1
            self.lines.append(
                {"n": self._count, "at": each.at_us, "kind": each.kind, "text": each.text}
            )
        return bool(told)


def followed(events: Iterable[TraceEvent], details: Iterable[TraceEvent]) -> list[TraceEvent]:
    """Put together, in order, what a person follows and the commits among the details."""
    found = {event.sequence: event for event in events}
    found |= {event.sequence: event for event in details if event.kind in ("commit", "client")}
    return [found[sequence] for sequence in sorted(found)]


class Feed:
    """Follows one cluster.

    Args:
        watch: on the cluster.
        tell: given the number of what was to be shown, the parts of a frame, and the story if
            there is news; from the loop's thread, which it must not hold up.
        viewers: who looks.

    Attributes:
        watch: on the cluster.
    """

    def __init__(
        self,
        watch: Watch,
        tell: Callable[[int, Facts, Story | None], object],
        viewers: Viewers,
    ) -> None:
        self.watch = watch
        self._aim: tuple[int, Facts | None] = (0, None)
        self._tell = tell
        self._viewers = viewers
        self._frame_rate = FrameRate(watch)
        self._lock = threading.Lock()
        self._cancel: Callable[[], None] | None = None
        self._looks = False
        self._since = 0
        self._story: Storyteller | None = None
        self._storied: int | None = None

    # -- from any thread

    @property
    def past(self) -> Facts | None:
        """What is shown of a moment of the past, None while the cluster itself is shown."""
        return self._aim[1]

    def aim(self, number: int, past: Facts | None) -> None:
        """Show something else from now on.

        Args:
            number: of what is shown; with a new one the story is told anew.
            past: a moment of the past, None for the cluster itself.
        """
        self._aim = (number, past)

    def start(self) -> None:
        """Begin to look, or look again soon; not with a lock that a frame needs."""
        self._listen()
        self.watch.wake(self._turn)
        if not self.watch.has_ended and self.watch.busy_seconds > LOOK_SECONDS:
            self.watch.look(self._turn)  # it does not turn now

    def stop(self) -> None:
        """Look no more."""
        if self._end_listening():
            self.watch.later(self._close)

    def story(self) -> Story:
        """Return the latest lines of the cluster's story."""
        return [] if self._story is None else [*self._story.lines]

    # -- in the loop's thread

    def _turn(self) -> None:
        """Tell a page if it is time; nothing that goes wrong here may end the cluster."""
        try:
            self._look()
        except Exception as error:  # noqa: BLE001 -- the page says so, the cluster goes on
            self._end_listening()
            self._close()
            failure = line(f"The picture cannot be drawn any more: {said(error, 300)}")
            self._tell(self._aim[0], standing(self.watch) | {"failure": failure}, None)

    def _is_seen(self) -> bool:
        return self._viewers.present

    def _look(self) -> None:
        if self._cancel is None:
            return  # it was told to stop
        moment, watch = now(), self.watch
        if not self._looks:
            self._open()
        pulse = watch.pulse
        has_ended = pulse[2]
        worthy = (watch.worthy, *pulse) if self.past is None else pulse
        if has_ended or self._frame_rate.due(moment, worthy):
            if not (self._is_seen() or has_ended):
                self._end_listening()
                self._close()
                if self._is_seen():  # who came meanwhile found that it listened still
                    self._listen()
                return
            steady = self._picture()
            self._frame_rate.told(moment, worthy, steady=steady)
        elif self._frame_rate.waits_ns:
            watch.wake_in(self._frame_rate.waits_ns)
        if has_ended and watch.is_over:
            self._end_listening()  # it has ended; before it only was about to
            self._close()

    def _picture(self) -> bool:
        """Hand a frame on; say whether it shows nothing but heartbeats."""
        number, past = self._aim
        if past is not None:
            told = past | {"sparks": [], "losses": []}  # they were told when it was sought
            self._tell(number, standing(self.watch) | told, None)
            return True
        watch, since = self.watch, self._since
        watch.show(is_here=self._viewers.here)
        self._since = watch.noted
        shown = facts_of(watch.frame(since))
        shown["steady"] = shown["steady"] and not watch.pulse[0]
        story = self._news(since, number)
        self._tell(number, shown | {"mode": "live"} | standing(watch), story)
        return bool(shown["steady"])

    def _news(self, since: int, number: int) -> Story | None:
        """Return the story if something was added to it, or it was not told since then."""
        watch = self.watch
        worthy = watch.news()
        if self._story is None:
            self._story = Storyteller(watch.highest_commit())
            worthy = worthy[-MOST_EVENTS:]
        is_news = self._story.tell(followed(worthy, watch.recent(since)), watch.commands)
        is_new, self._storied = self._storied != number, number
        return self.story() if is_news or is_new else None

    def _open(self) -> None:
        """Begin to watch."""
        self._looks, self._storied = True, None
        self.watch.begin()
        self._since = self.watch.noted

    def _close(self) -> None:
        """Leave the cluster as it was."""
        self._looks = False
        self.watch.end()

    def _listen(self) -> None:
        """Listen to the loop from now on, and wish for a frame."""
        self._frame_rate.ask()
        with self._lock:
            if self._cancel is None:
                self._cancel = self.watch.driver.listen(self._turn)

    def _end_listening(self) -> bool:
        """Listen no more; say whether it did. With the lock, so that none who begins is lost."""
        with self._lock:
            did = self._cancel is not None
            if self._cancel is not None:
                self._cancel()
            self._cancel = None
        return did
