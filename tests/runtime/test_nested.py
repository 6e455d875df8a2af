"""Contracts in contracts: kept between runs, told only what changed, errors with their path."""

from __future__ import annotations

import pytest

import igniter_nb as ig
from igniter_nb.runtime import Outputs


@pytest.fixture
def ran():
    """Names of nodes in the order in which they ran."""
    return []


@pytest.fixture
def orders(ran):
    """An outer contract over an inner one with two independent lists."""

    class Inner(ig.Contract):
        rows = ig.input(object)
        rate = ig.input(int)

        @ig.output
        def doubled(rows):
            ran.append("doubled")
            return [2 * row for row in rows]

        @ig.output
        def rates(rate):
            ran.append("rates")
            return [rate]

    class Outer(ig.Contract):
        rows = ig.input(object)
        rate = ig.input(int)
        inner = ig.compose(Inner, inputs=["rows", "rate"])
        ig.export("doubled", source="inner")
        all_rates = ig.output("inner.rates")
        first = ig.project("inner", path=["doubled", 0])
        ig.expose("first")

        @ig.output
        def total(doubled):
            ran.append("total")
            return sum(doubled)

        @ig.output
        def size(inner):
            ran.append("size")
            return len(inner)

    return Outer(rows=[1, 2], rate=1)


def test_a_nested_contract_runs_only_what_changed_inside(orders, ran):
    """The inner execution is kept: an update of one input runs one of its nodes."""
    orders.resolve_all()
    ran.clear()

    orders.update_inputs(rate=2).resolve_all()

    assert orders.result.all_rates == [2]
    assert ran == ["rates", "size"]


def test_the_same_list_given_to_a_nested_contract_again_is_no_change(orders, ran):
    """An input whose node did not change is not given again, so nothing runs inside."""
    orders.resolve_all()
    orders.update_inputs(rate=5).resolve_all()

    assert ran.count("doubled") == ran.count("total") == 1


def test_a_list_changed_in_place_and_given_again_reaches_the_nested_contract(orders):
    """What is given again may have changed in place: it is new outside and inside."""
    orders.resolve_all()
    rows = orders.inputs["rows"]
    rows.append(10)

    orders.update_inputs(rows=rows)

    assert orders.result.total == 26
    assert orders.result.first == 2


def test_a_part_of_a_nested_contract_can_be_projected(orders):
    """A projection of an output follows it."""
    assert orders.result.first == 2
    assert orders.update_inputs(rows=[7]).result.first == 14
    assert orders.update_inputs(rate=9).result.first == 14


def test_what_is_given_from_outside_wins_over_what_was_done_inside(orders):
    """Somebody may play with the inner contract; the outer one puts things right when it runs."""
    assert orders.result.total == 6
    (child,) = orders.children.values()
    child.update_inputs(rows=[100])
    assert child.result.doubled == [200]

    assert orders.update_inputs(rate=2).result.total == 6
    child.update_inputs(rows=[100])
    assert orders.update_inputs(rate=3).result.total == 6


def test_asked_partly_and_changed_in_between_is_still_seen(orders):
    """An output that was not asked for while it changed is found changed later."""
    orders.resolve_all()
    orders.update_inputs(rows=[3]).resolve("inner")

    assert orders.result.total == 6
    assert orders.update_inputs(rows=[4]).result.first == 8
    assert orders.result.total == 8


def test_children_are_there_once_they_ran(orders):
    """``children`` has the nested contracts that were made, by node id; looking runs nothing."""
    assert orders.children == {}
    orders.resolve_all()

    ((position, child),) = orders.children.items()
    assert orders.compiled_graph.nodes[position].name == "inner"
    assert child.result.rates == [1]
    assert child.id.startswith("Inner#")


def test_outputs_are_a_mapping_and_have_attributes(orders):
    """The value of a nested contract has its outputs by item and by attribute."""
    outputs = orders.resolve("inner")

    assert isinstance(outputs, Outputs)
    assert outputs.doubled is outputs["doubled"]
    assert dict(outputs) == {"doubled": [2, 4], "rates": [1]}
    assert repr(outputs) == "Inner(doubled=[2, 4], rates=[1])"
    for ask in (lambda: outputs.doubld, lambda: outputs["doubld"]):
        with pytest.raises(
            (AttributeError, KeyError),
            match="Inner has no output 'doubld'; known: doubled, rates; did you mean 'doubled'",
        ):
            ask()
    assert outputs.get("nothing", 5) == 5
    with pytest.raises(AttributeError, match="outputs have no attribute '_private'"):
        _ = outputs._private


def test_a_step_that_asks_for_a_wrong_output_is_told_the_known_ones():
    """The error of the step names the nested contract, its outputs and what was meant."""

    class Child(ig.Contract):
        x = ig.input(int)
        o = ig.output(lambda x: x)

    class Parent(ig.Contract):
        x = ig.input(int)
        ch = ig.compose(Child, inputs=["x"])
        y = ig.output(lambda ch: ch.oo)

    with pytest.raises(
        ig.ResolutionError, match="Child has no output 'oo'; known: o; did you mean 'o'"
    ):
        Parent(x=1).result.y  # noqa: B018 -- it raises


class Half(ig.Contract):
    x = ig.input(int)

    @ig.output
    def half(x):
        return 10 // x

    @ig.output
    def fine(x):
        return x


