"""Stills: the pictures that a page keeps of what a widget shows, for when there is no kernel.

1. A still and its widget are two outputs of one cell, one behind the other. A style sheet in the
   still lets a page show one of them: the widget where it runs, the still everywhere else.
2. A still is told anew when a cell has ended and when an act has settled, so that a notebook is
   saved with what was last to be seen; never for no change, and never once the process ends.
3. Of what is shown again the latest still is told anew; earlier ones stay as they are.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4
from weakref import WeakSet

from igniter_nb.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.notebook.page.render import Bundle

SETTLED_S: Final = 1.0
"""Seconds without a change after which an act has settled ..."""

LONGEST_NS: Final = 10_000_000_000
"""... nanoseconds after which it is told although it has not ..."""

APART_NS: Final = 3_000_000_000
"""... and between two tellings that no cell's end asks for."""

DEAR_NS: Final = 200_000_000
SHARE: Final = 20
"""One that took so many nanoseconds is told again after so many times as long, not before."""


VIEW: Final = "application/vnd.jupyter.widget-view+json"


def shell_of_page() -> Any:
    """Return the shell of a notebook's kernel; None in a terminal, a script, and elsewhere."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    found = get_ipython()
    return found if getattr(found, "kernel", None) is not None else None


class Still:
    """The picture beside a widget.

    Args:
        draw: draws how things are now; None if there is nothing to be drawn any more.
        mark: says cheaply how far things are: while it is the same there is nothing new to draw;
            None when there never will be.
    """

    def __init__(self, draw: Callable[[], Bundle | None], mark: Callable[[], object]) -> None:
        self._draw, self._mark = draw, mark
        self._lock = threading.Lock()
        self._output = ""
        self._told: object = None
        self._told_ns = self._took_ns = 0
        self._timer: threading.Timer | None = None
        self._asked: tuple[object, int] = (None, 0)

    def show(self, view: Any) -> None:
        """Put it on the page, and the widget right behind it, each in an output of its own."""
        self._output = f"igniter-{uuid4().hex}"
        _STILLS.watch(self)
        with self._lock:
            self._tell(update=False)
        forms, _ = view.view_mimebundle()
        shell_of_page().display_pub.publish(data={VIEW: forms[VIEW]}, metadata={})

    def end_cell(self) -> None:
        """Tell it anew at the end of a cell; one that takes long to draw not after every one."""
        if now() - self._told_ns < self._rest_ns:
            self.ask()
        else:
            self.refresh()

    def refresh(self) -> bool:
        """Tell it anew if something has changed; say whether it was."""
        with self._lock:
            mark = self._mark()
            if not self._output or mark in (None, self._told) or _STILLS.are_over:
                return False
            return self._tell(update=True)

    def _tell(self, *, update: bool) -> bool:
        began, told, found = now(), self._mark(), shell_of_page()
        bundle = None if found is None else self._draw()
        if bundle is None:
            return False
        self._told, self._told_ns = told, now()
        self._took_ns = self._told_ns - began
        about = {"display_id": self._output}
        found.display_pub.publish(data=bundle, metadata={}, transient=about, update=update)
        return True

    @property
    def _rest_ns(self) -> int:
        return SHARE * self._took_ns if self._took_ns >= DEAR_NS else 0

    # -- what comes from no cell

    def ask(self) -> None:
        """Note that something may have changed: it is told when that has settled."""
        if self._timer is None and self._output and self._mark() not in (None, self._told):
            self._asked = (self._mark(), now())
            self._wait()

    def _wait(self) -> None:
        self._timer = threading.Timer(SETTLED_S, self._look)
        self._timer.daemon = True
        try:
            self._timer.start()
        except RuntimeError:  # no threads here, or the interpreter is ending
            self._timer = None

    def _look(self) -> None:
        """Tell it if nothing more has changed, or it has been waited for long enough."""
        seen, since = self._asked
        mark, moment = self._mark(), now()
        is_settled = mark == seen or moment - since >= LONGEST_NS
        apart_ns = max(APART_NS, self._rest_ns)
        if mark is not None and not (is_settled and moment - self._told_ns >= apart_ns):
            self._asked = (mark, since)
            self._wait()
            return
        self._timer = None
        with suppress(Exception):  # whatever cannot be drawn now is drawn at the end of a cell
            self.refresh()


class _Stills:
    """All stills, which are told anew when a cell has ended."""

    def __init__(self) -> None:
        self._all: WeakSet[Still] = WeakSet()
        self._heard: object = None
        self.are_over = False
        atexit.register(self.end)
        if hasattr(os, "register_at_fork"):  # Windows has none
            os.register_at_fork(after_in_child=self.end)

    def watch(self, still: Still) -> None:
        """Tell a still anew from now on."""
        self._all.add(still)
        found = shell_of_page()
        if found is not None and found is not self._heard:
            self._heard = found
            found.events.register("post_run_cell", self._end_of_cell)

    def end(self) -> None:
        """Tell none any more."""
        self.are_over = True

    def _end_of_cell(self, *_: object) -> None:
        for still in tuple(self._all):
            with suppress(Exception):  # a picture that cannot be drawn must not spoil a cell
                still.end_cell()


_STILLS: Final = _Stills()
