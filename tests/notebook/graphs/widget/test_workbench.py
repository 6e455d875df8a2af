from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field

import igniter_nb as ig
from igniter_nb.notebook.graphs.widget.durations import RUNS
from igniter_nb.notebook.graphs.widget.workbench import NOTHING, Workbench


class Share(ig.Contract):
    total = ig.input(float)
    rate = ig.input(Annotated[float, Field(ge=0, le=1)], default=0.5)
    items = ig.input(list[int], default=lambda: [1])

    @ig.output
    def part(total, rate):
        return total * rate

    @ig.output
    def count(items):
        return len(items)


@pytest.fixture
def share():
    """Make an instance."""
    return Share(total=100.0)


@pytest.fixture
def bench(share):
    """Open a workbench, which a page has seen."""
    made = Workbench(share)
    made.fields()
    return made


def update(bench, **typed):
    """Do what the form does."""
    return bench.do({"type": "update", "inputs": typed})


def test_values_are_taken_all_or_none(bench, share):
    """One wrong text refuses the whole form, and each problem is told at its field."""
    _, wrong = update(bench, total="a lot", rate="2", items="[7]")

    assert wrong.keys() == {"total", "rate"}
    assert "valid number" in wrong["total"]
    assert "less than or equal to 1" in wrong["rate"]
    assert share.items == [1]


def test_the_contract_has_the_last_word(share):
    """What only the contract can refuse is told at the field too."""
    bench = Workbench(share)
    bench.fields()
    bench._fields._used["total"] = bench._fields._used["items"]

    assert update(bench, total="[1]") == ("", {"total": "Input should be a valid number"})


def test_what_is_no_fields_problem_is_said(bench, monkeypatch):
    """An error that is neither a node's nor an input's is told under no field."""
    monkeypatch.setattr(Share, "resolve_incrementally", lambda *_, **__: 1 / 0)

    assert update(bench) == ("", {"": "ZeroDivisionError: division by zero"})


def test_that_nothing_had_to_run_is_said(bench, share):
    """Running what is up to date changes no picture, so it is said."""
    share.resolve_all()

    assert update(bench) == (NOTHING, {})


def test_reset_goes_back_to_the_inputs_of_the_beginning(bench, share):
    """The inputs are as they were when it was opened, and only what that touches runs."""
    share.resolve_all()
    update(bench, total="7", items="[1, 2, 3]")
    update(bench, rate="0.1")

    bench.do({"type": "reset"})

    assert dict(share.inputs) == {"total": 100.0, "rate": 0.5, "items": [1]}
    assert share.succeeded


def test_a_pinned_scenario_stays_while_the_other_goes_on(bench, share):
    """Pinning runs what is due, keeps that state, and tells the inputs and what differs."""
    assert bench.pinned() == {}
    said, _ = bench.do({"type": "pin"})
    assert said.startswith("Pinned")
    assert bench.pinned()["nodes"] == {}

    update(bench, rate="0.75")

    assert bench.pinned()["inputs"] == {"total": "100.0", "rate": "0.5", "items": "[1]"}
    assert bench.pinned()["nodes"]["part"] == {"was": "50.0", "now": "75.0", "by": "+25 (+50 %)"}
    bench.do({"type": "unpin"})
    assert bench.pinned() == {}


def test_swap_goes_on_from_the_pinned_one_and_pins_this_one(bench, share):
    """The contract gets the pinned inputs and the other way round; twice is as before."""
    bench.do({"type": "pin"})
    update(bench, rate="0.75", items="[1, 2]")

    bench.do({"type": "swap"})

    assert (share.rate, share.items, share.result.part) == (0.5, [1], 50.0)
    assert bench.pinned()["nodes"]["part"] == {
        "was": "75.0",
        "now": "50.0",
        "by": "\N{MINUS SIGN}25 (\N{MINUS SIGN}33.3 %)",
    }
    bench.do({"type": "swap"})
    assert (share.rate, share.items) == (0.75, [1, 2])
    bench.do({"type": "unpin"})
    assert bench.do({"type": "swap"}) == ("", {})
    assert share.rate == 0.75


def test_code_gives_what_the_form_shows(bench):
    """Edits that were not run yet are in the code; a wrong one is told at its field."""
    code = bench.ask({"type": "code", "inputs": {"rate": "0.2"}})
    wrong = bench.ask({"type": "code", "inputs": {"rate": "x"}})

    assert code == {
        "type": "code",
        "code": f"from {__name__} import Share\n\nShare(total=100.0, rate=0.2, items=[1])",
    }
    assert "valid number" in wrong["wrong"]["rate"]
    assert bench.ask({"type": "what"}) == {}


def test_code_says_how_an_instance_was_configured():
    """Options that differ from those of the class are in the code."""
    policy = ig.Policy(denied=["network"])
    made = Share.configured(runner="threads", pool_size=2, policy=policy)(total=1.0)
    bench = Workbench(made)

    code = bench.ask({"type": "code", "inputs": {}})["code"]

    options = "runner='threads', pool_size=2, policy=ig.Policy(denied=['network'])"
    assert f"Share.configured({options})(" in code


def test_the_durations_of_the_latest_runs_are_kept(bench, share):
    """Every run of a node counts, also one that failed; the oldest are forgotten."""
    for number in range(RUNS + 5):
        share.resolve_incrementally(total=float(number))
        bench.durations.note(share.execution)
        bench.durations.note(share.execution)

    facts = bench.ask({"type": "inspect", "node": "part"})["facts"]

    assert len(facts["durations"]) == RUNS
    assert all(each > 0 for each in facts["durations"])
    assert len(bench.ask({"type": "inspect", "node": "count"})["facts"]["durations"]) == 1


def test_nested_runs_and_failures_have_durations_and_what_could_not_run_has_none():
    """A node inside a nested contract is known by its own runs."""

    class Around(ig.Contract):
        total = ig.input(float)
        share = ig.compose(Share, inputs={"total": "total"})

        @ig.compute
        def inverse(total):
            return 1 / total

        @ig.output
        def told(inverse, share):
            return inverse + share.part

    around = Around(total=1.0)
    bench = Workbench(around)
    for total in (1.0, 0.0):
        around.resolve_incrementally(total=total)
        bench.durations.note(around.execution)

    counts = {
        path: len(bench.ask({"type": "inspect", "node": path})["facts"]["durations"])
        for path in ("share.part", "share.count", "inverse", "told")
    }
    assert counts == {"share.part": 2, "share.count": 1, "inverse": 2, "told": 1}
