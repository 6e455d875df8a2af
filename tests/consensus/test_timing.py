from __future__ import annotations

from typing import Any

import pytest

from igniter_nb.consensus import Timing


@pytest.mark.parametrize(
    ("timing", "ticks"),
    [
        (Timing(), (20, 200, 200)),
        (Timing.fast(), (10, 100, 100)),
        (Timing.classic(), (50, 1_000, 500)),
        (Timing(heartbeat=0.001, election_min=0.0100001, election_max=0.0111), (1, 10, 1)),
        (Timing(heartbeat=0.01, election_min=0.1995, election_max=0.2005), (10, 200, 1)),
    ],
)
def test_ticks_are_milliseconds(timing: Timing, ticks: tuple[int, int, int]) -> None:
    """A preset, the default and odd fractions become whole ticks, with some jitter always."""
    config = timing.config()

    assert (config.heartbeat_ticks, config.election_ticks, config.election_jitter) == ticks


def test_leases_are_passed_on() -> None:
    """Whether leases are allowed reaches the nodes; by default they are not."""
    assert not Timing().config().lease_reads
    assert Timing(lease_reads=True).config().lease_reads


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"heartbeat": 0.0}, ["heartbeat must be at least 0.001 s, not 0.0"]),
        ({"heartbeat": 0.05}, ["election_min must be at least 10 heartbeats, 0.5 s, not 0.2"]),
        ({"election_max": 0.2}, ["election_max must be above election_min, 0.2 s, not 0.2"]),
        (
            {"heartbeat": 0.1, "election_max": 0.1},
            ["election_min must be", "election_max must be"],
        ),
        ({"heartbeat": float("nan")}, ["heartbeat must be a number of seconds, not nan"]),
        ({"election_max": float("inf")}, ["election_max must be a number of seconds, not inf"]),
        ({"election_min": "1"}, ["election_min must be a number of seconds, not '1'"]),
    ],
)
def test_what_does_not_fit_is_told_together(values: dict[str, Any], words: list[str]) -> None:
    """Each value that makes no sense is named, with what would."""
    with pytest.raises(ValueError, match="must be") as caught:
        Timing(**values)

    assert all(word in str(caught.value) for word in words)
    assert str(caught.value).count("must be") == len(words)
