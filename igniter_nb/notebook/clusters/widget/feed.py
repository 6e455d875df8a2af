"""Follows a cluster while somebody looks, and hands on what a page is to show.

1. It looks in the cluster's loop, at the end of a turn, when the rhythm says so; telling the page
   is somebody else's work. While nobody looks the loop does not know of it.
2. While it looks, the world notes messages and commits; afterwards it notes what it did before.
3. It holds the driver and no cluster. Of a cluster that has ended there is one last picture.
4. While a moment of the past is shown it tells how far the cluster has come, and nothing else.
5. Each picture carries the number of what was to be shown when it was begun, so that one that comes
   too late can be told from the others.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from igniter_nb.clock import now
from igniter_nb.errors import ConsensusError
from igniter_nb.notebook.clusters.widget.frame import MOST_EVENTS, Facts, recent, scene
from igniter_nb.notebook.clusters.widget.frame_rate import Rhythm
from igniter_nb.notebook.clusters.words.events import Narrator
from igniter_nb.notebook.page.html import line
from igniter_nb.text import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from igniter_nb.consensus import Driver, TraceEvent, World
    from igniter_nb.notebook.clusters.words.events import Told
    from igniter_nb.raft import Message

MOST_LINES: Final = 80
"""Lines of the story, the latest ones."""

LOOK_SECONDS: Final = 0.5
"""Seconds of code of others after which a page is drawn while it runs."""

Story = list[Facts]


class Losses:
    """Collects messages that will not arrive; a world that is put away takes none along."""

    def __init__(self) -> None:
        self.messages: deque[Message] = deque(maxlen=MOST_EVENTS)

    def __call__(self, message: Message, _: str) -> None:
        """Hear of a message."""
        self.messages.append(message)

    def __reduce__(self) -> tuple[object, ...]:
        """Leave as one that has heard of none."""
        return Losses, ()

    def take(self) -> list[Message]:
        """Hand out what was lost since the last time."""
        found = [*self.messages]
        self.messages.clear()
        return found


class _Lookers:
    """How many look at a world, and whether it noted messages before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: WeakKeyDictionary[World, tuple[int, bool]] = WeakKeyDictionary()

    def begin(self, world: World) -> None:
        with self._lock:
            count, before = self._of.get(world, (0, world.details))
            self._of[world] = (count + 1, before)
            world.details = True

    def end(self, world: World) -> None:
        with self._lock:
            count, before = self._of.pop(world)
            if count > 1:
                self._of[world] = (count - 1, before)
            else:
                world.details = before


_LOOKERS: Final = _Lookers()


def standing(driver: Driver) -> Facts:
    """Return how far a cluster has come and at which pace it goes; from any thread."""
    loop, world = driver.loop, driver.world
    ahead, checkpoints = driver.ahead_us or 0, loop.tape.checkpoints
    first = checkpoints[0].time_us if loop.keeps and checkpoints else world.now_us
    return {
        "live": world.now_us,
        "span": [first, max(world.now_us, ahead)],
        "ahead": ahead,
        "paused": loop.paused,
        "speed": loop.speed,
        "stopped": loop.stopping,
        "failure": _failure(driver),
    }


def _failure(driver: Driver) -> str:
    """Say what keeps a cluster from going on; empty if nothing does."""
    loop = driver.loop
    if loop.failure is not None:
        return said(loop.failure, 300)
    busy = loop.aside.said() if loop.aside.seconds > LOOK_SECONDS else ""
    return line(f"The cluster waits: {busy}. What is drawn is as of then.") if busy else ""


class Storyteller:
    """Keeps the latest lines of a story.

    Args:
        committed: highest index that was committed before it began.
    """

    def __init__(self, committed: int = 0) -> None:
        self.lines: deque[Facts] = deque(maxlen=MOST_LINES)
        self._narrator = Narrator(committed)
        self._count = 0

    def tell(self, events: Sequence[TraceEvent], world: World) -> bool:
        """Tell events, in order; say whether there was something to tell."""
        told: list[Told] = self._narrator.tell(events, world)
        for each in told:
            self._count += 1
            self.lines.append(
                {"n": self._count, "at": each.at_us, "kind": each.kind, "text": each.text}
            )
        return bool(told)


def highest_commit(world: World) -> int:
    """Return the highest index that a node of a world knows to be committed."""
    return max((host.replica.core.commit for host in world.hosts.values()), default=0)


def followed(events: Iterable[TraceEvent], details: Iterable[TraceEvent]) -> list[TraceEvent]:
    """Put together, in order, what a person follows and the commits among the details."""
    found = {event.sequence: event for event in events}
    found |= {event.sequence: event for event in details if event.kind in ("commit", "client")}
    return [found[sequence] for sequence in sorted(found)]


