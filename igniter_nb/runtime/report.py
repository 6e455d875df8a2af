"""Report of a run: what ran and why, a frozen value that is worked out when it is looked at.

A run writes down one short record per node that it touched. Everything a person asks of it, names,
reasons, sentences, savings, is derived from these records and the graph.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from igniter_nb.display import Reported, read_as
from igniter_nb.graph import CompiledGraph, Input, Output
from igniter_nb.incremental import ATOMS, lent, reach
from igniter_nb.runtime.tally import RAN, ran
from igniter_nb.text import abbreviate, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from igniter_nb.runtime.status import Idle, Outcome, Untouched


EARLIER, RETRIED, NEVER = -1, -2, -3
"""Causes that are no node of the run: it was stale before the run, had failed, or never ran."""

_NEAR = 4
"""How many steps before a node a path tells, besides its root."""


class Record(NamedTuple):
    """What happened to one node in a run.

    Attributes:
        id: the node.
        outcome: ``given`` (an input), ``first run``, ``changed``, ``backdated`` (ran, came out
            equal), ``failed`` or ``blocked`` (a dependency failed).
        old: value before, or None.
        new: value after, or the error.
        nanoseconds: time the node's work took.
        cause: id of the node whose change made it run, or :data:`RETRIED`, :data:`EARLIER` or
            :data:`NEVER`.
    """

    id: int
    outcome: Outcome
    old: Any
    new: Any
    nanoseconds: int
    cause: int


@dataclass(frozen=True, slots=True)
class Row:
    """One node in a report.

    Attributes:
        name: the node's path.
        kind: the word it was declared with.
        status: a record's outcome, or for a node that did not run ``cut off`` (something it
            depends on ran and came out equal), ``clean`` (nothing it depends on changed) or
            ``not asked``. An input is ``given`` or ``kept``; an output that is another name of a
            node, and so does no work, ``passed on``, ``kept`` or ``no value``.
        why: root input, path and reason, as text.
        old: value before.
        new: value after.
        duration: seconds of this run, None if it did not run.
        saved: seconds that its last run took and this one did not, None if it ran.
    """

    name: str
    kind: str
    status: Outcome | Untouched | Idle
    why: str
    old: Any = None
    new: Any = None
    duration: float | None = None
    saved: float | None = None


_DID: Final[Mapping[str, str]] = {
    **dict.fromkeys(RAN, "ran"),
    "blocked": "could not run",
    "given": "was given",
    "kept": "stayed as it was",
    "passed on": "passed on what it names",
    "no value": "has nothing to pass on",
}
"""What a node did, as a sentence says it."""


_CAUSES: Final[Mapping[int, str]] = {
    EARLIER: "stale since before",
    RETRIED: "retried after a failure",
    NEVER: "never computed",
}
"""Why a node ran that nothing in the run made run."""

_NAMED: Final = 5
"""How many nodes a cause names."""


def _idle(outcome: Outcome) -> Idle:
    """Return what a node without work of its own did in a run."""
    if outcome == "given":
        return "given"
    return "no value" if outcome in ("blocked", "failed") else "passed on"


def _change(record: Record) -> str:
    return f"{abbreviate(record.old, 40)} → {abbreviate(record.new, 40)}"


@dataclass(frozen=True, eq=False, repr=False)
class IncrementalReport(Reported):
    """What one run did: who ran, who did not, and why.

    Attributes:
        graph: the graph that ran.
        run: number of the run in its execution, 1 is the first.
        written: the records of the run, in the order in which things happened.
        asked: ids that the run was asked for.
        duration: seconds from start to end.
        costs: nanoseconds that each node's last run took, an estimate of what was saved.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> price = Price(amount=100.0).resolve_all()
        >>> report = price.resolve_incrementally(amount=200.0)
        >>> report.recomputed_nodes
        ('total',)
        >>> report.changed_outputs
        {'total': (120.0, 240.0)}
    """

    graph: CompiledGraph
    run: int
    written: tuple[Record, ...]
    asked: tuple[int, ...]
    duration: float
    costs: Sequence[int] = ()

    columns = ("node", "kind", "status", "why", "old", "new", "duration", "saved")

    @property
    def title(self) -> str:
        """Contract and number of the run."""
        return f"{self.graph.name}: run {self.run}"

    @cached_property
    def _by_id(self) -> dict[int, Record]:
        return {record.id: record for record in self.written}

    def _names(self, *outcomes: Outcome) -> tuple[str, ...]:
        """Return paths of nodes with work of their own that had one of some outcomes."""
        return tuple(
            self.graph.nodes[position].path
            for position, record in sorted(self._by_id.items())
            if record.outcome in outcomes and self._works(position)
        )

    def _works(self, position: int) -> bool:
        return not isinstance(self.graph.nodes[position], (Input, Output))

    @property
    def recomputed_nodes(self) -> tuple[str, ...]:
        """Paths of nodes that ran, whatever came out."""
        return self._names(*RAN)

    @property
    def changed_nodes(self) -> tuple[str, ...]:
        """Paths of nodes that ran and have a new value."""
        return self._names("changed", "first run")

    @property
    def backdated_nodes(self) -> tuple[str, ...]:
        """Paths of nodes that ran and came out equal, so nothing behind them had to run."""
        return self._names("backdated")

    @property
    def failed_nodes(self) -> tuple[str, ...]:
        """Paths of nodes that raised, and of those that could not run because of them."""
        return self._names("failed", "blocked")

    @property
    def skipped_nodes(self) -> tuple[str, ...]:
        """Paths of nodes that did not run: nothing they depend on changed, or it was cut off."""
        return tuple(
            node.path
            for position, node in enumerate(self.graph.nodes)
            if position not in self._by_id and self._works(position) and self._needed[position]
        )

    @cached_property
    def changed_outputs(self) -> dict[str, tuple[Any, Any]]:
        """Output name to old and new value, for outputs whose value changed."""
        found = {}
        for name, position in self.graph.outputs.items():
            record = self._by_id.get(position)
            if record and record.outcome in ("changed", "first run", "given"):
                found[name] = (lent(record.old), lent(record.new))
        return found

    @property
    def outputs_changed(self) -> bool:
        """Whether any output has a new value."""
        return bool(self.changed_outputs)

    @property
    def fully_memoized(self) -> bool:
        """Whether nothing had to run."""
        return not self.recomputed_nodes

    @cached_property
    def _needed(self) -> bytearray:
        return reach(self.asked, self.graph.deps, self.graph.gates)

    @cached_property
    def _cone(self) -> bytearray:
        """What the changed inputs could have reached."""
        given = [record.id for record in self.written if record.outcome == "given"]
        return reach(given, self.graph.dependants)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """One row per node, in topological order; of values that can be changed copies."""
        return tuple(
            row
            if type(row.old) in ATOMS and type(row.new) in ATOMS
            else replace(row, old=lent(row.old), new=lent(row.new))
            for row in self._rows
        )

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        return tuple(self._row(position) for position in range(len(self.graph)))

    def _row(self, position: int) -> Row:
        node = self.graph.nodes[position]
        record = self._by_id.get(position)
        why = self._why(position)
        if record is None:
            cost = self.costs[position] if position < len(self.costs) else 0
            counts = cost and self._needed[position] and self._works(position)
            saved = cost / 1e9 if counts else None
            return Row(node.path, node.kind, self._unrun(position), why, saved=saved)
        works = self._works(position)
        took = record.nanoseconds / 1e9 if works and record.outcome != "blocked" else None
        outcome = record.outcome if works else _idle(record.outcome)
        return Row(node.path, node.kind, outcome, why, record.old, record.new, took)

    def _unrun(self, position: int) -> Untouched | Idle:
        if not self._needed[position]:
            return "not asked"
        if not self._works(position):
            return "kept"
        return "cut off" if self._cone[position] else "clean"

    def _why(self, position: int) -> str:
        record = self._by_id.get(position)
        if record is None:
            if not self._needed[position]:
                return "no asked output needs it"
            if isinstance(self.graph.nodes[position], Input):
                return "not updated, or to an equal value"
            return self._why_unrun(position)
        if record.outcome == "given":
            return "input updated"
        if record.outcome == "blocked":
            return f"{self.graph.nodes[self._blocker(record)].path} failed"
        if record.outcome == "first run":
            return "never computed"
        if record.cause not in self._by_id:
            return _CAUSES[record.cause]
        return " → ".join(self._path(position, lambda step: self.graph.nodes[step].path))

    def _blocker(self, record: Record) -> int:
        """Return what failed; what could not run because of that blocks others in its turn."""
        while record.outcome == "blocked":
            record = self._by_id[record.cause]
        return record.id

    def _why_unrun(self, position: int) -> str:
        if self._cone[position]:
            equal = [self.graph.nodes[source].path for source in sorted(self._equal[position])]
            more = f" and {len(equal) - _NAMED} more" if len(equal) > _NAMED else ""
            return f"{', '.join(equal[:_NAMED])}{more} came out equal"
        return "nothing it depends on changed"

    @cached_property
    def _equal(self) -> dict[int, frozenset[int]]:
        """For each node that was cut off, the nearest ones before it that came out equal."""
        found: dict[int, frozenset[int]] = {}
        for position, is_reached in enumerate(self._cone):
            if is_reached and position not in self._by_id:
                sources = (*self.graph.deps[position], *self.graph.gates[position])
                behind = {
                    found.get(source) or frozenset((source,))
                    for source in sources
                    if self._cone[source]
                }
                found[position] = frozenset().union(*behind) if len(behind) != 1 else behind.pop()
        return found

    @cached_property
    def _roots(self) -> dict[int, tuple[int, int]]:
        """Id of what ran to the id of the root that made it run, and how far away that is."""
        found: dict[int, tuple[int, int]] = {}
        for position, record in sorted(self._by_id.items()):
            root, distance = found.get(record.cause, (position, -1))
            found[position] = root, distance + 1
        return found

    def _path(self, position: int, say: Callable[[int], str]) -> list[str]:
        """Tell the way from the root of a run to a node; of a long one, its two ends.

        The node itself comes last.
        """
        root, distance = self._roots[position]
        near = [position]
        while len(near) < min(distance, _NEAR):
            near.append(self._by_id[near[-1]].cause)
        told = [say(step) for step in reversed(near)]
        if distance > _NEAR:
            told.insert(0, f"… {distance - _NEAR} more …")
        return [say(root), *told] if distance else told

    def why(self, node: str) -> str:
        """Say in a sentence why a node ran, or why it did not.

        Args:
            node: name or path.

        Raises:
            KeyError: there is no such node; the text names the known ones.
        """
        position = self.graph.id_of(node)
        row = self._row(position)
        told = read_as(row.status)
        record = self._by_id.get(position)
        if row.status in RAN[1:] and record is not None and record.cause in self._by_id:
            steps = ", ".join(self._path(position, self._step)[:-1])  # nothing causes itself
            how = f": {_change(record)}" if row.status == "changed" else ""
            return f"{row.name} ran ({told}{how}) because {steps}"
        did = _DID.get(row.status, "did not run")
        return f"{row.name} {did} ({told}): {row.why}"

    def _step(self, position: int) -> str:
        return f"{self.graph.nodes[position].path} went {_change(self._by_id[position])}"

    @property
    def headline(self) -> str:
        """What happened, in one sentence."""
        words = (row.status for i, row in enumerate(self._rows) if self._works(i))
        text = f"{ran(words)} · {seconds(self.duration)}"
        saved = sum(row.saved for row in self._rows if row.saved is not None)
        if saved:
            text += f", est. {seconds(saved)} saved"
        given = [self._step(record.id) for record in self.written if record.outcome == "given"]
        return f"{text} · because {'; '.join(given)}" if given else text

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per node; values as the cells keep them, for drawing."""
        return [
            {
                "node": row.name,
                "kind": str(row.kind),
                "status": row.status,
                "why": row.why,
                "old": row.old,
                "new": row.new,
                "duration": row.duration,
                "saved": row.saved,
            }
            for row in self._rows
        ]

    def handed(self, value: object) -> object:
        """Return a copy of a value that can be changed in place."""
        return lent(value)
