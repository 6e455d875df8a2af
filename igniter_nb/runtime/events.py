"""Events of an execution: what happened, as frozen values in one order.

Events are made only while somebody listens or asked for a log; otherwise they cost nothing. They
hold no values of nodes, only names, so a log may be shown to anyone. A listener that raises is
reported once as a warning and hurts neither the run nor the other listeners.

Who only looks at cells now and then is a :class:`Watch`: it is told of runs, not of nodes, and a
run that is watched goes on as fast as one that is not.
"""

from __future__ import annotations

import itertools
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol, overload

from igniter_nb.clock import now
from igniter_nb.runtime.loop import finish
from igniter_nb.text import said

if TYPE_CHECKING:
    from igniter_nb.incremental import Demand
    from igniter_nb.runtime.status import Outcome, RunStatus


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        seq: number in the execution, 1 is the first.
        execution: id of the execution.
        at: seconds of a clock whose zero means nothing; differences do.
        node: name of the node, None for events of a whole run.
        node_id: its id, None for events of a whole run and of nested contracts.
        path: its path; nested nodes behind the path of their contract.
    """

    seq: int
    execution: str
    at: float
    node: str | None = None
    node_id: int | None = None
    path: str | None = None

    type: ClassVar[str] = "event"


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """A run began; it may find that nothing has to run."""

    type = "run_started"


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    """A run ended.

    Attributes:
        status: ``succeeded``, ``failed`` or ``interrupted``.
        duration: seconds.
    """

    status: RunStatus = "succeeded"
    duration: float = 0.0
    type = "run_finished"


@dataclass(frozen=True, slots=True)
class InputsQueued(Event):
    """Inputs were given new values, which the next run will take; what reads them is stale."""

    type = "inputs_queued"


@dataclass(frozen=True, slots=True)
class InputUpdated(Event):
    """A run has taken a new value of an input."""

    type = "input_updated"


@dataclass(frozen=True, slots=True)
class NodeStarted(Event):
    """The work of a node began."""

    type = "node_started"


@dataclass(frozen=True, slots=True)
class NodeSucceeded(Event):
    """The work of a node gave a value.

    Attributes:
        outcome: ``first run``, ``changed`` or ``backdated`` (equal to the value before).
        duration: seconds.
    """

    outcome: Outcome = "changed"
    duration: float = 0.0
    type = "node_succeeded"


@dataclass(frozen=True, slots=True)
class NodeFailed(Event):
    """The work of a node raised, or could not begin because a dependency failed.

    Attributes:
        error: class and text of the error.
        blocked: whether it could not begin.
        duration: seconds.
    """

    error: str = ""
    blocked: bool = False
    duration: float = 0.0
    type = "node_failed"


Listener = Callable[[Event], object]


class Watch(Protocol):
    """Who looks at the cells of an execution, and is told when to; must not raise."""

    def queued(self) -> None:
        """Hear that inputs were given new values, which the next run will take."""

    def began(self, demand: Demand) -> None:
        """Hear that a run began, and what was asked for; called in the thread that runs."""

    def over(self) -> None:
        """Hear that no run goes on and the execution may be read; perhaps none had begun."""


class Subscription:
    """A handle that ends a subscription."""

    def __init__(self, bus: Bus, listener: Listener) -> None:
        self._bus = bus
        self._listener = listener

    def cancel(self) -> None:
        """Stop hearing events; calling it again does nothing."""
        self._bus.drop(self)

    @property
    def active(self) -> bool:
        """Whether events are still heard."""
        return self in self._bus.subscriptions

    def __call__(self, event: Event) -> None:
        """Hand an event to the listener; what it raises becomes a warning."""
        try:
            finish(self._listener(event), "a listener", "subscribe a plain function")
        except Exception as error:  # noqa: BLE001 -- a listener must not fail the run it watches
            text = (
                f"a listener of {event.execution} raised an error on {event.type}: {said(error)};"
                " the run goes on"
            )
            try:
                warnings.warn(text, RuntimeWarning, stacklevel=2)
            except RuntimeWarning:  # the user made warnings errors: still no reason to stop a run
                traceback.print_exception(error)


class EventLog(Sequence[Event]):
    """The latest events of an execution, oldest first; grows while the execution runs.

    Args:
        limit: how many events are kept; older ones are dropped.
    """

    def __init__(self, limit: int) -> None:
        self._kept: deque[Event] = deque(maxlen=limit)

    def add(self, event: Event) -> None:
        """Keep an event, dropping the oldest if the log is full."""
        self._kept.append(event)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        """Return an event, or a list of them."""
        return [*self._kept][index]

    def __len__(self) -> int:
        """Count the events kept."""
        return len(self._kept)

    def __iter__(self) -> Iterator[Event]:
        """Go through a copy, so that a run may go on meanwhile."""
        return iter([*self._kept])

    def __repr__(self) -> str:
        """Write how many there are, and the last."""
        last = f", last {self._kept[-1].type}" if self._kept else ""
        return f"<EventLog: {len(self)} events{last}>"


LOG_LIMIT = 10_000


class Bus:
    """Numbers events and hands them to listeners, in order of subscription.

    Args:
        execution: id of the execution.

    Attributes:
        parent: bus of the surrounding contract, if events are forwarded to one.
        watches: who is told of runs only.
        telling: the thread in which listeners are told of an event now, None if none are.
    """

    def __init__(self, execution: str) -> None:
        self.execution = execution
        self.subscriptions: tuple[Subscription, ...] = ()
        self.watches: tuple[Watch, ...] = ()
        self.log: EventLog | None = None
        self.parent: Bus | None = None
        self.telling: int | None = None
        self._order = threading.Lock()
        self._numbers = itertools.count(1)

    @property
    def heard(self) -> bool:
        """Whether anybody listens or keeps a log."""
        return bool(self.subscriptions) or self.log is not None

    def subscribe(self, listener: Listener) -> Subscription:
        """Add a listener."""
        subscription = Subscription(self, listener)
        self.subscriptions = (*self.subscriptions, subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        """Remove a listener."""
        self.subscriptions = tuple(kept for kept in self.subscriptions if kept is not subscription)

    def watch(self, watch: Watch) -> None:
        """Tell somebody of runs from now on."""
        self.watches = (*self.watches, watch)

    def unwatch(self, watch: Watch) -> None:
        """Tell somebody of nothing any more."""
        self.watches = tuple(kept for kept in self.watches if kept is not watch)

    def queued(self) -> None:
        """Tell that inputs were given new values."""
        self.emit(InputsQueued)
        for watch in self.watches:
            watch.queued()

    def began(self, demand: Demand) -> None:
        """Tell those who watch that a run began."""
        for watch in self.watches:
            watch.began(demand)

    def over(self) -> None:
        """Tell those who watch that no run goes on."""
        for watch in self.watches:
            watch.over()

    def keep(self, limit: int = LOG_LIMIT) -> EventLog:
        """Begin a log, or return the one that is kept."""
        if self.log is None:
            self.log = EventLog(limit)
        return self.log

    def emit(self, make: Callable[..., Event], **facts: object) -> None:
        """Make an event and hand it out, if anybody is there to hear it."""
        if self.heard:
            self._hand_out(lambda seq: make(seq, self.execution, now() / 1e9, **facts))

    def forward_to(self, parent: Bus, prefix: str) -> None:
        """Hand events of nodes on to a surrounding contract, for as long as that one is heard."""

        def forward(event: Event) -> None:
            if parent.heard:
                parent.take_over(event, prefix)
            else:
                subscription.cancel()
                self.parent = None

        subscription = self.subscribe(forward)
        self.parent = parent

    def take_over(self, event: Event, prefix: str) -> None:
        """Hand out an event of a nested contract's node as one of ours, behind a path."""
        if event.path is not None:
            path = f"{prefix}.{event.path}"
            self._hand_out(
                lambda seq: replace(
                    event, seq=seq, execution=self.execution, node_id=None, path=path
                )
            )

    def _hand_out(self, make: Callable[[int], Event]) -> None:
        """Number and keep an event in one order, whatever threads it comes from; then tell."""
        with self._order:
            event = make(next(self._numbers))
            if self.log is not None:
                self.log.add(event)
        before, self.telling = self.telling, threading.get_ident()
        try:
            for subscription in self.subscriptions:
                subscription(event)
        finally:
            self.telling = before
