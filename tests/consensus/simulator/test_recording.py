from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus.simulation import Simulation
from igniter_nb.consensus.simulator.options import Line, Options
from igniter_nb.consensus.simulator.recording import LONGEST_US, Recording
from igniter_nb.consensus.transport import Link
from igniter_nb.raft import Config
from tests.consensus.live import Counter
from tests.consensus.runs import NAMES, SEED

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
SHARES = st.floats(0, 1)
ARGS = st.lists(st.one_of(st.integers(), SHARES, TEXTS, st.lists(TEXTS, max_size=3).map(tuple)))
NODES = ("n1", "n2", "Ä", "x-1")
LINES = st.builds(
    Line,
    st.integers(0, 1 << 40),
    st.integers(0, LONGEST_US),
    st.just("partition"),
    ARGS.map(tuple),
)
PROPOSALS = st.builds(
    Line,
    st.integers(0, 9),
    st.integers(0, 9),
    st.just("propose"),
    st.tuples(TEXTS, TEXTS.map(str.encode), st.integers(0, 1)),
)
OPTIONS = st.builds(
    Options,
    config=st.builds(
        Config,
        node_id=st.just("any"),
        election_ticks=st.integers(10, 99),
        pre_vote=st.booleans(),
    ),
    snapshot_every=st.integers(0, 9),
    stepwise=st.booleans(),
    link=st.builds(
        Link, st.integers(0, 5), st.integers(5, 9), SHARES, SHARES, SHARES, st.integers(0, 9)
    ),
    disk_us=st.tuples(st.integers(0, 5), st.integers(5, 9)),
)
RECORDINGS = st.builds(
    Recording,
    seed=st.integers(),
    nodes=st.lists(st.sampled_from(NODES), min_size=1, unique=True).map(tuple),
    options=OPTIONS,
    state_machine=TEXTS,
    swarm=st.booleans(),
    lines=st.lists(st.one_of(LINES, PROPOSALS)).map(tuple),
    until_us=st.integers(0, LONGEST_US),
    until_events=st.integers(0, 1 << 40),
)


@given(run=RECORDINGS)
def test_a_text_gives_the_recording_back(run):
    """What is copied and pasted is the same run, options and all."""
    assert Recording.from_text(str(run)) == run


def test_options_as_usual_are_not_written():
    """The text has only what differs from the usual."""
    run = Recording(seed=1, nodes=NAMES, options=Options(snapshot_every=5))

    assert json.loads(str(run))["options"] == {"snapshot_every": 5}


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "{}", "3", '{"form": 2}', str(Recording(seed=1, nodes=NAMES))[:-20]],
)
def test_another_text_is_refused(text):
    """A text that is no recording is refused in one sentence that says what to do."""
    with pytest.raises(ValueError, match=r"expected the text of a recording, .* copy it whole"):
        Recording.from_text(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": "x"},
        {"seed": float("inf")},
        {"lines": [[1, 2]]},
        {"lines": [[1, 2, "explode", []]]},
        {"lines": [[1, -2, "heal", []]]},
        {"options": {"colour": 1}},
        {"options": {"tick_us": 0}},
        {"options": {"link": [5, 1]}},
        {"nodes": []},
        {"nodes": ["../n1"]},
        {"until_us": 10**18},
    ],
)
def test_parts_that_make_no_sense_are_refused(wrong):
    """So is one whose parts are of another kind."""
    data = json.loads(str(Recording(seed=1, nodes=NAMES))) | wrong

    with pytest.raises(ValueError, match="expected the text of a recording"):
        Recording.from_text(json.dumps(data))


def test_another_state_machine_is_refused():
    """A run is not replayed with a state machine that it was not recorded with."""
    run = Recording(seed=1, nodes=NAMES, state_machine="Lock")

    with pytest.raises(ValueError, match="the run is one of Lock, came Counter; give"):
        Simulation.replay(run, machine=Counter)
    with pytest.raises(ValueError, match="the run is one of Lock, came none"):
        Simulation.replay(run)


def test_its_repr_is_short():
    """It does not print thousands of lines."""
    run = Recording(seed=7, nodes=NAMES, until_us=1_500_000)

    assert repr(run) == "<Recording of 3 nodes, seed 7: 0 lines, 1.500 s>"


def test_a_seed_of_the_test_suite_can_be_recorded():
    """The run of a seed, with its clients, its faults and what was done to it, is a text too."""
    run = Simulation.open(SEED, at_us=900_000)
    run.act("kill", "n2")
    run.run_until(1_400_000)

    again = Simulation.replay(Recording.from_text(str(run.recording())))
    again.seek(1_400_000)

    assert again.trace_text() == run.trace_text()
