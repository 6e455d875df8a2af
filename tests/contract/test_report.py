"""The report of a run: who ran, who did not, and why."""

from __future__ import annotations

import re

import pytest

import igniter_nb as ig
from igniter_nb.graph import Kind


class Sample(ig.Contract):
    x = ig.input(int)
    y = ig.input(int, default=0)

    @ig.compute
    def parity(x):
        return x % 2

    @ig.compute
    def square(x):
        return x * x

    @ig.output
    def checked(parity):
        if parity:
            message = "odd"
            raise ValueError(message)
        return "even"

    @ig.output
    def total(square, y):
        return square + y

    @ig.output
    def behind(checked, total):
        return checked, total

    shown = ig.output("total")


@pytest.fixture
def sample():
    """An instance that has not run; nothing in it fails."""
    return Sample(x=2)


def statuses(report):
    """Give node to status."""
    return {row.name: row.status for row in report.rows}


def whys(report):
    """Give node to reason."""
    return {row.name: row.why for row in report.rows}


def test_a_first_run_says_so(sample):
    """Every node ran for the first time, every output is new."""
    report = sample.resolve_incrementally()

    assert report.run == 1
    assert set(report.recomputed_nodes) == {"parity", "square", "checked", "total", "behind"}
    assert report.changed_nodes == report.recomputed_nodes
    assert report.changed_outputs == {
        "checked": (None, "even"),
        "total": (None, 4),
        "behind": (None, ("even", 4)),
        "shown": (None, 4),
    }
    assert whys(report)["total"] == "never computed"
    assert report.why("total") == "total ran (first run): never computed"
    assert report.headline.startswith("5 of 5 nodes ran (5 first run), 0 skipped · ")
    assert "because" not in report.headline


def test_an_update_is_followed_from_its_input(sample):
    """Who ran, who came out equal, who was cut off, who had nothing to do, and why."""
    sample.resolve_all()
    report = sample.resolve_incrementally(x=4)

    assert statuses(report) == {
        "x": "given",
        "y": "kept",
        "parity": "backdated",
        "square": "changed",
        "checked": "cut off",
        "total": "changed",
        "behind": "changed",
        "shown": "passed on",
    }
    assert whys(report) == {
        "x": "input updated",
        "y": "not updated, or to an equal value",
        "parity": "x → parity",
        "square": "x → square",
        "checked": "parity came out equal",
        "total": "x → square → total",
        "behind": "x → square → total → behind",
        "shown": "x → square → total → shown",
    }
    assert report.changed_outputs == {
        "total": (4, 16),
        "behind": (("even", 4), ("even", 16)),
        "shown": (4, 16),
    }
    assert report.outputs_changed
    assert not report.fully_memoized


def test_the_lists_are_complete(sample):
    """Every node that was asked for is in exactly one list, clean ones among the skipped."""
    sample.resolve_all()
    for inputs in ({}, {"x": 4}, {"y": 1}, {"x": 3}, {"x": 3}, {"x": 6}):
        report = sample.resolve_incrementally(**inputs)
        ran, skipped = {*report.recomputed_nodes}, {*report.skipped_nodes}
        failed = {*report.failed_nodes}

        assert ran | skipped | failed == {"parity", "square", "checked", "total", "behind"}
        assert not ran & skipped
        assert not failed & skipped
        assert {*report.changed_nodes} | {*report.backdated_nodes} <= ran


def test_nothing_to_do_is_told_as_such(sample):
    """A run without a change ran nothing and saved what the last one took."""
    sample.resolve_all()
    report = sample.resolve_incrementally()

    assert report.fully_memoized
    assert not report.outputs_changed
    assert len(report.skipped_nodes) == 5
    assert set(statuses(report).values()) == {"clean", "kept"}
    assert "0 of 5 nodes ran, 5 skipped" in report.headline
    assert "est. " in report.headline
    assert report.why("total") == "total did not run (skipped): nothing it depends on changed"


def test_why_is_a_sentence_with_values(sample):
    """From the root input to the node, each step with what it was and is."""
    sample.resolve_all()
    report = sample.resolve_incrementally(x=4)

    assert report.why("behind") == (
        "behind ran (changed: ('even', 4) → ('even', 16)) because x went 2 → 4, square went 4 → 16,"
        " total went 4 → 16"
    )
    assert report.why("parity") == "parity ran (equal) because x went 2 → 4"
    assert report.why("checked") == "checked did not run (skipped): parity came out equal"
    assert report.why("x") == "x was given (given): input updated"
    with pytest.raises(KeyError, match="no node 'nothing'"):
        report.why("nothing")


def test_the_headline_names_the_cause(sample):
    """How many ran, how they came out, how long it took, and because of what."""
    sample.resolve_all()
    report = sample.resolve_incrementally(x=4, y=1)

    assert "4 of 5 nodes ran (3 changed, 1 equal), 1 skipped" in report.headline
    assert report.headline.endswith("because x went 2 → 4; y went 0 → 1")
    assert report.title == "Sample: run 2"
    assert repr(report).startswith("<IncrementalReport Sample: run 2: 4 of 5 nodes ran")


