"""What is done to a world: from outside, which is its script, and from within, as its seed says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.simulator.actions import ACTIONS, QUIET
from igniter_nb.consensus.simulator.arguments import checked
from igniter_nb.consensus.simulator.options import Line

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from igniter_nb.consensus.simulator.tape import Tape
    from igniter_nb.consensus.status.trace import TraceEvent
    from igniter_nb.raft import NodeId


class Scripted:
    """The part of a world that is acted upon; see :class:`World`."""

    now_us: int
    events: int
    noted: int
    trace: list[TraceEvent] | deque[TraceEvent] | None
    script: list[Line] | Tape
    if TYPE_CHECKING:

        def at(self, time_us: int, call: Callable[[Any], None], payload: Any = None) -> None:
            """Let something happen at a time."""

        def note(self, node_id: NodeId, kind: str, detail: Any) -> None:
            """Note an event."""

    def act(self, name: str, *args: Any) -> None:
        """Do something to the world from outside, and write it into the script.

        Args:
            name: of an action, see :mod:`igniter_nb.consensus.simulator.actions`.
            args: plain values, so that the script can be kept.

        Raises:
            ValueError: there is no such action, or it does not take what it is given; then
                nothing was done and nothing written. Or it could not be done after all: then the
                script has it, since it may have done a part, and it fails in the same way again.
        """
        kept = checked(self, name, args)  # type: ignore[arg-type]  # it is a world
        self.record(name, *kept)
        self.do(name, *kept)

    def record(self, name: str, *args: Any) -> None:
        """Write into the script what the caller does next, as :meth:`act` would do it."""
        self.script.append(Line(self.events, self.now_us, name, args))

    def do(self, name: str, *args: Any) -> None:
        """Do something to the world from within, as part of what follows from the seed."""
        before = self.noted
        if self.trace is not None and name not in QUIET:
            self.note("", "act", (name, args))
        try:
            was_done = ACTIONS[name](self, *args) is not False
        except BaseException:
            self._take_back(before)
            raise
        if not was_done:
            self._take_back(before)

    def _take_back(self, noted: int) -> None:
        """Forget what was noted of something that was not done."""
        while self.trace and self.noted > noted:
            self.trace.pop()
            self.noted -= 1

    def plan(self, time_us: int, name: str, *args: Any) -> None:
        """Let an action happen at a time, as part of the world and not of the script."""
        self.at(time_us, self._planned, (name, args))

    def _planned(self, planned: tuple[str, tuple[Any, ...]]) -> None:
        self.do(planned[0], *planned[1])
