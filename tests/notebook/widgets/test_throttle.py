from __future__ import annotations

import pytest

from igniter_nb.notebook.widgets.throttle import MOMENT_S, Throttle


@pytest.fixture
def told():
    """Collect the deliveries."""
    return []


@pytest.fixture
def throttle(clock, told):
    """Make a throttle of a tenth of a second."""
    return Throttle(lambda: told.append("told"), 0.1)


def test_the_asker_does_not_pay(clock, throttle, told):
    """What is asked for is delivered by the timer, a moment later."""
    throttle.ask()

    assert told == []
    assert [timer.seconds for timer in clock.waiting] == [MOMENT_S]

    clock.ring()

    assert told == ["told"]


def test_one_delivery_per_interval(clock, throttle, told):
    """However often is asked, there is one delivery per interval, and one after the last."""
    for _ in range(3):
        for _ in range(1000):
            throttle.ask()
        clock.ring()

    assert told == ["told"] * 3
    assert [timer.seconds for timer in clock.waiting] == [0.1]

    clock.ring()

    assert told == ["told"] * 3
    assert clock.waiting == []


def test_an_end_is_told_at_once(clock, throttle, told):
    """The end of a run is told before ``ask`` returns, and not told again by the timer."""
    throttle.ask()
    throttle.ask(at_end=True)

    assert told == ["told"]

    clock.ring()

    assert told == ["told"]


def test_many_ends_are_throttled_too(clock, throttle, told):
    """Of many ends in an interval the first is told at once and the last by the timer."""
    for _ in range(1000):
        throttle.ask(at_end=True)

    assert told == ["told"]

    clock.ring()

    assert told == ["told"] * 2


def test_after_a_quiet_time_an_end_is_told_at_once_again(clock, throttle, told):
    """When nothing was asked for during an interval, everything begins anew."""
    throttle.ask(at_end=True)
    clock.ring()

    throttle.ask(at_end=True)

    assert told == ["told"] * 2


def test_without_threads_everything_is_told_at_once(clock, throttle, told):
    """Where no thread can be started nothing waits for one."""
    clock.can_start = False

    throttle.ask()
    throttle.ask(at_end=True)
    throttle.ask(at_end=True)

    assert told == ["told"] * 3


def test_a_closed_throttle_is_silent(clock, throttle, told):
    """After ``close`` no timer waits and nothing is delivered."""
    throttle.ask()
    ring = clock.waiting[0].function
    throttle.close()
    throttle.ask(at_end=True)
    ring()

    assert told == []
    assert clock.waiting == []
