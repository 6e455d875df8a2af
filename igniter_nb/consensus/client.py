"""How a cluster's own client gets an answer: it finds the leader, asks again, and never twice.

What always holds:

1. A command has a ticket of the client's session, so it may be proposed again at the next leader
   when the outcome at the last one is not known: it takes effect once (thesis 6.3).
2. Everyone who asked hears exactly once: the outcome; that nothing was done; or, of a command that
   was proposed, that the outcome is not known.
3. What could not be decided is refused at once where no majority is alive to decide it.
4. A linearizable read is answered from a node that was confirmed after the read came in.
5. Commands are proposed in the order in which they came, at each leader anew; while one waits,
   those behind it wait too.

Everything here happens in the cluster's loop, but for the making of requests.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.checkpoints import Outside
from igniter_nb.consensus.machine import Failure
from igniter_nb.consensus.quorums import can_decide, found_missing
from igniter_nb.consensus.setup import unknown_node
from igniter_nb.errors import ConsensusError, NoLeaderError, OutcomeUnknownError
from igniter_nb.raft import EntryKind, ProposalRefusedError, Role, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.hosts import Host
    from igniter_nb.consensus.loop import Loop
    from igniter_nb.consensus.machine import Machine, Outcome
    from igniter_nb.consensus.replica import Answer, Replica
    from igniter_nb.raft import NodeId

Reign = tuple[str, int, int]
"""One node leading one term in one life: what a proposal was made to."""

AGAIN_US = 100_000
"""After so many microseconds a node is asked again: its question to the leader may be lost."""

NEVER = 1 << 62


class Request:
    """Something that somebody waits for: a command, a read, or a goal that is asked each turn.

    Attributes:
        future: whom to tell.
        patience_us: how long an answer is waited for, from when the loop takes it up.
        until_us: the loop's uptime after which it is given up.
        data: the command.
        query: what to read from the machine.
        goal: returns something once it is reached, and may do something to get there.
        lease: whether the read may rest on a lease.
        node: the node that is to answer the read, None for the leader.
        ticket: of a command, once it was proposed: from then on it may have taken effect.
        reign: to whom it was last given.
        again_us: uptime at which the node is asked again.
    """

    __slots__ = (
        "again_us", "data", "future", "goal", "lease", "node", "patience_us", "query", "reign",
        "ticket", "until_us",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 -- all but the first are named
        self,
        patience_us: int,
        *,
        data: bytes | None = None,
        query: Callable[[Machine], Any] | None = None,
        goal: Callable[[], Any] | None = None,
        lease: bool = False,
        node: NodeId | None = None,
    ) -> None:
        self.future: Future[Any] = Future()
        self.patience_us = patience_us
        self.until_us = self.again_us = NEVER
        self.data = data
        self.query = query
        self.goal = goal
        self.lease = lease
        self.node = node
        self.ticket: Ticket | None = None
        self.reign: Reign | None = None


class Client:
    """Carries out the requests of one cluster's users.

    Attributes:
        session: id of its session, 0 before there is one.
        serial: number of its latest command.
        open: requests that were not answered yet, in the order in which they came.
    """

    def __init__(self) -> None:
        self.session = 0
        self.serial = 0
        self.open: dict[Request, None] = {}
        self.loop: Loop
        self._outstanding: dict[int, None] = {}
        self._commands: deque[Request] = deque()
        self._reads: list[Request] = []
        self._goals: list[Request] = []
        self._reign: Reign | None = None
        self._lost = False
        self._registering = False
        self._answers: deque[tuple[Future[Any], Any, BaseException | None]] = deque()

    # -- what comes in

    def take(self, *requests: Request) -> None:
        """Begin to carry requests out, in order."""
        for request in requests:
            self.open[request] = None
            request.until_us = self.loop.uptime_us + request.patience_us
            self.loop.wake_us = min(self.loop.wake_us, request.until_us)
            self._line(request).append(request)
        if not self.loop.stopping:
            self._go_on()

    def _line(self, request: Request) -> deque[Request] | list[Request]:
        if request.data is not None:
            return self._commands
        return self._reads if request.query is not None else self._goals

    def turn(self) -> None:
        """Go on with what waits, give up what waits too long, and tell the answers."""
        if self.loop.over:
            self._close()
        elif self.open and not self.loop.stopping:
            self._go_on()
            for request in tuple(self._goals):
                self._look(request)
        if self.loop.uptime_us >= self.loop.wake_us:
            self._expire()
        while self._answers:
            self.loop.telling = True
            _tell(*self._answers.popleft())
        self.loop.telling = False

    def _look(self, request: Request) -> None:
        assert request.goal is not None
        if request.future.cancelled():
            self._answer(request, None)
            return
        try:
            found = request.goal()
        except Exception as error:  # noqa: BLE001 -- it belongs to who asked
            self._refuse(request, error)
        else:
            if found is not None:
                self._answer(request, found)

    def _expire(self) -> None:
        uptime, soonest = self.loop.uptime_us, NEVER
        for request in tuple(self.open):
            if request.until_us <= uptime:
                self._refuse(request, self._late(request))
                continue
            if request.again_us <= uptime:
                request.again_us = NEVER
                self._reads.append(request)
            soonest = min(soonest, request.until_us, request.again_us)
        self.loop.wake_us = soonest
        if self._reads:
            self._go_on()

    # -- giving

    def _go_on(self) -> None:
        """Give what waits to whom it is for, or refuse it."""
        leader = self.loop.world.leader()
        reign = None if leader is None else _reign(leader)
        if reign != self._reign or self._lost:
            self._turn_to(reign)
        if not (self._commands or self._reads):
            return
        if not can_decide(self.loop.world, leader):
            self._refuse_waiting(leader)
            return
        while self._commands and leader is not None:
            request = self._commands[0]
            if self._waits(request) and not self._propose(request, leader):
                break
            self._commands.popleft()
        reads, self._reads = self._reads, []
        for request in reads:
            if self._waits(request):
                self._ask(request, leader)

    def _turn_to(self, reign: Reign | None) -> None:
        """Ask the next leader for what the last one may have lost, in the order it came."""
        self._reign = reign
        self._lost = self._registering = False
        self._commands = deque(
            each
            for each in self.open
            if each.data is not None and (reign is None or each.reign != reign)
        )
        self._reads = [each for each in self.open if each.query is not None]

    def _waits(self, request: Request) -> bool:
        """Say whether there is still somebody who waits for an answer."""
        if request.future.cancelled() and request in self.open:
            self._answer(request, None)
        return request in self.open

    def _refuse_waiting(self, leader: Host | None) -> None:
        """Refuse what cannot be decided; what was proposed may yet be, if nodes come back."""
        for request in (*self._commands, *self._reads):
            if request in self.open and request.ticket is None:
                self._refuse(request, found_missing(self.loop.world, leader))
        self._commands = deque(each for each in self._commands if each in self.open)
        self._reads = []

    def _propose(self, request: Request, leader: Host) -> bool:
        """Propose a command; say whether it was taken."""
        if not self.session:
            self._register(leader)
            return False
        ticket = request.ticket
        if ticket is None:
            oldest = next(iter(self._outstanding), self.serial + 1)
            ticket = Ticket(self.session, self.serial + 1, oldest)
        reign = _reign(leader)
        waiter = Outside(partial(self._decided, request, reign))
        assert request.data is not None
        self.loop.world.record("propose", reign[0], request.data, 0, *ticket)
        try:
            self.loop.world.propose(leader, request.data, waiter, ticket=ticket)
        except ProposalRefusedError:
            return False  # it hands over, or has too much to do
        if request.ticket is None:
            request.ticket = ticket
            self.serial = ticket.serial
            self._outstanding[self.serial] = None
        request.reign = reign
        return True

    def _register(self, leader: Host) -> None:
        """Open the session; an entry that is lost with its leader is proposed at the next one."""
        if self._registering:
            return
        kind = EntryKind.REGISTER
        self.loop.world.record("propose", leader.replica.node_id, b"", 1)
        try:
            self.loop.world.propose(leader, b"", Outside(self._registered), kind=kind)
        except ProposalRefusedError:
            return
        self._registering = True

    def _registered(self, answer: Answer, _: Replica) -> None:
        self._registering = False
        if answer.status == "ok" and not self.session:
            self.session = answer.outcome.value

    def _ask(self, request: Request, leader: Host | None) -> None:
        host = leader if request.node is None else self.loop.world.hosts.get(request.node)
        if request.node is not None and host is None:
            self._refuse(request, unknown_node(request.node, self.loop.world.hosts))
        elif host is None:
            self._reads.append(request)
        elif not host.replica.alive:
            self._refuse(request, _down(host.replica.node_id))
        else:
            if request.node is not None:
                request.again_us = self.loop.uptime_us + AGAIN_US
                self.loop.wake_us = min(self.loop.wake_us, request.again_us)
            waiter = Outside(partial(self._readable, request))
            self.loop.world.record("ask", host.replica.node_id, int(request.lease))
            self.loop.world.read(host, waiter, lease=request.lease)

    # -- answers

    def _decided(self, request: Request, reign: Reign, answer: Answer, _: Replica) -> None:
        """Hear what came of a proposal, perhaps of an earlier one than the last."""
        if request not in self.open:
            return
        if answer.status == "ok":
            self._outcome(request, answer.outcome)
        elif request.reign == reign:
            request.reign = None
            self._lost = True  # so it is proposed again; its ticket makes that safe

    def _outcome(self, request: Request, outcome: Outcome) -> None:
        if outcome.failure is Failure.EXPIRED:
            self.session = 0  # the next command opens another one
        try:
            outcome.result()
        except ConsensusError as error:
            self._refuse(request, error)
        else:
            self._answer(request, outcome)

    def _readable(self, request: Request, answer: Answer, replica: Replica) -> None:
        if request not in self.open:
            return
        if answer.status != "ok":
            if request.node is not None and not (replica.alive or self.loop.stopping):
                self._refuse(request, _down(request.node))
            return  # else it is asked again: after a while, or at the next leader
        assert request.query is not None
        try:
            value = request.query(replica.machine)
        except Exception as error:  # noqa: BLE001 -- it belongs to who asked
            self._refuse(request, error)
        else:
            self._answer(request, value)

    def _answer(self, request: Request, value: Any) -> None:
        self._done(request)
        self._answers.append((request.future, value, None))

    def _refuse(self, request: Request, error: BaseException) -> None:
        self._done(request)
        self._answers.append((request.future, None, error))

    def _done(self, request: Request) -> None:
        self.open.pop(request, None)
        if request.ticket is not None:
            self._outstanding.pop(request.ticket.serial, None)
        elif request.goal is not None:
            self._goals.remove(request)

    def _close(self) -> None:
        for request in tuple(self.open):
            error = self.loop.ended()
            if request.ticket is not None:
                error = _unknown(error.message)
            self._refuse(request, error)

    def _late(self, request: Request) -> ConsensusError:
        world, node = self.loop.world, request.node
        leader = world.leader()
        if self.loop.paused:
            why = "the cluster is paused; resume() it"
        elif leader is None:
            why = "nobody leads"
        else:
            why = f"{leader.replica.node_id} leads"
        if self.loop.speed != 1:
            why += (
                f" (a timeout is of real seconds; the cluster's own time, and with it an election, "
                f"passes {self.loop.speed:g} times as fast)"
            )
        if request.ticket is not None:
            return _unknown(f"it was proposed and not confirmed in time, and {why}")
        if not (self.loop.paused or can_decide(world, leader)):
            if request.goal is None:
                return found_missing(world, leader)
            return found_missing(world, None, _so_far(request.goal))
        if request.goal is not None:
            limit = f"within {request.patience_us / 1e6:g} s"
            if leader is None or self.loop.paused:
                return NoLeaderError(f"No leader could do it {limit}: {why}")
            return NoLeaderError(
                f"Not done {limit}, although {why}; ask again, with a longer timeout"
            )
        if node is not None:
            believes = _believed(world.hosts[node])
            return NoLeaderError(
                f"{node} was not confirmed by a leader in time: {believes}, and {why}"
            )
        return NoLeaderError(f"No leader answered in time; {why}; nothing was done")


def _down(node_id: NodeId) -> NoLeaderError:
    return NoLeaderError(f"{node_id} does not run, so it cannot be read; restart() it")


def _believed(host: Host) -> str:
    """Say what a node that cannot answer believes of itself."""
    core = host.replica.core
    if core.role is Role.LEADER:
        return f"it takes itself for the leader of term {core.term} and reaches no majority"
    if core.leader_id is None:
        return f"it hears no leader in term {core.term}"
    return f"it follows {core.leader_id} of term {core.term}"


def _so_far(goal: Callable[[], Any]) -> str:
    """Return what a goal says of itself; what was proposed may be decided later."""
    say: Callable[[], str] | None = getattr(goal, "so_far", None)
    return "what was begun may still happen" if say is None else say()


def _unknown(why: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"the outcome of a write is not known: {why}; it may take effect later, have done so, or "
        "never. Read what it would have changed"
    )


def _reign(host: Host) -> Reign:
    replica = host.replica
    return (replica.node_id, replica.incarnation, replica.core.term)


def _tell(future: Future[Any], value: Any, error: BaseException | None) -> None:
    if future.set_running_or_notify_cancel():
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
