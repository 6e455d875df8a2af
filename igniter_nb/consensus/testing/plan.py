"""Plan of a run, drawn from its seed: what goes wrong when, and what its clients do.

Every seed draws a mix of its own (swarm testing, as TigerBeetle and FoundationDB do it): which
kinds of faults there are at all, how the cluster is set up, how bad the network is, what the
clients do. A run in which everything goes wrong at once finds less than many that differ.

The plan is a list of actions with times, so that it can be read, cut down and done by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.consensus.simulator.chance import stream
from igniter_nb.consensus.simulator.world import Options
from igniter_nb.consensus.testing.workload import Habits
from igniter_nb.consensus.transport import Link
from igniter_nb.raft import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.consensus.simulator.chance import Random
    from igniter_nb.raft import NodeId

__all__ = ["KINDS", "Plan", "Planned", "draw"]


UNTIL_US = 2_000_000
"""How long there are faults, in virtual microseconds."""


class Planned(NamedTuple):
    """One action of a plan.

    Attributes:
        time_us: when, in virtual microseconds.
        name: of the action, see :mod:`igniter_nb.consensus.simulator.actions`.
        args: its arguments.
    """

    time_us: int
    name: str
    args: tuple[Any, ...]

    def __str__(self) -> str:
        """Write the action as a line."""
        return f"{self.time_us / 1e6:.6f} {self.name}({', '.join(map(repr, self.args))})"


class Plan(NamedTuple):
    """A whole run, as drawn.

    Attributes:
        seed: what it was drawn from.
        node_ids: the first members.
        options: how the cluster is set up.
        habits: what the clients do.
        kinds: the kinds of faults there are.
        actions: what goes wrong when, in order of time.
        until_us: when the faults end.
    """

    seed: int
    node_ids: tuple[NodeId, ...]
    options: Options
    habits: Habits
    kinds: tuple[str, ...]
    actions: tuple[Planned, ...]
    until_us: int


def draw(seed: int) -> Plan:
    """Draw a run.

    Args:
        seed: any int.

    Returns:
        The run: three in four have five nodes at first, the others fewer.
    """
    chance, until_us = stream(seed, "plan"), UNTIL_US
    fewer = 1 + int(chance.random() * 16)
    count = min(fewer, 5)
    names = tuple(f"n{number + 1}" for number in range(count))
    share = 0.1 + 0.5 * chance.random()
    kinds = tuple(name for name in KINDS if chance.random() < _SHARES.get(name, share))
    if count == 1:
        kinds = tuple(name for name in kinds if name not in _NEEDS_TWO)
    made = _Drawing(chance, names)
    busy = 60_000 + chance.random() * 260_000  # microseconds between two faults, in the mean
    now = 250_000.0
    while kinds and now < until_us:
        KINDS[kinds[int(chance.random() * len(kinds))]](made, int(now))
        now += chance.expovariate(1 / busy)
    actions = sorted((each for each in made.actions if each.time_us <= until_us), key=_time)
    return Plan(
        seed,
        names,
        _options(chance),
        _habits(chance, until_us),
        kinds,
        tuple(actions),
        until_us,
    )


def _time(planned: Planned) -> int:
    return planned.time_us


# -- how the cluster is set up


def _options(chance: Random) -> Options:
    draw_one = chance.random
    small = draw_one() < 0.4  # noqa: PLR2004 - a share of the seeds, as below
    election = 60 + int(draw_one() * 90)
    config = Config(
        node_id="any",
        election_ticks=election,
        election_jitter=election if draw_one() < 0.8 else 10,  # noqa: PLR2004
        heartbeat_ticks=max(10, election // 3),
        pre_vote=draw_one() < 0.7,  # noqa: PLR2004
        check_quorum=draw_one() < 0.7,  # noqa: PLR2004
        trailing_entries=int(draw_one() * 8),
        max_entries_bytes=60 if small else 1 << 20,
        max_inflight_messages=2 if small else 256,
        max_inflight_bytes=200 if small else 8 << 20,
        snapshot_chunk_bytes=50 + int(draw_one() * 150) if small else 1 << 20,
    )
    return Options(
        config=config,
        snapshot_every=3 + int(draw_one() * 25) if draw_one() < 0.7 else 0,  # noqa: PLR2004
        stepwise=True,
        link=_link(chance),
        disk_us=_span(chance, 4_000),
        apply_us=_span(chance, 2_000) if draw_one() < 0.3 else (0, 0),  # noqa: PLR2004
    )


def _span(chance: Random, longest_us: int) -> tuple[int, int]:
    longest = int(chance.random() * longest_us)
    return int(chance.random() * longest), longest


def _link(chance: Random) -> Link:
    """Draw how well the network works: lossy, doubling and reordering are three coins."""
    draw_one = chance.random
    shortest, longest = _span(chance, 12_000)
    loss, doubling, reordering = (
        round(draw_one() * most, 3) if draw_one() < 0.5 else 0.0  # noqa: PLR2004
        for most in _MOST
    )
    lag = int(draw_one() * 400_000) if draw_one() < 0.5 else 0  # noqa: PLR2004
    return Link(shortest, longest, loss, doubling, reordering, lag)


_MOST = (0.3, 0.3, 0.5)
"""Largest share of messages lost, doubled and overtaken: what the VOPR takes."""


def _habits(chance: Random, until_us: int) -> Habits:
    draw_one = chance.random
    return Habits(
        clients=2 + int(draw_one() * 3),
        keys=1 + int(draw_one() * 4),
        sessions=draw_one() if draw_one() < 0.6 else 0.0,  # noqa: PLR2004
        reads=0.2 + 0.6 * draw_one(),
        compares=0.3 * draw_one(),
        any_node_reads=draw_one(),
        unheard=0.2 * draw_one() if draw_one() < 0.5 else 0.0,  # noqa: PLR2004
        timeout_us=150_000 + int(draw_one() * 350_000),
        pause_us=20_000 + int(draw_one() * 120_000),
        until_us=until_us,
    )


# -- what goes wrong


class _Drawing:
    """A plan in the making.

    Args:
        chance: what is drawn from.
        names: the first members.

    Attributes:
        actions: those so far.
        added: how many nodes were added.
    """

    def __init__(self, chance: Random, names: Sequence[NodeId]) -> None:
        self.chance = chance
        self.names = list(names)
        self.actions: list[Planned] = []
        self.added = 0

    def add(self, time_us: int, name: str, *args: Any) -> None:
        """Plan an action."""
        self.actions.append(Planned(time_us, name, args))

    def below(self, limit: int) -> int:
        """Draw a number from 0 to below a limit."""
        return int(self.chance.random() * limit)

    def after(self, time_us: int, shortest_ms: int, longest_ms: int) -> int:
        """Draw a time some milliseconds later."""
        return time_us + (shortest_ms + self.below(longest_ms - shortest_ms)) * 1_000

    def node(self) -> NodeId:
        """Draw a node; one time in three whoever leads then."""
        return "leader" if self.below(3) == 0 else self.member()

    def member(self) -> NodeId:
        """Draw a node by name."""
        return self.names[self.below(len(self.names))]

    def shuffled(self) -> list[NodeId]:
        """Return the nodes in a drawn order."""
        names = list(self.names)
        self.chance.shuffle(names)
        return names


def _crash(made: _Drawing, now: int) -> None:
    made.add(now, "kill", made.node())
    made.add(made.after(now, 30, 500), "restart", "all")


def _power_cut(made: _Drawing, now: int) -> None:
    made.add(now, "power_cut", made.node(), made.below(3), made.below(2))
    made.add(made.after(now, 30, 500), "restart", "all")


def _power_cut_of_all(made: _Drawing, now: int) -> None:
    for name in made.names:
        made.add(now + made.below(2_000), "power_cut", name, made.below(3), made.below(2))
    made.add(made.after(now, 30, 200), "restart", "all")


def _crash_between(made: _Drawing, now: int) -> None:
    made.add(now, "kill_after", made.node(), 1 + made.below(40))
    made.add(made.after(now, 60, 400), "restart", "all")


def _cut_between(made: _Drawing, now: int) -> None:
    made.add(now, "cut_after", made.node(), 1 + made.below(40), made.below(3))
    made.add(made.after(now, 60, 400), "restart", "all")


def _pause(made: _Drawing, now: int) -> None:
    made.add(now, "pause", made.node())
    made.add(made.after(now, 30, 600), "resume", "all")


def _halves(made: _Drawing, now: int) -> None:
    names = made.shuffled()
    at = 1 + made.below(len(names) - 1)
    made.add(now, "partition", tuple(sorted(names[:at])), tuple(sorted(names[at:])))
    made.add(made.after(now, 50, 700), "heal")


def _isolation(made: _Drawing, now: int) -> None:
    made.add(now, "isolate", made.node())
    made.add(made.after(now, 50, 700), "heal")


def _one_way(made: _Drawing, now: int) -> None:
    """Cut some links in one direction: a node is not heard, or hears nobody, or a few links."""
    one, others = made.member(), made.shuffled()
    others = [other for other in others if other != one][: 1 + made.below(len(others) - 1)]
    deaf = made.below(2)
    for other in others:
        made.add(now, "cut", *((other, one) if deaf else (one, other)))
    made.add(made.after(now, 50, 700), "heal")


def _ring(made: _Drawing, now: int) -> None:
    """Let each node see only its two neighbours, so that no node sees the majority alone."""
    names = made.shuffled()
    for place, name in enumerate(names):
        near = {names[place - 1], names[(place + 1) % len(names)], name}
        for other in names:
            if other not in near:
                made.add(now, "cut", name, other)
    made.add(made.after(now, 50, 500), "heal")


def _slow_link(made: _Drawing, now: int) -> None:
    one, two = made.shuffled()[:2]
    slow = 10_000 + made.below(80_000)
    made.add(now, "link", one, two, slow // 2, slow)
    made.add(made.after(now, 100, 800), "link", one, two)


def _clock_rate(made: _Drawing, now: int) -> None:
    name = made.member()
    made.add(now, "clock_rate", name, 500 + made.below(1_501))
    made.add(made.after(now, 100, 1_500), "clock_rate", name, 1_000)


def _clock_jump(made: _Drawing, now: int) -> None:
    made.add(now, "clock_jump", made.node(), (made.below(801) - 400) * 1_000)


def _slow_disk(made: _Drawing, now: int) -> None:
    name, slow = made.member(), 10_000 + made.below(150_000)
    made.add(now, "slow_disk", name, slow // 2, slow)
    made.add(made.after(now, 50, 600), "slow_disk", name, 100, 1_000)


def _broken_disk(made: _Drawing, now: int) -> None:
    made.add(now, "break_disk", made.node())
    made.add(made.after(now, 50, 500), "restart", "all")


def _transfer(made: _Drawing, now: int) -> None:
    made.add(now, "transfer", made.member())


def _campaign(made: _Drawing, now: int) -> None:
    made.add(now, "campaign", made.member())


def _membership(made: _Drawing, now: int) -> None:
    """Add a node, put new ones in others' place, take one out for ever or a while, demote one."""
    name, change = made.member(), made.below(6)
    if change == 0 and made.added < 3:  # noqa: PLR2004 - eight nodes are enough
        made.added += 1
        new = f"n{len(made.names) + 1}"
        made.add(now, "add_learner", new)
        made.add(made.after(now, 50, 300), "add_voter", new)
        made.names.append(new)
    elif change in {1, 2} and made.added < 3:  # noqa: PLR2004 - the same
        _replace_two(made, now)
    elif change == 3:  # noqa: PLR2004 - one of six
        made.add(now, "remove", "leader")
    elif change == 4:  # noqa: PLR2004 - one of six
        made.add(now, "add_learner", name)
        made.add(made.after(now, 50, 300), "add_voter", name)
    else:
        made.add(now, "remove", name)
        made.add(made.after(now, 50, 500), "add_voter", name)


