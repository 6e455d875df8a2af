"""Whatever a signal interrupts, nothing is left of it: the next run goes on, the process ends."""

from __future__ import annotations

import gc
import sys

import pytest

import igniter_nb as ig
from igniter_nb.runtime import turns
from tests.runtime import signals
from tests.runtime.signals import struck


@pytest.mark.parametrize("kind", signals.KINDS)
def test_a_timers_signals_leave_nothing_behind(kind):
    """After 2,000 signals, half of them in pairs, each execution runs and no policy stays."""
    assert struck(kind, "timer", 2_000) == 2_000


def test_no_place_is_left_where_a_signal_does_harm():
    """A run is struck at every place where the interpreter handles signals, once at each."""
    assert struck("inline", "everywhere") > 500


def test_the_old_way_would_be_found(monkeypatch):
    """What sets a variable and puts it back later is caught by the same strikes."""
    made, work = signals.small()
    work(0)
    plain = made.execution.lock

    class Two:
        """A lock that is taken and given back in two steps of Python code each."""

        def __enter__(self):
            plain.acquire()
            return self

        def __exit__(self, *_):
            str(self)
            plain.release()

    made.execution.lock = Two()
    Two.locked = staticmethod(plain.locked)
    with pytest.raises(AssertionError):
        signals.everywhere(work, signals.checks(made, work))


def test_a_collection_in_the_middle_is_not_struck():
    """What the collector finalizes, whenever it runs, is no place of the work that is struck."""
    ended = []

    class Ring:
        def __init__(self):
            self.itself = self

        def __del__(self):
            ended.append(sys.gettrace())

    before = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        places = signals.everywhere(lambda _: [Ring() for _ in range(3)], lambda: None)
    finally:
        gc.set_threshold(*before)

    assert places > 3
    gc.collect()
    assert not any(isinstance(each, signals.Strike) for each in ended)


def test_a_wait_counts_no_longer_than_its_run():
    """A wait that somebody still holds, when the run that waited is over, closes no circle."""

    class Plain(ig.Contract):
        y = ig.output(lambda: 1)

    waiting, wanted = Plain().execution, Plain().execution
    held = turns.wait(wanted, (waiting,))

    assert not held.lasts
    assert turns.wait(waiting, (wanted,)).running == (wanted,)
