"""What becomes of a client's reads."""

from __future__ import annotations

import pytest

from igniter_nb.consensus.local.client import AGAIN_US
from igniter_nb.consensus.replica import Answer
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.state_machine.machine import Failure
from igniter_nb.errors import NoLeaderError
from tests.consensus.virtual import LOST, Bench


@pytest.fixture
def bench() -> Bench:
    """Give a client with a session in a world of three nodes."""
    return Bench().opened()


def test_a_read_sees_what_was_written(bench: Bench) -> None:
    """A read that is asked after a write was answered returns it."""
    bench.put(5)
    bench.settle()

    future = bench.get()
    bench.settle()

    assert future.result(0) == 5


def test_a_read_is_asked_again_at_the_next_leader(bench: Bench) -> None:
    """A read that died with its leader is answered by the next one."""
    future = bench.get()
    act(bench.world, "kill", bench.leader_id)

    bench.run(1.0)

    assert future.result(0) == 0


def test_a_read_that_raises_raises_for_its_caller(bench: Bench) -> None:
    """A query that fails, for whatever reason, fails for who asked, and all goes on."""
    odd = bench.ask(query=lambda machine: machine.get(["no", "key"]))
    good = bench.get()

    bench.settle()

    assert isinstance(odd.exception(0), TypeError)
    assert good.result(0) == 0


def test_a_cut_off_leader_never_answers_with_what_is_old(bench: Bench) -> None:
    """A linearizable read at the old leader waits until that knows better."""
    old = bench.leader_id
    act(bench.world, "isolate", old)
    stale = bench.get(node=old, timeout=60.0)
    written = bench.put("new")
    bench.run(1.0)

    assert written.result(0).failure is Failure.NONE
    assert bench.state(old) == {"x": 0}
    assert not stale.done()
    act(bench.world, "heal")
    bench.run(1.0)
    assert stale.result(0) == "new"


def test_a_follower_answers_reads_that_are_fresh(bench: Bench) -> None:
    """A read at a follower sees a write that the leader alone has applied."""
    behind = bench.followers[0]
    act(bench.world, "link", bench.leader_id, behind, 20_000, 20_000)
    bench.put("new")
    bench.settle()
    assert bench.state(behind) == {"x": 0}

    future = bench.get(node=behind)
    bench.run(0.2)

    assert future.result(0) == "new"


def test_a_followers_question_that_was_lost_is_asked_again(bench: Bench) -> None:
    """When the message to the leader is lost the follower asks once more after a while."""
    asks = bench.followers[0]
    act(bench.world, "link", asks, bench.leader_id, *LOST)
    future = bench.get(node=asks)
    bench.settle()
    act(bench.world, "link", asks, bench.leader_id)
    bench.run(AGAIN_US / 1e6 - 0.01)
    assert not future.done()

    bench.run(0.02)

    assert future.result(0) == 0


def test_a_follower_that_knows_no_leader_is_not_asked_without_end(bench: Bench) -> None:
    """A read at a node that is cut off is tried ten times a second, and not in every turn."""
    act(bench.world, "isolate", bench.followers[0])
    bench.run(1.0)
    node = bench.followers[0]
    asked: list[int] = []
    read = bench.world.read
    bench.world.read = lambda *args, **named: asked.append(1) or read(*args, **named)

    future = bench.get(node=node, timeout=1.0)
    bench.run(1.1)

    assert isinstance(future.exception(0), NoLeaderError)
    assert f"{node} was not confirmed by a leader in time: it hears no leader in term" in str(
        future.exception(0)
    )
    assert f"and {bench.leader_id} leads" in str(future.exception(0))
    assert len(asked) == 10


def test_a_node_that_cannot_answer_says_what_it_believes(bench: Bench) -> None:
    """A read at an old leader, or at a follower that only hears, says why nobody confirms it."""
    leader, followers = bench.leader_id, bench.followers
    for other in followers:
        act(bench.world, "cut", other, leader)
    act(bench.world, "clock_rate", leader, 1)
    bench.run(0.5)
    assert bench.leader_id != leader
    deposed = bench.get(node=leader, timeout=0.2)
    act(bench.world, "heal")
    act(bench.world, "clock_rate", leader, 1_000)
    act(bench.world, "cut", bench.followers[0], bench.leader_id)
    deaf = bench.get(node=bench.followers[0], timeout=0.05)
    bench.run(0.06)

    assert f"it follows {bench.leader_id} of term" in str(deaf.exception(0)), deaf
    act(bench.world, "isolate", leader)
    bench.run(0.3)
    assert deposed.done()


def test_a_node_that_is_down_is_not_waited_for(bench: Bench) -> None:
    """A read at a dead node is refused at once, and one at a node that dies as it does."""
    node, other = bench.followers
    asked = bench.get(node=node)
    act(bench.world, "kill", node)
    bench.client.turn()
    after = bench.get(node=node)
    bench.client.turn()

    for future in (asked, after):
        assert isinstance(future.exception(0), NoLeaderError)
        assert f"{node} does not run, so it cannot be read" in str(future.exception(0))
    good = bench.get(node=other)
    bench.settle()
    assert good.result(0) == 0


def test_an_unknown_node_is_named_with_the_known_ones(bench: Bench) -> None:
    """A read at a node that is none lists the names that would do."""
    future = bench.get(node="n9")
    bench.client.turn()

    with pytest.raises(ValueError, match="there is no node 'n9'; known: n1, n2, n3"):
        future.result(0)


def test_an_answered_read_is_not_answered_again(bench: Bench) -> None:
    """A read that was asked at two leaders hears once."""
    future = bench.get()
    (request,) = bench.client.open
    bench.settle()

    bench.client._readable(request, Answer("ok", 1, 1), bench.leader.replica)

    assert future.result(0) == 0
    assert not bench.client._answers
