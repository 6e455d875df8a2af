"""What a guard of everything gates: whatever has work to do and is needed by no guard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig
from igniter_nb.graph import Compute, Guard


class Child(ig.Contract):
    x = ig.input(int)

    @ig.output
    def size(x):
        return abs(x)


def gates(contract):
    """Return the name of each gated node with the names of the guards that gate it."""
    graph = contract.compiled_graph
    return {
        node.name: {graph.nodes[guard].name for guard in graph.gates[position]}
        for position, node in enumerate(graph.nodes)
        if graph.gates[position]
    }


def test_what_another_guard_needs_is_spared():
    """Two guards of everything never wait for one another through what they read."""
    builder = ig.ContractBuilder("Price").input("a", int).input("b", int)
    builder.compute("left", lambda a: a).compute("right", lambda b: b)
    builder.guard("first", "left", equals=1, gates="all")
    builder.guard("second", "right", equals=1, gates="all")
    contract = builder.output("total", lambda left, right: left + right).build()

    assert gates(contract) == {"total": {"first", "second"}}
    assert contract(a=1, b=1).result.total == 2
    for given_ in ({"a": 0, "b": 1}, {"a": 1, "b": 0}):
        with pytest.raises(ig.GuardError):
            contract(**given_).resolve("total")


def test_what_another_guard_needs_through_others_is_spared():
    """Near or far, with gates of its own or without any: a guard is judged for itself."""
    builder = ig.ContractBuilder("Price").input("a", int)
    builder.compute("b", lambda a: a).compute("c", lambda b: b).project(
        "d", "c", key="x", default=1
    )
    builder.guard("far", "d", equals=1).guard("all", "a", equals=1, gates="all")
    contract = builder.output("y", lambda a, far: a).build()

    assert gates(contract) == {"y": {"all"}}
    made = contract(a=2)
    assert made.resolve("far") is True
    with pytest.raises(ig.GuardError):
        made.resolve("y")


def test_a_guard_that_reads_an_output_of_a_nested_contract_is_not_stopped():
    """The nested contract and its output are needed by the guard, and so they are spared."""
    builder = ig.ContractBuilder("Price").input("a", int).compose("child", Child, inputs={"x": "a"})
    builder.guard("all", "a", between=(0, 9), gates="all")
    builder.guard("small", "child.size", between=(0, 5), message="too big")
    contract = builder.output("y", lambda a, small: a).build()

    assert gates(contract) == {"y": {"all"}}
    assert contract(a=3).result.y == 3
    with pytest.raises(ig.GuardError, match="too big"):
        contract(a=7).resolve("y")
    outside = contract(a=-3)
    assert outside.resolve("small") is True
    with pytest.raises(ig.GuardError):
        outside.resolve("y")


def test_what_no_guard_needs_is_gated_still():
    """A nested contract that no guard reads is gated as a whole."""
    builder = ig.ContractBuilder("Price").input("a", int).compose("child", Child, inputs={"x": "a"})
    builder.guard("all", "a", equals=1, gates="all")
    contract = builder.output("y", source="child.size").build()

    assert gates(contract) == {"child": {"all"}}


def test_a_guard_that_is_named_may_still_make_a_circle():
    """What is gated by name is gated, even if it is needed: that is a circle and is said."""
    builder = ig.ContractBuilder("Price").input("a", int).compute("b", lambda a: a)
    builder.guard("named", "a", equals=1, gates=["b"]).guard("other", "b", equals=1, gates="all")
    contract = builder.output("y", lambda b: b).build()

    assert gates(contract) == {"b": {"named"}, "y": {"other"}}
    builder = ig.ContractBuilder("Price").input("a", int).compute("b", lambda a: a)
    with pytest.raises(ig.CycleError):
        builder.guard("named", "b", equals=1, gates=["b"]).output("y", lambda b: b).build()


@st.composite
def declarations(draw):
    """Draw nodes that read earlier ones, some of them guards of everything."""
    kinds = draw(st.lists(st.sampled_from(["compute", "guard", "all"]), min_size=1, max_size=9))
    return [
        (kind, draw(st.lists(st.integers(0, at), max_size=3, unique=True)))
        for at, kind in enumerate(kinds)
    ]


@given(declarations())
def test_guards_of_everything_always_compile(declared):
    """No set of guards is a circle, none waits for a gate, and each gated node is behind each."""
    builder = ig.ContractBuilder("Drawn").input("n0", int).expose("n0")
    for at, (kind, reads) in enumerate(declared):
        names = [f"n{read}" for read in reads]
        name = f"n{at + 1}"
        if kind == "compute":
            builder.compute(name, lambda *values: sum(values), depends_on=names)
        else:
            every = "all" if kind == "all" else ()
            builder.guard(name, lambda *values: True, depends_on=names, gates=every)
    for at in range(len(declared)):
        builder.expose(f"n{at + 1}")
    graph = builder.build().compiled_graph

    def behind(position):
        sources = {*graph.deps[position], *graph.gates[position]}
        return sources.union(*map(behind, sources))

    judged = {position for position, node in enumerate(graph.nodes) if isinstance(node, Guard)}
    needed = judged.union(*map(behind, judged))
    every = {position for position in judged if graph.nodes[position].gates}
    for position in needed:
        at = int(graph.nodes[position].name[1:]) - 1
        named = {f"n{read}" for read in declared[at][1]} if at >= 0 else set()
        assert {graph.nodes[guard].name for guard in graph.gates[position]} <= named
    for position, node in enumerate(graph.nodes):
        if position not in needed and isinstance(node, Compute):
            assert every <= behind(position)
