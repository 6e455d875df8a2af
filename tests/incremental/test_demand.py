"""Demand and reach, held against their definitions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.incremental import EVERY_OUTPUT, demand, reach


@st.composite
def graphs(draw):
    """Draw what each id reads: ids below its own, by value and by gate."""
    size = draw(st.integers(1, 8))
    ids = [st.lists(st.integers(0, max(i - 1, 0)), unique=True, max_size=3) for i in range(size)]
    deps = [tuple(draw(below)) if i else () for i, below in enumerate(ids)]
    gates = [tuple(draw(below)) if i else () for i, below in enumerate(ids)]
    asked = draw(st.lists(st.integers(0, size - 1), unique=True, max_size=3))
    return deps, gates, asked


def ancestors(position, *groups):
    """Say by the definition what a node needs: itself and what its arrows need."""
    found = {position}
    for group in groups:
        for source in group[position]:
            found |= ancestors(source, *groups)
    return found


@given(graphs())
def test_reach_is_the_transitive_closure(drawn):
    """What is reached is what the definition says, starts included."""
    deps, gates, asked = drawn

    marks = reach(asked, deps, gates)

    expected = set().union(*(ancestors(position, deps, gates) for position in asked))
    assert {position for position, mark in enumerate(marks) if mark} == expected


@given(graphs())
def test_demand_is_ascending_and_complete(drawn):
    """A demand lists what is needed in ascending, hence topological, order; None says all."""
    deps, gates, asked = drawn

    found = demand(EVERY_OUTPUT, asked, deps, gates)

    assert (found.key, found.targets) == (EVERY_OUTPUT, tuple(asked))
    assert list(found.ids) == sorted(found.ids)
    everything = len(found.ids) == len(deps)
    assert (found.needed is None) == everything
    if found.needed is not None:
        assert [i for i, mark in enumerate(found.needed) if mark] == list(found.ids)


def test_a_start_named_twice_counts_once():
    """Starts may repeat; each id is walked once."""
    assert reach([0, 0], [(1,), ()]) == bytearray([1, 1])
