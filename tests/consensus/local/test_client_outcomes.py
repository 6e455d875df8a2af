"""What a client hears in bad times, of whatever it asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.state_machine.machine import Failure
from igniter_nb.errors import (
    ConsensusError,
    NoLeaderError,
    OutcomeUnknownError,
    QuorumLostError,
)
from tests.consensus.virtual import LOST, Bench

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def bench() -> Bench:
    """Give a client with a session in a world of three nodes."""
    return Bench().opened()


def test_without_a_majority_nothing_is_proposed(bench: Bench) -> None:
    """With two of three dead and the leader alive a write is refused at once, and a read too."""
    for name in bench.followers:
        act(bench.world, "kill", name)

    write, read = bench.put(1), bench.get()
    bench.client.turn()

    for future in (write, read):
        error = future.exception(0)
        assert isinstance(error, QuorumLostError)
        assert "leads and cannot decide anything: 1 of 3 voters run, 2 must agree" in str(error)
        assert "restart() nodes" in str(error)
    assert len(bench.commands()) == 1


def test_without_a_leader_nor_a_majority_nobody_is_waited_for(bench: Bench) -> None:
    """With two of three dead and the leader among them a write says that there is no leader."""
    for name in [bench.leader_id, bench.followers[0]]:
        act(bench.world, "kill", name)

    future = bench.put(1)
    bench.client.turn()

    error = future.exception(0)
    assert isinstance(error, NoLeaderError)
    assert str(error).startswith("No leader available, and none can be elected: 1 of 3 voters run")


def test_a_majority_that_cannot_meet_is_none() -> None:
    """Five nodes in parts of two, two and one decide nothing, and the remedy is to heal."""
    bench = Bench(5).opened()
    one, *others = bench.followers
    act(bench.world, "partition", [bench.leader_id, one], others[:2], others[2:])

    future = bench.put(1)
    bench.client.turn()

    assert isinstance(future.exception(0), QuorumLostError)
    assert "5 of 5 voters run, 3 must agree, and no 3 reach one another; nothing" in str(
        future.exception(0)
    )
    assert "heal() the network" in str(future.exception(0))


def test_a_leader_in_a_minority_is_left_for_the_one_of_the_majority() -> None:
    """What a cut off leader was given is proposed again at the new one, and takes effect once."""
    bench = Bench(5).opened()
    old = bench.leader_id
    act(bench.world, "partition", [old, bench.followers[0]], bench.followers[1:])

    future = bench.add()
    bench.run(1.0)

    assert future.result(0).failure is Failure.NONE
    assert bench.leader_id != old
    act(bench.world, "heal")
    bench.run(1.0)
    assert {bench.state(name)["count"] for name in bench.world.hosts} == {1}


def test_waiting_requests_are_refused_when_the_majority_goes() -> None:
    """Who waits for a leader hears at once when none can be elected any more."""
    bench = Bench()
    act(bench.world, "kill", bench.leader_id)
    write, read = bench.put(1), bench.get()
    bench.client.turn()
    assert not write.done()

    act(bench.world, "kill", next(n for n, h in bench.world.hosts.items() if h.replica.alive))
    bench.client.turn()

    assert isinstance(write.exception(0), NoLeaderError)
    assert isinstance(read.exception(0), NoLeaderError)


def test_a_proposed_command_without_an_answer_has_an_unknown_outcome(bench: Bench) -> None:
    """A write that was sent and not confirmed in time says so, and what to do."""
    future = bench.add(timeout=0.3)
    for name in bench.followers:
        act(bench.world, "kill", name)

    bench.run(0.5)

    error = future.exception(0)
    assert isinstance(error, OutcomeUnknownError)
    assert "it was proposed and not confirmed in time, and nobody leads; it may" in str(error)
    assert "Read what it would have changed" in str(error)


def test_a_proposed_command_waits_for_nodes_to_come_back(bench: Bench) -> None:
    """When all nodes die and start again in time, the command is done once."""
    future = bench.add()
    for name in bench.world.hosts:
        act(bench.world, "kill", name)
    bench.run(0.2)
    assert not future.done()

    act(bench.world, "restart", "all")
    bench.run(1.0)

    assert future.result(0).failure is Failure.NONE
    assert bench.state(bench.leader_id)["count"] == 1


def test_nobody_elected_in_time(bench: Bench) -> None:
    """A write and a read that found no leader in time were not done."""
    act(bench.world, "kill", bench.leader_id)
    write, read = bench.put(1, timeout=0.01), bench.get(timeout=0.01)

    bench.run(0.02)

    for future in (write, read):
        assert isinstance(future.exception(0), NoLeaderError)
        assert "No leader answered in time; nobody leads; nothing was done" in str(
            future.exception(0)
        )


def test_a_pause_is_named_as_the_reason(bench: Bench) -> None:
    """What times out in a paused cluster says that it is paused."""
    bench.paused = True
    write, read = bench.put(1, timeout=0.01), bench.get(timeout=0.01)

    bench.run(0.02)

    assert "the cluster is paused; resume() it" in str(write.exception(0))
    assert "the cluster is paused; resume() it" in str(read.exception(0))
    assert isinstance(write.exception(0), OutcomeUnknownError)


def test_a_read_whose_confirmation_never_comes_says_who_leads(bench: Bench) -> None:
    """A leader whose messages are all lost does not answer, and the error names it."""
    for name in bench.followers:
        act(bench.world, "link", bench.leader_id, name, *LOST)
    future = bench.get(timeout=0.02)

    bench.run(0.03)

    error = future.exception(0)
    assert isinstance(error, NoLeaderError)
    assert f"No leader answered in time; {bench.leader_id} leads" in str(error)


def test_a_majority_lost_on_the_way_is_told_when_time_is_over(bench: Bench) -> None:
    """A read that was asked before the majority went says in the end that it is gone."""
    future = bench.get(timeout=0.01)
    for name in bench.followers:
        act(bench.world, "kill", name)

    bench.run(0.02)

    assert isinstance(future.exception(0), QuorumLostError)


def test_the_end_tells_everyone(bench: Bench) -> None:
    """At the end what was proposed is unknown, all else was not done, and later ones hear too.

    They hear when the nodes have let go of what they keep, and not before.
    """
    proposed, read = bench.add(), bench.get()
    bench.stopping = True
    late = bench.add()
    bench.client.turn()
    assert not any(future.done() for future in (proposed, read, late))
    bench.over = True
    bench.client.turn()

    assert isinstance(proposed.exception(0), OutcomeUnknownError)
    assert "the cluster is stopped" in str(proposed.exception(0))
    for future in (read, late):
        assert type(future.exception(0)) is ConsensusError


# -- operations


def test_a_goal_is_asked_until_it_gives_something(bench: Bench) -> None:
    """An operation's future has the first thing that is not None."""
    given = iter([None, None, "there"])

    future = bench.ask(operation=lambda: next(given))
    bench.run(0.01)

    assert future.result(0) == "there"


