"""A compiled graph in other people's formats."""

from __future__ import annotations

import json
import re
import sys
from typing import Annotated, Any, Literal

import pytest

import igniter_nb as ig
from igniter_nb.graph import details, type_name

HOSTILE = 'pri"cing]\n<b>&`{|}'


class Raises:
    def __repr__(self) -> str:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None


class Rate(ig.Executor):
    def call(self, country):
        return 0.2


class Inner(ig.Contract):
    a = ig.input(float)

    @ig.output
    @ig.requires("network")
    def twice(a):
        return 2 * a


def every_kind() -> type[ig.Contract]:
    """Build a contract with every kind of node, and hostile values in it."""
    builder = ig.ContractBuilder("Every")
    builder.input("amount", float, doc="what is owed")
    builder.input("country", str, default="UA")
    builder.input("day", int, default=lambda: 3)
    builder.input("note", str, required=False)
    builder.input("hostile", default=Raises())
    builder.const("limit", [1, 2])
    builder.const("made", lambda: 1)
    builder.lookup("rate", Rate, doc="Ask.")
    builder.map("doubled", lambda n: 2 * n, over="amount")
    builder.project("first", "limit", path=[0, "x"])
    builder.guard("domestic", "country", equals="UA", message="two\nlines")
    builder.guard("late", lambda day: day > 1, gates=["twice"])
    builder.compose("inner", Inner, inputs={"a": "amount"})
    with builder.scope(HOSTILE):
        builder.compute("twice", lambda x, y, z: x, depends_on=["amount", "amount", "inner.twice"])
    builder.output(
        "all",
        lambda *args: args,
        depends_on=["country", "note", "hostile", "made", "rate", "doubled", "first", "domestic"],
    )
    builder.output("shown", source="inner.twice")
    builder.expose("twice")
    return builder.build()


GRAPH = every_kind().compiled_graph


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        (Any, "any"),
        (int, "int"),
        (Raises, "Raises"),
        (list[int], "list[int]"),
        (int | None, "int | None"),
        (Literal["a"], "Literal['a']"),
        ("Later", "Later"),
        (None, "None"),
        (Annotated[int, Raises()], "int, <Raises: repr raised RuntimeError>"),
        (Annotated[int, object()], "int, <object object>"),
    ],
)
def test_a_type_is_named_as_a_person_would(annotation, name):
    """Types are written short, without addresses, and whatever their parts do."""
    assert type_name(annotation) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("amount", {"type": "float"}),
        ("country", {"type": "str", "default": "'UA'"}),
        ("day", {"type": "int", "default": "every_kind.<lambda>()"}),
        ("note", {"type": "str", "default": "None"}),
        ("hostile", {"type": "any", "default": "<Raises: repr raised RuntimeError>"}),
        ("limit", {"value": "[1, 2]"}),
        ("rate", {"call": "Rate"}),
        ("first", {"part": "0 / x"}),
        ("domestic", {"condition": "= 'UA'", "message": "two\nlines"}),
        ("inner", {"contract": "Inner"}),
        ("shown", {"source": "inner.twice"}),
    ],
)
def test_what_is_said_of_a_node(name, said):
    """Each kind of node says what it is made of, in texts that are safe to show."""
    found = details(GRAPH.node(name))
    if "<lambda>" in found.get("default", ""):
        found["default"] = "every_kind.<lambda>()"

    assert found == said


def test_a_plain_output_says_its_source():
    """An output that is another name for a node says which; a capability is said where declared."""
    found = ig.ContractBuilder("P").input("a").output("b", source="a").build().compiled_graph

    assert details(found.node("b")) == {"source": "a"}
    assert details(Inner.compiled_graph.node("twice"))["capabilities"] == "network"


