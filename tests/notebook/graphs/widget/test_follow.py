from __future__ import annotations

import threading

import pytest

import igniter_nb as ig
from igniter_nb.notebook.graphs.picture.live import live_picture
from igniter_nb.notebook.graphs.widget.follow import Follower


def follow(contract, tell=bool):
    """Follow a contract from now on."""
    return Follower(contract, live_picture(contract.compiled_graph).shown, tell)


def test_before_anything_ran(price):
    """Inputs have their values, everything else is pending, and the headline says so."""
    now = follow(price).snapshot()

    assert now.states["order_total"]["value"] == "100.0"
    assert now.states["gross_total"]["status"] == "pending"
    assert now.headline == "Nothing has run yet, 8 nodes are pending"
    assert (now.seen["run"], now.seen["running"]) == (0, False)


def test_a_run_is_counted_node_by_node(price):
    """After a run each node that ran says so, nested ones too; inputs never run."""
    follower = follow(price)

    price.resolve_all()

    runs = {path: state["runs"] for path, state in follower.snapshot().states.items()}
    assert runs == {
        "order_total": 0,
        "country": 0,
        "weight": 0,
        "known_country": 1,
        "delivery": 1,
        "delivery.weight": 0,
        "delivery.country": 0,
        "delivery.zone": 1,
        "delivery.cost": 1,
        "vat_rate": 1,
        "gross_total": 1,
    }


def test_an_update_runs_the_dependants_and_says_why(price):
    """After an update only what depends on it ran; the others are skipped, nested ones too."""
    follower = follow(price)
    price.resolve_all()

    price.resolve_incrementally(order_total=150.0)

    now = follower.snapshot()
    assert [path for path, state in now.states.items() if state["run"] == 2] == ["gross_total"]
    assert now.states["gross_total"]["why"] == "order_total changed"
    assert now.states["vat_rate"]["status"] == "skipped"
    assert now.states["delivery.zone"]["status"] == "skipped"
    assert now.headline.startswith("1 of 4 nodes ran (1 changed), 3 skipped · ")
    assert now.headline.endswith(" · because order_total is now 150.0")


def test_a_nested_change_is_followed_down(price):
    """Inside a nested contract, too, only what depends on the change ran."""
    follower = follow(price)
    price.resolve_all()

    price.resolve_incrementally(weight=2.0)

    states = follower.snapshot().states
    assert states["delivery.cost"]["run"] == 2
    assert states["delivery.cost"]["value"] == "4.0"
    assert states["delivery.zone"]["status"] == "skipped"
    assert states["delivery.zone"]["runs"] == 1


def test_failures_are_states(price):
    """A failed node shows its own error; one that could not run shows no time and says why."""
    follower = follow(price)
    price.resolve_all()

    price.resolve_incrementally(country="FR")

    states = follower.snapshot().states
    assert states["known_country"]["status"] == "failed"
    assert states["vat_rate"]["status"] == "blocked"
    assert states["known_country"]["said"] == "GuardError", "a class is never cut"
    assert "we do not ship there" in states["known_country"]["error"]
    assert states["vat_rate"]["said"] == "blocked by known_country"
    assert states["vat_rate"]["why"] == "blocked by known_country"
    assert states["vat_rate"]["time"] == ""
    assert states["vat_rate"]["runs"] == 1


def test_backdated_is_not_changed(price):
    """A node that ran and came out equal is told apart from one that changed."""
    follower = follow(price)
    price.resolve_all()

    price.resolve_incrementally(country="PL")
    price.resolve_incrementally(country="UA")
    price.resolve_incrementally(country="UA", order_total=1.0)

    now = follower.snapshot()
    assert now.states["gross_total"]["run"] == 3 + 1
    assert now.states["known_country"]["status"] == "skipped"


def test_a_run_in_which_nothing_happened_leaves_the_last_one(price):
    """Resolving what is fresh is no run to look at, and there is nothing new to show."""
    heard = []
    follower = follow(price, heard.append)
    price.resolve_all()
    before = follower.snapshot()
    heard.clear()

    price.resolve_all()

    after = follower.snapshot()
    assert heard == []
    assert after.headline == before.headline
    assert after.seen["run"] == 1


