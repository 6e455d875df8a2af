from __future__ import annotations

import threading

import pytest

from igniter_nb.notebook.kernel.throttle import MOMENT_S, Throttle


@pytest.fixture
def told():
    """Collect the deliveries."""
    return []


@pytest.fixture
def throttle(clock, told):
    """Make a throttle of a tenth of a second."""
    return Throttle(lambda: told.append("told"), 0.1)


def test_the_asker_does_not_pay(clock, throttle, told):
    """What is asked for is not delivered by the asker but by the thread, later."""
    throttle.ask()

    assert told == []

    clock.ring()

    assert told == ["told"]


def test_one_delivery_per_interval(clock, throttle, told):
    """However often is asked, there is one delivery per turn, and none without being asked."""
    for _ in range(3):
        for _ in range(1000):
            throttle.ask()
        clock.ring()

    assert told == ["told"] * 3
    assert clock.ring() == 0


def test_an_end_is_told_at_once(clock, throttle, told):
    """The end of a run is told before ``ask`` returns, and not told again by the thread."""
    throttle.ask()
    throttle.ask(at_end=True)

    assert told == ["told"]

    clock.ring()

    assert told == ["told"]


def test_many_ends_are_throttled_too(clock, throttle, told):
    """Of many ends in an interval the first is told at once and the last by the thread."""
    for _ in range(1000):
        throttle.ask(at_end=True)

    assert told == ["told"]

    clock.ring()

    assert told == ["told"] * 2


def test_after_its_turn_an_end_is_told_at_once_again(clock, throttle, told):
    """When the thread had its turn, everything begins anew."""
    throttle.ask(at_end=True)
    clock.ring()

    throttle.ask(at_end=True)

    assert told == ["told"] * 2


def test_without_threads_everything_is_told_at_once(clock, told):
    """Where no thread can be started nothing waits for one."""
    clock.can_start = False
    throttle = Throttle(lambda: told.append("told"), 0.1)

    throttle.ask()
    throttle.ask(at_end=True)
    throttle.ask(at_end=True)

    assert told == ["told"] * 3


def test_a_thread_that_cannot_start_is_no_error(monkeypatch, told):
    """A system that refuses to start a thread leaves a throttle that delivers at once."""

    def refuse(thread):
        msg = "can't start new thread"
        raise RuntimeError(msg)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    throttle = Throttle(lambda: told.append("told"), 0.1)

    throttle.ask()

    assert told == ["told"]


def test_a_closed_throttle_is_silent(clock, throttle, told):
    """After ``close`` nothing is delivered, not even what was asked for before."""
    throttle.ask()
    throttle.close()
    throttle.ask(at_end=True)
    clock.ring()

    assert told == []


def test_the_thread_delivers_and_ends():
    """A real thread delivers what was asked for, again and again, and ends when closed."""
    deliveries = threading.Semaphore(0)
    before = set(threading.enumerate())
    throttle = Throttle(deliveries.release, 0.001)
    (thread,) = set(threading.enumerate()) - before

    for _ in range(3):
        throttle.ask()
        assert deliveries.acquire(timeout=10)
    throttle.close()
    thread.join(10)

    assert thread.daemon
    assert not thread.is_alive()


def test_delivering_takes_a_twentieth_of_the_time_at_most(monkeypatch):
    """After one that took long the thread rests nineteen times as long, else for the interval."""
    rests = []
    works = iter([0, 1_000_000, 0, 200_000_000])  # a millisecond, then a fifth of a second
    monkeypatch.setattr("igniter_nb.notebook.kernel.throttle.worked", lambda: next(works))
    monkeypatch.setattr(Throttle, "_start", lambda _: False)
    throttle = Throttle(list, 0.1)

    def wait(seconds):
        rests.append(seconds)
        return len(rests) > 4

    monkeypatch.setattr(throttle._closing, "wait", wait)
    throttle._wake.set()
    monkeypatch.setattr(throttle._wake, "clear", bool)
    throttle._work()

    assert rests == [MOMENT_S, 0.1, MOMENT_S, pytest.approx(3.8), MOMENT_S]


def failing():
    """Make a throttle whose deliveries fail, which counts them."""
    told = []

    def deliver():
        told.append("told")
        raise ValueError("no such page")

    return Throttle(deliver, 0.1), told


def test_what_goes_wrong_in_telling_is_a_warning(clock):
    """Neither the one who asks nor the thread fails, and the next delivery is tried."""
    throttle, told = failing()

    with pytest.warns(RuntimeWarning, match="brought up to date: ValueError: no such page"):
        throttle.ask(at_end=True)
    throttle.ask()
    with pytest.warns(RuntimeWarning, match="no such page"):
        clock.ring()

    assert told == ["told"] * 2


def test_what_goes_wrong_in_telling_fails_no_run_where_warnings_are_errors(clock):
    """A user who made warnings errors did not ask for runs to fail."""
    throttle, told = failing()

    throttle.ask(at_end=True)

    assert told == ["told"]
