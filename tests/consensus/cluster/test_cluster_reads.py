"""What a read promises."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from igniter_nb.consensus import Cluster, StateMachine, Timing, apply
from igniter_nb.consensus.state_machine.queries import get
from igniter_nb.errors import CommandError, NoLeaderError, QuorumLostError
from tests.consensus.live import FAST, LONG, advance, followers_of, leader_of, running, until

LEASES = Timing(heartbeat=0.01, election_min=0.1, election_max=0.2, lease_reads=True)


def asked(cluster: Cluster, key: str, *, lease: bool = False, node: str | None = None) -> Any:
    """Ask for a linearizable read and return its future."""
    consistency = "lease" if lease else "linearizable"
    query = partial(get, key, None)
    return cluster._driver.read(query, consistency, node, timeout=LONG, leases=True)


def sent(cluster: Cluster) -> int:
    """Count the messages that were sent."""
    return sum(event.kind == "send" for event in cluster.trace())


def settle(cluster: Cluster) -> None:
    """Let everything happen in a paused cluster that takes no time."""
    cluster._driver.loop.call(cluster._driver.world.settle)


@pytest.mark.usefixtures("every_driver")
def test_a_read_sees_every_write_that_returned() -> None:
    """Reads at the leader and at each other node return what was written before."""
    with running(5) as cluster:
        for number in range(20):
            cluster.write(key="a", value=number)

            assert cluster.read("a") == number
            for ref in cluster.nodes:
                assert cluster.read("a", node=ref) == number


@pytest.mark.usefixtures("every_driver")
def test_what_is_not_there_is_the_default() -> None:
    """A missing key gives None, or what was asked for in its place."""
    with running(3) as cluster:
        assert cluster.read("a") is None
        assert cluster.read("a", 7) == 7
        assert cluster.read("a", 7, consistency="stale") == 7


@pytest.mark.usefixtures("every_driver")
def test_what_is_read_is_a_copy() -> None:
    """Changing what a read, a snapshot or a status returned changes no node (C264)."""
    with running(3) as cluster:
        cluster.write(key="a", value={"list": [1]})

        cluster.read("a")["list"].append(2)
        cluster.read("a", consistency="stale")["list"].append(2)
        cluster.state_machine_snapshot()["a"]["list"].append(2)
        cluster.state_machine_snapshot(consistency="stale", node="n1").clear()
        for row in cluster.status():
            row.state_machine.clear()

        assert cluster.read("a") == {"list": [1]}
        assert all(cluster.read("a", node=ref) == {"list": [1]} for ref in cluster.nodes)


def test_a_cut_off_leader_does_not_answer_with_the_old_value() -> None:
    """While the majority moves on, only a stale read of the old leader is old (C250)."""
    with running(5) as cluster:
        cluster.write(key="a", value="old")
        old = leader_of(cluster)
        cluster.partition({old, followers_of(cluster)[0]}, set(followers_of(cluster)[1:]))
        future = asked(cluster, "a", node=old)

        cluster.write(key="a", value="new")

        assert cluster.read("a") == "new"
        assert cluster.read("a", consistency="stale", node=old) == "old"
        assert cluster.read("a", consistency="stale") == "new"
        assert not future.done()
        cluster.heal()
        assert future.result(LONG) == "new"


def test_a_cut_off_leader_does_not_answer_at_all() -> None:
    """Before anybody else leads, a leader that reaches no majority answers no read either."""
    with running(5) as cluster:
        cluster.write(key="a", value=1)
        cluster.pause().isolate(cluster.leader)
        future = asked(cluster, "a")

        advance(cluster, 0.09)

        assert cluster.leader is not None
        assert not future.done()
        cluster.resume()
        assert future.result(LONG) == 1


def test_the_first_read_of_a_new_leader_knows_all_that_was_committed() -> None:
    """Right after an election a read returns the last write of the old leader (C252)."""
    with running(3) as cluster:
        for number in range(5):
            cluster.write(key="a", value=number)
            leader = leader_of(cluster)
            cluster.kill(leader)

            assert cluster.read("a") == number
            cluster.restart(leader)


def test_a_read_costs_messages_and_a_lease_saves_them() -> None:
    """A linearizable read asks a majority; one by lease asks nobody while the lease holds."""
    with running(3, timing=LEASES, trace=True) as cluster:
        cluster.write(key="a", value=1)
        assert cluster.read("a", consistency="lease") == 1
        until(cluster, lambda world: world.leader().replica.core._state.reads.lease_until)
        cluster.pause()
        before = sent(cluster)

        leased = asked(cluster, "a", lease=True)
        settle(cluster)
        assert leased.result(LONG) == 1
        assert sent(cluster) == before

        plain = asked(cluster, "a")
        settle(cluster)
        assert plain.result(LONG) == 1
        assert sent(cluster) > before


def test_a_lease_ends_before_anybody_else_can_lead() -> None:
    """A leader that was cut off reads by lease for less than an election timeout, then not."""
    with running(3, timing=LEASES) as cluster:
        cluster.write(key="a", value=1)
        cluster.pause().isolate(cluster.leader)
        within = asked(cluster, "a", lease=True)
        settle(cluster)
        assert within.result(LONG) == 1

        advance(cluster, 0.09)  # the lease lasts 100 / 1.2 ms
        after = asked(cluster, "a", lease=True)
        settle(cluster)

        assert cluster.leader is not None
        assert not after.done()


@pytest.mark.usefixtures("every_driver")
def test_leases_are_off_unless_asked_for() -> None:
    """A read by lease in a cluster without leases says how to allow them."""
    with running(1) as cluster, pytest.raises(ValueError, match=r"Timing\(lease_reads=True\)"):
        cluster.read("a", consistency="lease")


@pytest.mark.usefixtures("every_driver")
@pytest.mark.parametrize("consistency", ["linearizable", "stale"])
def test_reads_of_a_state_that_is_no_dict(consistency: Any) -> None:
    """A key cannot be read then, and the whole state can."""

    class Listing(StateMachine):
        initial = []  # noqa: RUF012 -- as a person writes it

        @apply("append")
        def append(state, command):
            return [*state, command["item"]]

    with running(3, state_machine=Listing) as cluster:
        cluster.write(type="append", item=1).write(type="append", item=2)

        assert cluster.state_machine_snapshot(consistency=consistency) == [1, 2]
        with pytest.raises(CommandError, match="is no dict"):
            cluster.read("a", consistency=consistency)


@pytest.mark.usefixtures("every_driver")
def test_a_key_of_another_type_is_told() -> None:
    """A key that is no str is refused, with what to do, and nobody else notices."""
    with running(3) as cluster:
        for key in (["a"], 7):
            with pytest.raises(CommandError, match=r"key: expected a str, came .*use str\(key\)"):
                cluster.read(key)  # type: ignore[arg-type]

        assert cluster.write(key="a", value=1).read("a") == 1


@pytest.mark.usefixtures("every_driver")
def test_words_that_are_unknown() -> None:
    """An unknown consistency or node lists what would do."""
    with running(3) as cluster:
        with pytest.raises(ValueError, match='expected "linearizable", "lease" or "stale", came'):
            cluster.read("a", consistency="eventual")  # type: ignore[arg-type]
        for consistency in ("linearizable", "stale"):
            with pytest.raises(ValueError, match="there is no node 'n9'; known: n1, n2, n3"):
                cluster.read("a", node="n9", consistency=consistency)


def test_reads_without_a_majority() -> None:
    """Only a stale read is answered when too few run; none when nobody does."""
    with running(3) as cluster:
        cluster.write(key="a", value=1)
        leader, one, other = leader_of(cluster), *followers_of(cluster)
        cluster.pause().kill(one).kill(other)

        with pytest.raises(QuorumLostError, match=f"{leader} leads and cannot decide anything"):
            cluster.read("a")
        assert cluster.read("a", consistency="stale") == 1
        with pytest.raises(NoLeaderError, match=f"{one} does not run, so there is nobody"):
            cluster.read("a", consistency="stale", node=one)

        cluster.kill(leader)
        with pytest.raises(NoLeaderError, match="No leader available"):
            cluster.read("a")
        with pytest.raises(NoLeaderError, match="no node runs"):
            cluster.read("a", consistency="stale")


def test_a_read_at_a_dead_node_is_refused() -> None:
    """The others would answer; this node was asked for."""
    with running(3) as cluster:
        node = followers_of(cluster)[0]
        cluster.kill(node)

        with pytest.raises(NoLeaderError, match=f"{node} does not run, so it cannot be read"):
            cluster.read("a", node=node)


def test_a_node_that_is_behind_answers_what_is_new() -> None:
    """A read at a node that is slow waits until that node has what it must show."""
    with running(3, timing=FAST) as cluster:
        node = followers_of(cluster)[0]
        cluster.slow(node, latency=0.02)

        cluster.write(key="a", value="new")

        assert cluster.read("a", node=node) == "new"
