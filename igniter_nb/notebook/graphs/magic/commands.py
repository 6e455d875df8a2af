"""The commands of ``%igniter`` that work on contracts, and the table of all commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from IPython.core.error import UsageError

from igniter_nb.notebook.graphs.magic.names import Sort, find, known
from igniter_nb.notebook.kernel.arguments import values

if TYPE_CHECKING:
    from igniter_nb.contract import CapabilityReport, Contract
    from igniter_nb.runtime import IncrementalReport

Variables = Mapping[str, object]


class Command(NamedTuple):
    """One command, for help and completion.

    Attributes:
        usage: how it is written.
        does: what it does, in one sentence.
        sorts: what its NAME may be; empty if it takes no name.
        inputs: whether ``input=value`` may follow.
    """

    usage: str
    does: str
    sorts: tuple[Sort, ...] = ()
    inputs: bool = False


COMMANDS: Final[Mapping[str, Command]] = {
    "graph": Command(
        "graph NAME",
        "shows the diagram of a contract or graph, or of an instance with its states",
        tuple(Sort),
    ),
    "run": Command(
        "run NAME input=value …",
        "makes an instance of a contract, or updates one, resolves every output and returns it",
        (Sort.CONTRACT, Sort.INSTANCE),
        inputs=True,
    ),
    "update": Command(
        "update NAME input=value …",
        "updates inputs of an instance and returns the report of what ran again",
        (Sort.INSTANCE,),
        inputs=True,
    ),
    "capabilities": Command(
        "capabilities NAME",
        "shows what each step declares to touch and what the policy says to it",
        (Sort.CONTRACT, Sort.INSTANCE),
    ),
    "policy": Command(
        "policy deny NAME … | allow NAME … | clear | show",
        "denies capabilities in this process, allows only those named, permits all, or shows",
    ),
    "cluster": Command("cluster COMMAND …", "starts a cluster, breaks it and looks at it"),
    "doctor": Command("doctor", "looks at this installation and says what to do about it"),
    "help": Command("help", "shows this table"),
}


def graph(words: Sequence[str], variables: Variables) -> object:
    """Return what shows itself as a diagram: a compiled graph, or an instance."""
    found = _only_name("graph", words, variables)
    return getattr(found, "compiled_graph", found) if isinstance(found, type) else found


def run(words: Sequence[str], variables: Variables) -> Contract:
    """Return an instance with every output fresh: a new one of a class, or the updated one.

    Raises:
        IgniterError: inputs are wrong, or a node failed.
    """
    __tracebackhide__ = True  # a failing node is not our doing
    found, inputs = _name_and_inputs("run", words, variables)
    made: Contract = found(**inputs) if isinstance(found, type) else found.update_inputs(**inputs)
    return made.resolve_all()


def update(words: Sequence[str], variables: Variables) -> IncrementalReport:
    """Update inputs of an instance and return what ran again.

    Raises:
        InputError: inputs are wrong; then nothing is updated.
    """
    found, inputs = _name_and_inputs("update", words, variables)
    report: IncrementalReport = found.resolve_incrementally(**inputs)
    return report


def capabilities(words: Sequence[str], variables: Variables) -> CapabilityReport:
    """Return what each step of a contract touches, and what the policy says to it."""
    found = _only_name("capabilities", words, variables)
    report: CapabilityReport = found.capability_report()
    return report


def _name_and_inputs(
    command: str, words: Sequence[str], variables: Variables
) -> tuple[Any, dict[str, object]]:
    if not words:
        names = known(variables, COMMANDS[command].sorts)
        listed = f"known: {', '.join(names)}" if names else "there is none here yet"
        msg = f"{command} expects the name of a variable: %igniter {COMMANDS[command].usage}"
        raise UsageError(f"{msg}; {listed}")
    found = find(words[0], variables, COMMANDS[command].sorts)
    return found, values(words[1:], variables)


def _only_name(command: str, words: Sequence[str], variables: Variables) -> Any:
    if len(words) > 1:
        msg = f"{command} expects one name and nothing else, got {' '.join(words[1:])!r} behind it"
        raise UsageError(msg)
    return _name_and_inputs(command, words, variables)[0]
