"""What a write promises."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from igniter_nb.consensus import StateMachine, apply
from igniter_nb.errors import (
    CommandError,
    NoLeaderError,
    OutcomeUnknownError,
    QuorumLostError,
)
from igniter_nb.raft import EntryKind
from tests.consensus.live import (
    LONG,
    Counter,
    followers_of,
    leader_of,
    running,
    until,
    waiting,
)


@pytest.mark.usefixtures("every_driver")
def test_a_write_is_applied_when_it_returns() -> None:
    """The leader has applied a command, and a majority has it, when the call returns (C248)."""
    with running(5) as cluster:
        cluster.write(key="a", value=1)

        found = cluster.status()
        assert found[found.leader].state_machine == {"a": 1}
        assert sum(row.log_size >= 3 for row in found) >= 3


@pytest.mark.usefixtures("every_driver")
def test_commands_of_the_seeds_protocol() -> None:
    """Keys are set and removed, and set only if they hold what is expected."""
    with running(3) as cluster:
        cluster.write(key="a", value=1)
        cluster.write({"key": "b", "value": [1, {"c": None}]})
        cluster.write({"key": "a"}, value=2, expected=1)
        cluster.write(key="b", op="delete")
        cluster.write(key="nowhere", op="delete")

        assert cluster.state_machine_snapshot() == {"a": 2}


@pytest.mark.usefixtures("every_driver")
def test_a_future_has_index_and_term() -> None:
    """What submit returns tells where in the log the command is."""
    with running(3) as cluster:
        outcomes = [cluster.submit(key="a", value=n) for n in range(3)]

        indexes = [future.result(LONG).index for future in outcomes]
        assert indexes == list(range(indexes[0], indexes[0] + 3))
        assert {future.result(LONG).term for future in outcomes} == {1}


@pytest.mark.usefixtures("every_driver")
def test_a_bursts_commands_are_all_there_in_order() -> None:
    """Five thousand commands at once: none is dropped (C249), the last one is in force."""
    with running(3, state_machine=Counter) as cluster:
        cluster.write_many({"type": "add", "by": 1} for _ in range(4_999))
        cluster.write_many([{"key": "last", "value": n} for n in range(50)])

        assert cluster.state_machine_snapshot() == {"count": 4_999, "last": 49}


@pytest.mark.usefixtures("every_driver")
def test_sixty_four_threads_write_at_once() -> None:
    """Threads that count together count right, and each reads what it wrote."""
    started = threading.Barrier(64)

    with running(5, state_machine=Counter) as cluster:

        def work(number: int) -> list[Any]:
            started.wait(LONG)
            for step in range(5):
                cluster.write(type="add", by=1)
                cluster.write(key=f"own{number}", value=step)
            return cluster.read(f"own{number}")

        with ThreadPoolExecutor(64) as pool:
            reads = list(pool.map(work, range(64)))

        assert reads == [4] * 64
        assert cluster.read("count") == 320


def test_a_write_enters_four_files_until_it_is_in_line() -> None:
    """The handle, the commands, the driver and its loop: whoever follows a write reads no more."""
    entered: dict[str, None] = {}

    def follow(frame: Any, event: str, called: Any) -> None:
        file = frame.f_code.co_filename.rpartition("igniter_nb/consensus/")[2]
        if event == "c_call" and called.__name__ == "put":
            sys.setprofile(None)  # it is in line
        elif event == "call" and not file.startswith("/"):
            entered[file] = None

    with running(3) as cluster:
        cluster.write(key="a", value=1)
        sys.setprofile(follow)
        try:
            cluster.write(key="a", value=2)
        finally:
            sys.setprofile(None)

    assert sorted(entered) == [
        "cluster/cluster.py",
        "local/driver.py",
        "local/loop.py",
        "state_machine/commands.py",
    ]


# -- refusals


@pytest.mark.usefixtures("every_driver")
@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"key": "a", "value": {1, 2}}, "sorted"),
        ({"key": "a", "value": float("nan")}, "NaN"),
        ({"key": 1, "value": 2}, "key"),
        ({"type": 7}, "type"),
    ],
)
def test_what_is_no_plain_data_never_reaches_the_log(command: Any, words: str) -> None:
    """A command that is no plain data is refused before it is sent, also one of many."""
    with running(1) as cluster:
        size = cluster.status()["n1"].log_size

        with pytest.raises(CommandError, match=words):
            cluster.write(command)
        with pytest.raises(CommandError, match=words):
            cluster.submit(command)
        with pytest.raises(CommandError, match=words):
            cluster.write_many([{"key": "good", "value": 1}, command])

        assert cluster.status()["n1"].log_size == size


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"type": "fail", "why": "because"}, "raised ArithmeticError: because"),
        ({"type": "nothing"}, "returned None"),
        ({"type": "change"}, "'change' raised"),
        ({"type": "unheard"}, "unheard"),
        ({}, "expected a command with a type or a key"),
        ({"key": "a", "value": 1, "expected": 5}, "'a' was to hold 5 and holds nothing"),
    ],
)
def test_an_error_of_the_state_machine_reaches_that_caller_alone(
    command: dict[str, Any], words: str
) -> None:
    """It fails on every node alike, the state stays, the cluster goes on (C256)."""
    with running(3, state_machine=Counter) as cluster:
        before = cluster.submit(type="add", by=1)
        refused = cluster.submit(command)
        after = cluster.submit(type="add", by=1)

        error = refused.exception(LONG)
        assert isinstance(error, CommandError)
        assert words in str(error)
        assert before.result(LONG).index < after.result(LONG).index
        until(cluster, lambda world: all(
            host.replica.machine.get("count") == 2 for host in world.hosts.values()
        ))  # fmt: skip
        assert cluster.alive_count == 3


@pytest.mark.usefixtures("every_driver")
def test_what_a_command_holds_is_copied() -> None:
    """Changing a value after it was submitted changes nothing in the cluster (C264)."""
    value = {"list": [1]}
    with running(3) as cluster:
        cluster.write(key="a", value=value)
        value["list"].append(2)

        assert cluster.read("a") == {"list": [1]}


# -- leaders that die


def twice_in_the_log(cluster: Any) -> int:
    """Count the commands that add, in the leader's log."""

    def count() -> int:
        log = cluster._driver.world.leader().replica.core.log
        entries = log.entries(log.first_index, log.last_index + 1)
        return sum(each.kind is EntryKind.COMMAND and b"add" in each.data for each in entries)

    return cluster._driver.loop.call(count)


