"""A future for a request, which ends by the clock of whoever waits for it.

Whoever answers claims it first, so that it is told one thing, whatever other threads are about to
tell it.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from igniter_nb.runtime import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.replica import Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.state_machine.machine import Machine
    from igniter_nb.consensus.state_machine.reducers import NodeFailedError
    from igniter_nb.raft import NodeId, Ticket

Reign = tuple[str, int, int]
"""One node leading one term in one life: what a proposal was made to."""

GRACE_US = 200_000
"""So many microseconds whoever waits gives the loop to say by itself that time is over."""

NEVER = 1 << 62


class Request(Future[Any]):
    """Something that somebody waits for: a command, a read, or a goal that is asked each turn.

    It is the future of what comes of it.

    Attributes:
        patience_us: how long an answer is waited for, from when the loop takes it up.
        until_us: the loop's uptime after which it is given up.
        data: the command.
        query: what to read from the machine.
        goal: returns something once it is reached, and may do something to get there.
        peek: looks at a node as it is.
        lease: whether the read may rest on a lease.
        node: the node that is to answer the read, None for the leader.
        ticket: of a command, once it was proposed: from then on it may have taken effect.
        reign: to whom it was last given.
        again_us: uptime at which the node is asked again.
        failure: why a node ended that was to apply it.
        proposed: where a node keeps it: the replica, the entry's index, who waits for that.
        asked: where a node keeps it as a read: the host, and the number of the question.
        given_up: called in the thread of whoever waits, when its time is over there.
    """

    def __init__(  # noqa: PLR0913 -- all but the first are named
        self,
        patience_us: int,
        *,
        data: bytes | None = None,
        query: Callable[[Machine], Any] | None = None,
        goal: Callable[[], Any] | None = None,
        lease: bool = False,
        node: NodeId | None = None,
        peek: Callable[[], Any] | None = None,
    ) -> None:
        super().__init__()
        self.patience_us = patience_us
        self.until_us = self.again_us = NEVER
        self.data = data
        self.query = query
        self.goal = goal
        self.lease = lease
        self.peek = peek
        self.node = node
        self.ticket: Ticket | None = None
        self.reign: Reign | None = None
        self.failure: NodeFailedError | None = None
        self.proposed: tuple[tuple[Replica, int, Any], ...] = ()
        self.asked: tuple[Host, int] | None = None
        self.given_up: Callable[[Request], None] | None = None
        self._end_ns = now() + (patience_us + GRACE_US) * 1_000
        self._untold = [True]

    def left(self) -> float:
        """Return how many seconds whoever waits for it has left, by his own clock."""
        return (self._end_ns - now()) / 1e9

    def give_up(self) -> None:
        """Refuse it in the thread of whoever waits, since the loop does not come to that."""
        assert self.given_up is not None, "it was handed in"
        self.given_up(self)

    def claim(self) -> bool:
        """Say whether it was not told anything yet; from now on the caller alone may do so."""
        try:
            return self._untold.pop()
        except IndexError:
            return False

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for it any more, or it was told something."""
        return not self._untold or self.cancelled()

    def tell(self, value: Any, error: BaseException | None) -> None:
        """Tell what came of it; only whoever has claimed it may."""
        if self.set_running_or_notify_cancel():
            if error is None:
                self.set_result(value)
            else:
                self.set_exception(error)
