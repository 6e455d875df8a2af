"""Outputs: at least one, each of something that exists; and what no output needs."""

from __future__ import annotations

import pytest

import igniter_nb as ig
from tests.compiler.refusals import compiled, problem


class Inner(ig.Contract):
    amount = ig.input(float)
    price = ig.output(lambda amount: amount)
    eta = ig.output("amount")


def test_a_contract_has_an_output():
    """A contract without outputs is refused, at the place where it is declared."""
    found = problem(lambda builder: builder.input("a", int))

    assert found.rule == "no-output"
    assert found.message == "contract Price has no output"
    assert found.node == ""
    assert found.expected == "at least one output"
    assert "@ig.output" in found.hint
    assert found.place.rpartition(":")[0].endswith("refusals.py")


def test_reading_a_nested_output_is_no_output():
    """A dotted dependency stands in the graph but is no output of the contract."""
    found = problem(
        lambda builder: (
            builder.input("amount", float)
            .compose("inner", Inner, inputs=["amount"])
            .compute("b", lambda x: x, depends_on={"x": "inner.price"})
        )
    )

    assert found.rule == "no-output"


def test_a_lost_output_is_one_problem():
    """Where the only output was said wrongly, that is the problem, not that there is none."""
    with pytest.raises(ig.CompileError) as caught:

        class Price(ig.Contract):
            a = ig.input(int)
            b = ig.output(lambda a: a, capabilities="network")

    (found,) = caught.value.problems
    assert found.rule == "bad-declaration"
    assert "write ['network']" in found.message


def test_an_output_of_nothing():
    """Exposing a name that no node has offers the nearest name."""
    found = problem(lambda builder: builder.input("amount", int).expose("amuont"))

    assert found.rule == "output-of-nothing"
    assert found.message == "the output 'amuont' names no node"
    assert found.known == ("amount",)
    assert found.hint == "did you mean 'amount'?"
    assert found.place.startswith(__file__)


def test_an_alias_of_nothing():
    """An output of a node that does not exist offers the nearest name."""
    found = problem(lambda builder: builder.input("amount", int).output("b", source="amuont"))

    assert found.rule == "unknown-dependency"
    assert found.node == "b"
    assert found.hint == "did you mean 'amount'?"


def nested(builder: ig.ContractBuilder) -> ig.ContractBuilder:
    """Declare a nested contract."""
    return builder.input("amount", float).compose("inner", Inner, inputs=["amount"])


def test_an_output_of_a_nested_contract():
    """An output is shown from a nested contract under a new name, or exported under its own."""
    found = compiled(
        lambda builder: (
            nested(builder).output("total", source="inner.price").export("eta", source="inner")
        )
    )

    assert list(found.outputs) == ["total", "eta"]
    assert found.node("eta").item == "eta"


def test_an_output_that_a_nested_contract_does_not_have():
    """An unknown output of a nested contract names the contract and what it has."""
    found = problem(lambda builder: nested(builder).export("prise", source="inner"))

    assert found.rule == "output-of-nothing"
    assert found.message == "contract Inner has no output 'prise'"
    assert found.known == ("price", "eta")
    assert found.hint == "did you mean 'price'?"


def test_a_projection_of_an_unknown_nested_output():
    """Reading or projecting an unknown nested output is found before anything runs."""
    for declare in (
        lambda builder: nested(builder).project("x", "inner", key="prise").expose("x"),
        lambda builder: nested(builder).project("x", "inner.prise", key=0).expose("x"),
        lambda builder: nested(builder).output("x", len, depends_on=["inner.prise"]),
    ):
        found = problem(declare)
        assert found.rule == "output-of-nothing"
        assert found.hint == "did you mean 'price'?"


def test_an_item_of_something_that_is_no_contract():
    """A dotted output of an ordinary node says what to use for parts of a value."""
    found = problem(lambda builder: builder.input("a", dict).output("b", source="a.x"))

    assert found.rule == "output-of-nothing"
    assert found.message == "'a' is input, not a nested contract: it has no 'x'"
    assert "ig.project" in found.hint


def test_a_dotted_name_is_exported_not_exposed():
    """Exposing child.output is refused, even where a node reads it, and says what to write."""
    found = problem(
        lambda builder: (
            nested(builder)
            .output("x", lambda p: p, depends_on={"p": "inner.price"})
            .expose("inner.price")
        )
    )

    assert found.rule == "output-of-nothing"
    assert "ig.export" in found.hint


def test_unused_nodes_are_warned_about():
    """Nodes that no output needs are warned about, each at its place, and run never."""
    builder = ig.ContractBuilder("Price").input("a", int).input("b", int)
    builder.compute("c", lambda b: b)
    builder.output("d", lambda a: a)

    with pytest.warns(ig.ContractWarning) as caught:
        found = builder.build().compiled_graph

    assert [warning.node for warning in found.warnings] == ["b", "c"]
    assert found.warnings[1].message == "no output needs compute 'c', so it never runs"
    assert found.warnings[1].rule == "unused-node"
    assert found.warnings[1].place.startswith(__file__)
    (warning,) = caught
    assert str(warning.message).startswith("contract Price: no output needs input 'b'")
    assert str(warning.message).count(__file__) == 2
    assert warning.filename == __file__


def test_the_warning_stands_at_the_contract():
    """The warning is located at the class that the user wrote, so a filter or editor finds it."""
    with pytest.warns(ig.ContractWarning) as caught:

        class Price(ig.Contract):  # the line that is named
            a = ig.input(int)
            b = ig.input(int)
            shown = ig.output("a")

    (warning,) = caught
    with open(warning.filename, encoding="utf-8") as source:  # noqa: PTH123 -- as a traceback does
        assert "the line that is named" in source.readlines()[warning.lineno - 1]


def test_what_an_unused_node_reads_is_told_once():
    """An unused reader of a nested output is told; the dotted name is nobody's declaration."""
    builder = nested(ig.ContractBuilder("Price")).export("eta", source="inner")
    builder.compute("x", lambda p: p, depends_on={"p": "inner.price"})

    with pytest.warns(ig.ContractWarning):
        found = builder.build().compiled_graph

    assert [warning.node for warning in found.warnings] == ["x"]


def test_a_gate_is_needed():
    """A guard that gates a needed node is needed itself."""
    found = compiled(
        lambda builder: (
            builder.input("a", int)
            .input("b", int)
            .guard("ok", "b", equals=1, gates="c")
            .output("c", lambda a: a)
        )
    )

    assert found.warnings == ()
