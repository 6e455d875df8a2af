"""Runs that a coroutine waits for, on whatever loop it is.

Nodes run in a thread of their own, so that the loop of whoever waits stays responsive. Where there
are no threads, nodes run on the page's loop, which goes on while the run waits for a coroutine.
"""

from __future__ import annotations

import contextvars
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.incremental import EVERY_OUTPUT
from igniter_nb.runtime import loop as ours
from igniter_nb.runtime.hub import Hub
from igniter_nb.runtime.resolver import inside, refuse_inside, run
from igniter_nb.runtime.turns import Awaited, wait

if TYPE_CHECKING:
    import asyncio

    from igniter_nb.runtime.cells import Cells


async def resolve_outputs(execution: Cells) -> None:
    """Make every output fresh, without keeping the calling loop from going on.

    Raises:
        ResolutionError: a node of this execution is running here.
        asyncio.CancelledError: the waiting task was cancelled; the run has stopped, or does so as
            soon as a node that cannot be cancelled returns.
        BaseException: what interrupted the run; the execution can go on.
    """
    refuse_inside(execution, "its outputs")
    await (_in_a_thread(execution) if ours.have_threads() else _on_the_page(execution))


async def _in_a_thread(execution: Cells) -> None:
    import asyncio  # noqa: PLC0415 -- whoever awaits has loaded it

    loop = asyncio.get_running_loop()
    done: asyncio.Future[BaseException | None] = loop.create_future()
    hub = Hub(execution)
    held = [Awaited(loop, execution)]

    def work() -> None:
        error: BaseException | None = None
        try:
            run(execution, EVERY_OUTPUT, hub=hub)
        except BaseException as caught:  # noqa: BLE001 -- raised again where it is waited for
            error = caught
        held.clear()  # it counts until then, even if the wait is given up before
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_note, done, error)

    ours.start_thread(partial(contextvars.copy_context().run, work), "igniter-run")
    try:
        error = await asyncio.shield(done)
    except asyncio.CancelledError:
        hub.stop()
        await asyncio.wait([done], timeout=ours.PATIENCE)
        raise
    if error is not None:
        raise error


def _note(done: asyncio.Future[Any], error: BaseException | None) -> None:
    if not done.done():  # pragma: no branch -- the loop was closed and opened no more
        done.set_result(error)


async def _on_the_page(execution: Cells) -> None:
    import asyncio  # noqa: PLC0415 -- whoever awaits has loaded it

    outer = inside()
    waits = wait(execution, outer) if outer else None
    while (turn := execution.turn) is not None and turn.open:
        await turn.over()
    arrived = asyncio.Event()
    hub = Hub(execution, arrived)
    run(execution, EVERY_OUTPUT, hub=hub)
    if (turn := execution.turn) is None:
        return
    try:
        while not turn.finished:
            await arrived.wait()
            arrived.clear()
            hub.catch_up()
        turn.end()
    finally:
        turn.leave()
        hub.close(execution)
        del waits
