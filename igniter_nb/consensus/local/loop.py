"""Background loop of a cluster, one thread that lets a world's time pass, and its requests.

What always holds:

1. The world is changed by this thread alone; whoever wants something of it puts a call in line.
   An interrupt of the notebook's kernel, which hits the main thread, can so never hit the world.
   While this thread runs code of others, as a reducer is, others may look at the world.
2. The world's clock waits for the process. When the loop comes late, because a long computation
   held the interpreter or the machine slept, the time it missed has not passed in the world, and
   no election comes of it.
3. The loop knows the world and no cluster, and keeps no call that was carried out, so that a
   cluster that nobody holds any more is collected, and takes its loop along.
4. Each call in line is carried out once, also when the loop ends or breaks; who comes too late
   for that is told so.
5. Who hears that it has ended may open at once what its nodes kept.
6. In a forked child there is no loop: the copy there takes no calls, all its nodes are down, and
   what they keep belongs to the parent. It can be looked at, as it was when the fork came.
7. Code that runs inside the loop, as a reducer does, cannot ask for anything: what it gets would
   differ from node to node.
8. Nobody waits for ever: whoever waits has a time of his own, and gives up by his own clock. A loop
   whose code of others does not come back can be given up; whoever waits is told then.
9. Whoever answers a request claims it first, so that it is told one thing, whatever other threads
   are about to tell it.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from math import inf
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from igniter_nb.clock import now
from igniter_nb.consensus.simulator.host import NEVER
from igniter_nb.consensus.simulator.tape import Tape, play
from igniter_nb.consensus.state_machine.aside import Aside, GivenUpError
from igniter_nb.consensus.state_machine.reducers import step_aside
from igniter_nb.consensus.waiting import apart, fulfil, is_done, settled, tell
from igniter_nb.errors import ConsensusError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.consensus.replica import Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.consensus.state_machine.machine import Machine
    from igniter_nb.consensus.state_machine.reducers import NodeFailedError
    from igniter_nb.raft import NodeId, Ticket

T = TypeVar("T")

_Call: TypeAlias = "tuple[Callable[[], object], *tuple[Future[Any], ...]]"
"""What is to be done, and who hears of it."""

_WAKE: Final = (int,)

ENDING_SECONDS = 2.0
"""How long the news that it has ended waits for its nodes to let go of what they keep."""

LATE_US = 5_000
"""Microseconds that the loop may come late before the clock waits: the interpreter's own turns."""

LONGEST_US = 100_000
"""Microseconds that it sleeps at most."""

MOST_CALLS = 1_000
"""Calls in line from which on whoever wants to write waits until the loop has caught up."""

LOOK_SECONDS = 0.25
"""How long a look waits for the loop; then it is taken while the loop runs code of others."""

CALL_SECONDS = 5.0
"""How long whoever wants something done waits for the loop to come to it."""

STOPPED = "the cluster is stopped; start another one"
FORKED = (
    "the cluster belongs to the process that this one was forked from, and cannot be used here; "
    "start another one"
)
INSIDE = (
    "a cluster was used from inside its own loop, for example from a reducer; "
    "a reducer must work from its state and its command alone"
)


Reign = tuple[str, int, int]
"""One node leading one term in one life: what a proposal was made to."""

GRACE_US = 200_000
"""So many microseconds whoever waits gives the loop to say by itself that time is over."""


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
        hurries: whether it is a call of the program, which a page that watches must not hold up.
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
        self.hurries = True
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


