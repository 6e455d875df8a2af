"""Copies of contract instances."""

from __future__ import annotations

import copy
import threading
from types import SimpleNamespace
from typing import Any

import pytest

import igniter_nb as ig
from igniter_nb.runtime.cells import Cells

RAN: list[str] = []


@pytest.fixture(autouse=True)
def nothing_ran():
    """Begin every test with nothing written down."""
    RAN.clear()


class Rate(ig.Contract):
    country = ig.input(str)

    @ig.compute
    def rates(country):
        RAN.append("rates")
        return [0.2] if country == "UA" else [0.25]

    @ig.output
    def rate(rates):
        RAN.append("rate")
        return rates[0]

    listed = ig.output("rates")


class Price(ig.Contract):
    amounts = ig.input(list[float])
    country = ig.input(str, default="UA")
    tax = ig.compose(Rate, inputs={"country": "country"})
    rate = ig.output("tax.rate")

    @ig.compute
    def net(amounts):
        RAN.append("net")
        amounts.append(0.0)
        return sum(amounts)

    @ig.output
    def gross(net, rate):
        RAN.append("gross")
        return net * (1 + rate)


@pytest.fixture
def price():
    """Make an order that has run."""
    made = Price(amounts=[100.0, 20.0]).resolve_all()
    RAN.clear()
    return made


def test_a_copy_is_at_the_same_state_and_runs_nothing(price):
    """All is fresh in a copy, nested contracts included: reading it runs no node."""
    other = copy.copy(price)

    assert other.result.to_dict() == price.result.to_dict()
    assert other.resolve_incrementally().fully_memoized
    assert RAN == []
    assert type(other) is Price
    assert other.id != price.id


def test_an_update_of_one_is_none_of_the_other(price):
    """Each has its own inputs and values, and runs only what its own update touches."""
    other = copy.copy(price)

    other.amounts = [50.0]

    assert (price.amounts, other.amounts) == ([100.0, 20.0], [50.0])
    assert (other.result.gross, price.result.gross) == (60.0, 144.0)
    assert RAN == ["net", "gross"]


def test_nested_contracts_are_copied_with_it(price):
    """What runs inside a copy's nested contract leaves the first one's as it was."""
    other = copy.copy(price)

    report = other.resolve_incrementally(country="PL")
    (child,), (copied,) = price.children.values(), other.children.values()

    assert "tax" in report.changed_nodes
    assert (child.result.rate, copied.result.rate) == (0.2, 0.25)
    assert (price.result.gross, other.result.gross) == (144.0, 150.0)
    assert RAN == ["rates", "rate", "gross"]
    assert price.resolve_incrementally().fully_memoized


def test_an_equal_result_inside_a_copy_is_cut_off(price):
    """A nested contract that comes out as before the copy runs nobody outside it."""
    price.resolve_incrementally(country="PL")
    other = copy.copy(price)
    RAN.clear()

    report = other.resolve_incrementally(country="DE")

    assert report.backdated_nodes == ("tax",)
    assert RAN == ["rates"]


def test_values_that_can_be_changed_stay_apart(price):
    """What a reader of one changes in place is seen by nobody else, whichever it is read from."""
    other = copy.copy(price)

    price.amounts.append(1.0)
    other.amounts.append(2.0)
    (child,) = other.children.values()
    child.result.listed.append(3.0)

    assert price.amounts == other.amounts == [100.0, 20.0]
    assert next(iter(price.children.values())).result.listed == [0.2]


def test_updates_that_nobody_has_run_go_with_it():
    """A queued value belongs to the copy too, which runs it by itself."""
    price = Price(amounts=[1.0]).resolve_all().update_inputs(amounts=[5.0])

    other = copy.copy(price)
    price.update_inputs(amounts=[7.0])

    assert other.result.gross == 6.0
    assert price.result.gross == 8.4


def test_a_copy_of_what_has_not_run_runs_by_itself():
    """Before the first run a copy is another instance with the same inputs."""
    price = Price(amounts=[100.0])
    other = copy.copy(price)

    assert other.pending
    assert other.result.gross == 120.0
    assert price.pending


def test_a_failure_is_copied_as_the_state_that_it_is():
    """A failed node is failed in the copy, with the same error, until somebody mends it there."""

    class Share(ig.Contract):
        of = ig.input(int)

        @ig.output
        def part(of):
            return 1 / of

    failed = Share(of=0)
    failed.resolve_incrementally()

    other = copy.copy(failed)
    assert other.failed
    assert other.result.errors["part"] is failed.result.errors["part"]
    assert other.update_inputs(of=2).result.part == 0.5
    assert failed.failed


