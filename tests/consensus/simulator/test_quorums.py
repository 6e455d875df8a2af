from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus.simulator.quorums import (
    alive,
    can_decide,
    configuration,
    found_missing,
    quorum_size,
    restart_it,
)
from igniter_nb.consensus.simulator.script import act
from igniter_nb.errors import NoLeaderError, QuorumLostError
from igniter_nb.raft import Configuration
from tests.consensus.virtual import Bench

if TYPE_CHECKING:
    from igniter_nb.consensus.simulator.world import World


def world_of(nodes: int) -> World:
    """Make a world with a leader."""
    return Bench(nodes).world


@pytest.mark.parametrize(
    ("nodes", "dead", "decides"),
    [(1, 0, True), (1, 1, False), (2, 1, False), (3, 1, True), (3, 2, False), (4, 2, False),
     (5, 2, True), (5, 3, False), (7, 3, True)],
)  # fmt: skip
def test_a_majority_runs(nodes: int, dead: int, decides: bool) -> None:
    """Whether something can be decided follows from how many run."""
    world = world_of(nodes)
    for number in range(1, dead + 1):
        act(world, "kill", f"n{number}")

    assert can_decide(world, world.leader()) is decides
    assert len(alive(world)) == nodes - dead
    assert quorum_size(world) == nodes // 2 + 1


def test_a_node_that_is_held_up_does_not_run() -> None:
    """A paused process is no help to a majority."""
    world = world_of(3)
    for name in ("n1", "n2"):
        act(world, "pause", name)

    assert alive(world) == ["n3"]
    assert not can_decide(world, world.leader())


@pytest.mark.parametrize(
    ("groups", "decides"),
    [
        ([["n1", "n2"], ["n3", "n4", "n5"]], True),
        ([["n1", "n2"], ["n3", "n4"], ["n5"]], False),
        ([["n1", "n2"], ["n3", "n4"]], True),  # n5 reaches all
        ([["n1"], ["n2"], ["n3"], ["n4"], ["n5"]], False),
    ],
)
def test_a_majority_reaches_one_of_them(groups: list[list[str]], decides: bool) -> None:
    """Parts decide if some voter reaches a majority, itself included."""
    world = world_of(5)

    act(world, "partition", *groups)

    assert can_decide(world, world.leader()) is decides


def test_a_link_in_one_direction_is_none() -> None:
    """Who cannot be answered is not reached."""
    world = world_of(3)
    for one, other in (("n1", "n2"), ("n2", "n3"), ("n3", "n1")):
        act(world, "cut", one, other)

    assert not can_decide(world, world.leader())


def test_a_learner_in_the_middle_cannot_lead() -> None:
    """When only a node without a vote reaches a majority, nobody can be elected."""
    world = world_of(3)
    act(world, "add_learner", "n4")
    world.run_until(world.now_us + 1_000_000)

    act(world, "partition", ["n1"], ["n2"], ["n3"])

    assert len(alive(world)) == 4
    assert not can_decide(world, world.leader())


def test_a_joint_configuration_needs_both_majorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """While membership changes, the old voters and the new ones have to agree (thesis 4.3)."""
    world = world_of(3)
    for name in ("n4", "n5"):
        world.add_host(name)
    joint = Configuration(voters=("n1", "n4", "n5"), outgoing=("n1", "n2", "n3"))
    leader = world.hosts["n1"]
    leader.replica.core._state.configurations.append((1, joint))
    assert configuration(world, leader) == joint
    assert can_decide(world, leader)

    for first, second in (("n4", "n5"), ("n2", "n3")):
        act(world, "kill", first)
        assert can_decide(world, leader)
        act(world, "kill", second)
        assert not can_decide(world, leader)
        for name in (first, second):
            act(world, "restart", name)


def test_the_membership_is_that_of_the_fullest_log_when_nobody_leads() -> None:
    """Without a leader, what the node with the most of the log says holds."""
    world = world_of(3)
    act(world, "remove", "n1")
    world.run_until(world.now_us + 1_000_000)
    for name in ("n1", "n2", "n3"):
        act(world, "kill", name)

    assert configuration(world, None).voters == ("n2", "n3")


def test_who_lost_their_disks_are_not_to_be_restarted() -> None:
    """Where no other voter is down, the error says what helps instead."""
    world = world_of(3)
    act(world, "wipe", "n1")
    act(world, "kill", "n2")
    assert str(found_missing(world, None)).endswith("restart() nodes")
    assert restart_it(world, "n1").startswith("it lost its disk: remove_node() it")
    assert restart_it(world, "n2") == "restart() it first"

    act(world, "wipe", "n2")

    assert str(found_missing(world, None)).endswith(
        "those that do not run lost their disks, and cannot be restarted: start another cluster"
    )


def test_what_is_missing_is_counted() -> None:
    """The error says how many run, how many are needed, and what to do, by who leads."""
    world = world_of(5)
    leader = world.leader()
    assert leader is not None
    others = [name for name in world.hosts if name != leader.replica.node_id]
    for name in others[:3]:
        act(world, "kill", name)

    lost, none = found_missing(world, leader), found_missing(world, None)

    assert isinstance(lost, QuorumLostError)
    assert isinstance(none, NoLeaderError)
    assert str(lost) == (
        f"{leader.replica.node_id} leads and cannot decide anything: 2 of 5 voters run, 3 must "
        "agree; nothing was done. restart() nodes"
    )
    assert str(none).startswith("No leader available, and none can be elected: 2 of 5 voters run")
