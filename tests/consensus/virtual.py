"""Client in a world whose time passes only when a test says so."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.local.client import Client
from igniter_nb.consensus.local.loop import Request
from igniter_nb.consensus.simulator.world import Options, World
from igniter_nb.consensus.state_machine.aside import Aside
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.state_machine.queries import get
from igniter_nb.errors import ConsensusError
from igniter_nb.raft import EntryKind
from tests.consensus.live import FAST, Counter

if TYPE_CHECKING:
    from concurrent.futures import Future

    from igniter_nb.consensus.simulator.host import Host

LOST = (0, 0, 1.0)
"""A link that loses everything, for the world's action."""


class Bench:
    """A world, a client in it, and what a loop would do, one millisecond at a time."""

    def __init__(self, nodes: int = 3, **options: Any) -> None:
        names = [f"n{number}" for number in range(1, nodes + 1)]
        config = options.pop("config", FAST.config())
        made = Options(config=config, **options)
        self.world = World(1, names, machine=Counter, options=made, trace=[])
        self.client = Client()
        self.client.loop = self  # type: ignore[assignment]  # it is all that a client needs of one
        self.uptime_us = 0
        self.wake_us = 1 << 62
        self.paused = False
        self.speed = 1.0
        self.stopping = self.over = False
        self.telling = False
        self.aside = Aside()
        self.aside.own()
        self.run(0.5)

    def ended(self) -> ConsensusError:
        return ConsensusError("the cluster is stopped")

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 1_000)):
            self.uptime_us += 1_000
            if not self.paused:
                self.world.run_until(self.world.now_us + 1_000)
            self.client.turn()

    def aside_begins(self) -> None:
        """Begin to run code of others, as a loop does."""
        self.aside.begin("the reducer 'slow'")

    def aside_ends(self) -> None:
        """End that."""
        self.aside.end()

    def settle(self) -> None:
        """Let everything happen that takes no time."""
        for _ in range(5):
            self.world.settle()
            self.client.turn()

    @property
    def leader(self) -> Host:
        found = self.world.leader()
        assert found is not None
        return found

    @property
    def leader_id(self) -> str:
        return self.leader.replica.node_id

    @property
    def followers(self) -> list[str]:
        return [name for name in self.world.hosts if name != self.leader_id]

    def ask(self, timeout: float = 5.0, **what: Any) -> Future[Any]:
        request = Request(round(timeout * 1e6), **what)
        request.given_up = self.client.give_up
        self.client.take(request)
        return request

    def put(self, value: object, timeout: float = 5.0) -> Future[Any]:
        return self.ask(timeout, data=encode({"key": "x", "value": value}))

    def add(self, by: int = 1, timeout: float = 5.0) -> Future[Any]:
        return self.ask(timeout, data=encode({"type": "add", "by": by}))

    def get(self, key: str = "x", timeout: float = 5.0, **what: Any) -> Future[Any]:
        return self.ask(timeout, query=partial(get, key, None), **what)

    def opened(self) -> Bench:
        """Open the client's session."""
        self.put(0)
        self.settle()
        assert self.client.session
        return self

    def state(self, node: str) -> Any:
        return self.world.hosts[node].replica.machine.state

    def commands(self) -> list[bytes]:
        """Return the commands in the leader's log."""
        log = self.leader.replica.core.log
        entries = log.entries(log.first_index, log.last_index + 1)
        return [entry.data for entry in entries if entry.kind is EntryKind.COMMAND]
