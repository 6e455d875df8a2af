"""Runs nodes one after the other in the calling thread, lowest id first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.incremental import QUICK
from igniter_nb.runtime.clock import now
from igniter_nb.runtime.flags import DIRTY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.settling import Settling


def run(settling: Settling, steps: Sequence[Step], *, start: int = 0) -> None:
    """Run every dirty node that is needed.

    Args:
        settling: writes what becomes of each.
        steps: the steps by id.
        start: lowest id to look at.
    """
    execution = settling.execution
    values, find = execution.values, execution.flags.find
    needed, inherited = settling.observer.demand.needed, settling.inherited
    position = find(DIRTY, start)
    while position >= 0:
        if (needed is None or needed[position]) and not (inherited and settling.blocked(position)):
            settling.observer.started(position)
            begin = now()
            try:
                new = steps[position](values, execution)
                if type(new) not in QUICK:
                    new = execution.keep(position, new)
            except Exception as error:  # noqa: BLE001 -- a failure is a state of the node
                settling.failed(position, error, now() - begin)
            else:
                settling.succeeded(position, new, now() - begin)
        position = find(DIRTY, position + 1)
