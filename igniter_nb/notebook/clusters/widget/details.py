"""What is known of a node, and what a key holds, in words for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import duration, world_status
from igniter_nb.notebook.clusters.widget.frame import countdown, wiped
from igniter_nb.notebook.page.html import line
from igniter_nb.text import abbreviate, shorten

if TYPE_CHECKING:
    from igniter_nb.consensus import World

STATE: Final = 2_000
"""Characters of a state that is written out."""

VALUE: Final = 300
"""Characters of a value."""

_MISSING: Final = "\0 nothing"


def entry_of(key: str, machine: Any) -> str:
    """Say what a key holds: ``x = 1``.

    Raises:
        CommandError: the state is no dict.
    """
    value = machine.get(key, _MISSING)
    name = shorten(line(key), 60)
    return (
        f"there is no {name}" if value == _MISSING else f"{name} = {line(abbreviate(value, VALUE))}"
    )


def read_key(world: World, key: str) -> str:
    """Say what a key holds in a replayed world: at the leader, or else where most is applied."""
    host = world.leader() or max(
        world.hosts.values(), key=lambda each: each.replica.core.last_applied
    )
    return f"{host.replica.node_id}: {entry_of(key, host.replica.machine)}"


def known_of(world: World, node_id: str) -> str:
    """Write everything that is known of a node, one fact a line."""
    host = world.hosts[node_id]
    replica = host.replica
    facts = world_status(world, copied=False)[node_id]._asdict()
    facts |= {"state_machine": abbreviate(replica.machine._state, STATE)}  # noqa: SLF001 -- not copied
    said = [
        f"{name.replace('_', ' ')}: {'none' if value is None else value}"
        for name, value in facts.items()
    ]
    said += [f"life: {replica.incarnation}", f"clock: {host.rate / 1000:g} times as fast as time"]
    elapsed, timeout, _ = replica.core.election
    said.append(f"election timeout: {timeout} ticks, {elapsed} of them have passed")
    if replica.alive and not replica.paused:
        set_us, due_us = countdown(host)
        said.append(f"countdown: {duration(due_us - set_us)}, ends at {due_us / 1e6:.3f} s")
    leader = world.leader()
    views = () if leader is None else leader.replica.core.status().progress
    said += [
        f"the leader knows of it: match {view.match}, next {view.next}, {view.state}"
        for view in views
        if view.node_id == node_id
    ]
    said += [
        f"what it knows of {view.node_id}: match {view.match}, next {view.next}, {view.state}"
        for view in replica.core.status().progress
    ]
    if wiped(host):
        said.append("its disk was taken away: it must not come back under its name")
    if replica.failure is not None:
        said.append(f"what ended it: {replica.failure}")
    return "\n".join(line(each) for each in said)
