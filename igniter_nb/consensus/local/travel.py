"""Travel of a run to a moment, which whoever waits for it gives up by his own clock.

To get there what happened is computed again, the reducers included, in a thread that nobody else
waits for: one that does not come back keeps that thread, and nothing follows from it.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from igniter_nb.clock import now
from igniter_nb.consensus.state_machine.reducers import unlock_in_reducers
from igniter_nb.consensus.state_machine.world_lock import WorldLock
from igniter_nb.consensus.waiting import SLICE_SECONDS, fulfil, is_done
from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from igniter_nb.consensus.simulation import Simulation


def travel(run: Simulation, time_us: int, seconds: float, *, each: bool = False) -> None:
    """Let a run go to a moment.

    Args:
        run: whoever waits has it alone, and drops it if this raises.
        time_us: the moment, in microseconds.
        seconds: how long to wait.
        each: whether that is meant for each reducer alone, and not for all that happens.

    Raises:
        ConsensusError: it was not there in time; or it went another way than was recorded.
    """
    lock, there = WorldLock(), Future[None]()
    begun_ns = now()
    _apart(partial(fulfil, there, partial(_go, run, time_us, lock)))
    try:
        while not is_done(there, SLICE_SECONDS if each else min(seconds, SLICE_SECONDS)):
            spent = lock.seconds or -1.0 if each else (now() - begun_ns) / 1e9
            if spent >= seconds:
                raise _late(run, time_us, lock, seconds=seconds)
        there.result()
    finally:  # an interrupt, too, ends it
        lock.given_up = True
        if not there.done():
            run.failure = ConsensusError("nobody waits for it any more")
    if isinstance(run.failure, ConsensusError):
        raise run.failure


def _apart(call: partial[None]) -> None:
    try:
        threading.Thread(target=call, name="igniter-travel", daemon=True).start()
    except RuntimeError:  # there are no threads, or the interpreter ends
        call()


def _go(run: Simulation, time_us: int, lock: WorldLock) -> None:
    before = unlock_in_reducers(lock)
    try:
        run.seek(time_us)
    finally:
        unlock_in_reducers(before)  # it may be the thread of whoever waits


def _late(run: Simulation, time_us: int, lock: WorldLock, *, seconds: float) -> ConsensusError:
    doing = lock.said() or "it goes on"
    return ConsensusError(
        f"not done within {seconds:g} s: to go to {time_us / 1e6:.3f} s, what happened until then "
        f"is computed again. That has come to {run.now_us / 1e6:.3f} s, where {doing}; nothing was "
        f"done. A longer timeout lets it go further"
    )
