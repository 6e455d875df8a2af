"""Policies at work: a denied step is stopped before it is entered, wherever and however it runs."""

from __future__ import annotations

import asyncio
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import igniter_nb as ig

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_policy() -> Iterator[None]:
    """Leave no policy behind, and no record of what was entered."""
    ENTERED.clear()
    yield
    ig.set_policy(None)


ENTERED: list[str] = []


@ig.requires("database")
class DatabaseLookup(ig.Executor):
    def call(self, id):  # noqa: A002 -- the seed's name
        ENTERED.append("lookup")
        return {"id": id}


class AuditedLookup(DatabaseLookup):
    pass


@ig.pure
class PureCalculator(ig.Executor):
    def call(self, record):
        ENTERED.append("calculator")
        return record["id"] * 2


class MyContract(ig.Contract):
    id = ig.input(int)
    record = ig.lookup(DatabaseLookup)
    total = ig.output(PureCalculator)


@ig.requires("database")
def look_up(id):  # noqa: A002 -- the seed's name
    """Look up."""
    ENTERED.append("function")
    return id


@ig.requires("database")
async def look_up_later(id):  # noqa: A002 -- the seed's name
    """Look up, later."""
    ENTERED.append("coroutine")
    return id


@ig.requires("database")
class Store:
    def __call__(self, id):  # noqa: A002 -- the seed's name
        ENTERED.append("object")
        return id

    def find(self, id):  # noqa: A002 -- the seed's name
        ENTERED.append("method")
        return id


def plain(id):  # noqa: A002 -- the seed's name
    """Declare nothing."""
    ENTERED.append("plain")
    return id


def test_the_seeds_first_example():
    """The seed: a denied node raises before its executor is entered, with this very message."""
    ig.set_policy(ig.Policy(denied=["database"]))

    with pytest.raises(ig.CapabilityViolationError) as caught:
        MyContract(id=42).resolve_all()

    error = caught.value
    assert (
        error.message == "Node 'record' executor DatabaseLookup uses denied capabilities: database"
    )
    assert str(error).startswith(error.message)
    assert error.capabilities == ("database",)
    assert error.context["graph"] == "MyContract"
    assert error.context["node"] == "record"
    assert error.context["location"].startswith(__file__)
    assert ENTERED == []


def test_without_a_policy_everything_runs():
    """The seed: no policy, and a policy set to None, check nothing."""
    ig.set_policy(ig.Policy(denied=["database"]))
    ig.set_policy(None)

    assert MyContract(id=21).result.total == 42
    assert ENTERED == ["lookup", "calculator"]


def test_the_seeds_introspection():
    """The seed: the graph tells what each node declares, and an input declares nothing."""
    graph = MyContract.compiled_graph

    assert graph.required_capabilities() == {"record": ("database",), "total": ("pure",)}
    assert graph.capabilities_for("record") == ("database",)
    assert graph.capabilities_for("total") == ("pure",)
    assert graph.capabilities_for("id") == ()


@pytest.mark.parametrize(
    ("declare", "label"),
    [
        (lambda b: b.output("x", DatabaseLookup), "DatabaseLookup"),
        (lambda b: b.output("x", AuditedLookup), "AuditedLookup"),
        (lambda b: b.output("x", DatabaseLookup()), "DatabaseLookup"),
        (lambda b: b.output("x", look_up), "look_up"),
        (lambda b: b.output("x", look_up_later), "look_up_later"),
        (lambda b: b.output("x", functools.partial(look_up)), "look_up"),
        (lambda b: b.output("x", Store()), "Store"),
        (lambda b: b.output("x", Store().find), "Store.find"),
        (lambda b: b.output("x", plain, capabilities=["database"]), "plain"),
        (lambda b: b.lookup("x", look_up).expose("x"), "look_up"),
        (lambda b: b.map("x", look_up, over="id").expose("x"), "look_up"),
        (lambda b: b.guard("x", look_up).expose("x"), "look_up"),
        (lambda b: b.guard("x", "id", equals=1, capabilities=["database"]).expose("x"), "Equals"),
        (
            lambda b: b.const("x", ig.requires("database")(lambda: 1)).expose("x"),
            "<lambda>",
        ),
        (lambda b: b.const("x", 1, capabilities=["database"]).expose("x"), ""),
    ],
)
def test_every_kind_of_node_and_callable_is_stopped(declare, label):
    """Executors, instances, subclasses, functions, methods, coroutines, guards, constants."""
    builder = ig.ContractBuilder("Price").input("id", int).expose("id")
    declare(builder)
    contract = builder.build()

    with ig.policy(denied=["database"]):
        price = contract(id=1)
        with pytest.raises(ig.CapabilityViolationError, match=r"^Node 'x' ") as caught:
            price.resolve("x")

    assert ENTERED == []
    assert caught.value.capabilities == ("database",)
    if label:
        assert f"executor {label} uses denied capabilities: database" in caught.value.message
    assert contract(id=1).resolve("x") in [1, {"id": 1}]


