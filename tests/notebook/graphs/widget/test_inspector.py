from __future__ import annotations

import pandas as pd
import pytest

import igniter_nb as ig
from igniter_nb.notebook.graphs.widget.workbench import Workbench


def half(total):
    """Half of it.

    Not more.
    """
    return total / 2


class Rooms(ig.Contract):
    total = ig.input(float, doc="All of it.")
    by = ig.input(int, default=1)

    @ig.compute(capabilities=["network"])
    def fetched(total):
        """What was found."""
        return [total]

    @ig.compute
    def shared(total, by):
        return total / by

    part = ig.compute(half, depends_on={"total": "shared"})
    length = ig.compute(len, depends_on="fetched")
    rest = ig.output(lambda part, length: part * length)


@pytest.fixture
def rooms():
    """Make an instance that has run."""
    return Rooms(total=10.0).resolve_all()


def inspect(contract, path):
    """Ask a new workbench for a node."""
    return Workbench(contract).ask({"type": "inspect", "node": path})["facts"]


def test_a_node_is_told_with_source_and_documentation(rooms):
    """The inspector has the whole documentation, the source, the place and the capabilities."""
    found = inspect(rooms, "fetched")

    assert found["doc"] == "What was found."
    assert found["capabilities"] == ["network"]
    assert found["source"].startswith('@ig.compute(capabilities=["network"])\ndef fetched(total):')
    assert "test_inspector.py" in found["where"]
    assert found["value"]["text"] == "[10.0]"
    assert inspect(rooms, "part")["doc"] == "Half of it.\n\nNot more."


def test_what_has_no_source_shows_its_declaration(rooms):
    """Of a built-in and of an input the line is shown that declares it."""
    assert inspect(rooms, "length")["source"] == 'length = ig.compute(len, depends_on="fetched")'
    total = inspect(rooms, "total")
    assert total["source"] == 'total = ig.input(float, doc="All of it.")'
    assert (total["type"], total["doc"]) == ("float", "All of it.")


def test_an_error_has_the_users_line_and_a_traceback_without_ours(rooms):
    """Of a failed node the line that raised is told, and the way to it through the user's code."""
    rooms.resolve_incrementally(by=0)

    error = inspect(rooms, "shared")["error"]

    assert "division by zero" in error["text"]
    assert error["line"] == "return total / by"
    assert "test_inspector.py" in error["where"]
    assert error["traceback"].startswith("Traceback (most recent call last):\n")
    assert error["traceback"].endswith("ZeroDivisionError: float division by zero")
    assert "runtime" not in error["traceback"]
    assert inspect(rooms, "shared")["value"] is None


def test_a_node_that_could_not_run_names_the_one_that_failed(rooms):
    """The error is the other node's, and is told as such."""
    rooms.resolve_incrementally(by=0)

    assert inspect(rooms, "rest")["error"]["node"] == "shared"


def test_an_error_that_the_engine_found_has_no_traceback():
    """A guard that says no was raised by nobody's line."""

    class Guarded(ig.Contract):
        x = ig.input(int)

        @ig.guard(message="too few")
        def enough(x):
            return x > 3

        y = ig.output(lambda x, enough: x)

    guarded = Guarded(x=1)
    guarded.resolve_incrementally()
    error = inspect(guarded, "enough")["error"]

    assert "too few" in error["text"]
    assert (error["line"], error["traceback"]) == ("", "")


def test_why_it_ran_is_what_the_report_says(rooms):
    """After a run from the page the whole way is told; after another it is no longer known."""
    bench = Workbench(rooms)
    asked = {"type": "inspect", "node": "part"}

    bench.do({"type": "update", "inputs": {}})
    bench.do({"type": "update", "inputs": {"by": "2"}})
    bench.fields()
    bench.do({"type": "update", "inputs": {"by": "2"}})

    assert "because by went 1 → 2" in bench.ask(asked)["facts"]["why"]
    rooms.update_inputs(by=5).resolve_all()
    assert bench.ask(asked)["facts"]["why"] == ""


def test_nested_nodes_are_inspected_too():
    """A node of a nested contract has its value; before the first run it has none."""

    class Around(ig.Contract):
        total = ig.input(float)
        inner = ig.compose(Rooms, inputs={"total": "total"})
        rest = ig.output("inner.rest")

    around = Around(total=10.0)

    assert inspect(around, "inner.part")["value"] is None
    around.resolve_all()
    assert inspect(around, "inner.part")["value"]["text"] == "5.0"
    assert inspect(around, "inner")["value"]["type"] == "Outputs"


def test_an_unknown_node_has_no_facts(rooms):
    """What is not there is not told."""
    assert inspect(rooms, "nowhere") is None


def test_a_value_is_a_copy():
    """Code that shows a value cannot change what the cell keeps."""

    class Shows(pd.DataFrame):
        def _repr_html_(self):
            self.loc[0, "a"] = 7
            return "<b>mine</b>"

    class Holds(ig.Contract):
        x = ig.input(pd.DataFrame)
        y = ig.output("x")

    holds = Holds(x=Shows({"a": [1]})).resolve_all()

    inspect(holds, "y")

    assert holds.result.y.loc[0, "a"] == 1


def test_a_question_that_fails_is_answered(rooms, monkeypatch):
    """Whatever goes wrong is said on the page that asked."""
    bench = Workbench(rooms)
    monkeypatch.setattr(bench.durations, "of", lambda *_: 1 / 0)

    answer = bench.ask({"type": "inspect", "node": "part"})

    assert answer == {"type": "inspect", "problem": "ZeroDivisionError: division by zero"}
