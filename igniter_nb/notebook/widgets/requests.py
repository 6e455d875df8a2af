"""What a page may ask of a cluster, checked strictly, and what it hears of it.

1. Whatever comes, a page hears one answer to each message, in sentences; nothing is raised.
2. A message comes on any thread. Nothing here waits for an election or a write: what takes time is
   answered when it is done. A moment of the past is computed, and asked, in a thread of its own.
3. Who does something while a moment of the past is shown does it there, in a fork.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import Cluster, encode
from igniter_nb.errors import IgniterError
from igniter_nb.notebook.letters import letter
from igniter_nb.notebook.narration import command as written
from igniter_nb.notebook.narration import sentence
from igniter_nb.notebook.widgets.acts import ACTS, ProblemError, named_anew, node_of
from igniter_nb.notebook.widgets.guided import Guided
from igniter_nb.notebook.widgets.reading import entry_of, known_of, read_key
from igniter_nb.notebook.widgets.stage import written_time
from igniter_nb.text import abbreviate, said, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from igniter_nb.consensus import TraceEvent
    from igniter_nb.notebook.widgets.stage import Stage

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
        more = {} if text is None else {"text": text}
        self._send({**self._about, "said": shorten(sentence, TEXT), "problem": "", **more})

    def refuse(self, error: BaseException) -> None:
        """Say why nothing came of it."""
        self._send({**self._about, "said": "", "problem": problem_text(error)})


def problem_text(error: BaseException) -> str:
    """Write an error for a page: what we raise on purpose is a sentence already."""
    if isinstance(error, IgniterError | ValueError | OSError):
        return shorten(str(error), TEXT)
    return said(error, TEXT)


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
        if self.stage.is_past and handler not in self._AT_ONCE:
            self.stage.later(partial(self._try, handler, message, reply))
        else:
            self._try(handler, message, reply)

    def _try(self, handler: Any, message: Message, reply: Reply) -> None:
        try:
            handler(self, message, reply)
        except Exception as error:  # noqa: BLE001 -- the person who clicked must see it, whatever it is
            reply.refuse(error)

    @contextmanager
    def _changing(self) -> Iterator[str]:
        """Do something to what is shown: in a fork, if that is a moment of the past.

        Yields:
            Where it is done, as the end of a sentence; empty if that is not new.
        """
        left = self.guided is not None and self.guided.leave()
        where = f" (in a {self.stage.fork()})" if self.stage.is_past else ""
        try:
            yield where
        finally:
            self.stage.release()
            if left:
                Guided.let_go(self.stage)

    @property
    def _patience(self) -> float:
        """Seconds to wait for an answer: elections and latencies are of the cluster's time."""
        return min(LONGEST_PATIENCE, PATIENCE / min(self.stage.desk.loop.speed, 1.0))

    # -- what is done

    def _act(self, message: Message, reply: Reply) -> None:
        name, args = message.get("name"), message.get("args", [])
        if not isinstance(name, str) or name not in ACTS or not isinstance(args, list):
            raise ProblemError(
                f"expected the name of an act, one of {', '.join(ACTS)}, and a list of what it "
                f"takes; came {abbreviate(name)} and {abbreviate(args)}"
            )
        perform = ACTS[name](self._world, args)
        with self._changing() as where:
            reply.say(f"{perform(self.stage.desk)}{where}.")

    @property
    def _world(self) -> Any:
        past = self.stage.past
        return self.stage.desk.world if past is None else past.world

    def _step_down(self, _: Message, reply: Reply) -> None:
        with self._changing() as where:
            future = self.stage.desk.step_down(self._patience)
        _when_done(future, reply, lambda leader: f"{leader} leads now{where}.")

    def _add(self, message: Message, reply: Reply) -> None:
        name = message.get("node")
        world = self._world
        if name in (None, ""):
            numbers = range(1, len(world.hosts) + 2)
            name = next(f"n{at}" for at in numbers if f"n{at}" not in world.hosts)
        named_anew(world, name)
        with self._changing() as where:
            future = self.stage.desk.join(name, self._patience)
        _when_done(future, reply, lambda node: f"{node} has joined: it has a vote now{where}.")

    def _remove(self, message: Message, reply: Reply) -> None:
        node = node_of(self._world, message.get("node"))
        with self._changing() as where:
            future = self.stage.desk.leave(node, self._patience)
        _when_done(future, reply, lambda gone: f"{gone} has left, and is stopped{where}.")

    def _write(self, message: Message, reply: Reply) -> None:
        key, value = message.get("key"), message.get("value")
        if not isinstance(key, str) or not key:
            raise ProblemError(f"key: expected a name, came {abbreviate(key)}")
        self._submit({"key": key, "value": _value(value)}, reply)

    def _command(self, message: Message, reply: Reply) -> None:
        text = message.get("text")
        try:
            command = json.loads(text) if isinstance(text, str) else text
        except ValueError as error:
            raise ProblemError(
                f'expected a command in JSON, for example {{"type": "add", "by": 1}}; '
                f"came {abbreviate(text)} ({error})"
            ) from error
        if not isinstance(command, dict):
            raise ProblemError(f"expected a JSON object, came {abbreviate(command)}")
        self._submit(command, reply)

    def _submit(self, command: dict[str, Any], reply: Reply) -> None:
        data = encode(command)
        with self._changing() as where:
            (future,) = self.stage.desk.write([data], self._patience)
        what = written(data)
        _when_done(
            future,
            reply,
            lambda outcome: (
                f"{what} is committed at index {outcome.index} of term {outcome.term}{where}."
            ),
        )

    def _read(self, message: Message, reply: Reply) -> None:
        key = message.get("key")
        if not isinstance(key, str) or not key:
            raise ProblemError(f"key: expected a name, came {abbreviate(key)}")
        past = self.stage.past
        if past is not None:
            when = written_time(past.now_us)
            reply.say(f"{read_key(past.world, key)} at {when}, as far as that node had applied.")
            return
        query = partial(entry_of, key)
        future = self.stage.desk.consistent_read(
            query, "linearizable", None, timeout=self._patience, leases=False
        )
        _when_done(future, reply, lambda found: f"{found}.")

    # -- time

    def _pace(self, message: Message, reply: Reply) -> None:
        paused, speed = message.get("paused"), message.get("speed")
        if paused is None and speed is None:
            raise ProblemError("expected paused, true or false, or speed, a number; came neither")
        if not isinstance(paused, bool | None):
            raise ProblemError(f"paused: expected true or false, came {abbreviate(paused)}")
        if speed is not None and not (
            isinstance(speed, int | float) and not isinstance(speed, bool) and 0.01 <= speed <= 100  # noqa: PLR2004 -- said in the sentence
        ):
            raise ProblemError(f"speed: expected 0.01 to 100, came {abbreviate(speed)}")
        self.stage.desk.set_pace(paused=paused, speed=None if speed is None else float(speed))
        told = [] if paused is None else ["Time stands still." if paused else "Time goes on."]
        told += [] if speed is None else [f"A second of ours is {speed:g} s of the cluster's."]
        reply.say(" ".join(told))

    def _step(self, _: Message, reply: Reply) -> None:
        stage = self.stage
        reply.say(_lines(stage.step() if stage.is_past else stage.desk.step()))

    def _seek(self, message: Message, reply: Reply) -> None:
        at = message.get("at")
        if isinstance(at, bool) or not isinstance(at, int | float) or not -1e15 < at < 1e15:  # noqa: PLR2004 -- beyond lies no time
            raise ProblemError(f"at: expected a time in microseconds, came {abbreviate(at)}")
        with self._lock:
            number = self.stage.seek()
            before, self._seeking = self._seeking, reply
            arrive = partial(self._arrive, number, round(at), reply)
            if self.stage.later(arrive, key="seek") and before is not None:
                before.say("")  # a later wish came before it was its turn

    def _arrive(self, number: int, at_us: int, reply: Reply) -> None:
        try:
            self.stage.arrive(number, at_us)
        except Exception as error:  # noqa: BLE001 -- the person who asked must see it, whatever it is
            self.stage.live()
            reply.refuse(error)
        else:
            reply.say("")

    def _live(self, _: Message, reply: Reply) -> None:
        self.stage.live()
        reply.say("The cluster is shown as it is now.")

    def _fork(self, _: Message, reply: Reply) -> None:
        self.stage.later(partial(self._try, Requests._forked, {}, reply))

    def _forked(self, _: Message, reply: Reply) -> None:
        if self.guided is not None:
            self.guided.leave()
        origin = self.stage.fork()
        self.stage.release()
        reply.say(f"This is a {origin}: it goes on by itself, and the cluster stays as it is.")

    def _back(self, _: Message, reply: Reply) -> None:
        went = self.stage.back()
        reply.say("This is the cluster itself." if went else "This is the cluster itself already.")

    # -- looking, and runs

    def _look(self, message: Message, reply: Reply) -> None:
        past = self.stage.past
        node = node_of(self._world, message.get("node"))
        if past is not None:
            text = known_of(past.world, node)
            reply.say(f"What is known of {node} at {written_time(past.now_us)}.", text)
            return
        desk = self.stage.desk
        text = desk.loop.look(partial(known_of, desk.world, node))
        reply.say(f"What is known of {node} now.", text)

    def _copy(self, _: Message, reply: Reply) -> None:
        text = str(self.stage.desk.recording())
        reply.say("Whoever opens this text with Cluster.replay(text) sees the same run.", text)

    def _open(self, message: Message, reply: Reply) -> None:
        text = message.get("text")
        if not isinstance(text, str) or not text.strip() or len(text) > MOST_TEXT:
            raise ProblemError(f"text: expected the text of a recording, came {abbreviate(text)}")
        self.stage.later(partial(self._try, Requests._opened, {"text": text.strip()}, reply))

    def _opened(self, message: Message, reply: Reply) -> None:
        machine = self.stage.desk.world.machine
        text = message["text"]
        try:
            made = Cluster.replay(text, state_machine=machine)
        except ValueError:
            if machine is None:
                raise
            made = Cluster.replay(text)
        if self.guided is not None:
            self.guided.leave()
        self.stage.show(made, "replay")
        reply.say("The run was opened where it ended; go back in it, or let it go on.")

    def _tour(self, message: Message, reply: Reply) -> None:
        go, guided = message.get("go"), self.guided
        if go not in ("next", "back", "leave"):
            raise ProblemError(f'go: expected "next", "back" or "leave", came {abbreviate(go)}')
        if guided is None:
            raise ProblemError("expected a tour; this is a cluster without one")
        if go == "leave":
            guided.leave()
            self.stage.live()
            guided.let_go(self.stage)
            reply.say("The cluster is yours: do with it what you like.")
            return
        self.stage.later(partial(self._try, Requests._guide, message, reply))

    def _guide(self, message: Message, reply: Reply) -> None:
        guided = self.guided
        assert guided is not None, "it was asked for before"
        went = (guided.go_on if message["go"] == "next" else guided.go_back)(self.stage)
        self.stage.look()
        if not went:
            raise ProblemError(
                f"there is no {'other' if message['go'] == 'next' else 'earlier'} step"
            )
        reply.say(guided.step.heading)

    _HANDLERS: Final[Mapping[str, Callable[[Requests, Message, Reply], None]]] = {
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

    _AT_ONCE: Final = frozenset({_seek, _live, _fork, _back, _open, _tour, _pace})
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
    """Tell what one step was: in plain words, or as the trace does where there are none."""
    lines = [sentence(event) or letter(event) or str(event).partition(" ")[2] for event in events]
    if not lines:
        return "Nothing happened."
    more = f"; and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    return f"{'; '.join(lines[:MOST_LINES])}{more}."
