"""Options are checked together."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.raft import Config

NUMBERS = [
    "election_ticks",
    "election_jitter",
    "heartbeat_ticks",
    "max_entries_bytes",
    "max_inflight_messages",
    "max_inflight_bytes",
    "max_uncommitted_bytes",
    "snapshot_chunk_bytes",
]


def problems(**options):
    """Return what a Config of these options is refused with, one problem an item."""
    with pytest.raises(ValueError, match=r".") as caught:
        Config(**{"node_id": "n1", **options})
    return str(caught.value).split("; ")


def test_the_defaults_are_fine_and_need_only_a_name():
    """A node needs a name and nothing else; the safe ways of reading and electing are on."""
    config = Config(node_id="n1")

    assert (config.pre_vote, config.check_quorum, config.lease_reads) == (True, True, False)
    assert config.heartbeat_ticks < config.election_ticks


def test_options_do_not_change():
    """A Config is a value: nothing of it can be set later."""
    config = Config(node_id="n1")

    with pytest.raises(dataclasses.FrozenInstanceError):
        config.election_ticks = 20


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [0, -1, 1.5, True, "10", None])
def test_numbers_are_whole_and_positive(name, value):
    """Ticks, messages and bytes are ints from 1; the problem names the option and the value."""
    assert problems(**{name: value}) == [f"{name} must be an int of at least 1, not {value!r}"]


def test_a_name_is_not_empty():
    """A node without a name is refused."""
    assert problems(node_id="") == ["node_id must not be empty"]


def test_entries_kept_are_not_fewer_than_none():
    """No trailing entries are fine, fewer than none are not."""
    assert Config(node_id="n1", trailing_entries=0).trailing_entries == 0
    assert problems(trailing_entries=-1) == ["trailing_entries must not be negative, not -1"]


@given(st.integers(1, 50), st.integers(1, 50))
def test_an_election_waits_longer_than_a_heartbeat(election, heartbeat):
    """The election timeout is longer than the pause between heartbeats (paper section 5.6)."""
    options = {"election_ticks": election, "heartbeat_ticks": heartbeat}

    if election > heartbeat:
        assert Config(node_id="n1", **options).election_ticks == election
    else:
        (problem,) = problems(**options)
        assert f"{election} <= {heartbeat}" in problem


def test_clocks_drift_by_a_factor_of_at_least_one():
    """A drift bound below one would let a lease outlast the election timeout it rests on."""
    assert Config(node_id="n1", clock_drift_bound=1.0).clock_drift_bound == 1.0
    assert problems(clock_drift_bound=0.9) == ["clock_drift_bound must be at least 1, not 0.9"]


def test_leases_need_the_check_of_the_quorum():
    """Lease reads without check_quorum are refused: a leader cut off would read stale values."""
    assert Config(node_id="n1", lease_reads=True).lease_reads
    (problem,) = problems(lease_reads=True, check_quorum=False)
    assert problem.startswith("lease_reads needs check_quorum")


def test_all_problems_are_told_at_once():
    """A wrong Config is refused once, with everything that is wrong with it."""
    found = problems(
        node_id="",
        election_ticks=0,
        max_entries_bytes=-5,
        trailing_entries=-1,
        clock_drift_bound=0.5,
        lease_reads=True,
        check_quorum=False,
    )

    assert len(found) == 6
