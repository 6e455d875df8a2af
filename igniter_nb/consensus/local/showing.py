"""Show time of a cluster that somebody watches: messages that can be seen, and slow motion.

1. While a page watches, messages on links of which nothing was said take some time, so that they
   can be seen on their way. They do take it: each change is a line of the tape, and whoever replays
   or forks the run has the same.
2. After a fault time passes slowly until the next leader has committed an entry of its term, or for
   a few seconds where nobody can lead; then it gets back to its speed step by step.
3. A call of the program that waits finds network and speed as the program has them, at once: its
   timeout is of real seconds. What a page itself asks for hurries nobody.
4. A cluster that nobody watches, that stands still, or of which it is known what comes, is left as
   it is.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from igniter_nb.consensus.faults.table import FAULTS
from igniter_nb.consensus.local.operations import leads
from igniter_nb.consensus.simulator.quorums import alive, can_decide, configuration
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.status import quorum

if TYPE_CHECKING:
    from igniter_nb.consensus.local.client import Client
    from igniter_nb.consensus.local.loop import Loop
    from igniter_nb.consensus.simulator.journal import Journal
    from igniter_nb.consensus.simulator.world import World

SHOWN_US: Final = 20_000
"""Microseconds of its own time that a message is under way while a page watches."""

REST_US: Final = 300_000
"""Microseconds without a call of the program that waits, after which messages take time again."""

SLOWEST: Final = 0.1
"""Seconds of a cluster's time in one of ours, in slow motion."""

LEAST_US: Final = 1_000_000
"""Microseconds that slow motion lasts at least ..."""

LOST_US: Final = 4_000_000
"""... where nobody can lead ..."""

MOST_US: Final = 20_000_000
"""... and in any case at most."""

STEP_US: Final = 150_000
"""Microseconds after which the speed is doubled, until it is what was said."""


class Showing:
    """Decides how long messages take and how fast time passes while somebody watches.

    All happens in the cluster's loop.

    Args:
        loop: of the cluster.
        client: of its users.

    Attributes:
        watchers: who watches on a page now.
    """

    def __init__(self, loop: Loop, client: Client) -> None:
        self.watchers: set[object] = set()
        self._loop = loop
        self._client = client
        self._worthy = self._waited_us = self._last_us = 0
        self._since_us: int | None = None
        self._eases_us: int | None = None

    @property
    def is_slow(self) -> bool:
        """Whether time passes more slowly than was said."""
        return self._loop.brake < self._loop.speed

    def watch(self, watcher: object, *, is_here: bool) -> None:
        """Note that somebody watches on a page, or does not any more."""
        if not self.watchers:
            self._worthy = self._journal.worthy  # what was before is over
        (self.watchers.add if is_here else self.watchers.discard)(watcher)

    @property
    def _is_on(self) -> bool:
        """Whether anything is different, or is to be."""
        return bool(self.watchers or self._loop.world.network.shown_us)

    def hurry(self) -> None:
        """Take up a call of the program that waits."""
        if not self._is_on:
            return
        self._waited_us = self._loop.uptime_us
        self.skip()
        self._give(0)

    def skip(self) -> None:
        """End slow motion."""
        self._since_us = self._eases_us = None
        self._loop.brake = inf

    def turn(self) -> None:
        """Look at the cluster after each turn of its loop."""
        if not self._is_on:
            return
        loop, passed_us = self._loop, self._loop.uptime_us - self._last_us
        self._last_us = loop.uptime_us
        if self._client.hurried:
            self._waited_us = loop.uptime_us
        self._note_faults()
        if not self.watchers or self._client.hurried:
            self.skip()
        elif self._since_us is not None:
            self._go_slow(self._since_us + (passed_us if loop.paused else 0))
        rests = loop.uptime_us - self._waited_us >= REST_US or self._since_us is not None
        self._give(SHOWN_US if self.watchers and rests and not self._client.hurried else 0)

    # -- how long messages take

    def _give(self, time_us: int) -> None:
        """Let messages take a time, of whose link nothing was said."""
        world = self._world
        if world.network.shown_us == time_us or not world.network.may_show or self._is_left_alone:
            return
        act(world, "show", time_us)

    @property
    def _is_left_alone(self) -> bool:
        loop = self._loop
        return loop.paused or loop.stopping or self._is_known or bool(self._world.guests)

    # -- how fast time passes

    def _note_faults(self) -> None:
        """Begin slow motion if a fault was done since the last turn."""
        journal = self._journal
        news, self._worthy = journal.worthy - self._worthy, journal.worthy
        if news and self._takes_time and not self._is_known:
            acts = [each.detail[0] for each in journal.newest(news) if each.kind == "act"]
            if any(name in FAULTS and FAULTS[name].stirs for name in acts):
                self._since_us, self._eases_us = self._loop.uptime_us, None

    @property
    def _is_known(self) -> bool:
        return self._loop.tape.ends_us > self._world.now_us

    @property
    def _takes_time(self) -> bool:
        """Whether there is anything to be seen: messages take time, or may."""
        network = self._world.network
        return network.may_show or bool(network.link.latency_us_max or network.links)

    def _go_slow(self, since_us: int) -> None:
        """Say how fast time passes, for so long after a fault."""
        self._since_us = since_us
        now_us = self._loop.uptime_us
        if self._eases_us is None and self._is_over(now_us - since_us):
            self._eases_us = now_us
        steps = 0 if self._eases_us is None else 1 + (now_us - self._eases_us) // STEP_US
        speed = SLOWEST * 2**steps
        if self._eases_us is not None and speed >= self._loop.speed:
            self.skip()
        else:
            self._loop.brake = speed

    def _is_over(self, passed_us: int) -> bool:
        if passed_us < LEAST_US:
            return False
        if passed_us >= MOST_US or is_led(self._world):
            return True
        return passed_us >= LOST_US and not can_decide(self._world, self._world.leader())

    @property
    def _world(self) -> World:
        return self._loop.world

    @property
    def _journal(self) -> Journal:
        journal: Journal = self._world.trace  # type: ignore[assignment]  # a driver's world has one
        return journal


def is_led(world: World) -> bool:
    """Say whether a leader reaches a majority, has committed an entry of its term, and leads on."""
    leader = world.leader()
    if leader is None or leader.replica.paused or leads(world) is None:
        return False
    if leader.replica.core.status().transferee is not None:
        return False
    me, carries = leader.replica.node_id, world.network.carries
    reached = [
        node for node in alive(world) if node == me or (carries(me, node) and carries(node, me))
    ]
    return quorum.decides(configuration(world, leader), reached)
