"""Explanations of a value: what it was made of, down to the inputs, and which inputs reach it.

A value that several others were made of is explained once. What a nested contract did is told under
the path of the node that holds it, and goes on at the nodes that feed its inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.contract.views import CellView, cell_views
from igniter_nb.display import Reported, failure
from igniter_nb.errors import IgniterError
from igniter_nb.graph import Compose, Input, Output, Project
from igniter_nb.incremental import lent
from igniter_nb.text import abbreviate, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from igniter_nb.runtime import Execution

LIMIT = 60
"""Longest value in a sentence or a line of the tree, in characters."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A node that a value was made of.

    Attributes:
        node: its path; of a nested contract behind the path of the node that holds it.
        kind: the word it was declared with.
        value: what it holds, or the error that it failed of.
        reads: paths of what it was made of.
    """

    node: str
    kind: str
    value: object
    reads: tuple[str, ...]

    @property
    def text(self) -> str:
        """The node and its value on a line."""
        if isinstance(self.value, IgniterError):
            return f"{self.node} has no value: {failure(self.value, self.node)}"
        given = " (given)" if self.kind == "input" and not self.reads else ""
        return f"{self.node} = {abbreviate(self.value, LIMIT)}{given}"


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Reported):
    """What a value was made of, down to the inputs.

    Attributes:
        execution: name of the execution.
        rows: the nodes, what is explained first, each before what it was made of.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.compute
        ...     def tax(amount, rate):
        ...         return amount * rate
        ...
        ...     @ig.output
        ...     def total(amount, tax):
        ...         return amount + tax
        >>> print(Price(amount=100.0).explain("total"))
        total is 120.0 because amount is 100.0 and tax is 20.0
        <BLANKLINE>
        total = 120.0
        ├── amount = 100.0 (given)
        └── tax = 20.0
            ├── amount = 100.0 (given)
            └── rate = 0.2 (given)
    """

    execution: str
    rows: tuple[Explained, ...]

    @property
    def title(self) -> str:
        """The execution and what is explained."""
        return f"{self.execution}: why {self.rows[0].node} is what it is"

    @property
    def headline(self) -> str:
        """The value and what it was made of, as a sentence."""
        return self.sentence

    @property
    def sentence(self) -> str:
        """The value and what it was made of, as a sentence."""
        told = {row.node: row for row in self.rows}
        first = self.rows[0]
        if isinstance(first.value, IgniterError):
            return first.text
        said = f"{first.node} is {abbreviate(first.value, LIMIT)}"
        causes = [f"{name} is {abbreviate(told[name].value, LIMIT)}" for name in first.reads]
        if not causes:
            return f"{said}: {'it was given' if first.kind == 'input' else 'it depends on nothing'}"
        *most, last = causes
        return f"{said} because {', '.join(most)}{' and ' if most else ''}{last}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Node, kind, value and what it was made of."""
        return ("node", "kind", "value", "made of")

    def records(self) -> list[dict[str, object]]:
        """Return one mapping for each node."""
        return [
            {
                "node": row.node,
                "kind": row.kind,
                "value": row.value,
                "made of": ", ".join(row.reads),
            }
            for row in self.rows
        ]

    def handed(self, value: object) -> object:
        """Return a value of the records as a caller may have it."""
        return lent(value)

    def __str__(self) -> str:
        """Write the sentence and the tree; a node that has branches is written out once."""
        return "\n".join([self.sentence, "", *self._lines()])

    def _lines(self) -> Iterator[str]:
        told = {row.node: row for row in self.rows}
        written: set[str] = set()
        pending = [(self.rows[0], "", "")]
        while pending:
            row, branch, below = pending.pop()
            again = row.node in written and bool(row.reads)
            yield f"{branch}{row.text}{' (see above)' if again else ''}"
            written.add(row.node)
            children = [told[name] for name in row.reads] if not again else []
            for at, child in reversed([*enumerate(children)]):
                is_last = at == len(children) - 1
                own = "└── " if is_last else "├── "
                pending.append((child, below + own, below + ("    " if is_last else "│   ")))


@dataclass(frozen=True, slots=True)
class Traced:
    """An input that a value depends on.

    Attributes:
        input: its name.
        value: what it was given.
        through: the shortest way from it to the value, the nodes between them.
    """

    input: str
    value: object
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Lineage(Reported):
    """Which inputs a value depends on, and through what.

    Attributes:
        execution: name of the execution.
        node: path of the node that is traced.
        rows: one for each input.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.compute
        ...     def tax(amount, rate):
        ...         return amount * rate
        ...
        ...     @ig.output
        ...     def total(amount, tax):
        ...         return amount + tax
        >>> print(Price(amount=100.0).lineage("total"))
        ... # doctest: +ELLIPSIS
        Price#...: what total depends on
        total depends on 2 inputs
        <BLANKLINE>
        input   value  through
        ──────  ─────  ───────
        amount  100.0
        rate    0.2    tax
    """

    execution: str
    node: str
    rows: tuple[Traced, ...]

    @property
    def title(self) -> str:
        """The execution and what is traced."""
        return f"{self.execution}: what {self.node} depends on"

    @property
    def headline(self) -> str:
        """How many inputs it depends on."""
        return f"{self.node} depends on {counted(len(self.rows), 'input')}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Input, value and way."""
        return ("input", "value", "through")

    def records(self) -> list[dict[str, object]]:
        """Return one mapping for each input."""
        return [
            {"input": row.input, "value": row.value, "through": " → ".join(row.through)}
            for row in self.rows
        ]

    def handed(self, value: object) -> object:
        """Return a value of the records as a caller may have it."""
        return lent(value)