def test_a_failure_is_part_of_the_report(sample):
    """Who raised and who was blocked; the report raises nothing."""
    sample.resolve_all()
    report = sample.resolve_incrementally(x=3)

    assert report.failed_nodes == ("checked", "behind")
    assert statuses(report)["checked"] == "failed"
    assert statuses(report)["behind"] == "blocked"
    assert whys(report)["behind"] == "checked failed"
    assert report.why("behind") == "behind could not run (blocked): checked failed"
    assert report.why("checked").startswith(
        "checked ran (failed) because x went 2 → 3, parity went"
    )
    assert isinstance({row.name: row.new for row in report.rows}["checked"], ig.ResolutionError)
    assert "1 failed" in report.headline
    assert "behind" not in report.changed_outputs


def test_after_a_failure_the_reason_is_the_retry(sample):
    """A node that failed runs again without a change, and says that this is why."""
    sample.resolve_all()
    sample.resolve_incrementally(x=3)

    report = sample.resolve_incrementally()
    assert report.recomputed_nodes == ("checked",)
    assert whys(report)["checked"] == "retried after a failure"
    assert report.why("checked") == "checked ran (failed): retried after a failure"

    mended = sample.resolve_incrementally(x=5, y=1)
    assert statuses(mended)["checked"] == "failed"
    mended = sample.resolve_incrementally(x=4)
    assert whys(mended)["checked"] == "x → parity → checked"
    assert statuses(mended)["behind"] == "changed"


