"""Nodes: frozen values, equal by content."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re

import pytest

import igniter_nb as ig
from igniter_nb.errors import Location
from igniter_nb.graph import (
    MISSING,
    Callee,
    Compose,
    Compute,
    Const,
    Guard,
    Input,
    Kind,
    Output,
    Project,
    describe,
)


@ig.requires("database")
def work(a):
    """Do the work."""
    return a


def made():
    """Make a value."""
    return 1


class Nested(ig.Contract):
    """A nested contract.

    With more to say.
    """

    a = ig.input(int)
    b = ig.input(int, default=2)
    shown = ig.output(lambda a, b: a + b)


class Bare(ig.Contract):
    a = ig.input(int)
    shown = ig.output("a")


PLACE = Location("price.py", 7)
SAMPLES = [
    lambda where: Input("n", "s", where, type=int, default=3, required=False),
    lambda where: Input("n", "s", where, factory=describe(made), required=False),
    lambda where: Const("n", "s", where, value=[1, 2]),
    lambda where: Const("n", "s", where, call=describe(made), extra=("cache",)),
    lambda where: Compute("n", "s", where, call=describe(work), kind=Kind.LOOKUP),
    lambda where: Compute("n", "s", where, call=describe(work), depends_on={"a": "b"}),
    lambda where: Guard("n", "s", where, call=describe(work), message="no", gates=("x",)),
    lambda where: Project("n", "s", where, source="a", steps=("k", 0), default=[]),
    lambda where: Compose("n", "s", where, contract=Nested, inputs={"a": "x"}),
    lambda where: Output("n", "s", where, source="a", item="b"),
]
each_kind = pytest.mark.parametrize("make", SAMPLES, ids=lambda make: type(make(PLACE)).__name__)


@each_kind
def test_a_node_never_changes(make):
    """Nothing of a node can be set."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        make(PLACE).name = "other"


@each_kind
def test_nodes_are_equal_by_content(make):
    """Two declarations that say the same are equal and hash alike, wherever they stand."""
    one, other = make(PLACE), make(Location("other.py", 1))

    assert one == other
    assert hash(one) == hash(other)
    assert one.location != other.location


@each_kind
def test_nodes_differ_by_what_they_say(make):
    """Another name or scope, or another kind of node, is another node."""
    node = make(PLACE)

    assert node != dataclasses.replace(node, name="other")
    assert node != dataclasses.replace(node, scope="other")
    assert node != "n"


@each_kind
def test_nodes_travel(make):
    """A node survives pickling and copying."""
    node = make(PLACE)

    assert pickle.loads(pickle.dumps(node)) == node  # noqa: S301 -- our own bytes
    assert copy.deepcopy(node) == node


@each_kind
def test_a_path_is_the_name_behind_its_scopes(make):
    """The path of a node is its scope, a dot and its name; at the top its name."""
    node = make(PLACE)

    assert node.path == "s.n"
    assert dataclasses.replace(node, scope="").path == "n"
    assert not node.implied


@each_kind
def test_the_kind_is_the_word_of_the_declaration(make):
    """Every node knows the word that it was declared with."""
    assert make(PLACE).kind in Kind


@pytest.mark.parametrize(
    ("node", "doc"),
    [
        (Input("n", note="A number."), "A number."),
        (Compute("n", call=describe(work)), "Do the work."),
        (Compute("n", call=describe(work), note="Said here."), "Said here."),
        (Const("n", call=describe(made)), "Make a value."),
        (Const("n", value=1), ""),
        (Compose("n", contract=Nested), "A nested contract."),
        (Compose("n", contract=Bare), ""),
        (Compose("n", contract=Nested, note="Said here."), "Said here."),
    ],
)
def test_what_is_said_at_the_node_goes_before_what_it_calls(node, doc):
    """A node's documentation is its own, else the first paragraph of what does its work."""
    assert node.doc == doc


@pytest.mark.parametrize(
    ("node", "target", "capabilities"),
    [
        (Input("n"), None, ()),
        (Input("n", factory=describe(work)), work, ("database",)),
        (Const("n", value=1), None, ()),
        (Const("n", call=describe(made), extra=("cache",)), made, ("cache",)),
        (Compute("n", call=describe(work)), work, ("database",)),
        (Compute("n", call=describe(work), extra=("cache",)), work, ("database", "cache")),
        (Compute("n", call=describe(work), extra=("database",)), work, ("database",)),
        (Guard("n", call=describe(work)), work, ("database",)),
        (Project("n", source="a"), None, ()),
        (Output("n", source="a"), None, ()),
        (Compose("n", contract=Nested), None, ()),
    ],
)
def test_a_node_declares_what_its_work_declares(node, target, capabilities):
    """Capabilities of what does the work and of the declaration add up, each name once."""
    callee = node.callee

    assert (callee and callee.target) is target
    assert node.capabilities == capabilities


def test_a_node_says_which_contracts_it_holds():
    """A nested contract is held with its inputs, as the only one; other nodes hold none."""
    (held,) = Compose("n", contract=Nested, inputs={"a": "x"}).nested

    assert (held.contract, held.inputs, held.key) == (Nested, {"a": "x"}, None)
    assert held.graph is Nested.compiled_graph
    assert Input("n").nested == Output("n", source="x").nested == ()


def test_a_nested_contract_is_compared_by_its_graph():
    """The order of inputs= does not matter; the nested graph, the mapping and the name do."""
    one = Compose("n", contract=Nested, inputs={"a": "x", "b": "y"})
    same = Compose("n", contract=Nested, inputs={"b": "y", "a": "x"})

    assert one == same
    assert hash(one) == hash(same)
    assert one.graph is Nested.compiled_graph
    assert one != Compose("n", contract=Nested, inputs={"a": "y", "b": "x"})
    assert one != Compose("n", contract=Bare, inputs={"a": "x", "b": "y"})
    assert one != Compose("m", contract=Nested, inputs={"a": "x", "b": "y"})


def test_missing_is_one_value():
    """The value that stands for no value stays itself through pickling and copying."""
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING  # noqa: S301 -- our own bytes
    assert copy.deepcopy(MISSING) is MISSING
    assert repr(MISSING) == "MISSING"


def test_patterns_and_other_values_compare():
    """A node holding a callable object compares by that object."""
    pattern = re.compile("a").search

    assert Compute("n", call=Callee(pattern)) == Compute("n", call=Callee(pattern))
