"""Runs that are opened to be looked at or continued: recordings, their texts, seeds."""

from __future__ import annotations

from math import isfinite
from typing import Any

from igniter_nb.consensus.local.driver import Driver, forked, moment_us
from igniter_nb.consensus.local.loop import CALL_SECONDS
from igniter_nb.consensus.local.travel import travel
from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.simulator.recording import Recording
from igniter_nb.consensus.timing import Timing
from igniter_nb.errors import ConsensusError
from igniter_nb.text import abbreviate


def opened_run(
    run: Recording | str | int, at: float | None, machine: Any, *, timeout: float = CALL_SECONDS
) -> Simulation:
    """Return a run, standing at a moment of it.

    Args:
        run: a recording, its text, or a seed of the test suite.
        at: seconds of its own time; its end if left out.
        machine: what it replicates, if that is a state machine of its own.
        timeout: seconds that one of its reducers may take.

    Raises:
        ValueError: it is no recording, or one of another state machine, or there is no such time.
        ConsensusError: it went another way than was recorded, or a reducer did not come back.

    Examples:
        >>> run = Simulation.start(7, ["n1", "n2", "n3"])
        >>> run.run_until(2_000_000)
        >>> opened = opened_run(run.recording(), 1.0, None)
        >>> opened.now_us
        1000000
    """
    if isinstance(run, int) and not isinstance(run, bool):
        from igniter_nb.consensus.testing.plan import draw  # noqa: PLC0415 -- for this alone

        end_us = draw(run).until_us - 1  # what mends everything comes then, to see that it recovers
        simulation = Simulation.open(run, at_us=end_us if at is None else _us(at))
    else:
        simulation = Simulation.replay(_recording(run), machine=machine)
        travel(simulation, moment_us(at, simulation.span_us), timeout, each=True)
    failure = simulation.failure
    if isinstance(failure, ConsensusError):
        raise failure
    if failure is not None:
        simulation.world.note("", "client", f"the run ends here: {failure}")
    return simulation


def reopened(
    run: Recording | str | int, at: float | None, machine: Any, *, timeout: float
) -> tuple[Driver, Timing | None]:
    """Return the driver of a run that is opened, as :func:`opened_run` does, and its timing."""
    driver = forked(opened_run(run, at, machine, timeout=timeout), onwards=True)
    options = driver.world.options
    return driver, Timing.of(options.config, tick_us=options.tick_us)


def _us(at: Any) -> int:
    """Return a time in a run whose end is not known."""
    if isinstance(at, int | float) and at >= 0 and isfinite(at):
        return round(at * 1e6)
    raise ValueError(f"at: expected seconds of the cluster's own time, came {abbreviate(at)}")


def _recording(run: object) -> Recording:
    if isinstance(run, Recording):
        return run
    if isinstance(run, str):
        return Recording.from_text(run)
    raise ValueError(f"run: expected a recording, its text, or a seed, came {abbreviate(run)}")
