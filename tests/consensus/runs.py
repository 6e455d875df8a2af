"""Runs that several tests begin with."""

from __future__ import annotations

from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.simulator.world import Options
from igniter_nb.consensus.transport import Link
from igniter_nb.raft import Config

NAMES = ["n1", "n2", "n3"]
SLOW = Options(
    config=Config(node_id="any", election_ticks=50, election_jitter=50, heartbeat_ticks=15),
    stepwise=True,
    link=Link(500, 3_000),
    disk_us=(100, 2_000),
)
SEED = 41
"""A run of five nodes with faults of many kinds."""


class Answers(list):
    """A waiter that keeps the statuses it hears."""

    def __call__(self, answer, replica):
        self.append(answer.status)


def start(seed: int = 1, options: Options | None = SLOW, names: list[str] = NAMES) -> Simulation:
    """Begin a quiet run."""
    return Simulation.start(seed, names, options=options)


def led(simulation: Simulation) -> str:
    """Let time pass until somebody leads; return who."""
    while simulation.world.leader() is None:
        simulation.step()
    return simulation.world.leader().replica.node_id
