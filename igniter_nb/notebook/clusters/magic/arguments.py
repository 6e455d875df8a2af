"""Arguments of a command of ``%igniter cluster``: nodes, groups, options, fields."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from IPython.core.error import UsageError

from igniter_nb.notebook.kernel.arguments import value
from igniter_nb.text import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from igniter_nb.consensus import Cluster

_FIELD: Final = re.compile(r"""("[^"]*"|'[^']*'|[^='"]+)=(.*)""", re.DOTALL)


EVERYONE: Final = "all"
"""Stands for all nodes."""

LEADER: Final = "leader"
"""Stands for whoever leads."""


class Asked(NamedTuple):
    """What a line asks of a cluster.

    Attributes:
        command: the command.
        usage: how a person types it.
        words: what stands behind it, and behind the name of the cluster.
        cluster: the cluster that is meant.
        variables: what a value may name.
        clusters: names of the variables that hold clusters.
    """

    command: str
    usage: str
    words: Sequence[str]
    cluster: Cluster
    variables: Mapping[str, Any]
    clusters: Sequence[str] = ()


def refuse(problems: Sequence[str]) -> None:
    """Say all that is wrong with a line.

    Raises:
        UsageError: something is.
    """
    if problems:
        raise UsageError("; ".join(dict.fromkeys(problems)).replace("?; ", "? "))


def tell(sentence: str) -> None:
    """Say below the cell what the value that is returned does not show."""
    sys.stdout.write(f"{sentence}\n")


def nothing(asked: Asked) -> None:
    """Refuse words behind a command that takes none.

    Raises:
        UsageError: there are some.
    """
    if asked.words:
        hint = _hint(asked)
        said = f"{asked.command} expects nothing but the name of a cluster"
        raise UsageError(f"{said}, got {' '.join(asked.words)!r}{hint}")


def listed(words: Sequence[str]) -> list[str]:
    """Return names that stand between blanks or commas."""
    return [name for word in words for name in word.split(",") if name]


def present(cluster: Cluster) -> list[str]:
    """Name the nodes of a cluster that were not removed."""
    return [node.node_id for node in cluster.nodes if node.role != "removed"]


def nodes(asked: Asked, names: Sequence[str] | None = None) -> list[str]:
    """Return the nodes that a line names, each once.

    Args:
        asked: the line.
        names: the names, where they are not all that the line has.

    Raises:
        UsageError: none is named, or some are unknown.
        NoLeaderError: the leader is meant and nobody leads.
    """
    names = listed(asked.words) if names is None else names
    known = present(asked.cluster)
    if not names:
        said = f"{asked.command} expects nodes: {asked.usage}"
        raise UsageError(f"{said}; known: {', '.join([*known, LEADER])}")
    unknown = [name for name in names if name not in {*known, LEADER, EVERYONE}]
    refuse(
        [f"there is no node {name!r}; {nearest(name, known)}".rstrip("; ") for name in unknown]
        + ([f"known: {', '.join([*known, LEADER])}{_hint(asked)}"] if unknown else [])
    )
    found: dict[str, None] = {}
    for name in names:
        meant = {LEADER: [leader(asked.cluster)] if name == LEADER else [], EVERYONE: known}
        found.update(dict.fromkeys(meant.get(name, [name])))
    return [*found]


def _hint(asked: Asked) -> str:
    """Name the clusters, where a word may have been meant for one of several."""
    return f"; clusters: {', '.join(asked.clusters)}" if len(asked.clusters) > 1 else ""


def leader(cluster: Cluster) -> str:
    """Name the leader; where there is none, wait for one as long as a write would.

    Raises:
        UsageError: nobody leads, and none can be elected while the cluster's time stands still.
        NoLeaderError: nobody leads in time.
    """
    found = cluster.leader
    if found is None and cluster.paused:
        raise UsageError(
            "nobody leads, and the cluster's time stands still; %igniter cluster resume first"
        )
    return (found or cluster.wait_for_leader(cluster.timeout)).node_id


def groups(asked: Asked) -> list[list[str]]:
    """Return the groups of a partition; one alone is completed by all the others.

    Groups stand between bars, or between blanks where a group's names are put together by commas.

    Raises:
        UsageError: a node is unknown, or there are no two groups.
    """
    line = re.sub(r"\s*,\s*", ",", " ".join(asked.words))
    parts = line.split("|") if "|" in line else line.split() if "," in line else [line]
    named = [names for part in parts if (names := listed(part.split()))]
    if any(EVERYONE in names for names in named):
        raise UsageError(f"partition expects groups, and all leaves none: {asked.usage}")
    nodes(asked, [name for names in named for name in names])  # all that are unknown, at once
    found = [nodes(asked, names) for names in named]
    if len(found) > 1:
        return found
    rest = [name for name in present(asked.cluster) if name not in found[0]]
    if not rest:
        raise UsageError(f"partition: nothing is left to part them from: {asked.usage}")
    return [*found, rest]


def options(
    command: str, known: Sequence[str], words: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    """Return options as they are written, by their names, and what is wrong with others.

    Args:
        command: the command.
        known: names of its options.
        words: what stands behind it.
    """
    given: dict[str, str] = {}
    problems = []
    for word in words:
        name, equals, written = word.partition("=")
        if not (name and equals):
            problems.append(f"expected option=value, got {word!r}: no blanks around =")
        elif name not in known:
            said = f"{command} has no option {name!r}; {nearest(name, known)}".rstrip("; ")
            problems += [said, f"options: {', '.join(known)}"]
        elif name in given:
            problems.append(f"option {name!r} is given twice")
        given[name] = written
    ordered = sorted(problems, key=lambda problem: problem.startswith("options:"))
    return given, ordered


def read(written: str, variables: Mapping[str, Any], problems: list[str]) -> Any:
    """Return what a value means; where it means nothing, that is one more problem."""
    try:
        return value(written, variables)
    except UsageError as error:
        problems.append(str(error))
        return None


def text(written: str) -> str:
    """Return a name as it is meant: quotes around it are not part of it."""
    return written[1:-1] if quoted(written) else written


def quoted(written: str) -> bool:
    """Say whether a word stands in quotes."""
    return len(written) > 1 and written[0] in "\"'" and written[-1] == written[0]


def fields(asked: Asked) -> dict[str, Any]:
    """Return what stands on both sides of each ``=``; a name may stand in quotes.

    Raises:
        UsageError: with everything that is wrong.
    """
    found: dict[str, Any] = {}
    problems: list[str] = []
    for word in asked.words:
        field = _FIELD.fullmatch(word)
        if field is None:
            said = f'no blanks around =, text with blanks in ""{_hint(asked)}'
            problems.append(f"expected KEY=VALUE, got {word!r}: {said}")
            continue
        name = text(field[1])
        if name in found:
            problems.append(f"{name!r} is given twice")
        found[name] = read(field[2], asked.variables, problems)
    refuse(problems)
    return found
