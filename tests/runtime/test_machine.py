"""Random contracts under random treatment, held against dumb models (see model.py)."""

from __future__ import annotations

import copy
from collections import Counter
from contextlib import ExitStack
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import igniter_nb as ig
from tests.runtime.model import INNER_OUTPUTS, WORKS, Interrupt, Model, Spec, World, build, truth

INPUTS = tuple(Spec(name, "input") for name in ("x", "y", "z"))
VALUES = st.integers(0, 6)
KINDS = ["int", "list", "dict", "const", "project", "guard", "nested", "item", "item"]


@st.composite
def contracts(draw: Any, *, in_place: bool) -> tuple[Spec, ...]:
    """Draw inputs and up to nine nodes, each reading nodes before it."""
    specs = [*INPUTS]
    for number in range(draw(st.integers(2, 9))):
        kind = draw(st.sampled_from([*KINDS, "same", "same"] if in_place else KINDS))
        found = _spec(draw, specs, f"n{number}", kind)
        specs.append(found if found is not None else _spec(draw, specs, f"n{number}", "int"))
    return tuple(_gated(draw, specs))


def _spec(draw: Any, before: list[Spec], name: str, kind: str) -> Spec | None:
    names = [spec.name for spec in before]
    one = st.sampled_from(names + names[3:] + names[-1:])  # chains are more telling than fans
    wanted = {"project": "dict", "item": "nested"}.get(kind)
    sources = [spec.name for spec in before if spec.kind == wanted]
    if wanted is not None:
        if not sources:
            return None
        taken = (draw(st.sampled_from(("listed", *INNER_OUTPUTS))),) if kind == "item" else ()
        return Spec(name, kind, (draw(st.sampled_from(sources)),), gates=taken)
    if kind == "const":
        return Spec(name, kind, a=0, m=3, network=draw(st.booleans()))
    if kind == "nested":
        return Spec(name, kind, (draw(one), draw(one), draw(one)))
    reads = tuple(draw(st.lists(one, min_size=1, max_size=3, unique=True)))
    m = draw(st.sampled_from([2, 3, 7]))
    fails_at = draw(st.sampled_from([-1, -1, 1])) if kind == "int" else -1
    network = kind != "guard" and draw(st.integers(0, 5)) == 0
    return Spec(name, kind, reads, draw(st.integers(1, 3)), m, fails_at, network=network)


def _gated(draw: Any, specs: list[Spec]) -> list[Spec]:
    """Let guards gate nodes that come after them."""
    found = []
    for position, spec in enumerate(specs):
        if spec.kind == "guard":
            later = [s.name for s in specs[position + 1 :] if s.kind in ("int", "list", "nested")]
            gates = tuple(draw(st.lists(st.sampled_from(later), unique=True))) if later else ()
            spec = Spec(spec.name, "guard", spec.reads, spec.a, spec.m, gates=gates)  # noqa: PLW2901
        found.append(spec)
    return found


