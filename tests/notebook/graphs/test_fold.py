"""Folding: a diagram too large to read becomes a smaller one that says what it left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.notebook.graphs.picture import fold
from igniter_nb.notebook.graphs.picture.diagram import (
    Diagram,
    DiagramCluster,
    DiagramEdge,
    DiagramNode,
    State,
)
from igniter_nb.notebook.graphs.picture.drawing import picture


def chain(length: int) -> Diagram:
    """Make a line of nodes."""
    nodes = tuple(DiagramNode(f"n{at}", f"n{at}", "compute") for at in range(length))
    edges = tuple(DiagramEdge(at, at + 1) for at in range(length - 1))
    return Diagram("Chain", nodes, edges)


def wide(layers: int, width: int) -> Diagram:
    """Make layers of which each node reads two of the layer before."""
    nodes = tuple(DiagramNode(f"n{at}", f"n{at}", "compute") for at in range(layers * width))
    edges = tuple(
        DiagramEdge(at - width + shift, at)
        for at in range(width, layers * width)
        for shift in (0, 1)
    )
    return Diagram("Wide", nodes, edges)


def boxed() -> Diagram:
    """Two nested contracts, one in the other, in a scope."""
    clusters = (
        DiagramCluster("s", "s", "scope"),
        DiagramCluster("outer", "outer", "compose", "Outer", parent=0, state=State("failed")),
        DiagramCluster("outer.inner", "inner", "compose", "Inner", parent=1),
    )
    homes = (None, 0, 1, 2, 2, 1, None)
    nodes = tuple(
        DiagramNode(f"n{at}", f"n{at}", "compute", capabilities=("network",), cluster=home)
        for at, home in enumerate(homes)
    )
    edges = tuple(DiagramEdge(at, at + 1) for at in range(6))
    return Diagram("Boxed", nodes, edges, clusters, outputs=1)


def test_nested_contracts_fold_first_the_deepest_before_the_others() -> None:
    """Each step folds one level; the box keeps path, count, capabilities and state."""
    steps = list(fold.smaller(boxed(), 2))

    sizes = [len(step.nodes) for step in steps]
    assert sizes[:4] == [7, 6, 4, 3]
    assert [node.path for node in steps[2].nodes] == ["n0", "n1", "outer", "n6"]
    box = steps[2].nodes[2]
    assert (box.kind, box.count, box.capabilities) == ("compose", 4, ("network",))
    assert box.state.status == "failed"
    assert box.detail == "Outer · 4 nodes"


@pytest.mark.parametrize(
    "shown", [chain(5_000), wide(10, 300), wide(200, 30)], ids=lambda d: d.name
)
def test_a_summary_is_small_whatever_the_shape(shown: Diagram) -> None:
    """Deep, wide and large graphs come down to a readable size, and no node is forgotten."""
    summary = fold.layers(shown, fold.READABLE)

    assert len(summary.nodes) <= 1.5 * fold.READABLE
    assert summary.total == len(shown.nodes)
    assert any(node.label.startswith("+") for node in summary.nodes)


def test_a_failure_in_a_folded_layer_is_still_seen() -> None:
    """What failed is kept apart if it can be, and colours its box if it cannot."""
    shown = wide(4, 400)
    failed = replace(shown.nodes[777], state=State("failed", error="ValueError"))
    nodes = (*shown.nodes[:777], failed, *shown.nodes[778:])

    summary = fold.layers(replace(shown, nodes=nodes), 40)

    assert failed in summary.nodes


@given(st.data())
def test_folding_keeps_every_node_and_breaks_no_arrow(data: st.DataObject) -> None:
    """Every step stands for all nodes, and its arrows and boxes name what there is."""
    size = data.draw(st.integers(1, 30))
    homes = st.sampled_from([None, 0, 1, 2])
    clusters = boxed().clusters
    nodes = tuple(
        DiagramNode(f"n{at}", f"n{at}", "compute", cluster=data.draw(homes)) for at in range(size)
    )
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).map(sorted)
    edges = tuple(DiagramEdge(a, b) for a, b in data.draw(st.lists(ends)) if a != b)
    shown = Diagram("Any", nodes, edges, clusters)

    for step in fold.smaller(shown, 4):
        assert step.total == size
        for edge in step.edges:
            assert 0 <= edge.source < len(step.nodes)
            assert 0 <= edge.target < len(step.nodes)
            assert edge.source != edge.target
        homes_left = {node.cluster for node in step.nodes} | {c.parent for c in step.clusters}
        assert homes_left <= {None, *range(len(step.clusters))}


def test_a_folded_picture_says_so_and_how_to_see_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text beside a folded picture names the variable that draws everything."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "builtin")
    shown = wide(6, 60)

    folded = picture(shown, limit=100)
    monkeypatch.setenv("IGNITER_NB_MAX_NODES", "360")
    whole = picture(shown)

    assert "IGNITER_NB_MAX_NODES=360" in folded.shown.folded
    assert "360 nodes" in folded.alt
    assert (whole.shown.folded, len(whole.shown.nodes)) == ("", 360)


def test_a_long_chain_is_drawn_without_deep_recursion(monkeypatch: pytest.MonkeyPatch) -> None:
    """50,000 nodes in a row give a small picture."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "builtin")

    drawn = picture(chain(50_000))

    assert drawn.svg
    assert len(drawn.shown.nodes) < 100
