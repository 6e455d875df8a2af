from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus.local import operations
from igniter_nb.consensus.simulator import quorums
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.simulator.world import World
from igniter_nb.errors import ConsensusError, QuorumLostError
from tests.consensus.virtual import Bench

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def world() -> World:
    """Give a world of three nodes with a leader."""
    return Bench().world


def leader(world: World) -> str:
    """Name the leader."""
    host = world.leader()
    assert host is not None
    return host.replica.node_id


def reached(world: World, operation: Callable[[], Any]) -> Any:
    """Ask an operation after every single event, until it gives something."""
    for _ in range(20_000):
        if (found := operation()) is not None:
            return found
        world.step()
    pytest.fail(f"the operation was not reached: {world.now_us / 1e6} s")


def test_a_leader_is_one_that_knows_what_is_committed(world: World) -> None:
    """A new leader counts once an entry of its own term is committed."""
    old = leader(world)
    act(world, "kill", old)
    assert operations.leads(world) is None
    while world.leader() is None:
        world.step()

    elected = leader(world)

    assert operations.leads(world) is None
    assert reached(world, partial(operations.leads, world)) == elected != old


@pytest.mark.parametrize("leads", [True, False])
def test_a_node_leaves_whoever_it_is(world: World, leads: bool) -> None:
    """A node is gone when that is decided and somebody else leads, asked at any moment."""
    old = leader(world)
    node = old if leads else next(name for name in world.hosts if name != old)

    assert reached(world, operations.Leave(world, node)) == node

    assert list(world.gone) == [node]
    assert not world.hosts[node].replica.alive
    assert operations.configuration(world, world.leader()).voters == tuple(
        sorted({"n1", "n2", "n3"} - {node})
    )


def test_a_membership_is_not_changed_before_its_time(world: World) -> None:
    """A leader that has committed nothing in its term changes nothing; it is asked again."""
    old = leader(world)
    act(world, "kill", old)
    while world.leader() is None:
        world.step()
    last = world.leader().replica.core.log.last_index

    assert operations.Leave(world, old)() is None
    assert world.leader().replica.core.log.last_index == last
    assert reached(world, operations.Leave(world, old)) == old


def test_a_node_that_is_needed_does_not_leave(world: World) -> None:
    """With one of three down, removing another would leave one of two: it is refused."""
    down, other = (name for name in world.hosts if name != leader(world))
    act(world, "kill", down)
    last = world.leader().replica.core.log.last_index

    for node in (other, leader(world)):
        with pytest.raises(QuorumLostError, match=f"without {node} only 1 of 2 voters would run"):
            operations.Leave(world, node)()

    assert world.leader().replica.core.log.last_index == last
    assert reached(world, operations.Leave(world, down)) == down
    assert reached(world, operations.Leave(world, other)) == other


def test_nobody_is_asked_while_nobody_leads(world: World) -> None:
    """Without a leader each operation waits, and does nothing."""
    for name in ("n1", "n2", "n3"):
        act(world, "kill", name)
    wishes = [
        partial(operations.leads, world),
        operations.Leave(world, "n1"),
        operations.Join(world, "n4"),
        operations.HandOver(world, "n1"),
    ]

    assert [wish() for wish in wishes] == [None] * 4


def test_a_node_joins_asked_at_any_moment(world: World) -> None:
    """Joining is done when the vote is decided, through whatever happens on the way."""
    join = operations.Join(world, "n4")
    assert join() is None
    act(world, "kill", leader(world))

    assert reached(world, join) == "n4"

    assert "n4" in operations.configuration(world, world.leader()).voters


def test_two_changes_are_made_one_after_the_other(world: World) -> None:
    """A node that joins and one that leaves at the same time wait for each other."""
    wishes: dict[str, Callable[[], Any]] = {
        "n4": operations.Join(world, "n4"),
        "n5": operations.Join(world, "n5"),
        "n3": operations.Leave(world, "n3"),
    }

    def next_done() -> Any:
        return next(filter(None, (wish() for wish in wishes.values())), None)

    done = []
    while wishes:
        done.append(reached(world, next_done))
        del wishes[done[-1]]

    assert sorted(done) == ["n3", "n4", "n5"]
    members = operations.configuration(world, world.leader())
    assert (members.voters, members.joint) == (("n1", "n2", "n4", "n5"), False)


