"""``explain`` and ``lineage``: what a value was made of, and which inputs reach it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig
from tests.runtime.model import World, build
from tests.runtime.test_machine import INPUTS, VALUES, contracts


class Delivery(ig.Contract):
    """A nested contract."""

    weight = ig.input(float)

    @ig.compute
    def zone(weight):
        return "far" if weight > 1 else "near"

    @ig.output
    def cost(weight, zone):
        return weight * 2


class Price(ig.Contract):
    """A contract with a diamond, a guard, a nested contract, and failures."""

    order = ig.input(float)
    weight = ig.input(float, default=2.0)
    unused = ig.input(int, default=0)
    delivery = ig.compose(Delivery, inputs={"weight": "weight"})

    @ig.guard
    def positive(order):
        return order > 0

    @ig.compute
    def base(order, positive):
        return order

    @ig.output
    def total(base, delivery):
        return base + delivery.cost

    cost = ig.output("delivery.cost")

    @ig.output
    def wrong(total, unused):
        return total / unused

    @ig.output
    def behind(wrong):
        return wrong


TREE = """\
total is 14.0 because base is 10.0 and delivery.cost is 4.0

total = 14.0
├── base = 10.0
│   ├── order = 10.0 (given)
│   └── positive = True
│       └── order = 10.0 (given)
└── delivery.cost = 4.0
    ├── delivery.weight = 2.0
    │   └── weight = 2.0 (given)
    └── delivery.zone = 'far'
        └── delivery.weight = 2.0 (see above)"""


def test_a_value_is_explained_down_to_the_inputs() -> None:
    """The tree goes into nested contracts and out of them; what is shared is written out once."""
    explanation = Price(order=10.0).explain("total")

    assert str(explanation) == TREE
    assert [*explanation.to_frame()] == ["node", "kind", "value", "made of"]
    assert explanation.sentence == explanation.headline == TREE.splitlines()[0]
    assert [row.node for row in explanation.rows].count("delivery.weight") == 1


def test_an_output_of_a_nested_contract_is_explained_there() -> None:
    """An output that takes a nested one's says so."""
    said = str(Price(order=10.0).explain("cost")).splitlines()

    assert said[0] == "cost is 4.0 because delivery.cost is 4.0"
    assert said[2:4] == ["cost = 4.0", "└── delivery.cost = 4.0"]
    assert "weight" in Price(order=10.0).explain("delivery").rows[0].reads

    class Twice(ig.Contract):
        weight = ig.input(float)
        delivery = ig.compose(Delivery, inputs={"weight": "weight"})
        twice = ig.output(lambda c: c * 2, depends_on={"c": "delivery.cost"})
        more = ig.output(lambda c: c + 1, depends_on={"c": "delivery.cost"})
        both = ig.output(lambda c, d: c, depends_on={"c": "delivery.cost", "d": "delivery"})

    twice = Twice(weight=2.0)
    assert twice.explain("twice").sentence == "twice is 8.0 because delivery.cost is 4.0"
    nodes = [row.node for row in twice.explain("more").rows]
    assert nodes == ["more", "delivery.cost", "delivery.weight", "weight", "delivery.zone"]
    assert twice.explain("both").rows[0].reads == ("delivery.cost",)
    assert twice.explain("delivery.cost").rows[0].reads == ("delivery.weight", "delivery.zone")

    class Closed(ig.Contract):
        weight = ig.input(float)
        open = ig.guard("weight", between=(0, 1), gates="all")
        delivery = ig.compose(Delivery, inputs={"weight": "weight"})
        twice = ig.output(lambda c: c * 2, depends_on={"c": "delivery.cost"})

    assert "delivery.cost" in Closed(weight=2.0).explain("twice").rows[0].reads


def test_what_failed_is_explained_too() -> None:
    """Of a node without a value the error is told, and of one behind it what blocked it."""
    price = Price(order=10.0)

    assert price.explain("wrong").sentence == (
        "wrong has no value: ZeroDivisionError: float division by zero"
    )
    behind = str(price.explain("behind")).splitlines()
    assert "wrong" in behind[0]
    assert behind[3].startswith("└── wrong has no value: ZeroDivisionError")


def test_inputs_and_constants_depend_on_nothing() -> None:
    """An input was given; what reads nothing depends on nothing."""

    class Three(ig.Contract):
        three = ig.const(3)
        out = ig.output("three")

    assert Price(order=10.0).explain("order").sentence == "order is 10.0: it was given"
    assert Three().explain("three").sentence == "three is 3: it depends on nothing"


