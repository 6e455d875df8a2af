"""What becomes of a client's commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from igniter_nb.consensus.replica import Answer
from igniter_nb.consensus.simulator.chance import stream
from igniter_nb.consensus.simulator.script import act
from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.state_machine.machine import Failure, Outcome
from igniter_nb.errors import CommandError, OutcomeUnknownError
from tests.consensus.live import FAST
from tests.consensus.virtual import Bench

if TYPE_CHECKING:
    from concurrent.futures import Future


@pytest.fixture
def bench() -> Bench:
    """Give a client with a session in a world of three nodes."""
    return Bench().opened()


def test_a_command_is_answered_with_its_entry(bench: Bench) -> None:
    """The outcome tells index and term of the entry that did it."""
    future = bench.put(7)
    bench.settle()

    outcome = future.result(0)

    entry = bench.leader.replica.core.log.entries(outcome.index, outcome.index + 1)[0]
    assert (entry.index, entry.term) == (outcome.index, outcome.term)
    assert bench.state(bench.leader_id) == {"x": 7}


def test_commands_take_effect_in_the_order_they_came() -> None:
    """Commands of one burst, the first of which opens the session, are applied in order."""
    bench = Bench()

    futures = [bench.put(number) for number in range(50)]
    bench.settle()

    indexes = [future.result(0).index for future in futures]
    assert indexes == sorted(indexes)
    assert bench.commands() == [encode({"key": "x", "value": number}) for number in range(50)]


def test_the_order_holds_while_the_leader_takes_no_more() -> None:
    """A command that is refused for now holds up those behind it, although they are smaller."""
    config = FAST.config()
    bench = Bench(config=type(config)(**{**_fields(config), "max_uncommitted_bytes": 100}))
    bench.opened()
    sizes = [60, 60, 1, 60, 1]

    futures = [bench.put("-" * size) for size in sizes]
    bench.settle()

    assert all(future.done() for future in futures)
    assert [len(data) > 50 for data in bench.commands()[1:]] == [True, True, False, True, False]


def _fields(config: Any) -> dict[str, Any]:
    return {name: getattr(config, name) for name in config.__slots__}


def test_the_order_holds_over_a_change_of_leaders(bench: Bench) -> None:
    """What the last leader lost is proposed again before what came later."""
    act(bench.world, "isolate", bench.leader_id)
    early = [bench.put(number) for number in range(3)]
    bench.settle()
    act(bench.world, "kill", bench.leader_id)
    late = [bench.put(number) for number in range(3, 6)]

    bench.run(1.0)

    indexes = [future.result(0).index for future in early + late]
    assert indexes == sorted(indexes)
    assert bench.state(bench.leader_id) == {"x": 5}


def test_a_command_that_was_committed_and_not_answered_is_applied_once(bench: Bench) -> None:
    """A leader dies after its followers have the entry: the retry is in the log, not in force."""
    future = bench.add()
    while not all(bench.world.hosts[name].replica.inbox for name in bench.followers):
        bench.world.step()
    act(bench.world, "kill", bench.leader_id)

    bench.run(1.0)

    assert future.result(0).failure is Failure.NONE
    assert len([data for data in bench.commands() if b"add" in data]) == 2
    assert bench.state(bench.leader_id)["count"] == 1


def test_a_session_that_was_being_opened_is_opened_at_the_next_leader() -> None:
    """When a leader dies with the entry that opens the session, the next one gets another."""
    bench = Bench()
    future = bench.put(1)
    act(bench.world, "kill", bench.leader_id)

    bench.run(1.0)

    assert future.result(0).failure is Failure.NONE
    assert bench.client.session


def test_a_leader_that_hands_over_is_asked_again_later(bench: Bench) -> None:
    """While leadership is handed over commands wait, those that open a session too."""
    fresh = Bench()
    for each in (bench, fresh):
        old, to = each.leader_id, each.followers[0]
        act(each.world, "link", old, to, 50_000, 50_000)
        act(each.world, "transfer", to)
        future = each.put(1)

        each.run(1.0)

        assert future.result(0).failure is Failure.NONE
        assert each.leader_id == to


def test_a_refusal_reaches_its_caller_alone(bench: Bench) -> None:
    """Of three commands the one that is refused raises, and the others are done."""
    before, refused, after = (
        bench.add(),
        bench.ask(data=encode({"type": "fail", "why": "because"})),
        bench.add(),
    )

    bench.settle()

    assert before.result(0).index < after.result(0).index
    assert isinstance(refused.exception(0), CommandError)
    assert bench.state(bench.leader_id)["count"] == 2


def test_an_expired_session_is_told_and_replaced(bench: Bench) -> None:
    """A command whose session expired is not known to be done; the next one opens another."""
    old = bench.client.session
    future = bench.put(1)
    (request,) = bench.client.open
    expired = Outcome(9, 1, "the session is not open", None, Failure.EXPIRED)
    bench.client._decided(request, request.reign, Answer("ok", 9, 1, expired), None)
    bench.settle()

    again = bench.put(2)
    bench.settle()

    assert isinstance(future.exception(0), OutcomeUnknownError)
    assert again.result(0).failure is Failure.NONE
    assert bench.client.session > old


def test_a_late_word_of_an_old_proposal_changes_nothing(bench: Bench) -> None:
    """An answer that is lost at an earlier leader does not propose the command once more."""
    act(bench.world, "isolate", bench.leader_id)
    future = bench.add()
    bench.run(0.5)
    assert future.result(0)
    count = len(bench.commands())

    act(bench.world, "heal")  # the old leader's entry is overwritten: that proposal was lost
    bench.run(0.5)

    assert len(bench.commands()) == count
    assert bench.state(bench.leader_id)["count"] == 1


def test_a_proposal_that_is_lost_in_the_same_reign_is_made_again(bench: Bench) -> None:
    """Whatever the reason that a leader cannot know, its command is proposed again."""
    future = bench.add()
    (request,) = bench.client.open
    bench.client._decided(request, request.reign, Answer("unknown", 9, 1), bench.leader.replica)
    bench.client._decided(request, ("n9", 1, 1), Answer("lost", 9, 1), None)

    bench.settle()

    assert future.result(0).failure is Failure.NONE
    assert bench.state(bench.leader_id)["count"] == 1


def test_a_cancelled_command_is_not_proposed() -> None:
    """A command that was cancelled while nobody led is forgotten."""
    bench = Bench()
    act(bench.world, "kill", bench.leader_id)
    forgotten, kept = bench.add(by=10), bench.add(by=1)
    read = bench.get()

    assert forgotten.cancel()
    assert read.cancel()
    bench.run(1.0)

    assert kept.result(0).failure is Failure.NONE
    assert bench.state(bench.leader_id)["count"] == 1
    assert not bench.client.open


def test_what_a_client_waits_for_no_more_is_forgotten_by_the_nodes(bench: Bench) -> None:
    """The nodes keep answers only to what is still asked: three hundred commands leave one."""
    for number in range(300):
        bench.put(number)
        bench.settle()

    sessions = bench.leader.replica.machine.sessions

    assert len(sessions.encode()) < 200


# -- all together


@pytest.mark.parametrize("seed", range(4))
def test_every_count_adds_up_whatever_happens(seed: int) -> None:
    """Through kills, cuts and losses, what was acknowledged is in the count, and nothing twice."""
    chance = stream(seed, "faults")
    bench = Bench(5).opened()
    futures: list[Future[Any]] = []
    for _ in range(25):
        futures += [bench.add(timeout=0.8) for _ in range(5)]
        node = chance.choice(list(bench.world.hosts))
        faults: list[tuple[Any, ...]] = [
            ("kill", node),
            ("restart", "all"),
            ("isolate", node),
            ("heal",),
            ("links", 0, 30_000, 0.1, 0.1, 0.1),
        ]
        act(bench.world, *chance.choice(faults))
        bench.run(0.2)
    act(bench.world, "restart", "all")
    act(bench.world, "heal")
    act(bench.world, "links")
    bench.run(3.0)

    done = [each for each in futures if each.exception(0) is None]
    unknown = [e for e in futures if isinstance(e.exception(0), OutcomeUnknownError)]
    count = bench.state(bench.leader_id).get("count", 0)

    assert len(done) <= count <= len(done) + len(unknown)
    assert len(done) > 20
    assert {bench.state(name).get("count") for name in bench.world.hosts} == {count}
