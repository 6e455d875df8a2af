"""The table of runners: a way to run nodes is one row, which knows nothing of cells and steps."""

from __future__ import annotations

import os
import pickle
import threading
import typing
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import igniter_nb as ig
from igniter_nb.runtime import Options
from igniter_nb.runtime.runners import RUNNERS, Runner, RunnerName
from tests.runtime import carried


class Processes:
    """Hands each job to a pool of processes, which outlives the run."""

    def __init__(self, executor):
        self._executor = executor

    def submit(self, job, tell):
        def over(future):
            error = future.exception()
            tell(*(future.result() if error is None else (False, error, 0)))

        self._executor.submit(job).add_done_callback(over)

    def close(self):
        """Leave the processes to the next run."""


class Letters:
    """Hands each job as bytes to a thread of its own, as if that were another machine."""

    def submit(self, job, tell):
        letter = pickle.dumps(job)

        def work():
            tell(*pickle.loads(letter)())  # noqa: S301 -- our own letter

        threading.Thread(target=work).start()

    def close(self):
        """End nothing: each thread ends with its job."""


class Threads(Letters):
    """Hands each job to a thread of its own, as it is."""

    def submit(self, job, tell):
        threading.Thread(target=lambda: tell(*job())).start()


@pytest.fixture(scope="module")
def executor():
    """Give two processes."""
    with ProcessPoolExecutor(2, get_context("spawn")) as made:
        yield made


@pytest.fixture(params=["processes", "letters"])
def elsewhere(request, monkeypatch):
    """Add one row to the table and give its name."""
    if request.param == "processes":
        executor = request.getfixturevalue("executor")
        row = Runner("runs nodes in processes", lambda _size: Processes(executor), apart=True)
    else:
        row = Runner("runs nodes from letters", lambda _size: Letters(), apart=True)
    monkeypatch.setitem(RUNNERS, request.param, row)
    return request.param


@pytest.fixture
def apart(monkeypatch):
    """Add a row whose calls are made in threads, so that they need not be pickled."""
    row = Runner("makes calls in threads", lambda _size: Threads(), apart=True)
    monkeypatch.setitem(RUNNERS, "apart", row)
    return "apart"


def branching(runner):
    """Build a contract of nodes that have work and of nodes that have none."""
    inner = ig.ContractBuilder("Inner", runner=runner).input("x", int)
    inner.output("y", carried.twice, depends_on=["x"])
    builder = ig.ContractBuilder("Far", runner=runner).input("x", int)
    builder.compute("double", carried.twice, depends_on=["x"])
    builder.const("none", int).const("ten", 10)
    builder.guard("good", carried.positive, depends_on=["double"], gates=["half"])
    builder.compose("inner", inner.build(), inputs={"x": "double"})
    builder.output("half", carried.Half, depends_on=["double"])
    builder.output("third", carried.Times(3), depends_on=["double"])
    builder.output("named", carried.named, depends_on={"x": "double", "by": "ten"})
    builder.output("later", carried.later, depends_on=["double"])
    builder.output("items", carried.items, depends_on=["x"])
    builder.output("nested", source="inner.y")
    builder.expose("none")
    return builder.build()


def test_a_new_row_gives_the_same_values(elsewhere):
    """Functions, executors, guards, coroutines and nested contracts give what they give here."""
    far, here = (branching(runner)(x=4) for runner in (elsewhere, "inline"))

    assert far.result.to_dict() == here.result.to_dict()
    far.execution.check_invariants()


def test_work_is_done_elsewhere(executor, monkeypatch):
    """A function runs in another process; an alias of its value and a coroutine need none."""
    row = Runner("runs nodes in processes", lambda _size: Processes(executor), apart=True)
    monkeypatch.setitem(RUNNERS, "processes", row)
    builder = ig.ContractBuilder("Where", runner="processes").input("x", int)
    builder.output("where", carried.where, depends_on=["x"]).output("again", source="where")

    found = builder.build()(x=1).result

    assert found.where[0] != os.getpid()
    assert found.again == found.where


def test_an_error_of_a_new_row_is_a_failure_of_its_node(elsewhere):
    """What the function raised elsewhere is the cause; who reads the node fails with the same."""
    builder = ig.ContractBuilder("Broken", runner=elsewhere).input("x", int)
    builder.compute("broken", carried.broken, depends_on=["x"])
    builder.output("after", carried.twice, depends_on=["broken"])
    builder.output("apart", carried.twice, depends_on=["x"])
    made = builder.build()(x=1)

    with pytest.raises(ig.ResolutionError, match="node 'broken' failed: LookupError: no 1 here"):
        made.resolve_all()

    assert made.result.apart == 2
    assert isinstance(made.result.errors["broken"].__cause__, LookupError)


def test_a_guard_is_judged_where_the_cells_are(elsewhere):
    """What a guard's function returned elsewhere is judged here, with the values it got."""
    made = branching(elsewhere)(x=-1)

    with pytest.raises(ig.GuardError, match=r"guard 'good' does not hold \(got double=-2"):
        _ = made.result.half


