"""What each command of ``%igniter cluster`` does.

Whatever changes something returns the status after it, so that one sees what was done; ``start``
returns the cluster and ``step`` what happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from IPython.core.error import UsageError

from igniter_nb.errors import ConsensusError
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
from igniter_nb.notebook.clusters.magic.start import start
from igniter_nb.notebook.clusters.magic.table import CONSISTENCIES, check_known, helped, usage
from igniter_nb.notebook.clusters.magic.variables import command_types, stopped
from igniter_nb.notebook.kernel.arguments import value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from igniter_nb.consensus import ClusterEvents, ClusterStatus
    from igniter_nb.notebook.clusters.magic.variables import Held

_MISSING: Final = object()


def do(words: Sequence[str], held: Held) -> object:
    """Do what a line behind ``cluster`` says.

    Args:
        words: the line.
        held: the clusters of the notebook.

    Raises:
        UsageError: it cannot be done; with everything that is wrong, in one line.
    """
    command, *rest = words or ("help",)
    check_known(command)
    if command == "help":
        return helped()
    if command == "start":
        return start(rest, held)
    cluster, behind = held.find(command, rest)
    asked = Asked(command, behind, cluster, held.variables, [*held.named()])
    try:
        return ACTS[command](asked)
    except (ConsensusError, ValueError, OSError) as error:
        several = stopped(cluster) and len(asked.clusters) > 1
        hint = f"; clusters: {', '.join(asked.clusters)}" if several else ""
        raise UsageError(f"{error}{hint}") from error


def _status(asked: Asked) -> ClusterStatus:
    nothing(asked)
    return asked.cluster.status()


def _plain(asked: Asked) -> ClusterStatus:
    """Call the method of the same name, which takes nothing."""
    nothing(asked)
    getattr(asked.cluster, asked.command)()
    return asked.cluster.status()


def _each(asked: Asked) -> ClusterStatus:
    """Call the method of the same name for each node."""
    for node in nodes(asked):
        getattr(asked.cluster, asked.command)(node)
    return asked.cluster.status()


def _partition(asked: Asked) -> ClusterStatus:
    asked.cluster.partition(*groups(asked))
    return asked.cluster.status()


def _add(asked: Asked) -> ClusterStatus:
    names = listed(asked.words)
    if len(names) != 1:
        came = f", got {', '.join(names)}" if names else ""
        raise UsageError(f"add expects one name for a new node: {usage('add')}{came}")
    asked.cluster.add_node(names[0], asked.cluster.timeout)
    return asked.cluster.status()


def _remove(asked: Asked) -> ClusterStatus:
    for node in nodes(asked):
        asked.cluster.remove_node(node, asked.cluster.timeout)
    return asked.cluster.status()


def _transfer(asked: Asked) -> ClusterStatus:
    found = nodes(asked)
    if len(found) > 1:
        raise UsageError(f"transfer expects one node, got {', '.join(found)}")
    asked.cluster.transfer_leadership(found[0], asked.cluster.timeout)
    return asked.cluster.status()


def _write(asked: Asked) -> ClusterStatus:
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


def _read(asked: Asked) -> Any:
    keys = [word for word in asked.words if quoted(word) or "=" not in word]
    given, problems = options("read", [word for word in asked.words if word not in keys])
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


def _pause(asked: Asked) -> ClusterStatus:
    seen = _plain(asked)
    tell(f"Its time stands still at {seen.seconds:.3f} s; %igniter cluster resume lets it go on.")
    return seen


def _resume(asked: Asked) -> ClusterStatus:
    seen = _plain(asked)
    tell(f"Its time goes on, {_pace(asked)}.")
    return seen


def _speed(asked: Asked) -> float | ClusterStatus:
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


def _step(asked: Asked) -> ClusterEvents:
    nothing(asked)
    return asked.cluster.step()


def _trace(asked: Asked) -> ClusterEvents:
    count = _count(asked)
    return asked.cluster.trace()[-count:]


def _events(asked: Asked) -> ClusterEvents:
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


ACTS: Final[Mapping[str, Callable[[Asked], object]]] = {
    "status": _status,
    "kill": _each,
    "restart": _each,
    "partition": _partition,
    "isolate": _each,
    "heal": _plain,
    "write": _write,
    "read": _read,
    "add": _add,
    "remove": _remove,
    "transfer": _transfer,
    "pause": _pause,
    "resume": _resume,
    "step": _step,
    "speed": _speed,
    "trace": _trace,
    "events": _events,
    "stop": _plain,
}
"""What is done, by the name of the command."""
