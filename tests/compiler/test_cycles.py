"""Orders nodes, or names the circles that forbid it."""

from __future__ import annotations

import graphlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig
from tests.compiler.refusals import compiled, problem, problems


def names(found: ig.Problem) -> list[str]:
    """Return the path of a circle."""
    return found.message.partition(": ")[2].split(" → ")


def test_a_circle_is_a_path_of_names():
    """A cycle is told as a path of names, from its first node around to it again."""
    with pytest.raises(ig.CycleError) as caught:
        compiled(
            lambda builder: (
                builder.input("x", int)
                .compute("a", lambda x, c: 1)
                .compute("b", lambda a: 1)
                .compute("c", lambda b: 1)
                .expose("c")
            )
        )

    (found,) = caught.value.problems
    assert found.rule == "cycle"
    assert found.node == "a"
    assert found.place.startswith(__file__)
    assert names(found) == ["a", "b", "c", "a"]
    assert found.hint
    assert len(str(caught.value)) < 500


def test_a_node_that_reads_itself():
    """A node that depends on itself is the shortest circle."""
    found = problem(lambda builder: builder.output("a", lambda a: a))

    assert names(found) == ["a", "a"]


def test_an_output_of_itself():
    """An output that names itself as its source is a circle, not a hang."""
    found = problem(lambda builder: builder.output("a", source="a"))

    assert names(found) == ["a", "a"]


def test_outputs_in_a_circle_with_types():
    """Looking for the type behind outputs ends where they go round in a circle."""
    found = problem(
        lambda builder: (
            builder.output("a", source="b").output("b", source="a").output("c", needs_text)
        )
    )

    assert names(found) == ["a", "b", "a"]


def needs_text(a: str) -> str:
    """Need a text."""
    return a


def test_each_circle_is_told():
    """Separate circles are told separately, all at once."""
    found = problems(
        lambda builder: (
            builder.compute("a", lambda b: 1)
            .compute("b", lambda a: 1)
            .compute("c", lambda d: 1)
            .compute("d", lambda c: 1)
            .output("e", lambda a, c: 1)
        )
    )

    assert [names(each) for each in found] == [["a", "b", "a"], ["c", "d", "c"]]


def test_a_guard_that_gates_what_it_needs():
    """A guard that stops what it reads is a circle as well."""
    found = problem(
        lambda builder: (
            builder.input("x", int)
            .compute("a", lambda x: x)
            .guard("ok", "a", equals=1, gates=["a"])
            .expose("a")
        )
    )

    assert sorted(set(names(found))) == ["a", "ok"]


def test_a_circle_beside_other_problems():
    """A circle is told beside everything else; the error is a CycleError only if it is alone."""
    with pytest.raises(ig.CompileError) as caught:
        compiled(lambda builder: builder.output("a", lambda a, b: a))

    assert not isinstance(caught.value, ig.CycleError)
    assert {each.rule for each in caught.value.problems} == {"cycle", "parameter-without-source"}


def test_a_contract_cannot_nest_itself():
    """A nested contract is compiled before the one that nests it, so none nests itself."""
    with pytest.raises(ig.CompileError) as caught:

        class Price(ig.Contract):
            a = ig.input(int)
            inner = ig.compose(ig.Contract, inputs={"a": "a"})
            shown = ig.output("a")

    (found,) = caught.value.problems
    assert "compose 'inner' expects a contract class" in found.message


def test_declaration_order_decides_where_it_can():
    """The order is topological, and that of the declaration where there is a choice."""
    found = compiled(
        lambda builder: (
            builder.compute("late", lambda a, b: 1)
            .input("b", int)
            .compute("free", lambda: 1)
            .input("a", int)
            .expose("late", "free")
        )
    )

    assert [node.name for node in found.nodes] == ["b", "free", "a", "late"]
    assert found.outputs == {"late": 3, "free": 1}


@given(st.data())
def test_any_order_of_declaration_gives_an_order(data: st.DataObject):
    """However a graph without circles is declared, what a node reads comes before it."""
    size = data.draw(st.integers(1, 12))
    reads = {
        f"n{node}": data.draw(st.sets(st.sampled_from([f"n{i}" for i in range(node)])))
        if node
        else set()
        for node in range(size)
    }
    builder = ig.ContractBuilder("Any")

    for name in data.draw(st.permutations(sorted(reads))):
        builder.output(name, lambda *args: args, depends_on=sorted(reads[name]))
    found = builder.build().compiled_graph

    order = [node.name for node in found.nodes]
    assert sorted(order) == sorted(reads)
    for name, sources in reads.items():
        assert all(order.index(source) < order.index(name) for source in sources)
    assert {found.nodes[i].name for i in found.deps[found.index[order[-1]]]} == reads[order[-1]]
    list(graphlib.TopologicalSorter(reads).static_order())
