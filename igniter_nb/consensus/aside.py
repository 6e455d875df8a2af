"""The lock of a loop's world: one thread at a time touches the world, and none waits for ever.

The loop holds it as long as it lives, but while it runs code that is not ours: a reducer, a
callback of a future. The world stands still then, in the middle of an event, and whoever looks at
it waits for nothing but other lookers. What always holds:

1. Who has the lock finds a world that nobody changes.
2. Code of others that comes back goes on only when nobody looks.
3. A loop that was given up goes on with nothing: what comes back too late has no effect.
"""

from __future__ import annotations

import threading

from igniter_nb.runtime import now

__all__ = ["Aside", "GivenUpError"]


class GivenUpError(BaseException):
    """Code of others came back to a loop that was given up meanwhile."""


class Aside:
    """The lock, and what code of others runs now.

    Attributes:
        runs: what code of others runs, or ran last.
        given_up: whether the loop is to go on with nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.runs = ""
        self._since_ns = 0
        self.given_up = False

    def hold(self, seconds: float = -1) -> bool:
        """Take the world; say whether it could be had in time.

        Args:
            seconds: how long to wait for it; as long as it takes if left out.
        """
        return self._lock.acquire(timeout=seconds)

    def leave(self) -> None:
        """Let go of it."""
        self._lock.release()

    def forked(self) -> None:
        """Note, in a forked child, that no other thread is there, and nothing goes on."""
        self._lock = threading.Lock()
        self._since_ns = 0
        self.given_up = True

    # -- in the loop's thread

    def begin(self, code: str) -> None:
        """Begin to run code of others.

        Args:
            code: what it is, for whoever finds it running.
        """
        self.runs, self._since_ns = code, now()
        self._lock.release()

    def end(self) -> None:
        """Take the world again when the code has come back.

        Raises:
            GivenUpError: nobody waits for that any more.
        """
        self.hold()
        self._since_ns = 0
        if self.given_up:
            raise GivenUpError

    # -- in any thread

    @property
    def seconds(self) -> float:
        """For how many seconds code of others has been running; 0.0 if none is."""
        since_ns = self._since_ns
        return (now() - since_ns) / 1e9 if since_ns else 0.0

    def said(self) -> str:
        """Say what code runs, and for how long; empty if none does."""
        seconds = self.seconds
        return f"{self.runs} has been running for {seconds:.1f} s" if seconds else ""
