"""Tracebacks in a notebook: from the person's cell straight to the error.

The frames in between are ours. They say nothing to somebody who misspelt a name, and they push the
sentence that does off the screen. Only what is shown is shortened: the error keeps its traceback
for debuggers and logs.
"""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = __name__.partition(".")[0]


def lines(error: BaseException) -> list[str]:
    """Return a traceback without our frames, in the way that the shell is set to show them.

    Args:
        error: the error; those that caused it are shortened as well.
    """
    with _shortened(error):
        if "IPython" in sys.modules:
            from IPython.core.getipython import get_ipython

            if shell := get_ipython():
                kind, trace = type(error), error.__traceback__
                return list(shell.InteractiveTB.structured_traceback(kind, error, trace))
        return traceback.format_exception(error)


@contextmanager
def _shortened(error: BaseException) -> Iterator[None]:
    """Take our frames out of an error and of those behind it, and put them back afterwards."""
    whole = [(each, each.__traceback__) for each in _chain(error)]
    try:
        for each, trace in whole:
            each.__traceback__ = without_ours(trace)
        yield
    finally:
        for each, trace in whole:
            each.__traceback__ = trace


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what caused it, and so on; each once, even if they go round in a circle."""
    met: set[int] = set()
    while error is not None and id(error) not in met:
        met.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def without_ours(trace: TracebackType | None) -> TracebackType | None:
    """Return a copy of a traceback without our frames; the whole if nothing else is in it."""
    kept: TracebackType | None = None
    for each in reversed([*_walk(trace)]):
        if not _ours(each.tb_frame):
            kept = TracebackType(kept, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return kept or trace


def _walk(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == PACKAGE
