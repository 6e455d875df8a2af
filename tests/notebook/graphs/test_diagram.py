"""Diagrams as values: what is drawn, before anyone lays it out."""

from __future__ import annotations

import igniter_nb as ig
from igniter_nb.graph import CompiledGraph, Const, Held, Input, Output
from igniter_nb.notebook.graphs.picture.diagram import DEEPEST, Diagram, diagram


@ig.requires("database")
class Lookup(ig.Executor):
    """Find a flight."""

    def call(self, number):
        return {"delay": 200.0, "number": number}


class Owed(ig.Contract):
    """What is owed."""

    delay = ig.input(float)
    late = ig.guard("delay", between=(180, 10_000), message="too early")

    @ig.output
    def amount(delay, late):
        return 250.0 if delay < 240 else 600.0


class Claim(ig.Contract):
    """A claim."""

    number = ig.input(int, doc="Number of the flight.")
    currency = ig.input(str, default="EUR")
    flight = ig.lookup(Lookup, depends_on="number")
    known = ig.guard("number", between=(1, 99), message="no such flight", gates=["owed"])
    with ig.scope("facts"):
        delay = ig.project("flight", key="delay")
    owed = ig.compose(Owed, inputs={"delay": "delay"})

    @ig.compute
    def text(owed, currency):
        return f"{owed.amount} {currency}"

    amount = ig.output("owed.amount")
    letter = ig.output("text")


def by_path(shown: Diagram) -> dict[str, int]:
    """Number the nodes by their paths."""
    return {node.path: index for index, node in enumerate(shown.nodes)}


def arrows(shown: Diagram) -> set[tuple[str, str]]:
    """Name the arrows by the paths at their ends."""
    return {(shown.nodes[e.source].path, shown.nodes[e.target].path) for e in shown.edges}


def test_every_node_is_drawn_nested_ones_behind_their_contract() -> None:
    """A diagram has each node of the graph and of the contracts in it, by path."""
    shown = diagram(Claim.compiled_graph)

    assert set(by_path(shown)) == {
        *("number", "currency", "flight", "known", "facts.delay", "text", "amount", "letter"),
        *("owed.delay", "owed.late", "owed.amount"),
    }
    assert [(box.path, box.kind) for box in shown.clusters] == [
        ("facts", "scope"),
        ("owed", "compose"),
    ]
    assert shown.outputs == 2


def test_arrows_reach_into_nested_contracts() -> None:
    """What feeds a nested contract ends at its input, and one output of it starts inside."""
    shown = diagram(Claim.compiled_graph)

    assert ("facts.delay", "owed.delay") in arrows(shown)
    assert ("owed.amount", "amount") in arrows(shown)


def test_arrows_from_a_whole_contract_start_at_its_border() -> None:
    """A node that reads the whole result of a nested contract has an arrow from its box."""
    shown = diagram(Claim.compiled_graph)
    target = by_path(shown)["text"]

    edge = next(e for e in shown.edges if e.target == target and e.from_cluster is not None)

    assert shown.clusters[edge.from_cluster or 0].path == "owed"


def test_a_gate_is_an_arrow_of_its_own_kind() -> None:
    """A guard's arrow that passes no value is marked; one to a nested contract ends at its box."""
    shown = diagram(Claim.compiled_graph)
    source = by_path(shown)["known"]

    gates = [edge for edge in shown.edges if edge.source == source]

    assert [edge.gate for edge in gates] == [True] * len(gates)
    assert any(edge.to_cluster is not None for edge in gates)


def test_a_node_says_what_it_is() -> None:
    """Kind, type, default, callable, condition, capabilities and documentation are the node's."""
    shown = diagram(Claim.compiled_graph)
    at = by_path(shown)

    assert shown.nodes[at["flight"]].kind == "lookup"
    assert shown.nodes[at["number"]].detail == "int"
    assert shown.nodes[at["number"]].doc == "Number of the flight."
    assert shown.nodes[at["currency"]].detail == "str = 'EUR'"
    assert shown.nodes[at["flight"]].detail == "Lookup"
    assert shown.nodes[at["flight"]].capabilities == ("database",)
    assert shown.nodes[at["known"]].detail == "between 1 and 99"
    assert shown.nodes[at["facts.delay"]].label == "delay"