def _replace_two(made: _Drawing, now: int) -> None:
    """Put two new nodes, mostly caught up, in the place of two others at once: joint."""
    old = (made.shuffled() * 2)[:2]
    new = [f"n{len(made.names) + 1}", f"n{len(made.names) + 2}"]
    made.added += 2
    for name in new:
        made.add(now, "add_learner", name)  # the second change is refused, one is under way
    made.add(now + 60_000, "add_learner", new[1])
    made.add(made.after(now, 100, 400), "replace", *old, *new)
    made.names += new


_SHARES = {"membership": 0.5}
"""Kinds that have a share of seeds of their own: changes are slow, so a run holds few of them."""

_NEEDS_TWO = ("halves", "one-way cut", "ring", "slow link")

KINDS: dict[str, Callable[[_Drawing, int], None]] = {
    "crash": _crash,
    "power cut": _power_cut,
    "power cut of all": _power_cut_of_all,
    "crash between two steps": _crash_between,
    "power cut between two steps": _cut_between,
    "pause": _pause,
    "halves": _halves,
    "isolation": _isolation,
    "one-way cut": _one_way,
    "ring": _ring,
    "slow link": _slow_link,
    "clock rate": _clock_rate,
    "clock jump": _clock_jump,
    "slow disk": _slow_disk,
    "broken disk": _broken_disk,
    "transfer": _transfer,
    "campaign": _campaign,
    "membership": _membership,
}
"""All kinds of faults, by the name that a verdict shows."""
