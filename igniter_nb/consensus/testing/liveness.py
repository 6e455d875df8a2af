"""Liveness phase of a run: a majority is repaired, the rest is frozen, and now it must serve.

Healing everything would hide what only a majority is left to do, so nothing more than a majority
is healed (TigerBeetle's VOPR). It lives in the world like a client: the phase is part of what
follows from the seed, and can be gone back and forth in.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from igniter_nb.consensus.simulator.chance import stream
from igniter_nb.consensus.simulator.script import do
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.raft import EntryKind, ProposalRefusedError, decode_configuration, majority

if TYPE_CHECKING:
    from igniter_nb.consensus.replica import Answer, Replica
    from igniter_nb.consensus.simulator.host import Host
    from igniter_nb.consensus.simulator.world import World
    from igniter_nb.consensus.testing.invariants import Invariants
    from igniter_nb.raft import Configuration, NodeId

__all__ = ["LIVE_WITHIN_US", "Liveness"]

LIVE_WITHIN_US = 6_000_000
"""A repaired majority serves within this virtual time: twenty of the longest election timeouts."""

_LOOK_EVERY_US = 10_000
_PATIENCE_US = 100_000


class Liveness:
    """Repairs a majority at a time, then writes and reads until that is answered.

    Args:
        world: where.
        invariants: what knows the committed membership.
        begin_us: when the majority is repaired.

    Attributes:
        core: the nodes that must go on alone, once they are chosen.
        served_us: how long it took until all was answered; None until then.
        stands: what was reached so far, as a clause.
    """

    def __init__(self, world: World, invariants: Invariants, begin_us: int) -> None:
        self.world = world
        self.invariants = invariants
        self.begin_us = begin_us
        self.core: tuple[NodeId, ...] = ()
        self.served_us: int | None = None
        self.stands = "nobody leads"
        self._written = False
        self._to_read: list[NodeId] = []
        self._asked_us = -_PATIENCE_US
        world.guests.append(self)
        world.at(begin_us, self._begin)

    @property
    def over(self) -> bool:
        """Whether all was answered, or should have been."""
        return self.served_us is not None or self.world.now_us > self.begin_us + LIVE_WITHIN_US

    def _begin(self, _: object) -> None:
        self.core = tuple(sorted(self._chosen()))
        for node_id in self.world.hosts:
            if node_id in self.core:
                self._connect(node_id)
            else:
                self._freeze(node_id)
        self._look(None)

    def _chosen(self) -> list[NodeId]:
        """Choose and start nodes that must be able to go on alone.

        They are a majority of the latest committed membership, and of every membership that one of
        them has in its log, since any of these may be in force when they elect.
        """
        world = self.world
        order = list(world.hosts)
        stream(world.seed, "core").shuffle(order)
        core: list[NodeId] = []
        _complete(core, self._latest_committed(), order)
        for node_id in core:  # which grows on the way
            host = world.hosts[node_id]
            self._start(host)
            _complete(core, host.replica.core.configuration, order)
        return core

    def _latest_committed(self) -> Configuration:
        for known in reversed(self.invariants.committed):
            if known.entry.kind is EntryKind.CONFIGURATION:
                return decode_configuration(known.entry.data)
        return self.world.founders

    def _start(self, host: Host) -> None:
        """Bring a node into order; what its disk lost it finds out here."""
        world, node_id = self.world, host.replica.node_id
        if host.disk_breaks:
            do(world, "kill", node_id)
        host.fuse = 0
        do(world, "restart", node_id)
        do(world, "resume", node_id)
        do(world, "clock_rate", node_id, 1_000)
        do(world, "slow_disk", node_id, 100, 500)

    def _connect(self, node_id: NodeId) -> None:
        for other in self.core:
            if other != node_id:
                do(self.world, "mend", node_id, other)
                do(self.world, "link", node_id, other, 100, 1_000)

    def _freeze(self, node_id: NodeId) -> None:
        """Leave a node as it is; nothing that it sent arrives any more."""
        do(self.world, "pause", node_id)
        do(self.world, "isolate", node_id)

    # -- a client of the core

    def _look(self, _: object) -> None:
        """Ask again for what was not answered in a while."""
        world = self.world
        if self._written and not self._to_read:
            self.served_us = world.now_us - self.begin_us
        if self.over:
            return
        leader = world.leader()
        if leader is not None and world.now_us >= self._asked_us + _PATIENCE_US:
            self._asked_us = world.now_us
            if self._written:
                self._read()
            else:
                self._write(leader)
        world.at(world.now_us + _LOOK_EVERY_US, self._look)

    def _write(self, leader: Host) -> None:
        name = leader.replica.node_id
        data = encode({"key": "probe", "value": self.world.seed})
        try:
            self.world.propose(leader, data, self._applied)
        except ProposalRefusedError as refused:
            self.stands = f"{name} leads and refuses: {refused}"
        else:
            self.stands = f"{name} leads and commits nothing"

    def _applied(self, answer: Answer, replica: Replica) -> None:
        if answer.status == "ok" and not self._written:
            self._written = True
            members = replica.core.configuration.members
            self._to_read = [name for name in self.core if name in members]
            self._asked_us = -_PATIENCE_US

    def _read(self) -> None:
        self.stands = f"a write is committed, {', '.join(self._to_read)} answer no read"
        for name in self._to_read:
            self.world.read(self.world.hosts[name], partial(self._may_read, name))

    def _may_read(self, name: NodeId, answer: Answer, replica: Replica) -> None:
        if answer.status == "ok" and name in self._to_read:
            found = replica.machine.get("probe")
            assert found == self.world.seed, f"{name} reads {found!r}, {self.world.seed} is written"
            self._to_read.remove(name)


def _complete(core: list[NodeId], configuration: Configuration, order: list[NodeId]) -> None:
    """Add nodes until a majority of a membership is among them."""
    for voters in (configuration.voters, configuration.outgoing):
        missing = majority(len(voters)) - sum(node in core for node in voters) if voters else 0
        spare = [node for node in order if node in voters and node not in core]
        core += spare[: max(0, missing)]