def test_an_execution_adds_states_values_and_durations() -> None:
    """After a run nodes say status, value and how long it took, inside nested contracts too."""
    claim = Claim(number=7).resolve_all()

    shown = diagram(claim.compiled_graph, claim)

    at = by_path(shown)
    inner = shown.nodes[at["owed.amount"]].state
    assert (inner.status, inner.value) == ("succeeded", "250.0")
    assert (inner.duration or 0) > 0
    assert shown.clusters[1].state.status == "succeeded"


def test_what_did_not_run_again_is_told_apart() -> None:
    """A value that was kept is drawn as skipped, not as computed."""
    claim = Claim(number=7).resolve_all()
    claim.resolve_incrementally(currency="USD")

    shown = diagram(claim.compiled_graph, claim)

    states = {node.path: node.state.status for node in shown.nodes}
    assert states["flight"] == "skipped"
    assert states["text"] == "succeeded"


def test_a_node_behind_a_failure_names_the_node_that_failed() -> None:
    """The failed node shows its own error; what depends on it shows whose failure it waits for."""

    class Broken(ig.Contract):
        given = ig.input(int)

        @ig.compute
        def first(given):
            raise ValueError("no such thing")

        @ig.output
        def second(first):
            return first

    broken = Broken(given=1)
    broken.resolve_incrementally()

    shown = diagram(broken.compiled_graph, broken)

    statuses = {node.path: node.state.status for node in shown.nodes}
    assert statuses == {"given": "succeeded", "first": "failed", "second": "blocked"}
    errors = {node.path: node.state.error for node in shown.nodes}
    assert errors["first"] == "ValueError: no such thing"
    assert errors["second"] == "blocked by first"


def test_equal_content_has_equal_ids_and_other_content_has_others() -> None:
    """Ids come from what is drawn, durations aside: stored pictures do not change by themselves."""
    first, again = Claim(number=7).resolve_all(), Claim(number=7).resolve_all()
    other = Claim(number=8).resolve_all()

    prefixes = [diagram(each.compiled_graph, each).prefix for each in (first, again, other)]

    assert prefixes[0] == prefixes[1] != prefixes[2]


class Holding(Const):
    """A node of a kind that nobody here knows, which holds contracts."""

    @property
    def nested(self):
        return (
            Held(Owed, {"delay": "delay"}),
            Held(Claim, {"number": "number"}, key="second"),
        )


def test_whatever_holds_contracts_is_drawn_with_them() -> None:
    """A node of any kind that holds contracts is drawn as a box around what these are made of."""
    graph = CompiledGraph(
        "Holder",
        [Input("delay"), Input("number"), Holding("both"), Output("amount", source="both")],
        deps=[(), (), (0, 1), (2,)],
        params=[(), (), ("delay", "number"), ("source",)],
        gates=[(), (), (), ()],
        outputs={"amount": 3},
    )

    shown = diagram(graph)

    assert {"both.delay", "both.amount", "both.number", "both.letter"} <= by_path(shown).keys()
    assert {("delay", "both.delay"), ("number", "both.number")} <= arrows(shown)
    assert (shown.clusters[0].path, shown.clusters[0].detail) == ("both", "Owed, Claim")
    assert "both" not in by_path(shown)


def test_deep_nesting_ends_in_a_box() -> None:
    """Contracts nested deeper than the limit are drawn as one box, and nothing recurses on."""
    contract = Owed
    for level in range(DEEPEST + 2):
        builder = ig.ContractBuilder(f"Level{level}")
        builder.input("delay", float)
        builder.compose("inner", contract, inputs={"delay": "delay"})
        builder.output("amount", source="inner.amount")
        contract = builder.build()

    shown = diagram(contract.compiled_graph)

    assert sum(box.kind == "compose" for box in shown.clusters) == DEEPEST
    assert [node.kind for node in shown.nodes].count("compose") == 1