def test_a_mended_dependency_that_comes_out_equal_is_a_retry_for_its_reader():
    """A reader that was blocked runs again though what it reads is what it was."""

    class Flaky(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def root(x):
            return 1 // abs(x)

        @ig.output
        def shown(root):
            return root

    flaky = Flaky(x=1).resolve_all()
    flaky.resolve_incrementally(x=0)
    report = flaky.resolve_incrementally(x=-1)

    assert statuses(report) == {"x": "given", "root": "backdated", "shown": "backdated"}
    assert whys(report)["root"] == "x → root"
    assert whys(report)["shown"] == "retried after a failure"


def test_what_became_stale_in_an_earlier_run_says_so(sample):
    """A node that another question had made stale has its root before this run."""
    sample.resolve_all().update_inputs(x=4).resolve("square")

    report = sample.resolve_incrementally()
    assert whys(report)["total"] == "stale since before"
    assert whys(report)["shown"] == "total → shown"
    assert report.why("total") == "total ran (changed): stale since before"


def test_what_fails_the_first_time_was_never_computed():
    """A node that fails in the first run had no value that could have become stale."""

    class Wrong(ig.Contract):
        x = ig.input(int)

        @ig.output
        def inverse(x):
            return 1 / x

    assert whys(Wrong(x=0).resolve_incrementally())["inverse"] == "never computed"


def test_what_is_cut_off_names_the_nodes_that_came_out_equal():
    """Behind nodes that did not run either, those are named that ran; of many the first few."""
    builder = ig.ContractBuilder("Far").input("x", int)
    parities = [f"p{at}" for at in range(7)]
    for name in parities:
        builder.compute(name, lambda x: x % 2, depends_on={"x": "x"})
    builder.compute("near", lambda p: p, depends_on={"p": "p0"})
    builder.compute("far", lambda n: n, depends_on={"n": "near"})
    builder.compute("wide", lambda **p: sum(p.values()), depends_on={p: p for p in parities})
    builder.output("last", lambda far, wide: far + wide)
    far = builder.build()(x=1).resolve_all()

    found = whys(far.resolve_incrementally(x=3))

    assert found["near"] == found["far"] == "p0 came out equal"
    assert found["wide"] == "p0, p1, p2, p3, p4 and 2 more came out equal"
    assert found["last"] == "p0, p1, p2, p3, p4 and 2 more came out equal"


def test_what_no_output_needs_is_not_asked():
    """A node that no output needs is in no list, and its row says why."""
    builder = ig.ContractBuilder("Aside").input("x", int)
    builder.compute("aside", lambda x: x).output("shown", lambda x: x)
    with pytest.warns(ig.errors.ContractWarning):
        aside = builder.build()(x=1)
    report = aside.resolve_incrementally()

    assert report.skipped_nodes == ()
    assert statuses(report)["aside"] == "not asked"
    assert whys(report)["aside"] == "no asked output needs it"


def test_every_kind_of_node_is_in_a_report():
    """Whatever word a node was declared with, it has a row, and is in a list if it can run."""

    class Inner(ig.Contract):
        p = ig.input(int)
        doubled = ig.output(lambda p: 2 * p)

    class Every(ig.Contract):
        x = ig.input(int)
        rate = ig.const(2)
        positive = ig.guard("x", between=(1, 9))
        found = ig.lookup(lambda x: {"part": x})
        part = ig.project("found", key="part")
        mapped = ig.map(lambda value: value + 1, over="part")
        summed = ig.compute(lambda mapped, rate, positive: mapped + rate)
        inner = ig.compose(Inner, inputs={"p": "summed"})
        shown = ig.output("inner.doubled")

    every = Every(x=1)
    for report in (every.resolve_incrementally(), every.resolve_incrementally(x=2)):
        assert {row.kind for row in report.rows} == {*Kind}
        assert {*report.recomputed_nodes, *report.skipped_nodes} >= {
            *("found", "inner", "mapped", "part", "positive", "summed")
        }


def test_a_long_path_is_told_by_its_ends():
    """The root and the last steps, with how many are between."""
    builder = ig.ContractBuilder("Chain").input("x", int)
    before = "x"
    for number in range(9):
        builder.compute(f"n{number}", lambda value: value + 1, depends_on=[before])
        before = f"n{number}"
    chain = builder.output(before).build()(x=0).resolve_all()
    report = chain.resolve_incrementally(x=1)

    assert whys(report)["n3"] == "x → n0 → n1 → n2 → n3"
    assert whys(report)["n4"] == "x → … 1 more … → n1 → n2 → n3 → n4"
    assert whys(report)["n8"] == "x → … 5 more … → n5 → n6 → n7 → n8"


def test_a_changed_input_that_is_an_output_is_a_changed_output():
    """An input shown as an output is among the changed outputs when it is given."""

    class Echo(ig.Contract):
        x = ig.input(int)
        ig.expose("x")

    echo = Echo(x=1).resolve_all()

    assert echo.resolve_incrementally(x=2).changed_outputs == {"x": (1, 2)}


def test_a_guard_is_among_the_reasons():
    """A node that a guard gates names the guard when it was cut off there."""

    class Guarded(ig.Contract):
        age = ig.input(int)
        adult = ig.guard("age", between=(18, 150), gates=["shown"])

        @ig.output
        def shown():
            return "beer"

    report = Guarded(age=20).resolve_all().resolve_incrementally(age=30)

    assert whys(report)["shown"] == "adult came out equal"
    assert report.backdated_nodes == ("adult",)


def test_a_report_is_a_table(sample):
    """Text, frame and dictionary hold the same rows, in topological order."""
    sample.resolve_all()
    report = sample.resolve_incrementally(x=4)

    lines = str(report).splitlines()
    assert lines[0] == "Sample: run 2"
    assert lines[1] == report.headline
    assert len(lines) == 5 + len(sample.compiled_graph)
    frame = report.to_frame()
    assert [*frame["node"]] == [node.path for node in sample.compiled_graph.nodes]
    data = report.to_dict()
    assert set(data) == {"title", "headline", "rows"}
    assert data["rows"] == report.records()
    assert tuple(report.records()[0]) == report.columns


def test_a_report_does_not_change_when_the_contract_goes_on(sample):
    """What was written is a value: later runs do not reach it."""
    sample.resolve_all()
    report = sample.resolve_incrementally(x=4)
    before = statuses(report), report.changed_outputs
    sample.resolve_incrementally(x=6)

    assert (statuses(report), report.changed_outputs) == before
    assert report.run == 2


def test_durations_are_of_this_run_and_savings_of_the_last(sample):
    """What ran has a duration, what did not has what it took last."""
    sample.resolve_all()
    rows = {row.name: row for row in sample.resolve_incrementally(y=1).rows}

    assert rows["total"].duration > 0
    assert rows["total"].saved is None
    assert rows["square"].duration is None
    assert rows["square"].saved > 0
    assert rows["y"].duration is rows["y"].saved is rows["x"].saved is None


def test_nothing_is_told_as_its_own_cause(sample):
    """Whatever a run did with a node, the causes behind its name are other nodes."""
    reports = [
        sample.resolve_incrementally(**inputs)
        for inputs in ({}, {}, {"x": 4}, {"x": 3}, {}, {"y": 1}, {"x": 5}, {"x": 4, "y": 2})
    ]

    for report in reports:
        for row in report.rows:
            name, _, causes = report.why(row.name).partition(" because ")
            assert name.startswith(f"{row.name} ")
            assert not re.search(rf"\b{row.name} (went|ran|failed|came)", causes), (name, causes)


def test_what_could_not_run_names_what_failed_and_nothing_between():
    """A node behind one that was blocked is blocked by what failed, which is told of both."""

    class Chain(ig.Contract):
        x = ig.input(int)
        first = ig.compute(lambda x: 1 // x)
        second = ig.compute(lambda first: first)
        third = ig.output(lambda second: second)

    report = Chain(x=0).resolve_incrementally()

    assert whys(report)["second"] == whys(report)["third"] == "first failed"
