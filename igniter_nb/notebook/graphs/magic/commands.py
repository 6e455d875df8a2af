"""Commands of ``%igniter`` that work on contracts."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from IPython.core.error import UsageError

from igniter_nb.notebook.graphs.magic.names import Sort, find, known, sort_of
from igniter_nb.notebook.kernel.arguments import values
from igniter_nb.notebook.kernel.command import Command, Completed, Line, beginning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from igniter_nb.contract import CapabilityReport, Contract, Explanation, Plan
    from igniter_nb.runtime import IncrementalReport

Sorts = tuple[Sort, ...]

# --- what they do ---------------------------------------------------------------------------------


def _graph(line: Line, sorts: Sorts) -> object:
    """Return what shows itself as a diagram: a compiled graph, or an instance."""
    found = _only_name(line, sorts)
    return getattr(found, "compiled_graph", found) if isinstance(found, type) else found


def _run(line: Line, sorts: Sorts) -> Contract:
    """Return an instance with every output fresh: a new one of a class, or the updated one.

    Raises:
        IgniterError: inputs are wrong, or a node failed.
    """
    __tracebackhide__ = True  # a failing node is not our doing
    found, inputs = _name_and_inputs(line, sorts)
    made: Contract = found(**inputs) if isinstance(found, type) else found.update_inputs(**inputs)
    return made.resolve_all()


def _update(line: Line, sorts: Sorts) -> IncrementalReport:
    """Update inputs of an instance and return what ran again.

    Raises:
        InputError: inputs are wrong; then nothing is updated.
    """
    found, inputs = _name_and_inputs(line, sorts)
    report: IncrementalReport = found.resolve_incrementally(**inputs)
    return report


def _live(line: Line, sorts: Sorts) -> object:
    """Return the widget of an instance: a new one of a class, or the updated one.

    Raises:
        InputError: inputs are wrong; then nothing is updated.
    """
    found, inputs = _name_and_inputs(line, sorts)
    made: Contract = found(**inputs) if isinstance(found, type) else found.update_inputs(**inputs)
    return made.live()


def _report(line: Line, sorts: Sorts) -> IncrementalReport:
    """Run what is outdated, in a new instance of a class all of it, and return what ran and why.

    Raises:
        InputError: inputs are wrong; then nothing is updated.
    """
    found, inputs = _name_and_inputs(line, sorts)
    made = found(**inputs) if isinstance(found, type) else found
    report: IncrementalReport = made.resolve_incrementally(**({} if made is not found else inputs))
    return report


def _plan(line: Line, sorts: Sorts) -> Plan:
    """Return what would run with some inputs; an instance keeps those that it has.

    Raises:
        InputError: inputs are wrong.
    """
    found, inputs = _name_and_inputs(line, sorts)
    is_new = isinstance(found, type)
    made: Contract = found(**inputs) if is_new else copy(found).update_inputs(**inputs)
    return made.plan()


def _explain(line: Line, sorts: Sorts) -> Explanation:
    """Return what a value was made of; of an instance with one output, that one's.

    Raises:
        UsageError: it is not said which of several outputs, or there is no such node.
    """
    name, *words = [*line.words, ""]
    found: Contract = _name_and_inputs(line._replace(words=[name] if name else []), sorts)[0]
    outputs = [*found.compiled_graph.outputs]
    wanted = [word for word in words if word] or (outputs if len(outputs) == 1 else [])
    if len(wanted) != 1:
        usage = f"%igniter {COMMANDS[line.command].usage}"
        raise UsageError(
            f"explain expects one output or node: {usage}; outputs: {', '.join(outputs)}"
        )
    try:
        return found.explain(wanted[0])
    except KeyError as error:
        raise UsageError(str(error.args[0])) from None


def _capabilities(line: Line, sorts: Sorts) -> CapabilityReport:
    """Return what each step of a contract touches, and what the policy says to it."""
    report: CapabilityReport = _only_name(line, sorts).capability_report()
    return report


def _name_and_inputs(line: Line, sorts: Sorts) -> tuple[Any, dict[str, object]]:
    if not line.words:
        names = known(line.variables, sorts)
        listed = f"known: {', '.join(names)}" if names else "there is none here yet"
        usage = f"%igniter {COMMANDS[line.command].usage}"
        raise UsageError(f"{line.command} expects the name of a variable: {usage}; {listed}")
    found = find(line.words[0], line.variables, sorts)
    return found, values(line.words[1:], line.variables)


def _only_name(line: Line, sorts: Sorts) -> Any:
    if len(line.words) > 1:
        behind = " ".join(line.words[1:])
        msg = f"{line.command} expects one name and nothing else, got {behind!r} behind it"
        raise UsageError(msg)
    return _name_and_inputs(line, sorts)[0]


# --- what may follow them -------------------------------------------------------------------------


def _name(line: Line, fragment: str, sorts: Sorts) -> Completed:
    """Complete a name, and nothing behind it."""
    return beginning([] if line.words else known(line.variables, sorts), fragment)


def _inputs(line: Line, fragment: str, sorts: Sorts) -> Completed:
    """Complete a name, then inputs of what has it, and variables for their values."""
    before, equals, written = fragment.partition("=")
    if not line.words:
        return _name(line, fragment, sorts)
    if not equals:
        return beginning(_left(line.variables.get(line.words[0]), line.words[1:]), fragment)
    sign, shown = "$" * written.startswith("$"), written.removeprefix("$")
    variables = sorted(name for name in [*line.variables] if not name.startswith("_"))
    found = beginning(variables if before else [], shown).texts
    return Completed(sign + shown, [sign + each for each in found])


def _left(contract: Any, given: Sequence[str]) -> list[str]:
    """Return ``input=`` for every input of a contract that is not given yet."""
    if sort_of(contract) not in {Sort.CONTRACT, Sort.INSTANCE}:
        return []
    taken = {word.partition("=")[0] for word in given}
    nodes = contract.compiled_graph.nodes
    return [f"{node.name}=" for node in nodes if node.kind == "input" and node.name not in taken]


def _nodes(line: Line, fragment: str, sorts: Sorts) -> Completed:
    """Complete a name, then one output or node of what has it."""
    if len(line.words) != 1:
        return _name(line, fragment, sorts)
    contract: Any = line.variables.get(line.words[0])
    if sort_of(contract) is not Sort.INSTANCE:
        return beginning([], fragment)
    graph = contract.compiled_graph
    named = (node.path for node in graph.nodes if not node.implied)
    return beginning([*dict.fromkeys([*graph.outputs, *named])], fragment)


# --- the table ------------------------------------------------------------------------------------


def _command(  # noqa: PLR0917 -- the columns of a table
    usage: str, says: str, run: Any, sorts: Sorts, *, follows: Any = None
) -> Command:
    """Make a command that takes the name of a variable.

    Args:
        usage: how it is written.
        says: what it does.
        run: does it, given the line and the sorts.
        sorts: what the name may be.
        follows: completes what may follow; nothing may when left out.
    """
    complete = partial(follows or _name, sorts=sorts)
    return Command(usage, says, partial(run, sorts=sorts), complete)


COMMANDS: Final[Mapping[str, Command]] = {
    "graph": _command(
        "graph NAME",
        "shows the diagram of a contract or graph, or of an instance with its states",
        _graph,
        tuple(Sort),
    ),
    "run": _command(
        "run NAME input=value …",
        "makes an instance of a contract, or updates one, resolves every output and returns it",
        _run,
        (Sort.CONTRACT, Sort.INSTANCE),
        follows=_inputs,
    ),
    "update": _command(
        "update NAME input=value …",
        "updates inputs of an instance and returns the report of what ran again",
        _update,
        (Sort.INSTANCE,),
        follows=_inputs,
    ),
    "report": _command(
        "report NAME input=value …",
        "runs what is outdated in an instance, or all of a new one, and returns what ran and why",
        _report,
        (Sort.CONTRACT, Sort.INSTANCE),
        follows=_inputs,
    ),
    "plan": _command(
        "plan NAME input=value …",
        "says what would run with these inputs, and what the policy would stop; nothing runs",
        _plan,
        (Sort.CONTRACT, Sort.INSTANCE),
        follows=_inputs,
    ),
    "explain": _command(
        "explain NAME OUTPUT",
        "says what a value of an instance was made of, down to the inputs",
        _explain,
        (Sort.INSTANCE,),
        follows=_nodes,
    ),
    "live": _command(
        "live NAME input=value …",
        "opens a workbench on an instance, or on a new one of a contract: change inputs and watch",
        _live,
        (Sort.CONTRACT, Sort.INSTANCE),
        follows=_inputs,
    ),
    "capabilities": _command(
        "capabilities NAME",
        "shows what each step declares to touch and what the policy says to it",
        _capabilities,
        (Sort.CONTRACT, Sort.INSTANCE),
    ),
}
"""Commands by name."""
