"""Frames of a world: kinds of messages, states in short, the latest events."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus import Simulation, StateMachine, Timing, apply
from igniter_nb.consensus.simulator.frames import (
    MOST_EVENTS,
    STATE,
    kind_of,
    recent,
    state_text,
)
from igniter_nb.consensus.simulator.world import Options
from igniter_nb.consensus.state_machine.machine import Machine
from igniter_nb.raft import (
    AppendEntries,
    AppendReply,
    Configuration,
    Entry,
    EntryKind,
    InstallSnapshot,
    ReadReply,
    ReadRequest,
    RequestVote,
    SnapshotReply,
    TimeoutNow,
    VoteReply,
)

USUAL = Options(config=Timing().config())


def begun(nodes=3, *, options=USUAL, until=3_000_000):
    """Return a run in which somebody leads."""
    run = Simulation.start(3, [f"n{at}" for at in range(1, nodes + 1)], options=options)
    run.run_until(until)
    assert run.world.leader()
    return run


def entry(index=1, data=b'{"key":"x","value":1}'):
    """Return an entry that sets a key."""
    return Entry(index, 1, EntryKind.COMMAND, data)


MESSAGES = [
    (RequestVote("a", "b", 1, 0, 0), "vote"),
    (RequestVote("a", "b", 1, 0, 0, pre=True), "vote"),
    (VoteReply("a", "b", 1, granted=True), "vote-reply"),
    (AppendEntries("a", "b", 1, 0, 0, (), 0, 1), "heartbeat"),
    (AppendEntries("a", "b", 1, 0, 0, (entry(),), 0, 1), "append"),
    (AppendReply("a", "b", 1, success=True, index=1), "append-reply"),
    (InstallSnapshot("a", "b", 1, 1, 1, Configuration(), 0, b"", True, 0), "snapshot"),
    (SnapshotReply("a", "b", 1, 1, 0, 0), "append-reply"),
    (ReadRequest("a", "b", 1, (1,)), "read"),
    (ReadReply("a", "b", 1, (1,), 1), "read"),
    (TimeoutNow("a", "b", 1), "timeout-now"),
    (("a", "b", 1), "other"),
]


@pytest.mark.parametrize(("message", "kind"), MESSAGES)
def test_each_message_has_a_kind(message, kind):
    """A page draws messages by what they are about."""
    assert kind_of(message) == kind


class Anything(StateMachine):
    """Holds whatever it was given."""

    @apply("put")
    def put(state, command):
        return command["what"]


def written(state):
    """Return how a state is written."""
    machine = Machine(Anything)
    data = json.dumps({"type": "put", "what": state}).encode()
    assert not machine.apply(entry(data=data)).error
    return state_text(machine)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({}, ""),
        ({"x": 1, "y": True, "z": None}, "x = 1, y = True, z = None"),
        ({"x": "a\nb", "big": 10**30}, f"x = 'a\\nb', big = {10**30}"),
        ({f"k{at}": at for at in range(51)}, "51 keys"),
        ([1, 2.5], "[1, 2.5]"),
        (7, "7"),
        ({"x": "<b>"}, "x = '<b>'"),
    ],
)
def test_states_are_written_short(state, text):
    """Few keys are written out; of many it is said how many there are."""
    assert written(state) == text


@given(st.dictionaries(st.text(max_size=40), st.integers() | st.text(max_size=60), max_size=50))
def test_a_state_never_takes_more_than_its_place(state):
    """Whatever the keys and values, the text is short."""
    text = written(state)

    assert len(text) <= STATE


def test_of_a_long_trace_the_latest_is_looked_at():
    """The cost of looking is bounded however much has happened."""
    run = begun(5)
    run.run_until(run.now_us + 3_000_000)

    assert len(run.trace) > 2 * MOST_EVENTS
    assert len(recent(run.world, 0)) == MOST_EVENTS
    assert recent(run.world, run.world.noted - 3) == run.trace[-3:]
    run.world.trace = None
    assert recent(run.world, 0) == []
