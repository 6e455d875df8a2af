"""Engines that lay out a diagram: the order in which they are tried, and that they agree."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igniter_nb.notebook.graphs.picture import chain, dot, flat, layered, measure
from igniter_nb.notebook.graphs.picture.chain import engines
from igniter_nb.notebook.graphs.picture.diagram import (
    Diagram,
    DiagramCluster,
    DiagramEdge,
    DiagramNode,
)
from igniter_nb.notebook.graphs.picture.drawing import picture
from igniter_nb.notebook.page.geometry import Box, Layout, LayoutError

PROGRAMS = [engine.path for engine in chain._programs() if engine.available]

SMALL = Diagram(
    "Small",
    tuple(DiagramNode(name, name, "compute") for name in ("a", "b", "c")),
    (DiagramEdge(0, 2), DiagramEdge(1, 2, gate=True)),
)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no variable of the machine decide, and forget earlier failures."""
    for name in ("IGNITER_DOT", "IGNITER_NB_RENDERER", "IGNITER_NB_MAX_NODES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(chain, "_failures", {})


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    """Any graph without circles, its nodes in boxes in boxes."""
    parents = draw(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=4))
    clusters = tuple(
        DiagramCluster(
            f"c{at}", f"c{at}", "scope", parent=above if above is None or above < at else None
        )
        for at, above in enumerate(parents)
    )
    homes = st.sampled_from([None, *range(len(clusters))])
    kinds = st.sampled_from(["input", "compute", "lookup", "guard", "map", "output"])
    places = [*range(len(clusters)), *draw(st.lists(homes, min_size=1, max_size=20))]
    nodes = tuple(
        DiagramNode(f"n{at}", f"n{at}", draw(kinds), cluster=home) for at, home in enumerate(places)
    )
    size = len(nodes)
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).map(sorted)
    pairs = draw(st.lists(ends, max_size=40, unique_by=tuple))
    edges = tuple(DiagramEdge(a, b, gate=draw(st.booleans())) for a, b in pairs if a != b)
    return Diagram("Any", nodes, edges, clusters)


def apart(one: Box, other: Box) -> bool:
    """Say whether two boxes do not overlap."""
    gap = 0.5
    return (
        one.right <= other.x + gap
        or other.right <= one.x + gap
        or one.bottom <= other.y + gap
        or other.bottom <= one.y + gap
    )


def inside(one: Box, outer: Box) -> bool:
    """Say whether a box lies in another."""
    return (
        outer.x - 1 <= one.x
        and one.right <= outer.right + 1
        and outer.y - 1 <= one.y
        and one.bottom <= outer.bottom + 1
    )


def check(shown: Diagram, laid: Layout) -> None:
    """Assert what every layout promises."""
    assert len(laid.nodes) == len(shown.nodes)
    assert len(laid.edges) == len(shown.edges)
    assert len(laid.clusters) == len(shown.clusters)
    for at, box in enumerate(laid.nodes):
        assert all(apart(box, other) for other in laid.nodes[:at])
        assert inside(box, Box(0, 0, laid.width, laid.height))
        if (home := shown.nodes[at].cluster) is not None:
            assert inside(box, laid.clusters[home])
    for edge, curve in zip(shown.edges, laid.edges, strict=True):
        assert len(curve) % 3 == 1
        source, target = laid.nodes[edge.source], laid.nodes[edge.target]
        assert curve[0] == pytest.approx((source.right, source.middle), abs=2)
        assert curve[-1] == pytest.approx((target.x, target.middle), abs=2)


@given(diagrams())
@settings(max_examples=60)
def test_the_built_in_layout_keeps_its_promises(shown: Diagram) -> None:
    """Everything is there; nodes lie apart, in their boxes and in the picture; arrows touch."""
    check(shown, layered.lay_out(shown, measure.sizes(shown)))


@given(diagrams())
@settings(max_examples=60)
def test_the_built_in_layout_is_the_same_every_time(shown: Diagram) -> None:
    """The same diagram is laid out to the same coordinates: stored pictures do not change."""
    sizes = measure.sizes(shown)

    assert layered.lay_out(shown, sizes) == layered.lay_out(shown, sizes)


@pytest.mark.skipif(not PROGRAMS, reason="no dot and no graphviz-pure on this machine")
@given(diagrams())
@settings(max_examples=25)
def test_programs_that_speak_dot_agree_on_what_there_is(shown: Diagram) -> None:
    """Every program places the same nodes, boxes and arrows as the built-in layout."""
    sizes = measure.sizes(shown)
    for program in PROGRAMS:
        laid = dot.lay_out(shown, sizes, program)
        assert len(laid.nodes) == len(shown.nodes)
        assert len(laid.edges) == len(shown.edges)
        for at, box in enumerate(laid.nodes):
            assert (box.width, box.height) == pytest.approx(
                (sizes.nodes[at].width, sizes.nodes[at].height), abs=0.5
            )


def test_arrows_run_from_left_to_right() -> None:
    """What is read stands to the left of what reads it."""
    shown = Diagram(
        "Line",
        tuple(DiagramNode(f"n{at}", f"n{at}", "compute") for at in range(6)),
        tuple(DiagramEdge(at, at + 1) for at in range(5)),
    )

    laid = layered.lay_out(shown, measure.sizes(shown))

    assert [box.x for box in laid.nodes] == sorted(box.x for box in laid.nodes)


