"""Commands of ``%igniter cluster`` that ask something of a cluster that runs.

Whatever changes something returns the status after it, so that one sees what was done; ``start``
returns the cluster and ``step`` what happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from IPython.core.error import UsageError

from igniter_nb.notebook.clusters.magic.arguments import (
    Asked,
    fields,
    groups,
    listed,
    nodes,
    nothing,
    options,
    quoted,
    read,
    refuse,
    tell,
    text,
)
from igniter_nb.notebook.clusters.magic.variables import command_types
from igniter_nb.notebook.kernel.arguments import value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from igniter_nb.consensus import ClusterEvents, ClusterStatus

CONSISTENCIES: Final = ("linearizable", "lease", "stale")
"""Kinds of reads."""

READ_OPTIONS: Final = ("consistency", "node", "default")
"""Options of a read."""

_MISSING: Final = object()


def status(asked: Asked) -> ClusterStatus:
    """Return every node as it is now."""
    nothing(asked)
    return asked.cluster.status()


def plain(asked: Asked) -> ClusterStatus:
    """Call the method of the same name, which takes nothing."""
    nothing(asked)
    getattr(asked.cluster, asked.command)()
    return asked.cluster.status()


def each(asked: Asked) -> ClusterStatus:
    """Call the method of the same name for each node."""
    for node in nodes(asked):
        getattr(asked.cluster, asked.command)(node)
    return asked.cluster.status()


def partition(asked: Asked) -> ClusterStatus:
    """Cut the links between groups."""
    asked.cluster.partition(*groups(asked))
    return asked.cluster.status()


def add(asked: Asked) -> ClusterStatus:
    """Add a node."""
    names = listed(asked.words)
    if len(names) != 1:
        came = f", got {', '.join(names)}" if names else ""
        raise UsageError(f"add expects one name for a new node: {asked.usage}{came}")
    asked.cluster.add_node(names[0], asked.cluster.timeout)
    return asked.cluster.status()


def remove(asked: Asked) -> ClusterStatus:
    """Take nodes out."""
    for node in nodes(asked):
        asked.cluster.remove_node(node, asked.cluster.timeout)
    return asked.cluster.status()


def transfer(asked: Asked) -> ClusterStatus:
    """Let a node take over the lead."""
    found = nodes(asked)
    if len(found) > 1:
        raise UsageError(f"transfer expects one node, got {', '.join(found)}")
    asked.cluster.transfer_leadership(found[0], asked.cluster.timeout)
    return asked.cluster.status()


def write(asked: Asked) -> ClusterStatus:
    """Write keys, or one command of a state machine."""
    given = fields(asked)
    types = command_types(asked.cluster)
    if not given:
        example = f"a command: type={types[0]} …; types: {', '.join(types)}" if types else ""
        raise UsageError(f"write expects {example or 'KEY=VALUE, for example x=1'}")
    if types:
        asked.cluster.write(given)
    elif len(given) == 1:
        asked.cluster.write(key=next(iter(given)), value=next(iter(given.values())))
    else:
        asked.cluster.write_many({"key": key, "value": each} for key, each in given.items())
    return asked.cluster.status()


def read_key(asked: Asked) -> Any:
    """Return what a key holds, or the whole state."""
    keys = [word for word in asked.words if quoted(word) or "=" not in word]
    given, problems = options(
        "read", READ_OPTIONS, [word for word in asked.words if word not in keys]
    )
    if len(keys) > 1:
        problems.append(f"read expects one key, got {' '.join(keys)}")
    if "default" in given and not keys:
        problems.append("default goes with a key, and none is named")
    default = read(given["default"], asked.variables, problems) if "default" in given else _MISSING
    how = _how(asked, given, problems)
    refuse(problems)
    if not keys:
        return asked.cluster.state_machine_snapshot(**how)
    found = asked.cluster.read(text(keys[0]), default, **how)
    if found is not _MISSING:
        return found
    tell(f"There is no key {text(keys[0])!r}, so this is None.")
    return None


def _how(asked: Asked, given: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    """Return how a read is done."""
    how: dict[str, Any] = {}
    if "consistency" in given:
        how["consistency"] = kind = text(given["consistency"])
        if kind not in CONSISTENCIES:
            problems.append(f"consistency: expected {', '.join(CONSISTENCIES)}, came {kind!r}")
    if "node" in given:
        try:
            found = nodes(asked, [text(given["node"])])
            if len(found) > 1:
                problems.append("node: expected one node, came 'all'")
            how["node"] = found[0]
        except UsageError as error:
            problems.append(str(error))
    return how


def pause(asked: Asked) -> ClusterStatus:
    """Let the cluster's time stand still."""
    seen = plain(asked)
    tell(f"Its time stands still at {seen.seconds:.3f} s; %igniter cluster resume lets it go on.")
    return seen


def resume(asked: Asked) -> ClusterStatus:
    """Let the cluster's time go on."""
    seen = plain(asked)
    tell(f"Its time goes on, {_pace(asked)}.")
    return seen


def speed(asked: Asked) -> float | ClusterStatus:
    """Set how fast the cluster's time goes, or return that."""
    if not asked.words:
        return asked.cluster.speed
    if len(asked.words) > 1:
        raise UsageError(f"speed expects one number, got {' '.join(asked.words)!r}")
    found: Any = value(asked.words[0], asked.variables)
    asked.cluster.speed = found
    tell(f"Its time goes {_pace(asked)}{'; it is paused' if asked.cluster.paused else ''}.")
    return asked.cluster.status()


def _pace(asked: Asked) -> str:
    return f"at speed {asked.cluster.speed:g}"


def step(asked: Asked) -> ClusterEvents:
    """Let the next thing happen and return it."""
    nothing(asked)
    return asked.cluster.step()


def trace(asked: Asked) -> ClusterEvents:
    """Return the latest of what happened."""
    count = _count(asked)
    return asked.cluster.trace()[-count:]


def events(asked: Asked) -> ClusterEvents:
    """Return the latest that a person follows."""
    count = _count(asked)
    return asked.cluster.events[-count:]


def _count(asked: Asked) -> int:
    """Return how many of the latest events are wanted; 0, where nothing is said, is all."""
    if not asked.words:
        return 0
    found = value(asked.words[0], asked.variables)
    if len(asked.words) > 1 or not isinstance(found, int) or found < 1:
        said = f"{asked.command} expects how many of the latest are wanted, 1 or more"
        raise UsageError(f"{said}, got {' '.join(asked.words)!r}")
    return found
