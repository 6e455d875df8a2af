"""Swarm of simulated runs: a seed is run and judged.

Two phases, as TigerBeetle's VOPR has them. In the first everything may go wrong, and nothing may
ever be false: the invariants hold after every event, and the clients' history is linearizable. In
the second a majority is chosen, repaired and connected, and all others are frozen as they are: now
it must elect a leader, take a write and serve reads within a bounded time, and have every write
that a client was ever told of.
"""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, NamedTuple

from igniter_nb.consensus.simulator.script import schedule
from igniter_nb.consensus.simulator.world import World
from igniter_nb.consensus.status.trace import TraceEvent, describe
from igniter_nb.consensus.testing.invariants import Invariants, InvariantViolationError
from igniter_nb.consensus.testing.linearizability import Answer, check
from igniter_nb.consensus.testing.liveness import LIVE_WITHIN_US, Liveness
from igniter_nb.consensus.testing.plan import draw
from igniter_nb.consensus.testing.workload import Workload

if TYPE_CHECKING:
    from igniter_nb.consensus.testing.plan import Plan

__all__ = ["Verdict", "furnished", "simulate"]

_DEEPLY_EVERY_US = 250_000
_LOOK_EVERY_US = 20_000
_LAST_LINES = 40
_CHECK_STEPS = 200_000


class Verdict(NamedTuple):
    """What came of a seed; true if nothing was wrong.

    Attributes:
        seed: the seed.
        wrong: what was wrong, as text; empty if nothing was.
        events: how many events happened.
        elections: how many terms had a leader.
        committed: how many entries were committed.
        answered: operations of clients that ended with an answer.
        unknown: operations of which the client never learned.
        live_us: virtual time in which the repaired majority served; 0 if it came to no such phase.
        kinds: the kinds of faults there were.
        story: plan, last lines of the trace, and how to open the run; empty if nothing was wrong.

    Examples:
        >>> verdict = simulate(1)
        >>> bool(verdict), verdict.wrong
        (True, '')
    """

    seed: int
    wrong: str
    events: int
    elections: int
    committed: int
    answered: int
    unknown: int
    live_us: int
    kinds: tuple[str, ...]
    story: str = ""

    def __bool__(self) -> bool:
        """Whether nothing was wrong."""
        return not self.wrong

    def __str__(self) -> str:
        """Write the verdict for a person."""
        if self.wrong:
            return f"seed {self.seed}: {self.wrong}\n{self.story}"
        return (
            f"seed {self.seed}: {self.events} events, {self.elections} elections, "
            f"{self.committed} entries, {self.answered} operations answered and {self.unknown} "
            f"not, live again in {self.live_us / 1e6:.3f} s; faults: {', '.join(self.kinds)}"
        )


class Furnished(NamedTuple):
    """A world with all that lives in it.

    Attributes:
        world: the world.
        invariants: what watches it.
        workload: its clients.
        liveness: its second phase.
    """

    world: World
    invariants: Invariants
    workload: Workload
    liveness: Liveness


def furnished(plan: Plan, trace: list[TraceEvent]) -> Furnished:
    """Make the world of a plan: nodes, invariants that watch, clients, faults to come."""
    world = World(plan.seed, plan.node_ids, options=plan.options, trace=trace)
    invariants = Invariants(world)
    workload = Workload(world, plan.habits)
    for planned in plan.actions:
        schedule(world, planned.time_us, planned.name, *planned.args)
    return Furnished(world, invariants, workload, Liveness(world, invariants, plan.until_us))


def simulate(seed: int) -> Verdict:
    """Run a seed through both phases and judge it.

    Args:
        seed: any int.

    Returns:
        The verdict; if something was wrong it says what, and how to look at it.

    Examples:
        >>> verdict = simulate(1)
        >>> bool(verdict)
        True
    """
    plan = draw(seed)
    trace: list[TraceEvent] = []
    run = furnished(plan, trace)
    wrong = _judged(run, plan)
    answered, unknown = run.workload.counts()
    return Verdict(
        seed,
        wrong,
        run.world.events,
        len(run.invariants.leaders),
        len(run.invariants.committed),
        answered,
        unknown,
        run.liveness.served_us or 0,
        plan.kinds,
        _story(plan, run.world, trace) if wrong else "",
    )


# -- judging


def _judged(run: Furnished, plan: Plan) -> str:
    """Run; return what was wrong."""
    world = run.world
    try:
        for time_us in range(_DEEPLY_EVERY_US, plan.until_us, _DEEPLY_EVERY_US):
            world.run_until(time_us)
            run.invariants.check_deeply()
        world.run_until(plan.until_us)
        while not run.liveness.over:
            world.run_until(world.now_us + _LOOK_EVERY_US)
        run.invariants.check_deeply()
    except InvariantViolationError as violation:
        return str(violation)
    except Exception as broken:  # noqa: BLE001 - whatever it is, the seed found it
        place = extract_tb(broken.__traceback__)[-1]
        return (
            f"the code failed at {world.now_us / 1e6:.6f} s: {broken!r}, in {place.name} at "
            f"{Path(place.filename).name}:{place.lineno}"
        )
    return _not_live(run) or _lost(run) or _not_linearizable(run.workload)


def _not_live(run: Furnished) -> str:
    liveness = run.liveness
    if liveness.served_us is not None:
        return ""
    return (
        f"{', '.join(liveness.core)} are up and connected and do not serve within "
        f"{LIVE_WITHIN_US / 1e6} s: {liveness.stands}"
    )


def _lost(run: Furnished) -> str:
    """Look for every write that a client was told of."""
    committed, acknowledged = run.invariants.committed, run.workload.acknowledged
    for index, term in acknowledged:
        entry = committed[index - 1].entry if index <= len(committed) else None
        if entry is None or entry.term != term:
            return f"a client was told of entry {index} of term {term}; there is {entry}"
    hosts, core = run.world.hosts, run.liveness.core
    applied = max(hosts[name].replica.core.last_applied for name in core)
    if acknowledged and applied < max(acknowledged)[0]:
        return f"{', '.join(core)} serve and lack acknowledged entries after {applied}"
    return ""


def _not_linearizable(workload: Workload) -> str:
    found = check(workload.history, budget=_CHECK_STEPS)
    if found.answer is Answer.NOT_LINEARIZABLE:
        return f"what clients saw is not linearizable: {found.explanation}"
    return ""


# -- telling


def _story(plan: Plan, world: World, trace: list[TraceEvent]) -> str:
    past = [planned for planned in plan.actions if planned.time_us <= world.now_us]
    last = trace[-_LAST_LINES:]
    return "\n".join(
        (
            f"options: {plan.options}",
            "what went wrong before:",
            *(f"  {planned}" for planned in past),
            f"the last {len(last)} of {len(trace)} lines of the trace:",
            *(f"  {describe(event)}" for event in last),
            "open it where it ended, then go back with seek(microseconds):",
            "  from igniter_nb.consensus import Simulation",
            f"  simulation = Simulation.open(seed={plan.seed}, at_us={world.now_us})",
            "or look at it in a notebook, with a time line:",
            "  from igniter_nb.consensus import Cluster",
            f"  Cluster.replay({plan.seed}, at={world.now_us / 1e6})",
        )
    )
