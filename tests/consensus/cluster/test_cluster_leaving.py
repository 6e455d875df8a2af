"""What was begun is finished after the caller has gone: nodes that leave a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus.local import operations
from igniter_nb.consensus.simulator.script import act
from igniter_nb.errors import NoLeaderError
from tests.consensus.live import LONG, followers_of, leader_of, running, until
from tests.consensus.virtual import Bench

if TYPE_CHECKING:
    from igniter_nb.consensus.simulator.world import World


def deaf(bench: Bench) -> None:
    """Let the leader hear nobody."""
    for other in bench.followers:
        act(bench.world, "cut", other, bench.leader_id)


def leave(bench: Bench, node: str, timeout: float = 0.05) -> Any:
    """Ask for a removal that is given up soon."""
    return bench.ask(timeout, operation=operations.Leave(bench.world, node))


# -- in a world whose time a test has


@pytest.mark.parametrize("gone", ["times out", "is cancelled", "gives up by its own clock"])
def test_a_removal_is_seen_through_without_its_caller(gone: str) -> None:
    """However the caller goes, the node is stopped once the others have decided."""
    bench = Bench(5).opened()
    node = bench.followers[-1]
    deaf(bench)
    future = leave(bench, node, 0.05 if gone == "times out" else 60.0)
    bench.run(0.02)
    assert node not in bench.leader.replica.core.configuration.members
    if gone == "is cancelled":
        future.cancel()
    elif gone == "gives up by its own clock":
        bench.code_begins()
        future.give_up()
        bench.code_ends()
    bench.run(0.06)
    assert future.done()
    assert bench.world.hosts[node].replica.alive

    act(bench.world, "heal")
    bench.run(1.0)

    assert not bench.world.hosts[node].replica.alive
    assert node in bench.world.gone
    assert bench.client._begun == []


def test_a_removal_says_that_it_goes_on() -> None:
    """Whose time is over hears whether it was begun; what was not begun does not happen."""
    bench = Bench(5).opened()
    node = bench.followers[-1]
    bench.paused = True
    act(bench.world, "kill", bench.leader_id)

    early = leave(bench, node)
    bench.run(0.1)
    bench.paused = False
    bench.run(1.0)
    assert "begun" not in str(early.exception(0))
    assert node in bench.leader.replica.core.configuration.members
    deaf(bench)
    late = leave(bench, node)
    bench.run(0.06)

    assert f"the removal of {node} was begun and goes on" in str(late.exception(0))


def test_a_removal_that_is_lost_with_its_leader_is_asked_of_the_next() -> None:
    """What was begun is seen through whoever leads, also when too few run for a while."""
    bench = Bench(5).opened()
    node, *_, other = bench.followers
    old = bench.leader_id
    for each in bench.followers:
        act(bench.world, "cut", old, each)
    future = leave(bench, node)
    bench.run(0.06)
    assert isinstance(future.exception(0), NoLeaderError)
    act(bench.world, "kill", old)
    act(bench.world, "kill", other)
    act(bench.world, "heal")
    bench.run(1.0)
    assert bench.client._begun

    act(bench.world, "restart", "all")
    bench.run(3.0)

    assert not bench.world.hosts[node].replica.alive
    assert node not in bench.leader.replica.core.configuration.members
    assert bench.client._begun == []


def test_a_removal_that_was_begun_is_not_refused_while_too_few_run() -> None:
    """Whoever waits for it waits on, and it is done when enough run again."""
    bench = Bench(5).opened()
    node, *_, other = bench.followers
    old = bench.leader_id
    for each in bench.followers:
        act(bench.world, "cut", old, each)
    future = leave(bench, node, 60.0)
    bench.run(0.06)
    act(bench.world, "kill", old)
    act(bench.world, "kill", other)
    act(bench.world, "heal")
    bench.run(1.0)
    assert not future.done()

    act(bench.world, "restart", "all")
    bench.run(3.0)

    assert future.result(0) == node
    assert not bench.world.hosts[node].replica.alive


def test_a_removal_that_could_not_be_written_down_is_seen_through() -> None:
    """Whoever asked hears why it is not done; it is done as soon as it can be written down."""
    bench = Bench(3).opened()
    node, left = bench.followers[-1], []

    def full(_: str) -> None:
        raise OSError("no space left")

    bench.world.farewell = full
    future = leave(bench, node, 60.0)
    bench.run(0.1)
    assert str(future.exception(0)) == "no space left"
    assert bench.world.hosts[node].replica.alive

    bench.world.farewell = left.append
    bench.run(0.1)

    assert left == [node]
    assert not bench.world.hosts[node].replica.alive
    assert bench.client._begun == []


def test_a_removal_that_cannot_be_any_more_is_dropped() -> None:
    """The last node with a vote stays."""
    bench = Bench(1).opened()

    bench.client.see_through(operations.Leave(bench.world, "n1", begun=True))
    bench.run(0.01)

    assert bench.client._begun == []
    assert bench.world.hosts["n1"].replica.alive


# -- in a cluster that runs


def test_a_node_that_is_no_member_is_shown_as_none_and_not_counted() -> None:
    """Between the change of the membership and its end the node runs, and is no member."""
    with running(5) as cluster:
        node = followers_of(cluster)[0]
        leader = leader_of(cluster)
        cluster.pause()
        future = cluster._driver.leave(node, LONG)
        until(cluster, lambda world: node not in world.leader().replica.core.configuration.members)

        found = cluster.status()

        assert (found[node].alive, found[node].role) == (True, "removed")
        assert found.title == "cluster of 4, 4 alive"
        assert cluster.alive_count == 4
        assert cluster.nodes[0].role != ""
        cluster.resume()
        assert future.result(LONG) == node
        assert leader_of(cluster) == leader
        assert cluster.status()[node].alive is False


def test_a_node_that_waits_to_be_let_in_was_not_removed() -> None:
    """A node that was set up and is no member yet is not shown as one that left."""
    with running(3) as cluster:
        cluster.act("set_up", "n4")

        assert cluster.status()["n4"].role == "follower"


@pytest.mark.parametrize("whom", ["a follower", "leader"])
def test_whoever_takes_a_node_out_by_an_act_leaves_no_zombie(whom: str) -> None:
    """The action of the world is seen through as remove_node() is."""
    with running(4) as cluster:
        node = leader_of(cluster) if whom == "leader" else followers_of(cluster)[0]

        cluster.act("remove", node if whom == "a follower" else "leader")

        assert until(cluster, stopped_of(node))
        assert cluster.write(key="x", value=1).status().title == "cluster of 3, 3 alive"


def test_whoever_is_replaced_is_stopped() -> None:
    """Nodes that others take the place of are stopped when the joint change is done."""
    with running(3) as cluster:
        going, staying = followers_of(cluster)

        cluster.act("replace", going, "n4")

        assert until(cluster, stopped_of(going))
        assert cluster.write(key="x", value=1).read("x") == 1
        assert cluster.status()[staying].alive


def stopped_of(node: str) -> Any:
    """Return a condition: a node is stopped and its name is not used again."""

    def stopped(world: World) -> bool:
        return node in world.gone and not world.hosts[node].replica.alive

    return stopped


def test_a_removal_that_is_refused_stops_nobody() -> None:
    """An act that the leader refuses, since it is no member's, leaves all as they are."""
    with running(3) as cluster:
        first, second = followers_of(cluster)
        cluster.pause()
        cluster.act("remove", first)
        cluster.act("remove", second)  # one at a time
        cluster.resume()

        assert until(cluster, stopped_of(first))

        assert cluster.write(key="x", value=1).alive_count == 2
