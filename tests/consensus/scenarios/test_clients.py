"""Scenarios of clients that ask again, that do not, and that follow what happens."""

from __future__ import annotations

from itertools import pairwise

import pytest

from igniter_nb.consensus.state_machine.commands import encode
from igniter_nb.consensus.state_machine.machine import Failure, Machine
from igniter_nb.consensus.testing.workload import Habits, Workload
from igniter_nb.raft import Entry, EntryKind, Ticket
from tests.consensus.stage import Stage


def led(**options):
    """Let somebody lead a cluster."""
    stage = Stage(**options)
    stage.elected()
    return stage


def counted(stage, data):
    """Count the committed entries with these bytes."""
    return sum(known.entry.data == data for known in stage.invariants.committed)


def test_a_command_that_is_sent_again_takes_effect_once():
    """Scenario 62: the answer is lost with the leader; the next one gives the same answer.

    The command sets a key only if it is not there: carried out twice it would fail the second time.
    """
    stage = led()
    session = stage.session()
    ticket = Ticket(session, 1, 1)
    data = encode({"key": "k", "value": "mine", "expected": None})
    first, second = [], []
    old = stage.leader
    entry = stage.world.propose(
        stage.world.hosts[old], data, lambda a, _: first.append(a), ticket=ticket
    )
    stage.until(lambda: len(stage.invariants.committed) >= entry.index)
    stage.act("kill", old)
    stage.elected()

    stage.world.propose(
        stage.world.hosts[stage.leader], data, lambda a, _: second.append(a), ticket=ticket
    )
    stage.until(lambda: second)

    assert counted(stage, data) == 2  # twice in the log
    (answer,) = second
    assert answer.outcome.failure is Failure.NONE, f"it took effect twice: {answer.outcome.error}"
    assert (answer.outcome.index, answer.outcome.term) == (entry.index, entry.term)
    assert stage.replica(stage.leader).machine.get("k") == "mine"
    stage.finish()


def test_without_a_session_the_same_command_twice_takes_effect_twice():
    """Scenario 62: what sessions are for: without one the second sending finds its own work."""
    stage = led()
    data = encode({"key": "k", "value": "mine", "expected": None})
    answers = []

    for _ in range(2):
        host = stage.world.hosts[stage.leader]
        stage.world.propose(host, data, lambda answer, _: answers.append(answer))
        stage.run(10)

    assert [answer.outcome.failure for answer in answers] == [Failure.NONE, Failure.REFUSED]
    stage.finish()


def log(*commands):
    """Make the entries of a log from (kind, data, ticket)."""
    return [Entry(index, 1, *command) for index, command in enumerate(commands, 1)]


def put(value, *ticket):
    """Make a command with a ticket."""
    data = encode({"key": "k", "value": value})
    return (EntryKind.COMMAND, data, Ticket(*ticket) if ticket else None)


OPEN = (EntryKind.REGISTER, b"", None)


def test_a_serial_whose_answer_was_given_up_is_an_error():
    """Scenario 62: below the window it is not known any more, and it is not carried out again."""
    machine = Machine()
    entries = log(OPEN, put("one", 1, 1, 1), put("two", 1, 2, 2), put("one", 1, 1, 1))

    outcomes = [machine.apply(entry) for entry in entries]

    assert outcomes[-1].failure is Failure.STALE
    assert machine.get("k") == "two"


def test_an_expired_session_is_an_error_and_nothing_is_carried_out():
    """Scenario 62: with two sessions at most, the third puts out the one used least lately."""
    machine = Machine(sessions_limit=2)
    entries = log(OPEN, put("one", 1, 1, 1), OPEN, OPEN, put("again", 1, 1, 1), put("new", 1, 2, 1))

    outcomes = [machine.apply(entry) for entry in entries]

    assert [outcome.failure for outcome in outcomes[-2:]] == [Failure.EXPIRED] * 2
    assert machine.get("k") == "one"


@pytest.mark.parametrize("at", range(9))
def test_expiry_follows_from_the_log_and_survives_a_snapshot(at):
    """Scenario 62: a machine that took a snapshot over at any point answers as the others do."""
    commands = [OPEN, put("a", 1, 1, 1), OPEN, put("b", 3, 1, 1), OPEN, put("c", 1, 2, 1)]
    commands += [put("d", 3, 2, 1), OPEN, put("e", 5, 1, 1)]
    entries = log(*commands)
    whole, other = Machine(sessions_limit=2), Machine(sessions_limit=2)
    for entry in entries[:at]:
        other.apply(entry)
    late = Machine(sessions_limit=2)
    late.restore(other.snapshot())

    outcomes = [whole.apply(entry) for entry in entries]

    assert [late.apply(entry) for entry in entries[at:]] == outcomes[at:]
    assert late.snapshot() == whole.snapshot()


