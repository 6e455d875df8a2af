"""Waiting for futures in threads and coroutines, and telling them their results.

A future that has ``left`` and ``give_up`` ends by the clock of whoever waits for it: after so many
seconds it is given up.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from igniter_nb.clock import now
from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

SLICE_SECONDS = 0.2
"""How long a thread waits at once: on Windows, where nothing wakes it, an interrupt waits, too."""


class Patient(Protocol):
    """What a future has that ends by the clock of whoever waits."""

    def left(self) -> float:
        """Return how many seconds whoever waits has left."""

    def give_up(self) -> None:
        """Refuse it, since its time is over."""

    def done(self) -> bool:
        """Say whether it was told."""


def settled(future: Future[T]) -> Future[T]:
    """Wait until a future is done, whatever came of it, and return it.

    One that has an end of its own time, as a request has, is given up then.
    """
    patient = _patient(future)
    while not future.done():
        left = SLICE_SECONDS if patient is None else patient.left()
        with suppress(TimeoutError, CancelledError):
            future.exception(min(max(left, 0.0), SLICE_SECONDS))
        _give_up_late(patient)
    return future


async def awaited(future: Future[T]) -> T:
    """Wait for a future in a coroutine, as :func:`settled` does; return its result."""
    wrapped, patient = asyncio.wrap_future(future), _patient(future)
    try:
        while patient is not None and not wrapped.done():
            await asyncio.wait({wrapped}, timeout=max(patient.left(), 0.0))
            _give_up_late(patient)
    except asyncio.CancelledError:
        wrapped.cancel()
        raise
    return await wrapped


def _patient(future: Any) -> Patient | None:
    """Return a future as one that has an end of its own; None if it has none."""
    return future if hasattr(future, "left") else None


def _give_up_late(patient: Patient | None) -> None:
    """Give up a future whose time is over."""
    if patient is not None and patient.left() <= 0 and not patient.done():
        patient.give_up()


def raise_first(futures: Iterable[Future[Any]]) -> None:
    """Wait for all; of those that failed, the first one in order raises."""
    failures = [settled(future).exception() for future in futures]
    for number, failure in enumerate(failures):
        if isinstance(failure, ConsensusError):
            numbered = type(failure)(f"commands[{number}]: {failure.message}")
            raise numbered from failure.__cause__
        if failure is not None:
            raise failure


def apart(call: Callable[[], T]) -> T:
    """Do something while the world is held, in a thread that no interrupt hits; return its result.

    Whoever is interrupted in the middle of that would keep the world for ever.
    """
    future: Future[T] = Future()
    work = threading.Thread(target=fulfil, args=(future, call), daemon=True)
    try:
        work.start()
    except RuntimeError:  # the interpreter ends
        fulfil(future, call)
    return settled(future).result()


def is_done(future: Future[Any], seconds: float) -> bool:
    """Wait for a future; say whether it is done."""
    end_ns = now() + round(seconds * 1e9)
    while not future.done() and (left := (end_ns - now()) / 1e9) > 0:
        with suppress(TimeoutError, CancelledError):
            future.exception(min(left, SLICE_SECONDS))
    return future.done()


def tell(future: Future[Any], value: Any, error: BaseException | None) -> None:
    """Tell an answer, if nobody else did; from any thread."""
    with suppress(InvalidStateError):
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)


def fulfil(future: Future[Any], call: Callable[[], Any]) -> None:
    """Tell what comes of a call, unless that is not wanted any more; then it is not made."""
    if future.done() or not future.set_running_or_notify_cancel():
        return
    try:
        value = call()
    except BaseException as error:  # noqa: BLE001 -- it belongs to who asked
        tell(future, None, error)
    else:
        tell(future, value, None)
