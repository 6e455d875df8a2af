from __future__ import annotations

import inspect

import pytest

from igniter_nb.consensus.faults.table import FAULTS
from igniter_nb.consensus.simulator.actions import ACTIONS
from igniter_nb.consensus.simulator.arguments import _CHECKS, _signature, checked
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.world import World

NODES = ("n1", "n2", "n3")


@pytest.fixture
def world() -> World:
    """Make a world in which nothing has happened."""
    return World(1, NODES, trace=[])


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_says_what_it_takes(name: str) -> None:
    """The table of faults and the functions have the same names and the same parameters."""
    assert {*FAULTS} == {*ACTIONS}

    fault, parameters = FAULTS[name], [*_signature(name).parameters.values()]

    assert [each.name for each in fault.parameters] == [each.name for each in parameters]
    assert {each.kind for each in fault.parameters} <= {*_CHECKS}
    assert fault.several == any(each.kind is each.VAR_POSITIONAL for each in parameters)


@pytest.mark.parametrize(
    ("name", "args", "told"),
    [
        ("explode", (), "expected an action of kill, .*; came 'explode'"),
        ("kill", (), r"kill takes \(node_id\): missing a required argument: 'node_id'"),
        ("heal", ("n1",), "heal takes nothing: too many"),
        ("kill", ("n9",), "node_id: expected a node of n1, n2, n3, or 'leader', came 'n9'"),
        ("kill", (3,), "node_id: expected a node of .*, came 3"),
        ("restart", ("some",), "or 'leader' or 'all', came 'some'"),
        ("cut", ("leader", "n2"), "sender: expected a node of n1, n2, n3, came 'leader'"),
        ("partition", (["n1"], ["n9"]), "groups: expected a list of nodes"),
        ("partition", ("n1", "n2"), "groups: expected a list of nodes .*groups: expected a list"),
        ("clock_rate", ("n1", "fast"), "permille: expected a whole number, came 'fast'"),
        ("clock_rate", ("n1", True), "permille: expected a whole number, came True"),
        ("links", ("slow",), "quality: expected a number, came 'slow'"),
        ("set_up", ("../x",), "node_id: expected the name of a node, came '../x'"),
        ("replace", ("n1", 7), "nodes: expected the name of a node, came 7"),
        ("propose", ("n1", "text", 0), "data: expected bytes, came 'text'"),
        ("write", (1, 2), "key: expected a text, came 1"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_done(
    world: World, name: str, args: tuple, told: str
) -> None:
    """The whole of it is said, and world, trace and script are as they were."""
    before = (world.events, world.noted, list(world.trace or ()))

    with pytest.raises(ValueError, match=told):
        act(world, name, *args)

    assert (world.events, world.noted, world.trace) == before
    assert not list(world.script)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("restart", ("all",)),
        ("kill", ("leader",)),
        ("add_voter", ("n4",)),
        ("add_learner", ("leader",)),
        ("partition", (["n1"], ["n2", "n3"])),
        ("partition", ({"n1"}, ("n2",))),
        ("link", ("n1", "n2", 5, 9, 0.5)),
        ("propose", ("n1", b"{}", 0, 1, 2, 3)),
        ("power_cut", ("n1",)),
    ],
)
def test_what_makes_sense_is_taken(world: World, name: str, args: tuple) -> None:
    """Nodes that are there or may be, the leader and all where that is meant, several groups."""
    assert len(checked(world, name, args)) == len(args)


def test_nobody_can_change_what_was_done(world: World) -> None:
    """The script keeps copies: a list that is changed afterwards is another one."""
    value, group = [1], ["n1"]
    act(world, "write", "k", value)
    act(world, "partition", group, ["n2"])
    value.append(2)
    group.append("n3")

    assert [line.args for line in world.script] == [("k", [1]), (("n1",), ("n2",))]


def test_a_value_may_be_a_list(world: World) -> None:
    """What is written stays what it is; groups of nodes become tuples, as a recording has them."""
    assert checked(world, "write", ("k", [1, 2])) == ("k", [1, 2])
    assert checked(world, "partition", (["n1"], ["n2"])) == (("n1",), ("n2",))


def test_an_action_that_finds_nothing_to_do_is_not_told(world: World) -> None:
    """A node that is down is not killed again, and one that is up is not started."""
    world.run_until(1_000)
    act(world, "kill", "n1")
    noted = world.noted

    act(world, "kill", "n1")
    act(world, "pause", "n1")
    act(world, "power_cut", "n1")
    act(world, "resume", "all")
    act(world, "restart", "n2")

    assert world.noted == noted


def test_an_action_that_fails_after_all_is_in_the_script(world: World) -> None:
    """It may have done a part, so a replay does the same part; the trace tells nothing of it."""
    world.run_until(1_000)
    noted = world.noted

    with pytest.raises(ValueError, match="at least 1 thousandth"):
        act(world, "clock_rate", "n1", 0)

    assert world.noted == noted
    assert [line.name for line in world.script] == ["clock_rate"]


def test_the_world_is_not_an_argument() -> None:
    """What is checked begins after it."""
    assert [*_signature("kill").parameters] == ["node_id"]
    assert inspect.signature(ACTIONS["kill"]).parameters["world"] is not None
