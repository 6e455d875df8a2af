"""The one writer of pictures: well-formed, labelled, harmless, the same for the same content."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igniter_nb.notebook.graphs.picture import chain, layered, measure
from igniter_nb.notebook.graphs.picture.diagram import (
    Diagram,
    DiagramCluster,
    DiagramEdge,
    DiagramNode,
    State,
)
from igniter_nb.notebook.graphs.picture.dot import source as dot_source
from igniter_nb.notebook.graphs.picture.drawing import picture
from igniter_nb.notebook.page import theme
from igniter_nb.notebook.page.html import clean, line, number, text
from igniter_nb.notebook.page.widths import width

NS = "{http://www.w3.org/2000/svg}"
NASTY = [
    "<script>alert(1)</script>",
    "]]>",
    "\"'><b>",
    "a\nb\r\tc",
    "\ud800 lone",
    "nul\0here",
    "\u202egnp.exe\u2066",
    "&amp; &#0;",
    "\x1b[31m",
    "\ufffe\uffff",
    "é ✓ 漢字 👩‍🚀 ﷽",
    "\\N \\G \\l",
    "",
]
anything = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=[])))


@pytest.fixture(autouse=True)
def builtin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with the layout that every machine has."""
    monkeypatch.setenv("IGNITER_NB_RENDERER", "builtin")


def all_kinds() -> Diagram:
    """One node of each kind, in each status, in a nested contract, with a gate."""
    statuses = [*theme.STATUSES, ""]
    kinds = [*theme.KINDS, "compute", "compute"]
    nodes = tuple(
        DiagramNode(
            f"p.{kind}{at}",
            kind,
            kind,
            detail="detail",
            doc="Doc.",
            capabilities=("network",),
            output=True,
            cluster=0 if at % 2 else None,
            state=State(status, "1", "", 0.002),
        )
        for at, (kind, status) in enumerate(zip(kinds, statuses, strict=True))
    )
    clusters = (DiagramCluster("p", "p", "compose", "Nested", state=State("stale")),)
    edges = tuple(DiagramEdge(at, at + 2, gate=at == 3) for at in range(len(nodes) - 2))
    return Diagram("All", nodes, edges, clusters, outputs=3)


def named(hostile: list[str]) -> Diagram:
    """A diagram whose every text is somebody else's, as the builder would pass it on."""
    a, b, c = (line(each) for each in hostile)
    node = DiagramNode(a, b, "compute", c, a, (b, c), state=State("failed", a, b))
    other = DiagramNode(c, a, "lookup", b, c, (a,), cluster=0, state=State("succeeded", c))
    box = DiagramCluster(b, c, "compose", a, b, state=State("running"))
    return Diagram(c, (node, other), (DiagramEdge(0, 1),), (box,))


def parsed(svg: str) -> ET.Element:
    """Read a picture as XML, which fails if it is not well-formed."""
    return ET.fromstring(svg)  # noqa: S314 -- our own picture


def groups(root: ET.Element, kind: str) -> list[ET.Element]:
    """Return the groups of a kind, in order."""
    return [g for g in root.iter(f"{NS}g") if (g.get("class") or "").split()[:1] == [kind]]


def test_a_picture_has_a_group_for_each_node_with_path_and_state() -> None:
    """A page finds a node by its path, and its state in an attribute."""
    shown = all_kinds()

    root = parsed(picture(shown).svg)

    assert [g.get("data-node") for g in groups(root, "node")] == [n.path for n in shown.nodes]
    assert groups(root, "node")[0].get("data-state") == "pending"
    assert groups(root, "cluster")[0].get("data-state") == "stale"
    assert len(
        [p for p in root.iter(f"{NS}path") if "edge" in (p.get("class") or "").split()]
    ) == len(shown.edges)


def test_ids_are_unique_prefixed_and_the_same_again() -> None:
    """Two different pictures on a page share no id; the same content is the same text."""
    shown = all_kinds()

    first, again = picture(shown).svg, picture(shown).svg

    ids = re.findall(r'\bid="([^"]+)"', first)
    assert first == again
    assert len(ids) == len(set(ids))
    assert all(name.startswith(shown.prefix) for name in ids)


def test_nothing_but_one_style_sheet_that_repaints_for_dark_pages() -> None:
    """Colours are presentation attributes; the style sheet holds only the dark page's."""
    svg = picture(all_kinds()).svg

    root = parsed(svg)

    assert svg.count("<style>") == 1
    assert (root.findtext(f"{NS}style") or "").startswith("@media (prefers-color-scheme:dark){")
    assert "style=" not in svg
    assert all(p.get("fill") for p in root.iter(f"{NS}rect"))


