"""Rows of a table through a contract: columns in, a table of the same library out.

Frames of any library are read and made by narwhals; mappings give a frame of pandas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.display import Reported
from igniter_nb.errors import MapError
from igniter_nb.graph import MISSING
from igniter_nb.runtime import Failure, Given, Rows, column, missing
from igniter_nb.text import came, class_name, counted, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from igniter_nb.runtime import Program


class ErrorRow(NamedTuple):
    """A node that failed in a row of a table, or an input that does not fit.

    Attributes:
        position: number of the row, the first is 0.
        label: what the row is called in the index of the table; its position where there is none.
        node: path of the node, or name of the input.
        error: what it failed of.
    """

    position: int
    label: object
    node: str
    error: BaseException


@dataclass(frozen=True, slots=True, repr=False)
class ErrorReport(Reported):
    """What failed while the rows of a table were computed.

    Attributes:
        graph: name of the contract.
        total: how many rows the table has.
        rows: one for each node that failed, and each input that did not fit.

    Examples:
        >>> class Share(ig.Contract):
        ...     amount = ig.input(float)
        ...     people = ig.input(int)
        ...
        ...     @ig.output
        ...     def each(amount, people):
        ...         return amount / people
        >>> rows = [{"amount": 9.0, "people": 3}, {"amount": 5.0, "people": 0}]
        >>> print(Share.map(rows, on_error="collect").errors)
        Share: rows that failed
        1 of 2 rows failed, most at each (1)
        <BLANKLINE>
        position  label  node  error
        ────────  ─────  ────  ────────────────────────────────────────
        1         1      each  ZeroDivisionError: float d…ision by zero
    """

    graph: str
    total: int
    rows: tuple[ErrorRow, ...]

    @property
    def title(self) -> str:
        """The contract."""
        return f"{self.graph}: rows that failed"

    @property
    def columns(self) -> tuple[str, ...]:
        """Row, node and error."""
        return ErrorRow._fields

    @property
    def headline(self) -> str:
        """How many rows failed, and where most of them did."""
        failed = len({row.position for row in self.rows})
        if not failed:
            return f"All {counted(self.total, 'row')} succeeded"
        counts: dict[str, int] = {}
        for row in self.rows:
            counts[row.node] = counts.get(row.node, 0) + 1
        node, most = max(counts.items(), key=lambda each: each[1])
        return f"{failed:,} of {counted(self.total, 'row')} failed, most at {node} ({most:,})"

    def records(self) -> list[dict[str, object]]:
        """Return one mapping for each failure; an error is told as its class and text."""
        return [row._asdict() | {"error": _told(row.error)} for row in self.rows]


@dataclass(frozen=True, slots=True, repr=False)
class MapResult:
    """Rows that were computed, those that failed included.

    Attributes:
        frame: the outputs; null where an output failed, or needs what failed.
        errors: what failed.

    Examples:
        >>> class Share(ig.Contract):
        ...     amount = ig.input(float)
        ...     people = ig.input(int)
        ...
        ...     @ig.output
        ...     def each(amount, people):
        ...         return amount / people
        >>> rows = [{"amount": 9.0, "people": 3}, {"amount": 5.0, "people": 0}]
        >>> Share.map(rows, on_error="collect").frame
           each
        0   3.0
        1   NaN
    """

    frame: Any
    errors: ErrorReport

    def __repr__(self) -> str:
        """Write the finding on one line."""
        return f"<MapResult of {self.errors.graph}: {self.errors.headline}>"


class Table(NamedTuple):
    """A table that was given, whatever library it is of.

    Attributes:
        size: how many rows it has.
        columns: names of its columns.
        values: returns those of a column; whether nulls count as None is for the caller to say.
        label: returns what a row is called.
        made: makes a table of the same library of columns.
    """

    size: int
    columns: tuple[str, ...]
    values: Callable[[str, bool], Sequence[Any]]
    label: Callable[[int], object]
    made: Callable[[dict[str, list[Any]]], Any]


def mapped(  # noqa: PLR0913 -- the arguments of ``map``
    program: Program,
    make: Callable[..., Any],
    *,
    rows: Any,
    outputs: Iterable[str] | None,
    on_error: str,
    progress: Callable[[int, int], object] | None,
    own: Any,
    usual: bool,
) -> Any:
    """Compute the outputs of a contract for each row of a table; see ``Contract.map``.

    Args:
        program: of the contract.
        make: makes an instance, out of inputs.
        rows: the table.
        outputs: names of the outputs that are wanted; None for all.
        on_error: ``raise`` or ``collect``.
        progress: called with rows done and all rows.
        own: the contract's own policy.
        usual: whether making an instance does nothing else.
    """
    names = _wanted(program, outputs)
    if on_error not in {"raise", "collect"}:
        msg = f"on_error is {on_error!r}, expected 'raise' or 'collect'"
        raise ValueError(msg)
    table = _table(rows)
    given = _given(program, table, usual=usual)
    failures: list[Failure] = []
    collects = on_error == "collect"

    def failed(failure: Failure) -> None:
        if not collects:
            raise _stopped(failure, table) from failure.error.__cause__ or failure.error
        failures.append(failure)

    targets = [program.outputs[name] for name in names]
    work = Rows(program, targets, make=lambda row: make(**row).execution, failed=failed)
    work.run(given, policy=own, progress=progress)
    frame = table.made(dict(zip(names, work.found, strict=True)))
    if not collects:
        return frame
    found = (ErrorRow(each.position, table.label(each.position), *each[1:]) for each in failures)
    return MapResult(frame, ErrorReport(program.graph.name, table.size, tuple(found)))


def _wanted(program: Program, outputs: Iterable[str] | None) -> list[str]:
    if outputs is None:
        return [*program.outputs]
    if isinstance(outputs, str):
        msg = f"outputs is {outputs!r}, expected several names: outputs=[{outputs!r}]"
        raise TypeError(msg)
    names = [*dict.fromkeys(outputs)]
    for name in names:
        if name not in program.outputs:
            raise KeyError(listed(f"{program.graph.name} has no output", name, program.outputs))
    return names


def _given(program: Program, table: Table, *, usual: bool) -> Given:
    """Return what the table gives to the inputs.

    Raises:
        InputError: columns of required inputs are missing.
    """
    absent = [
        replace(missing(slot.node), hint=_advice(name, table))
        for name, slot in program.inputs.items()
        if slot.node.required and name not in table.columns
    ]
    if absent and table.columns:
        raise program.refusal(absent)
    columns = {
        name: column(slot, table.values(name, slot.exact is not float))
        for name, slot in program.inputs.items()
        if name in table.columns
    }
    wrong: dict[int, list[Failure]] = {}
    for name, each in columns.items():
        for position, problem in each.problems.items():
            error = program.refusal([problem])
            wrong.setdefault(position, []).append(Failure(position, name, error))
    plain = usual and all(each.plain for each in columns.values())
    values = {name: each.values for name, each in columns.items()}
    return Given(values, table.size, plain=plain, wrong=wrong)


def _advice(name: str, table: Table) -> str:
    like = nearest(name, table.columns)
    return f"the table has no column {name!r}; {like or 'add it, or declare a default'}"


def _stopped(failure: Failure, table: Table) -> MapError:
    position, label = failure.position, table.label(failure.position)
    called = f"row {position:,}" + ("" if label == position else f", labelled {label!r},")
    context = dict(failure.error.context)
    advice = 'on_error="collect" computes the other rows and lists what failed'
    return MapError(
        f"{called} failed: {_text(failure.error)}; {advice}",
        context,
        (position, label, failure.node),
    )


def _text(error: Any) -> str:
    """Return the text of an error, without its context; a refusal says what is refused."""
    problems = getattr(error, "problems", ())
    return "; ".join(map(str, problems)) or error.message


def _told(error: BaseException) -> str:
    """Write an error on a line: what a person's own code raised, else its text."""
    cause = error.__cause__
    return f"{class_name(type(cause))}: {cause}" if cause is not None else _text(error)


