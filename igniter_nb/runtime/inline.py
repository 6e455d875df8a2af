"""Inline run, in the calling thread: nodes one after the other, lowest id first.

What a node returns may not be there yet; from the first such node on, a :class:`Schedule` goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.clock import now
from igniter_nb.incremental import ATOMS
from igniter_nb.runtime.flags import DIRTY
from igniter_nb.runtime.ports import of_the_step, pending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.settle import Settling


Pending = tuple[int, Any, int]
"""A node, what it returned that is not there yet, and nanoseconds until then."""


def run(settling: Settling, steps: Sequence[Step], *, start: int = 0) -> Pending | None:
    """Run every dirty node that is needed, until one returns something that is not there yet.

    Args:
        settling: writes what becomes of each.
        steps: the steps by id.
        start: lowest id to look at.

    Returns:
        That node, what it returned, and nanoseconds until then; None if everything is done.
    """
    cells = settling.cells
    values, find = cells.values, cells.flags.find
    needed, inherited = settling.observer.demand.needed, settling.inherited
    position = find(DIRTY, start)
    while position >= 0:
        if (needed is None or needed[position]) and not (inherited and settling.blocked(position)):
            settling.observer.started(position)
            begin = now()
            try:
                new = steps[position](values, cells)
                if type(new) not in ATOMS:
                    if pending(new):
                        return position, new, now() - begin
                    new = cells.keep(position, new)
            except BaseException as error:
                if not of_the_step(error):
                    raise
                settling.failed(position, error, now() - begin)
            else:
                settling.succeeded(position, new, now() - begin)
        position = find(DIRTY, position + 1)
    return None
