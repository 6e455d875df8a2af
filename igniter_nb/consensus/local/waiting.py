"""Waiting for a future: how a thread does it, or a coroutine, and how whoever answers tells it.

Nobody waits for ever for a request: it has an end of its own, by the clock of whoever waits.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from igniter_nb.consensus.local.request import Request
from igniter_nb.runtime import now

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SLICE_SECONDS = 0.2
"""How long a thread waits at once: on Windows, where nothing wakes it, an interrupt waits, too."""


def settled(future: Future[T]) -> Future[T]:
    """Wait until a future is done, whatever came of it, and return it.

    One that has an end of its own time, as a request has, is given up then.
    """
    while not future.done():
        left = future.left() if isinstance(future, Request) else SLICE_SECONDS
        with suppress(TimeoutError, CancelledError):
            future.exception(min(max(left, 0.0), SLICE_SECONDS))
        _give_up_late(future)
    return future


async def awaited(future: Future[T]) -> T:
    """Wait for a future in a coroutine, as :func:`settled` does; return its result."""
    wrapped = asyncio.wrap_future(future)
    try:
        while isinstance(future, Request) and not wrapped.done():
            await asyncio.wait({wrapped}, timeout=max(future.left(), 0.0))
            _give_up_late(future)
    except asyncio.CancelledError:
        wrapped.cancel()
        raise
    return await wrapped


def _give_up_late(future: Future[Any]) -> None:
    """Give up a request whose time is over."""
    if isinstance(future, Request) and future.left() <= 0 and not future.done():
        future.give_up()


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
