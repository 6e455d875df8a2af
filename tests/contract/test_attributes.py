"""Inputs as attributes of an instance, and results as mappings."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig


class Price(ig.Contract):
    """Has inputs, a node between, and outputs."""

    order_total = ig.input(float)
    country = ig.input(str, default="UA")
    lines = ig.input(list, default=[])
    label = "a plain attribute"
    retries = 3

    @ig.compute
    def rate(country):
        return 0.2 if country == "UA" else 0.0

    @ig.output
    def gross(order_total, rate):
        return order_total * (1 + rate)

    count = ig.output(len, depends_on="lines")

    @property
    def doubled(self):
        return 2 * self.order_total

    @doubled.setter
    def doubled(self, value):
        self.order_total = value / 2


@pytest.fixture
def price():
    """Return an execution."""
    return Price(order_total=100.0)


def test_an_assignment_is_an_update(price):
    """Assigning to an input runs what depends on it when it is asked for, and nothing else."""
    before = price.resolve_incrementally()

    price.order_total = 150
    report = price.resolve_incrementally()

    assert price.result.gross == 180.0
    assert before.run + 1 == report.run
    assert report.recomputed_nodes == ("gross",)


def test_an_input_is_read_as_it_will_be(price):
    """An input is read as the next run will see it, so that it can be changed by its value."""
    price.order_total += 50.0
    price.order_total += 50.0

    assert price.order_total == 200.0 == price.inputs["order_total"]
    assert price.doubled == 400.0
    assert price.result.gross == 240.0
    assert price.order_total == 200.0


def test_a_value_that_waits_is_seen_as_it_was_given():
    """A list that no run has seen yet is told by its cell, as by the inputs."""
    kind = ig.ContractBuilder("Sums").input("numbers", list[int]).expose("numbers").build()
    sums = kind(numbers=[1])
    sums.numbers = [1, 2]

    assert sums.cells[0].value == sums.inputs["numbers"] == [1, 2]


def test_an_assignment_is_checked(price):
    """A value that does not fit is refused as by ``update_inputs``, and nothing is updated."""
    with pytest.raises(ig.InputError, match="order_total"):
        price.order_total = "much"

    assert price.order_total == 100.0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("order_totl", "did you mean 'order_total'"),
        ("zzz", "names of your own begin with _"),
        ("gross", "'gross' is compute"),
        ("rate", "'rate' is compute"),
        ("count", "'count' is compute"),
        ("result", "has no input 'result'"),
        ("resolve_all", "has no input 'resolve_all'"),
        ("execution", "has no input 'execution'"),
        ("_options", "has no input '_options'"),
        ("options", "has no input 'options'"),
        ("finish", "has no input 'finish'"),
    ],
)
def test_an_unknown_name_is_refused(price, name, said):
    """What is no input is not assigned to; the text names the inputs."""
    with pytest.raises(AttributeError, match=said) as caught:
        setattr(price, name, 5)

    assert "inputs: order_total, country, lines" in str(caught.value)
    assert price.result.gross == 120.0


def test_a_subclass_has_names_of_its_own(price):
    """Private names, properties and attributes of the class are the subclass's to assign to."""
    price._cache = {}
    price.retries = 5
    price.doubled = 10.0

    assert (price._cache, price.retries, price.order_total) == ({}, 5, 5.0)
    assert (Price.retries, price.label) == (3, "a plain attribute")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("order_totl", "did you mean 'order_total'"),
        ("resolv_all", "did you mean 'resolve_all'"),
        ("count", r"x\.result\.count"),
        ("zzz", "inputs are its attributes, outputs those of its result"),
        ("_repr_html_", "Price has no attribute '_repr_html_'"),
        ("__len__", "Price has no attribute '__len__'"),
    ],
)
def test_what_is_no_attribute(price, name, said):
    """A name that is none is an AttributeError, with what was probably meant."""
    with pytest.raises(AttributeError, match=said):
        getattr(price, name)


def test_a_node_between_is_read_otherwise():
    """A node that is neither input nor output is read by resolving it."""

    class Between(ig.Contract):
        x = ig.input(int)
        twice = ig.compute(lambda x: 2 * x)
        shown = ig.output("twice")

    with pytest.raises(AttributeError, match=r"x\.resolve\('twice'\)"):
        _ = Between(x=1).twice


