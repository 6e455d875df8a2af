"""Addresses of nodes, those of contracts that others hold among them."""

from __future__ import annotations

import igniter_nb as ig
from igniter_nb.graph import CompiledGraph, Const, Held, Input
from igniter_nb.notebook.graphs.widget.addresses import addresses


class Owed(ig.Contract):
    delay = ig.input(float)
    amount = ig.output(lambda delay: delay * 2)


class Holding(Const):
    """A node of a kind that nobody here knows, which holds a contract."""

    @property
    def nested(self):
        return (Held(Owed, {"delay": "given"}),)


def test_whatever_holds_a_contract_is_gone_down_into():
    """The nodes of a contract have addresses behind the node that holds it, of whatever kind."""
    graph = CompiledGraph(
        "Holder",
        [Input("given"), Holding("one")],
        deps=[(), (0,)],
        params=[(), ("delay",)],
        gates=[(), ()],
        outputs={"one": 1},
    )

    found = {each.path: (each.way, each.id, each.reads) for each in addresses(graph)}

    assert found == {
        "given": ((), 0, ()),
        "one": ((), 1, ("given",)),
        "one.delay": ((1,), 0, ("given",)),
        "one.amount": ((1,), 1, ("one.delay",)),
    }
