"""Headlines count the rows of their tables."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import igniter_nb as ig
from igniter_nb.display import read_as
from igniter_nb.graph import Input, Output
from igniter_nb.runtime import planned, ran
from igniter_nb.runtime.tally import RAN
from tests.contract.drawn import contracts

INPUTS = st.lists(
    st.fixed_dictionaries({}, optional={"a": st.integers(0, 3), "b": st.integers(0, 3)}),
    min_size=1,
    max_size=4,
)


def numbers(text):
    """Return how many a headline says there are of each word."""
    found = re.findall(r"([\d,]+) (?:is |are )?([a-z][a-z ]*?)(?= \(|[,);.·]| ·|$)", text)
    return {word.strip(): int(number) for number, word in found}


def worked(table, column):
    """Count the words of the rows of nodes that do work."""
    rows = zip(table.records(), table.graph.nodes, strict=True)
    return Counter(row[column] for row, node in rows if not isinstance(node, (Input, Output)))


def agree(report, column="status"):
    """Hold the headline of a report of a run against its rows."""
    rows = worked(report, column)
    head = report.headline.partition(" · ")[0]
    told = numbers(head)
    began, asked = map(int, re.match(r"(\d+) of (\d+) nodes? ran", head).groups())

    assert began == sum(rows[word] for word in RAN) == len(report.recomputed_nodes)
    assert {word: told.get(read_as(word), 0) for word in RAN} == {word: rows[word] for word in RAN}
    assert told["skipped"] == rows["clean"] + rows["cut off"] == len(report.skipped_nodes)
    assert told.get("blocked", 0) == rows["blocked"]
    assert told.get("not asked for", 0) == rows["not asked"]
    assert asked == began + rows["clean"] + rows["cut off"] + rows["blocked"]
    assert len(report.failed_nodes) == rows["failed"] + rows["blocked"]


def agree_plan(plan):
    """Hold the headline of a plan against its rows."""
    rows = worked(plan, "action")
    head = plan.headline.partition(". Denied")[0]
    told = numbers(head)

    assert int(re.match(r"(\d+) nodes? runs?,", head)[1]) == rows["run"]
    assert (told["may run"], told["fresh"]) == (rows["may run"], rows["fresh"])
    assert told.get("denied", 0) == rows["denied"]
    assert told.get("blocked", 0) == rows["blocked"]
    assert told.get("not asked for", 0) == rows["not asked"]


@settings(max_examples=60)
@given(kind=contracts(), given_=INPUTS, name=st.sampled_from(["total", "n0", None]))
def test_a_number_in_a_headline_is_the_number_of_its_rows(kind, given_, name):
    """Of plans and runs of any contract: aliases, nested contracts, guards, failures and all."""
    made = kind(a=1)
    for inputs in given_:
        agree_plan(made.plan(name) if name else made.plan())
        with ig.policy(denied=["database"]):
            agree_plan(made.plan())
        agree(made.resolve_incrementally(**inputs))


@settings(max_examples=30)
@given(kind=contracts())
def test_capabilities_count_their_rows(kind):
    """Who declares something and who is denied, nested steps among them."""
    report = kind.capability_report(ig.Policy(denied=["database", "network"]))
    rows = [row["verdict"] for row in report.records()]
    touching = sum(verdict != "declares nothing" for verdict in rows)
    denied = sum(verdict.startswith("denied") for verdict in rows)

    steps = "step" if len(rows) == 1 else "steps"
    assert report.headline.startswith(f"{touching} of {len(rows)} {steps} declare")
    assert f"; {denied} denied by the policy" in report.headline


def test_one_is_not_written_as_many():
    """One node is, two are; what there is none of is told only where its absence says something."""
    assert ran(["changed"]) == "1 of 1 node ran (1 changed), 0 skipped"
    assert ran([]) == "0 of 0 nodes ran, 0 skipped"
    assert ran(["running", "clean"], going=True) == "1 of 2 nodes ran so far, 1 running"
    assert planned(["run", "fresh"]) == "1 node runs, 0 may run, 1 is fresh"
    assert planned([]) == "0 nodes run, 0 may run, 0 are fresh"
    assert planned(["denied", "blocked", "blocked", "not asked"]) == (
        "0 nodes run, 0 may run, 0 are fresh, 1 is denied, 2 are blocked, 1 is not asked for"
    )


def test_an_input_that_nobody_asked_for_is_no_node_that_was_left_out():
    """What is not asked for and does no work is counted neither in a plan nor in a report."""

    class Two(ig.Contract):
        a = ig.input(int)
        b = ig.input(int)
        one = ig.output(lambda a: a + 1, depends_on="a")
        other = ig.output(lambda b: b + 1, depends_on="b")
        alias = ig.output("other")

    with pytest.warns(ig.ContractWarning, match="no output needs input 'idle'"):

        class Idle(ig.Contract):
            a = ig.input(int)
            idle = ig.input(int, default=1)
            one = ig.output(lambda a: a + 1, depends_on="a")

    asked = Two(a=1, b=2).plan("one")
    report = Idle(a=1).resolve_incrementally()

    assert asked.headline == "1 node runs, 0 may run, 0 are fresh, 1 is not asked for"
    assert report.headline.partition(" · ")[0] == "1 of 1 node ran (1 first run), 0 skipped"
