"""Viewers of a widget: each reports regularly, and counts as gone when its reports stop.

While a cell runs the kernel receives no messages, so a viewer's timeout starts when the cell ends.
"""

from __future__ import annotations

import sys
import threading
from typing import Final

from igniter_nb.clock import now

TIMEOUT_NS: Final = 15_000_000_000
"""Nanoseconds of silence after which a viewer counts as gone."""


class Shell:
    """Whether the kernel runs a cell; it is told by the interactive shell, if there is one.

    Attributes:
        is_busy: whether a cell runs.
        free_ns: when the last one ended, in nanoseconds of :func:`igniter_nb.runtime.now`.
    """

    def __init__(self) -> None:
        self.is_busy = False
        self.free_ns = 0
        self._heard: object = None

    def watch(self) -> None:
        """Begin to listen to the shell, once."""
        if "IPython" not in sys.modules:
            return
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        if shell is not None and shell is not self._heard:
            self._heard = shell
            shell.events.register("pre_run_cell", self._begin)
            shell.events.register("post_run_cell", self._end)

    def _begin(self, *_: object) -> None:
        self.is_busy = True

    def _end(self, *_: object) -> None:
        self.is_busy = False
        self.free_ns = now()


SHELL: Final = Shell()


class Viewers:
    """The viewers of one widget."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        self._expected: str | None = None

    def renew(self, viewer: str) -> bool:
        """Note a sign of life; say whether nobody looked before."""
        SHELL.watch()
        with self._lock:
            is_first = not self._living()
            self._seen[viewer] = now()
        return is_first

    def expect(self, viewer: str) -> None:
        """Take one to look who has not said so yet, under a name of its own."""
        self._expected = viewer
        self.renew(viewer)

    def end(self, viewer: str) -> None:
        """Note that a viewer is gone."""
        with self._lock:
            self._seen.pop(viewer, None)

    @property
    def present(self) -> bool:
        """Whether somebody looks."""
        with self._lock:
            return self._living()

    @property
    def here(self) -> bool:
        """Whether somebody looks who has said so."""
        with self._lock:
            return self._living() and self._seen.keys() != {self._expected}

    def _living(self) -> bool:
        """Forget who was silent for too long; say whether anybody is left."""
        if not SHELL.is_busy:
            moment, free_ns = now(), SHELL.free_ns
            self._seen = {
                viewer: seen
                for viewer, seen in self._seen.items()
                if moment - max(seen, free_ns) < TIMEOUT_NS
            }
        return bool(self._seen)
