"""A request that ends takes along all that was kept for it: here, at the nodes, in their cores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus.simulator.script import act
from igniter_nb.raft import ProposalRefusedError
from tests.consensus.virtual import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future


@pytest.fixture
def bench() -> Bench:
    """Give a client with a session in a world of three nodes."""
    return Bench().opened()


def kept(bench: Bench) -> dict[str, int]:
    """Count what is kept for requests, wherever that is; what there is none of is left out."""
    client = bench.client
    found = {
        "open": len(client.open),
        "commands in line": len(client._commands),
        "reads in line": len(client._reads),
        "operations": len(client._operations),
        "outstanding": len(client._outstanding),
        "registrations": len(client._registrations),
        "given up": len(client._given_up),
    }
    for node, host in bench.world.hosts.items():
        table = host.replica.core._state.reads
        own = [asked for each in table.rounds for asked in each.asked if not asked.node]
        own += [asked for asked in table.joining if not asked.node]
        found |= {
            f"{node} proposals": sum(map(len, host.replica._proposals.values())),
            f"{node} reads": len(host.replica._reads),
            f"{node} in its core": len(own) + len(table.sending) + len(table.sent),
            f"{node} confirmed": len(table.confirmed) + len(table.refused),
            f"{node} held": len(host.held),
        }
    return {name: count for name, count in found.items() if count}


FAULTS: dict[str, Callable[[Bench, str], object]] = {
    "its questions are lost": lambda bench, node: act(bench.world, "cut", node, bench.leader_id),
    "its answers are lost": lambda bench, node: act(bench.world, "cut", bench.leader_id, node),
    "it is cut off": lambda bench, node: act(bench.world, "isolate", node),
    "it is paused": lambda bench, node: act(bench.world, "pause", node),
    "all are cut off": lambda bench, _: part(bench),
    "the leader hears nobody": lambda bench, _: [
        act(bench.world, "cut", other, bench.leader_id) for other in bench.followers
    ],
    "the leader is paused": lambda bench, _: act(bench.world, "pause", bench.leader_id),
    "time stands still": lambda bench, _: setattr(bench, "paused", True),
    "nobody leads and time stands still": lambda bench, _: (
        act(bench.world, "kill", bench.leader_id),
        setattr(bench, "paused", True),
    ),
}


def part(bench: Bench) -> None:
    """Cut all nodes off from one another."""
    act(bench.world, "partition", *([each] for each in bench.world.hosts))


KINDS: dict[str, Callable[[Bench, str], Future[Any]]] = {
    "command": lambda bench, _: bench.add(timeout=0.45),
    "read at the leader": lambda bench, _: bench.get(timeout=0.45),
    "read at a node": lambda bench, node: bench.get(node=node, timeout=0.45),
    "operation": lambda bench, _: bench.ask(0.45, operation=lambda: None),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_ends_takes_along_what_was_kept_for_it(bench: Bench, kind: str, fault: str) -> None:
    """Whatever was asked, and whatever keeps it from an answer: once it ended nothing is left."""
    node = bench.followers[0]
    assert kept(bench) == {}
    FAULTS[fault](bench, node)

    futures = [KINDS[kind](bench, node) for _ in range(3)]
    bench.run(0.2)
    futures += [KINDS[kind](bench, node) for _ in range(3)]
    bench.run(0.7)

    assert all(each.done() for each in futures)
    left = {name: count for name, count in kept(bench).items() if "held" not in name}
    assert left == {}
    bench.paused = False
    act(bench.world, "heal")
    act(bench.world, "resume", "all")
    act(bench.world, "restart", "all")
    bench.run(1.0)
    again = [KINDS[kind](bench, node) for _ in range(3)]
    bench.run(0.6)
    assert kind == "operation" or all(each.exception(0) is None for each in again)
    assert kept(bench) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cancelled_takes_along_what_was_kept_for_it(bench: Bench, kind: str) -> None:
    """Who cancels a future leaves nothing behind either, at the latest when its time is over."""
    node = bench.followers[0]
    part(bench)
    future = KINDS[kind](bench, node)
    bench.run(0.05)

    future.cancel()
    bench.run(0.5)

    assert kept(bench) == {}


@pytest.mark.parametrize("questions", [1, 40])
def test_a_paused_node_finds_one_question_when_it_goes_on(bench: Bench, questions: int) -> None:
    """However often a node that is paused was to be read, what it finds does not grow with it."""
    node = bench.followers[0]
    act(bench.world, "pause", node)

    for _ in range(questions):
        bench.get(node=node, timeout=0.3)
        bench.run(0.02)

    assert sum(event[0] == bench.world._settle for event in bench.world.hosts[node].held) <= 1


def test_a_registration_that_never_comes_leaves_nothing() -> None:
    """A session that could not be opened, at several leaders in turn, leaves no one waiting."""
    bench = Bench(5)
    for _ in range(2):
        leader = bench.leader_id
        for other in bench.followers:
            act(bench.world, "cut", leader, other)
        bench.add(timeout=0.3)
        bench.settle()
        bench.run(1.0)
        act(bench.world, "heal")

    bench.run(1.0)
    bench.add()
    bench.settle()

    assert kept(bench) == {}


def test_a_registration_that_is_refused_leaves_nothing() -> None:
    """A leader that takes nothing now is asked later."""
    bench = Bench()
    leader = bench.leader
    propose = bench.world.propose

    def refuse(*_: Any, **__: Any) -> None:
        raise ProposalRefusedError("not now", leader.replica.node_id)

    bench.world.propose = refuse  # type: ignore[method-assign]  # for a while
    future = bench.add()
    bench.settle()
    bench.world.propose = propose  # type: ignore[method-assign]  # as it was
    bench.settle()

    assert future.exception(0) is None
    assert kept(bench) == {}
