"""Command ``%igniter cluster start``: the cluster that it starts, and the variable for it."""

from __future__ import annotations

from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from IPython.core.error import UsageError

from igniter_nb.errors import ConsensusError
from igniter_nb.notebook.clusters.magic.arguments import listed, options, read, refuse, tell
from igniter_nb.notebook.clusters.magic.variables import USUAL, is_cluster, stopped
from igniter_nb.notebook.kernel.arguments import value
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from igniter_nb.consensus import Cluster
    from igniter_nb.notebook.clusters.magic.variables import Variables

START_OPTIONS: Final = (
    "state_machine",
    "timing",
    "timeout",
    "storage",
    "snapshot_every",
    "latency",
    "seed",
    "trace",
    "verbose",
)
"""Options of ``Cluster.start``."""

TIMINGS: Final = ("classic", "fast")
"""Timings that have a name of their own."""

_FLAGS = ("trace", "verbose")


class _Place(NamedTuple):
    """Which variable holds what is started.

    Attributes:
        name: the variable; None if the line puts it somewhere else.
        bound: whether it is we who put it there.
        problems: what is wrong with that.
    """

    name: str | None
    bound: bool
    problems: list[str]


def start(words: Sequence[str], variables: Variables) -> Cluster:
    """Start a cluster and see to it that a variable holds it.

    Raises:
        UsageError: with everything that is wrong; nothing is started then.
    """
    words, place = _place(words, variables)
    nodes, given, problems = _read(words, variables.all)
    refuse([*problems, *place.problems])
    folder = _folder(given.get("storage"))
    old = variables.replaced(place.name)
    ran = old is not None and not stopped(old)
    if old is not None and folder is not None and variables.folder(old) == folder:
        old.stop()  # the new one shall have its folder
    made = _started(nodes, given)
    variables.note(made, folder)
    if place.bound and place.name:
        variables.all[place.name] = made
        also = "; the one that it held is stopped" if ran else ""
        tell(f"The cluster is in the variable {place.name}{also}.")
        if old is not None:
            old.stop()
    return made


def _started(nodes: Any, given: Mapping[str, Any]) -> Cluster:
    from igniter_nb.consensus import Cluster

    try:
        return Cluster.start(nodes, **given)
    except (ConsensusError, ValueError, TypeError, OSError) as error:
        raise UsageError(str(error)) from error


def _folder(storage: object) -> Path | None:
    return Path(storage).resolve() if isinstance(storage, str | Path) else None


def _place(words: Sequence[str], variables: Variables) -> tuple[Sequence[str], _Place]:
    """Return the words without ``as NAME``, and which variable holds what is started."""
    asking = variables.asking()
    if "as" not in words:
        if asking.assigned:
            return words, _Place(asking.to, bound=False, problems=[])
        other = f"{USUAL} is taken by another value; name a variable: as NAME"
        found = variables.all.get(USUAL)
        taken = USUAL in variables.all and not is_cluster(found)
        return words, _Place(USUAL, bound=True, problems=[other] if taken else [])
    at = words.index("as")
    behind = words[at + 1 :]
    name = behind[0] if len(behind) == 1 else ""
    if not name.isidentifier() or iskeyword(name) or name.startswith("_"):
        said = f"expected one name of a variable behind as, got {' '.join(behind)!r}"
        return words[:at], _Place(None, bound=False, problems=[said])
    found = variables.all.get(name)
    said = f"as {name}: {name} is no cluster but {abbreviate(found, 40)}; take another name"
    taken = name in variables.all and not is_cluster(found)
    return words[:at], _Place(name, bound=True, problems=[said] if taken else [])


def _read(
    words: Sequence[str], variables: Mapping[str, Any]
) -> tuple[Any, dict[str, Any], list[str]]:
    """Return the nodes, the options and what is wrong with them."""
    first = [word for word in words if "=" not in word and word not in START_OPTIONS]
    written, problems = options(
        "start", START_OPTIONS, [word for word in words if word not in first]
    )
    nodes = _nodes(listed(first), variables, problems)
    given: dict[str, Any] = {}
    for name, each in written.items():
        try:
            given[name] = _option(name, each, variables)
        except UsageError as error:
            problems.append(str(error))
    return nodes, given, problems


def _nodes(names: Sequence[str], variables: Mapping[str, Any], problems: list[str]) -> Any:
    """Return how many nodes, or their names."""
    if not names:
        return 5
    numbers = [name for name in names if name.lstrip("+-").isdecimal()]
    if numbers and len(names) > 1:
        problems.append(
            f"expected how many nodes, or their names, got {' '.join(names)!r}: start 5, or"
            " start a b c; a name for the cluster stands behind as"
        )
        return None
    if numbers:
        return int(numbers[0])
    if len(names) == 1 and names[0].startswith("$"):
        return read(names[0], variables, problems)
    return list(names)


def _option(name: str, written: str, variables: Mapping[str, Any]) -> Any:
    """Return the value of an option.

    Raises:
        UsageError: it cannot be one.
    """
    if name == "timing" and written in TIMINGS:
        from igniter_nb.consensus import Timing

        return Timing.fast() if written == "fast" else Timing.classic()
    found = value(written, variables)
    if name == "timing" and isinstance(found, str):
        known = f"{' or '.join(TIMINGS)}, or a variable that holds a Timing"
        raise UsageError(f"timing: expected {known}, came {found!r}")
    if name in _FLAGS and not isinstance(found, bool):
        raise UsageError(f"{name}: expected True or False, came {abbreviate(found, 40)}")
    return found
