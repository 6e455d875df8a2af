"""Script of a world: actions are applied, external ones are recorded.

What comes from outside is an action that is checked, written into the world's script and done.
What follows from the seed, as a plan of faults, is done and not written.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from igniter_nb.consensus.faults.table import FAULTS
from igniter_nb.consensus.simulator.actions import ACTIONS, QUIET
from igniter_nb.consensus.simulator.arguments import by_hand, checked
from igniter_nb.consensus.simulator.options import Line

if TYPE_CHECKING:
    from igniter_nb.consensus.simulator.world import World

__all__ = ["act", "do", "inflict", "record", "schedule"]


def act(world: World, name: str, *args: Any) -> None:
    """Do something to a world from outside, and write it into the script.

    Args:
        world: what it is done to.
        name: of an action, see :mod:`igniter_nb.consensus.simulator.actions`.
        args: plain values, so that the script can be kept.

    Raises:
        ValueError: there is no such action, or it does not take what it is given; then nothing
            was done and nothing written. Or it could not be done after all: then the script has
            it, since it may have done a part, and it fails in the same way again.
    """
    kept = checked(world, name, args)
    record(world, name, *kept)
    do(world, name, *kept)


def inflict(world: World, name: Any, args: Any) -> str:
    """Do to a world what a person asks for by hand; return the sentence that says what was done.

    Args:
        world: what it is done to.
        name: of a fault that is offered, as it came.
        args: what it takes from a person, as it came.

    Raises:
        ValueError: it cannot be done; then nothing was done.
    """
    meant = by_hand(world, name, args)
    act(world, name, *meant)
    return FAULTS[name].done(meant)


def record(world: World, name: str, *args: Any) -> None:
    """Write into the script what the caller does next, as :func:`act` would do it."""
    world.script.append(Line(world.events, world.now_us, name, args))


def do(world: World, name: str, *args: Any) -> None:
    """Do something to a world from within, as part of what follows from the seed."""
    before = world.noted
    if world.trace is not None and name not in QUIET:
        world.note("", "act", (name, args))
    try:
        was_done = ACTIONS[name](world, *args) is not False
    except BaseException:
        _take_back(world, before)
        raise
    if not was_done:
        _take_back(world, before)


def _take_back(world: World, noted: int) -> None:
    """Forget what was noted of something that was not done."""
    while world.trace and world.noted > noted:
        world.trace.pop()
        world.noted -= 1


def schedule(world: World, time_us: int, name: str, *args: Any) -> None:
    """Let an action happen at a time, as part of the world and not of the script."""
    world.at(time_us, partial(_planned, world), (name, args))


def _planned(world: World, planned: tuple[str, tuple[Any, ...]]) -> None:
    do(world, planned[0], *planned[1])
