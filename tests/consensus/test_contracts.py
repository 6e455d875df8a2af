"""A cluster in contracts."""

from __future__ import annotations

import re
import textwrap
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig
from igniter_nb.consensus import (
    Cluster,
    FindLeader,
    ReadQuery,
    ReadValue,
    SubmitCommand,
    contracts,
)
from igniter_nb.errors import CommandError, QuorumLostError
from tests.consensus.live import FAST, LONG, followers_of, leader_of, running

if TYPE_CHECKING:
    from collections.abc import Iterator

BIDS = {
    "vendor1": {"id": "alpha", "price": 45.0},
    "vendor2": {"id": "betacor", "price": 38.5},
    "vendor3": {"id": "gamma", "price": 52.0},
}


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Give a cluster of five that has a leader; of every driver where a test asks for that."""
    if "every_driver" in request.fixturenames:
        request.getfixturevalue("every_driver")
    with running(5) as made:
        yield made


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    """Run the examples that the module's text shows, and give the names that they define."""
    names: dict[str, Any] = {}
    for block in re.findall(r"::\n\n((?:    .*\n|\n)+)", contracts.__doc__ or ""):
        exec(textwrap.dedent(block), names)  # noqa: S102 -- it is our own text
    return names


# -- the read contract


@pytest.mark.usefixtures("every_driver")
def test_a_query_finds_the_leader_and_reads(cluster: Cluster) -> None:
    """The contract of the seed gives the value, and None for what is not there."""
    cluster.write(key="price", value=99)

    query = cluster.read_contract(key="price")

    assert query.resolve_all() is query
    assert query.result.value == 99
    assert query.result.to_dict() == {"value": 99}
    assert ReadQuery(cluster=cluster, key="none").result.value is None
    assert query.update_inputs(key="none").result.value is None


def test_a_query_without_a_leader_says_the_seeds_sentence(cluster: Cluster) -> None:
    """With three of five dead the query fails at its leader, whoever of them is left."""
    cluster.write(key="price", value=99)
    cluster.pause()
    for name in followers_of(cluster)[:3]:
        cluster.kill(name)
    for harm in (cluster.pause, cluster.leader.kill):  # it still leads; then nobody does
        harm()
        query = cluster.read_contract(key="price")

        with pytest.raises(ig.ResolutionError) as caught:
            query.resolve_all()

        assert str(caught.value).startswith(
            "No leader in cluster — retry later [graph=ReadQuery, node=leader, execution="
        )
        assert caught.value.message == "No leader in cluster — retry later"
        assert query.failed


@pytest.mark.usefixtures("every_driver")
def test_the_executors_serve_in_other_contracts(cluster: Cluster) -> None:
    """Finding a leader, reading and writing are nodes of a person's own contract."""

    class PriceCheck(ig.Contract):
        cluster = ig.input()
        threshold = ig.input(float)
        command = ig.const({"key": "price", "value": 40.0})
        key = ig.const("price")

        written = ig.compute(SubmitCommand, depends_on=["cluster", "command"])
        leader = ig.compute(FindLeader, depends_on="cluster")

        @ig.compute
        def price_key(written, key):
            return key

        price = ig.compute(ReadValue, depends_on={"cluster": "cluster", "key": "price_key"})

        @ig.output
        def verdict(leader, price, threshold):
            return (leader.role, price, price < threshold)

    check = PriceCheck(cluster=cluster, threshold=50.0)

    assert check.result.verdict == ("leader", 40.0, True)


def test_what_cannot_be_written_fails_its_node(cluster: Cluster) -> None:
    """An error of the cluster keeps its class and gets the node's context."""

    class Write(ig.Contract):
        cluster = ig.input()
        command = ig.input(dict)
        done = ig.output(SubmitCommand, depends_on=["cluster", "command"])

    with pytest.raises(CommandError, match=r"was to hold 1 and holds nothing.*node=done"):
        Write(cluster=cluster, command={"key": "a", "value": 2, "expected": 1}).resolve_all()
    cluster.pause()
    for name in followers_of(cluster)[:3]:
        cluster.kill(name)
    with pytest.raises(QuorumLostError, match=r"cannot decide anything.*graph=Write, node=done"):
        Write(cluster=cluster, command={"key": "a", "value": 2}).resolve_all()


@pytest.mark.usefixtures("every_driver")
def test_the_executors_say_what_they_touch() -> None:
    """A policy that denies the network stops them before they are entered."""
    query = ReadQuery(cluster=None, key="a")

    with (
        ig.policy(denied=["network"]),
        pytest.raises(ig.CapabilityViolationError, match="FindLeader uses denied"),
    ):
        query.resolve_all()