def test_an_equal_value_of_a_new_row_cuts_off(elsewhere):
    """A node that comes out equal elsewhere keeps its readers from running."""
    builder = ig.ContractBuilder("Cut", runner=elsewhere).input("x", int)
    builder.compute("parity", carried.parity, depends_on=["x"])
    builder.output("double", carried.twice, depends_on=["parity"])
    made = builder.build()(x=1).resolve_all()

    report = made.resolve_incrementally(x=3)

    assert report.recomputed_nodes == ("parity",)
    assert report.backdated_nodes == ("parity",)


def test_what_cannot_travel_is_a_failure_of_its_node(executor, monkeypatch):
    """A function that cannot be pickled fails as the node's work does; nothing hangs."""
    row = Runner("runs nodes in processes", lambda _size: Processes(executor), apart=True)
    monkeypatch.setitem(RUNNERS, "processes", row)
    made = ig.ContractBuilder("Local", runner="processes").output("y", lambda: 1).build()()

    with pytest.raises(ig.ResolutionError, match="node 'y' failed: "):
        made.resolve_all()


def test_arguments_are_lent_to_work_done_apart(apart):
    """A call that is made apart gets a copy of what can be changed in place."""
    builder = ig.ContractBuilder("Lent", runner=apart).input("x", int)
    builder.compute("items", carried.items, depends_on=["x"])
    builder.output("more", carried.appended, depends_on=["items"])
    builder.output("less", source="items")

    made = builder.build()(x=2)

    assert made.result.to_dict() == {"more": [0, 0, 1], "less": [0, 0]}


def test_a_refused_write_is_explained_of_work_done_apart(apart):
    """Who writes into an array that others read is told to copy it; other errors stay."""
    builder = ig.ContractBuilder("Closed", runner=apart).input("array", object)
    builder.output("written", carried.written, depends_on=["array"])
    builder.output("broken", carried.broken, depends_on={"x": "array"})
    made = builder.build()(array=np.zeros(3))

    with pytest.raises(ig.ResolutionError, match=r"take a copy first, array = array\.copy\(\)"):
        _ = made.result.written
    with pytest.raises(ig.ResolutionError, match="LookupError: no"):
        _ = made.result.broken


def test_an_argument_that_cannot_be_lent_fails_its_node(apart):
    """Making the call is part of the work: what goes wrong there is the node's failure."""
    builder = ig.ContractBuilder("Unlent", runner=apart).input("x", object)
    builder.output("double", carried.twice, depends_on=["x"])
    made = builder.build()(x=[1])

    def refuse(_value):
        msg = "not today"
        raise ValueError(msg)

    made.execution.lenders[0] = refuse
    with pytest.raises(ig.ResolutionError, match="ValueError: not today"):
        made.resolve_all()


def test_what_work_done_apart_promises_is_awaited(apart):
    """A function that returns a coroutine is awaited on the loop, and judged after that."""
    builder = ig.ContractBuilder("Promised", runner=apart).input("x", int)
    builder.guard("good", carried.promised, depends_on=["x"], gates=["gated"])
    builder.output("soon", carried.promised, depends_on={"x": "x"})
    builder.output("gated", carried.twice, depends_on={"x": "x"})
    made = builder.build()(x=1)

    assert made.result.to_dict() == {"soon": 2, "gated": 2}


def test_work_done_apart_takes_the_instance_and_borrows(apart):
    """The instance is an argument like others; what is borrowed is handed over as it is."""

    class Own(ig.Contract, runner=apart):
        rate = 3
        x = ig.input(object)
        y = ig.output(lambda self, x: len(x) * self.rate)
        same = ig.output(lambda x: x, borrow=True)

    assert Own(x=[1, 2]).result.to_dict() == {"y": 6, "same": [1, 2]}


def test_a_denied_step_does_not_travel(elsewhere):
    """A step that a policy denies fails here, under the rule that denies it."""

    @ig.requires("network")
    def fetch(x):
        return x

    builder = ig.ContractBuilder("Denied", runner=elsewhere).input("x", int)
    made = builder.output("y", fetch, depends_on=["x"]).build()(x=1)

    with (
        ig.policy(ig.Policy(denied=["network"])),
        pytest.raises(ig.CapabilityViolationError, match="denied capabilities: network"),
    ):
        made.resolve_all()


def test_the_options_read_the_table(elsewhere):
    """A row is known by its name at once; a wrong name is answered with the names of the table."""
    assert Options(runner=elsewhere).runner == elsewhere
    with pytest.raises(ValueError, match=f"one of 'inline', 'threads', '{elsewhere}', got 'x'"):
        Options(runner="x")


def test_the_table_is_told_in_the_documentation():
    """Each row of the package stands in the documentation of the options, and in their type."""
    text = " ".join((Options.__doc__ or "").split())

    assert typing.get_args(RunnerName) == tuple(RUNNERS)
    assert [name for name, row in RUNNERS.items() if f'"{name}"`` {row.summary}' not in text] == []
