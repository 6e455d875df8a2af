"""Hub of a run: what the run and those nested in it wait for, and who may stop them.

Work that is over is told to the hub from any thread; whoever drives the run takes it from there.
"""

from __future__ import annotations

from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

from igniter_nb.runtime.loop import PATIENCE, Flight, close, must_not_wait, refusal

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from igniter_nb.runtime.runners import Pool


class Owner(Protocol):
    """Whose run it is; the run goes on for as long as the hub is the owner's."""

    hub: Hub | None


class StoppedError(BaseException):
    """The run was told to stop, by whoever waits for it."""


class RefusedError(BaseException):
    """The run needs what nobody can wait for here; its argument is the error that says so."""


class Hub:
    """What a run and the runs nested in it are waiting for.

    Args:
        owner: what runs, on the outside.
        arrived: set when something is over, if a coroutine drives the run and no thread waits.

    Attributes:
        driven: whether a coroutine drives the run.
    """

    def __init__(self, owner: Owner, arrived: asyncio.Event | None = None) -> None:
        self.driven = arrived is not None
        self._pools: list[Pool] = []
        self._nested: set[Hub] = set()
        self._owner = owner
        self._arrived = arrived
        self._flights: set[Flight] = set()
        self._over: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._stopping = False
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def open(self) -> bool:
        """Whether the run goes on; once it is over, what comes late is forgotten."""
        return self._owner.hub is self

    def told(self, settle: Callable[[], object]) -> None:
        """Note that something is over; called from any thread.

        Args:
            settle: does what is to be done about it, in the thread that drives the run.
        """
        self._over.put(settle)
        if self._arrived is not None:
            self._arrived.set()

    def wait(self) -> None:
        """Wait until something is over, and do what is to be done about it."""
        self._over.get()()

    def catch_up(self) -> None:
        """Do what is to be done about all that is over by now."""
        while not self._over.empty():
            self._over.get()()

    def adopt(self, nested: Hub) -> None:
        """Have a run that a worker waits for stopped with this one."""
        self._nested.add(nested)
        if not self.open:
            nested.stop()

    def release(self, nested: Hub) -> None:
        """Forget a nested run that is over."""
        self._nested.discard(nested)

    async def over(self) -> None:
        """Wait on the loop until a run that a coroutine drives is over."""
        import asyncio  # noqa: PLC0415 -- whoever awaits has loaded it

        self._waiting.append(asyncio.get_running_loop().create_future())
        await self._waiting[-1]

    def employ(self, pool: Pool) -> Pool:
        """Have a pool closed when the run is over."""
        self._pools.append(pool)
        return pool

    def fly(self, value: Any, tell: Callable[[bool, Any], object], name: str) -> None:
        """Have an awaitable awaited on the loop.

        Args:
            value: the awaitable.
            tell: called by :meth:`told` with what comes of it.
            name: of the node, for the error's text.

        Raises:
            RefusedError: nobody can wait for it here.
        """
        if not self.driven and must_not_wait():
            close(value)
            raise RefusedError(refusal(f"node {name!r}"))

        def landed(succeeded: bool, found: Any) -> None:  # noqa: FBT001 -- a pair like any other
            self._flights.discard(flight)
            self.told(partial(tell, succeeded, found))

        flight = Flight(value, landed)
        self._flights.add(flight)
        flight.begin()

    def stop(self) -> None:
        """Have the run raise :class:`StoppedError` as soon as it can; from any thread."""
        self._stopping = True
        self.told(self.check)

    def check(self) -> None:
        """Raise if the run has been told to stop.

        Raises:
            StoppedError: it has.
        """
        if self._stopping:
            raise StoppedError

    def close(self, owner: Owner) -> None:
        """End the run: what is still under way is cancelled, and may clean up for a moment.

        Args:
            owner: whose run is over; that of a nested one is not the end.
        """
        if owner is not self._owner:
            return
        for pool in self._pools:
            pool.close()
        for nested in self._nested.copy():
            nested.stop()
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        for flight in self._flights.copy():
            flight.cancel()
        try:
            while self.flying and not must_not_wait():
                self._over.get(timeout=PATIENCE)
        except Empty:
            return

    @property
    def flying(self) -> bool:
        """Whether a coroutine is under way, in this run or in one that a worker waits for."""
        return bool(self._flights) or any(nested.flying for nested in self._nested.copy())
