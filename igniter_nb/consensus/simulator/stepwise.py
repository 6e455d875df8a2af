"""Stepwise execution of what a core asks for: each piece is an event of the world.

Two things go on side by side, as on a machine with a disk of its own: what is to be kept is
written, synced and then said; what is committed is applied. Each keeps its own order, and either
may come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from igniter_nb.consensus.simulator.chance import Random
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.options import Options
    from igniter_nb.raft import Entry, Message, NodeId, Persist, ReadState, Ready, Snapshot

__all__ = ["Stepwise"]


class Surroundings(Protocol):
    """What the pieces need of the world that they are events of."""

    now_us: int
    trace: Any
    options: Options
    chance: Random

    def note(self, node_id: NodeId, kind: str, detail: Any) -> None:
        """Note an event."""

    def later(self, host: Host, call: Any, payload: Any, *, at_us: int) -> None:
        """Let something happen on a host at a time, if this life lasts."""

    def pass_time(self, host: Host) -> None:
        """Tell a node what time it is."""

    def arm(self, host: Host) -> None:
        """Have a node woken when its core wants it."""


class Stepwise:
    """The pieces; each is called as an event, with the host and what it is about."""

    def __init__(self, world: Surroundings) -> None:
        self.world = world

    # -- inputs

    def deliver(self, host: Host, message: Message) -> None:
        """Step one message."""
        world = self.world
        if world.trace is not None:
            world.note(host.replica.node_id, "deliver", message)
        if world.now_us >= host.next_tick_us:
            host.pass_time(world.now_us)
        host.replica.core.step(message)
        self._follow_up(host)

    def look(self, host: Host, _: object) -> None:
        """Tell the time, and do what follows."""
        if self.world.now_us >= host.next_tick_us:
            host.pass_time(self.world.now_us)
        self._follow_up(host)

    def _follow_up(self, host: Host) -> None:
        core = host.replica.core
        while (ready := core.ready()) is not None:
            self._hand_out(host, ready)
        self.world.arm(host)

    # -- handing out

    def _hand_out(self, host: Host, ready: Ready) -> None:
        later, now = self.world.later, self.world.now_us
        for message in ready.send:
            later(host, self._send, message, at_us=now)
        if ready.persist is not None:
            later(host, self._write, ready.persist, at_us=now)
        if ready.restore is not None or ready.apply or ready.reads or ready.refused_reads:
            due = host.applied_us = max(
                host.applied_us, now + self._time(self.world.options.apply_us)
            )
            if ready.restore is not None:
                later(host, self._restore, ready.restore, at_us=due)
            for entry in ready.apply:
                later(host, self._apply, entry, at_us=due)
            for read in ready.reads:
                later(host, self._answer, read, at_us=due)
            for number in ready.refused_reads:
                later(host, self._refuse, number, at_us=due)

    def _time(self, span_us: tuple[int, int]) -> int:
        shortest, longest = span_us
        if shortest == longest:
            return shortest
        return shortest + int(self.world.chance.random() * (longest - shortest + 1))

    # -- effects

    def _send(self, host: Host, message: Message) -> bool:
        """Send; the node stays as it is."""
        host.replica.send(message)
        return True

    def _write(self, host: Host, persist: Persist) -> None:
        """Write at once, and be durable after all that was written before."""
        world = self.world
        if world.trace is not None:
            world.note(host.replica.node_id, "write", persist)
        host.replica.write(persist)
        takes = self._time(host.disk_us) if persist.sync else 0
        due = host.durable_us = max(host.durable_us, world.now_us + takes)
        world.later(host, self._sync, persist, at_us=due)

    def _sync(self, host: Host, persist: Persist) -> None:
        world = self.world
        if persist.sync:
            host.replica.sync()
        if world.trace is not None:
            world.note(host.replica.node_id, "durable", persist)
        for message in persist.release:
            world.later(host, self._send, message, at_us=world.now_us)
        world.pass_time(host)
        host.replica.durable(persist)
        self._follow_up(host)

    def _restore(self, host: Host, snapshot: Snapshot) -> None:
        if self.world.trace is not None:
            self.world.note(host.replica.node_id, "restore", snapshot[:2])
        host.replica.restore(snapshot)
        self.look(host, None)

    def _apply(self, host: Host, entry: Entry) -> None:
        if self.world.trace is not None:
            self.world.note(host.replica.node_id, "apply", entry)
        host.replica.apply((entry,))
        self.look(host, None)

    def _answer(self, host: Host, read: ReadState) -> None:
        host.replica.answer(read)
        self._after_waiter(host)

    def _refuse(self, host: Host, number: int) -> None:
        host.replica.refuse(number)
        self._after_waiter(host)

    def _after_waiter(self, host: Host) -> None:
        """A waiter may have asked for something more."""
        if host.replica.alive:
            self.look(host, None)
