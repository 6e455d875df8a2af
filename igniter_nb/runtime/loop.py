"""Event loop for the coroutines of all steps, in a thread of its own.

What one step makes on it (a lock, a session, a client) works in every other step, whatever runs
them. Where there are no threads (Pyodide) the page's loop is ours.

1. Coroutines run on the loop only. Whoever needs a value waits in a thread that is not the loop's,
   nor one that the loop's waits for; where there is none, waiting is refused: it would never end.
2. What happens to a coroutine is told once, as a pair: whether it succeeded, and its value or
   error. Nothing that a coroutine raises ends the loop.
3. Signals are handled in the main thread, between any two calls of Python code. Threads are
   therefore started by a thread: half a start would leave locks of the standard library held.
"""

from __future__ import annotations

import atexit
import contextvars
import inspect
import os
import sys
import threading
from _thread import start_new_thread
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from igniter_nb.errors import ResolutionError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

PATIENCE = 1.0
"""Seconds that cancelled coroutines have to clean up before an interrupt goes on without them."""


def awaitable(value: object) -> bool:
    """Tell whether a value has to be awaited to be had: a coroutine, a future, or alike."""
    kind = type(value)
    if kind is GeneratorType:
        return bool(value.gi_code.co_flags & inspect.CO_ITERABLE_COROUTINE)  # type: ignore[attr-defined]  # a generator
    return hasattr(kind, "__await__")


def have_threads() -> bool:
    """Tell whether this Python can start threads; in Pyodide it cannot."""
    return sys.platform != "emscripten"


_blocked: contextvars.ContextVar[Callable[[], bool] | None] = contextvars.ContextVar(
    "igniter_blocked", default=None
)
"""Whether the loop's thread still waits for what is done in this context, if it ever did."""


def must_not_wait() -> bool:
    """Tell whether waiting for a coroutine here would keep it from running."""
    if not have_threads() or _on_the_loop():
        return True
    blocked = _blocked.get()
    return blocked is not None and blocked()


def _on_the_loop() -> bool:
    return _ours.thread == threading.get_ident()