@pytest.mark.parametrize("error", [ValueError("odd"), NoLeaderError("none"), KeyError("x")])
def test_a_goal_that_raises_raises_for_its_caller(bench: Bench, error: Exception) -> None:
    """Whatever an operation raises belongs to who asked."""

    def fails() -> None:
        raise error

    future = bench.ask(operation=fails)
    bench.run(0.002)

    assert future.exception(0) is error
    assert bench.put(1) is not None


@pytest.mark.parametrize(
    ("harm", "kind", "words"),
    [
        (lambda bench: None, NoLeaderError, "Not done within 0.01 s, although n1 leads; ask again"),
        (
            lambda bench: [act(bench.world, "kill", name) for name in bench.followers],
            NoLeaderError,
            "No leader available, and none can be elected: 1 of 3",
        ),
        (
            lambda bench: [act(bench.world, "kill", name) for name in ("n1", "n2", "n3")],
            NoLeaderError,
            "No leader available, and none can be elected: 0 of 3",
        ),
    ],
)
def test_a_goal_that_is_not_reached_says_why(
    bench: Bench, harm: Callable[[Bench], object], kind: type[Exception], words: str
) -> None:
    """What was not reached in time says who leads, or why nobody can."""
    harm(bench)
    leader = bench.world.leader()
    future = bench.ask(operation=lambda: None, timeout=0.01)

    bench.run(0.02)

    said = str(future.exception(0))
    assert type(future.exception(0)) is kind
    assert words.replace("n1", leader.replica.node_id if leader else "") in said


def test_a_cancelled_goal_is_given_up(bench: Bench) -> None:
    """An operation whose future was cancelled is not asked any more."""
    asked: list[int] = []
    future = bench.ask(operation=lambda: asked.append(1))
    bench.run(0.002)
    future.cancel()
    count = len(asked)

    bench.run(0.01)

    assert len(asked) == count
    assert not bench.client.open