class _Place(NamedTuple):
    """An execution as the walk meets it.

    Attributes:
        prefix: what its paths stand behind.
        execution: the execution.
        cells: its nodes as they are now.
        around: the place of the execution that holds it, None at the top.
        fed: name of its inputs to name of the node around that feeds it.
    """

    prefix: str
    execution: Execution
    cells: tuple[CellView, ...]
    around: Any
    fed: Mapping[str, str]


def explain(execution: Execution, position: int) -> Explanation:
    """Explain a node's value as it is now; runs nothing."""
    return Explanation(execution.id, tuple(_walk(execution, position)))


def lineage(execution: Execution, position: int) -> Lineage:
    """Trace a node's value back to the inputs, over the shortest way to each; runs nothing."""
    rows = [*_walk(execution, position)]
    told = {row.node: row for row in rows}
    ways: dict[str, tuple[str, ...]] = {rows[0].node: ()}
    pending = [rows[0].node]
    for name in pending:  # grows as it goes: the nearest come first
        for read in told[name].reads:
            if read not in ways:
                ways[read] = ways[name] if name == rows[0].node else (name, *ways[name])
                pending.append(read)
    nodes = execution.program.graph.nodes
    inputs = [node.path for node in nodes if isinstance(node, Input) and node.path in ways]
    return Lineage(
        execution.id, rows[0].node, tuple(Traced(n, told[n].value, ways[n]) for n in inputs)
    )


def _walk(execution: Execution, position: int) -> Iterator[Explained]:
    """Yield a node and all that it was made of, each once, in the order of a tree."""
    places: dict[tuple[str, int], _Place] = {}
    top = _Place("", execution, cell_views(execution), None, {})
    pending = [_meant(top, position, places)]
    met: set[str] = set()
    while pending:
        place, at = pending.pop()
        cell = place.cells[at]
        path = f"{place.prefix}{cell.path}"
        if path in met:
            continue
        met.add(path)
        reads = [*_reads(place, at, places)]
        names = tuple(f"{source.prefix}{source.cells[each].path}" for source, each in reads)
        value = cell.error if cell.error is not None else cell.held
        yield Explained(path, cell.kind, value, tuple(dict.fromkeys(names)))
        pending += reversed(reads)


def _reads(
    place: _Place, at: int, places: dict[tuple[str, int], _Place]
) -> Iterator[tuple[_Place, int]]:
    """Yield what a node reads and what gates it, into nested contracts and out of them."""
    graph = place.execution.program.graph
    node = graph.nodes[at]
    if isinstance(node, Input):
        if node.name in place.fed:
            yield place.around, place.around.execution.program.graph.index[place.fed[node.name]]
        return
    for source in (*graph.deps[at], *graph.gates[at]):
        held = graph.nodes[source]
        inner = _inner(place, source, places) if isinstance(held, Compose) else None
        if inner is None:
            yield _meant(place, source, places)
        elif isinstance(node, Output) and node.item is not None:
            yield inner, inner.execution.program.outputs[node.item]
        else:
            yield from ((inner, each) for each in inner.execution.program.outputs.values())


def _meant(
    place: _Place, position: int, places: dict[tuple[str, int], _Place]
) -> tuple[_Place, int]:
    """Return the node of a nested contract that one of ours only stands for, or ours."""
    graph = place.execution.program.graph
    node = graph.nodes[position]
    if isinstance(node, Project) and node.implied:
        inner = _inner(place, graph.deps[position][0], places)
        if inner is not None:
            return inner, inner.execution.program.outputs[str(node.steps[0])]
    return place, position


def _inner(place: _Place, position: int, places: dict[tuple[str, int], _Place]) -> _Place | None:
    """Return the place of a nested execution; None if it has not run."""
    key = place.prefix, position
    if key not in places:
        found = dict(place.execution.nested_now()).get((position, None))
        if found is None:
            return None
        node = place.execution.program.graph.nodes[position]
        (held,) = node.nested
        prefix = f"{place.prefix}{node.path}."
        places[key] = _Place(prefix, found, cell_views(found), place, held.inputs)
    return places[key]
