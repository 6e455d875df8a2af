"""Draft in, compiled graph out; or one error with every problem."""

from __future__ import annotations

import linecache
import warnings

import pytest

import igniter_nb as ig
from igniter_nb.compiler import Draft, compile_draft, nearest
from tests.compiler.refusals import compiled


def test_all_problems_are_told_at_once():
    """One error has every problem, as declared; what was not understood comes last."""
    with pytest.raises(ig.CompileError) as caught:

        class Price(ig.Contract):
            amount = ig.input(int, default="x")
            rate = ig.input(float)

            @ig.compute
            def total(amount, rte):
                return amount * rte

            @ig.compute
            def circle(total, circle):
                return total

            @ig.compute(capabilities=["network"], pure=True)
            def checked(rate: str):
                return rate

            late = ig.project("amuont", key="x")
            bad = ig.guard("rate", equals=1, one_of=[1])
            shown = ig.output("nobody")

    error = caught.value
    assert [(found.node, found.rule) for found in error.problems] == [
        ("amount", "bad-default"),
        ("total", "parameter-without-source"),
        ("circle", "cycle"),
        ("checked", "impure-pure"),
        ("checked", "type-mismatch"),
        ("late", "unknown-dependency"),
        ("shown", "unknown-dependency"),
        ("bad", "bad-declaration"),
    ]
    assert error.message == "contract Price has 8 problems"
    assert str(error).count("\n  ") >= 8
    assert not isinstance(error, ig.CycleError)


def test_every_problem_points_into_the_users_code():
    """Each problem names the line where its word stands, for every word of the class form."""
    with pytest.raises(ig.CompileError) as caught:

        class Price(ig.Contract):
            a = ig.input(5)  # here: a
            b = ig.const(lambda x: x)  # here: b
            c = ig.compute(lambda x: x)  # here: c
            d = ig.lookup(lambda x: x)  # here: d
            e = ig.map(lambda x: x, over="x")  # here: e
            f = ig.project("x", key="x")  # here: f
            g = ig.guard("x", equals=1)  # here: g
            h = ig.output("x")  # here: h
            i = ig.output(lambda x: x)  # here: i
            ig.expose("j")  # here: j

            @ig.compute  # here: k
            def k(x):
                return x

            @ig.guard(message="no")  # here: l
            def l(x):  # noqa: E743 -- a letter per word
                return x

            @ig.output(  # here: m
                pure=True,
            )
            def m(x):
                return x

            n = ig.compute(3)  # here: n

    assert len(caught.value.problems) == 14
    for found in caught.value.problems:
        file, _, line = found.place.rpartition(":")
        assert file == __file__
        assert linecache.getline(file, int(line)).rstrip().endswith(f"# here: {found.node}")


def test_every_method_of_the_builder_points_to_its_caller():
    """Each problem names the line of the call, for every word, sugar included."""
    builder = ig.ContractBuilder("Price")
    builder.input("a", 5)  # here: a
    builder.const("b", lambda x: x)  # here: b
    builder.compute("c", lambda x: x)  # here: c
    builder.lookup("d", lambda x: x)  # here: d
    builder.map("e", lambda x: x, over="x")  # here: e
    builder.project("f", "x", key="x")  # here: f
    builder.guard("g", "x", equals=1)  # here: g
    builder.output("h", source="x")  # here: h
    builder.output("i", lambda x: x)  # here: i
    builder.expose("j")  # here: j
    builder.expose("k", "l")  # here: k, l
    builder.output("m")  # here: m
    builder.export("n", source="x")  # here: n

    with pytest.raises(ig.CompileError) as caught:
        builder.build()

    assert len(caught.value.problems) == 14
    for found in caught.value.problems:
        file, _, line = found.place.rpartition(":")
        assert file == __file__
        assert found.node in linecache.getline(file, int(line)).partition("# here: ")[2].strip()


def test_a_nested_contract_is_pointed_to():
    """Compose and export point to their lines as well."""

    class Inner(ig.Contract):
        a = ig.input(int)
        shown = ig.output("a")

    with pytest.raises(ig.CompileError) as caught:

        class Price(ig.Contract):
            inner = ig.compose(Inner)  # here: inner
            ig.export("nothing", source="inner")  # here: nothing

    assert [found.node for found in caught.value.problems] == ["inner", "nothing"]
    for found in caught.value.problems:
        file, _, line = found.place.rpartition(":")
        assert linecache.getline(file, int(line)).rstrip().endswith(f"# here: {found.node}")


def test_the_error_reads_as_a_list():
    """The text has where, what, expected, came, known names and advice, in that order."""
    with pytest.raises(ig.CompileError) as caught:
        compiled(
            lambda builder: (
                builder.input("rate", float).expose("rate").output("x", len, depends_on="rte")
            )
        )

    lines = str(caught.value).splitlines()
    assert lines[0] == "contract Price has 1 problem [graph=Price]"
    assert lines[1].startswith(f"  1. x ({__file__}:")
    assert lines[1].endswith("): there is no node 'rte'")
    assert [line.strip().partition(":")[0] for line in lines[2:]] == [
        "expected",
        "came",
        "known",
        "do",
    ]


def test_problems_of_one_node_stay_together():
    """Problems come in the order of declaration, those of the whole contract last."""
    with pytest.raises(ig.CompileError) as caught:
        compiled(
            lambda builder: builder.compute("b", lambda x: x).compute("a", lambda y: y).expose("zz")
        )

    assert [found.node for found in caught.value.problems] == ["b", "a", "zz"]


def test_a_draft_that_fits_is_frozen_in_order():
    """A draft without problems becomes a graph without warnings; its outputs keep their order."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compiled(
            lambda builder: (
                builder.output("last", lambda first: first)
                .output("first", lambda a: a)
                .input("a", int)
            )
        )

    assert list(found.outputs) == ["last", "first"]
    assert [node.name for node in found.nodes] == ["a", "first", "last"]
    assert found.warnings == ()


def test_an_empty_draft_has_no_output():
    """A draft without a place and without nodes is told what it lacks, as the rule says it."""
    with pytest.raises(ig.CompileError, match="contract Empty has no output"):
        compile_draft(Draft("Empty"))


def test_a_warning_without_a_place():
    """A draft that stands nowhere warns as well."""
    builder = ig.ContractBuilder("Price").input("a").input("b").expose("a")
    draft = Draft("Price", builder.draft.nodes, exposed=builder.draft.exposed)

    with pytest.warns(ig.ContractWarning, match="input 'b'") as caught:
        compile_draft(draft)

    assert caught[0].filename == "<contract>"


def test_advice_needs_something_near():
    """Advice is given only where a known name is close."""
    assert nearest("rte", ["rate", "country"]) == "did you mean 'rate'?"
    assert nearest("xyz", ["rate", "country"]) == ""


def test_large_graphs_compile():
    """Compiling is linear enough for graphs of thousands of nodes, however they are declared."""
    builder = ig.ContractBuilder("Long")
    for number in range(3_000, 0, -1):
        builder.compute(f"n{number}", lambda value: value, depends_on=[f"n{number - 1}"])
    graph = builder.input("n0", int).expose("n3000").build().compiled_graph

    assert len(graph) == 3_001
    assert graph.deps[-1] == (2_999,)
