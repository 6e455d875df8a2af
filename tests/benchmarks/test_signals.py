"""Signals by the hundred thousand: `make bench`. Nothing is timed; one failure is one too many."""

from __future__ import annotations

import pytest

from tests.runtime.signals import KINDS, struck


@pytest.mark.bench
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_thousand_signals_leave_nothing_behind(kind: str) -> None:
    """100,000 signals of a timer into many small runs, under each runner and with coroutines."""
    assert struck(kind, "timer", 100_000) == 100_000


@pytest.mark.bench
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["everywhere", "watched"])
def test_no_place_is_left_where_a_signal_does_harm(kind: str, how: str) -> None:
    """Each place where the interpreter handles signals, while somebody listens and while not."""
    assert struck(kind, how) > 500
