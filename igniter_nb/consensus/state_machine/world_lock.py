"""Lock of a loop's world: one thread at a time touches the world, and none waits for ever.

The loop holds it as long as it lives, but while it runs code that is not ours: a reducer, a
callback of a future. The world stands still then, in the middle of an event, and whoever looks at
it waits for nothing but other lookers. What always holds:

1. Who has the lock finds a world that nobody changes.
2. Code of others that comes back goes on only when nobody looks.
3. A loop that was given up goes on with nothing: what comes back too late has no effect.
"""

from __future__ import annotations

import threading

from igniter_nb.clock import now
from igniter_nb.consensus.state_machine.frozen import thaw
from igniter_nb.text import abbreviate

__all__ = ["GivenUpError", "WorldLock"]


class GivenUpError(BaseException):
    """Code of others came back to a loop that was given up meanwhile."""


class WorldLock:
    """The lock, and what code of others runs now.

    Reducers are many and lookers few. So the loop does not let go each time, but says only that it
    could; whoever looks then lets go in its place. Either writes first what it does and reads then
    what the other one does, so that one of them at least notices.

    Attributes:
        given_up: whether the loop is to go on with nothing.
    """

    def __init__(self) -> None:
        self.given_up = False
        self._code: object = ""
        self._command: object = None
        self._renew()

    def _renew(self) -> None:
        self._world = threading.Lock()  # whoever has it has the world
        self._gate = threading.Lock()  # for moments, guards the two below
        self._lookers = 0  # how many have the world, or wait for it
        self._is_open = False  # whether the loop's hold was let go, for code of others
        self._since_ns = 0

    # -- for whoever looks; in a thread that no interrupt hits

    def hold(self, seconds: float) -> bool:
        """Take the world; say whether it could be had in so many seconds."""
        with self._gate:
            self._lookers += 1
        self._open()
        held = self._world.acquire(timeout=seconds)
        if not held:
            with self._gate:
                self._lookers -= 1
        return held

    def leave(self) -> None:
        """Let go of it."""
        self._world.release()
        with self._gate:
            self._lookers -= 1

    def forked(self) -> None:
        """Note, in a forked child, that no other thread is there, and nothing goes on."""
        self._renew()
        self.given_up = True

    # -- in the loop's thread

    def own(self) -> None:
        """Take the world, for as long as the loop lives."""
        self._world.acquire()

    def disown(self) -> None:
        """Let go of it for good; in a forked child nobody has it."""
        if self._world.locked():
            self._world.release()

    def begin(self, code: object, command: object = None) -> None:
        """Begin to run code of others.

        Args:
            code: a reducer, or in words what it is, for whoever finds it running.
            command: what a reducer was given.
        """
        self._code = code
        self._command = command
        self._since_ns = now()
        if self._lookers:
            self._open()

    def end(self) -> None:
        """Take the world again when the code has come back.

        Raises:
            GivenUpError: nobody waits for that any more.
        """
        self._since_ns = 0
        if self._lookers or self._is_open:
            self._shut()
        if self.given_up:
            raise GivenUpError

    def _open(self) -> None:
        """Let go of the loop's hold, in any thread, if it runs code of others."""
        with self._gate:
            if self._since_ns and not self._is_open:
                self._is_open = True
                self._world.release()

    def _shut(self) -> None:
        with self._gate:
            was_open, self._is_open = self._is_open, False
        if was_open:
            self._world.acquire()

    # -- in any thread

    @property
    def runs(self) -> str:
        """What code of others runs, or ran last."""
        code = self._code
        return code if isinstance(code, str) else f"the reducer {getattr(code, '__name__', code)!r}"

    @property
    def seconds(self) -> float:
        """For how many seconds code of others has been running; 0.0 if none is."""
        since_ns = self._since_ns
        return (now() - since_ns) / 1e9 if since_ns else 0.0

    def said(self) -> str:
        """Say what code runs, for how long, and on which command; empty if none does."""
        seconds, command = self.seconds, self._command
        if not seconds:
            return ""
        told = f"{self.runs} has been running for {seconds:.1f} s"
        return (
            told if command is None else f"{told} on the command {abbreviate(thaw(command), 100)}"
        )