class Feed:
    """Follows one driver.

    Args:
        driver: of the cluster.
        tell: given the number of what was to be shown, the parts of a frame, and the story if
            there is news; from the loop's thread, which it must not hold up.
        is_seen: says whether somebody looks.

    Attributes:
        driver: of the cluster.
    """

    def __init__(
        self,
        driver: Driver,
        tell: Callable[[int, Facts, Story | None], object],
        is_seen: Callable[[], bool],
    ) -> None:
        self.driver = driver
        self._aim: tuple[int, Facts | None] = (0, None)
        self._tell = tell
        self._is_seen = is_seen
        self._rhythm = Rhythm()
        self._lock = threading.Lock()
        self._cancel: Callable[[], None] | None = None
        self._looks = False
        self._losses = Losses()
        self._since = self._worthy = 0
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
        """Begin to look, or look again soon; not with a lock that a picture needs."""
        self._listen()
        try:
            self.driver.loop.post(int)  # to wake it
        except ConsensusError:
            if self.driver.loop.stopping:
                self.driver.loop.look(self._turn)  # it has ended, and turns no more
        else:
            if self.driver.loop.aside.seconds > LOOK_SECONDS:  # it does not turn now
                with suppress(ConsensusError):  # it came back, and turns again
                    self.driver.loop.look(self._turn)

    def stop(self) -> None:
        """Look no more."""
        if self._end_listening():
            with suppress(ConsensusError):  # it has ended, and notes nothing any more
                self.driver.loop.post(self._close)

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
            self._tell(self._aim[0], standing(self.driver) | {"failure": failure}, None)

    def _look(self) -> None:
        if self._cancel is None:
            return  # it was told to stop
        moment, loop, world = now(), self.driver.loop, self.driver.world
        if not self._looks:
            self._open()
        pace = (loop.paused, loop.speed, loop.stopping)
        worthy = (self.driver.journal.worthy, *pace) if self.past is None else pace
        if loop.stopping or self._rhythm.due(moment, worthy, world, speed=loop.speed):
            if not (self._is_seen() or loop.stopping):
                self._end_listening()
                self._close()
                if self._is_seen():  # who came meanwhile found that it listened still
                    self._listen()
                return
            steady = self._picture()
            self._rhythm.told(moment, worthy, world, steady=steady)
        elif self._rhythm.waits_ns:
            wakes_us = loop.uptime_us + self._rhythm.waits_ns // 1000 + 1
            loop.wake_us = min(loop.wake_us, wakes_us)
        if loop.stopping and not any(host.replica.alive for host in world.hosts.values()):
            self._end_listening()  # it has ended; before it only was about to
            self._close()

    def _picture(self) -> bool:
        """Hand a picture on; say whether it shows nothing but heartbeats."""
        number, past = self._aim
        if past is not None:
            told = past | {"sparks": [], "losses": []}  # they were told when it was sought
            self._tell(number, standing(self.driver) | told, None)
            return True
        world, loop, since = self.driver.world, self.driver.loop, self._since
        self._since = world.noted
        lost = self._losses.take()
        shown = scene(world, since, losses=lost, stopped=loop.stopping, speed=loop.speed)
        shown["steady"] = shown["steady"] and not loop.paused
        story = self._news(world, since, number)
        self._tell(number, shown | {"mode": "live"} | standing(self.driver), story)
        return bool(shown["steady"])

    def _news(self, world: World, since: int, number: int) -> Story | None:
        """Return the story if something was added to it, or it was not told since then."""
        journal = self.driver.journal
        count, self._worthy = journal.worthy - self._worthy, journal.worthy
        worthy = journal.noteworthy()[-count:] if count else ()
        if self._story is None:
            self._story = Storyteller(highest_commit(world))
            worthy = worthy[-MOST_EVENTS:]
        is_news = self._story.tell(followed(worthy, recent(world, since)), world)
        is_new, self._storied = self._storied != number, number
        return self.story() if is_news or is_new else None

    def _open(self) -> None:
        """Begin to look at the world."""
        world = self.driver.world
        self._looks, self._storied = True, None
        _LOOKERS.begin(world)
        if world.network.lost is None or isinstance(world.network.lost, Losses):
            world.network.lost = self._losses
        self._since = world.noted

    def _close(self) -> None:
        """Leave the world as it was."""
        if self._looks:
            self._looks = False
            _LOOKERS.end(self.driver.world)
            if self.driver.world.network.lost is self._losses:
                self.driver.world.network.lost = None

    def _listen(self) -> None:
        """Listen to the loop from now on, and wish for a picture."""
        self._rhythm.ask()
        with self._lock:
            if self._cancel is None:
                self._cancel = self.driver.listen(self._turn)

    def _end_listening(self) -> bool:
        """Listen no more; say whether it did. With the lock, so that none who begins is lost."""
        with self._lock:
            did = self._cancel is not None
            if self._cancel is not None:
                self._cancel()
            self._cancel = None
        return did
