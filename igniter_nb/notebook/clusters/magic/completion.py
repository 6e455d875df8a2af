"""What may follow on a line of ``%igniter cluster``; nothing is loaded, run or waited for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from igniter_nb.errors import ConsensusError
from igniter_nb.notebook.clusters.magic.table import (
    CONSISTENCIES,
    EVERYONE,
    LEADER,
    START_OPTIONS,
    TABLE,
    TIMINGS,
)
from igniter_nb.notebook.clusters.magic.variables import command_types, driver, stopped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from igniter_nb.consensus import Cluster
    from igniter_nb.notebook.clusters.magic.variables import Held

PATIENCE_SECONDS: Final = 0.2
"""How long a cluster is waited for that is busy; then it has no names."""

_NO_ALL: Final = ("partition", "remove", "transfer")
"""Commands that can hardly mean all nodes."""


def following(words: Sequence[str], fragment: str, held: Held) -> tuple[str, list[str]]:
    """Return the part of a fragment that goes on, and everything that it may become.

    Args:
        words: what stands between ``cluster`` and the fragment.
        fragment: what stands before the cursor, without a blank; may be empty.
        held: the clusters of the notebook.
    """
    before, equals, written = fragment.partition("=")
    if equals:
        sign = "$" if written.startswith("$") else ""
        found = [sign + each for each in _values(words, before, held, sign=sign)]
        shown = written
    else:
        *_, shown = re.split(r"[,|]", fragment)
        taken = [*words, *re.split(r"[,|]", fragment.removesuffix(shown))]
        found = [*_words([word for word in taken if word], held)]
    return shown, [each for each in found if each.startswith(shown)]


def _words(words: Sequence[str], held: Held) -> Iterable[str]:
    """Return what may stand behind some words."""
    if not words:
        return TABLE
    command, *rest = words
    if command not in TABLE or command == "help":
        return ()
    if command == "start":
        return _start(rest, held)
    named, behind = held.of(rest)
    clusters = [] if rest else [*held.named()]
    cluster = held.meant() if named is None else named
    return [*clusters, *_behind(command, behind, cluster)]


def _start(words: Sequence[str], held: Held) -> Iterable[str]:
    if words and words[-1] == "as":
        return held.named()
    return () if "as" in words else ["as", *_left(START_OPTIONS, words)]


def _behind(command: str, words: Sequence[str], cluster: Cluster | None) -> Iterable[str]:
    """Return what may stand behind a command and its cluster."""
    if cluster is None:
        return ()
    if TABLE[command].nodes:
        named = {name for word in words for name in re.split(r"[,|]", word)}
        if command == "transfer" and words:
            return ()
        others = (LEADER,) if command in _NO_ALL else (LEADER, EVERYONE)
        return [name for name in (*_nodes(cluster), *others) if name not in named]
    if command == "write":
        return [] if words else [f"type={each}" for each in command_types(cluster)]
    return _left(TABLE[command].options, words)


def _left(options: Sequence[str], words: Sequence[str]) -> list[str]:
    given = {word.partition("=")[0] for word in words}
    return [f"{option}=" for option in options if option not in given]


def _values(words: Sequence[str], option: str, held: Held, *, sign: str) -> Iterable[str]:
    """Return what may stand behind ``option=``."""
    command, *rest = words or [""]
    if command not in {"start", "write", "read"} or not option:
        return ()
    named, _ = held.of(rest)
    cluster = held.meant() if named is None else named
    variables = sorted(name for name in [*held.variables] if not name.startswith("_"))
    if command == "read" and option in {"consistency", "node"}:
        nodes = () if cluster is None else (*_nodes(cluster), LEADER)
        return CONSISTENCIES if option == "consistency" else nodes
    if sign:
        return variables
    if command == "start" and option in {"trace", "verbose"}:
        return ("True", "False")
    if command == "start" and option == "timing":
        return (*TIMINGS, *variables)
    if command == "write" and option == "type" and cluster is not None:
        return command_types(cluster) or variables
    return variables


def _nodes(cluster: Cluster) -> tuple[str, ...]:
    """Name the nodes, those that were removed left out; nothing where the cluster is busy."""
    found = driver(cluster)

    def named() -> tuple[str, ...]:
        return tuple(name for name in [*found.world.hosts] if name not in found.world.gone)

    if stopped(cluster):
        return named()
    try:
        names: tuple[str, ...] = found.loop.submit(named).result(PATIENCE_SECONDS)
    except (ConsensusError, TimeoutError):  # it ended just now, or it is busy
        return ()
    return names
