"""How a reducer is run, and what it raised in words for whoever sent the command."""

from __future__ import annotations

import inspect
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from igniter_nb.display import place
from igniter_nb.errors import Location
from igniter_nb.text import said

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_FROZEN = re.compile(r"\bFrozen(Dict|List)\b")


def run(reducer: Callable[[Any, Any], Any], state: Any, command: Any) -> Any:
    """Run a reducer; where the stack ends, run it again on one of its own.

    How much of its stack a node has used already differs from node to node. What comes of a fresh
    one does not; and whatever fits into what was left fits into that.
    """
    try:
        return reducer(state, command)
    except RecursionError:
        with ThreadPoolExecutor(1) as fresh:
            return fresh.submit(reducer, state, command).result()


def of_this_node(error: BaseException) -> bool:
    """Tell whether an error is of this node; all others are the command's, and end no node (C256).

    An interrupt hits the main thread alone; in any other the reducer itself has raised it.
    """
    main = threading.current_thread() is threading.main_thread()
    return isinstance(error, MemoryError) or (main and isinstance(error, KeyboardInterrupt))


def raised(reducer: Callable[..., object], error: BaseException) -> str:
    """Write an error and where in the reducer's own file it arose.

    Frozen data is called by what it stands for, and addresses, which differ from process to
    process, are left out.

    Args:
        reducer: the function that was called.
        error: with its traceback.
    """
    told = _ADDRESS.sub("0x…", said(error))
    told = _FROZEN.sub(lambda found: found[1].lower(), told)
    where = _location(reducer, error.__traceback__)
    return f"raised {told}" if where is None else f"raised {told} ({place(where)})"


def _location(reducer: Callable[..., object], frames: TracebackType | None) -> Location | None:
    """Find the innermost frame in the file of the reducer."""
    code = getattr(inspect.unwrap(reducer), "__code__", None)
    found = None
    while code is not None and frames is not None:
        if frames.tb_frame.f_code.co_filename == code.co_filename:
            found = Location(code.co_filename, frames.tb_lineno)
        frames = frames.tb_next
    return found
