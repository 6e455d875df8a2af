"""Tracebacks in a notebook: from the person's cell straight to the error.

The frames in between are ours. They say nothing to somebody who misspelt a name, and they push the
sentence that does off the screen. Only what is shown is shortened: the error keeps its traceback
for the debugger of the notebook.
"""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from igniter_nb.errors import chain, others

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


def lines(error: BaseException) -> list[str]:
    """Return a traceback without our frames, in the way that the shell is set to show them.

    Args:
        error: the error; those that caused it are shortened as well.
    """
    with _shortened(error):
        if found := shell():
            kind, trace = type(error), error.__traceback__
            return list(found.InteractiveTB.structured_traceback(kind, error, trace))
        return traceback.format_exception(error)


def shell() -> Any:
    """Return the shell of IPython that runs, None if there is none."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


@contextmanager
def _shortened(error: BaseException) -> Iterator[None]:
    """Take our frames out of an error and of those behind it, and put them back afterwards."""
    whole = [(each, each.__traceback__) for each in chain(error)]
    try:
        for each, trace in whole:
            each.__traceback__ = without_ours(trace)
        yield
    finally:
        for each, trace in whole:
            each.__traceback__ = trace


def without_ours(trace: TracebackType | None) -> TracebackType | None:
    """Return a copy of a traceback without our frames; the whole if nothing else is in it."""
    return others(trace) or trace