def test_a_denied_default_is_not_made():
    """A default that is made by a function is stopped when the contract is made."""
    make = ig.requires("database")(lambda: ENTERED.append("default"))
    contract = ig.ContractBuilder("Price").input("x", default=make).expose("x").build()

    with ig.policy(denied=["database"]), pytest.raises(ig.CapabilityViolationError):
        contract()

    assert ENTERED == []
    assert contract(x=1).result.x == 1


def test_the_decorator_may_stand_above_the_word():
    """@ig.requires and @ig.pure declare the same above and below the word of the body."""

    class Price(ig.Contract):
        @ig.requires("network")
        @ig.compute
        def above():
            return 1

        @ig.compute
        @ig.requires("network")
        def below():
            return 1

        @ig.pure
        @ig.output(depends_on=["above", "below"])
        def clean(above, below):
            return above + below

        @ig.requires("cache")
        @ig.output(capabilities=["queue"])
        def both():
            return 1

    graph = Price.compiled_graph
    assert graph.capabilities_for("above") == graph.capabilities_for("below") == ("network",)
    assert graph.capabilities_for("clean") == ("pure",)
    assert graph.capabilities_for("both") == ("queue", "cache")


def test_a_capability_of_something_that_does_no_work():
    """Declaring capabilities of an input is a problem of the contract, not lost."""
    with pytest.raises(ig.CompileError, match="unexpected keyword argument 'capabilities'"):

        class Price(ig.Contract):
            a = ig.requires("network")(ig.input(int))
            shown = ig.output("a")


def test_permitted_nodes_run_and_denied_ones_do_not():
    """A policy stops the nodes it denies and what depends on them; the others run."""

    class Price(ig.Contract):
        id = ig.input(int)
        record = ig.output(DatabaseLookup)
        total = ig.output(PureCalculator)
        other = ig.output(plain)

    with ig.policy(denied=["database"]):
        price = Price(id=1)
        with pytest.raises(ig.CapabilityViolationError):
            price.resolve_all()

        assert price.result.other == 1
        assert set(price.result.errors) == {"record", "total"}
    assert ENTERED == ["plain"]


def test_a_plan_names_violations_before_anything_runs():
    """What a policy would stop is known before a single step has had an effect."""
    with ig.policy(denied=["database"]):
        plan = MyContract(id=1).plan()
        report = MyContract.capability_report()

    assert plan.violations == (("record", ("database",)),)
    assert report.violations == (("record", ("database",)),)
    assert ENTERED == []


def test_unknown_names_are_warned_about():
    """With on_unknown="warn" a policy names node and capability, and lets the step run."""
    contract = ig.ContractBuilder("Price").output("x", lambda: 1, capabilities=["netwrok"]).build()

    with (
        ig.policy(on_unknown="warn"),
        pytest.warns(ig.CapabilityWarning, match="node 'x' of Price .* not know: netwrok"),
    ):
        assert contract().result.x == 1


def test_unknown_names_can_stop_a_step():
    """With on_unknown="raise" a policy stops a step with a misspelt name."""
    contract = ig.ContractBuilder("Price").output("x", lambda: 1, capabilities=["netwrok"]).build()

    with ig.policy(on_unknown="raise"), pytest.raises(ig.CapabilityViolationError, match="netwrok"):
        contract().resolve_all()
    with ig.policy(on_unknown="ignore"):
        assert contract().result.x == 1


