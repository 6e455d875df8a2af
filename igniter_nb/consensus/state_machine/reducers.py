"""Execution of reducers: whose an error is that one raised, and that error in words.

An error is the command's, which is refused on every node alike; or it can depend on the machine,
which ends the node: it does not know what the others made of the command.
"""

from __future__ import annotations

import errno
import inspect
import re
import sys
import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.state_machine.world_lock import GivenUpError
from igniter_nb.display import place
from igniter_nb.errors import ConsensusError, Location
from igniter_nb.text import abbreviate, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from igniter_nb.consensus.state_machine.world_lock import WorldLock
    from igniter_nb.raft import Entry

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_FROZEN = re.compile(r"\bFrozen(Dict|List)\b")


class NodeFailedError(ConsensusError):
    """A node could not apply an entry for a reason that may be its machine's, and has ended.

    Attributes:
        index: of the entry.
    """

    index = 0

    def extra(self) -> tuple[object, ...]:
        """Return the index."""
        return (self.index,)

    def restore(self, *extra: object) -> None:
        """Take the index back."""
        (self.index,) = extra  # type: ignore[assignment]  # what extra() returned


def not_applied(entry: Entry, error: Exception) -> NodeFailedError:
    """Make the error that says which entry a node could not apply, why, and what to do.

    Args:
        entry: a command.
        error: what was raised, by its reducer or by what surrounds that.
    """
    why = error.message if isinstance(error, NodeFailedError) else f"it raised {said(error)}"
    command = abbreviate(entry.data.decode(errors="replace"), 200)
    failed = NodeFailedError(
        f"it could not apply entry {entry.index}, the command {command}: {why}. That may be a "
        f"failure of the machine, so the command counts neither as done nor as refused: restart() "
        f"the node when the cause is gone. If no node can apply it, skip({entry.index}) lets all "
        f"of them pass over it"
    )
    failed.index = entry.index
    return failed


class _Thread(threading.local):
    """The lock of the world whose time a thread lets pass."""

    world_lock: WorldLock | None = None


_thread = _Thread()


def unlock_in_reducers(lock: WorldLock | None) -> WorldLock | None:
    """Have a lock told of each reducer that this thread runs from now on; return the one before."""
    before, _thread.world_lock = _thread.world_lock, lock
    return before


def run(reducer: Callable[[Any, Any], Any], state: Any, command: Any) -> Any:
    """Run a reducer, and let others look at the world meanwhile.

    Raises:
        GivenUpError: nobody waits for it any more.
    """
    lock = _thread.world_lock
    if lock is not None:
        lock.begin(reducer, command)
    try:
        try:
            return reducer(state, command)
        except BaseException as error:
            if not any(isinstance(each, RecursionError) for each in _chain(error)):
                raise
        return _run_afresh(reducer, state, command)
    finally:
        if lock is not None:
            lock.end()


def _run_afresh(reducer: Callable[[Any, Any], Any], state: Any, command: Any) -> Any:
    """Run a reducer on a stack of its own.

    How much of its stack a node has used already differs from node to node. What comes of a fresh
    one does not; and whatever fits into what was left fits into that.

    Raises:
        OSError: there was no thread to be had for that.
    """
    future: Future[Any] = Future()
    # A thread that the interpreter does not wait for: the reducer may never end.
    call = partial(reducer, state, command)
    fresh = threading.Thread(target=_fulfil, args=(future, call), daemon=True)
    try:
        fresh.start()
    except RuntimeError as error:
        raise BlockingIOError(errno.EAGAIN, f"{error}, for a stack of its own") from error
    return future.result()


def _fulfil(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001 -- it is raised where the result is waited for
        future.set_exception(error)


def of_this_node(error: BaseException) -> bool:
    """Tell whether an error can depend on the machine: memory, I/O, what is installed.

    So is one that was raised because of such an error, or holds one in a group. All others are the
    command's, and end no node: the same command on the same state raises them everywhere.
    """
    return any(map(_of_the_machine, _chain(error)))


def _of_the_machine(error: BaseException) -> bool:
    """Tell of one error alone; some of the standard library's own are of no class that says so."""
    if type(error) is RuntimeError:
        return "can't start new thread" in str(error)
    sqlite3 = sys.modules.get("sqlite3")  # its error exists only if somebody has loaded it
    files = () if sqlite3 is None else (sqlite3.OperationalError,)
    return isinstance(error, (MemoryError, OSError, ImportError, *files))


def interrupts(error: BaseException) -> bool:
    """Tell whether an error is the person's interrupt, or the world was given up.

    An interrupt hits the main thread alone; in any other the reducer itself has raised it.
    """
    main = threading.current_thread() is threading.main_thread()
    return isinstance(error, GivenUpError) or (main and isinstance(error, KeyboardInterrupt))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Go through an error, those that it came of, and those in groups."""
    found: dict[int, BaseException] = {}
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in found:
            found[id(each)] = each
            yield each
            waiting += [each.__cause__, each.__context__]
            waiting += each.exceptions if isinstance(each, BaseExceptionGroup) else ()


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