def test_a_copy_knows_the_outputs_that_its_nested_contracts_were_given():
    """A nested contract that reads another one whole is given nothing new by a copy."""
    ran = []

    class First(ig.Contract):
        x = ig.input(int)

        @ig.output
        def listed(x):
            return [x]

    class Second(ig.Contract):
        first = ig.input(Any)
        x = ig.input(int)

        @ig.output
        def length(first):
            ran.append("length")
            return len(first.listed)

        @ig.output
        def wrong(x):
            ran.append("wrong")
            return 1 / x

    class Both(ig.Contract):
        x = ig.input(int)
        first = ig.compose(First, inputs={"x": "x"})
        again = ig.output("first")
        second = ig.compose(Second, inputs={"first": "first", "x": "x"})

        @ig.output
        def total(second):
            return second.length

    both = Both(x=0)
    with pytest.raises(ig.ResolutionError):
        both.resolve_all()
    other = copy.copy(both)
    ran.clear()

    with pytest.raises(ig.ResolutionError):
        other.resolve_all()

    assert ran == ["wrong"], "what failed is tried again, and nothing else has a reason to run"
    assert other.update_inputs(x=1).resolve_all().result.total == 1


def test_a_copy_has_no_listeners(price):
    """Whoever listens to one hears nothing of the other, from inside nested contracts neither."""
    heard = []
    price.subscribe(heard.append)
    price.resolve_incrementally(country="PL")
    other = copy.copy(price)
    heard.clear()

    other.resolve_incrementally(country="UA")

    assert heard == []
    assert other.events == price.events[:0] or not other.events


def test_a_step_that_takes_self_gets_the_copy():
    """A method of a copy works on the copy, and that of a nested contract on the nested copy."""

    class Inner(ig.Contract):
        x = ig.input(int)

        @ig.output
        def who(self, x):
            return f"{self.id} {x}"

    class Outer(ig.Contract):
        x = ig.input(int)
        inner = ig.compose(Inner, inputs={"x": "x"})

        @ig.output
        def both(self, inner):
            return f"{self.id} {inner.who}"

    one = Outer(x=1).resolve_all()
    one._note = "mine"
    other = copy.copy(one)
    (child,) = other.children.values()

    assert other.update_inputs(x=2).result.both == f"{other.id} {child.id} 2"
    assert other._note == "mine"


def test_options_and_bans_go_with_a_copy(price):
    """A copy runs as the first does, and is bound by the blocks around both."""

    class Fetch(ig.Contract):
        x = ig.input(int)

        @ig.output(capabilities=["network"])
        def y(x):
            return x

    with ig.policy(denied=["network"]):
        made = copy.copy(Fetch(x=1))
    threaded = Price.configured(runner="threads", pool_size=2)(amounts=[1.0])

    with pytest.raises(ig.CapabilityViolationError):
        copy.copy(made).resolve_all()
    assert copy.copy(threaded).execution.options == threaded.execution.options


def test_a_step_cannot_copy_the_execution_it_runs_in():
    """A step reads others only through its parameters; a copy would be a way round."""
    held = []

    class Curious(ig.Contract):
        x = ig.input(int)

        @ig.output
        def y(x):
            return copy.copy(held[0])

    held.append(Curious(x=1))

    with pytest.raises(ig.ResolutionError, match="only through its parameters"):
        held[0].resolve_all()


def test_a_step_copies_another_execution(price):
    """A copy of an execution that does not run is no more than a value."""

    class Compares(ig.Contract):
        more = ig.input(float)

        @ig.output
        def difference(more):
            other = copy.copy(price)
            return other.update_inputs(amounts=[*other.amounts, more]).result.gross

    assert Compares(more=30.0).result.difference == 180.0


def test_a_copy_waits_until_the_run_is_over():
    """Copied by another thread during a run, an execution is copied as the run leaves it."""
    began, go_on = threading.Event(), threading.Event()

    class Slow(ig.Contract):
        x = ig.input(int)

        @ig.output
        def y(x):
            began.set()
            go_on.wait(10)
            return x + 1

    slow, copies = Slow(x=1), []
    runner = threading.Thread(target=slow.resolve_all)
    runner.start()
    began.wait(10)
    copier = threading.Thread(target=lambda: copies.append(copy.copy(slow)))
    copier.start()
    go_on.set()
    runner.join(10)
    copier.join(10)

    assert copies[0].succeeded


def test_a_run_that_waits_for_a_coroutine_is_not_copied(price):
    """In the middle of a run that nobody holds there is no state to copy: the text says when."""
    price.execution.turn = SimpleNamespace(open=True)

    with pytest.raises(ig.ResolutionError, match="copy it when that run is over"):
        copy.copy(price)


def test_every_property_of_an_execution_is_copied(price):
    """A property that is added to executions later is not forgotten in their copies."""
    other = copy.copy(price).execution
    known = {name for name in Cells.__slots__ if hasattr(price.execution, name)}

    assert {name for name in Cells.__slots__ if hasattr(other, name)} >= known - {"hub", "around"}