def test_pure_steps_run_under_any_allow_list():
    """A pure step touches nothing, so an allow-list need not name it."""
    with ig.policy(allowed=["database"]):
        assert MyContract(id=1).result.total == 2
    with ig.policy(allowed=[]), pytest.raises(ig.CapabilityViolationError):
        MyContract(id=1).resolve_all()


def test_a_contract_has_a_policy_of_its_own():
    """A contract's own policy holds for it, with and without one of the process."""

    class Guarded(MyContract, policy=ig.Policy(denied=["database"])):
        pass

    with pytest.raises(ig.CapabilityViolationError):
        Guarded(id=1).resolve_all()
    with pytest.raises(ig.CapabilityViolationError):
        MyContract.configured(policy=ig.Policy(allowed=[]))(id=1).resolve_all()
    assert MyContract(id=1).result.total == 2


def test_no_policy_lifts_another():
    """A permissive contract or block lifts neither the process's ban nor an outer block's."""

    class Permissive(MyContract, policy=ig.Policy(allowed=["database"])):
        pass

    with (
        ig.policy(denied=["database"]),
        ig.policy(allowed=["database"]),
        pytest.raises(ig.CapabilityViolationError),
    ):
        Permissive(id=1).resolve_all()


def test_nested_contracts_are_stopped_inside():
    """A policy reaches into nested contracts, and the error has the path to the nested node."""

    class Order(ig.Contract):
        number = ig.input(int)
        price = ig.compose(MyContract, inputs={"id": "number"})
        total = ig.output("price.total")

    assert Order.compiled_graph.required_capabilities() == {
        "price.record": ("database",),
        "price.total": ("pure",),
    }
    with ig.policy(denied=["database"]), pytest.raises(ig.CapabilityViolationError) as caught:
        Order(number=1).resolve_all()

    assert caught.value.context["graph"] == "Order"
    assert caught.value.context["path"] == "price.record"
    assert ENTERED == []
    assert Order(number=1).result.total == 2


def test_a_policy_is_asked_at_every_run():
    """A step that was permitted is stopped under a later policy, and runs again without it."""
    price = MyContract(id=1)
    assert price.result.total == 2

    with ig.policy(denied=["database"]):
        price.update_inputs(id=2)
        with pytest.raises(ig.CapabilityViolationError):
            price.resolve_all()

    price.update_inputs(id=3)
    assert price.result.total == 6


def test_worker_threads_are_under_the_same_policy():
    """The policy of the block reaches the worker threads of the thread runner."""
    threaded = MyContract.configured(runner="threads", pool_size=2)

    with ig.policy(denied=["database"]), pytest.raises(ig.CapabilityViolationError):
        threaded(id=1).resolve_all()

    assert ENTERED == []
    assert threaded(id=1).result.total == 2


def test_a_block_is_its_threads_own():
    """A block in one thread changes nothing for another thread that runs at the same time."""
    inside, done = threading.Event(), threading.Event()

    def strict():
        with ig.policy(denied=["database"]):
            inside.set()
            assert done.wait(10)
            return ig.get_policy()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(strict)
        assert inside.wait(10)
        assert ig.get_policy() is None
        assert MyContract(id=1).result.total == 2
        done.set()

        assert waiting.result(10) == ig.Policy(denied=["database"])


def test_the_process_policy_is_everybodys():
    """The policy of the process is seen by every thread at once."""
    ig.set_policy(ig.Policy(denied=["database"]))

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(ig.get_policy).result(10)

    assert found == ig.Policy(denied=["database"])


def test_a_block_is_its_tasks_own():
    """A block in one task changes nothing for another; a task started inside keeps the policy."""

    async def strict(inside: asyncio.Event, done: asyncio.Event):
        with ig.policy(denied=["database"]):
            started = asyncio.create_task(asked())
            inside.set()
            await done.wait()
            return await started, ig.get_policy()

    async def asked():
        return ig.get_policy()

    async def main():
        inside, done = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(strict(inside, done))
        await inside.wait()
        outside = ig.get_policy()
        done.set()
        return outside, await task

    outside, (started, kept) = asyncio.run(main())

    assert outside is None
    assert started == kept == ig.Policy(denied=["database"])
