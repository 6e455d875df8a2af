from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field

import igniter_nb as ig
from igniter_nb.notebook.graphs.widget.fields import WrongTextError, convert, fields


class Form(ig.Contract):
    count = ig.input(int)
    rate = ig.input(Annotated[float, Field(gt=0)], doc="A share.")
    name = ig.input(str)
    gift = ig.input(bool)
    tags = ig.input(list[str])
    either = ig.input(int | str)
    anything = ig.input()
    limit = ig.input(float, required=False)

    @ig.output
    def all_of_it(count, rate, name, gift, tags, either, anything, limit):
        return None


GRAPH = Form.compiled_graph
VALUES: dict[str, Any] = {
    "count": 3,
    "rate": 0.5,
    "name": "Ada",
    "gift": True,
    "tags": ["a"],
    "either": 1,
    "anything": 1.5,
}


def node(name):
    """Return the declaration of an input."""
    return GRAPH.nodes[GRAPH.index[name]]


def test_fields_follow_the_declared_types():
    """Plain types have a field that can be typed; everything else is shown and cannot."""
    found = {field["name"]: (field["type"], field["value"]) for field in fields(GRAPH, VALUES)}

    assert found == {
        "count": ("int", "3"),
        "rate": ("float", "0.5"),
        "name": ("str", "Ada"),
        "gift": ("bool", "True"),
        "tags": ("", "['a']"),
        "either": ("", "1"),
        "anything": ("", "1.5"),
        "limit": ("float", ""),
    }


def test_a_field_says_what_the_input_is():
    """A field has the input's type and documentation in words."""
    _, rate, *_ = fields(GRAPH, VALUES)

    assert rate["doc"] == "A share."
    assert "float" in rate["annotation"]


@pytest.mark.parametrize("value", ["two\nlines", "x" * 501, "\x1b[31m", 7])
def test_what_a_line_of_text_cannot_hold_is_read_only(value):
    """A text that a field would change, and a value of another type, cannot be typed over."""
    (field,) = (each for each in fields(GRAPH, VALUES | {"name": value}) if each["name"] == "name")

    assert field["type"] == ("str" if value == 7 else "")
    assert len(field["value"]) <= 60


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("count", " 42 ", 42),
        ("rate", "1e-3", 0.001),
        ("name", " Ada ", " Ada "),
        ("name", "", ""),
        ("gift", False, False),
        ("limit", " ", None),
    ],
)
def test_texts_become_values_of_the_declared_type(name, raw, value):
    """A text is read as the declared type writes its values; empty is None where that may be."""
    found = convert(node(name), raw)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("count", "4.5"),
        ("count", ""),
        ("count", True),
        ("rate", "a lot"),
        ("gift", "yes"),
        ("name", 3),
        ("tags", "['a']"),
        ("rate", None),
        ("rate", {"a": 1}),
    ],
)
def test_a_wrong_text_is_refused(name, raw):
    """What is no value of the declared type is refused with what was expected and what came."""
    with pytest.raises(WrongTextError, match=f"{name}: expected .*, came .*"):
        convert(node(name), raw)
