"""The threads runner: nodes that do not depend on one another run side by side."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import igniter_nb as ig

WAIT = 30.0
"""Seconds after which a test gives up; no test takes them."""


def side_by_side(count, barrier, **options):
    """Build a contract of independent nodes that meet at a barrier, and one that reads them all."""
    builder = ig.ContractBuilder("Meeting", runner="threads", **options)
    builder.input("x", int)
    for number in range(count):

        def meet(x, number=number):
            barrier.wait(WAIT)
            return x + number

        builder.compute(f"n{number}", meet, depends_on=["x"])
    names = [f"n{number}" for number in range(count)]
    builder.output("total", lambda *values: sum(values), depends_on=names)
    return builder.build()


def test_eight_independent_nodes_run_side_by_side():
    """Eight nodes on eight threads are all inside at once: each waits for the other seven.

    Upstream runs them one after the other, since they feed one output.
    """
    meeting = side_by_side(8, threading.Barrier(8), pool_size=8)

    assert meeting(x=1).result.total == 8 + 28


def test_a_pool_is_never_larger_than_it_says():
    """With ``pool_size=2`` never more than two nodes are inside, and two are."""
    lock, inside, most = threading.Lock(), [0], [0]
    pair = threading.Barrier(2)

    def busy(x, **_):
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        pair.wait(WAIT)
        with lock:
            inside[0] -= 1
        return x

    builder = ig.ContractBuilder("Pool", runner="threads", pool_size=2).input("x", int)
    for number in range(6):
        builder.output(f"n{number}", busy, depends_on={"x": "x"})

    builder.build()(x=1).resolve_all()
    assert most == [2]


def test_a_node_begins_as_soon_as_what_it_reads_is_there():
    """In an uneven diamond what reads the quick side does not wait for the slow one."""
    done = threading.Event()

    class Uneven(ig.Contract, runner="threads"):
        x = ig.input(int)

        @ig.compute
        def slow(x):
            assert done.wait(WAIT)
            return x

        @ig.compute
        def quick(x):
            return x

        @ig.compute
        def behind_quick(quick):
            done.set()
            return quick

        @ig.output
        def bottom(slow, behind_quick):
            return slow + behind_quick

    assert Uneven(x=2).result.bottom == 4


def test_a_reader_waits_for_all_it_reads():
    """A node runs once, after all of its dependencies, guards included."""
    order: list[str] = []

    class Diamond(ig.Contract, runner="threads", pool_size=4):
        x = ig.input(int)

        @ig.compute
        def left(x):
            order.append("left")
            return x

        @ig.compute
        def right(x):
            order.append("right")
            return x

        @ig.guard(gates=["bottom"])
        def positive(right):
            order.append("positive")
            return right > 0

        @ig.output
        def bottom(left, right):
            order.append("bottom")
            return left + right

    assert Diamond(x=1).result.bottom == 2
    assert order[-1] == "bottom"
    assert sorted(order) == ["bottom", "left", "positive", "right"]


def test_nothing_needless_runs_on_threads_either():
    """Cut-off, laziness and partial questions hold on threads as inline."""
    ran: list[str] = []

    class Lazy(ig.Contract, runner="threads"):
        x = ig.input(int)
        y = ig.input(int, default=0)

        @ig.compute
        def parity(x):
            ran.append("parity")
            return x % 2

        @ig.output
        def shown(parity):
            ran.append("shown")
            return parity

        @ig.output
        def other(y, parity):
            ran.append("other")
            return y

    lazy = Lazy(x=1)
    assert lazy.result.shown == 1
    assert ran == ["parity", "shown"]
    lazy.resolve_all()
    ran.clear()

    lazy.update_inputs(x=3).resolve_all()
    assert ran == ["parity"]
    lazy.resolve_incrementally()
    assert ran == ["parity"]


@settings(max_examples=25)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=5), st.integers(1, 4))
def test_threads_and_inline_agree(values, pool_size):
    """The same contract gives the same values, errors and states under both runners."""

    class Both(ig.Contract):
        x = ig.input(int)

        @ig.output
        def inverse(x):
            return 6 / x

        @ig.output
        def square(x):
            return x * x

        @ig.output
        def total(inverse, square):
            return inverse + square

    inline = Both(x=values[0])
    threads = Both.configured(runner="threads", pool_size=pool_size)(x=values[0])
    for value in values:
        for one in (inline, threads):
            one.update_inputs(x=value).resolve_incrementally()
            one.execution.check_invariants()
        assert {**inline.result.errors}.keys() == {**threads.result.errors}.keys()
        for name, cell in inline.result.states.items():
            twin = threads.result.states[name]
            assert (cell.status, cell.value, cell.origin) == (twin.status, twin.value, twin.origin)


def test_a_policy_block_reaches_workers():
    """A policy in force where the run was asked for holds in its threads, nested runs included."""

    class Inner(ig.Contract):
        x = ig.input(int)

        @ig.output(capabilities=["network"])
        def fetched(x):
            return x

    seen: list[object] = []

    class Outer(ig.Contract, runner="threads"):
        x = ig.input(int)
        inner = ig.compose(Inner, inputs=["x"])

        @ig.output
        def here(x):
            seen.append(ig.get_policy())
            return x

        fetched = ig.output("inner.fetched")

    outer = Outer(x=1)
    with ig.policy(denied=["network"]) as block:
        assert outer.result.here == 1
        with pytest.raises(ig.CapabilityViolationError) as caught:
            _ = outer.result.fetched
    assert seen == [block]
    assert caught.value.context["path"] == "inner.fetched"
    assert outer.result.fetched == 1


def test_the_contracts_own_policy_holds_in_workers_and_nested_contracts():
    """A policy of the class can only take away, and reaches whatever the contract runs."""

    class Inner(ig.Contract):
        x = ig.input(int)

        @ig.output(capabilities=["network"])
        def fetched(x):
            return x

    class Outer(ig.Contract, runner="threads", policy=ig.Policy(denied=["network"])):
        x = ig.input(int)
        inner = ig.compose(Inner, inputs=["x"])
        fetched = ig.output("inner.fetched")

    with pytest.raises(ig.CapabilityViolationError):
        _ = Outer(x=1).result.fetched
    assert Inner(x=1).result.fetched == 1


@pytest.mark.parametrize("size", [0, -1, True, 2.0, "3"])
def test_a_pool_has_at_least_one_thread(size):
    """A pool size that is none is refused with what was given."""
    with pytest.raises(ValueError, match="at least 1, got"):
        ig.ContractBuilder("Bad", runner="threads", pool_size=size)


def test_an_unknown_runner_is_refused():
    """The known runners are named."""
    with pytest.raises(ValueError, match="'inline', 'threads', got 'processes'"):
        ig.ContractBuilder("Bad", runner="processes")


def test_a_policy_that_is_none_is_refused():
    """An option is checked when it is given, not when it is used."""
    with pytest.raises(TypeError, match=r"expected an ig\.Policy or None"):
        ig.ContractBuilder("Bad", policy="network")


def test_workers_run_in_named_threads_and_end():
    """Workers have a name of ours and are gone after the run."""
    names: list[str] = []

    class Named(ig.Contract, runner="threads", pool_size=1):
        x = ig.input(int)

        @ig.output
        def name(x):
            names.append(threading.current_thread().name)
            return threading.current_thread()

    worker = Named(x=1).result.name
    worker.join(WAIT)

    assert names[0].startswith("igniter")
    assert not worker.is_alive()
