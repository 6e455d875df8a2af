"""Rows of a table, each computed as an execution of its own would compute it.

The usual row is computed by straight-line code (:mod:`igniter_nb.graph.line`). A row in which
something else happens (an error, a guard that does not hold, a value that can be changed in place,
a coroutine) goes on as an execution from the node where it happened: what ran before keeps its
value, and nothing runs twice. Answers, errors and the nodes that run are therefore the same.
"""

from __future__ import annotations

import itertools
from bisect import bisect
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.capabilities import combined, confine, get_policy
from igniter_nb.errors import IgniterError, InputError
from igniter_nb.graph import MISSING, Guard, call_name, expected_name, straight
from igniter_nb.incremental import ATOMS, EVERY_OUTPUT
from igniter_nb.runtime.flags import CLEAN
from igniter_nb.runtime.resolver import run
from igniter_nb.runtime.steps import denied, guard
from igniter_nb.runtime.steps.compute import invoker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from igniter_nb.capabilities import Policy
    from igniter_nb.graph import Line
    from igniter_nb.runtime.execution import Execution
    from igniter_nb.runtime.ports import Step
    from igniter_nb.runtime.program import Program

SEVERAL: Final = 10_000
"""Rows between two reports of how far it is."""


class _OddError(Exception):
    """Raised by straight-line code at a value that is no usual one."""


class Failure(NamedTuple):
    """What a row failed of.

    Attributes:
        position: number of the row.
        node: path of the node, or name of the input.
        error: what it raised.
    """

    position: int
    node: str
    error: IgniterError


class Given(NamedTuple):
    """Rows that are to be computed.

    Attributes:
        columns: input name to its values, as declared; :data:`MISSING` where a row has none.
        size: how many rows there are.
        plain: whether all these values are such as nobody can change in place.
        wrong: by number, what does not fit in a row.
    """

    columns: Mapping[str, Sequence[Any]]
    size: int
    plain: bool
    wrong: Mapping[int, Sequence[Failure]]