def test_as_text_each_node_is_one_line():
    """The graph as text has a line per node with what it reads and what gates it, then outputs."""
    lines = GRAPH.to_text().splitlines()

    assert lines[0] == "contract Every"
    assert len(lines) == 1 + len(GRAPH) + 1 + len(GRAPH.outputs)
    assert "  input amount [type=float]" in lines
    assert "  guard domestic <- country [condition== 'UA' message=two lines]" in lines
    twice = next(line for line in lines if line.startswith("  compute pri"))
    assert "<- amount, amount, inner.twice if late [call=" in twice
    assert lines[-4] == "outputs"
    assert {"  all = all", "  shown = shown"} < set(lines[-3:])
    assert "0x" not in GRAPH.to_text()


def test_mermaid_has_every_node_and_arrow():
    """The Mermaid chart has a shape per node, solid arrows for values and dashed ones for gates."""
    lines = GRAPH.to_mermaid().splitlines()
    ids = GRAPH.index

    assert lines[0] == "flowchart LR"
    assert f'  n{ids["amount"]}(["input: amount"])' in lines
    assert f'  n{ids["rate"]}[("lookup: rate")]' in lines
    assert f'  n{ids["inner"]}[["compose: inner"]]' in lines
    assert f"  n{ids['amount']} --> n{ids['doubled']}" in lines
    assert f"  n{ids['late']} -.-> n{ids['twice']}" in lines
    assert f"  style n{ids['shown']} stroke-width:3px" in lines


def test_mermaid_text_is_escaped():
    """A hostile name stays inside its quotes, and on its line."""
    text = GRAPH.to_mermaid()
    (line,) = [line for line in text.splitlines() if "pri#34;cing" in line]

    shown = re.fullmatch(r'  n\d+\["(.*)"\]', line)
    assert shown
    assert not set(shown[1]) & set('"<>&`{|}[]')
    assert len(text.splitlines()) == 1 + len(GRAPH) + sum(
        len(group) for group in GRAPH.deps + GRAPH.gates
    ) + len(GRAPH.outputs)


def test_as_data_json_can_hold_it():
    """The graph as plain data survives JSON, nested graphs and hostile values included."""
    data = json.loads(json.dumps(GRAPH.to_dict()))

    assert data == GRAPH.to_dict()
    assert data["name"] == "Every"
    assert data["outputs"] == {"all": "all", "shown": "shown", "twice": "twice"}
    nodes = {node["name"]: node for node in data["nodes"]}
    assert list(nodes) == [node.name for node in GRAPH.nodes]
    assert nodes["twice"]["depends_on"] == {"x": "amount", "y": "amount", "z": "inner.twice"}
    assert nodes["twice"]["gates"] == ["late"]
    assert nodes["amount"]["doc"] == "what is owed"
    assert nodes["inner"]["graph"]["name"] == "Inner"
    assert nodes["rate"]["location"].startswith(__file__)


def test_as_networkx_graph():
    """The graph in networkx has one node per name and one edge per pair, with its parameters."""
    networkx = pytest.importorskip("networkx")

    found = GRAPH.to_networkx()

    assert networkx.is_directed_acyclic_graph(found)
    assert found.graph["name"] == "Every"
    assert set(found) == {node.name for node in GRAPH.nodes}
    assert found.nodes["shown"]["output"]
    assert found.nodes["rate"] == {
        "id": GRAPH.index["rate"],
        "kind": "lookup",
        "path": "rate",
        "output": False,
    }
    assert found.edges["amount", "twice"]["params"] == ("x", "y")
    assert found.edges["late", "twice"]["params"] == ()


def test_networkx_is_asked_for_when_it_is_used(monkeypatch: pytest.MonkeyPatch):
    """Without networkx the error says what to install, and only when it is needed."""
    monkeypatch.setitem(sys.modules, "networkx", None)

    with pytest.raises(ModuleNotFoundError, match=r"pip install 'igniter_nb\[networkx\]'"):
        GRAPH.to_networkx()


def test_dot_comes_from_the_notebook_room():
    """The DOT source is the display's to write; the graph asks for it."""
    assert GRAPH.to_dot().lstrip().startswith(("digraph", "strict digraph"))
