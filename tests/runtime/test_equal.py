"""``equal=``: a node says itself when its value has changed, under every runner."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig

if TYPE_CHECKING:
    from collections.abc import Callable


def near(old: float, new: float) -> bool:
    """Compare numbers loosely."""
    return abs(old - new) < 1


def rounded(equal: Callable[[Any, Any], Any], **options: Any) -> Any:
    """Return a contract with a node that has its own equality, and what its reader saw."""
    seen: list[Any] = []

    class Rounded(ig.Contract, **options):
        x = ig.input(float)

        @ig.compute(equal=equal)
        def doubled(x):
            return x * 2

        @ig.output
        def shown(doubled):
            seen.append(doubled)
            return doubled

    return Rounded, seen


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("watched", [False, True])
def test_a_node_is_cut_off_where_it_says_equal(runner, watched):
    """Equal keeps the old value, with which the next is compared; nobody behind it runs."""
    contract, seen = rounded(near, runner=runner)
    made = contract(x=1.0).resolve_all()

    for x in (1.3, 1.4, 1.6):
        if watched:
            made.resolve_incrementally(x=x)
        else:
            made.update_inputs(x=x).resolve_all()

    assert seen == [2.0, 3.2]
    assert made.result.shown == 3.2


def test_a_node_that_never_is_equal_makes_its_readers_run():
    """What a node says counts, even where nobody could tell the values apart."""
    contract, seen = rounded(lambda old, new: False)
    made = contract(x=0.0).resolve_all()
    made.update_inputs(x=-0.0).resolve_all()
    made.update_inputs(x=0.0).resolve_all()

    assert len(seen) == 3


def test_the_first_value_is_not_compared():
    """A node that has no value yet has nothing to be equal to."""
    contract, seen = rounded(lambda old, new: True)

    assert contract(x=1.0).result.shown == 2.0
    assert seen == [2.0]


@pytest.mark.parametrize("answer", [None, "same", 1])
def test_an_answer_that_is_none_is_an_error_of_the_node(answer):
    """A node that cannot say whether it changed fails with what came, and serves nothing old."""
    contract, _ = rounded(lambda old, new: answer)
    made = contract(x=1.0).resolve_all()
    made.update_inputs(x=2.0)

    with pytest.raises(ig.ResolutionError, match=f"returned {type(answer).__name__}") as raised:
        made.result.shown  # noqa: B018 -- what raises

    assert raised.value.context["node"] == "doubled"


def test_a_comparison_that_raises_fails_its_node_until_it_does_not():
    """A failed comparison leaves the last good value, against which the next one is compared."""
    contract, seen = rounded(lambda old, new: bool(1 / (new - 4)) and near(old, new))
    made = contract(x=1.0).resolve_all()
    report = made.resolve_incrementally(x=2.0)
    made.update_inputs(x=1.2)

    assert "1 failed" in str(report)
    assert made.result.shown == 2.0
    assert seen == [2.0, 2.0]


def test_a_nested_contract_compares_as_it_says():
    """The nodes of a nested contract keep their equality."""
    contract, seen = rounded(near)

    class Outer(ig.Contract):
        x = ig.input(float)
        inner = ig.compose(contract, inputs=["x"])
        shown = ig.output("inner.shown")

    made = Outer(x=1.0).resolve_all()
    made.update_inputs(x=1.2).resolve_all()

    assert seen == [2.0]
    assert made.result.shown == 2.0


def test_what_is_said_about_a_class_holds_for_inputs_and_nodes():
    """A class with its own equality cuts off where it is given and where it is computed."""
    ran: list[Any] = []

    @ig.equal(lambda old, new: old.number == new.number)
    class Order:
        def __init__(self, number, note):
            self.number, self.note = number, note

    class Shop(ig.Contract):
        order = ig.input(Order)

        @ig.compute
        def again(order):
            ran.append("again")
            return Order(order.number // 10, order.note)

        @ig.output
        def shown(again):
            ran.append("shown")
            return again.number

    made = Shop(order=Order(10, "a")).resolve_all()
    made.update_inputs(order=Order(10, "b")).resolve_all()
    made.update_inputs(order=Order(11, "c")).resolve_all()

    assert ran == ["again", "shown", "again"]


def test_every_word_with_a_function_takes_an_equality():
    """Compute, lookup, map and output have it, in the class and in the builder."""
    same = operator.eq

    class Words(ig.Contract):
        x = ig.input(int)
        a = ig.compute(lambda x: x, equal=same)
        b = ig.lookup(lambda x: x, equal=same)
        c = ig.map(lambda value: value, over="x", equal=same)
        d = ig.output(lambda a, b, c: a + b + c, equal=same)

    built = (
        ig.ContractBuilder("Words")
        .input("x", int)
        .compute("a", lambda x: x, equal=same)
        .lookup("b", lambda x: x, equal=same)
        .map("c", lambda value: value, over="x", equal=same)
        .output("d", lambda a, b, c: a + b + c, equal=same)
        .build()
    )

    for contract in (Words, built):
        nodes = contract.compiled_graph.nodes
        assert {n.name for n in nodes if getattr(n, "equal", None)} == {"a", "b", "c", "d"}
        assert "equal=eq" in contract.compiled_graph.to_text()


def test_two_declarations_with_equal_code_are_equal():
    """A cell that is run again declares the same graph, its equality included."""
    assert rounded(near)[0].compiled_graph == rounded(near)[0].compiled_graph
    assert rounded(near)[0].compiled_graph != rounded(operator.eq)[0].compiled_graph


def test_a_policy_counts_what_an_equality_may_touch():
    """A comparison that needs what is denied stops its node before anything runs."""

    @ig.requires("network")
    def asks(old, new):
        return True

    contract, seen = rounded(asks)

    with ig.policy(ig.Policy(denied=["network"])), pytest.raises(ig.CapabilityViolationError):
        contract(x=1.0).resolve_all()
    assert seen == []


def test_what_cannot_compare_is_refused_where_it_is_declared():
    """All wrong equalities are told at once, with what was expected."""
    with pytest.raises(ig.CompileError) as raised:

        class Wrong(ig.Contract):
            x = ig.input(int)
            a = ig.output(lambda x: x, equal=3)
            b = ig.output(lambda x: x, equal=lambda one: True)
            c = ig.output("x", equal=operator.eq)

    text = str(raised.value)
    assert "a function of two values, the old and the new one, got int 3" in text
    assert "too many positional arguments" in text
    assert "equal needs a function, there is none" in text