def test_each_node_has_a_tooltip_and_a_label() -> None:
    """What a node is can be read by hovering and by a screen reader."""
    root = parsed(picture(all_kinds()).svg)

    for group in groups(root, "node"):
        tooltip = group.findtext(f"{NS}title") or ""
        assert "capabilities: network" in tooltip
        assert "Doc." in tooltip
        assert group.get("aria-label")
    assert root.get("role") == "img"
    assert "All: 12 nodes, 1 nested contract, 3 outputs" in (root.get("aria-label") or "")


def test_every_kind_has_a_shape_of_its_own() -> None:
    """Kinds differ in shape, not only in colour."""
    shapes = [look.shape for kind, look in theme.KINDS.items() if kind != theme.MORE]

    assert len(set(shapes)) == len(shapes)


@given(st.tuples(anything, anything, anything).map(list))
def test_hostile_texts_stay_texts(hostile: list[str]) -> None:
    """Whatever stands in names, docs, values and types, the picture is well-formed and inert."""
    svg = picture(named(hostile)).svg

    root = parsed(svg)
    svg.encode()

    tags = {element.tag.removeprefix(NS) for element in root.iter()}
    assert tags <= {"svg", "title", "style", "g", "rect", "path", "circle", "text"}
    assert not any(name.startswith("on") for e in root.iter() for name in e.keys())  # noqa: SIM118
    assert len(groups(root, "node")) == 2


PURE = [e.path for e in chain._programs() if e.available and e.name in ("dot", "graphviz-pure")]


@pytest.mark.skipif(not PURE, reason="no dot and no graphviz-pure on this machine")
@given(st.tuples(anything, anything, anything).map(list))
@settings(max_examples=25)
def test_hostile_texts_do_no_harm_in_dot(hostile: list[str]) -> None:
    """The DOT text of any contract is read by Graphviz, with all its nodes and arrows."""
    import json
    import subprocess

    source = dot_source(named(hostile))

    done = subprocess.run(
        [PURE[-1], "-Tjson0"], input=source.encode(), capture_output=True, check=True
    )
    answer = json.loads(done.stdout)

    assert len([item for item in answer["objects"] if "nodes" not in item]) == 2
    assert len(answer["edges"]) == 1


@given(anything)
def test_cleaning_removes_what_xml_forbids_and_nothing_else(value: str) -> None:
    """Any text can be put into an element and comes back as it was, less what is forbidden."""
    back = parsed(f"<a>{text(value)}</a>").text or ""

    assert back.replace("\r", "\n") == clean(value).replace("\r\n", "\n").replace("\r", "\n")
    assert clean(clean(value)) == clean(value)


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_a_text_never_measures_less_than_it_may_take(value: str) -> None:
    """Every character takes room, those of double width double, and bold text more."""
    shown = line(value)

    plain = width(shown, 10.0)

    assert plain >= 0
    assert width(shown, 10.0, bold=True) >= plain - 1e-9


def test_numbers_are_short() -> None:
    """Coordinates have one digit after the point at most, and zero has no sign."""
    assert [number(value) for value in (1.0, 1.26, -0.01, -2.5)] == ["1", "1.3", "0", "-2.5"]


def test_five_hundred_nodes_are_drawn_in_full() -> None:
    """500 nodes with two arrows each are drawn without folding; benchmarks say in what time."""
    nodes = tuple(DiagramNode(f"n{at}", f"node_{at}", "compute") for at in range(500))
    edges = tuple(
        DiagramEdge(at - back, at) for at in range(40, 500) for back in (20 + at % 7, 31 + at % 5)
    )
    shown = Diagram("Large", nodes, edges)

    drawn = picture(shown)

    assert len(drawn.shown.nodes) == 500
    assert drawn.svg is not None
    assert drawn.svg.count("data-node=") == 500


def test_the_built_in_layout_needs_no_recursion() -> None:
    """A chain as long as the limit is laid out without deep recursion."""
    nodes = tuple(DiagramNode(f"n{at}", f"n{at}", "compute") for at in range(500))
    shown = Diagram("Chain", nodes, tuple(DiagramEdge(at, at + 1) for at in range(499)))

    assert len(layered.lay_out(shown, measure.sizes(shown)).nodes) == 500