def test_in_the_middle_of_a_run():
    """While a node works it is running, and the headline counts what ran so far."""
    begun, may_end = threading.Event(), threading.Event()

    class Slow(ig.Contract):
        a = ig.input(int)

        @ig.compute
        def first(a):
            return a + 1

        @ig.output
        def second(first):
            begun.set()
            assert may_end.wait(10)
            return first + 1

    slow = Slow(a=1)
    follower = follow(slow)
    run = threading.Thread(target=slow.resolve_all)
    run.start()
    assert begun.wait(10)

    now = follower.snapshot()
    may_end.set()
    run.join(10)

    assert now.states["first"]["status"] == "succeeded"
    assert now.states["second"]["status"] == "running"
    assert now.seen["running"]
    assert now.headline == "2 of 2 nodes ran so far (1 first run), 1 running"
    assert follower.snapshot().states["second"]["value"] == "3"


def test_worker_threads_are_heard():
    """Under the threads runner events come from many threads, and none is lost."""

    class Wide(ig.Contract, runner="threads", pool_size=4):
        a = ig.input(int)
        with ig.scope("wide"):
            b, c, d = (ig.compute(lambda a, n=n: a + n, depends_on="a") for n in range(3))

        @ig.output
        def total(b, c, d):
            return b + c + d

    wide = Wide(a=1)
    follower = follow(wide)

    wide.resolve_all()

    now = follower.snapshot()
    assert [state["runs"] for state in now.states.values()] == [0, 1, 1, 1, 1]
    assert now.states["wide.b"]["status"] == "succeeded"
    assert now.headline.startswith("4 of 4 nodes ran (4 first run), 0 skipped · ")


def test_an_interrupt_is_told():
    """A run that was interrupted says so and leaves the rest as it is."""

    class Stopped(ig.Contract):
        a = ig.input(int)

        @ig.output
        def b(a):
            raise KeyboardInterrupt

    stopped = Stopped(a=1)
    follower = follow(stopped)
    with pytest.raises(KeyboardInterrupt):
        stopped.resolve_all()

    now = follower.snapshot()
    assert ", interrupted · " in now.headline
    assert not now.seen["running"]
    assert now.states["b"]["status"] in {"pending", "stale"}


def test_hostile_values_do_no_harm():
    """A value whose ``repr`` raises or never ends is told as text, and the others as usual."""

    class Hostile:
        def __repr__(self):
            msg = "no"
            raise ValueError(msg)

    class Odd(ig.Contract):
        a = ig.input(int)

        @ig.compute
        def hostile(a):
            return Hostile()

        @ig.compute
        def huge(a):
            return "<script>" * 10_000_000

        @ig.output
        def b(hostile, huge):
            return 1

    odd = Odd(a=1)
    follower = follow(odd)
    odd.resolve_all()

    states = follower.snapshot().states
    assert "repr raised" in states["hostile"]["value"]
    assert len(states["huge"]["value"]) <= 300
    assert states["b"]["value"] == "1"


def test_what_never_changes(price):
    """The facts of a node name its kind, what it reads, what feeds it, and its place."""
    nodes = follow(price).nodes()

    assert nodes["order_total"]["doc"] == "Sum of the items."
    assert nodes["gross_total"]["reads"] == ["order_total", "vat_rate", "delivery"]
    assert nodes["delivery.weight"]["reads"] == ["weight"]
    assert nodes["delivery.cost"]["reads"] == ["delivery.weight", "delivery.zone"]
    assert "conftest.py" in nodes["gross_total"]["where"]


def test_what_a_run_will_come_to_waits_before_it_runs():
    """While the first node works, what reads it waits, nested nodes too; the rest is as it was."""
    begun, may_end = threading.Event(), threading.Event()

    class Inner(ig.Contract):
        a = ig.input(int)

        @ig.output
        def b(a):
            return a

    class Slow(ig.Contract):
        x = ig.input(int)
        y = ig.input(int)

        @ig.compute
        def slow(x):
            begun.set()
            assert may_end.wait(10)
            return x

        @ig.compute
        def other(y):
            return y

        inner = ig.compose(Inner, inputs={"a": "slow"})

        @ig.output
        def end(inner, other):
            return other

    contract = Slow(x=1, y=1)
    follower = follow(contract)
    may_end.set()
    contract.resolve_all()
    begun.clear()
    may_end.clear()
    run = threading.Thread(target=contract.resolve_incrementally, kwargs={"x": 2})
    run.start()
    assert begun.wait(10)

    states = follower.snapshot().states
    may_end.set()
    run.join(10)

    status = {path: state["status"] for path, state in states.items()}
    assert status["slow"] == "running"
    assert states["slow"]["began"] > 0
    assert [status[path] for path in ("inner", "inner.b", "end")] == ["waiting"] * 3
    assert status["other"] == "skipped"
    after = follower.snapshot().states
    assert after["inner.b"]["status"] == "succeeded"
    assert after["end"]["status"] == "backdated"