def test_a_node_whose_storage_fails_is_not_there(world: World) -> None:
    """When a new node cannot keep anything, it does not come into the world."""

    class FullError(OSError):
        pass

    def full(node_id: str) -> Any:
        raise FullError(28, "No space left on device")

    world._make_storage = full

    with pytest.raises(FullError):
        operations.Join(world, "n4")()

    assert list(world.hosts) == ["n1", "n2", "n3"]


def test_a_handover_that_was_given_up(world: World) -> None:
    """When the one that takes over is not reached, the old leader is named that leads on."""
    old = leader(world)
    to = next(name for name in world.hosts if name != old)
    act(world, "isolate", to)

    with pytest.raises(ConsensusError, match=f"{to} did not take over from {old} within"):
        reached(world, operations.HandOver(world, to))


def test_members_are_recalled() -> None:
    """Of a world made anew, members that are known are started, and those removed stopped."""
    world = Bench(2).world
    begun: list[str] = []
    left: list[str] = []
    world.farewell = left.append
    operations.recall(world, begun.append)
    assert (list(world.gone), begun, left) == ([], [], [])
    for change in (("add_voter", "n3"), ("remove", "n2")):
        act(world, *change)
        world.run_until(world.now_us + 1_000_000)
    act(world, "kill", "n3")
    kept = world.hosts.pop("n3").replica.storage
    world._make_storage = lambda node_id: kept

    operations.recall(world, begun.append)

    assert (list(world.gone), begun, left) == (["n2"], ["n3"], ["n2"])
    assert [name for name, host in world.hosts.items() if host.replica.alive] == ["n1", "n3"]
    assert world.hosts["n3"].replica.core.log.last_index > 0


def test_members_are_asked_for_until_nobody_new_is_named() -> None:
    """A member's log may be newer and name others: the newest of all logs decides."""
    world = Bench(1).world
    disks = {}
    for number in range(2, 6):
        act(world, "add_voter", f"n{number}")
        world.run_until(world.now_us + 1_000_000)
        if number == 3:
            act(world, "kill", "n1")  # it knows n2 and n3
        world.run_until(world.now_us + 3_000_000)
    for host in world.hosts.values():
        act(world, "kill", host.replica.node_id)
        disks[host.replica.node_id] = host.replica.storage
    begun: list[str] = []

    again = World(0, ["n1"], storage=disks.__getitem__)
    operations.recall(again, begun.append)

    assert begun == ["n2", "n3", "n4", "n5"]
    assert quorums.configuration(again, None).voters == ("n1", *begun)
    assert not again.gone


def test_a_removal_that_is_not_decided_is_not_for_ever() -> None:
    """A node that only an uncommitted entry removed is left out now, and asked for again later."""
    world = Bench(3).world
    left: list[str] = []
    world.farewell = left.append
    leader = world.leader()
    assert leader is not None
    gone = next(node for node in world.hosts if node != leader.replica.node_id)
    act(world, "isolate", leader.replica.node_id)
    act(world, "remove", gone)
    world.run_until(world.now_us + 1_000)

    operations.recall(world, left.append)

    assert (list(world.gone), left) == ([gone], [])


def test_a_removal_that_cannot_be_kept_is_not_done() -> None:
    """When what is decided cannot be written down, the node goes on, and the error is told."""
    world = Bench(2).world

    def full(node_id: str) -> None:
        raise OSError("no space left")

    world.farewell = full

    with pytest.raises(OSError, match="no space left"):
        reached(world, operations.Leave(world, "n2"))

    assert not world.gone
    world.farewell = None
    assert reached(world, operations.Leave(world, "n2")) == "n2"
