"""After a failure: what comes back equal is no change, whatever passed it on."""

from __future__ import annotations

import pytest

import igniter_nb as ig


class Flaky(ig.Contract):
    """Fails for a negative ``x``; counts its runs."""

    x = ig.input(int)
    ran = ig.input(object)

    @ig.compute
    def root(x, ran):
        ran.append("root")
        if x < 0:
            message = "negative"
            raise ValueError(message)
        return x

    @ig.output
    def shown(root, ran):
        ran.append("shown")
        return root


class Half(ig.Contract):
    x = ig.input(int)

    @ig.output
    def half(x):
        return 10 // x

    @ig.output
    def fine(x):
        return x


class Whole(ig.Contract):
    x = ig.input(int)
    part = ig.compose(Half, inputs=["x"])
    half = ig.output("part.half")

    @ig.output
    def behind(half):
        return half


class Parts(ig.Contract):
    """Fails for 0; its other outputs change with every ``x``."""

    x = ig.input(int)
    half = ig.compose(Half, inputs=["x"])
    inside = ig.output("half")

    @ig.output
    def rows(x):
        return [[x], {"x": [x]}]


class Fragile(ig.Contract):
    """Holds a nested contract that fails for 1, after some of its outputs have changed."""

    x = ig.input(int)
    parts = ig.compose(Parts, inputs=["x"])
    inside = ig.output("parts.inside")
    rows = ig.output("parts.rows")

    @ig.output
    def shown(inside, rows):
        return [inside["fine"], 10 // (rows[0][0] - 1)]


class Holder(ig.Contract):
    """Everything that can be taken of a nested contract: whole, by name, by part, further on."""

    x = ig.input(int)
    fragile = ig.compose(Fragile, inputs=["x"])
    whole = ig.output("fragile")
    again = ig.output("whole")
    inside = ig.output("fragile.inside")
    rows = ig.project("fragile", path=["rows", 1])
    deeper = ig.project("rows", key="x")
    ig.expose("rows", "deeper")


@pytest.mark.parametrize("runner", ["inline", "threads"])
@pytest.mark.parametrize("bad", [0, 1])
@pytest.mark.parametrize("between", [(), (7,)])
def test_what_comes_back_after_a_failure_is_not_changed(runner, bad, between):
    """Wherever it failed, and whatever was in between, what is equal again is no change."""
    holder = Holder.configured(runner=runner)(x=5).resolve_all()
    before = holder.result.to_dict()
    for x in (bad, *between, bad):
        holder.resolve_incrementally(x=x)
    holder.resolve_incrementally(x=bad)
    kept = holder.result.states["rows"].version

    report = holder.resolve_incrementally(x=5)

    if not between:
        assert report.changed_outputs == {}
        assert report.changed_nodes == ()
        assert holder.result.states["rows"].version == kept
    assert holder.result.rows == before["rows"] == {"x": [5]}
    assert dict(holder.result.inside) == dict(before["inside"])


def test_what_changed_unseen_is_compared_with_what_is_held_outside():
    """A nested contract that somebody else ran is changed only if its outputs are other ones."""
    whole = Whole(x=5).resolve_all()
    (child,) = whole.children.values()
    child.update_inputs(x=1).resolve_all()

    report = whole.resolve_incrementally(x=4)

    assert report.changed_outputs == {}
    assert whole.result.half == 2


def test_outputs_of_another_contract_do_not_count_our_runs():
    """A part of outputs that came from elsewhere follows them, however often we have run."""

    class Deep(ig.Contract):
        x = ig.input(int)
        part = ig.compose(Half, inputs=["x"])
        inside = ig.output("part")

    class Reader(ig.Contract):
        x = ig.input(int)
        y = ig.input(int)
        given = ig.input(object)
        deep = ig.compose(Deep, inputs=["x"])
        alias = ig.output("deep.inside")
        fine = ig.project("alias", key="fine")
        other = ig.project("given", key="fine")
        ig.expose("fine", "other", "y")

    elsewhere = Whole(x=1)
    reader = Reader(x=1, y=0, given=elsewhere.resolve("part"))
    for y in range(5):
        reader.update_inputs(y=y).resolve_all()

    for x in (2, 3, 4):
        given = elsewhere.update_inputs(x=x).resolve("part")
        reader.update_inputs(x=x, given=given)
        assert (reader.result.fine, reader.result.other) == (x, x)


class Rows(ig.Contract):
    """Gives rows under several names; fails for -1, and its guard stops it unless it is open."""

    x = ig.input(int)
    is_open = ig.input(bool, default=True)
    fine = ig.guard("is_open", equals=True, gates=["named", "first"])

    @ig.compute
    def rows(x):
        return [[10 // (x + 1)]]

    named = ig.output("rows")
    again = ig.output("named")
    first = ig.project("rows", key=0)
    ig.expose("first")


@pytest.mark.parametrize("bad", [{"x": -1}, {"is_open": False}], ids=str)
def test_another_name_or_a_part_of_what_comes_back_equal_is_not_changed(bad):
    """What only passes on a list that came back equal after a failure is backdated as well."""
    rows = Rows(x=1).resolve_all()
    rows.resolve_incrementally(**bad)
    assert rows.failed

    report = rows.resolve_incrementally(x=1, is_open=True)

    assert report.changed_outputs == {}
    assert report.changed_nodes == ()
    assert rows.update_inputs(x=0).result.to_dict() == {
        "named": [[10]],
        "again": [[10]],
        "first": [10],
    }


def test_a_failed_cell_has_no_value_that_came_from_anywhere():
    """A failed or blocked cell is neither computed, skipped nor backdated, now or after a run."""
    flaky = Flaky(x=1, ran=[]).resolve_all()
    flaky.resolve_incrementally(x=-1)

    for cell in (flaky.result.states["root"], flaky.result.states["shown"]):
        assert (cell.status, cell.origin) == ("failed", None)
    flaky.update_inputs(x=5)
    assert flaky.result.states["root"].origin is None
    assert flaky.resolve_all().result.states["root"].origin == "computed"
