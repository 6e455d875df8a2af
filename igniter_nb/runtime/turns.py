"""Waiting for one's turn at an execution, but never for oneself.

One run at a time goes on in an execution. A node that asks for another execution waits until that
one's run is over; if that run, by whatever way, waits for the node's own execution, neither would
ever end. Who waits for whom is written down, so that the last one to close a circle is refused.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from igniter_nb.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from igniter_nb.runtime.execution import Execution

_book = threading.Lock()
_waiting: list[tuple[Execution, Execution]] = []
"""Pairs of a running execution and the one that a node of it waits for."""


@contextmanager
def waiting(execution: Execution, running: Sequence[Execution]) -> Iterator[None]:
    """Write down for a block that running executions go on only when another one has run.

    Args:
        execution: the one that has to run.
        running: executions whose nodes are running in the calling context.

    Raises:
        ResolutionError: the one that has to run waits for one of ``running``.
    """
    pairs = [(each, execution) for each in running]
    with _book:
        if not _reached(execution).isdisjoint(running):
            names = ", ".join(each.id for each in running)
            msg = (
                f"a node of {names} waits for {execution.id}, a node of which waits for {names}:"
                " pass the value in as an input of one of the two"
            )
            raise ResolutionError(msg)
        _waiting.extend(pairs)
    try:
        yield
    finally:
        with _book:
            for pair in pairs:
                _waiting.remove(pair)


def _reached(start: Execution) -> set[Execution]:
    """Return the executions that a running one waits for, directly or not."""
    found = {start}
    pending = [start]
    while pending:
        current = pending.pop()
        for waiting, wanted in _waiting:
            if waiting is current and wanted not in found:
                found.add(wanted)
                pending.append(wanted)
    return found