def test_boxes_that_depend_on_each_other_are_still_laid_out() -> None:
    """Two scopes that read each other make a circle of boxes, though there is none of nodes."""
    clusters = (DiagramCluster("a", "a", "scope"), DiagramCluster("b", "b", "scope"))
    homes = (0, 1, 1, 0)
    nodes = tuple(
        DiagramNode(f"n{at}", f"n{at}", "compute", cluster=home) for at, home in enumerate(homes)
    )
    shown = Diagram("Circle", nodes, (DiagramEdge(0, 1), DiagramEdge(2, 3)), clusters)

    check(shown, layered.lay_out(shown, measure.sizes(shown)))


@given(diagrams())
@settings(max_examples=60)
def test_the_quick_layout_keeps_the_same_promises(shown: Diagram) -> None:
    """What is laid out quickly lies apart, in its boxes and in the picture, and arrows touch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flat, "MOST", 0)
        sizes = measure.sizes(shown)
        laid = layered.lay_out(shown, sizes)
        again = layered.lay_out(shown, sizes)

    check(shown, laid)
    assert laid == again


def test_arrows_too_long_for_lanes_run_above_everything() -> None:
    """A long row whose first node is read by all is laid out, and no arrow hides behind a node."""
    size = 400
    nodes = tuple(DiagramNode(f"n{at}", f"n{at}", "compute") for at in range(size))
    pairs = [(at, at + 1) for at in range(size - 1)] + [(at, size - 1) for at in range(size - 2)]
    shown = Diagram("Long", nodes, tuple(DiagramEdge(*pair) for pair in pairs))

    laid = layered.lay_out(shown, measure.sizes(shown))

    check(shown, laid)
    top = min(box.y for box in laid.nodes)
    above = [curve for curve in laid.edges if min(point.y for point in curve) < top]
    assert above
    assert all(point.y >= 0 for curve in laid.edges for point in curve)


# --- the chain --------------------------------------------------------------------------------


def script(folder: Path, name: str, body: str) -> str:
    """Write a program and return its path."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def without_programs(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let programs be found in one folder only."""
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(chain.sysconfig, "get_path", lambda _name: str(folder))


def used() -> str:
    """Name the engine that the report says is in use."""
    return next(engine.name for engine in engines() if engine.used)


def test_a_program_named_by_the_variable_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """IGNITER_DOT is tried before everything else, and what it says of itself is reported."""
    monkeypatch.setenv("IGNITER_DOT", script(tmp_path, "mine", 'echo "dot version 99" >&2'))

    first = engines()[0]

    assert (first.name, first.used, first.version) == ("IGNITER_DOT", True, "dot version 99")


def test_dot_on_the_path_comes_before_the_wheel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The system's own dot is preferred, then graphviz-pure beside the interpreter."""
    without_programs(monkeypatch, tmp_path)
    script(tmp_path, "graphviz-pure", "exit 0")
    assert used() == "graphviz-pure"

    script(tmp_path, "dot", "exit 0")

    assert used() == "dot"


def test_without_any_program_the_built_in_layout_draws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A machine with no Graphviz at all has pictures, and the report says what was looked for."""
    without_programs(monkeypatch, tmp_path)

    drawn = picture(SMALL)

    assert (drawn.engine, bool(drawn.svg)) == ("builtin", True)
    assert engines()[0].reason == "not on PATH"
    assert "pip install graphviz-pure" in engines()[1].reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("exit 3", "ended with code 3"),
        ("echo no layout", "something else than a layout"),
        ("echo '{}'", "something else than a layout"),
    ],
)
def test_a_broken_program_is_passed_over_and_the_reason_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, body: str, reason: str
) -> None:
    """A program that fails costs nothing but itself: the next one draws, the report says why."""
    without_programs(monkeypatch, tmp_path)
    script(tmp_path, "dot", body)

    drawn = picture(SMALL)

    assert drawn.engine == "builtin"
    assert reason in engines()[0].reason
    assert used() == "builtin"


def test_a_program_that_hangs_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program that does not answer in time is stopped, and another one draws."""
    without_programs(monkeypatch, tmp_path)
    script(tmp_path, "dot", "exec /bin/sleep 30")
    monkeypatch.setattr(dot, "TIMEOUT_S", 0.05)

    assert picture(SMALL).engine == "builtin"


def test_a_platform_without_processes_has_the_built_in_layout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a process cannot be started, as in a browser's Python, pictures are still drawn."""

    def refuse(*_args: object, **_options: object) -> None:
        raise OSError(138, "not supported")

    monkeypatch.setattr(dot.subprocess, "run", refuse)

    assert picture(SMALL).engine == "builtin"


@pytest.mark.parametrize("choice", ["builtin", "text"])
def test_the_choice_can_be_forced(monkeypatch: pytest.MonkeyPatch, choice: str) -> None:
    """IGNITER_NB_RENDERER restricts the chain, and the report says so."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", choice)

    assert picture(SMALL).engine == choice
    assert used() == choice
    assert engines()[0].reason == f"IGNITER_NB_RENDERER={choice}"


def test_dot_can_be_forced_and_then_nothing_else_draws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With IGNITER_NB_RENDERER=dot and no program, text is what is left."""
    without_programs(monkeypatch, tmp_path)
    monkeypatch.setenv("IGNITER_NB_RENDERER", "dot")

    assert picture(SMALL).engine == "text"
    with pytest.raises(LayoutError):
        chain.lay_out(SMALL, measure.sizes(SMALL))


def test_a_wrong_choice_is_told_and_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt IGNITER_NB_RENDERER does not take the pictures away."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "bultin")

    assert picture(SMALL).svg
    assert any("got 'bultin'" in engine.version for engine in engines())


def test_a_missing_named_program_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """IGNITER_DOT with a wrong path says which path, and the others are used."""
    monkeypatch.setenv("IGNITER_DOT", str(Path("nowhere", "dot")))

    assert picture(SMALL).svg
    assert "nowhere" in engines()[0].reason