def test_an_instance_that_was_not_made():
    """A subclass that forgets to call ours is told what its ``__init__`` has to do."""

    class Forgets(Price):
        def __init__(self, **inputs):
            self._kept = inputs

    with pytest.raises(AttributeError, match=r"its __init__ calls super\(\)\.__init__"):
        _ = Forgets(order_total=1.0).result
    with pytest.raises(AttributeError, match=r"its __init__ calls super\(\)\.__init__"):
        Forgets(order_total=1.0).order_total = 2.0


def test_nested_instances_are_looked_at_alike():
    """What stands in a nested execution is read and assigned to in the same way."""

    class Order(ig.Contract):
        amount = ig.input(float)
        price = ig.compose(Price, inputs={"order_total": "amount"})
        gross = ig.output("price.gross")

    order = Order(amount=10.0).resolve_all()
    (child,) = order.children.values()

    assert child.order_total == 10.0
    assert child.result.gross == 12.0


@given(st.lists(st.tuples(st.sampled_from(["order_total", "country"]), st.integers(0, 3))))
def test_assignments_and_updates_are_the_same(changes):
    """Whatever is assigned in whatever order, the result is that of the same updates."""
    assigned, updated = Price(order_total=1.0), Price(order_total=1.0)

    for name, number in changes:
        value = float(number) if name == "order_total" else ("UA", "PL")[number % 2]
        setattr(assigned, name, value)
        updated.update_inputs(**{name: value})
        if number == 3:
            assert assigned.result.gross == updated.result.gross

    assert assigned.inputs == updated.inputs
    assert assigned.result.to_dict() == updated.result.to_dict()
    assert all(getattr(assigned, name) == value for name, value in updated.inputs.items())