class Rows:
    """Computes rows.

    Args:
        program: of the contract.
        targets: ids of the nodes whose values are wanted.
        make: makes the execution of a row, out of input name to value.
        failed: called with every failure; what it raises ends all.

    Attributes:
        found: for each target its values so far, one for each row; None where it failed.
    """

    def __init__(
        self,
        program: Program,
        targets: Sequence[int],
        *,
        make: Callable[[Mapping[str, Any]], Execution],
        failed: Callable[[Failure], object],
    ) -> None:
        self.found: list[list[Any]] = [[] for _ in targets]
        self._program = program
        self._targets = tuple(targets)
        self._make = make
        self._failed = failed
        everything = tuple(program.outputs.values())
        self._keys = (EVERY_OUTPUT,) if self._targets == everything else self._targets
        self._line: Line | None = None
        self._columns: Mapping[str, Sequence[Any]] = {}

    def run(
        self,
        given: Given,
        *,
        policy: Policy | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> None:
        """Compute all rows.

        Args:
            given: the rows.
            policy: the contract's own one.
            progress: called with rows done and all rows, every 10,000 rows and at the end.

        Raises:
            CapabilityViolationError: a node that is needed is denied; no row is computed.
        """
        self._refuse(combined(get_policy(), policy))
        self._columns = given.columns

        def work() -> None:
            if policy is not None:
                confine(policy)
            self._run(given, progress or _nobody)

        copy_context().run(work)

    def _refuse(self, policy: Policy | None) -> None:
        if policy is None:
            return
        graph = self._program.graph
        needed = {each for key in self._keys for each in self._program.demand(key).ids}
        for position, names in graph.violations(policy).items():
            if position in needed:
                raise denied.refusal(graph.name, graph.nodes[position], names)

    def _run(self, given: Given, progress: Callable[[int, int], object]) -> None:
        count, wrong = given.size, given.wrong
        stops = [*sorted(wrong), count]
        rows: Callable[[int, int], object] | None = None
        done = 0
        while done < count:
            if done in wrong:
                self._refused(wrong[done])
                done += 1
            elif rows is None:
                first = self._alone(done)
                done += 1
                rows = self._code(first) if given.plain and first is not None else None
                rows = rows or self._one_by_one
            else:
                ahead = min(count, done - done % SEVERAL + SEVERAL)
                end = min(ahead, stops[bisect(stops, done)])
                rows(done, end)
                done = end
            if done % SEVERAL == 0 or done == count:
                progress(done, count)

    def _one_by_one(self, begin: int, end: int) -> None:
        for position in range(begin, end):
            self._alone(position)

    # --- one row as an execution ------------------------------------------------------------

    def _refused(self, failures: Iterable[Failure]) -> None:
        for failure in failures:
            self._failed(failure)
        for values in self.found:
            values.append(None)

    def _alone(self, position: int) -> Execution | None:
        """Compute a row by an execution of its own; returns it."""
        try:
            execution = self._make(_row(self._columns, position))
        except InputError as error:
            names = [problem.node for problem in error.problems] or [""]
            self._refused([Failure(position, names[0], error)])
            return None
        self._settle(execution, position)
        return execution

    def _settle(self, execution: Execution, position: int) -> None:
        """Run what is left of a row, and take its values."""
        for key in self._keys:
            run(execution, key)
        told: set[int] = set()
        for at, error in sorted(execution.errors.items()):
            if id(error) not in told:  # those behind it have the same one
                told.add(id(error))
                node = str(error.context.get("path") or execution.program.graph.nodes[at].path)
                self._failed(Failure(position, node, error))
        for target, values in zip(self._targets, self.found, strict=True):
            values.append(None if target in execution.errors else execution.handed(target))

    # --- rows by straight-line code ---------------------------------------------------------

    def _code(self, first: Execution) -> Callable[[int, int], object] | None:
        """Return what computes the rows behind the first ones; None if they have no such code.

        Args:
            first: the first row, which says what is usual.
        """
        program, columns = self._program, self._columns
        self._line = line = straight(program.graph, self._targets)
        if line is None:
            return None
        named: dict[str, Any] = {
            "_Odd": _OddError,
            "_atoms": ATOMS,
            "_locals": locals,
            "_type": type,
        }
        for position, name in line.steps.items():
            callee = program.graph.nodes[position].callee
            assert callee is not None
            named[call_name(name)] = invoker(callee)
            kind = type(first.values[position])
            named[expected_name(name)] = kind if kind in ATOMS else None
        for position, name in line.values.items():
            named[name] = first.values[position]
        fixed = {
            each: first.values[each]
            for each in line.inputs
            if program.graph.nodes[each].name not in columns
        }
        usual = [*fixed.values(), *(named[name] for name in line.values.values())]
        if not ATOMS.issuperset(map(type, usual)) or self._made_anew(fixed):
            return None
        exec(compile(line.source, f"<rows of {program.graph.name}>", "exec"), named)  # noqa: S102 -- our own code, made of names that are identifiers
        compute = named["run"]
        appends = [values.append for values in self.found]

        def rows(begin: int, end: int) -> None:
            table = zip(
                *(
                    itertools.repeat(fixed[each], end - begin)
                    if each in fixed
                    else columns[program.graph.nodes[each].name][begin:end]
                    for each in line.inputs
                ),
                strict=True,
            )
            compute(table if line.inputs else range(begin, end), self._odd, *appends)

        return rows

    def _made_anew(self, fixed: Iterable[int]) -> bool:
        """Tell whether an input that no column gives is made for each execution."""
        nodes = (self._program.graph.nodes[each] for each in fixed)
        return any(getattr(node, "factory", None) is not None for node in nodes)

    def _odd(self, error: BaseException, seen: Mapping[str, Any]) -> None:
        """Go on as an execution where straight-line code met what it does not know.

        Args:
            error: what was raised, in which line.
            seen: the local names there.
        """
        line, program = self._line, self._program
        assert line is not None
        assert error.__traceback__ is not None
        at = line.at.get(error.__traceback__.tb_lineno)
        if at is None:
            raise error
        position = len(self.found[0])
        execution = self._make(_row(self._columns, position))
        for key in self._keys:
            execution.ask(key)
        for each, name in line.steps.items():
            if each < at:
                execution.values[each] = seen[name]
                execution.flags[each] = CLEAN
        if isinstance(error, _OddError):
            step = self._came(at, seen[line.steps[at]])
        else:
            step = _raises(error.with_traceback(error.__traceback__.tb_next))
        execution.program = program.with_steps({at: step})
        self._settle(execution, position)

    def _came(self, position: int, value: Any) -> Step:
        """Return the step of a node whose function has returned already."""
        graph = self._program.graph
        node, deps = graph.nodes[position], graph.deps[position]
        if not isinstance(node, Guard):
            return lambda _values, _execution: value
        judged = guard.judge(node, deps, [graph.nodes[source].name for source in deps])
        return lambda values, _execution: judged(value, values)


def _row(columns: Mapping[str, Sequence[Any]], position: int) -> dict[str, Any]:
    """Return the inputs of a row; what it leaves out is left out."""
    row = {name: values[position] for name, values in columns.items()}
    return {name: value for name, value in row.items() if value is not MISSING}


def _nobody(_done: int, _count: int) -> None:
    """Stand for a progress that nobody asked for."""


def _raises(error: BaseException) -> Step:
    def step(_values: list[Any], _execution: Any) -> Any:
        raise error

    return step