class Loop:
    """Lets a world's time pass.

    Args:
        world: what is driven.
        turn: called at the end of each turn, when all that was due has happened, and once more
            when it is over.

    Attributes:
        world: what is driven.
        tape: what lies ahead in the world, and where what comes to it from outside is noted.
        keeps: whether the tape keeps checkpoints to go back to.
        until_us: the world's time at which it is to stand still; ``NEVER`` if it goes on.
        paused: whether the world's time stands still; calls are taken all the same.
        speed: seconds of the world in a second, as was said.
        brake: so many at most, for now.
        uptime_us: microseconds that the loop has run, without those it was held up.
        wake_us: uptime at which it is to turn although nothing is due in the world.
        release: lets go of the folder in which the nodes keep their logs; None if there is none.
        over: whether it has ended and the nodes keep hold of nothing: now it may be told.
        foreign: whether this is the copy, in a forked child, of one that runs in its parent.
        telling: whether it tells somebody an answer now, who may ask for more.
        failure: the error that ended it, if one did.
        aside: says what code of others it runs.
        given_up: called when the loop is given up, with the world held; returns who waits, and
            what he is told.
    """

    def __init__(self, world: World, turn: Callable[[], None]) -> None:
        self.world = world
        self.turn = turn
        self.tape = world.script if isinstance(world.script, Tape) else Tape(world.script)
        world.script = self.tape
        self.keeps = False
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._lock = threading.Lock()
        self.until_us = NEVER
        self.paused = False
        self.speed = 1.0
        self.brake = inf
        self.uptime_us = 0
        self.wake_us = LONGEST_US
        self.release: Callable[[], object] | None = None
        self.over = False
        self.foreign = False
        self.telling = False
        self.failure: BaseException | None = None
        self._calls: SimpleQueue[_Call] = SimpleQueue()
        self._taken: deque[_Call] = deque()
        self._stopping = False
        self.aside = Aside()
        self.given_up: Callable[[], Sequence[tuple[Future[Any], ConsensusError]]] = tuple
        self._credit_us = 0.0  # of the world's time, less than a microsecond
        self._thread = threading.Thread(target=self._run, name="igniter-cluster", daemon=True)

    # -- from other threads

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def stopping(self) -> bool:
        """Whether it has ended or is about to: calls are not taken any more."""
        return self._stopping

    def end(self) -> None:
        """Let the loop end after the turn that it is in; for whoever cannot wait, as a finalizer.

        It does not queue up behind what others want, who are refused from now on; and it takes no
        lock that the interrupted code may hold.
        """
        self._stopping = True
        self._calls.put(_WAKE)

    def stop(self, timeout: float) -> bool:
        """End the loop after the turn that it is in; tell whether it ended in time.

        If it did not, since code of others does not come back, it is given up: whoever waits hears
        that it has ended, and when the code comes back nothing follows from it.

        Args:
            timeout: seconds.
        """
        self.end()
        if self._thread.ident is not None and not self._inside():
            self._thread.join(timeout)
            if self._thread.is_alive():
                for future, error in apart(self._given_up):
                    tell(future, None, error)
        return not self._thread.is_alive()

    def _given_up(self) -> Sequence[tuple[Future[Any], ConsensusError]]:
        """Give the loop up, if it runs code of others; return who waits, and what he is told."""
        if not self.aside.hold(LOOK_SECONDS):
            return ()  # it is at work of our own, which has an end
        self.aside.given_up = True
        waiting = [*self.given_up()]
        with suppress(Empty):
            while True:
                self._taken.append(self._calls.get_nowait())
        ended = self.ended()
        waiting += [(future, ended) for _, *futures in self._taken for future in futures]
        self._taken.clear()
        told = [each for each in waiting if not isinstance(each[0], Request) or each[0].claim()]
        self.aside.leave()
        return told

    def forget_past(self) -> None:
        """Keep only the first of the checkpoints: who goes back from now on computes more."""
        del self.tape.checkpoints[1:]

    def forked(self) -> None:
        """Note, in a child process that has a copy of it, that its thread is not there."""
        self._stopping = self.foreign = True
        self.release = None
        self.aside.forked()
        self._lock, self._calls = threading.Lock(), SimpleQueue()  # others may have held them
        for host in self.world.hosts.values():
            host.replica.alive = False

    def let_go(self, timeout: float) -> None:
        """Wait, of a loop that ends, until its nodes have let go of the folder that they have.

        One that was given up is not waited for: nobody knows when that will be.
        """
        waits = self.release is not None and not self.aside.given_up
        if waits and self._thread.ident and not self._inside():
            self._thread.join(timeout)

    def post(self, call: Callable[[], object], *futures: Future[Any]) -> None:
        """Put a call in line; it must not raise.

        Args:
            call: what the loop is to do.
            futures: those that hear of it.

        Raises:
            ConsensusError: the loop has ended, or this is the loop itself.
        """
        if self._inside() and not self.telling:
            raise ConsensusError(INSIDE)
        if not self._stopping:
            self._calls.put((call, *futures))
        if self._stopping:  # also looked at afterwards: what is in line then is still carried out
            self.let_go(ENDING_SECONDS)
            raise self.ended()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call something at the end of each turn; it is quick and raises nothing."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each != listener)

    def yield_to_others(self, seconds: float) -> None:
        """Wait while too many calls are in line, so that no flood of them grows without end.

        Raises:
            ConsensusError: the loop did not catch up in so many seconds.
        """
        if self._calls.qsize() > MOST_CALLS and not self._inside():
            self.call(int, seconds)

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Let the loop do something; return a future of what comes of it.

        Raises:
            ConsensusError: the loop has ended.
        """
        future: Future[T] = Future()
        self.post(partial(fulfil, future, call), future)
        return future

    def call(self, call: Callable[[], T], seconds: float = CALL_SECONDS) -> T:
        """Let the loop do something, and wait for what comes of it.

        Args:
            call: what it is to do.
            seconds: how long to wait for the loop to come to it.

        Raises:
            ConsensusError: it did not come to it, and nothing was done; or it has ended, or this
                is the loop itself, which would wait for ever.
        """
        self.refuse_inside()
        future = self.submit(call)
        if not is_done(future, seconds) and future.cancel():
            raise self._busy(seconds)
        return settled(future).result()

    def look(self, call: Callable[[], T]) -> T:
        """Look at the world as :meth:`call` does; also while code of others runs, and at the end.

        Raises:
            ConsensusError: the loop is at work all the time; or this is the loop itself.
        """
        self.refuse_inside()
        future: Future[T] = Future()
        if not self._stopping:
            with suppress(ConsensusError):  # it ends just now
                future = self.submit(call)
        end_ns = now() + round(CALL_SECONDS * 1e9)
        while now() < end_ns:
            is_stuck = self._stopping or self.aside.seconds > LOOK_SECONDS
            if not is_stuck and is_done(future, LOOK_SECONDS):
                return settled(future).result()
            if (self._stopping or self.aside.seconds) and apart(
                partial(self._look_aside, future, call)
            ):
                return settled(future).result()
        raise self._busy(CALL_SECONDS)

    def _look_aside(self, future: Future[T], call: Callable[[], T]) -> bool:
        """Fulfil a future while the loop runs code of others; say whether it is fulfilled."""
        if not self.aside.hold(LOOK_SECONDS):
            return False
        try:
            fulfil(future, call)
        finally:
            self.aside.leave()
        return True

    def _busy(self, seconds: float) -> ConsensusError:
        why = self.aside.said() or f"it did not come to this within {seconds:g} s"
        return ConsensusError(
            f"the cluster is busy: {why}; nothing was done. Ask again, or give it up: stop()"
        )

    def wait(self, future: Future[T]) -> T:
        """Wait for a future that the loop fulfils.

        Raises:
            ConsensusError: this is the loop itself, which would wait for ever.
        """
        self.refuse_inside()
        return settled(future).result()

    def refuse_inside(self) -> None:
        """Refuse to wait in the loop itself.

        Raises:
            ConsensusError: this is the loop.
        """
        if self._inside():
            raise ConsensusError(INSIDE)

    def ended(self) -> ConsensusError:
        """Return the error that says that the loop has ended, and why."""
        if self.foreign:
            return ConsensusError(FORKED)
        if self.failure is None:
            return ConsensusError(STOPPED)
        error = ConsensusError(
            f"the cluster has ended: {type(self.failure).__name__}: {self.failure}; "
            "start another one"
        )
        error.__cause__ = self.failure
        return error

    def _inside(self) -> bool:
        return threading.current_thread() is self._thread  # idents are used again

    @property
    def pace(self) -> float:
        """Seconds of the world in a second, as it is now."""
        return min(self.speed, self.brake)

    # -- the thread

    def _run(self) -> None:
        self.aside.own()
        step_aside(self.aside)
        last_us = now() // 1000
        try:
            while not self._stopping:
                last_us = self._turn(last_us)
        except GivenUpError:
            pass  # whoever waited was told
        except BaseException as error:  # noqa: BLE001 -- whoever waits must hear of it
            self.failure = error
        self._stopping = True
        self._finish()
        self.aside.disown()

    def _turn(self, last_us: int) -> int:
        asleep_us = self._patience_us()
        self._take(asleep_us)
        moment_us = now() // 1000
        self._let_pass(min(moment_us - last_us, asleep_us + LATE_US))
        while self._taken:
            self._taken.popleft()[0]()
        if not self.paused:
            play(self.world, self.tape, self.world.now_us)
        self.turn()
        if self.keeps:
            self.tape.look(self.world)
        else:
            self.tape.drop_done()
        for listener in self._listeners:
            listener()
        return moment_us

    def _finish(self) -> None:
        """Close what the nodes keep, and tell everyone who waits that this has ended."""
        self._take(0)
        while self._taken:
            self._try(self._taken.popleft()[0])
        for host in tuple(self.world.hosts.values()):
            if host.replica.alive:
                self._try(partial(self.world.rest, host, "the cluster is stopped"))
        if self.release is not None:
            self._try(self.release)
        self.over = True
        self._try(self.turn)
        for listener in self._listeners:
            self._try(listener)

    def _try(self, call: Callable[[], object]) -> None:
        """Do one thing of the end; what fails must not keep the others from being done."""
        try:
            call()
        except GivenUpError:
            pass  # whoever waited was told
        except BaseException as error:  # noqa: BLE001 -- whoever looks for it finds it
            self.failure = self.failure or error

    def _patience_us(self) -> int:
        """Return for how many microseconds nothing is due."""
        sleep_us = min(LONGEST_US, self.wake_us - self.uptime_us)
        if not self.paused:
            due_us = min(self.tape.due_us(self.world), self.until_us) - self.world.now_us
            sleep_us = min(sleep_us, int(due_us / self.pace) + 1 if due_us > 0 else 0)
        return max(sleep_us, 0)

    def _take(self, sleep_us: int) -> None:
        """Sleep until a call comes or the time is over; take the calls in line."""
        queue, taken = self._calls, self._taken
        with suppress(Empty):
            taken.append(queue.get(timeout=sleep_us / 1e6) if sleep_us else queue.get_nowait())
            taken.extend(queue.get_nowait() for _ in range(queue.qsize()))

    def _let_pass(self, elapsed_us: int) -> None:
        self.uptime_us += elapsed_us
        if not self.paused:
            self._credit_us += elapsed_us * self.pace
            whole = int(self._credit_us)
            self._credit_us -= whole
            if self.until_us <= self.world.now_us:
                self.until_us = NEVER  # it came there in another way
            ends_us = min(self.world.now_us + whole, self.until_us)
            play(self.world, self.tape, ends_us)
            if ends_us == self.until_us:
                self.paused, self.until_us = True, NEVER
