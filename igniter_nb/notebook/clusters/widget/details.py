"""Details of a node, and values of keys, in words for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from igniter_nb.consensus import duration
from igniter_nb.notebook.page.html import line
from igniter_nb.text import abbreviate, shorten

if TYPE_CHECKING:
    from igniter_nb.consensus import NodeDetails
    from igniter_nb.raft import PeerStatus

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


def known_of(node: NodeDetails) -> str:
    """Write everything that is known of a node, one fact a line."""
    facts = node.row._asdict() | {"state_machine": node.state}
    said = [
        f"{name.replace('_', ' ')}: {'none' if value is None else value}"
        for name, value in facts.items()
    ]
    said += [f"life: {node.life}", f"clock: {node.clock / 1000:g} times as fast as time"]
    elapsed, timeout = node.election
    said.append(f"election timeout: {timeout} ticks, {elapsed} of them have passed")
    if node.countdown is not None:
        set_us, due_us = node.countdown
        said.append(f"countdown: {duration(due_us - set_us)}, ends at {due_us / 1e6:.3f} s")
    if node.seen is not None:
        said.append(f"the leader knows of it: {_progress(node.seen)}")
    said += [f"what it knows of {each.node_id}: {_progress(each)}" for each in node.knows]
    if node.wiped:
        said.append("its disk was taken away: it must not come back under its name")
    if node.failure is not None:
        said.append(f"what ended it: {node.failure}")
    return "\n".join(line(each) for each in said)


def _progress(of: PeerStatus) -> str:
    return f"match {of.match}, next {of.next}, {of.state}"