def _table(rows: Any) -> Table:
    """Read a table.

    Raises:
        TypeError: it is no table; the text says what is.
    """
    import narwhals as nw  # noqa: PLC0415 -- loaded at first use

    if isinstance(rows, (str, bytes, Mapping)):
        raise _no_table(rows)
    try:
        frame = nw.from_native(rows, eager_only=True)
    except TypeError:
        return _of_mappings(rows)
    index = nw.maybe_get_index(frame)

    def values(name: str, nulls: bool) -> Sequence[Any]:  # noqa: FBT001 -- as the protocol says
        series = frame[name]
        found: list[Any] = series.to_list()
        if nulls and series.null_count():
            pairs = zip(found, series.is_null(), strict=True)
            return [None if is_null else value for value, is_null in pairs]
        return found

    def made(columns: dict[str, list[Any]]) -> Any:
        if index is None:
            columns = {name: _even(values) for name, values in columns.items()}
        new = nw.from_dict(columns, backend=frame.implementation).to_native()
        if index is not None:
            new.index = index
        return new

    def label(position: int) -> object:
        return position if index is None else index[position]

    return Table(len(frame), tuple(frame.columns), values, label, made)


def _of_mappings(rows: Any) -> Table:
    import narwhals as nw  # noqa: PLC0415 -- loaded at first use

    try:
        listed_rows = [*rows]
    except TypeError:
        raise _no_table(rows) from None
    for row in listed_rows:
        if not isinstance(row, Mapping):
            raise _no_table(row)
    names = {name: None for row in listed_rows for name in row}

    def values(name: str, _nulls: bool) -> Sequence[Any]:  # noqa: FBT001 -- as the protocol says
        return [row.get(name, MISSING) for row in listed_rows]

    def made(columns: dict[str, list[Any]]) -> Any:
        return nw.from_dict(columns, backend="pandas").to_native()

    return Table(len(listed_rows), tuple(names), values, lambda position: position, made)


def _no_table(rows: object) -> TypeError:
    return TypeError(
        f"map computes the rows of a table, got {came(rows)};"
        " expected a frame of pandas or polars, a table of Arrow, or several mappings of input name"
        " to value; a lazy frame is to be collected first"
    )


def _even(values: list[Any]) -> list[Any]:
    """Return numbers of one kind where there are whole ones among floats, as a column has one."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int, float}:
        return [value if value is None else float(value) for value in values]
    return values
