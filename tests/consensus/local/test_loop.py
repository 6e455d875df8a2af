from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from igniter_nb.consensus.local import loop as loop_file
from igniter_nb.consensus.local.loop import LATE_US, LONGEST_US, Loop
from igniter_nb.consensus.simulator.world import World
from igniter_nb.errors import ConsensusError
from tests.consensus.live import LONG, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Turns:
    """What a loop calls at the end of each turn."""

    def __init__(self) -> None:
        self.count = 0
        self.wanted: dict[int, threading.Event] = {}
        self.call: Callable[[], object] = int

    def __call__(self) -> None:
        self.count += 1
        for count, event in tuple(self.wanted.items()):
            if self.count >= count:
                event.set()
        self.call()


@pytest.fixture
def turns() -> Turns:
    """Give what the loop calls, to count with."""
    return Turns()


@pytest.fixture
def loop(turns: Turns) -> Iterator[Loop]:
    """Give a loop around a world of one node."""
    made = Loop(World(0, ["n1"]), turns)
    yield made
    made.stop(LONG)


def blocked(loop: Loop) -> tuple[threading.Event, Future[bool]]:
    """Hold the loop up in a call until the event is set."""
    entered, release = threading.Event(), threading.Event()
    future = loop.submit(lambda: entered.set() or release.wait(LONG))
    assert entered.wait(LONG)
    return release, future


def test_calls_are_made_in_the_loop(loop: Loop) -> None:
    """What a call returns comes back, and it was made by the loop's own thread."""
    loop.start()

    name = loop.call(lambda: threading.current_thread().name)

    assert name == "igniter-cluster"


def test_an_error_belongs_to_who_asked(loop: Loop) -> None:
    """A call that raises raises where it was asked for, and the loop goes on."""
    loop.start()

    with pytest.raises(ZeroDivisionError):
        loop.call(lambda: 1 / 0)

    assert loop.call(lambda: 1) == 1


def test_a_cancelled_call_is_not_made(loop: Loop) -> None:
    """A call whose future was cancelled before its turn is left out."""
    loop.start()
    made: list[int] = []
    release, _ = blocked(loop)
    future = loop.submit(lambda: made.append(1))

    cancelled = future.cancel()
    release.set()
    loop.call(int)

    assert cancelled
    assert made == []


def test_a_call_behind_the_end_is_still_made(loop: Loop) -> None:
    """A call that was in line when the loop was told to end is carried out, and nobody hangs."""
    loop.start()
    release, _ = blocked(loop)
    early = loop.submit(lambda: "made")
    loop.end()

    with pytest.raises(ConsensusError, match="the cluster is stopped"):
        loop.submit(lambda: "refused")
    release.set()

    assert early.result(LONG) == "made"


def test_a_flood_of_writes_waits_for_the_loop() -> None:
    """However fast some threads write, no more calls are in line than are allowed to be."""
    most: list[int] = []
    with running(1) as cluster:
        turn = cluster._driver.loop.turn
        cluster._driver.loop.turn = lambda: (
            most.append(cluster._driver.loop._calls.qsize()) or turn()
        )
        cluster.timeout = LONG

        def write() -> list[Future[object]]:
            return [cluster.submit(key="a", value=number) for number in range(1_000)]

        with ThreadPoolExecutor(4) as pool:
            writes = [pool.submit(write) for _ in range(4)]
        for futures in writes:
            for future in futures.result(LONG):
                future.result(LONG)

    assert max(most) <= loop_file.MOST_CALLS + 2 * 4  # each thread: a write, and its wait


def test_who_comes_too_late_is_told(loop: Loop) -> None:
    """After the end every call is refused with the reason."""
    loop.start()
    loop.stop(LONG)

    with pytest.raises(ConsensusError, match="the cluster is stopped; start another one"):
        loop.call(int)