def test_a_denied_node_is_told_from_a_failed_one():
    """What a policy forbids is denied; what reads it failed because of it."""

    class Reads(ig.Contract, policy=ig.Policy(denied=["network"])):
        a = ig.input(int)

        @ig.requires("network")
        @ig.compute
        def fetched(a):
            return a

        @ig.output
        def shown(fetched):
            return fetched

    reads = Reads(a=1)
    follower = follow(reads)
    reads.resolve_incrementally()

    states = follower.snapshot().states
    assert states["fetched"]["status"] == "denied"
    assert states["fetched"]["said"] == "denied by a policy"
    assert (states["shown"]["status"], states["shown"]["said"]) == ("blocked", "blocked by fetched")


def test_a_folded_scope_is_told_in_sum():
    """A box says how many of its nodes are done, and what is worst among them."""

    class Scoped(ig.Contract):
        a = ig.input(int)
        with ig.scope("part"):

            @ig.compute
            def good(a):
                return a

            @ig.compute
            def bad(a):
                return 1 / (a - 1)

        @ig.output
        def end(good, bad):
            return good

    scoped = Scoped(a=1)
    follower = follow(scoped)
    follower.show(live_picture(scoped.compiled_graph, {"part"}).shown)
    scoped.resolve_incrementally()

    states = follower.snapshot().states
    assert set(states) == {"a", "part", "end"}
    assert states["part"]["status"] == "failed"
    assert states["part"]["said"] == "1 of 2 done"
    assert states["part"]["run"] == 1
    assert follower.inside() == {"part": ["part.good", "part.bad"]}
    assert follower.nodes()["part"]["kind"] == "scope"


def test_what_stays_the_same_is_told_by_the_same_object(price):
    """A page is sent what changed: the rest is the very object that it was told before."""
    follower = follow(price)
    price.resolve_all()
    price.resolve_incrementally(order_total=1.0)
    before = follower.snapshot().states

    price.resolve_incrementally(order_total=2.0)

    after = follower.snapshot().states
    new = {path for path, state in after.items() if state is not before[path]}
    assert new == {"order_total", "gross_total"}


def test_a_run_under_way_is_followed_from_the_middle():
    """Who begins to look while a run goes on sees it as that."""
    begun, may_end = threading.Event(), threading.Event()

    class Slow(ig.Contract):
        a = ig.input(int)

        @ig.output
        def b(a):
            begun.set()
            assert may_end.wait(10)
            return a

    slow = Slow(a=1)
    run = threading.Thread(target=slow.resolve_all)
    run.start()
    assert begun.wait(10)

    follower = follow(slow)
    status = follower.snapshot().states["b"]["status"]
    may_end.set()
    run.join(10)

    assert status == "running"
    assert follower.snapshot().states["b"]["runs"] == 1


def head(text):
    """Return what a headline counts."""
    return text.partition(" · ")[0]


def test_a_headline_counts_as_the_report_of_the_same_run(price):
    """Whenever the view was opened: what had a value before came out changed, not first."""
    price.resolve_all()
    follower = follow(price)

    report = price.resolve_incrementally(order_total=150.0)

    assert head(follower.snapshot().headline) == head(report.headline)
    assert "1 changed" in report.headline
    assert follower.snapshot().states["gross_total"]["runs"] == 1


def test_a_value_after_a_failure_is_the_first_one():
    """A node that only ever failed has had no value, however often it ran."""

    class Share(ig.Contract):
        a = ig.input(int)

        @ig.output
        def b(a):
            return 1 / a

    share = Share(a=0)
    follower = follow(share)
    share.resolve_incrementally()

    report = share.resolve_incrementally(a=2)

    assert "1 first run" in report.headline
    assert head(follower.snapshot().headline) == head(report.headline)


def test_what_nobody_asked_for_is_not_skipped():
    """A run that was asked for one output says so of the others, as its report does."""

    class Two(ig.Contract):
        a = ig.input(int)
        one = ig.output(lambda a: a + 1, depends_on="a")
        other = ig.output(lambda a: a + 2, depends_on="a")

    two = Two(a=1)
    follower = follow(two)

    assert two.result.one == 2
    assert head(follower.snapshot().headline) == (
        "1 of 1 node ran (1 first run), 0 skipped, 1 not asked for"
    )
