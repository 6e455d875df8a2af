"""What a page may ask of a cluster, checked strictly, and what it hears of it.

1. Whatever comes, a page hears one answer to each message, in sentences; nothing is raised.
2. A message comes on any thread. Nothing here waits for an election or a write: what takes time is
   answered when it is done. A moment of the past is computed, and asked, in a thread of its own.
3. Who does something while a moment of the past is shown does it there, in a fork; or not at all,
   if something else is shown when it is its turn. Nothing meant for one cluster is done to another.
4. What looks at a cluster that goes on does so in its loop.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import Cluster, encode, forked, opened_run
from igniter_nb.errors import IgniterError
from igniter_nb.notebook.clusters.widget.details import entry_of, known_of, read_key
from igniter_nb.notebook.clusters.widget.faults import ProblemError, named_anew, node_of
from igniter_nb.notebook.clusters.widget.tour import Guided
from igniter_nb.notebook.clusters.widget.view import GONE, written_time
from igniter_nb.notebook.clusters.words.events import command as written
from igniter_nb.notebook.clusters.words.events import sentence, traced
from igniter_nb.notebook.clusters.words.messages import letter
from igniter_nb.notebook.page.html import line
from igniter_nb.text import abbreviate, said, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from igniter_nb.consensus import Driver, TraceEvent, World
    from igniter_nb.notebook.clusters.widget.view import Moment, Stage, Wish

    Message = Mapping[str, Any]

PATIENCE: Final = 5.0
"""Seconds that a write waits for an answer where time passes as fast as ours ..."""

LONGEST_PATIENCE: Final = 100.0
"""... and at most, where it passes more slowly."""

MOST_TEXT: Final = 50_000_000
"""Characters of a recording that is opened."""

MOST_LINES: Final = 6
"""Events of one step that are told; of more it is said how many."""

TEXT: Final = 600
"""Characters of a sentence."""


class Reply:
    """The answer to one message, given once.

    Args:
        send: given what the page is to hear.
        view: which view of the page asked.
        number: of its message.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object], view: str, number: int) -> None:
        self._send = send
        self._about = {"type": "answer", "view": view, "n": number}

    def say(self, sentence: str, text: str | None = None) -> None:
        """Say what came of it."""
        more = {} if text is None else {"text": text.encode(errors="replace").decode()}
        self._send({**self._about, "said": shorten(line(sentence), TEXT), "problem": "", **more})

    def refuse(self, error: BaseException) -> None:
        """Say why nothing came of it."""
        self._send({**self._about, "said": "", "problem": problem_text(error)})


def problem_text(error: BaseException) -> str:
    """Write an error for a page: what we raise on purpose is a sentence already."""
    if isinstance(error, IgniterError | ValueError | OSError):
        return shorten(line(str(error)), TEXT)
    return line(said(error, TEXT))