def test_sessions_survive_compaction_and_a_change_of_leaders():
    """Scenario 62: after snapshots, restarts and elections the first answer is still given."""
    stage = led(snapshot_every=3)
    session = stage.session()
    first = stage.write("k", "once", ticket=Ticket(session, 1, 1))
    stage.until(lambda: first.status == "ok")
    for number in range(10):
        stage.written("other", number)
    for node in list(stage.world.hosts):
        stage.act("kill", node)
        stage.act("restart", node)
        stage.elected()
    assert stage.core(stage.leader).log.snapshot.index > first.entry.index

    again = stage.write("k", "once", ticket=Ticket(session, 1, 1))
    stage.until(lambda: again.status == "ok")

    assert again.outcome == first.outcome
    stage.finish()


def test_a_write_without_a_session_is_unknown_and_is_not_sent_again():
    """Scenario 63: the leader dies with it: the client hears unknown, and the log has it once."""
    stage = led(disk_us=(2_000, 4_000))
    old = stage.leader
    call = stage.write("k", "x")
    stage.run(2)
    stage.act("kill", old)

    assert call.status == "unknown"

    stage.elected()
    stage.run(500)
    assert counted(stage, encode({"key": "k", "value": "x"})) <= 1
    stage.finish()


@pytest.mark.parametrize("seed", range(6))
def test_no_client_without_a_session_repeats_what_may_have_been_done(seed):
    """Scenario 63: in a workload with crashes every write without a session is in the log once."""
    stage = led(nodes=3, seed=seed, disk_us=(500, 3_000))
    habits = Habits(clients=4, sessions=0.0, reads=0.0, timeout_us=60_000, until_us=1_500_000)
    workload = Workload(stage.world, habits)
    for _ in range(5):
        stage.run(150)
        stage.act("kill", "leader")
        stage.run(100)
        stage.act("restart", "all")

    stage.run(1_000)

    assert workload.counts()[1] > 0  # some never heard
    data = [k.entry.data for k in stage.invariants.committed if k.entry.kind is EntryKind.COMMAND]
    assert len(data) == len(set(data))
    stage.finish()


def stream(stage, node):
    """List what a node told in each of its lives: (index, data) applied, or a snapshot's index."""
    lives = []
    for event in stage.trace:
        if event.node != node:
            continue
        if event.kind == "start":
            lives.append([])
        elif event.kind == "apply":
            lives[-1].append((event.detail.index, event.detail.data))
        elif event.kind == "restore":
            lives[-1].append((event.detail[0], None))
    return lives


@pytest.mark.parametrize("snapshot_every", [0, 4])
def test_whoever_follows_a_node_sees_each_command_once_and_in_order(snapshot_every):
    """Scenario 64: across failovers a node's stream of applied commands has no gap and no double.

    The library has no watch; what corresponds is the stream of what a node applies. A gap there is
    said: as a snapshot that the node took over, in place of a watch's "compacted".
    """
    stage = led(nodes=5, snapshot_every=snapshot_every, disk_us=(200, 1_000))
    for round_ in range(4):
        for number in range(5):
            stage.written(f"k{number}", [round_, number])
        stage.act("kill", "leader")
        stage.elected()
        stage.act("restart", "all")
    stage.finish()

    true = {known.entry.index: known.entry.data for known in stage.invariants.committed}
    for node in stage.world.hosts:
        for life in stream(stage, node):
            for index, data in life:
                assert data is None or data == true[index], node
            for (index, _), (following, data) in pairwise(life):
                assert following == index + 1 or data is None, f"{node}: {index}, then {following}"
                assert following > index, f"{node}: {index}, then {following}"


def test_a_stream_is_the_same_at_every_node():
    """Scenario 64: nodes that stayed up through a failover told the same story."""
    stage = led(nodes=5)
    for number in range(10):
        stage.written("k", number)
    old = stage.leader
    stage.act("kill", old)
    stage.elected()
    for number in range(10):
        stage.written("k", number)
    stage.run(100)

    stories = [stream(stage, node) for node in stage.world.hosts if node != old]

    assert stories[1:] == stories[:-1]
    assert len(stories[0][0]) >= 20
