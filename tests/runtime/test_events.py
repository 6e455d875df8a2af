"""Events: typed, frozen, numbered, in one order, bounded, and harmless to the run."""

from __future__ import annotations

import dataclasses
import itertools
import threading

import pytest

import igniter_nb as ig
from igniter_nb.runtime.events import LOG_LIMIT, Bus, Event, EventLog, NodeStarted, RunStarted


class Chain(ig.Contract):
    x = ig.input(int)

    @ig.compute
    def parity(x):
        return x % 2

    @ig.output
    def shown(parity):
        if parity:
            message = "odd"
            raise ValueError(message)
        return parity


@pytest.fixture
def chain():
    """An instance that has not run."""
    return Chain(x=2)


def told(events):
    """Write events as type and node."""
    return [f"{event.type} {event.node}" if event.node else event.type for event in events]


def test_nothing_is_recorded_until_somebody_asks(chain):
    """Without a listener or a log there are no events, and nothing is kept for them."""
    chain.resolve_all()
    assert chain.execution.bus is None
    assert len(chain.events) == 0

    chain.update_inputs(x=4).resolve_all()
    assert told(chain.events) == [
        "inputs_queued",
        "run_started",
        "input_updated x",
        "node_started parity",
        "node_succeeded parity",
        "run_finished",
    ]


def test_the_order_of_events_is_the_same_every_time():
    """Under the inline runner the order is deterministic, numbers ascending from 1."""
    runs = []
    for _ in range(3):
        chain = Chain(x=2)
        events = chain.events
        chain.resolve_all().update_inputs(x=4).resolve_all()
        chain.resolve_incrementally(x=3)
        runs.append(told(events))
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert all(earlier.at <= later.at for earlier, later in itertools.pairwise(events))

    assert runs[0] == runs[1] == runs[2]
    assert runs[0][-6:] == [
        "input_updated x",
        "node_started parity",
        "node_succeeded parity",
        "node_started shown",
        "node_failed shown",
        "run_finished",
    ]


def test_an_event_says_who_and_what(chain):
    """Events of nodes have name, id and path; outcomes and errors are told, values are not."""
    events = chain.events
    chain.resolve_all()
    chain.resolve_incrementally(x=4)
    chain.resolve_incrementally(x=5)

    by_type = {event.type: event for event in events}
    failed = by_type["node_failed"]
    assert (failed.node, failed.path, failed.execution) == ("shown", "shown", chain.id)
    assert failed.node_id == chain.compiled_graph.index["shown"]
    assert "ValueError: odd" in failed.error
    assert not failed.blocked
    outcomes = [event.outcome for event in events if event.type == "node_succeeded"]
    assert outcomes == ["first run", "first run", "backdated", "changed"]
    finished = [event.status for event in events if event.type == "run_finished"]
    assert finished == ["succeeded", "succeeded", "failed"]


def test_each_change_of_a_node_and_of_a_run_has_its_event(chain):
    """Queued and taken inputs, starts, successes, failures and both ends of a run are told."""
    events = chain.events
    chain.resolve_all().update_inputs(x=4)
    chain.resolve_incrementally(x=3)

    assert {event.type for event in events} == {kind.type for kind in Event.__subclasses__()}


def test_what_is_fresh_is_read_without_a_word(chain):
    """Reading what is fresh is no run; a run that is asked for and does nothing has its ends."""
    events = chain.events
    chain.resolve_all()
    before = len(events)

    assert chain.result.shown == chain.result["shown"] == chain.resolve("shown") == 0
    assert len(events) == before
    chain.resolve_all()
    assert told(events)[before:] == ["run_started", "run_finished"]


