"""Plan of a run before it happens, and the capabilities that a contract declares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from igniter_nb.capabilities import KNOWN, Policy, combined, get_policy
from igniter_nb.display import Reported
from igniter_nb.graph import CompiledGraph, Graph, Input, Node, Output
from igniter_nb.incremental import EVERY_OUTPUT, reach
from igniter_nb.runtime import DIRTY, UNASKED, Execution, planned
from igniter_nb.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from igniter_nb.runtime import Action


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """One node in a capability report.

    Attributes:
        node: path of the node; nested nodes behind the path of their contract.
        executor: what does its work.
        capabilities: what it declares.
        verdict: ``allowed``, ``denied: …``, or ``declares nothing``.
        denied: the denied names.
    """

    node: str
    executor: str
    capabilities: tuple[str, ...]
    verdict: str
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class CapabilityReport(Reported):
    """What each step of a contract declares to touch, and what a policy says to it.

    Attributes:
        graph: the contract's graph.
        policy: the policy that was asked, None if everything is permitted.
        rows: one per node with work to do, nested ones included, in topological order.

    Examples:
        >>> class Rates(ig.Contract):
        ...     currency = ig.input(str)
        ...
        ...     @ig.output
        ...     @ig.requires("network")
        ...     def rate(currency):
        ...         return 41.5
        >>> report = Rates.capability_report()
        >>> [(row["node"], row["network"]) for row in report.records()]
        [('rate', '● uses')]
    """

    graph: CompiledGraph
    policy: Policy | None
    rows: tuple[CapabilityRow, ...]

    @property
    def title(self) -> str:
        """The contract."""
        return f"{self.graph.name}: capabilities"

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Names that any node declares: known ones first, in their usual order."""
        names = {name for row in self.rows for name in row.capabilities}
        return (*(name for name in KNOWN if name in names), *sorted(names - KNOWN.keys()))

    @property
    def columns(self) -> tuple[str, ...]:
        """Node and executor, one column per capability, then the verdict."""
        return ("node", "executor", *self.used, "verdict")

    @property
    def violations(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Path and denied names of every node that the policy stops."""
        return tuple((row.node, row.denied) for row in self.rows if row.denied)

    @property
    def headline(self) -> str:
        """How many steps touch anything, and how many may not."""
        touching = sum(bool(row.capabilities) for row in self.rows)
        steps = f"{touching} of {counted(len(self.rows), 'step')}"
        said = f"{steps} {'declares' if touching == 1 else 'declare'} capabilities"
        if self.policy is None:
            return f"{said}; no policy is in force"
        return f"{said}; {len(self.violations)} denied by the policy ({self.policy})"

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per node; a capability's column says yes, DENIED or nothing."""
        return [
            {
                "node": row.node,
                "executor": row.executor,
                **{name: _mark(row, name) for name in self.used},
                "verdict": row.verdict,
            }
            for row in self.rows
        ]


def _mark(row: CapabilityRow, name: str) -> str:
    if name not in row.capabilities:
        return ""
    return "✕ denied" if name in row.denied else "● uses"


def capability_report(graph: CompiledGraph, policy: Policy | None) -> CapabilityReport:
    """Return what each step declares and what a policy says to it; runs nothing."""
    return CapabilityReport(graph, policy, tuple(_capability_rows(graph, "", policy)))


def _capability_rows(graph: Graph, prefix: str, policy: Policy | None) -> Iterator[CapabilityRow]:
    """Yield a row for everything that has a callable; nested contracts bring their own policy."""
    for node in graph.nodes:
        for held in node.nested:
            inner = combined(policy, held.contract.options.policy)
            yield from _capability_rows(held.graph, f"{prefix}{node.path}.", inner)
        if node.callee is not None and not node.nested:
            yield _capability_row(f"{prefix}{node.path}", node, policy)


def _capability_row(path: str, node: Node, policy: Policy | None) -> CapabilityRow:
    names = node.capabilities
    denied = policy.denies(names) if policy else ()
    verdict = "allowed" if names else "declares nothing"
    if denied:
        verdict = f"denied: {', '.join(denied)}"
    return CapabilityRow(path, node.callee.label if node.callee else "", names, verdict, denied)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One node in a plan.

    Attributes:
        node: its path.
        kind: the word it was declared with.
        action: ``fresh`` (nothing to do), ``run``, ``may run`` (if something before it comes out
            changed), ``denied``, ``blocked`` (behind a denied node), ``given`` (an input),
            ``passes on`` (an output that is another name of a node) or ``not asked``.
        depends_on: names of the nodes it reads.
        capabilities: what it declares.
        verdict: what the policy says to it.
    """

    node: str
    kind: str
    action: Action
    depends_on: tuple[str, ...]
    capabilities: tuple[str, ...]
    verdict: str


@dataclass(frozen=True, eq=False, repr=False)
class Plan(Reported):
    """What a run would do now; nothing has run.

    Attributes:
        graph: the contract's graph.
        rows: one per node, in topological order.
        violations: path and denied names of every node that the policy stops.

    Examples:
        >>> class Price(ig.Contract):
        ...     amount = ig.input(float)
        ...     rate = ig.input(float, default=0.2)
        ...
        ...     @ig.output
        ...     def total(amount, rate):
        ...         return amount * (1 + rate)
        >>> plan = Price(amount=100.0).plan()
        >>> [(row["node"], row["action"]) for row in plan.records()]
        [('amount', 'given'), ('rate', 'given'), ('total', 'run')]
    """

    graph: CompiledGraph
    rows: tuple[PlanRow, ...]
    violations: tuple[tuple[str, tuple[str, ...]], ...]

    columns = ("node", "kind", "action", "depends_on", "capabilities", "verdict")

    @property
    def title(self) -> str:
        """The contract."""
        return f"{self.graph.name}: plan"

    @property
    def headline(self) -> str:
        """How much would run, and what the policy would stop."""
        nodes = zip(self.rows, self.graph.nodes, strict=True)
        said = planned(row.action for row, node in nodes if not isinstance(node, (Input, Output)))
        if not self.violations:
            return said
        stopped = "; ".join(f"{path} ({', '.join(names)})" for path, names in self.violations)
        return f"{said}. Denied: {stopped}"

    def records(self) -> list[dict[str, object]]:
        """Return one mapping per node."""
        return [
            {
                "node": row.node,
                "kind": row.kind,
                "action": row.action,
                "depends_on": row.depends_on,
                "capabilities": row.capabilities,
                "verdict": row.verdict,
            }
            for row in self.rows
        ]


def plan(execution: Execution, key: int = EVERY_OUTPUT) -> Plan:
    """Return what a run would do now, with everything that the policy would stop."""
    graph = execution.program.graph
    policy = combined(get_policy(), execution.policy)
    report = capability_report(graph, policy)
    verdicts = {row.node: row for row in report.rows}
    needed = execution.program.demand(key).needed or bytes([1]) * len(graph)
    denied = [path for path, _ in report.violations]
    stopped = [i for i, node in enumerate(graph.nodes) if _stopped(node, denied)]
    sure, maybe = _to_run(execution, needed)
    behind = reach([i for i in stopped if maybe[i]], graph.dependants)  # a fresh one stops nobody
    rows = []
    for position, node in enumerate(graph.nodes):
        verdict = verdicts[node.path].verdict if node.path in verdicts else ""
        if node.nested and position in stopped:
            inner = [row for row in report.rows if row.node.startswith(f"{node.path}.")]
            verdict = "; ".join(f"{row.node} {row.verdict}" for row in inner if row.denied)
        action: Action = "given" if isinstance(node, Input) else "fresh"
        if not needed[position]:
            action = "not asked"
        elif maybe[position] and not isinstance(node, Input):
            action = "run" if sure[position] else "may run"
            if behind[position]:
                action = "denied" if position in stopped else "blocked"
                verdict = verdict if position in stopped else "waits for a denied step"
        if isinstance(node, Output) and needed[position]:
            action = "passes on"
        reads = tuple(graph.nodes[i].name for i in (*graph.deps[position], *graph.gates[position]))
        rows.append(
            PlanRow(
                node.path,
                str(node.kind),
                action,
                reads,
                graph.capabilities_for(node.name),
                verdict,
            )
        )
    return Plan(graph, tuple(rows), report.violations)


def _stopped(node: Node, denied: Sequence[str]) -> bool:
    """Tell whether a node, or one inside it, is among the denied paths."""
    inside = f"{node.path}."
    return any(path == node.path or path.startswith(inside) for path in denied)


def _to_run(execution: Execution, needed: bytes) -> tuple[bytearray, bytearray]:
    """Return which nodes run for certain, and which may."""
    graph = execution.program.graph
    sure = bytearray(
        flag in (DIRTY, UNASKED) and bool(need)
        for flag, need in zip(execution.flags, needed, strict=True)
    )
    for position, value in execution.queued().items():
        if not execution.is_same(position, value):
            for reader in graph.dependants[position]:
                sure[reader] = 1
    return sure, reach([i for i, mark in enumerate(sure) if mark], graph.dependants)
