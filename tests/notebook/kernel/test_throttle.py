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


class Pauses:
    """Stands for the end of a throttle: notes each wait for it, and does what happens in it."""

    def __init__(self, throttle, *happens):
        self.taken, self._throttle, self._happens = [], throttle, iter(happens)

    def is_set(self):
        return False

    def wait(self, seconds):
        self.taken.append(seconds)
        happens = next(self._happens, None)
        if happens is None:
            self._throttle._wake.set()
            return True
        happens()
        return False


@pytest.fixture
def pauses(monkeypatch, told):
    """Let a throttle of a tenth of a second work; each telling takes so many milliseconds."""

    def work(milliseconds, *happens):
        taken = iter([at for each in milliseconds for at in (0, each * 1_000_000)])
        monkeypatch.setattr("igniter_nb.notebook.kernel.throttle.worked", lambda: next(taken))
        monkeypatch.setattr(Throttle, "_start", lambda _: True)
        throttle = Throttle(lambda: told.append("told"), 0.1)
        noted = throttle._closing = Pauses(throttle, *(each(throttle) for each in happens))
        throttle.ask()
        throttle._work()
        return noted.taken

    return work


def nothing(throttle):
    """Let a pause pass."""
    return list


def asks(throttle):
    """Ask in a pause."""
    return throttle.ask


def ends(throttle):
    """Let a run end in a pause."""
    return lambda: throttle.ask(at_end=True)


def test_telling_takes_a_thirtieth_of_the_time_at_most(pauses):
    """After what took long the thread rests 29 times as long, else for the interval."""
    taken = pauses([1, 200], nothing, asks, nothing)

    assert taken == [MOMENT_S, 0.1, MOMENT_S, pytest.approx(5.8), MOMENT_S]


def test_what_a_run_tells_at_its_end_is_rested_for_too(pauses, told):
    """Runs that end while the thread rests are told no oftener, and take no more of the time."""
    taken = pauses([1, 20, 1], nothing, ends, ends, nothing)

    assert taken == [MOMENT_S, 0.1, pytest.approx(0.58), MOMENT_S, 0.1, MOMENT_S]
    assert len(told) == 3, "one end at once, and the next when the thread had rested for it"
