"""Runs nodes one after the other in the calling thread, lowest id first.

What a node returns may not be there yet; from the first such node on, a :class:`Schedule` goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.clock import now
from igniter_nb.incremental import ATOMS
from igniter_nb.runtime.flags import DIRTY
from igniter_nb.runtime.loop import awaitable
from igniter_nb.runtime.ports import Nested, of_the_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.settling import Settling


Pending = tuple[int, Any, int]
"""A node, what it returned that is not there yet, and nanoseconds until then."""


def pending(value: Any) -> bool:
    """Tell whether a step has returned something that is not there yet."""
    return type(value) is Nested or awaitable(value)


def run(settling: Settling, steps: Sequence[Step], *, start: int = 0) -> Pending | None:
    """Run every dirty node that is needed, until one returns something that is not there yet.

    Args:
        settling: writes what becomes of each.
        steps: the steps by id.
        start: lowest id to look at.

    Returns:
        That node, what it returned, and nanoseconds until then; None if everything is done.
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
                if type(new) not in ATOMS:
                    if pending(new):
                        return position, new, now() - begin
                    new = execution.keep(position, new)
            except BaseException as error:
                if not of_the_step(error):
                    raise
                settling.failed(position, error, now() - begin)
            else:
                settling.succeeded(position, new, now() - begin)
        position = find(DIRTY, position + 1)
    return None