@dataclass(frozen=True)
class Asked:
    """A message, and of what it asks.

    Attributes:
        content: what came.
        wish: what was shown, or was to be shown, when it came.
        moment: the moment of the past that it asks of, None if it asks of what is now.
    """

    content: Message
    wish: Wish
    moment: Moment | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field of the message."""
        return self.content.get(name, default)

    @property
    def driver(self) -> Driver:
        """The driver of the cluster that it asks of."""
        return self.wish.driver

    def look(self, look: Callable[[World], Any]) -> Any:
        """Look at the world that it asks of: at the moment, or in the loop that drives it."""
        if self.moment is not None:
            return look(self.moment.past.world)
        return self.driver.loop.look(partial(look, self.driver.world))


class Requests:
    """Carries out what pages ask.

    Args:
        stage: what is shown.
        guided: the tour that is shown, None without one.
    """

    def __init__(self, stage: Stage, guided: Guided | None = None) -> None:
        self.stage = stage
        self.guided = guided
        self._lock = threading.Lock()
        self._seeking: Reply | None = None

    def take(self, message: Message, reply: Reply) -> None:
        """Carry a message out, now or later, and answer it."""
        kind = message.get("type")
        handler = self._HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is None:
            known = ", ".join(self._HANDLERS)
            came = ProblemError(f"expected a message of {known}; came {abbreviate(kind)}")
            reply.refuse(came)
            return
        asked = Asked(message, self.stage.wish())
        if asked.wish.is_past and handler not in self._AT_ONCE:
            self.stage.later(partial(self._try_there, handler, asked, reply))
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
            moment = self.stage.moment(asked.wish.number)
        except ProblemError as error:
            reply.refuse(error)
        else:
            self._try(handler, replace(asked, moment=moment), reply)

    @contextmanager
    def _changing(self, asked: Asked) -> Iterator[tuple[Driver, str]]:
        """Do something to what is shown: in a fork, if that is a moment of the past.

        Who did something has left the tour; who was refused has not.

        Yields:
            The driver where it is done; and where that is, as the end of a sentence, empty if it is
            not new.
        """
        if asked.moment is None:
            yield asked.driver, ""
            self._leave(asked.driver)
            return
        fork = self.stage.fork(asked.wish.number, asked.moment.past)
        try:
            yield fork.driver, f" (in a {fork.origin})"
        finally:
            fork.release()
            self._leave(fork.driver)

    def _leave(self, driver: Driver) -> None:
        """Leave the tour, if one is on, and let a cluster go on by itself."""
        if self.guided is not None and self.guided.leave():
            Guided.let_go(driver)
            self.stage.look()

    @staticmethod
    def _patience(driver: Driver) -> float:
        """Seconds to wait for an answer: elections and latencies are of the cluster's time."""
        return min(LONGEST_PATIENCE, PATIENCE / min(driver.loop.speed, 1.0))

    # -- what is done

    def _act(self, asked: Asked, reply: Reply) -> None:
        name, args = asked.get("name"), asked.get("args", [])
        if asked.moment is not None:  # refused there, it opens no fork
            asked.moment.past.check(name, args)
        with self._changing(asked) as (driver, where):
            outcome = driver.inflict(name, args)
        reply.say(f"{outcome}{where}.")

    def _step_down(self, asked: Asked, reply: Reply) -> None:
        with self._changing(asked) as (driver, where):
            future = driver.step_down(self._patience(driver))
        _when_done(future, reply, lambda leader: f"{leader} leads now{where}.")

    def _add(self, asked: Asked, reply: Reply) -> None:
        name = asked.look(partial(_new_name, asked.get("node")))
        with self._changing(asked) as (driver, where):
            future = driver.join(name, self._patience(driver))
        _when_done(future, reply, lambda node: f"{node} has joined: it has a vote now{where}.")

    def _remove(self, asked: Asked, reply: Reply) -> None:
        node = asked.look(lambda world: node_of(world, asked.get("node")))
        with self._changing(asked) as (driver, where):
            future = driver.leave(node, self._patience(driver))
        _when_done(future, reply, lambda gone: f"{gone} has left, and is stopped{where}.")

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
        with self._changing(asked) as (driver, where):
            (future,) = driver.write([data], self._patience(driver))
        what = written(data)
        _when_done(
            future,
            reply,
            lambda outcome: (
                f"{what} is committed at index {outcome.index} of term {outcome.term}{where}."
            ),
        )

    def _read(self, asked: Asked, reply: Reply) -> None:
        key = asked.get("key")
        if not isinstance(key, str) or not key:
            raise ProblemError(f"key: expected a name, came {abbreviate(key)}")
        driver = asked.driver
        if asked.moment is not None or driver.ahead_us is not None:
            # to ask the nodes would be something else than what lies ahead, which then never comes
            at_us, held = asked.look(lambda world: (world.now_us, read_key(world, key)))
            reply.say(f"{held} at {written_time(at_us)}, as far as that node had applied.")
            return
        query = partial(entry_of, key)
        future = driver.read(
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

    def _step(self, asked: Asked, reply: Reply) -> None:
        if asked.moment is None:
            reply.say(_lines(asked.driver.step()) or "Nothing happened.")
            return
        reply.say(_lines(self.stage.step(asked.moment)) or "Nothing more has happened so far.")

    def _seek(self, asked: Asked, reply: Reply) -> None:
        at = asked.get("at")
        if isinstance(at, bool) or not isinstance(at, int | float) or not -1e15 < at < 1e15:  # noqa: PLR2004 -- beyond lies no time
            raise ProblemError(f"at: expected a time in microseconds, came {abbreviate(at)}")
        with self._lock:
            self.stage.seek()
            before, self._seeking = self._seeking, reply
            arrive = partial(self._arrive, replace(asked, wish=self.stage.wish()), reply)
            if self.stage.later(arrive, key="seek") and before is not None:
                before.say("")  # a later wish came before it was its turn

    def _arrive(self, asked: Asked, reply: Reply) -> None:
        number = asked.wish.number
        try:
            came = self.stage.arrive(number, round(asked.get("at")))
        except Exception as error:  # noqa: BLE001 -- the person who asked must see it, whatever it is
            if self.stage.wish().number == number:
                self.stage.live()
            reply.refuse(error)
            return
        if came or self.stage.driver is asked.driver:
            reply.say("")  # the frame is the answer, or something else was asked for since
        else:
            reply.refuse(ProblemError(GONE))

    def _live(self, _: Asked, reply: Reply) -> None:
        self.stage.live()
        reply.say("The cluster is shown as it is now.")

    def _fork(self, asked: Asked, reply: Reply) -> None:
        do = self._try_there if asked.wish.is_past else self._try
        self.stage.later(partial(do, Requests._forked, asked, reply))

    def _forked(self, asked: Asked, reply: Reply) -> None:
        moment = asked.moment
        fork = self.stage.fork(asked.wish.number, None if moment is None else moment.past)
        if self.guided is not None:
            self.guided.leave()
        fork.release()
        reply.say(f"This is a {fork.origin}: it goes on by itself, and the cluster stays as it is.")

    def _back(self, _: Asked, reply: Reply) -> None:
        went = self.stage.back()
        reply.say("This is the cluster itself." if went else "This is the cluster itself already.")

    # -- looking, and runs

    def _look(self, asked: Asked, reply: Reply) -> None:
        node, at_us, text = asked.look(partial(_known, asked.get("node")))
        when = "now" if asked.moment is None else f"at {written_time(at_us)}"
        reply.say(f"What is known of {node} {when}.", text)

    def _copy(self, asked: Asked, reply: Reply) -> None:
        text = str(asked.driver.recording())
        reply.say("Whoever opens this text with Cluster.replay(text) sees the same run.", text)

    def _open(self, asked: Asked, reply: Reply) -> None:
        text = asked.get("text")
        if not isinstance(text, str) or not text.strip() or len(text) > MOST_TEXT:
            raise ProblemError(f"text: expected the text of a recording, came {abbreviate(text)}")
        self.stage.later(partial(self._try, Requests._opened, asked, reply))

    def _opened(self, asked: Asked, reply: Reply) -> None:
        machine = asked.driver.world.machine
        text = asked.get("text").strip()
        try:
            run = opened_run(text, None, machine)
        except ValueError:
            if machine is None:
                raise
            run = opened_run(text, None, None)
        made = Cluster(forked(run, onwards=True), paused=True, kin=asked.driver)
        if self.guided is not None:
            self.guided.leave()
        self.stage.show(made, "replay")
        reply.say("The run was opened where it ended; go back in it, or let it go on.")

    def _tour(self, asked: Asked, reply: Reply) -> None:
        go, guided = asked.get("go"), self.guided
        if go not in ("next", "back", "leave"):
            raise ProblemError(f'go: expected "next", "back" or "leave", came {abbreviate(go)}')
        if guided is None:
            raise ProblemError("expected a tour; this is a cluster without one")
        if go == "leave":
            self.stage.live()
            self._leave(asked.driver)
            reply.say("The cluster is yours: do with it what you like.")
            return
        self.stage.later(partial(self._try, Requests._guide, asked, reply))

    def _guide(self, asked: Asked, reply: Reply) -> None:
        guided, go = self.guided, asked.get("go")
        assert guided is not None, "it was asked for before"
        went = (guided.go_on if go == "next" else guided.go_back)(self.stage)
        self.stage.look()
        if not went:
            raise ProblemError(f"there is no {'other' if go == 'next' else 'earlier'} step")
        reply.say(guided.step.heading)

    _HANDLERS: Final[Mapping[str, Callable[[Requests, Asked, Reply], None]]] = {
        "act": _act,
        "step_down": _step_down,
        "add": _add,
        "remove": _remove,
        "write": _write,
        "command": _command,
        "read": _read,
        "pace": _pace,
        "step": _step,
        "seek": _seek,
        "live": _live,
        "fork": _fork,
        "back": _back,
        "look": _look,
        "copy": _copy,
        "open": _open,
        "tour": _tour,
    }

    _AT_ONCE: Final = frozenset({_seek, _live, _fork, _back, _open, _tour, _pace, _copy})
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


def _new_name(name: object, world: World) -> str:
    """Return the name of a node that is to be added: what was given, or the next number.

    Raises:
        ProblemError: it cannot be a name.
    """
    if name in (None, ""):
        numbers = range(1, len(world.hosts) + 2)
        name = next(f"n{at}" for at in numbers if f"n{at}" not in world.hosts)
    named_anew(world, name)
    return str(name)


def _known(node: object, world: World) -> tuple[str, int, str]:
    """Return a node, the time, and what is known of it then.

    Raises:
        ProblemError: there is no such node.
    """
    name = node_of(world, node)
    return name, world.now_us, known_of(world, name)


def _lines(events: Iterable[TraceEvent]) -> str:
    """Tell what one step was, in plain words or as the trace does; empty if nothing was."""
    lines = [sentence(event) or letter(event) or traced(event) for event in events]
    if not lines:
        return ""
    more = f"; and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    return f"{'; '.join(lines[:MOST_LINES])}{more}."
