"""When a page is told."""

from __future__ import annotations

import pytest

from igniter_nb.consensus import Simulation
from igniter_nb.notebook.clusters.widget.frame_rate import (
    ALWAYS_NS,
    SEEN_NS,
    SOON_NS,
    STEADY_NS,
    Rhythm,
)

SECOND = 1_000_000_000


@pytest.fixture
def run():
    """Give a cluster in which a leader is heard and nothing else happens."""
    made = Simulation.start(1, ["n1", "n2", "n3"])
    made.run_until(3_000_000)
    assert made.world.leader()
    return made


def told(world, *, steady=True):
    """Return a rhythm that told at second 100."""
    rhythm = Rhythm()
    assert rhythm.due(100 * SECOND, 1, world)
    rhythm.told(100 * SECOND, 1, world, steady=steady)
    return rhythm


def test_what_a_person_follows_is_told_at_once_but_not_too_often(run):
    """A new leader is told after a sixtieth of a second; until then the loop is to be woken."""
    rhythm = told(run.world)

    assert not rhythm.due(100 * SECOND + 6_000_000, 2, run.world)
    assert rhythm.waits_ns == SOON_NS - 6_000_000
    assert rhythm.due(100 * SECOND + SOON_NS, 2, run.world)
    assert rhythm.waits_ns == 0


def test_messages_are_told_twenty_times_a_second(run):
    """When a write goes round, it is told after 50 ms."""
    rhythm = told(run.world)
    run.act("write", "x", 1)
    run.run_until(run.now_us + 10)

    assert not rhythm.due(100 * SECOND + SEEN_NS - 1, 1, run.world)
    assert rhythm.due(100 * SECOND + SEEN_NS, 1, run.world)


def test_heartbeats_alone_are_told_four_times_a_second(run):
    """While a leader is heard and nothing else happens, a picture is due after 250 ms."""
    rhythm = told(run.world)
    run.run_until(run.now_us + 200_000)

    assert not rhythm.due(100 * SECOND + SEEN_NS, 1, run.world)
    assert not rhythm.due(100 * SECOND + STEADY_NS - 1, 1, run.world)
    assert rhythm.due(100 * SECOND + STEADY_NS, 1, run.world)


def test_after_a_picture_that_was_not_steady_heartbeats_count(run):
    """As long as timers run out on the page, each message that may start them anew is told."""
    rhythm = told(run.world, steady=False)
    run.run_until(run.now_us + 200_000)

    assert rhythm.due(100 * SECOND + SEEN_NS, 1, run.world)


def test_heartbeats_that_take_their_time_are_seen(run):
    """Messages that are under way for long are told as they go."""
    rhythm = told(run.world)
    run.act("links", 80_000, 80_000)
    rhythm.told(100 * SECOND, 1, run.world, steady=True)
    run.run_until(run.now_us + 200_000)

    assert rhythm.due(100 * SECOND + SEEN_NS, 1, run.world)
    assert not told(run.world).due(100 * SECOND + SEEN_NS, 1, run.world, speed=100.0)


def test_once_a_second_all_is_told(run):
    """Where nothing happens at all there is one picture a second."""
    rhythm = told(run.world)

    assert not rhythm.due(100 * SECOND + ALWAYS_NS - 1, 1, run.world)
    assert rhythm.due(100 * SECOND + ALWAYS_NS, 1, run.world)


def test_a_wish_that_comes_while_a_picture_is_made_is_not_lost(run):
    """Who asks between the decision and the picture is shown the next one soon."""
    rhythm = told(run.world)
    rhythm.ask()
    assert rhythm.due(100 * SECOND + SOON_NS, 1, run.world)
    rhythm.ask()
    rhythm.told(100 * SECOND + SOON_NS, 1, run.world, steady=True)

    assert rhythm.due(100 * SECOND + 2 * SOON_NS, 1, run.world)
