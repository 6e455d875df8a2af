"""The cluster's own time: paused, stepped, slow, fast, and held up with the process."""

from __future__ import annotations

import itertools
import time
from collections import deque

import pytest

from igniter_nb.errors import NoLeaderError, OutcomeUnknownError
from tests.consensus.live import LONG, advance, followers_of, leader_of, running, until, waiting


def hold_the_interpreter(seconds: float) -> None:
    """Compute in C for a while, as pandas may: no other thread runs Python meanwhile.

    The clock, the comparison and what drains them are all C, so that the interpreter's loop, which
    is where threads take turns, is not entered.
    """
    end = time.monotonic() + seconds
    ticks = iter(time.monotonic, None)
    deque(itertools.takewhile(end.__gt__, ticks), maxlen=0)


def test_a_busy_kernel_costs_no_leader() -> None:
    """Three seconds in which no other thread can run: same leader, same term, clock held."""
    turns: list[float] = []
    with running(5) as cluster:
        before = cluster.leader
        term, elections = before.term, len(cluster.events)
        turn = cluster._driver.loop.turn
        cluster._driver.loop.turn = lambda: turns.append(time.monotonic()) or turn()
        began, seconds = time.monotonic(), cluster.status().seconds

        hold_the_interpreter(3.5)

        passed = cluster.status().seconds - seconds
        elapsed = time.monotonic() - began
        pause = max(b - a for a, b in itertools.pairwise(turns))
        assert pause >= 3.0, "the loop ran while the interpreter was held: nothing was tested"
        assert passed <= elapsed - pause + 0.2, "the clock went on while the process could not"
        cluster.write(key="a", value=1)
        assert (cluster.leader, cluster.leader.term) == (before, term)
        assert len(cluster.events) == elections


def test_a_pause_stops_time_and_nothing_is_lost() -> None:
    """In a paused cluster no time passes; what is asked for is done when it goes on."""
    with running(3) as cluster:
        cluster.pause()
        assert cluster.paused
        before = cluster.status().seconds
        future = cluster.submit(key="a", value=1)
        waiting(cluster, lambda world: cluster._driver.loop.uptime_us).result(LONG)

        assert cluster.status().seconds == before
        assert not future.done()
        cluster.resume()
        assert not cluster.paused
        assert future.result(LONG)


def test_what_times_out_in_a_pause_says_so() -> None:
    """Errors of a paused cluster name the pause, whatever was asked for."""
    with running(3) as cluster:
        cluster.write(key="a", value=1)
        cluster.pause()
        cluster.timeout = 0.01

        with pytest.raises(OutcomeUnknownError, match=r"the cluster is paused; resume\(\) it"):
            cluster.write(key="a", value=1)
        with pytest.raises(NoLeaderError, match=r"the cluster is paused; resume\(\) it"):
            cluster.read("a")
        cluster.kill(cluster.leader)
        with pytest.raises(NoLeaderError, match=r"the cluster is paused; resume\(\) it"):
            cluster.wait_for_leader(0.01)


def test_steps_tell_what_happens_next() -> None:
    """Each step goes on until there is something to tell: messages, a write, an election."""
    with running(3) as cluster:
        cluster.pause()
        future = cluster.submit(key="a", value=1)
        told = []

        while not future.done():
            told += [str(event) for event in cluster.step()]

        assert cluster.paused
        assert any("AppendEntries term 1 entr" in line for line in told)
        assert any("AppendReply" in line for line in told)
        assert not [event for event in cluster.events if event.kind == "send"]
        assert repr(cluster.step()).startswith("<ClusterEvents")


def test_steps_lead_to_an_election() -> None:
    """Stepping after the leader died shows the next one being elected."""
    with running(3) as cluster:
        cluster.pause().kill(cluster.leader)

        told = ""
        while "leads term 2" not in told:
            told += str(cluster.step())

        assert "asks for votes in term 2" in told