class Lazily(RuleBasedStateMachine):
    """One contract beside its models; every rule does the same thing to both."""

    options: ClassVar[dict[str, Any]] = {}
    in_place = True
    exact = True

    @initialize(data=st.data())
    def start(self, data: st.DataObject) -> None:
        self.specs = data.draw(contracts(in_place=self.in_place))
        self.inputs = {spec.name: data.draw(VALUES) for spec in INPUTS}
        self.world = World()
        made = build(self.world, self.specs)
        self.names = [spec.name for spec in self.specs if spec.kind != "input"]
        self.contract = made.configured(**self.options)(**self.inputs)
        self.order = [node.name for node in made.compiled_graph.nodes]
        self.model = Model(self.specs, self.order)
        self.pending = dict(self.inputs)
        self.policies = ExitStack()
        self.heard: list[ig.runtime.Event] = []
        self.subscriptions: list[Any] = []
        self.left: list[tuple[ig.Contract, Any]] = []

    def teardown(self) -> None:
        if hasattr(self, "policies"):
            self.policies.close()

    # --- treatment ------------------------------------------------------------------------

    @rule(name=st.sampled_from("xyz"), value=VALUES)
    def update_one(self, name: str, value: int) -> None:
        self.update({name: value})

    @rule(given=st.dictionaries(st.sampled_from("xyz"), VALUES, min_size=1))
    def update_some(self, given: dict[str, int]) -> None:
        self.update(given)

    def update(self, given: dict[str, int]) -> None:
        self.contract.update_inputs(**given)
        self.inputs |= given

    @rule(name=st.sampled_from("xyz"), value=VALUES)
    def change_and_take_back(self, name: str, value: int) -> None:
        before = self.inputs[name]
        self.contract.update_inputs(**{name: value}).update_inputs(**{name: before})

    @rule()
    def switch_policy(self) -> None:
        if self.model.denied:
            self.policies.close()
        else:
            self.policies.enter_context(ig.policy(denied=["network"]))
        self.model.denied = not self.model.denied

    @rule()
    def listen_or_stop(self) -> None:
        if self.subscriptions:
            self.subscriptions.pop().cancel()
        else:
            self.subscriptions.append(self.contract.subscribe(self.heard.append))

    @precondition(lambda self: not self.model.denied)  # a copy keeps the ban of its block
    @rule()
    def go_on_with_a_copy(self) -> None:
        while self.subscriptions:
            self.subscriptions.pop().cancel()
        self.left = [(self.contract, state(self.contract))]
        self.contract = copy.copy(self.contract)
        assert state(self.contract) == self.left[0][1]

    @rule(data=st.data())
    def plant_an_interrupt(self, data: st.DataObject) -> None:
        self.plant(data)

    def plant(self, data: st.DataObject) -> None:
        bombs = [spec.name for spec in self.specs if spec.kind in WORKS]
        for spec in self.specs:
            if spec.kind == "nested":
                bombs += [f"{spec.name}.{name}" for name in ("twice", "listed", "length")]
        if bombs:
            self.world.bomb = self.model.bomb = data.draw(st.sampled_from(bombs))

    # --- questions ------------------------------------------------------------------------

    @rule(data=st.data())
    def ask_for_one(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.names))
        error = self._asked([name], lambda: self.contract.resolve(name))
        self._compare(name, error)

    @rule()
    def ask_for_all(self) -> None:
        outputs = [*self.contract.result]
        error = self._asked(outputs, self.contract.resolve_all)
        if error is not Interrupt:
            for name in outputs:
                self._compare(name, self.contract.result.errors.get(name))

    @rule(given=st.dictionaries(st.sampled_from("xyz"), VALUES))
    def ask_for_a_report(self, given: dict[str, int]) -> None:
        reports: list[ig.IncrementalReport] = []
        self.inputs |= given
        error = self._asked(
            [*self.contract.result],
            lambda: reports.append(self.contract.resolve_incrementally(**given)),
        )
        if error is None and self.exact:
            ran = {name.partition(".")[0] for name in self.ran_last}
            counted = {s.name for s in self.specs if s.kind in WORKS}
            assert ran & counted == {*reports[0].recomputed_nodes} & counted - self.denied_now()

    def denied_now(self) -> set[str]:
        errors = self.contract.result.errors
        return {
            name
            for name, error in errors.items()
            if isinstance(error, ig.CapabilityViolationError) and error.context["node"] == name
        }

    def _asked(self, names: list[str], ask: Any) -> Any:
        """Ask the contract and the model; both are interrupted or neither is."""
        ran_before = len(self.world.ran)
        error: Any = None
        try:
            ask()
        except Interrupt:
            error = Interrupt
        except ig.IgniterError as failure:
            error = failure
        if self.exact:
            self._ask_model(names, interrupted=error is Interrupt)
            self.ran_last = self.world.ran[ran_before:]
            assert Counter(self.ran_last) == Counter(self.model.ran)
            self.model.ran.clear()
        return error

    def _ask_model(self, names: list[str], *, interrupted: bool) -> None:
        for name, value in self.inputs.items():
            self.model.give(name, value)
        if not interrupted:
            self.model.ask(names)
            return
        with pytest.raises(Interrupt):
            self.model.ask(names)

    def _compare(self, name: str, error: Any) -> None:
        if error is Interrupt:
            return
        from_scratch = truth(self.specs, self.order, self.inputs)[name]
        if error is None:
            assert from_scratch.origin is None
            kept = plain(self.contract.resolve(name))
            assert kept == from_scratch.value, (name, kept, from_scratch.value)
        elif not self.exact:
            assert self.model.denied or error.context["path"] == from_scratch.origin
        else:
            assert error.context["path"] == self.model.cells[name].origin
            denied = isinstance(error, ig.CapabilityViolationError)
            assert denied or self.model.denied or from_scratch.origin == error.context["path"]

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "contract"):
            self.contract.execution.check_invariants()
            for child in self.contract.children.values():
                child.execution.check_invariants()
            assert not self.contract.execution.running

    @invariant()
    @precondition(lambda self: hasattr(self, "contract"))
    def inputs_are_what_was_given(self) -> None:
        assert dict(self.contract.inputs) == self.inputs

    @invariant()
    @precondition(lambda self: hasattr(self, "contract"))
    def what_was_copied_stays_as_it_was(self) -> None:
        assert all(state(contract) == then for contract, then in self.left)


def state(contract: ig.Contract) -> list[Any]:
    """Return what is known of every cell, nested ones included."""
    cells = [
        (view.path, view.status, view.origin, plain(view.value), str(view.error), view.version)
        for view in contract.cells
    ]
    return [cells, *map(state, contract.children.values())]


def plain(value: Any) -> Any:
    """Turn the outputs of a nested contract into a dictionary."""
    return dict(value) if isinstance(value, ig.runtime.Outputs) else value


class SideBySide(Lazily):
    """The same on threads; what an interrupt leaves to end by itself may run once more."""

    options: ClassVar[dict[str, Any]] = {"runner": "threads", "pool_size": 3}
    in_place = False

    @rule()
    def forget_counts(self) -> None:
        """From here on interrupts may come."""
        self.exact = False

    @precondition(lambda self: not self.exact)
    @rule(data=st.data())
    def plant_an_interrupt(self, data: st.DataObject) -> None:
        self.plant(data)


Lazily.TestCase.settings = settings(max_examples=250, stateful_step_count=25, deadline=None)
SideBySide.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


class TestLazily(Lazily.TestCase):
    """After any treatment the kept result equals a full recompute, and nothing ran needlessly."""


class TestSideBySide(SideBySide.TestCase):
    """The same holds on threads."""