def test_assignment_from_threads(price):
    """Threads may assign to inputs while others read results."""
    threads = [
        threading.Thread(target=setattr, args=(price, "order_total", float(number)))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert price.result.gross == price.order_total * 1.2


# --- results as mappings --------------------------------------------------------------------------


def test_a_result_is_a_mapping(price):
    """``dict(result)``, ``**result`` and the views of a mapping give what is read by name."""
    expected = {"gross": 120.0, "count": 0}

    assert dict(price.result) == {**price.result} == price.result.to_dict() == expected
    assert dict(**price.result) == expected
    assert list(price.result.keys()) == list(expected)
    assert list(price.result.values()) == list(expected.values())
    assert dict(price.result.items()) == expected


@pytest.mark.parametrize("name", ["values", "items", "get"])
def test_outputs_go_before_views(name):
    """An output may be called like a view of a mapping, and is read by that name."""
    kind = ig.ContractBuilder("Named").input(name).expose(name).build()

    result = kind(**{name: 5}).result

    assert getattr(result, name) == 5
    assert dict(result) == {name: 5}


def test_no_output_takes_the_place_of_keys():
    """``dict(result)`` asks for ``keys``: an output of that name is refused, a node is not."""
    with pytest.raises(ig.CompileError) as caught:
        ig.ContractBuilder("Named").input("keys").expose("keys").build()

    assert [each.rule for each in caught.value.problems] == ["reserved-name"]
    kind = ig.ContractBuilder("Named").input("keys").output("shown", source="keys").build()
    assert dict(kind(keys=5).result) == {"shown": 5}


def test_a_failed_output_fails_the_mapping():
    """A mapping of a result whose output failed raises its error."""
    kind = ig.ContractBuilder("Broken").input("a").output("b", lambda a: 1 / a).build()

    with pytest.raises(ig.ResolutionError, match="division by zero"):
        dict(kind(a=0).result)


class Loan(ig.Contract):
    amount = ig.input(float)
    limit = ig.input(float, default=500.0)

    def fee(self):
        return 2.0

    @ig.guard
    def small(self, amount):
        return amount < self.limit

    @ig.output
    def total(self, amount, small):
        return amount + self.fee()

    @ig.output
    def highest(limit):
        return limit


def test_a_step_reads_no_input_past_its_parameters():
    """An input that a step reads off its instance is no dependency: the step is refused."""
    loan = Loan(amount=100.0)

    with pytest.raises(ig.ResolutionError, match="asks for 'limit' while it runs"):
        loan.result.total  # noqa: B018 -- it raises
    assert loan.limit == 500.0


PAST = {
    "inputs": lambda own: own.inputs["rate"],
    "an input": lambda own: own.rate,
    "cells": lambda own: own.cells[1].value,
    "children": lambda own: own.children,
    "succeeded": lambda own: own.succeeded,
    "failed": lambda own: own.failed,
    "pending": lambda own: own.pending,
    "plan": lambda own: own.plan(),
    "resolve": lambda own: own.resolve("rate"),
    "resolve_all": lambda own: own.resolve_all(),
    "resolve_incrementally": lambda own: own.resolve_incrementally(),
    "an output": lambda own: own.result.fee,
    "an item": lambda own: own.result["fee"],
    "dict": lambda own: dict(own.result),
    "to_dict": lambda own: own.result.to_dict(),
    "errors": lambda own: own.result.errors,
    "states": lambda own: own.result.states,
    "to_frame": lambda own: own.result.to_frame(),
}
"""Ways to read from one's own instance what no parameter names."""

ASIDE = {
    "id": lambda own: own.id,
    "repr": repr,
    "a text": lambda own: str(own.result),
    "the graph": lambda own: own.compiled_graph,
    "capabilities": lambda own: own.capability_report(),
    "events": lambda own: own.events,
    "another instance": lambda own: type(own)(amount=2.0).inputs["rate"],
    "its result": lambda own: type(own)(amount=2.0).result.fee,
}
"""What a step may ask: it does not change with an input, is a text for a person, or another's."""


def asking(way):
    """Return a contract in which a step asks its instance for something."""

    class Asks(ig.Contract):
        amount = ig.input(float)
        rate = ig.input(float, default=0.5)
        fee = ig.output("rate")

        @ig.output
        def total(self, amount):
            way(self)
            return amount

    return Asks


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("way", PAST.values(), ids=PAST)
def test_a_step_reads_nothing_past_its_parameters(way, runner):
    """Whatever a step reads off its own instance would be no dependency: it is refused."""
    asks = asking(way).configured(runner=runner)(amount=1.0)

    with pytest.raises(ig.ResolutionError, match="while it runs: a node reads others only through"):
        asks.resolve_all()
    assert asks.inputs == {"amount": 1.0, "rate": 0.5}
    assert asks.failed
    assert asks.result.states["fee"].value == 0.5


@pytest.mark.parametrize("way", ASIDE.values(), ids=ASIDE)
def test_what_is_no_reading_is_no_bodys_dependency(way):
    """What does not change with the inputs, texts and other instances are a step's to ask."""
    assert asking(way)(amount=1.0).result.total == 1.0


def test_a_nested_step_reads_nothing_of_the_contract_around_it():
    """A step of a nested contract is one of the contract around it as well."""

    class Inner(ig.Contract):
        amount = ig.input(float)

        @ig.output
        def total(amount):
            return amount + outer.inputs["rate"]

    class Outer(ig.Contract):
        amount = ig.input(float)
        rate = ig.input(float, default=0.5)
        inner = ig.compose(Inner, inputs=["amount"])
        total = ig.output("inner.total")
        ig.expose("rate")

    outer = Outer(amount=1.0)

    with pytest.raises(ig.ResolutionError, match="asks for its inputs while it runs"):
        outer.result.total  # noqa: B018 -- it raises


@pytest.mark.parametrize(
    "way",
    [
        lambda own: own.amount,
        lambda own: own.inputs["amount"],
        lambda own: own.cells[0].value,
        lambda own: own.result.states["amount"].value,
    ],
)
def test_a_listener_may_read(way):
    """Who is told of an event is no step, and reads what the instance has."""
    read = []

    class Plain(ig.Contract):
        amount = ig.input(float)
        total = ig.output(lambda amount: amount + 1)
        ig.expose("amount")

    plain = Plain(amount=1.0)
    plain.subscribe(lambda event: read.append(way(plain)))

    assert plain.result.total == 2.0
    assert set(read) == {1.0}
