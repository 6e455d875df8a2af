"""Runs a coroutine to its end from synchronous code, in a notebook too.

A notebook's kernel already runs an event loop in its main thread, so there the coroutine gets a
loop of its own in a short-lived thread that sees the same context variables.
"""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import Runner
    from collections.abc import Callable, Coroutine


_PATIENCE = 1.0
"""Seconds that a cancelled coroutine has to clean up before the interrupt goes on without it."""


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end and return its value.

    Raises:
        BaseException: whatever the coroutine raises.
    """
    import asyncio  # noqa: PLC0415 -- costs a third of our import time, few contracts need it

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    return _elsewhere(asyncio.Runner, coroutine)


def _elsewhere(make_runner: Callable[[], Runner], coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a thread of its own; what interrupts the wait cancels the coroutine."""
    outcome: list[Any] = []
    cancel: list[Callable[[], object]] = []
    done = threading.Event()

    def work() -> None:
        try:
            with make_runner() as runner:
                loop = runner.get_loop()
                task = loop.create_task(coroutine)
                cancel.append(lambda: loop.call_soon_threadsafe(task.cancel))
                outcome.append((True, loop.run_until_complete(task)))
        except BaseException as error:  # noqa: BLE001 -- raised again in the caller's thread
            outcome.append((False, error))
        done.set()

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work,), daemon=True)
    try:
        thread.start()
        done.wait()
    except BaseException:
        for each in cancel:
            each()
        done.wait(_PATIENCE)
        raise
    succeeded, value = outcome[0]
    if succeeded:
        return value
    raise value
