"""Requests of a page to a cluster, checked strictly, and their answers.

1. Whatever comes, a page hears one answer to each message, in sentences; nothing is raised.
2. A message comes on any thread. Nothing here waits for an election or a write: what takes time is
   answered when it is done. A moment of the past is computed, and asked, in a thread of its own.
3. Who does something while a moment of the past is shown does it there, in a fork; or not at all,
   if something else is shown when it is its turn. Nothing meant for one cluster is done to another.
4. Requests are numbered; one made for a view that has been replaced is dropped.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import TOURS, Cluster, encode, reopened_beside, tour
from igniter_nb.notebook.clusters.widget.asked import Asked, Doing
from igniter_nb.notebook.clusters.widget.details import STATE, entry_of, known_of
from igniter_nb.notebook.clusters.widget.reply import ProblemError, Reply
from igniter_nb.notebook.clusters.widget.tour import TourPlayer
from igniter_nb.notebook.clusters.widget.view import GONE, written_time
from igniter_nb.notebook.clusters.words.events import command as written
from igniter_nb.notebook.clusters.words.events import sentence, traced
from igniter_nb.notebook.clusters.words.messages import step_sentence
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from igniter_nb.consensus import Driver, TraceEvent
    from igniter_nb.notebook.clusters.widget.asked import Message
    from igniter_nb.notebook.clusters.widget.view import View
    from igniter_nb.notebook.kernel.viewers import Viewers


PATIENCE: Final = 5.0
"""Seconds that a write waits for an answer where time passes as fast as ours ..."""

LONGEST_PATIENCE: Final = 100.0
"""... and at most, where it passes more slowly."""

DISPLAYED: Final = "displayed"
"""Name of a viewer that has not said hello yet."""

ENDED: Final = "the cluster has ended, and nothing of it was kept; run its cell again"

BUSY_SECONDS: Final = 1.0
"""After so many seconds of code of others a page is told that the cluster does not come to it."""

MOST_TEXT: Final = 50_000_000
"""Characters of a recording that is opened."""

MOST_LINES: Final = 6
"""Events of one step that are told; of more it is said how many."""


class Requests:
    """Carries out what pages ask.

    Args:
        view: what is shown.
        viewers: the pages that show it.
        send: sends a page an answer.
        tour: the tour that is shown, None without one.
    """

    def __init__(
        self,
        view: View,
        viewers: Viewers,
        send: Callable[[dict[str, Any]], object],
        *,
        tour: TourPlayer | None = None,
    ) -> None:
        self._view: View | None = view
        self.tour = tour
        self._viewers = viewers
        self._send = send
        self._lock = threading.Lock()
        self._seeking: Reply | None = None
        self._outer: TourPlayer | None = None

    @property
    def view(self) -> View:
        """What is shown.

        Raises:
            ProblemError: nothing is any more.
        """
        if self._view is None:
            raise ProblemError(ENDED)
        return self._view

    def end(self) -> None:
        """Let go of what is shown: whatever is asked from now on is refused."""
        self._view = self.tour = None

    def hear(self, _widget: object, content: Any, _buffers: object) -> None:
        """Take whatever a page sends, on whatever thread it comes."""
        view = self._view
        match content:
            case {"type": "hello" | "ping" | "bye" as kind, "view": str(viewer)} if view:
                self._looks(view, viewer, kind)
            case {"view": str(viewer), "n": int(number)}:
                self._take(content, Reply(self._send, viewer, number))

    def _looks(self, view: View, viewer: str, kind: str) -> None:
        """Note that a viewer looks, or does not any more."""
        if kind == "bye":
            self._viewers.end(viewer)
            view.rest()
            return
        self._viewers.end(DISPLAYED)
        is_first = self._viewers.renew(viewer)
        if is_first or kind == "hello" or view.watch.busy_seconds > BUSY_SECONDS:
            view.look()

    def _take(self, message: Message, reply: Reply) -> None:
        """Carry a message out, now or later, and answer it."""
        view = self._view
        if view is None:
            reply.refuse(ProblemError(ENDED))
            return
        kind = message.get("type")
        handler = self._HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is None:
            known = ", ".join(self._HANDLERS)
            came = ProblemError(f"expected a message of {known}; came {abbreviate(kind)}")
            reply.refuse(came)
            return
        asked = Asked(message, view.wish())
        if asked.wish.is_past and handler not in self._AT_ONCE:
            view.later(partial(self._try_there, handler, asked, reply))
        else:
            self._try(handler, asked, reply)

    def _try(self, handler: Any, asked: Asked, reply: Reply) -> None:
        try:
            handler(self, asked, reply)
        except Exception as error:  # noqa: BLE001 -- the person who clicked must see it, whatever it is
            reply.refuse(error)

    def _try_there(self, handler: Any, asked: Asked, reply: Reply) -> None:
        """Do what was asked of a moment of the past, if that is shown now that it is its turn."""
        try:
            moment = self.view.moment(asked.wish.number)
        except ProblemError as error:
            reply.refuse(error)
        else:
            self._try(handler, replace(asked, moment=moment), reply)

    @contextmanager
    def _changing(self, asked: Asked) -> Iterator[Doing]:
        """Do something to what is shown: in a fork, if that is a moment of the past.

        Who did something has left the tour, and is told so; who was refused has not.

        Yields:
            What is done; the caller writes down what it is.
        """
        if asked.moment is None:
            doing = Doing(asked.driver)
            yield doing
            doing.ended = self._leave(asked.driver, doing.what)
            return
        fork = self.view.fork(asked.wish.number, asked.moment.past)
        doing = Doing(fork.driver, f" (in a {fork.origin})")
        try:
            yield doing
        finally:
            fork.release()
            doing.ended = self._leave(fork.driver, doing.what)

    def _leave(self, driver: Driver, what: str = "") -> str:
        """Leave the tour, if one is on, and let a cluster go on by itself.

        Args:
            driver: of the cluster.
            what: what ended the tour, as a sentence without its full stop; empty if that was asked
                for.

        Returns:
            That it ended, to be added to a sentence; empty if it did not.
        """
        ended = self._end_tour(what)
        if ended:
            TourPlayer.let_go(driver)
        if ended or not what:
            self.view.look()
        return ended

    def _end_tour(self, what: str) -> str:
        is_over = self.tour is not None and self.tour.leave(what)
        return " The tour ended." if is_over else ""

    @staticmethod
    def _patience(driver: Driver) -> float:
        """Seconds to wait for an answer: elections and latencies are of the cluster's time."""
        return min(LONGEST_PATIENCE, PATIENCE / driver.slowest)

    # -- what is done

    def _act(self, asked: Asked, reply: Reply) -> None:
        name, args = asked.get("name"), asked.get("args", [])
        if asked.moment is not None:  # refused there, it opens no fork
            asked.moment.past.check(name, args)
        with self._changing(asked) as doing:
            doing.what = doing.driver.inflict(name, args)
        reply.say(doing.told(doing.what))

    def _step_down(self, asked: Asked, reply: Reply) -> None:
        with self._changing(asked) as doing:
            future = doing.driver.unhurried.step_down(self._patience(doing.driver))
            doing.what = "The leader was asked to step down"
        _when_done(future, reply, lambda leader: doing.told(f"{leader} leads now"))

    def _add(self, asked: Asked, reply: Reply) -> None:
        name = asked.seen.new_name(asked.get("node"))
        with self._changing(asked) as doing:
            future = doing.driver.unhurried.join(name, self._patience(doing.driver))
            doing.what = f"{name} was asked to join"
        joined = "has joined: it has a vote now"
        _when_done(future, reply, lambda node: doing.told(f"{node} {joined}"))

    def _remove(self, asked: Asked, reply: Reply) -> None:
        node = asked.seen.name(asked.get("node"))
        with self._changing(asked) as doing:
            future = doing.driver.unhurried.leave(node, self._patience(doing.driver))
            doing.what = f"{node} was asked to leave"
        _when_done(future, reply, lambda gone: doing.told(f"{gone} has left, and is stopped"))

    def _write(self, asked: Asked, reply: Reply) -> None:
        key, value = asked.get("key"), asked.get("value")
        if not isinstance(key, str) or not key:
            raise ProblemError(f"key: expected a name, came {abbreviate(key)}")
        self._submit({"key": key, "value": _value(value)}, asked, reply)

    def _command(self, asked: Asked, reply: Reply) -> None:
        text = asked.get("text")
        try:
            command = json.loads(text) if isinstance(text, str) else text
        except (RecursionError, ValueError) as error:
            raise ProblemError(
                f'expected a command in JSON, for example {{"type": "add", "by": 1}}; '
                f"came {abbreviate(text)} ({error})"
            ) from error
        if not isinstance(command, dict):
            raise ProblemError(f"expected a JSON object, came {abbreviate(command)}")
        self._submit(command, asked, reply)

    def _submit(self, command: dict[str, Any], asked: Asked, reply: Reply) -> None:
        data = encode(command)
        what = written(data)
        with self._changing(asked) as doing:
            (future,) = doing.driver.unhurried.write([data], self._patience(doing.driver))
            doing.what = f"{what} was handed in"
        _when_done(
            future,
            reply,
            lambda outcome: doing.told(
                f"{what} is committed at index {outcome.index} of term {outcome.term}"
            ),
        )

    def _read(self, asked: Asked, reply: Reply) -> None:
        key = asked.get("key")
        if not isinstance(key, str) or not key:
            raise ProblemError(f"key: expected a name, came {abbreviate(key)}")
        driver, query = asked.driver, partial(entry_of, key)
        if asked.moment is not None or driver.ahead_us is not None:
            # to ask the nodes would be something else than what lies ahead, which then never comes
            at_us, node, found = asked.seen.read(query)
            reply.say(f"{node}: {found} at {written_time(at_us)}, as far as that node had applied.")
            return
        future = driver.unhurried.read(
            query, "linearizable", None, timeout=self._patience(driver), leases=False
        )
        _when_done(future, reply, lambda found: f"{found}.")

    # -- time

    def _pace(self, asked: Asked, reply: Reply) -> None:
        paused, speed = asked.get("paused"), asked.get("speed")
        if paused is None and speed is None:
            raise ProblemError("expected paused, true or false, or speed, a number; came neither")
        if not isinstance(paused, bool | None):
            raise ProblemError(f"paused: expected true or false, came {abbreviate(paused)}")
        if speed is not None and not (
            isinstance(speed, int | float) and not isinstance(speed, bool) and 0.01 <= speed <= 100  # noqa: PLR2004 -- said in the sentence
        ):
            raise ProblemError(f"speed: expected 0.01 to 100, came {abbreviate(speed)}")
        asked.driver.set_pace(paused=paused, speed=None if speed is None else float(speed))
        told = [] if paused is None else ["Time stands still." if paused else "Time goes on."]
        told += [] if speed is None else [f"A second of ours is {speed:g} s of the cluster's."]
        reply.say(" ".join(told))

    def _skip(self, asked: Asked, reply: Reply) -> None:
        asked.driver.skip_slow()
        reply.say("Time passes as fast as before.")

    def _step(self, asked: Asked, reply: Reply) -> None:
        if asked.moment is None:
            reply.say(_lines(asked.driver.step()) or "Nothing happened.")
            return
        reply.say(_lines(self.view.step(asked.moment)) or "Nothing more has happened so far.")

    def _seek(self, asked: Asked, reply: Reply) -> None:
        at = asked.get("at")
        if isinstance(at, bool) or not isinstance(at, int | float) or not -1e15 < at < 1e15:  # noqa: PLR2004 -- beyond lies no time
            raise ProblemError(f"at: expected a time in microseconds, came {abbreviate(at)}")
        with self._lock:
            self.view.seek()
            before, self._seeking = self._seeking, reply
            arrive = partial(self._arrive, replace(asked, wish=self.view.wish()), reply)
            if self.view.later(arrive, key="seek") and before is not None:
                before.say("")  # a later wish came before it was its turn

    def _arrive(self, asked: Asked, reply: Reply) -> None:
        number = asked.wish.number
        try:
            came = self.view.arrive(number, round(asked.get("at")))
        except Exception as error:  # noqa: BLE001 -- the person who asked must see it, whatever it is
            if self.view.wish().number == number:
                self.view.live()
            reply.refuse(error)
            return
        if came or self.view.driver is asked.driver:
            reply.say("")  # the frame is the answer, or something else was asked for since
        else:
            reply.refuse(ProblemError(GONE))

    def _live(self, _: Asked, reply: Reply) -> None:
        self.view.live()
        reply.say("The cluster is shown as it is now.")

    def _fork(self, asked: Asked, reply: Reply) -> None:
        do = self._try_there if asked.wish.is_past else self._try
        self.view.later(partial(do, Requests._forked, asked, reply))

    def _forked(self, asked: Asked, reply: Reply) -> None:
        moment = asked.moment
        fork = self.view.fork(asked.wish.number, None if moment is None else moment.past)
        what = f"This is a {fork.origin}"
        ended = self._end_tour(what)
        fork.release()
        reply.say(f"{what}: it goes on by itself, and the cluster stays as it is.{ended}")

    def _back(self, _: Asked, reply: Reply) -> None:
        went = self.view.to_home() or self._come_home()
        reply.say("This is the cluster itself." if went else "This is the cluster itself already.")

    # -- looking, and runs

    def _look(self, asked: Asked, reply: Reply) -> None:
        node = asked.seen.details(asked.get("node"), STATE)
        when = "now" if asked.moment is None else f"at {written_time(node.at_us)}"
        reply.say(f"What is known of {node.row.node_id} {when}.", known_of(node))

    def _copy(self, asked: Asked, reply: Reply) -> None:
        text = str(asked.driver.recording())
        reply.say("Whoever opens this text with Cluster.replay(text) sees the same run.", text)

    def _open(self, asked: Asked, reply: Reply) -> None:
        text = asked.get("text")
        if not isinstance(text, str) or not text.strip() or len(text) > MOST_TEXT:
            raise ProblemError(f"text: expected the text of a recording, came {abbreviate(text)}")
        self.view.later(partial(self._try, Requests._opened, asked, reply))

    def _opened(self, asked: Asked, reply: Reply) -> None:
        driver = reopened_beside(asked.driver, asked.get("text").strip())
        made = Cluster(driver, paused=True, kin=asked.driver)
        ended = self._end_tour("Another run was opened")
        self.view.show(made, "replay")
        reply.say(f"The run was opened where it ended; go back in it, or let it go on.{ended}")

    def _again(self, asked: Asked, reply: Reply) -> None:
        if not asked.driver.loop.stopping:
            raise ProblemError("expected a cluster that has stopped; this one runs")
        self.view.later(partial(self._try, Requests._started_again, asked, reply))

    def _started_again(self, _: Asked, reply: Reply) -> None:
        self.view.start_again()
        reply.say(
            "This is a new cluster of the same kind. Variables of the notebook still name the one "
            "that has stopped: if one is cluster, cluster.shown is this one."
        )

    def _tour(self, asked: Asked, reply: Reply) -> None:
        if "name" in asked.content:
            name = asked.get("name")
            if not isinstance(name, str) or name not in TOURS:
                known = ", ".join(TOURS)
                raise ProblemError(f"name: expected {known}; came {abbreviate(name)}")
            self.view.later(partial(self._try, Requests._visit, asked, reply))
            return
        go, tour = asked.get("go"), self.tour
        if go not in ("next", "back", "leave"):
            raise ProblemError(f'go: expected "next", "back" or "leave", came {abbreviate(go)}')
        if tour is None:
            raise ProblemError("expected a tour; this is a cluster without one")
        if go == "leave":
            self.view.live()
            self._leave(asked.driver)
            reply.say("The cluster is yours: do with it what you like.")
            return
        self.view.later(partial(self._try, Requests._guide, asked, reply))

    def _visit(self, asked: Asked, reply: Reply) -> None:
        """Open a tour in place of the cluster, which goes on meanwhile."""
        made, view = TourPlayer(tour(asked.get("name"))), self.view
        if not view.is_visiting:
            self._outer = self.tour
        view.visit(made.open(view.driver), "tour")
        self.tour = made
        view.look()
        reply.say(made.step.heading)

    def _tour_end(self, asked: Asked, reply: Reply) -> None:
        if not self._come_home():
            if self.tour is None:
                raise ProblemError("expected a tour; this is a cluster without one")
            self._leave(asked.driver)
        reply.say("This is the cluster itself.")

    def _come_home(self) -> bool:
        """Close a tour that was opened here; say whether there was one."""
        if not self.view.is_visiting:
            return False
        self.tour, self._outer = self._outer, None
        return self.view.come_home()

    def _guide(self, asked: Asked, reply: Reply) -> None:
        tour, go = self.tour, asked.get("go")
        assert tour is not None, "it was asked for before"
        went = (tour.go_on if go == "next" else tour.go_back)(self.view)
        self.view.look()
        if not went:
            raise ProblemError(f"there is no {'other' if go == 'next' else 'earlier'} step")
        reply.say(tour.step.heading)

    _HANDLERS: Final[Mapping[str, Callable[[Requests, Asked, Reply], None]]] = {
        "act": _act,
        "step_down": _step_down,
        "add": _add,
        "remove": _remove,
        "write": _write,
        "command": _command,
        "read": _read,
        "pace": _pace,
        "skip": _skip,
        "step": _step,
        "seek": _seek,
        "live": _live,
        "fork": _fork,
        "back": _back,
        "look": _look,
        "copy": _copy,
        "open": _open,
        "again": _again,
        "tour": _tour,
        "tour-end": _tour_end,
    }

    _AT_ONCE: Final = frozenset(
        {_seek, _live, _fork, _back, _open, _again, _tour, _tour_end, _pace, _skip, _copy}
    )
    """What is not asked of the moment that is shown, or finds its own way there."""


def _when_done(future: Future[Any], reply: Reply, tell: Callable[[Any], str]) -> None:
    """Answer when a future is done, in the thread in which it is."""
    future.add_done_callback(partial(_done, reply, tell))


def _done(reply: Reply, tell: Callable[[Any], str], future: Future[Any]) -> None:
    error = future.exception()
    if error is None:
        reply.say(tell(future.result()))
    else:
        reply.refuse(error)


def _value(value: object) -> object:
    """Return a value as it was typed: JSON, or else a text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, parse_constant=_refused)
    except (RecursionError, ValueError):
        return value


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _lines(events: Iterable[TraceEvent]) -> str:
    """Tell what one step was, in plain words or as the trace does; empty if nothing was."""
    lines = [sentence(event) or step_sentence(event) or traced(event) for event in events]
    if not lines:
        return ""
    more = f"; and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    return f"{'; '.join(lines[:MOST_LINES])}{more}."