# -- the auction


def test_the_auction_chooses_when_all_bids_are_committed(
    cluster: Cluster, examples: dict[str, Any]
) -> None:
    """Three bids run at once; the winner is chosen, and every bid is in the cluster then."""
    auction = examples["BidAuction"](cluster=cluster, **BIDS)

    assert auction.resolve_all().result.winner == {"key": "bid_betacor", "value": 38.5}
    bids = {"bid_alpha": 45.0, "bid_betacor": 38.5, "bid_gamma": 52.0}
    assert cluster.state_machine_snapshot() == bids
    cluster.kill(cluster.leader)
    assert cluster.state_machine_snapshot() == bids


def test_the_auction_survives_its_leader(cluster: Cluster, examples: dict[str, Any]) -> None:
    """When the leader dies before it has committed a bid, the next one does, and then it ends."""
    old = leader_of(cluster)
    cluster.isolate(old)

    auction = examples["BidAuction"](cluster=cluster, **BIDS)

    assert auction.result.winner["value"] == 38.5
    assert leader_of(cluster) != old
    assert len(cluster.state_machine_snapshot()) == 3


def test_an_auction_without_a_majority_has_no_winner(
    cluster: Cluster, examples: dict[str, Any]
) -> None:
    """Nobody wins on bids that are not committed."""
    cluster.pause()
    for name in followers_of(cluster)[:3]:
        cluster.kill(name)

    auction = examples["BidAuction"](cluster=cluster, **BIDS)

    with pytest.raises(QuorumLostError):
        auction.resolve_all()
    assert auction.result.states["winner"] != "succeeded"


# -- the lock


def lock_contracts(examples: dict[str, Any]) -> tuple[type[ig.Contract], type[ig.Contract]]:
    """Make contracts of the lock's executors."""

    class Acquire(ig.Contract):
        cluster = ig.input()
        lock = ig.input(str)
        owner = ig.input(str)
        held = ig.output(examples["AcquireLock"], depends_on=["cluster", "lock", "owner"])

    class Release(ig.Contract):
        cluster = ig.input()
        lock = ig.input(str)
        owner = ig.input(str)
        free = ig.output(examples["ReleaseLock"], depends_on=["cluster", "lock", "owner"])

    return Acquire, Release


@pytest.mark.usefixtures("every_driver")
def test_a_lock_has_one_owner(cluster: Cluster, examples: dict[str, Any]) -> None:
    """A second owner is refused and told who has it; only the first one can let it go."""
    acquire, release = lock_contracts(examples)

    assert acquire(cluster=cluster, lock="l", owner="one").result.held == "one"
    with pytest.raises(CommandError, match="'l' was to hold nothing and holds 'one'"):
        acquire(cluster=cluster, lock="l", owner="two").resolve_all()
    with pytest.raises(CommandError, match="'l' was to hold 'two' and holds 'one'"):
        release(cluster=cluster, lock="l", owner="two").resolve_all()
    release(cluster=cluster, lock="l", owner="one").resolve_all()
    assert acquire(cluster=cluster, lock="l", owner="two").result.held == "two"


def test_of_many_at_once_one_gets_the_lock(cluster: Cluster, examples: dict[str, Any]) -> None:
    """Sixteen threads want it at the same moment, while the leader dies: one of them has it."""
    acquire, _ = lock_contracts(examples)
    ready = Barrier(17)

    def want(number: int) -> bool:
        ready.wait(LONG)
        try:
            acquire(cluster=cluster, lock="l", owner=f"o{number}").resolve_all()
        except CommandError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        wants = [pool.submit(want, number) for number in range(16)]
        ready.wait(LONG)
        cluster.kill(cluster.leader or "n1")
        got = [number for number, each in enumerate(wants) if each.result(LONG)]

    assert len(got) == 1
    assert cluster.read("l") == f"o{got[0]}"


@pytest.mark.usefixtures("every_driver")
def test_the_seeds_way_would_let_two_in() -> None:
    """Reading that a lock is free and writing it then lets two owners in; so we do not."""
    with running(3, timing=FAST) as cluster:
        both_read = [cluster.read("l"), cluster.read("l")]
        for owner, seen in zip(("one", "two"), both_read, strict=True):
            if seen is None:
                cluster.write(key="l", value=owner)

        assert both_read == [None, None]
        assert cluster.read("l") == "two"
