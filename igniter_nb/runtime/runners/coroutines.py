"""Runs a coroutine to its end from synchronous code, in a notebook too.

A notebook's kernel already runs an event loop in its main thread, so there the coroutine gets a
loop of its own in a short-lived thread that sees the same context variables.
"""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


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
    return _elsewhere(asyncio.run, coroutine)


def _elsewhere(run: Callable[[Any], Any], coroutine: Coroutine[Any, Any, Any]) -> Any:
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append((True, run(coroutine)))
        except BaseException as error:  # noqa: BLE001 -- raised again in the caller's thread
            outcome.append((False, error))

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work,), daemon=True)
    thread.start()
    thread.join()
    succeeded, value = outcome[0]
    if succeeded:
        return value
    raise value
