"""What is asked of the driver of a cluster in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.errors import ConsensusError, NoLeaderError
from tests.consensus.live import LONG, followers_of, leader_of, running

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from igniter_nb.consensus import Cluster

ASKED: dict[str, Callable[[Any, str], Future[str]]] = {
    "hand_over": lambda driver, node: driver.hand_over(node, LONG),
    "leave": lambda driver, node: driver.leave(node, LONG),
    "step_down": lambda driver, _: driver.step_down(LONG),
    "join": lambda driver, _: driver.join("n4", LONG),
    "leads": lambda driver, _: driver.leads(LONG),
}


def transferee(cluster: Cluster) -> str | None:
    """Name whom the leader hands over to."""
    driver: Any = cluster._driver
    found: str | None = driver.loop.look(
        lambda: driver.world.leader().replica.core.status().transferee
    )
    return found


@pytest.mark.parametrize("name", ASKED)
def test_whatever_takes_several_steps_is_asked_in_one_trip(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can happen between what is looked at and what is asked for."""
    with running(3) as cluster:
        node = followers_of(cluster)[0]
        driver: Any = cluster._driver
        trips: list[object] = []
        post = driver.loop.post

        def counted(call: Any, *futures: Any) -> None:
            trips.append(call)
            post(call, *futures)

        with monkeypatch.context() as patched:
            patched.setattr(driver.loop, "post", counted)
            future = ASKED[name](driver, node)

        assert len(trips) == 1
        assert future.result(LONG)


def test_a_hand_over_has_begun_when_it_was_taken() -> None:
    """It is checked and begun in the same call: at a standstill the leader knows of it already."""
    with running(3) as cluster:
        node = followers_of(cluster)[1]
        cluster.pause()

        future = cluster._driver.hand_over(node, LONG)

        assert transferee(cluster) == node
        cluster.resume()
        assert future.result(LONG) == node


def test_what_cannot_be_begun_is_refused_at_once() -> None:
    """Who names no node, one that is down, or has nobody to hand over to, hears so and no later."""
    with running(3) as cluster:
        driver: Any = cluster._driver
        leader, (down, other) = leader_of(cluster), followers_of(cluster)
        cluster.pause()  # else the leader would notice that it is alone
        cluster.kill(down)

        for ask in (driver.hand_over, driver.leave):
            with pytest.raises(ValueError, match="there is no node 'n9'; known: n1, n2, n3"):
                ask("n9", LONG)
        with pytest.raises(ConsensusError, match=rf"{down} does not run.*restart\(\) it first"):
            driver.hand_over(down, LONG)
        cluster.kill(other)
        with pytest.raises(NoLeaderError, match=f"{leader} leads and reaches no voter"):
            driver.step_down(LONG)
        assert transferee(cluster) is None


def test_a_removed_node_is_said_to_be_one() -> None:
    """Of a node that was removed no restart is advised."""
    with running(3) as cluster:
        gone = followers_of(cluster)[0]
        cluster.remove_node(gone, LONG)

        with pytest.raises(ConsensusError, match=f"{gone} does not run.*it was removed"):
            cluster.transfer_leadership(gone)
