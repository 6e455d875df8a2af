"""The compiled graph: checked, frozen, in topological order, equal by content."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

import igniter_nb as ig
from igniter_nb.graph import CompiledGraph, Input, Kind

if TYPE_CHECKING:
    from pathlib import Path


@ig.requires("network")
def rate(country):
    """Ask for the rate."""
    return 0.2


def gross(order_total, rate):
    """Add the rate."""
    return order_total * (1 + rate)


def built(name="Built", *, default=100.0):
    """Build a contract of functions that can be imported."""
    builder = ig.ContractBuilder(name)
    builder.input("order_total", float, default=default)
    builder.input("country", str)
    with builder.scope("pricing"):
        builder.lookup("rate", rate)
        builder.output("gross", gross)
    builder.guard("domestic", "country", equals="UA", gates=["gross"])
    return builder.build()


Built = built()
Unnamed = built("NotCalledSo")


class Price(ig.Contract):
    order_total = ig.input(float)
    tax = ig.input(float, default=0.2)

    @ig.output
    def total(order_total, tax):
        return order_total * (1 + tax)


class Order(ig.Contract):
    amount = ig.input(float)
    country = ig.input(str)

    with ig.scope("checkout"):
        price = ig.compose(Price, inputs={"order_total": "amount"})
        built = ig.compose(Built, inputs={"order_total": "amount", "country": "country"})

    paid = ig.output(lambda due: due, depends_on={"due": "built.gross"})
    total = ig.output("price.total")


def graph() -> CompiledGraph:
    """Return the graph of the built contract."""
    return Built.compiled_graph


def test_ids_are_in_topological_order():
    """What a node reads, or is gated by, has a smaller id than the node; an id is an index."""
    found = graph()

    assert [node.name for node in found.nodes] == [
        "order_total",
        "country",
        "rate",
        "domestic",
        "gross",
    ]
    for position in range(len(found)):
        assert all(source < position for source in found.deps[position] + found.gates[position])
    assert found.index == {node.name: position for position, node in enumerate(found.nodes)}


def test_arrows_are_known_in_both_directions():
    """A graph knows what each node reads and as what, what gates it, and who depends on it."""
    found = graph()

    assert found.deps == ((), (), (1,), (1,), (0, 2))
    assert found.params == ((), (), ("country",), ("value",), ("order_total", "rate"))
    assert found.gates == ((), (), (), (), (3,))
    assert found.dependants == ((4,), (2, 3), (4,), (4,), ())


def test_a_node_that_passes_a_value_twice_has_one_dependant():
    """A dependant counts once, however often it reads the node."""
    built = ig.ContractBuilder("Twice").input("a", int)
    found = built.output("b", lambda x, y: x + y, depends_on=["a", "a"]).build().compiled_graph

    assert found.deps[1] == (0, 0)
    assert found.dependants == ((1,), ())


def test_outputs_are_ids_by_name():
    """An output is a node's id under the output's name, in order of declaration."""
    assert graph().outputs == {"gross": 4}
    assert list(Order.compiled_graph.outputs) == ["paid", "total"]


def test_a_node_is_found_by_name_or_path():
    """Nodes are found by name and by path; an unknown one brings the known ones."""
    found = graph()

    assert found.node("gross") is found.nodes[4]
    assert found.node("pricing.gross") is found.nodes[4]
    with pytest.raises(KeyError, match="has no node 'gros'; known: order_total, country, rate"):
        found.node("gros")


def test_a_graph_never_changes():
    """Nothing of a compiled graph can be set, deleted or added."""
    found = graph()

    with pytest.raises(AttributeError, match="never changes: cannot set 'name' of graph Built"):
        found.name = "Other"
    with pytest.raises(AttributeError, match="never changes: cannot delete 'nodes'"):
        del found.nodes
    with pytest.raises(TypeError):
        found.outputs["more"] = 1
    with pytest.raises(TypeError):
        found.index["more"] = 1


def test_a_graph_says_how_large_it_is():
    """A graph has the length of its nodes, and a repr of one line."""
    assert len(graph()) == 5
    assert repr(graph()) == "<CompiledGraph Built: 5 nodes, 1 outputs>"


def test_the_same_declaration_compiled_twice_is_equal():
    """Compiling the same declaration again gives an equal graph with an equal hash."""
    again = built().compiled_graph

    assert again is not graph()
    assert again == graph()
    assert hash(again) == hash(graph())
    assert len({again, graph()}) == 1


@pytest.mark.parametrize(
    "other",
    [
        built("Other"),
        built(default=1.0),
        ig.ContractBuilder("Built").input("a", int).expose("a").build(),
    ],
)
def test_another_declaration_is_not_equal(other):
    """Another name, default or node makes another graph."""
    assert other.compiled_graph != graph()
    assert graph() != "Built"


def test_the_order_of_outputs_is_content():
    """Graphs whose outputs come in another order are not equal: equal graphs hash alike."""

    def declared(*names):
        builder = ig.ContractBuilder("Ordered").input("i", int)
        for name in names:
            builder.output(name, {"a": lambda b: b, "b": lambda i: i}[name])
        return builder.build().compiled_graph

    one, other = declared("a", "b"), declared("b", "a")

    assert [node.name for node in one.nodes] == [node.name for node in other.nodes]
    assert one != other


def test_values_that_refuse_comparison_make_graphs_unequal():
    """An array as a constant makes two graphs unequal, not an error."""

    def declared():
        return ig.ContractBuilder("Held").const("a", np.arange(3)).expose("a").build()

    one, other = declared().compiled_graph, declared().compiled_graph

    assert one == one  # noqa: PLR0124 -- it is about being equal to itself
    assert one != other
    assert hash(one) == hash(other)


@pytest.mark.parametrize("contract", [Built, Unnamed, Price, Order])
def test_a_graph_can_be_pickled(contract):
    """The graph of a contract survives pickling: of a class, of a builder, with nested ones."""
    found = contract.compiled_graph

    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(found, protocol))  # noqa: S301 -- our own bytes
        assert back == found
        assert hash(back) == hash(found)
        assert back.warnings == found.warnings
        assert back.dependants == found.dependants


def test_the_graph_of_an_importable_class_travels_by_name():
    """Where the class can be imported only its name is pickled, and the very graph comes back."""
    data = pickle.dumps(Price.compiled_graph)

    assert pickle.loads(data) is Price.compiled_graph  # noqa: S301 -- our own bytes
    assert len(data) < 200
    assert copy.deepcopy(Price.compiled_graph) is Price.compiled_graph


def test_a_built_contract_travels_by_content():
    """A built contract without an importable name is pickled with functions, and can be run."""
    found = pickle.loads(pickle.dumps(Unnamed.compiled_graph))  # noqa: S301 -- our own bytes

    assert found is not Unnamed.compiled_graph
    assert found.node("gross").call.target is gross


def test_a_nested_built_contract_travels_with_its_parent():
    """A nested built contract without an importable name comes back as a working contract."""
    builder = ig.ContractBuilder("Parent").input("amount", float).input("country", str)
    inputs = {"order_total": "amount", "country": "country"}
    parent = builder.compose("inner", built("Inner"), inputs=inputs).expose("inner").build()

    back = pickle.loads(pickle.dumps(parent.compiled_graph))  # noqa: S301 -- our own bytes

    assert back == parent.compiled_graph
    inner = back.node("inner").contract
    assert inner(order_total=100.0, country="UA").result.gross == pytest.approx(120.0)


def test_functions_without_a_name_cannot_travel():
    """A lambda of a contract that cannot be imported is refused by pickle, as everywhere."""
    found = ig.ContractBuilder("Local").output("a", lambda: 1).build().compiled_graph

    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(found)


def test_a_vanished_class_is_named(monkeypatch: pytest.MonkeyPatch):
    """A graph pickled by name needs the same code to come back; without it the name is told."""
    data = pickle.dumps(Price.compiled_graph)
    monkeypatch.delattr(sys.modules[__name__], "Price")

    with pytest.raises(AttributeError, match="has no contract Price here: the same code"):
        pickle.loads(data)  # noqa: S301 -- our own bytes


def test_graphs_travel_between_processes(tmp_path: Path):
    """What one process pickles another one, which imports the same code, gets as an equal graph."""
    (tmp_path / "shop.py").write_text(
        "import igniter_nb as ig\n"
        "def double(a): return 2 * a\n"
        "class Shop(ig.Contract):\n"
        "    a = ig.input(int)\n"
        "    b = ig.output(double)\n"
        "Stall = ig.ContractBuilder('Stall').input('a', int).output('b', double).build()\n"
        "Nameless = ig.ContractBuilder('Else').input('a', int).output('b', double).build()\n"
        "ALL = [Shop, Stall, Nameless]\n"
    )
    write = (
        "import pickle, shop; pickle.dump([c.compiled_graph for c in shop.ALL], open('g', 'wb'))"
    )
    read = (
        "import pickle; graphs = pickle.load(open('g', 'rb')); import shop;"
        "print([g == c.compiled_graph and hash(g) == hash(c.compiled_graph)"
        " for g, c in zip(graphs, shop.ALL)])"
    )
    where = {"PYTHONPATH": f"{tmp_path}:{ig.__path__[0]}/.."}

    for code in (write, read):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=where,
            capture_output=True,
            text=True,
            check=True,
        )

    assert done.stdout.strip() == "[True, True, True]"


def test_capabilities_are_listed_by_path():
    """Every node that declares something is listed by path, nested ones under their contract."""
    assert Built.compiled_graph.required_capabilities() == {"pricing.rate": ("network",)}
    assert Order.compiled_graph.required_capabilities() == {
        "checkout.built.pricing.rate": ("network",)
    }


@pytest.mark.parametrize(
    ("name", "capabilities"),
    [
        ("built", ("network",)),
        ("checkout.built", ("network",)),
        ("built.rate", ("network",)),
        ("checkout.built.pricing.rate", ("network",)),
        ("built.gross", ()),
        ("price.total", ()),
        ("amount", ()),
        ("total", ()),
    ],
)
def test_capabilities_of_one_node(name, capabilities):
    """A node answers for itself, a nested contract for all its nodes, by name or path."""
    assert Order.compiled_graph.capabilities_for(name) == capabilities


@pytest.mark.parametrize(
    ("name", "message"),
    [("nobody", "graph Order has no node 'nobody'"), ("built.no", "graph Built has no node 'no'")],
)
def test_capabilities_of_an_unknown_node(name, message):
    """Asking for an unknown node names the contract that was searched and what it knows."""
    with pytest.raises(KeyError, match=message):
        Order.compiled_graph.capabilities_for(name)


def test_a_dotted_name_answers_for_the_nested_node():
    """A nested node that another one depends on still answers with what it declares."""
    builder = ig.ContractBuilder("Reads").input("country", str)
    builder.compose(
        "inner",
        ig.ContractBuilder("Asks").input("country", str).output("rate", rate).build(),
        inputs=["country"],
    )
    found = builder.output("b", lambda r: r, depends_on={"r": "inner.rate"}).build().compiled_graph

    assert found.node("inner.rate").implied
    assert found.capabilities_for("inner.rate") == ("network",)


def test_violations_name_nodes_and_what_they_are_denied():
    """A graph tells which nodes a policy stops, without running anything."""
    found = graph()

    assert found.violations(ig.Policy(denied=["network"])) == {2: ("network",)}
    assert found.violations(ig.Policy(denied=["database"])) == {}
    assert found.violations(None) == {}


def test_what_is_no_content_is_kept():
    """Documentation and places stay with the nodes."""
    node = graph().node("rate")

    assert node.kind is Kind.LOOKUP
    assert node.doc == "Ask for the rate."
    assert node.location.file == __file__
    assert isinstance(graph().nodes[0], Input)