def test_stopping_twice_and_before_the_start(loop: Loop) -> None:
    """A loop that was never started has ended, and stopping it again does nothing."""
    assert loop.stop(0.0)

    loop.start()

    assert loop.stop(LONG)
    assert loop.stop(LONG)


def test_it_can_be_stopped_from_inside(loop: Loop) -> None:
    """A call in the loop may stop it; it does not wait for itself."""
    loop.start()

    loop.call(lambda: loop.stop(LONG))

    assert loop.stop(LONG)


def test_the_end_does_not_wait_longer_than_asked(loop: Loop) -> None:
    """A loop that is held up is not waited for longer than the timeout, which is told."""
    loop.start()
    release, _ = blocked(loop)

    ended = loop.stop(0.0)

    assert not ended
    release.set()


def test_a_broken_world_ends_the_loop_and_everyone_hears(loop: Loop) -> None:
    """When the world breaks, calls in line are still answered and later ones told the cause."""
    loop.start()
    release, _ = blocked(loop)

    def broken(until: int) -> None:
        raise AssertionError("a term goes back")

    loop.world.run_until = broken  # type: ignore[method-assign]
    waits = [loop.submit(lambda: 7) for _ in range(3)]
    release.set()

    assert [future.result(LONG) for future in waits] == [7, 7, 7]
    loop._thread.join(LONG)
    with pytest.raises(ConsensusError, match="ended: AssertionError: a term goes back") as caught:
        loop.call(int)
    assert isinstance(caught.value.__cause__, AssertionError)


def test_one_failure_at_the_end_does_not_keep_the_rest_from_happening(
    loop: Loop, turns: Turns
) -> None:
    """While the loop ends, each thing is tried although others fail; nodes are stopped."""
    loop.start()
    loop.call(int)
    turns.call = lambda: 1 / 0

    loop._thread.join(LONG)

    assert isinstance(loop.failure, ZeroDivisionError)
    assert not loop.world.hosts["n1"].replica.alive


def test_the_world_can_be_looked_at_after_the_end(loop: Loop) -> None:
    """Looking works while the loop runs and when it has ended."""
    loop.start()

    before = loop.look(lambda: loop.world.hosts["n1"].replica.alive)
    loop.stop(LONG)
    after = loop.look(lambda: loop.world.hosts["n1"].replica.alive)

    assert (before, after) == (True, False)


def test_the_clock_waits_for_a_loop_that_is_late(
    loop: Loop, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the time by which a turn comes late only some milliseconds pass in the world."""
    clock = iter(range(0, 10**18, 10**10))  # ten seconds between two looks
    monkeypatch.setattr(loop_file, "now", lambda: next(clock))
    reached = turns.wanted[20] = threading.Event()

    loop.start()

    assert reached.wait(LONG)
    loop.stop(LONG)
    assert 0 < loop.world.now_us <= loop.uptime_us <= turns.count * (LONGEST_US + LATE_US)


def test_the_clock_loses_no_time_otherwise(
    loop: Loop, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turns of less than a microsecond add up: over many of them the clock keeps true."""
    clock = iter(range(0, 10**18, 900))
    monkeypatch.setattr(loop_file, "now", lambda: next(clock))
    reached = turns.wanted[2_000] = threading.Event()
    loop._patience_us = int  # type: ignore[method-assign]

    loop.start()

    assert reached.wait(LONG)
    loop.stop(LONG)
    assert loop.uptime_us >= 0.9 * 1_999


@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0])
def test_speed_scales_the_worlds_time(loop: Loop, turns: Turns, speed: float) -> None:
    """A second of the loop is as many seconds of the world as its speed says."""
    loop.speed = speed
    reached = turns.wanted[50] = threading.Event()

    loop.start()

    assert reached.wait(LONG)
    loop.stop(LONG)
    assert loop.world.now_us == pytest.approx(loop.uptime_us * speed, abs=2)


