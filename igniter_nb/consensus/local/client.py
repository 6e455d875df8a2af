"""Client of a cluster's users: finds the leader, retries, and has each command applied once.

What always holds:

1. A command has a ticket of the client's session, so it may be proposed again at the next leader
   when the outcome at the last one is not known: it takes effect once (thesis 6.3).
2. Everyone who asked hears exactly once: the outcome; that nothing was done; or, of a command that
   was proposed, that the outcome is not known.
3. What could not be decided is refused at once where no majority is alive to decide it.
4. A linearizable read is answered from a node that was confirmed after the read came in.
5. Commands are proposed in the order in which they came, at each leader anew; while one waits,
   those behind it wait too.
6. A request that ends takes along all that was kept for it, here and at the nodes.

Everything here happens in the cluster's loop, but where somebody gives up by his own clock.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.local.lateness import late, never_heard, unknown
from igniter_nb.consensus.local.loop import GRACE_US, Request
from igniter_nb.consensus.local.operations import Noted
from igniter_nb.consensus.replica import Outside
from igniter_nb.consensus.simulator.host import NEVER
from igniter_nb.consensus.simulator.quorums import can_decide, found_missing, restart_it
from igniter_nb.consensus.simulator.script import record
from igniter_nb.consensus.state_machine.machine import Failure
from igniter_nb.consensus.state_machine.reducers import NodeFailedError
from igniter_nb.consensus.status.names import unknown_node
from igniter_nb.errors import ConsensusError, NoLeaderError
from igniter_nb.raft import EntryKind, ProposalRefusedError, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from igniter_nb.consensus.local.loop import Loop, Reign
    from igniter_nb.consensus.replica import Answer, Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.consensus.state_machine.machine import Outcome
    from igniter_nb.raft import NodeId

AGAIN_US = 100_000
"""After so many microseconds a node is asked again: its question to the leader may be lost."""


class Client:
    """Carries out the requests of one cluster's users.

    Attributes:
        session: id of its session, 0 before there is one.
        serial: number of its latest command.
        open: requests that were not answered yet, in the order in which they came.
        late: nodes that are let in although nobody waits for it any more.
        hurried: how many requests are open that hurry.
        hurry: called when one of them is taken up.
    """

    def __init__(self) -> None:
        self.session = 0
        self.serial = 0
        self.open: dict[Request, None] = {}
        self.loop: Loop
        self._outstanding: dict[int, None] = {}
        self._commands: deque[Request] = deque()
        self._reads: list[Request] = []
        self._operations: list[Request] = []
        self.late: set[NodeId] = set()
        self.hurried = 0
        self.hurry: Callable[[], object] = bool
        self._begun: list[Callable[[], Any]] = []
        self._reign: Reign | None = None
        self._lost = False
        self._registering = False
        self._registrations: list[Callable[[], object]] = []
        self._given_up: list[tuple[Host, int]] = []
        self._answers: deque[tuple[Request, Any, BaseException | None]] = deque()

    # -- what comes in

    def take(self, *requests: Request) -> None:
        """Begin to carry requests out, in order."""
        for request in requests:
            self.open[request] = None
            self.hurried += request.hurries
            request.until_us = self.loop.uptime_us + request.patience_us
            self.loop.wake_us = min(self.loop.wake_us, request.until_us)
            self._line(request).append(request)
        if self.hurried:
            self.hurry()
        if not self.loop.stopping:
            self._go_on()

    def begin(self, request: Request) -> None:
        """Take up a request whose operation was just made, and ask that at once."""
        self.take(request)
        if not self.loop.stopping:
            self._look(request)

    def peek(self, request: Request) -> None:
        """Answer a request that wants to see a node as it is."""
        assert request.peek is not None
        self._answers.append((request, *_peeked(request.peek)))

    def _line(self, request: Request) -> deque[Request] | list[Request]:
        if request.data is not None:
            return self._commands
        return self._reads if request.query is not None else self._operations

    def turn(self) -> None:
        """Go on with what waits, give up what waits too long, and tell the answers."""
        if self.loop.over:
            self._close()
        elif self.open and not self.loop.stopping:
            self._go_on()
            for request in tuple(self._operations):
                self._look(request)
        if self._begun and not self.loop.stopping:
            self._begun = [operation for operation in self._begun if _goes_on(operation)]
        if self.loop.uptime_us >= self.loop.wake_us:
            self._expire()
        if self._given_up:
            self._forget_reads()
        if self._answers:
            self._tell()

    def _tell(self) -> None:
        """Tell the answers; whoever hears one may do with it what he likes."""
        lock = self.loop.world_lock
        self.loop.telling = True
        lock.begin("what was to be called with an answer")
        try:
            while self._answers:
                request, value, error = self._answers.popleft()
                if request.claim():
                    request.tell(value, error)
        finally:
            self.loop.telling = False
            lock.end()

    # -- in the thread of whoever waits

    def give_up(self, request: Request) -> None:
        """Refuse a request whose time is over, by the clock of whoever waits."""
        held = self.loop.world_lock.hold(GRACE_US / 1e6)
        try:
            if not request.claim():
                return  # it is told just now
            answer = self._at_last(request) if held else (None, never_heard(request))
        finally:
            if held:
                self.loop.world_lock.leave()
        request.tell(*answer)

    def _at_last(self, request: Request) -> tuple[Any, BaseException | None]:
        """Return what a request hears whose time is over, and the world stands still."""
        return (None, late(self.loop, request)) if request.peek is None else _peeked(request.peek)

    def abandon(self) -> list[tuple[Request, ConsensusError]]:
        """Return what all are to be told whose loop is given up."""
        waiting = (*self.open, *(request for request, _, _ in self._answers))
        return [(request, self._ended(request)) for request in waiting]

    def _ended(self, request: Request) -> ConsensusError:
        error = self.loop.ended()
        return error if request.ticket is None else unknown(error.message)

    def forget_join(self, node_id: NodeId) -> None:
        """See no longer that a node gets in, since somebody wants it out."""
        for operation in tuple(self._begun):
            if isinstance(operation, Noted) and operation.joining == node_id:
                self._begun.remove(operation)

    def see_through(self, operation: Callable[[], Any] | None) -> None:
        """See that what was begun is finished, although nobody waits for it any more."""
        if operation is not None and getattr(operation, "begun", False):
            self._begun.append(operation)
            if isinstance(operation, Noted) and operation.joining is not None:
                self.late.add(operation.joining)

    def _look(self, request: Request) -> None:
        assert request.operation is not None
        if request.is_over:
            self.see_through(request.operation)
            self._answer(request, None)
            return
        try:
            found = request.operation()
        except Exception as error:  # noqa: BLE001 -- it belongs to who asked
            self.see_through(request.operation)
            self._refuse(request, error)
        else:
            if found is not None:
                self._answer(request, found)

    def _expire(self) -> None:
        uptime, soonest = self.loop.uptime_us, NEVER
        for request in tuple(self.open):
            if request.until_us <= uptime:
                self.see_through(request.operation)
                self._refuse(request, late(self.loop, request))
                continue
            if request.again_us <= uptime:
                request.again_us = NEVER
                self._reads.append(request)
            soonest = min(soonest, request.until_us, request.again_us)
        self.loop.wake_us = soonest
        self._leave_lines()
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
        _forget(self._registrations)
        self._commands = deque(
            each
            for each in self.open
            if each.data is not None and (reign is None or each.reign != reign)
        )
        self._reads = [each for each in self.open if each.query is not None]

    def _waits(self, request: Request) -> bool:
        """Say whether there is still somebody who waits for an answer."""
        if request.is_over and request in self.open:
            self._answer(request, None)
        return request in self.open

    def _refuse_waiting(self, leader: Host | None) -> None:
        """Refuse what cannot be decided; what was proposed may yet be, if nodes come back.

        Not so where they ended because of it.
        """
        for request in (*self._commands, *self._reads):
            if request in self.open and request.ticket is None:
                self._refuse(request, found_missing(self.loop.world, leader))
            elif request in self.open and request.failure is not None:
                error = unknown(f"nodes have ended by it: {request.failure.message}")
                error.__cause__ = request.failure
                self._refuse(request, error)
        self._leave_lines()

    def _leave_lines(self) -> None:
        """Let nobody stand in line who was refused."""
        self._commands = deque(each for each in self._commands if each in self.open)
        self._reads = [each for each in self._reads if each in self.open]

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
        record(self.loop.world, "propose", reign[0], request.data, 0, *ticket)
        try:
            entry = self.loop.world.propose(leader, request.data, waiter, ticket=ticket)
        except ProposalRefusedError:
            return False  # it hands over, or has too much to do
        request.proposed += ((leader.replica, entry.index, waiter),)
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
        kind, waiter = EntryKind.REGISTER, Outside(self._registered)
        record(self.loop.world, "propose", leader.replica.node_id, b"", 1)
        try:
            entry = self.loop.world.propose(leader, b"", waiter, kind=kind)
        except ProposalRefusedError:
            return
        self._registering = True
        self._registrations.append(partial(leader.replica.forget, entry.index, waiter))

    def _registered(self, answer: Answer, _: Replica) -> None:
        self._registering = False
        if answer.status == "ok" and not self.session:
            self.session = answer.outcome.value
            _forget(self._registrations)

    def _ask(self, request: Request, leader: Host | None) -> None:
        host = leader if request.node is None else self.loop.world.hosts.get(request.node)
        if request.node is not None and host is None:
            self._refuse(request, unknown_node(request.node, self.loop.world.hosts))
        elif host is None:
            self._reads.append(request)
        elif not host.replica.alive:
            self._refuse(request, _down(self.loop.world, host.replica.node_id))
        else:
            if request.node is not None:
                request.again_us = self.loop.uptime_us + AGAIN_US
                self.loop.wake_us = min(self.loop.wake_us, request.again_us)
            self._give_up_read(request)
            if host.replica.paused:  # it notices nothing, and would find every question later
                if request.node is None:
                    self._reads.append(request)
                return
            waiter = Outside(partial(self._readable, request))
            record(self.loop.world, "ask", host.replica.node_id, int(request.lease))
            request.asked = (host, self.loop.world.read(host, waiter, lease=request.lease))

    def _give_up_read(self, request: Request) -> None:
        """Note that what was asked of a node is not waited for."""
        if request.asked is not None:
            self._given_up.append(request.asked)
            request.asked = None

    def _forget_reads(self) -> None:
        """Let nodes forget what was asked and is not waited for any more."""
        given_up: dict[Host, list[int]] = {}
        for host, number in self._given_up:
            if host.replica.awaits(number):
                given_up.setdefault(host, []).append(number)
        self._given_up.clear()
        for host, numbers in given_up.items():
            record(self.loop.world, "forget", host.replica.node_id, *numbers)
            host.replica.forget_reads(numbers)

    # -- answers

    def _decided(  # noqa: PLR0917 -- as a waiter is called
        self, request: Request, reign: Reign, answer: Answer, replica: Replica
    ) -> None:
        """Hear what came of a proposal, perhaps of an earlier one than the last."""
        if request not in self.open:
            return
        if answer.status == "unknown":
            failure = replica.failure
            if isinstance(failure, NodeFailedError) and failure.index == answer.index:
                request.failure = failure
        if answer.status == "ok":
            if len(request.proposed) == 1:
                request.proposed = ()  # it is this one, which the node has told
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
                self._refuse(request, _down(self.loop.world, request.node))
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
        self._answers.append((request, value, None))

    def _refuse(self, request: Request, error: BaseException) -> None:
        self._done(request)
        self._answers.append((request, None, error))

    def _done(self, request: Request) -> None:
        self.hurried -= request.hurries and request in self.open
        self.open.pop(request, None)
        for replica, index, waiter in request.proposed:
            replica.forget(index, waiter)
        request.proposed = ()
        self._give_up_read(request)
        if request.ticket is not None:
            self._outstanding.pop(request.ticket.serial, None)
        elif request.operation is not None:
            self._operations.remove(request)

    def _close(self) -> None:
        for request in tuple(self.open):
            self._refuse(request, self._ended(request))


def _peeked(peek: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return peek(), None
    except Exception as error:  # noqa: BLE001 -- it belongs to who asked
        return None, error


def _goes_on(operation: Callable[[], Any]) -> bool:
    """Ask an operation that was begun; say whether it is to be asked again."""
    try:
        return operation() is None
    except (ConsensusError, OSError):
        return True  # too few run now, or it cannot be kept beside the logs
    except ValueError:
        return False  # it cannot be done any more


def _forget(kept: list[Callable[[], object]]) -> None:
    for call in kept:
        call()
    kept.clear()


def _down(world: World, node_id: NodeId) -> NoLeaderError:
    remedy = restart_it(world, node_id)
    return NoLeaderError(f"{node_id} does not run, so it cannot be read; {remedy}")


def _reign(host: Host) -> Reign:
    replica = host.replica
    return (replica.node_id, replica.incarnation, replica.core.term)
