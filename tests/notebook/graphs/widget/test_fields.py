from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated, Any

import pandas as pd
import pytest
from pydantic import Field

import igniter_nb as ig
from igniter_nb.notebook.graphs.widget.fields import Fields, held


class Form(ig.Contract):
    count = ig.input(int)
    rate = ig.input(Annotated[float, Field(ge=0, le=1)], doc="A share.")
    at = ig.input(dt.datetime)
    limit = ig.input(float, required=False)
    table = ig.input(pd.DataFrame)

    @ig.output
    def all_of_it(count, rate, at, limit, table):
        return None


@pytest.fixture
def form():
    """Make an instance, with a value that no picker can show."""
    at = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    return Form(count=3, rate=0.5, at=at, table=pd.DataFrame({"a": [1]}))


def by_name(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return fields by the name of their input."""
    return {field["name"]: field for field in found}


def test_a_field_says_what_the_input_is_and_has(form):
    """A field has name, type, documentation, control and value, in the order of the graph."""
    found = Fields(Form.compiled_graph).now(held(form))

    assert [field["name"] for field in found] == ["count", "rate", "at", "limit", "table"]
    rate = by_name(found)["rate"]
    assert rate["doc"] == "A share."
    assert "float" in rate["annotation"]
    assert rate["of"]["kind"] == "number"
    assert (rate["raw"], rate["text"]) == ("0.5", "0.5")


def test_a_value_that_its_control_cannot_show_is_json_or_cannot_be_edited(form):
    """A time with a zone is edited as JSON; a frame is shown and cannot be typed over."""
    fields = Fields(Form.compiled_graph)
    found = by_name(fields.now(held(form)))

    assert found["at"]["of"] == {"kind": "json"}
    assert found["table"]["of"] == {"kind": "fixed"}
    assert found["table"]["text"] == "<DataFrame of 1 × 1>"  # noqa: RUF001 -- the sign is meant
    values, wrong = fields.read({"at": '"2026-12-01T00:00:00Z"', "table": "x"})
    assert values == {"at": dt.datetime(2026, 12, 1, tzinfo=dt.UTC)}
    assert wrong == {"table": "this value cannot be edited here: give it in a cell"}


def test_an_input_that_may_be_left_out_has_a_switch(form):
    """None is told from every text."""
    fields = Fields(Form.compiled_graph)

    assert by_name(fields.now(held(form)))["limit"]["of"]["kind"] == "optional"
    assert fields.read({"limit": None}) == ({"limit": None}, {})
    assert fields.read({"limit": "2"}) == ({"limit": 2.0}, {})


def test_a_value_is_written_once(form):
    """A report that finds the object of the last one does not write it again."""
    fields = Fields(Form.compiled_graph)

    first, again = fields.now(held(form)), fields.now(held(form))

    assert all(one is other for one, other in zip(first, again, strict=True))


def test_what_waits_for_the_next_run_is_shown(form):
    """An update that no run has seen is what the field has."""
    form.update_inputs(count=9)

    assert held(form)["count"] == 9


def test_an_unknown_input_is_refused(form):
    """A page cannot give what the contract does not declare."""
    assert Fields(Form.compiled_graph).read({"x": "1"})[1] == {"x": "Form has no input 'x'"}


class Uncounted(list):
    def __len__(self):
        raise ZeroDivisionError("nobody counts these")


@dataclasses.dataclass
class Shy:
    secret: int = 1

    def __getattribute__(self, name):
        if name == "secret":
            raise PermissionError("not for you")
        return super().__getattribute__(name)


class Odd(ig.Contract):
    count = ig.input(int)
    items = ig.input(Any, default=())
    shy = ig.input(Shy, required=False)

    @ig.output
    def o(count, items, shy):
        return count % 7


@pytest.mark.parametrize(
    ("name", "value"),
    [("count", 10**5000), ("items", Uncounted([1])), ("shy", Shy())],
    ids=["count", "items", "shy"],
)
def test_a_value_that_raises_when_it_is_written_is_shown_and_cannot_be_edited(name, value):
    """Whatever a value does when it is looked at, no run that is watched fails of it."""
    odd = Odd(count=1)
    live = odd.live()

    odd.update_inputs(**{name: value})
    found = odd.result.o

    shown = by_name(live.inputs)
    live.close()
    assert found == odd.inputs["count"] % 7
    assert shown[name]["of"] == {"kind": "fixed"}


def test_the_second_of_two_equal_hours_is_kept(form):
    """JSON does not know it either, so it is shown and cannot be typed over."""
    form.update_inputs(at=dt.datetime(2026, 11, 1, 1, 30, fold=1))  # noqa: DTZ001 -- that is the point

    assert by_name(Fields(Form.compiled_graph).now(held(form)))["at"]["of"] == {"kind": "fixed"}
