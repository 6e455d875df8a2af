"""When a page is told."""

from __future__ import annotations

import pytest

from igniter_nb.consensus import Simulation
from igniter_nb.consensus.simulator.frames import only_heartbeats, recent
from igniter_nb.notebook.clusters.widget.frame_rate import (
    ALWAYS_NS,
    SEEN_NS,
    SOON_NS,
    STEADY_NS,
    FrameRate,
)

SECOND = 1_000_000_000


@pytest.fixture
def run():
    """Give a cluster in which a leader is heard and nothing else happens."""
    made = Simulation.start(1, ["n1", "n2", "n3"])
    made.run_until(3_000_000)
    assert made.world.leader()
    return made


class Watched:
    """The part of a watch that a frame rate asks, of a run."""

    def __init__(self, run, speed=1.0):
        self.run = run
        self.speed = speed

    @property
    def noted(self):
        return self.run.world.noted

    def is_idle(self, since):
        return only_heartbeats(recent(self.run.world, since), self.speed)


def told(run, *, steady=True, speed=1.0):
    """Return a rate that told at second 100."""
    rate = FrameRate(Watched(run, speed))
    assert rate.due(100 * SECOND, 1)
    rate.told(100 * SECOND, 1, steady=steady)
    return rate


def test_what_a_person_follows_is_told_at_once_but_not_too_often(run):
    """A new leader is told after a sixtieth of a second; until then the loop is to be woken."""
    rate = told(run)

    assert not rate.due(100 * SECOND + 6_000_000, 2)
    assert rate.waits_ns == SOON_NS - 6_000_000
    assert rate.due(100 * SECOND + SOON_NS, 2)
    assert rate.waits_ns == 0


def test_messages_are_told_twenty_times_a_second(run):
    """When a write goes round, it is told after 50 ms."""
    rate = told(run)
    run.act("write", "x", 1)
    run.run_until(run.now_us + 10)

    assert not rate.due(100 * SECOND + SEEN_NS - 1, 1)
    assert rate.due(100 * SECOND + SEEN_NS, 1)


def test_heartbeats_alone_are_told_four_times_a_second(run):
    """While a leader is heard and nothing else happens, a picture is due after 250 ms."""
    rate = told(run)
    run.run_until(run.now_us + 200_000)

    assert not rate.due(100 * SECOND + SEEN_NS, 1)
    assert not rate.due(100 * SECOND + STEADY_NS - 1, 1)
    assert rate.due(100 * SECOND + STEADY_NS, 1)


def test_after_a_picture_that_was_not_steady_heartbeats_count(run):
    """As long as timers run out on the page, each message that may start them anew is told."""
    rate = told(run, steady=False)
    run.run_until(run.now_us + 200_000)

    assert rate.due(100 * SECOND + SEEN_NS, 1)


def test_heartbeats_that_take_their_time_are_seen(run):
    """Messages that are under way for long are told as they go."""
    rate = told(run)
    run.act("links", 80_000, 80_000)
    rate.told(100 * SECOND, 1, steady=True)
    run.run_until(run.now_us + 200_000)

    assert rate.due(100 * SECOND + SEEN_NS, 1)
    assert not told(run, speed=100.0).due(100 * SECOND + SEEN_NS, 1)


def test_once_a_second_all_is_told(run):
    """Where nothing happens at all there is one picture a second."""
    rate = told(run)

    assert not rate.due(100 * SECOND + ALWAYS_NS - 1, 1)
    assert rate.due(100 * SECOND + ALWAYS_NS, 1)


def test_a_wish_that_comes_while_a_picture_is_made_is_not_lost(run):
    """Who asks between the decision and the picture is shown the next one soon."""
    rate = told(run)
    rate.ask()
    assert rate.due(100 * SECOND + SOON_NS, 1)
    rate.ask()
    rate.told(100 * SECOND + SOON_NS, 1, steady=True)

    assert rate.due(100 * SECOND + 2 * SOON_NS, 1)
