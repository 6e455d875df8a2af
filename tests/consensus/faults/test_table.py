"""The table of what can be done to a cluster from outside."""

from __future__ import annotations

import pytest

from igniter_nb.consensus.faults.fault import Need, NodeFacts
from igniter_nb.consensus.faults.table import BY_HAND, FAULTS, for_page
from igniter_nb.consensus.simulator.script import inflict
from igniter_nb.consensus.simulator.world import World

RUNS = NodeFacts("n1", alive=True, paused=False, wiped=False, gone=False, leader="n2")


@pytest.fixture
def world() -> World:
    """Make a world of three nodes in which nothing has happened."""
    return World(1, ("n1", "n2", "n3"), trace=[])


@pytest.mark.parametrize("name", FAULTS)
def test_what_mends_a_fault_is_in_the_table(name: str) -> None:
    """An undo is the name of another entry, and what ends a node can say why."""
    fault = FAULTS[name]

    assert fault.undo in {"", *FAULTS}
    assert not fault.ends or fault.why


@pytest.mark.parametrize(
    ("need", "facts"),
    [
        (Need.RUNS, RUNS._replace(alive=False)),
        (Need.IS_DOWN, RUNS),
        (Need.IS_PAUSED, RUNS),
        (Need.GOES_ON, RUNS._replace(paused=True)),
        (Need.HAS_ITS_DISK, RUNS._replace(wiped=True)),
        (Need.BELONGS, RUNS._replace(gone=True)),
        (Need.LEADER, RUNS._replace(leader=None)),
        (Need.FOLLOWS, RUNS._replace(leader="n1")),
    ],
)
def test_a_need_that_is_not_met_is_a_sentence(need: Need, facts: NodeFacts) -> None:
    """Each need says what is in the way, and nothing of a node that meets it."""
    assert need.problem(facts)
    assert not need.problem(RUNS) or need in {Need.IS_DOWN, Need.IS_PAUSED}


def test_a_fault_is_checked_and_done_at_once(world: World) -> None:
    """What is done is told; what cannot be done is refused, and nothing is done or written."""
    assert inflict(world, "kill", ["n1"]) == "n1 crashed"
    script = [*world.script]

    with pytest.raises(ValueError, match="n1 does not run already; restart it first"):
        inflict(world, "kill", ["n1"])

    assert [*world.script] == script


def test_a_page_is_given_what_it_shows_of_each_fault() -> None:
    """The page has the faults that are done by hand, and of those on a node a button."""
    shown = for_page()

    assert [*shown] == [*BY_HAND]
    assert shown["kill"] == {
        "control": "crash",
        "label": "Crash",
        "title": "",
        "key": "c",
        "takes": ["node_id"],
        "needs": ["runs"],
        "undo": "restart",
    }
    assert shown["link"]["control"] == ""
