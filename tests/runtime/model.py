"""Random contracts, and two dumb models of what they should do.

:func:`truth` recomputes everything from scratch and knows no laziness: it says what values are.
:class:`Model` pulls: it asks for every dependency, one by one, and runs a node only if one of them
moved since. It says which nodes run, and how often. Both are slow and plain on purpose.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import igniter_nb as ig


@dataclass(frozen=True)
class Spec:
    """One node of a random contract.

    Attributes:
        name: its name.
        kind: ``input``, ``const``, ``int``, ``list`` (a new list each time), ``same`` (one list,
            changed in place), ``dict``, ``project``, ``guard``, ``nested`` or ``item``.
        reads: names of what it reads.
        a: factor of its formula.
        m: modulus of its formula; a small one makes equal results.
        fails_at: it raises when its formula gives this.
        gates: names that it gates, for a guard; for an ``item`` the nested output it takes.
        network: whether it declares that capability.
    """

    name: str
    kind: str
    reads: tuple[str, ...] = ()
    a: int = 1
    m: int = 5
    fails_at: int = -1
    gates: tuple[str, ...] = ()
    network: bool = False


WORKS = ("const", "int", "list", "same", "dict", "guard")
"""Kinds whose runs are counted."""

INNER = (
    Spec("p", "input"),
    Spec("q", "input"),
    Spec("r", "input"),
    Spec("twice", "int", ("p",), a=2, m=3),
    Spec("both", "int", ("p", "q"), m=4, fails_at=3),
    Spec("listed", "list", ("q",), m=2),
    Spec("length", "int", ("r", "twice"), m=3),
)
"""The nested contract: one reader of each input, one of two, and ``r`` may be a list."""

INNER_OUTPUTS = ("twice", "both", "listed", "length")


class Interrupt(BaseException):
    """What stops a run in the middle, as a KeyboardInterrupt would."""


class FailedError(Exception):
    """What a failing node raises."""


class World:
    """What the functions of contracts write down and what they obey.

    Attributes:
        ran: names of nodes that ran, nested ones behind ``nested.``.
        bomb: name of the node that is interrupted when it next runs.
    """

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.bomb: str | None = None
        self.kept: dict[str, list[int]] = {}

    def work(self, spec: Spec, prefix: str, values: list[Any]) -> Any:
        """Do the work of a node, for the contract and never for a model."""
        name = prefix + spec.name
        if self.bomb == name:
            self.bomb = None
            raise Interrupt
        self.ran.append(name)
        value = formula(spec, values)
        for each in values:
            spoil(each)
        if spec.kind == "same":
            kept = self.kept.setdefault(name, [])
            kept[:] = value
            return kept
        return value


def flat(value: Any) -> int:
    """Add up whatever a node gave."""
    if isinstance(value, (list, tuple)):
        return sum(map(flat, value))
    if isinstance(value, Mapping):
        return sum(map(flat, value.values()))
    return int(value)


def spoil(value: Any) -> None:
    """Change in place whatever can be changed."""
    for part in value.values() if isinstance(value, Mapping) else ():
        spoil(part)
    if isinstance(value, list):
        value.append(1000)
    elif isinstance(value, dict):
        value["part"] = 1000


def formula(spec: Spec, values: list[Any]) -> Any:
    """Return the value of a node from the values it reads."""
    number = (spec.a * sum(map(flat, values)) + 1) % spec.m
    if number == spec.fails_at:
        raise FailedError(spec.name)
    match spec.kind:
        case "int" | "const":
            return number
        case "list" | "same":
            return [number]
        case "dict":
            return {"part": number, "rest": [number, 1]}
        case "guard":
            return number != 0
        case "project":
            return values[0]["part"]
    raise AssertionError(spec.kind)


def build(world: World, specs: tuple[Spec, ...], prefix: str = "") -> type[ig.Contract]:
    """Make the contract; every node that is no input is an output."""
    builder = ig.ContractBuilder("Random" if not prefix else "Inner")
    for spec in specs:
        declare(builder, world, spec, prefix)
    for spec in specs:
        if spec.kind not in ("input", "item"):
            builder.output(spec.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ig.errors.ContractWarning)  # nothing reads some inputs
        return builder.build()


def declare(builder: ig.ContractBuilder, world: World, spec: Spec, prefix: str) -> None:
    """Declare one node."""

    def work(*values: Any) -> Any:
        return world.work(spec, prefix, list(values))

    reads = [*spec.reads]
    capabilities = ["network"] if spec.network else []
    match spec.kind:
        case "input":
            builder.input(spec.name, Any)
        case "const":
            builder.const(
                spec.name, lambda: world.work(spec, prefix, []), capabilities=capabilities
            )
        case "project":
            builder.project(spec.name, reads[0], key="part")
        case "guard":
            builder.guard(spec.name, work, depends_on=reads, gates=spec.gates, message="no")
        case "nested":
            inner = build(world, INNER, f"{spec.name}.")
            builder.compose(spec.name, inner, inputs=dict(zip("pqr", reads, strict=True)))
        case "item":
            builder.output(spec.name, source=f"{reads[0]}.{spec.gates[0]}")
        case _:
            builder.compute(spec.name, work, depends_on=reads, capabilities=capabilities)


@dataclass
class Cell:
    """What the model knows of a node.

    Attributes:
        value: its last good value.
        origin: name of the node whose failure it has, None if it is well.
        changed: tick at which the value last changed.
        marked: tick at which its readers last had a reason to run.
        seen: for each node it reads, that node's ``marked`` when it last ran well.
    """

    value: Any = None
    origin: str | None = "never ran"
    changed: int = 0
    marked: int = 0
    seen: dict[str, int] = field(default_factory=dict)


class Model:
    """Pulls values, one dependency after the other.

    Args:
        specs: the nodes.
        order: their names in the order in which a contract visits them.

    Attributes:
        ran: names of nodes that ran, as in :class:`World`.
        bomb: name of the node that is interrupted when it next runs.
        denied: whether a policy denies ``network``.
    """

    def __init__(self, specs: tuple[Spec, ...], order: list[str]) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self.order = order
        self.cells = {spec.name: Cell() for spec in specs}
        self.inner: dict[str, Model] = {}
        self.stamps: dict[str, dict[str, int]] = {}
        self.given: dict[str, int] = {}
        self.clock = itertools.count(1)
        self.ran: list[str] = []
        self.bomb: str | None = None
        self.denied = False

    def reads(self, name: str) -> list[str]:
        """Return what a node waits for: what it reads and what gates it."""
        gates = [spec.name for spec in self.specs.values() if name in spec.gates]
        own = [*self.specs[name].reads]
        return own if self.specs[name].kind == "item" else own + gates

    def give(self, name: str, value: Any, *, unknown: bool = False) -> None:
        """Give an input a value, perhaps one of which nobody knows whether it is the same."""
        cell = self.cells[name]
        if unknown or cell.origin or cell.value != value:
            cell.value, cell.origin = value, None
            cell.changed = cell.marked = next(self.clock)

    def ask(self, names: list[str]) -> None:
        """Make some nodes fresh, and whatever they need, in the contract's order."""
        needed = {*names}
        pending = [*names]
        while pending:
            more = [name for name in self.reads(pending.pop()) if name not in needed]
            needed.update(more)
            pending += more
        for name in self.order:
            if name in needed and self.specs[name].kind != "input":
                self.visit(name)

    def visit(self, name: str) -> None:
        """Run a node if anything it waits for moved since it last ran well."""
        cell = self.cells[name]
        sources = self.reads(name)
        bad = [source for source in self.order if source in sources and self.cells[source].origin]
        if bad:
            self.fail(name, str(self.cells[bad[0]].origin))
        elif cell.origin or any(self.cells[s].marked > cell.seen.get(s, 0) for s in sources):
            self.run(name)

    def fail(self, name: str, origin: str) -> None:
        """Note a failure; whoever reads the node has a reason to run."""
        self.cells[name].origin = origin
        self.cells[name].marked = next(self.clock)

    def run(self, name: str) -> None:
        """Do the work of a node and compare."""
        spec, cell = self.specs[name], self.cells[name]
        if spec.network and self.denied:
            self.fail(name, name)
            return
        if self.bomb == name:
            self.bomb = None
            raise Interrupt
        if spec.kind in WORKS:
            self.ran.append(name)
        try:
            value, moved = self.value(spec)
        except FailedError as failure:
            self.fail(name, str(failure))
            return
        if spec.kind == "guard" and not value:
            self.fail(name, name)
            return
        first, cell.origin = cell.changed == 0, None
        cell.seen = {source: self.cells[source].marked for source in self.reads(name)}
        if first or moved or (moved is None and value != cell.value):
            cell.value = value
            cell.changed = cell.marked = next(self.clock)

    def value(self, spec: Spec) -> tuple[Any, bool | None]:
        """Return a node's new value, and whether it counts as new; None: if it differs."""
        read = [source for source in spec.reads if self.specs[source].kind != "guard"]
        values = [self.cells[source].value for source in read]  # a guard gates and gives nothing
        match spec.kind:
            case "nested":
                return self.nested(spec)
            case "item":
                return values[0][spec.gates[0]], None
        return formula(spec, values), None

    def nested(self, spec: Spec) -> tuple[Any, bool]:
        """Pass on what changed, then ask for all outputs."""
        inner = self.inner.get(spec.name)
        if inner is None:
            inner = self.inner[spec.name] = Model(INNER, [one.name for one in INNER])
        for name, source in zip("pqr", spec.reads, strict=True):
            cell = self.cells[source]
            if cell.changed > self.given.get(spec.name, 0):
                nested = self.specs[source].kind == "nested"
                inner.give(name, cell.value, unknown=nested)
        self.given[spec.name] = next(self.clock)
        known_at = self.stamps.get(spec.name, {})  # what changed in a run that failed is compared
        unseen = {name for name, at in known_at.items() if inner.cells[name].changed != at}
        prefix = f"{spec.name}."
        if self.bomb is not None and self.bomb.startswith(prefix):
            inner.bomb = self.bomb.removeprefix(prefix)
        try:
            inner.ask([*INNER_OUTPUTS])
        finally:
            self.ran += [prefix + name for name in inner.ran]
            inner.ran.clear()
            if inner.bomb is None and self.bomb is not None and self.bomb.startswith(prefix):
                self.bomb = None
            inner.bomb = None
        origins = [inner.cells[name].origin for name in inner.order]
        if bad := [origin for origin in origins if origin]:
            raise FailedError(prefix + bad[0])
        stamps = {name: inner.cells[name].changed for name in INNER_OUTPUTS}
        values = {name: inner.cells[name].value for name in INNER_OUTPUTS}
        before = self.stamps.get(spec.name)
        if before is not None:
            known = self.cells[spec.name].value
            moved = any(
                stamps[name] != before[name]
                and not (name in unseen and values[name] == known[name])
                for name in INNER_OUTPUTS
            )
            if not moved:
                return known, False
        self.stamps[spec.name] = stamps
        return values, True


def truth(specs: tuple[Spec, ...], order: list[str], inputs: Mapping[str, Any]) -> dict[str, Cell]:
    """Recompute everything from scratch."""
    fresh = Model(specs, order)
    for name, value in inputs.items():
        fresh.give(name, value)
    fresh.ask(order)
    return fresh.cells