def test_a_blocked_node_is_told_as_such():
    """A node that could not begin has failed without having started."""

    class Blocked(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def broken(x):
            raise ValueError

        @ig.output
        def behind(broken):
            return broken

    blocked = Blocked(x=1)
    events = blocked.events
    blocked.resolve_incrementally()

    assert told(events) == [
        "run_started",
        "node_started broken",
        "node_failed broken",
        "node_failed behind",
        "run_finished",
    ]
    assert [event.blocked for event in events if event.type == "node_failed"] == [False, True]


def test_events_are_frozen(chain):
    """An event is a value: nobody can change what happened."""
    events = chain.events
    chain.resolve_all()

    with pytest.raises(dataclasses.FrozenInstanceError):
        events[0].seq = 0


def test_a_handle_cancels(chain):
    """After ``cancel`` nothing is heard; cancelling twice does nothing."""
    heard: list[str] = []
    handle = chain.subscribe(lambda event: heard.append(event.type))
    other = chain.subscribe(lambda event: None)
    chain.resolve_all()
    assert handle.active
    count = len(heard)

    handle.cancel()
    handle.cancel()
    chain.update_inputs(x=4).resolve_all()

    assert not handle.active
    assert other.active
    assert len(heard) == count


def test_reports_leave_no_listener_behind(chain):
    """A hundred reports add no subscription and no log."""
    for number in range(100):
        chain.resolve_incrementally(x=2 * number)

    assert chain.execution.bus is None


def test_a_raising_listener_hurts_nobody(chain):
    """The run goes on, the node succeeds, other listeners hear, a warning says who."""
    heard: list[str] = []

    def broken(event):
        message = "no disk"
        raise OSError(message)

    chain.subscribe(broken)
    chain.subscribe(lambda event: heard.append(event.type))
    with pytest.warns(
        RuntimeWarning, match=r"Chain#\d+ raised an error on .*: OSError: no disk; the run"
    ):
        chain.update_inputs(x=4)
    with pytest.warns(RuntimeWarning, match="OSError: no disk"):
        assert chain.result.shown == 0

    assert heard.count("node_succeeded") == 2
    assert chain.succeeded


def test_a_raising_listener_hurts_nobody_where_warnings_are_errors(chain, capsys):
    """Even then the run goes on; what was raised is written to standard error."""
    chain.subscribe(lambda event: 1 / 0)

    assert chain.result.shown == 0
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_listener_may_look_and_update_but_not_read(chain):
    """While it runs a listener may ask how it stands; an update waits; a reading is refused."""
    statuses: list[str] = []
    errors: list[Exception] = []

    def look(event):
        if event.type != "node_started" or event.node != "shown":
            return
        statuses.append(chain.result.states["shown"].status)
        chain.update_inputs(x=4)
        try:
            _ = chain.result.shown
        except ig.ResolutionError as error:
            errors.append(error)

    handle = chain.subscribe(look)
    assert chain.result.shown == 0
    handle.cancel()

    assert statuses == ["running"]
    assert "while it runs" in str(errors[0])
    assert chain.inputs["x"] == 4
    assert chain.result.shown == 0


def test_whoever_hears_the_end_of_a_run_may_read(chain):
    """The end is told last, when the execution is free again."""
    read = []

    def look(event):
        if event.type == "run_finished":
            read.append(chain.result.shown)

    chain.subscribe(look)
    chain.resolve_all()
    chain.update_inputs(x=4).resolve_all()

    assert read == [0, 0]


def test_a_log_is_bounded(chain):
    """The oldest events are dropped; an update leaves no trail without end."""
    log = chain.execution.hear().keep(limit=5)
    for number in range(20):
        chain.resolve_incrementally(x=2 * number)

    assert len(log) == 5
    assert chain.events is log
    assert log[-1].type == "run_finished"
    assert LOG_LIMIT == 10_000


def test_a_log_is_a_sequence():
    """A log can be indexed, sliced, counted, gone through while it grows, and written."""
    log = EventLog(3)
    assert repr(log) == "<EventLog: 0 events>"
    bus = Bus("Some#1")
    bus.emit(RunStarted)
    bus.log = log
    bus.emit(RunStarted)
    bus.emit(NodeStarted, node="a", node_id=0, path="a")

    assert repr(log) == "<EventLog: 2 events, last node_started>"
    assert [event.seq for event in log] == [1, 2]
    assert log[0:1] == [log[0]]
    assert NodeStarted in map(type, log)


def test_nobody_listening_means_no_numbers():
    """An event that nobody hears is not made, so the next one heard has the next number."""
    bus = Bus("Some#1")
    bus.emit(RunStarted)

    heard = []
    bus.subscribe(heard.append)
    bus.emit(RunStarted)
    assert [event.seq for event in heard] == [1]


class Inner(ig.Contract):
    p = ig.input(int)

    @ig.output
    def double(p):
        return p * 2


class Middle(ig.Contract):
    p = ig.input(int)
    inner = ig.compose(Inner, inputs=["p"])
    double = ig.output("inner.double")


class Outer(ig.Contract):
    x = ig.input(int)
    middle = ig.compose(Middle, inputs={"p": "x"})
    shown = ig.output("middle.double")


def test_events_of_nested_contracts_are_forwarded_behind_their_path():
    """Whoever listens to the outer contract hears the nodes inside, as events of one order."""
    outer = Outer(x=1)
    heard = []
    outer.subscribe(heard.append)
    outer.resolve_all()

    inside = [event for event in heard if event.path == "middle.inner.double"]
    assert [event.type for event in inside] == ["node_started", "node_succeeded"]
    assert all(event.node_id is None and event.execution == outer.id for event in inside)
    assert [event.seq for event in heard] == list(range(1, len(heard) + 1))
    assert told(heard).count("run_started") == 1


def test_a_nested_contract_is_forwarded_once_and_only_while_somebody_listens():
    """Running again adds no second forwarding; when the last listener goes, it ends."""
    outer = Outer(x=1)
    heard = []
    handle = outer.subscribe(heard.append)
    outer.resolve_all().update_inputs(x=2).resolve_all()
    assert len([event for event in heard if event.path == "middle.inner.double"]) == 4
    (child,) = outer.children.values()
    assert child.execution.bus.heard

    handle.cancel()
    count = len(heard)
    for value in (3, 4, 5):
        outer.update_inputs(x=value).resolve_all()

    assert len(heard) == count
    assert not child.execution.bus.heard
    again = outer.subscribe(heard.append)
    outer.update_inputs(x=6).resolve_all()
    assert "middle.inner.double" in {event.path for event in heard[count:]}
    again.cancel()


def test_a_nested_contract_that_is_heard_itself_is_forwarded_too():
    """Somebody listening inside does not keep the outer listener from hearing."""
    outer = Outer(x=1).resolve_all()
    (child,) = outer.children.values()
    inside, outside = [], []
    child.subscribe(inside.append)
    outer.subscribe(outside.append)
    outer.update_inputs(x=2).resolve_all()

    assert "inner.double" in {event.path for event in inside}
    assert "middle.inner.double" in {event.path for event in outside}


def test_events_from_many_threads_are_kept_in_the_order_of_their_numbers():
    """Nested contracts that run side by side still make one log without gaps."""
    builder = ig.ContractBuilder("Wide", runner="threads", pool_size=4).input("x", int)
    for number in range(12):
        builder.compose(f"inner{number}", Inner, inputs={"p": "x"})
        builder.output(f"out{number}", source=f"inner{number}.double")
    wide = builder.build()(x=1)
    events = wide.events
    wide.resolve_all()

    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    nested = [event for event in events if event.path and event.path.endswith(".double")]
    assert len(nested) == 24


def test_a_listener_hears_from_the_thread_that_runs():
    """Listeners are called where the run goes on, one event after the other."""
    threads = set()
    chain = Chain.configured(runner="threads")(x=2)
    chain.subscribe(lambda event: threads.add(threading.current_thread()))
    chain.resolve_all()

    assert threads == {threading.current_thread()}
