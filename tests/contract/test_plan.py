"""What would happen before it does, and what a contract may touch."""

from __future__ import annotations

import pytest

import igniter_nb as ig


class Fetch(ig.Contract):
    x = ig.input(int)

    @ig.output(capabilities=["network", "teleport"])
    def fetched(x):
        return x


class Sample(ig.Contract):
    x = ig.input(int)
    y = ig.input(int, default=0)
    rate = ig.const(2)

    @ig.compute
    def parity(x):
        return x % 2

    @ig.output(capabilities=["database"])
    def saved(parity, rate):
        return parity * rate

    @ig.output
    def behind(saved, y):
        return saved + y

    inner = ig.compose(Fetch, inputs=["x"])
    fetched = ig.output("inner.fetched")


@pytest.fixture
def sample():
    """An instance that has not run."""
    return Sample(x=1)


def actions(plan):
    """Give node to action."""
    return {row.node: row.action for row in plan.rows}


def test_before_anything_ran_everything_would_run(sample):
    """A plan runs nothing and says what would."""
    assert actions(sample.plan()) == {
        "x": "given",
        "y": "given",
        "rate": "run",
        "parity": "run",
        "saved": "run",
        "behind": "run",
        "inner": "run",
        "fetched": "passes on",
    }
    assert sample.pending
    assert sample.plan().headline == "5 nodes run, 0 may run, 0 are fresh"


def test_a_plan_of_one_output_leaves_the_others_out(sample):
    """What the question does not need is not asked; unknown names are told."""
    planned = actions(sample.plan("parity"))

    assert planned["parity"] == "run"
    assert planned["saved"] == planned["inner"] == "not asked"
    with pytest.raises(KeyError, match="no node 'nothing'"):
        sample.plan("nothing")


def test_after_an_update_only_the_first_is_certain(sample):
    """What reads the input runs; what is behind it may, if that comes out changed."""
    sample.resolve_all().update_inputs(x=2)

    planned = actions(sample.plan())
    assert planned["parity"] == planned["inner"] == "run"
    assert planned["saved"] == planned["behind"] == "may run"
    assert planned["rate"] == "fresh"
    sample.resolve_all()
    assert set(actions(sample.plan()).values()) == {"given", "fresh", "passes on"}


def test_a_change_that_was_taken_back_plans_nothing(sample):
    """Updates that wait count as one, as they do in a run."""
    sample.resolve_all().update_inputs(x=2).update_inputs(x=1)

    assert set(actions(sample.plan()).values()) == {"given", "fresh", "passes on"}


def test_what_is_certain_in_a_plan_does_run(sample):
    """The plan's ``run`` are among those that ran, which are among ``run`` and ``may run``."""
    sample.resolve_all()
    for inputs in ({"x": 3}, {"x": 4}, {"y": 1}, {"x": 4, "y": 1}):
        sample.update_inputs(**inputs)
        planned = actions(sample.plan())
        works = {node.path for node in sample.compiled_graph.nodes if node.kind != "output"}
        ran = {*sample.resolve_incrementally().recomputed_nodes}

        certain = {name for name, action in planned.items() if action == "run"} & works
        possible = {name for name, action in planned.items() if action.endswith("run")}
        assert certain <= ran <= possible


def test_a_plan_names_violations_before_anything_runs(sample):
    """Denied nodes, nested ones under their paths, and who is blocked behind them."""
    with ig.policy(denied=["database", "network"]):
        plan = sample.plan()

    planned = actions(plan)
    assert planned["saved"] == planned["inner"] == "denied"
    assert planned["behind"] == "blocked"
    assert planned["parity"] == "run"
    assert dict(plan.violations) == {"saved": ("database",), "inner.fetched": ("network",)}
    verdicts = {row.node: row.verdict for row in plan.rows}
    assert verdicts["saved"] == "denied: database"
    assert verdicts["inner"] == "inner.fetched denied: network"
    assert verdicts["behind"] == "waits for a denied step"
    assert plan.headline.endswith("Denied: saved (database); inner.fetched (network)")
    assert sample.pending


def test_a_denied_node_that_is_fresh_stops_nobody(sample):
    """A policy does not take values away: what is behind a fresh denied node runs."""
    sample.resolve_all().update_inputs(y=5)

    with ig.policy(denied=["database"]):
        planned = actions(sample.plan())
        assert planned["saved"] == "fresh"
        assert planned["behind"] == "run"
        assert sample.result.behind == 7


def test_the_contracts_own_policy_counts_in_a_plan():
    """A plan asks the policy of the contract too."""
    made = Sample.configured(policy=ig.Policy(denied=["database"]))(x=1)

    assert actions(made.plan())["saved"] == "denied"


def test_a_plan_says_who_reads_what(sample):
    """Each row has the names it depends on and what it declares to touch."""
    rows = {row.node: row for row in sample.plan().rows}

    assert rows["saved"].depends_on == ("parity", "rate")
    assert rows["saved"].capabilities == ("database",)
    assert rows["inner"].capabilities == ("network", "teleport")
    assert rows["fetched"].kind == "output"


def test_a_plan_is_a_report(sample):
    """Text, frame, dictionary and one line hold the same rows."""
    plan = sample.plan()

    assert str(plan).splitlines()[0] == "Sample: plan"
    assert plan.to_dict()["rows"] == plan.records()
    assert [*plan.to_frame()["node"]] == [row.node for row in plan.rows]
    assert repr(plan) == f"<Plan Sample: plan: {plan.headline}>"


def test_the_capability_report_is_node_by_capability():
    """One row per step with a callable, one column per capability, known names first."""
    report = Sample.capability_report()

    assert set(report.used) == {"network", "database", "teleport"}
    assert report.used[-1] == "teleport"
    assert report.columns == ("node", "executor", *report.used, "verdict")
    records = {record["node"]: record for record in report.records()}
    assert records["inner.fetched"]["network"] == "● uses"
    assert records["inner.fetched"]["database"] == ""
    assert records["inner.fetched"]["verdict"] == "allowed"
    assert records["parity"]["verdict"] == "declares nothing"
    assert records["saved"]["executor"].endswith("saved")
    assert report.violations == ()
    assert report.headline.endswith("declare capabilities; no policy is in force")


def test_the_capability_report_says_what_a_policy_denies():
    """Denied names are marked in their column and in the verdict."""
    report = Sample.capability_report(ig.Policy(denied=["teleport"]))

    record = next(row for row in report.records() if row["node"] == "inner.fetched")
    assert record["teleport"] == "✕ denied"
    assert record["network"] == "● uses"
    assert record["verdict"] == "denied: teleport"
    assert report.violations == (("inner.fetched", ("teleport",)),)
    assert "1 denied by the policy (denied: teleport" in report.headline
    assert str(report).startswith("Sample: capabilities\n")
    assert repr(report).startswith("<CapabilityReport Sample: capabilities: ")
