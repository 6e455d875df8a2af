"""Completion behind the commands of ``%igniter cluster``; nothing is loaded, run or waited for."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from igniter_nb.errors import ConsensusError
from igniter_nb.notebook.clusters.magic.arguments import EVERYONE, LEADER
from igniter_nb.notebook.clusters.magic.commands import CONSISTENCIES, READ_OPTIONS
from igniter_nb.notebook.clusters.magic.start import START_OPTIONS, TIMINGS
from igniter_nb.notebook.clusters.magic.variables import Variables, command_types, watch
from igniter_nb.notebook.kernel.command import Completed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from igniter_nb.consensus import Cluster
    from igniter_nb.notebook.kernel.command import Line

    Words = Sequence[str]
    Offered = Callable[[Words, Variables], Iterable[str]]
    Behind = Callable[[Words, Cluster], Iterable[str]]
    Values = Callable[[Words, str, Variables, str], Iterable[str]]

PATIENCE_SECONDS: Final = 0.2
"""How long a cluster is waited for that is busy; then it has no names."""

_SEPARATORS: Final = re.compile(r"[,|]")


# --- the pieces of a line -------------------------------------------------------------------------


def words(line: Line, fragment: str, offered: Offered) -> Completed:
    """Complete a word, of those that may stand between blanks, commas or bars.

    Args:
        line: what stands before the fragment.
        fragment: what stands before the cursor, without a blank; may be empty.
        offered: given what is there already, says what may follow.
    """
    if "=" in fragment:
        return Completed(fragment, [])
    *_, shown = _SEPARATORS.split(fragment)
    taken = [*line.words, *_SEPARATORS.split(fragment.removesuffix(shown))]
    found = offered([word for word in taken if word], Variables(line.shell))
    return Completed(shown, [each for each in found if each.startswith(shown)])


def fields(line: Line, fragment: str, offered: Offered, *, values: Values) -> Completed:
    """Complete a word, or what stands behind ``option=``.

    Args:
        line: what stands before the fragment.
        fragment: what stands before the cursor.
        offered: what may follow as a word.
        values: given the words and the option, says what its value may be; of a value that begins
            with ``$`` the variables alone.
    """
    option, equals, written = fragment.partition("=")
    if not equals:
        return words(line, fragment, offered)
    sign = "$" * written.startswith("$")
    variables = Variables(line.shell)
    found = [sign + each for each in values(line.words, option, variables, sign)] if option else []
    return Completed(written, [each for each in found if each.startswith(written)])


def _behind(given: Words, variables: Variables, offered: Behind) -> Iterable[str]:
    """Return the clusters that may be named first, and what may stand behind one of them."""
    named, behind = variables.of(given)
    cluster = variables.meant() if named is None else named
    clusters = [] if given else [*variables.named()]
    return [*clusters, *(() if cluster is None else offered(behind, cluster))]


def _left(options: Sequence[str], given: Words) -> list[str]:
    taken = {word.partition("=")[0] for word in given}
    return [f"{option}=" for option in options if option not in taken]


def _nodes(cluster: Cluster, given: Words, *, others: Sequence[str]) -> list[str]:
    """Return nodes, and words for several of them, that are not named yet."""
    named = {name for word in given for name in _SEPARATORS.split(word)}
    return [name for name in (*_names(cluster), *others) if name not in named]


def _names(cluster: Cluster) -> tuple[str, ...]:
    """Name the nodes, those that were removed left out; nothing where the cluster is busy."""
    try:
        return watch(cluster).names(PATIENCE_SECONDS)
    except (ConsensusError, TimeoutError):  # it ended just now, or it is busy
        return ()


# --- what may follow a command --------------------------------------------------------------------


def cluster(line: Line, fragment: str) -> Completed:
    """Complete the name of a cluster."""
    return words(line, fragment, partial(_behind, offered=lambda *_: ()))


def nodes(line: Line, fragment: str) -> Completed:
    """Complete nodes, or all of them."""

    def offered(given: Words, of: Cluster) -> list[str]:
        return _nodes(of, given, others=(LEADER, EVERYONE))

    return words(line, fragment, partial(_behind, offered=offered))


def some_nodes(line: Line, fragment: str) -> Completed:
    """Complete nodes, which can hardly be all of them."""

    def offered(given: Words, of: Cluster) -> list[str]:
        return _nodes(of, given, others=(LEADER,))

    return words(line, fragment, partial(_behind, offered=offered))


def one_node(line: Line, fragment: str) -> Completed:
    """Complete one node."""

    def offered(given: Words, of: Cluster) -> list[str]:
        return [] if given else _nodes(of, given, others=(LEADER,))

    return words(line, fragment, partial(_behind, offered=offered))


def start(line: Line, fragment: str) -> Completed:
    """Complete the options of a start, and the variable behind ``as``."""
    return fields(line, fragment, _start_words, values=_start_values)


def _start_words(given: Words, variables: Variables) -> Iterable[str]:
    if given and given[-1] == "as":
        return variables.named()
    return () if "as" in given else ["as", *_left(START_OPTIONS, given)]


def _start_values(_: Words, option: str, variables: Variables, sign: str) -> Iterable[str]:
    if not sign and option in {"trace", "verbose"}:
        return ("True", "False")
    own = TIMINGS if option == "timing" and not sign else ()
    return (*own, *variables.public())


def write(line: Line, fragment: str) -> Completed:
    """Complete the types of a state machine's own commands, and values."""

    def offered(given: Words, of: Cluster) -> list[str]:
        return [] if given else [f"type={each}" for each in command_types(of)]

    return fields(line, fragment, partial(_behind, offered=offered), values=_write_values)


def _write_values(given: Words, option: str, variables: Variables, sign: str) -> Iterable[str]:  # noqa: PLR0917 -- the same
    of = variables.of(given)[0] or variables.meant()
    types = command_types(of) if option == "type" and of is not None and not sign else ()
    return types or variables.public()


def read(line: Line, fragment: str) -> Completed:
    """Complete the options of a read, and their values."""

    def offered(given: Words, _: Cluster) -> list[str]:
        return _left(READ_OPTIONS, given)

    return fields(line, fragment, partial(_behind, offered=offered), values=_read_values)


def _read_values(given: Words, option: str, variables: Variables, _: str) -> Iterable[str]:
    of = variables.of(given)[0] or variables.meant()
    if option == "consistency":
        return CONSISTENCIES
    if option == "node":
        return () if of is None else (*_names(of), LEADER)
    return variables.public()