def test_time_stands_still_while_paused(loop: Loop, turns: Turns) -> None:
    """A paused world has no time, calls are taken all the same, and timeouts go on."""
    loop.paused = True
    reached = turns.wanted[3] = threading.Event()

    loop.start()

    assert loop.call(lambda: "taken") == "taken"
    assert reached.wait(LONG)
    loop.stop(LONG)
    assert loop.world.now_us == 0
    assert loop.uptime_us > 0


def test_no_call_is_kept(loop: Loop) -> None:
    """What a call held is free as soon as it was made, while the loop sleeps."""

    class Held:
        def ask(self) -> int:
            return 1

    loop.start()
    held = Held()
    gone = weakref.ref(held)

    loop.call(held.ask)
    loop.call(int)  # the turn before is over
    del held
    gc.collect()

    assert gone() is None


def test_nothing_can_be_asked_from_inside(loop: Loop) -> None:
    """Code in the loop is refused before anything is put in line."""
    loop.start()

    def inside() -> list[str]:
        said = []
        for ask in (loop.call, loop.submit, loop.post, loop.look):
            with pytest.raises(ConsensusError) as caught:
                ask(lambda: pytest.fail("it was carried out"))
            said.append(caught.value.message)
        return said

    messages = loop.call(inside)

    assert {message[:47] for message in messages} == {
        "a cluster was used from inside its own loop, fo"
    }
    assert loop.call(lambda: 1) == 1


def test_who_is_told_an_answer_may_ask_for_more() -> None:
    """A callback of a future may submit the next command; it may not wait for it."""
    second: Future[object] = Future()
    with running(1) as cluster:

        def more(_: Future[object]) -> None:
            with pytest.raises(ConsensusError, match="inside its own loop"):
                cluster.write(key="c", value=3)
            cluster.submit(key="b", value=2).add_done_callback(
                lambda each: second.set_result(each.result())
            )

        cluster.submit(key="a", value=1).add_done_callback(more)

        second.result(LONG)
        assert cluster.state_machine_snapshot() == {"a": 1, "b": 2}


def test_a_callback_that_exits_ends_the_cluster_and_nobody_hangs() -> None:
    """When a callback raises SystemExit the loop ends, and all others are still told."""
    with running(1) as cluster:
        cluster.pause()
        first, *others = cluster.submit_many([{"key": "a", "value": n} for n in range(5)])
        first.add_done_callback(lambda _: sys.exit(3))
        cluster.resume()

        told = [future.exception(LONG) or future.result() for future in others]

        assert len(told) == 4
        with pytest.raises(ConsensusError, match="the cluster has ended: SystemExit: 3"):
            cluster.write(key="a", value=1)


def test_a_reducer_cannot_use_the_cluster() -> None:
    """A reducer that writes to its own cluster fails for its caller; nothing else happens."""
    from igniter_nb.consensus import StateMachine, apply
    from igniter_nb.errors import CommandError

    class Curious(StateMachine):
        @apply("ask")
        def ask(state, command):
            held[0].submit(key="more", value=1)
            return state

    with running(3, state_machine=Curious) as cluster:
        held = [cluster]
        with pytest.raises(CommandError, match="used from inside its own loop"):
            cluster.write(type="ask")

        assert cluster.write(key="a", value=1).state_machine_snapshot() == {"a": 1}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_a_forked_child_is_told() -> None:
    """A child process that has a copy of a cluster is refused instead of waiting for ever."""
    code = """
import os
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of any fork with threads
from igniter_nb.consensus import Cluster
from igniter_nb.errors import ConsensusError

with Cluster.start(1) as cluster:
    cluster.wait_for_leader(60.0)
    child = os.fork()
    if not child:
        try:
            cluster.write(key="a", value=1)
        except ConsensusError as error:
            os._exit(0 if "forked" in str(error) and len(cluster.events) else 1)
        os._exit(2)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), cluster.read("a"))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=LONG, check=False
    )

    assert (done.stdout, done.stderr, done.returncode) == ("0 None\n", "", 0)
