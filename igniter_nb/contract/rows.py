"""Rows of a table through a contract: columns in, a table of the same library out.

Frames of any library are read and made by narwhals; mappings give a frame of pandas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from igniter_nb.display import Reported
from igniter_nb.errors import MapError
from igniter_nb.graph import MISSING
from igniter_nb.runtime import Failure, Given, Rows, column, missing
from igniter_nb.text import came, class_name, counted, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from igniter_nb.errors import Problem
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


class Table(Protocol):
    """A table that was given, whatever library it is of.

    Attributes:
        size: how many rows it has.
        columns: names of its columns.
    """

    size: int
    columns: tuple[str, ...]

    def values(self, name: str, nulls: bool) -> Sequence[Any]:  # noqa: FBT001 -- whether they are None
        """Return a column; nulls as None if that is what they are to be."""

    def label(self, position: int) -> object:
        """Return what a row is called."""

    def made(self, columns: Mapping[str, Any]) -> Any:
        """Return a table of the same library, with the same index."""


class Frame:
    """A frame of pandas or polars, or a table of Arrow, as narwhals sees it.

    Args:
        frame: the frame.
    """

    def __init__(self, frame: Any) -> None:
        import narwhals as nw  # noqa: PLC0415 -- loaded at first use

        self._library = nw
        self._frame = frame
        self._index: Any = nw.maybe_get_index(frame)
        self.size = len(frame)
        self.columns = tuple(frame.columns)

    def series(self, name: str) -> Any:
        """Return a column as narwhals sees it."""
        return self._frame[name]

    def floats(self, series: Any) -> Any:
        """Return a column of whole numbers as one of floats, of its own library."""
        return series.cast(self._library.Float64).to_native()

    def values(self, name: str, nulls: bool) -> Sequence[Any]:  # noqa: FBT001 -- as in the protocol
        """Return a column; nulls as None if that is what they are to be."""
        series = self._frame[name]
        found: list[Any] = series.to_list()
        if nulls and series.null_count():
            pairs = zip(found, series.is_null(), strict=True)
            return [None if is_null else value for value, is_null in pairs]
        return found

    def label(self, position: int) -> object:
        """Return what the index calls a row, or its position where there is none."""
        found: object = position if self._index is None else self._index[position]
        return found

    def made(self, columns: Mapping[str, Any]) -> Any:
        """Return a frame of the same library, with the same index."""
        has_index = self._index is not None
        data = {
            name: getattr(values, "array", values) if has_index else _even(values)
            for name, values in columns.items()
        }
        new = self._library.from_dict(data, backend=self._frame.implementation).to_native()
        if has_index:
            new.index = self._index
        return new


class Mappings:
    """Rows as mappings of input name to value.

    Args:
        rows: the mappings.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = rows
        self.size = len(rows)
        self.columns = tuple({name: None for row in rows for name in row})

    def values(self, name: str, _nulls: bool) -> Sequence[Any]:  # noqa: FBT001 -- as in the protocol
        """Return a column; MISSING where a row leaves it out."""
        return [row.get(name, MISSING) for row in self._rows]

    def label(self, position: int) -> object:
        """Return the position."""
        return position

    def made(self, columns: Mapping[str, Any]) -> Any:
        """Return a frame of pandas."""
        import narwhals as nw  # noqa: PLC0415 -- loaded at first use

        return nw.from_dict(columns, backend="pandas").to_native()


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
    names = wanted(program, outputs)
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


def wanted(program: Program, outputs: Iterable[str] | None) -> list[str]:
    """Return the names of outputs that are asked for, each once.

    Raises:
        TypeError: a text is given for several names.
        KeyError: there is no such output; the text names the known ones.
    """
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
    if table.columns and (missed := absent(program, table.columns)):
        raise program.refusal(missed)
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


def absent(program: Program, columns: Sequence[str]) -> list[Problem]:
    """Return a problem for each required input that no column is named after."""
    return [
        replace(missing(slot.node), hint=_advice(name, columns))
        for name, slot in program.inputs.items()
        if slot.node.required and name not in columns
    ]


def _advice(name: str, columns: Sequence[Any]) -> str:
    like = nearest(name, [each for each in columns if isinstance(each, str)])
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
    try:
        return read_frame(rows)
    except TypeError:
        if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
            raise
    found = [*rows]
    for row in found:
        if not isinstance(row, Mapping):
            raise _no_table(row)
    return Mappings(found)


def read_frame(rows: Any) -> Frame:
    """Read a frame.

    Raises:
        TypeError: it is none; the text says what is expected.
    """
    import narwhals as nw  # noqa: PLC0415 -- loaded at first use

    try:
        return Frame(nw.from_native(rows, eager_only=True))
    except TypeError:
        raise _no_table(rows) from None


def _no_table(rows: object) -> TypeError:
    return TypeError(
        f"no table: {came(rows)}; expected a frame of pandas or polars, a table of Arrow, or, for"
        " map, several mappings of input name to value; a lazy frame is to be collected first"
    )


def _even(values: list[Any]) -> list[Any]:
    """Return numbers of one kind where there are whole ones among floats, as a column has one."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int, float}:
        return [value if value is None else float(value) for value in values]
    return values
