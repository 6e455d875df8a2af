"""Frames of a world: kinds of messages, states in short, the latest events."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus import Simulation, StateMachine, Timing, apply
from igniter_nb.consensus.simulator.frames import (
    MOST_EVENTS,
    SHORT,
    STATE,
    frame_of,
    kind_of,
    recent,
    short_state,
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


# --- values ---------------------------------------------------------------------------------------


def machine(*commands, kind=None):
    """Return a state machine that has applied commands, and the end of its log."""
    made = Machine(kind)
    end = [entry(at, json.dumps(command).encode()) for at, command in enumerate(commands, 1)]
    for each in end:
        made.apply(each)
    return made, end


def put(key, value=1):
    """Return a command that sets a key."""
    return {"key": key, "value": value}


def test_a_state_in_short_is_what_was_written_last():
    """It is the key that was written last, as far as it is applied; others are counted."""
    made, end = machine(put("price", 99), put("currency", "EUR"), put("price", 101))

    assert short_state(made, end, 3) == "price=101 +1"
    assert short_state(made, end, 2) == "currency='EUR' +1"
    assert short_state(made, [], 3) == "price=101 +1", "the first one, if no entry is known"
    gone, log = machine(put("x"), put("y"), {"key": "y", "op": "delete"})
    assert short_state(gone, log, 3) == "x=1"
    assert short_state(*machine(), 0) == ""


def test_a_state_in_short_fits():
    """Long keys and values are cut; the number of the others is not."""
    made, end = machine(*(put(f"{at}{'k' * 100}", "v" * 100) for at in range(1_200)))

    short = short_state(made, end, 1_200)

    assert len(short) <= SHORT
    assert short.endswith(" +1,199")


class Pages(StateMachine):
    @apply
    def visit(state, command):
        return {**state, command["page"]: state.get(command["page"], 0) + 1}


def test_a_command_of_ones_own_may_name_the_key():
    """What a text in it names is what was written."""
    made, end = machine(
        {"type": "visit", "page": "home"}, {"type": "visit", "page": "about"}, kind=Pages
    )
    assert short_state(made, end, 2) == "about=1 +1"


@pytest.mark.parametrize("data", [b"\xff", b"7", b"x" * 20_000])
def test_whatever_stands_in_a_log_a_state_is_written(data):
    """What cannot be read names no key."""
    made, _ = machine(put("x"))

    assert short_state(made, [entry(2, data)], 2) == "x=1"


def test_entries_that_are_shown_are_told_once():
    """Each entry at the end of a log, whoever has it; of a node that lost its disk none."""
    run = begun()
    for at in range(20):
        run.act("write", f"k{at}", at)
    run.run_until(run.now_us + 100_000)
    seen = frame_of(run.world)

    shown = {(at.index, at.term) for node in seen.nodes for at in node.tail}
    assert [each[:2] for each in seen.entries] == sorted(shown)
    assert {node.short for node in seen.nodes} == {"k19=19 +19"}
    log = run.world.leader().replica.core.log
    assert all(each is log.entries(each.index, each.index + 1)[0] for each in seen.entries)

    run.act("wipe", "n1")
    wiped = next(node for node in frame_of(run.world).nodes if node.row.node_id == "n1")
    assert (wiped.tail, wiped.state, wiped.short, wiped.row.log_size) == ((), "", "", 0)


def test_logs_that_differ_are_all_told():
    """Two entries of one index, of different terms, are two."""
    run = begun(5)
    old = run.world.leader().replica.node_id
    run.act("isolate", old)
    run.act("write", "x", 1)
    run.run_until(run.now_us + 3_000_000)
    run.act("write", "y", 2)
    run.run_until(run.now_us + 100_000)

    entries = frame_of(run.world).entries

    assert len({each[:2] for each in entries}) == len(entries)
    assert max(sum(other.index == each.index for other in entries) for each in entries) == 2