_callers: contextvars.ContextVar[tuple[asyncio.AbstractEventLoop, Callable[[], bool]] | None] = (
    contextvars.ContextVar("igniter_callers", default=None)
)
"""A caller's loop whose thread waited for what is done in this context; whether it does still."""


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs in this thread, without loading what would run one."""
    loaded: Any = sys.modules.get("asyncio")
    return None if loaded is None else loaded._get_running_loop()  # noqa: SLF001 -- does not raise


def kept_waiting() -> asyncio.AbstractEventLoop | None:
    """Return the loop that would stand still if this thread waited, None if there is none."""
    here = running_loop()
    if here is None and (caller := _callers.get()) is not None and caller[1]():
        return caller[0]
    return here


def wait_for_workers(lasts: Callable[[], bool]) -> None:
    """Note that this thread is going to wait for others that are handed the current context.

    If a loop runs in it, that stands still meanwhile, and these others must not wait for what
    needs it; if it is our loop, for no coroutine.

    Args:
        lasts: tells whether it waits still.
    """
    if _on_the_loop():
        _blocked.set(lasts)
    elif (here := running_loop()) is not None:
        _callers.set((here, lasts))


def refusal(what: str, advice: str = "") -> ResolutionError:
    """Return the error for a wait that would never end.

    Args:
        what: what would be waited for.
        advice: what to do; to await the contract when left out.
    """
    place = "inside a coroutine" if have_threads() else "in a Python without threads"
    advice = advice or "write `await x.aresolve_all()` of that contract first, then read it"
    return ResolutionError(
        f"{what} needs a coroutine, and {place} nothing but a coroutine can wait for it: {advice}"
    )


def start_thread(work: Callable[[], object], name: str) -> None:
    """Run a function in a daemon thread, which no exit of the process waits for.

    Raises:
        RuntimeError: the system has no thread left.
    """
    thread = threading.Thread(target=work, name=name, daemon=True)

    start_new_thread(start_here, (thread,))


def start_here(thread: threading.Thread) -> None:
    """Start a thread from a thread that handles no signals; run its work if there is none left."""
    try:
        thread.start()
    except RuntimeError:
        thread.run()


class _Ours:
    """The loop of this process and the thread that it runs in.

    Attributes:
        loop: the loop, None until it runs.
        thread: ident of its thread, None until it runs.
    """

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread: int | None = None
        self._started = False
        self._starting = threading.Lock()
        self._made = threading.Lock()
        self._ended = threading.Lock()
        self._ending = False
        self._made.acquire()
        self._ended.acquire()

    def get(self) -> asyncio.AbstractEventLoop:
        """Return the loop, started when it is first needed."""
        if self.loop is None:
            with self._starting:
                if not self._started:
                    self._started = True
                    try:
                        start_thread(self._run, "igniter-loop")
                    except RuntimeError:
                        self._started = False
                        raise
            with self._made:  # one after the other, as soon as it is made
                pass
        assert self.loop is not None
        return self.loop

    def _run(self) -> None:
        import asyncio  # noqa: PLC0415 -- costs a third of our import time, few contracts need it

        loop = asyncio.new_event_loop()
        self.thread = threading.get_ident()
        self.loop = loop
        self._made.release()
        while not self._ending:
            try:
                loop.run_forever()
            except BaseException:  # noqa: BLE001, S112 -- a task that a step left behind stops nobody
                continue
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=PATIENCE))
        loop.close()
        self._ended.release()

    def end(self) -> None:
        """Cancel what still runs and close the loop; a coroutine that blocks it is left behind."""
        if self.loop is not None:
            self._ending = True
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._ended.acquire(timeout=2 * PATIENCE)


_ours = _Ours()


def _renew() -> None:
    """Forget the loop in a forked process: its thread stayed with the parent."""
    global _ours  # noqa: PLW0603 -- one loop per process
    _ours = _Ours()


if hasattr(os, "register_at_fork"):  # pragma: no branch -- Windows does not fork
    os.register_at_fork(after_in_child=_renew)
atexit.register(lambda: _ours.end())  # noqa: PLW0108 -- whichever is ours then


def the_loop() -> asyncio.AbstractEventLoop:
    """Return the loop that coroutines of steps run on."""
    if have_threads():
        return _ours.get()
    import asyncio  # noqa: PLC0415 -- costs a third of our import time, few contracts need it

    return asyncio.get_running_loop()


class Flight:
    """An awaitable on its way through the loop: begun once, over once.

    Args:
        awaitable: what to await; what it returns is awaited too, if it can be.
        tell: called on the loop, once, with whether it succeeded and its value or error.
    """

    __slots__ = ("_awaitable", "_begun", "_loop", "_over", "_task", "_tell")

    def __init__(self, awaitable: Any, tell: Callable[[bool, Any], object]) -> None:
        self._awaitable = awaitable
        self._tell = tell
        self._begun = self._over = False
        self._task: asyncio.Task[tuple[bool, Any]] | None = None
        self._loop = the_loop()

    def begin(self) -> None:
        """Have it awaited, under the context variables of the caller."""
        self._loop.call_soon_threadsafe(self._begin, context=contextvars.copy_context())

    def cancel(self) -> None:
        """Have it cancelled, whether it began or not; that is told as ever."""
        self._loop.call_soon_threadsafe(self._cancel)

    def _begin(self) -> None:
        if not self._over:
            self._task = self._loop.create_task(self._awaited())
            self._task.add_done_callback(self._landed)

    async def _awaited(self) -> tuple[bool, Any]:
        self._begun = True
        try:
            value = await self._awaitable
            while awaitable(value):
                value = await value
        except BaseException as error:  # noqa: BLE001 -- told to whoever waits
            return False, error
        return True, value

    def _landed(self, task: asyncio.Task[tuple[bool, Any]]) -> None:
        if task.cancelled():
            self._drop()
        else:
            self._over = True
            self._tell(*task.result())

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
        elif not self._over:
            self._drop()

    def _drop(self) -> None:
        import asyncio  # noqa: PLC0415 -- loaded long ago

        self._over = True
        if not self._begun:
            close(self._awaitable)
        self._tell(False, asyncio.CancelledError())  # noqa: FBT003 -- a pair like any other


def close(value: Any) -> None:
    """Give up an awaitable that nobody will await, without a warning."""
    if callable(end := getattr(value, "close", None)):
        end()


def finish(value: Any, what: str, advice: str = "") -> Any:
    """Return a value, awaited on the loop if it can be.

    Args:
        value: anything.
        what: what made it, for the error's text.
        advice: what to do if nobody can wait for it here.

    Raises:
        ResolutionError: nobody can wait for it here.
        BaseException: what the awaitable raises, or what interrupted the wait.
    """
    if not awaitable(value):
        return value
    if must_not_wait():
        close(value)
        raise refusal(what, advice)
    inbox: SimpleQueue[tuple[bool, Any]] = SimpleQueue()
    flight = Flight(value, lambda *outcome: inbox.put(outcome))
    try:
        flight.begin()
        succeeded, found = inbox.get()
    except BaseException:
        flight.cancel()
        with suppress(Empty):
            inbox.get(timeout=PATIENCE)
        raise
    if succeeded:
        return found
    raise found
