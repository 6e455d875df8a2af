"""Columns of a table through a contract: each function is called once, with whole columns.

An execution runs whose inputs are columns instead of single values. What it gives to a function is
kept apart from what others read, as always; what a function gives must be a column of as many rows,
or one value for all of them. A guard must hold in all rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from igniter_nb.contract.rows import absent, read_frame, wanted
from igniter_nb.errors import GuardError, ResolutionError
from igniter_nb.graph import Guard
from igniter_nb.runtime import Execution, column, whole_guard
from igniter_nb.text import class_name, counted, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igniter_nb.contract.rows import Frame
    from igniter_nb.runtime import Options, Program, Slot

_FITTING = {float: ("is_float", "is_integer"), int: ("is_integer",)}
"""For the type of an input, what says of a column's type that all its values fit."""


def vectorised(
    program: Program, rows: Any, outputs: Iterable[str] | None, *, owner: Any, options: Options
) -> Any:
    """Compute the outputs of a contract with whole columns; see ``Contract.vectorised``.

    Args:
        program: of the contract.
        rows: a frame.
        outputs: names of the outputs that are wanted; None for all.
        owner: what functions are given that want the contract; gets the execution.
        options: of the contract.
    """
    names = wanted(program, outputs)
    frame = read_frame(rows)
    if missing := absent(program, frame.columns):
        raise program.refusal(missing)
    slots = {name: slot for name, slot in program.inputs.items() if name in frame.columns}
    given = {name: _checked(program, slot, frame) for name, slot in slots.items()}
    graph = program.graph
    guards = {
        at: whole_guard(node, graph.deps[at], graph.params[at])
        for at, node in enumerate(graph.nodes)
        if isinstance(node, Guard)
    }
    taking = program.with_steps(guards).taking_anything(given)
    owner.__dict__["execution"] = execution = Execution(taking, owner, given, options=options)
    found = {name: _column(execution, name, frame) for name in names}
    return frame.made(found)


def _checked(program: Program, slot: Slot, frame: Frame) -> Any:
    """Return a column as an input takes it: looked at by its type, else value by value.

    Raises:
        InputError: values do not fit; the text tells the first of them.
    """
    series, exact = frame.series(slot.node.name), slot.exact
    kind = series.dtype
    asked = _FITTING.get(exact, ()) if exact is not None else ()
    fits = any(getattr(kind, ask)() for ask in asked) or slot.check.annotation is Any
    if not fits:
        values = column(slot, frame.values(slot.node.name, exact is not float))
        if values.problems:
            position, problem = next(iter(values.problems.items()))
            where = f"{counted(len(values.problems), 'row')}, first row {position:,}"
            raise program.refusal([replace(problem, message=f"in {where}: {problem.message}")])
    return frame.floats(series) if exact is float and kind.is_integer() else series.to_native()


def _column(execution: Execution, name: str, frame: Frame) -> Any:
    """Return the column of an output.

    Raises:
        GuardError: a guard does not hold in all rows.
        ResolutionError: a function cannot take columns, or gives something else.
    """
    at = execution.program.outputs[name]
    try:
        value = execution.read(at)
    except GuardError:
        raise
    except ResolutionError as error:
        raise _refused(error, str(error.context.get("path")), error.message) from error.__cause__
    size = len(value) if hasattr(value, "__len__") and not isinstance(value, (str, bytes)) else None
    if size is None:
        return [value] * frame.size
    if size != frame.size or isinstance(value, dict):
        what = f"gives {class_name(type(value))} with {counted(size, 'value')}"
        said = f"node {name!r} {what} for {counted(frame.size, 'row')}"
        context = {"graph": execution.program.graph.name, "node": name, "path": name}
        raise _refused(ResolutionError(said, context), name, said)
    return value


def _refused(error: ResolutionError, path: str, text: str) -> ResolutionError:
    advice = (
        f"vectorised hands whole columns to each function, and {path} cannot take them or does not"
        " give one; write it for columns (numpy.where instead of if), or use map"
    )
    return ResolutionError(f"{plain(text)}; {advice}", error.context)
