"""Nodes that join, leave and take over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus import Cluster
from igniter_nb.consensus.simulator.quorums import configuration
from igniter_nb.errors import ConsensusError, NoLeaderError, QuorumLostError
from tests.consensus.live import (
    LONG,
    followers_of,
    leader_of,
    running,
    until,
    waiting,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_node_that_joins_has_everything_and_a_vote() -> None:
    """A new node gets the log, counts in the majority, and can lead."""
    with running(3, snapshot_every=10) as cluster:
        cluster.write_many({"key": f"k{n}", "value": n} for n in range(50))

        ref = cluster.add_node("n4", LONG)

        assert ref.node_id == "n4"
        assert cluster.quorum_size == 3
        assert cluster.state_machine_snapshot(node="n4") == {f"k{n}": n for n in range(50)}
        assert cluster.transfer_leadership("n4", LONG) == ref
        assert cluster.write(key="a", value=1).read("a") == 1


def test_a_node_that_is_not_there_yet_costs_no_majority() -> None:
    """Until it has caught up, a node that joins is a learner and is not counted (thesis 4.2.1)."""
    with running(3) as cluster:
        cluster.pause()
        future = cluster._driver.join("n4", LONG)
        learner = waiting(
            cluster, lambda world: "n4" in world.leader().replica.core.configuration.learners
        )
        learner.result(LONG)

        assert cluster.status()["n4"].role == "learner"
        assert cluster.quorum_size == 2
        cluster.resume()
        assert future.result(LONG) == "n4"
        assert cluster.status()["n4"].role == "follower"


def test_a_node_that_leaves_is_stopped() -> None:
    """A removed node is stopped and shown as removed; its name is not used again."""
    with running(4) as cluster:
        node = followers_of(cluster)[0]

        assert cluster.remove_node(node, LONG) is cluster

        found = cluster.status()
        assert found[node].role == "removed"
        assert found.title == "cluster of 3, 3 alive"
        assert (cluster.quorum_size, cluster.alive_count) == (2, 3)
        with pytest.raises(ValueError, match=f"{node!r} was removed; expected a name"):
            cluster.add_node(node)
        with pytest.raises(ValueError, match=f"{node!r} was removed; add_node"):
            cluster.restart(node)
        assert cluster.remove_node(node, LONG) is cluster


def test_a_dead_node_can_be_removed() -> None:
    """Removing a node that does not run makes the majority smaller."""
    with running(3) as cluster:
        dead, other = followers_of(cluster)
        cluster.kill(dead).remove_node(dead, LONG)

        cluster.kill(other)

        assert not cluster.has_quorum()
        cluster.restart(other)
        assert cluster.write(key="a", value=1).read("a") == 1


def test_a_leader_can_be_removed() -> None:
    """The leader goes when that is decided, and another one leads (thesis 4.2.2)."""
    with running(3) as cluster:
        old = leader_of(cluster)
        cluster.write(key="a", value=1)

        cluster.remove_node(cluster.leader, LONG)

        assert leader_of(cluster) != old
        assert cluster.read("a") == 1
        assert cluster.status()[old].role == "removed"


def test_from_one_node_to_five_and_back() -> None:
    """A cluster grows and shrinks one node at a time, with writes in between."""
    with running(1) as cluster:
        for number in range(2, 6):
            cluster.add_node(f"n{number}", LONG).status  # noqa: B018 -- it can be looked at
            cluster.write(key="a", value=number)
        assert cluster.quorum_size == 3
        for number in range(1, 5):
            cluster.remove_node(f"n{number}", LONG)
            assert cluster.read("a") == 5

        assert (leader_of(cluster), cluster.quorum_size) == ("n5", 1)


def test_the_last_node_cannot_be_removed() -> None:
    """Who would be left to decide nothing is told at once."""
    with running(1) as cluster, pytest.raises(ValueError, match="'n1' is the last node"):
        cluster.remove_node("n1")


@pytest.mark.parametrize(
    ("name", "words"),
    [("n1", "is a node of this cluster already"), ("", "cannot be named"), (7, "is a str")],
)
def test_names_that_cannot_join(name: str, words: str) -> None:
    """A name that is taken or makes no sense is refused."""
    with running(3) as cluster:
        with pytest.raises(ValueError, match=words):
            cluster.add_node(name)

        assert len(cluster.nodes) == 3


def test_a_node_that_did_not_get_in_can_be_asked_again() -> None:
    """When joining was not done in time, a second call goes on from there."""
    with running(3) as cluster:
        cluster.pause()
        with pytest.raises(
            NoLeaderError, match=r"No leader could do it within 0.01 s: the cluster"
        ):
            cluster.add_node("n4", 0.01)
        cluster.resume()

        assert cluster.add_node("n4", LONG).alive


def test_a_node_that_was_set_up_gets_in_although_nobody_waits() -> None:
    """What a timed-out add_node has begun is finished; until then the node is no member."""
    with running(3) as cluster:
        cluster.write(key="k", value=1)
        for name in followers_of(cluster):
            cluster.slow(name, latency=0.01)

        for name in ("u", "v", "w"):
            with pytest.raises(NoLeaderError, match=f"{name} was set up, and gets its vote"):
                cluster.add_node(name, 0.001)

        with pytest.raises(NoLeaderError, match="w was set up and was not let in yet"):
            cluster.read("k", consistency="stale", node="w")
        until(cluster, lambda world: len(configuration(world, world.leader()).voters) == 6)
        assert cluster.add_node("u", LONG).alive
        assert cluster.alive_count == 6


def test_a_node_that_is_to_leave_again_does_not_come_back() -> None:
    """A removal ends what an earlier, timed-out add_node had begun for the same node."""
    with running(3) as cluster:
        for name in followers_of(cluster):
            cluster.slow(name, latency=0.01)
        with pytest.raises(NoLeaderError):
            cluster.add_node("n4", 0.001)

        cluster.remove_node("n4", LONG)
        cluster.write(key="k", value=1)

        until(cluster, lambda world: "n4" in world.gone)
        assert cluster.alive_count == 3


def test_without_a_majority_nobody_joins_or_leaves() -> None:
    """With too few nodes membership cannot be changed, and the error says what is missing."""
    with running(3) as cluster:
        left, (dead, other) = leader_of(cluster), followers_of(cluster)
        cluster.pause().kill(dead).kill(other)

        with pytest.raises(NoLeaderError, match="the cluster is paused"):
            cluster.add_node("n4", 0.01)
        with pytest.raises(QuorumLostError, match="only 1 of 2 voters would run, 2 must agree"):
            cluster.remove_node(dead)

        cluster.resume()
        until(cluster, lambda world: world.leader() is None)
        for change in (
            lambda: cluster.add_node("n5", 0.01),
            lambda: cluster.remove_node(dead, 0.01),
            lambda: cluster.transfer_leadership(left, 0.01),
        ):
            with pytest.raises(NoLeaderError, match="No leader available, and none can be elected"):
                change()


# -- handing over


def test_leadership_is_handed_over_without_a_pause() -> None:
    """The node that is named leads the next term, and says so; handing over to itself is done."""
    with running(5) as cluster:
        to = followers_of(cluster)[0]
        term = cluster.leader.term

        assert cluster.transfer_leadership(to, LONG).node_id == to
        assert cluster.transfer_leadership(to, LONG).node_id == to

        assert cluster.leader.term == term + 1
        assert cluster.write(key="a", value=1).read("a") == 1


def test_a_node_that_cannot_take_over() -> None:
    """A dead node is refused at once, with what to do; the old leader leads on and writes."""
    with running(3) as cluster:
        leader, dead = leader_of(cluster), followers_of(cluster)[0]
        cluster.kill(dead)

        with pytest.raises(ConsensusError, match=rf"{dead} does not run.*restart\(\) it"):
            cluster.transfer_leadership(dead, LONG)

        assert leader_of(cluster) == leader
        assert cluster.write(key="a", value=1).read("a") == 1


def test_a_node_without_a_vote_cannot_take_over() -> None:
    """A learner is told to be none that can lead."""
    with running(3) as cluster:
        cluster.pause()
        cluster._driver.join("n4", LONG)
        until(cluster, lambda world: "n4" in world.leader().replica.core.configuration.learners)

        with pytest.raises(ValueError, match="'n4' has no vote, so it cannot lead"):
            cluster.transfer_leadership("n4")


def test_a_handover_survives_the_death_of_the_leader() -> None:
    """When the leader dies on the way, the next one is asked to hand over."""
    with running(5) as cluster:
        leader, to = leader_of(cluster), followers_of(cluster)[0]
        cluster.pause()
        future = cluster._driver.hand_over(to, LONG)
        until(cluster, lambda world: world.leader().replica.core.status().transferee)
        cluster.kill(leader).resume()

        assert future.result(LONG) == to


def test_membership_is_kept_in_the_folder(tmp_path: Path) -> None:
    """A cluster that is started in its folder again has the members it had, whoever is named."""
    with running(3, storage=tmp_path) as cluster:
        gone, stays = followers_of(cluster)
        cluster.add_node("n4", LONG)
        cluster.remove_node(gone, LONG)
        cluster.write(key="a", value=1)

    with running([gone, stays], storage=tmp_path) as cluster:
        found = cluster.status()

        assert cluster.read("a") == 1
        assert {row.node_id for row in found if row.alive} == {"n1", "n2", "n3", "n4"} - {gone}
        assert (found[gone].role, cluster.quorum_size) == ("removed", 2)
        with pytest.raises(ValueError, match="was removed"):
            cluster.restart(gone)


def test_a_folder_takes_no_nodes_that_it_does_not_know(tmp_path: Path) -> None:
    """Naming more nodes than there are does not make them members; adding them does."""
    with running(1, storage=tmp_path) as cluster:
        cluster.write(key="a", value=1)

    with pytest.raises(ValueError, match=r"holds a cluster of n1, came n2, n3 as well; start it"):
        Cluster.start(3, storage=tmp_path)

    with running(1, storage=tmp_path) as cluster:
        assert cluster.add_node("n2", LONG).state == {"a": 1}