class Whole(ig.Contract):
    x = ig.input(int)
    part = ig.compose(Half, inputs=["x"])
    half = ig.output("part.half")

    @ig.output
    def behind(half):
        return half


def test_a_failure_inside_has_the_path_from_outside():
    """The error names both contracts: our graph and node, the path inside, the inner place."""
    whole = Whole(x=0)
    with pytest.raises(ig.ResolutionError) as caught:
        whole.resolve_all()

    error = caught.value
    assert (error.context["graph"], error.context["path"]) == ("Whole", "part.half")
    assert str(error.context["execution"]).startswith("Half#")
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    assert isinstance(root, ZeroDivisionError)
    assert whole.result.errors["part"] is whole.result.errors["behind"]


def test_a_failure_inside_is_mended_and_comes_back_to_the_same_value():
    """After a failure inside, the last good outputs are what the next ones are compared with."""
    whole = Whole(x=5).resolve_all()
    whole.resolve_incrementally(x=0)
    assert whole.failed

    report = whole.resolve_incrementally(x=5)
    assert whole.result.behind == 2
    assert report.backdated_nodes == ("part", "behind")
    assert report.changed_nodes == ()
    assert report.changed_outputs == {}
    whole.execution.check_invariants()


def test_inputs_of_a_nested_contract_are_validated():
    """A value that the inner contract does not take fails the node, with the inner finding."""

    class Loose(ig.Contract):
        x = ig.input(object)
        part = ig.compose(Half, inputs=["x"])
        half = ig.output("part.half")

    loose = Loose(x="five")
    with pytest.raises(ig.InputError, match="x") as caught:
        loose.resolve_all()
    assert caught.value.context["graph"] == "Loose"
    assert caught.value.context["node"] == "part"

    assert loose.update_inputs(x=5).result.half == 2
    with pytest.raises(ig.InputError):
        _ = loose.update_inputs(x="six").result.half
    assert loose.update_inputs(x=10).result.half == 1


def test_nested_contracts_of_two_executions_are_two():
    """Executions share nothing, their nested ones neither."""
    one, two = Whole(x=1).resolve_all(), Whole(x=2).resolve_all()

    (first,), (second,) = one.children.values(), two.children.values()
    assert first.id != second.id
    one.update_inputs(x=5).resolve_all()
    assert two.result.half == 5


def test_a_nested_contract_on_threads_keeps_its_own_options():
    """The inner contract runs by the options of its class, inside a worker of the outer one."""

    class Threaded(ig.Contract, runner="threads", pool_size=2):
        x = ig.input(int)

        @ig.output
        def half(x):
            return x / 2

    class Around(ig.Contract, runner="threads", pool_size=2):
        x = ig.input(int)
        one = ig.compose(Threaded, inputs=["x"])
        two = ig.compose(Threaded, inputs=["x"])

        @ig.output
        def total(one, two):
            return one.half + two["half"]

    around = Around(x=2)
    assert around.result.total == 2.0
    assert around.update_inputs(x=3).result.total == 3.0


def test_deep_nesting_updates_through_all_levels(ran):
    """An update reaches the innermost contract and nothing beside its way."""

    class Level(ig.Contract):
        p = ig.input(int)
        q = ig.input(int)

        @ig.output
        def r(p):
            ran.append("p")
            return p + 1

        @ig.output
        def s(q):
            ran.append("q")
            return q + 1

    for _ in range(3):
        inner = Level

        class Level(ig.Contract):  # type: ignore[no-redef]  # a level around the one before
            p = ig.input(int)
            q = ig.input(int)
            deeper = ig.compose(inner, inputs=["p", "q"])
            ig.export("r", "s", source="deeper")

    level = Level(p=0, q=0)
    assert level.result.to_dict() == {"r": 1, "s": 1}
    ran.clear()

    assert level.update_inputs(q=5).result.to_dict() == {"r": 1, "s": 6}
    assert ran == ["q"]


def test_equal_outputs_inside_are_backdated_outside():
    """A nested contract that ran and gave what it gave before stops the change there."""

    class Halved(ig.Contract):
        x = ig.input(int)

        @ig.output
        def half(x):
            return [x // 2]

    class Around(ig.Contract):
        x = ig.input(int)
        part = ig.compose(Halved, inputs=["x"])

        @ig.output
        def shown(part):
            return part.half[0]

    around = Around(x=4).resolve_all()

    report = around.resolve_incrementally(x=5)

    assert report.backdated_nodes == ("part",)
    assert report.skipped_nodes == ("shown",)


def test_one_node_can_hold_several_instances():
    """Nested executions are held by node and key: two keys of one node are two executions."""

    class Inner(ig.Contract):
        x = ig.input(int)
        y = ig.output(lambda x: x + 1)

    class Outer(ig.Contract):
        x = ig.input(int)
        inner = ig.compose(Inner, inputs=["x"])
        y = ig.output("inner.y")

    outer = Outer(x=1).resolve_all()
    execution, graph = outer.execution, Outer.compiled_graph
    position = graph.index["inner"]
    (held,) = graph.nodes[position].nested
    sources = {"x": graph.index["x"]}

    first, second = (
        execution.nested((position, key), held, sources, path="inner") for key in ("a", "b")
    )

    assert first is not second
    first.resolve_outputs()
    assert first.handed(Inner.compiled_graph.outputs["y"]) == 2
    assert {place for place, _ in execution.nested_now()} == {
        (position, None),
        (position, "a"),
        (position, "b"),
    }
    assert list(outer.children) == [position]
