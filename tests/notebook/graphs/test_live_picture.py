"""Pictures for the live widget: kept with the graph, folded and unfolded."""

from __future__ import annotations

import gc
import re
from xml.etree import ElementTree as ET

import pytest

import igniter_nb as ig
from igniter_nb.notebook.graphs.picture import live
from igniter_nb.notebook.graphs.picture.live import live_picture, unfolded

NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def builtin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with the layout that every machine has."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "builtin")


class Inner(ig.Contract):
    a = ig.input(int)

    @ig.output
    def b(a):
        return a


class Outer(ig.Contract):
    x = ig.input(int)
    with ig.scope("first"):
        inner = ig.compose(Inner, inputs={"a": "x"})

        @ig.compute
        def y(x):
            return x

    @ig.output
    def z(inner, y):
        return y


def row(count: int) -> type[ig.Contract]:
    """Build contracts of many scopes."""
    builder = ig.ContractBuilder("Row")
    builder.input("n0", int)
    for at in range(1, count):
        with builder.scope(f"s{at // 10}"):
            builder.compute(f"n{at}", abs, depends_on=f"n{at - 1}")
    builder.output("last", source=f"n{count - 1}")
    return builder.build()


def test_a_live_picture_has_room_for_marks_and_says_no_state() -> None:
    """Each node has a place for its mark, and where it is; what the state decides is the page's."""
    drawn = live_picture(Outer.compiled_graph)

    root = ET.fromstring(drawn.svg)  # noqa: S314 -- our own
    groups = [group for group in root.iter(f"{NS}g") if group.get("data-node")]
    paths = {group.get("data-node") for group in groups}
    assert paths == {"x", "first.inner", "first.inner.a", "first.inner.b", "first.y", "z"}
    for group in groups:
        assert group.findall(f"{NS}g[@class='m']")
        assert re.fullmatch(r"[\d.]+( [\d.]+){3}", group.get("data-box") or "")
        assert group.get("aria-label") is None
    assert all(ET.fromstring(piece).tag == f"{NS}svg" for piece in drawn.legend)  # noqa: S314


def test_it_is_laid_out_once_for_a_graph() -> None:
    """The same graph gives the very same picture, for as long as the graph lives."""
    contract = row(20)
    graph = contract.compiled_graph

    assert live_picture(graph) is live_picture(graph)
    assert live_picture(graph, {"s1"}) is live_picture(graph, ["s1"])
    key = id(graph)
    assert key in live._kept

    del contract, graph
    gc.collect()
    assert key not in live._kept


def test_clusters_are_folded_into_boxes_and_unfolded() -> None:
    """A folded cluster is one box with the cluster's path, and can be unfolded again."""
    graph = Outer.compiled_graph

    folded = live_picture(graph, {"first.inner"})
    both = live_picture(graph, {"first"})

    assert live_picture(graph).folds == {"first": False, "first.inner": False}
    assert folded.folds == {"first": False, "first.inner": True}
    assert [node.path for node in both.shown.nodes] == ["x", "first", "z"]
    assert both.folds == {"first": True}
    assert unfolded(both, graph, "first") == frozenset()


def test_a_graph_too_large_to_draw_begins_folded_and_opens_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is open never is more than can be drawn: the others are folded for it."""
    monkeypatch.setattr(live, "MOST", 25)
    graph = row(100).compiled_graph

    begun = live_picture(graph)
    one = unfolded(begun, graph, "s3")
    then = live_picture(graph, one)
    two = live_picture(graph, unfolded(then, graph, "s4"))

    assert len(begun.shown.nodes) <= 25
    assert all(begun.folds.values())
    assert [path for path, is_folded in then.folds.items() if not is_folded] == ["s3"]
    assert [path for path, is_folded in two.folds.items() if not is_folded] == ["s4"]


def test_a_flat_graph_too_large_to_draw_keeps_what_is_telling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where nothing can be folded, of each layer some nodes are drawn, and it is said."""
    monkeypatch.setattr(live, "MOST", 50)
    builder = ig.ContractBuilder("Flat")
    builder.input("a", int)
    for at in range(200):
        builder.compute(f"n{at}", abs, depends_on="a")
    builder.expose(*(f"n{at}" for at in range(200)))

    drawn = live_picture(builder.build().compiled_graph)

    assert len(drawn.shown.nodes) < 200
    assert "only some are drawn" in drawn.shown.folded
    assert drawn.folds == {}


def test_a_thousand_nodes_are_given_to_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody waits: a large graph is laid out by us, whatever programs there are."""
    monkeypatch.delenv("IGNITER_NB_RENDERER")
    monkeypatch.setattr("igniter_nb.notebook.graphs.picture.dot.lay_out", None)

    drawn = live_picture(row(300).compiled_graph)

    assert drawn.svg.startswith("<svg")