def test_time_passes_as_far_as_is_said() -> None:
    """As fast as it goes, in a cluster that stands still before and after; it tells what was."""
    with running(3) as cluster:
        cluster.pause().kill(cluster.leader)
        before = cluster.status().seconds

        told = cluster.run_for(1.5)

        assert cluster.status().seconds == pytest.approx(before + 1.5)
        assert cluster.paused
        assert "leads term 2" in str(told)
        assert all(before <= event.seconds <= before + 1.5 for event in told)
        with pytest.raises(ValueError, match="seconds: expected seconds, 0 or more, came -1"):
            cluster.run_for(-1)


def test_a_step_where_nothing_happens_ends() -> None:
    """In a cluster of one that is idle, or of none that runs, a step is a second."""
    with running(1) as cluster:
        cluster.pause()
        before = cluster.status().seconds
        assert len(cluster.step()) == 0
        assert cluster.status().seconds == pytest.approx(before + 1)

        cluster.kill("n1").step()
        assert len(cluster.step()) == 0


def test_a_leader_that_hears_no_majority_steps_down_in_its_own_time() -> None:
    """An isolated leader leads on for less than an election timeout, and then nobody does."""
    with running(3) as cluster:
        leader, others = leader_of(cluster), followers_of(cluster)
        cluster.pause().partition([leader], [others[0]], [others[1]])
        advance(cluster, 0.09)
        assert leader_of(cluster) == leader

        advance(cluster, 0.12)

        assert cluster.leader is None


@pytest.mark.parametrize("speed", [0.1, 50])
def test_any_speed_serves(speed: float) -> None:
    """A slow and a fast cluster write, read and elect."""
    with running(3) as cluster:
        cluster.speed = speed
        assert cluster.speed == speed
        cluster.write(key="a", value=1)
        cluster.kill(cluster.leader)

        assert cluster.read("a") == 1


@pytest.mark.parametrize("speed", [0, -1, 101, float("nan")])
def test_a_speed_that_makes_no_sense(speed: float) -> None:
    """A speed is above 0 and at most 100."""
    with running(1) as cluster:
        with pytest.raises(ValueError, match="speed: expected more than 0 and at most 100, came"):
            cluster.speed = speed

        assert cluster.speed == 1.0


@pytest.mark.parametrize("timeout", [-1, float("inf"), float("nan"), "1", None])
def test_a_timeout_that_makes_no_sense(timeout: object) -> None:
    """A timeout is a number of seconds."""
    with running(1) as cluster:
        with pytest.raises(ValueError, match="timeout: expected seconds, 0 or more, came"):
            cluster.wait_for_leader(timeout)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="timeout: expected seconds"):
            cluster.timeout = timeout  # type: ignore[assignment]
        with pytest.raises(ValueError, match="timeout: expected seconds"):
            cluster.stop(timeout)  # type: ignore[arg-type]

        assert cluster.timeout == LONG


def test_a_timeout_of_a_slowed_cluster_tells_the_two_times_apart() -> None:
    """It says that the timeout was of real seconds, and how fast the cluster's time passes."""
    with running(3) as cluster:
        cluster.speed = 0.1
        cluster.kill(cluster.leader)

        with pytest.raises(NoLeaderError, match=r"of real seconds; .* passes 0.1 times as fast"):
            cluster.wait_for_leader(0.0)


def test_a_timeout_counts_from_when_the_loop_takes_it_up() -> None:
    """A wish with hardly any time is looked at once before it is given up."""
    with running(3) as cluster:
        assert cluster.wait_for_leader(0.0) == cluster.leader


def test_an_idle_cluster_sleeps() -> None:
    """Between two heartbeats the loop turns a few times, not without end."""
    with running(1) as cluster:
        cluster.pause()
        turns: list[int] = []
        turn = cluster._driver.loop.turn
        cluster._driver.loop.turn = lambda: turns.append(cluster._driver.loop.uptime_us) or turn()
        start = cluster._driver.loop.uptime_us

        until_uptime = start + 500_000
        until(cluster, lambda world: cluster._driver.loop.uptime_us >= until_uptime)

        assert len(turns) < 30