def test_a_write_that_is_retried_over_a_kill_applies_once() -> None:
    """A leader dies when its followers have the entry and its client no answer (C261)."""
    with running(3, state_machine=Counter) as cluster:
        cluster.write(key="session", value="open")
        leader = leader_of(cluster)
        cluster.pause()
        future = cluster.submit(type="add", by=1)
        while sum(row.log_size == 4 for row in cluster.status()) < 3:
            cluster.step()
        assert not future.done()
        cluster.kill(leader).resume()

        assert future.result(LONG)

        assert cluster.read("count") == 1
        assert twice_in_the_log(cluster) == 2
        assert leader_of(cluster) != leader


def test_writes_go_on_while_leaders_are_killed() -> None:
    """Five leaders die under a burst of writes; each write is acknowledged and counts once."""
    with running(5, state_machine=Counter) as cluster:
        futures = []
        for _ in range(5):
            futures += cluster.submit_many({"type": "add", "by": 1} for _ in range(100))
            leader = leader_of(cluster)
            cluster.kill(leader).restart(leader)
        for future in futures:
            future.result(LONG)

        assert cluster.read("count") == 500


# -- nobody to decide


def test_a_write_without_a_majority_is_refused_and_nothing_is_written() -> None:
    """With the leader alive it is QuorumLostError, without one NoLeaderError (C251, C266)."""
    with running(5) as cluster:
        cluster.write(key="a", value=1)
        leader, followers = leader_of(cluster), followers_of(cluster)
        cluster.pause()
        for name in followers[:3]:
            cluster.kill(name)

        with pytest.raises(QuorumLostError, match=f"{leader} leads and cannot decide anything"):
            cluster.write(key="a", value=2)
        cluster.kill(leader).resume()
        with pytest.raises(NoLeaderError, match="No leader available"):
            cluster.write(key="a", value=2)

        assert not cluster.has_quorum()
        for name in (leader, *followers[:3]):
            cluster.restart(name)
        assert cluster.read("a") == 1


def test_an_unknown_outcome_is_neither_yes_nor_no() -> None:
    """A write that was sent when the majority died is unknown, and may yet take effect."""
    with running(3, state_machine=Counter) as cluster:
        cluster.write(key="session", value="open")
        cluster.pause()
        cluster.timeout = 0.05
        future = cluster.submit(type="add", by=1)
        for name in followers_of(cluster):
            cluster.kill(name)

        assert isinstance(future.exception(LONG), OutcomeUnknownError)

        cluster.timeout = LONG
        for row in cluster.status():
            cluster.restart(row.node_id)
        cluster.resume().write(type="add", by=10)
        assert cluster.read("count") in {10, 11}


def test_what_a_minority_took_is_never_in_force() -> None:
    """A command that only a cut off leader has is overwritten, and was never acknowledged."""
    with running(5) as cluster:
        cluster.write(key="a", value="old")
        old = leader_of(cluster)
        cluster.pause()
        cluster.timeout = 0.05
        cluster.isolate(old)
        lost = cluster.submit(key="a", value="lost")
        assert isinstance(lost.exception(LONG), OutcomeUnknownError)
        cluster.timeout = LONG
        cluster.resume()
        cluster.write(key="b", value="new")

        cluster.heal()

        until(cluster, lambda world: world.hosts[old].replica.machine.get("b"))
        assert cluster.state_machine_snapshot() == {"a": "old", "b": "new"}
        assert cluster.status()[old].state_machine == {"a": "old", "b": "new"}


def test_writes_wait_for_an_election() -> None:
    """A write between two leaders needs no retry by its caller."""
    with running(3) as cluster:
        cluster.kill(cluster.leader)

        cluster.write(key="a", value=1)

        assert cluster.read("a") == 1


# -- an interrupt


def test_an_interrupt_ends_the_wait_and_nothing_else() -> None:
    """KeyboardInterrupt while a write waits leaves the cluster working; the write is done once."""
    import _thread

    with running(3, state_machine=Counter) as cluster:
        cluster.write(key="session", value="open")
        cluster.pause()
        client = cluster._driver._client
        seen = waiting(cluster, lambda world: any(each.data for each in client.open))
        seen.add_done_callback(lambda _: _thread.interrupt_main())

        with pytest.raises(KeyboardInterrupt):
            cluster.write(type="add", by=1)

        cluster.resume()
        cluster.write(type="add", by=10)
        assert cluster.read("count") == 11


def test_a_slow_reducer_costs_no_leadership() -> None:
    """While a reducer computes, the cluster's clock stands still (C263)."""

    class Slow(StateMachine):
        @apply("work")
        def work(state, command):
            number = pow(3, 2_000_000)
            return {**state, "bits": number.bit_length()}

    with running(3, state_machine=Slow) as cluster:
        term = cluster.leader.term

        cluster.write(type="work")

        assert cluster.read("bits") == pow(3, 2_000_000).bit_length()
        assert cluster.leader.term == term