def test_a_nested_contract_that_never_ran_is_told_as_a_node() -> None:
    """Where a guard stopped the nested contract, the explanation stops there too."""

    class Gated(ig.Contract):
        order = ig.input(float)
        weight = ig.input(float)

        @ig.guard(gates="all")
        def positive(order):
            return order > 0

        delivery = ig.compose(Delivery, inputs={"weight": "weight"})

        @ig.output
        def total(delivery):
            return delivery.cost

    nodes = [row.node for row in Gated(order=-1.0, weight=1.0).explain("total").rows]

    assert "delivery" in nodes
    assert "positive" in nodes
    assert not any(node.startswith("delivery.") for node in nodes)


def test_lineage_names_the_inputs_and_the_shortest_way() -> None:
    """Inputs that do not reach the value are left out, the nested one's own are passed through."""
    lineage = Price(order=10.0).lineage("total")

    assert [(row.input, row.through) for row in lineage.rows] == [
        ("order", ("base",)),
        ("weight", ("delivery.weight", "delivery.cost")),
    ]
    assert lineage.headline == "total depends on 2 inputs"
    assert lineage.records()[1]["through"] == "delivery.weight → delivery.cost"
    assert lineage.to_frame()["value"].tolist() == [10.0, 2.0]
    assert Price(order=1.0).lineage("order").rows[0].through == ()


def test_values_of_a_report_are_copies() -> None:
    """What a frame of an explanation holds can be changed without a change to the execution."""

    class Lists(ig.Contract):
        items = ig.input(list)

        @ig.output
        def count(items):
            return len(items)

    lists = Lists(items=[1, 2])

    lists.explain("count").to_dict()["rows"][1]["value"].append(3)
    lists.lineage("count").to_dict()["rows"][0]["value"].append(3)

    assert lists.inputs["items"] == [1, 2]


def test_unknown_names_are_listed() -> None:
    """There is no explanation of what is not there."""
    with pytest.raises(KeyError, match="did you mean 'total'"):
        Price(order=1.0).explain("totla")
    with pytest.raises(KeyError, match="known: "):
        Price(order=1.0).lineage("x")


def test_a_step_may_not_ask_for_an_explanation() -> None:
    """A step reads others through its parameters only."""

    class Nosy(ig.Contract):
        x = ig.input(int)

        @ig.output
        def y(self, x):
            return self.explain("x")

    with pytest.raises(ig.ResolutionError, match="asks for an explanation while it runs"):
        Nosy(x=1).resolve_all()


def test_a_long_chain_and_a_wide_diamond_end() -> None:
    """Twice a thousand shared nodes are told once each: no line is written twice over."""
    builder = ig.ContractBuilder("Diamonds")
    builder.input("n0", int)
    for at in range(1_000):
        builder.compute(f"a{at}", lambda x: x, depends_on={"x": f"n{at}"})
        builder.compute(f"n{at + 1}", lambda x, y: x + y, depends_on={"x": f"n{at}", "y": f"a{at}"})
    builder.output("last", source="n1000")
    made = builder.build()(n0=0)

    assert len(made.explain("last").rows) == 2_002
    assert len(str(made.explain("last")).splitlines()) < 5_000
    assert made.lineage("last").rows[0].input == "n0"


@given(data=st.data())
def test_what_is_explained_is_what_the_value_depends_on(data: Any) -> None:
    """An input is in the lineage of a value if and only if a way of arrows leads there."""
    specs = data.draw(contracts(in_place=False))
    made = build(World(), specs)
    contract = made(**{spec.name: data.draw(VALUES) for spec in INPUTS})
    graph = made.compiled_graph
    name = data.draw(st.sampled_from([*graph.outputs]))
    nested = {spec.name for spec in specs if spec.kind == "nested"}

    seen = {row.input for row in contract.lineage(name).rows}

    reached, pending = set(), [graph.outputs[name]]
    while pending:
        position = pending.pop()
        if position not in reached:
            reached.add(position)
            pending += (*graph.deps[position], *graph.gates[position])
    possible = {graph.nodes[position].name for position in reached}
    assert seen <= possible
    if not nested & possible:  # a nested contract may leave some of its inputs alone
        assert seen == {spec.name for spec in INPUTS} & possible
    rows = contract.explain(name).rows
    assert len({row.node for row in rows}) == len(rows)
    assert {read for row in rows for read in row.reads} <= {row.node for row in rows}
