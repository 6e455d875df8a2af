"""Lifetime of clusters: stops them on cell re-run, process exit or garbage collection."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from typing import TYPE_CHECKING

from igniter_nb.display import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.cluster.protocol import Life

_by_cell: dict[str, list[weakref.ref[Life]]] = {}
"""What each cell of the notebook started when it last ran ..."""

_told: dict[str, list[weakref.WeakMethod[Callable[[], object]]]] = {}
"""... what is called when it runs again ..."""

_runs: dict[str, int] = {}
"""... and which run of it that was."""

_all: weakref.WeakSet[Life] = weakref.WeakSet()

EXIT_SECONDS = 2.0
"""How long the end of the process, or of a cell's earlier run, waits for it."""


def end_earlier_run() -> None:
    """Stop what the cell that runs now started when it ran before.

    That comes before a cluster opens what it keeps: the earlier one may have the same folder. So
    may one that is about to end, which is waited for.
    """
    for ending in tuple(_all):
        if ending.stopping:
            ending.let_go(EXIT_SECONDS)
    cell = _cell()
    if cell is None:
        return
    name, run = cell
    if _runs.get(name) == run:
        return
    _runs[name] = run
    lives = [ref() for ref in _by_cell.pop(name, ())]
    _stop(lives)
    for life in lives:
        if life is not None:  # it may be held for long still, by the notebook's list of outputs
            life.forget_past()
    for ref in _told.pop(name, ()):
        if (call := ref()) is not None:
            call()


def with_cell(call: Callable[[], object]) -> None:
    """Call a method, which is not kept alive by this, when the cell that runs now runs again.

    Examples:
        >>> class Watch:
        ...     def end(self):
        ...         print("the cell runs again")
        >>> watch = Watch()
        >>> with_cell(watch.end)
    """
    cell = _cell()
    if cell is not None:
        _told.setdefault(cell[0], []).append(weakref.WeakMethod(call))


def watch(owner: object, life: Life, kin: Life | None = None) -> None:
    """Stop a cluster when its owner is gone, its cell runs again, or the process ends.

    Args:
        owner: the cluster; it is not kept alive by this.
        life: what is stopped.
        kin: another one, whose cell is its cell; the one that runs now if left out.
    """
    weakref.finalize(owner, life.end)
    _all.add(life)
    if kin is None:
        cell = _cell()
        names = [] if cell is None else [cell[0]]
    else:
        names = [name for name, refs in _by_cell.items() if any(ref() is kin for ref in refs)]
    for name in names:
        _by_cell.setdefault(name, []).append(weakref.ref(life))


def _cell() -> tuple[str, int] | None:
    return display().cell() if "IPython" in sys.modules else None


def _stop(lives: list[Life | None]) -> None:
    """Let all of them end, then wait for each."""
    found = [life for life in lives if life is not None]
    for life in found:
        life.end()
    for life in found:
        life.stop(EXIT_SECONDS)


@atexit.register
def _end_all() -> None:
    _stop(list(_all))


def _after_fork() -> None:
    """Drop, in a forked child, what its parent goes on with."""
    for life in tuple(_all):
        life.forked()
    _all.clear()
    for kept in (_by_cell, _told, _runs):
        kept.clear()


if hasattr(os, "register_at_fork"):  # Windows has none
    os.register_at_fork(after_in_child=_after_fork)
