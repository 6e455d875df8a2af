"""Declaring by calls: every word, what it refuses at once, and that both forms are one."""

from __future__ import annotations

import functools
import uuid
from contextlib import suppress

import pytest

import igniter_nb as ig
from igniter_nb.contract.arguments import dependencies
from igniter_nb.graph import Kind


class Inner(ig.Contract):
    a = ig.input(int)
    b = ig.input(int, default=1)
    total = ig.output(lambda a, b: a + b)


@pytest.fixture
def builder() -> ig.ContractBuilder:
    """Give a builder with one input."""
    return ig.ContractBuilder("Price").input("a", int)


def test_every_word_has_its_method(builder: ig.ContractBuilder):
    """A contract can be built by calls, one method per word, the name first, in one chain."""
    contract = (
        builder.const("limit", 10)
        .const("made", lambda: 5)
        .compute("double", lambda a: 2 * a)
        .lookup("found", lambda a: {"rate": a, "rows": [1, 2]})
        .map("half", lambda value: value / 2, over="double")
        .project("rate", "found", key="rate")
        .project("second", "found", path=["rows", 1])
        .project("none", "found", key="missing", default=0)
        .guard("small", "a", between=(0, 10))
        .guard("even", lambda a: a % 2 == 0, gates=["double"])
        .compose("inner", Inner, inputs=["a"])
        .output("total", lambda limit, made, small: limit + made)
        .output("again", source="half")
        .output("rate")
        .expose("second", "none")
        .export("total", source="inner")
    )
    with pytest.raises(ig.CompileError, match="the name 'total' is used twice"):
        contract.build()

    contract.draft.nodes.pop()
    found = contract.output("inside", source="inner.total").build()(a=2)

    assert found.result.to_dict() == {
        "rate": 2,
        "second": 2,
        "none": 0,
        "total": 15,
        "again": 2.0,
        "inside": 3,
    }
    kinds = {node.name: node.kind for node in found.compiled_graph.nodes}
    assert kinds["found"] is Kind.LOOKUP
    assert kinds["half"] is Kind.MAP
    assert kinds["again"] is Kind.OUTPUT


def test_every_method_but_build_gives_the_builder(builder: ig.ContractBuilder):
    """Calls can be chained; build gives the contract class."""
    assert builder.output("b", lambda a: a) is builder
    made = builder.build()

    assert issubclass(made, ig.Contract)
    assert made.__name__ == "Price"
    assert made.__module__ == __name__


def test_a_builder_can_go_on(builder: ig.ContractBuilder):
    """What was built does not change when the builder goes on; built again it is equal."""
    first = builder.output("b", lambda a: a).build()
    again = builder.build()
    second = builder.output("c", lambda b: b).build()

    assert first.compiled_graph == again.compiled_graph
    assert list(first.compiled_graph.outputs) == ["b"]
    assert list(second.compiled_graph.outputs) == ["b", "c"]


def double(a):
    """Double it."""
    return 2 * a


def test_both_forms_are_one():
    """The class form and the builder compile to equal graphs."""

    class Price(ig.Contract):
        a = ig.input(int, default=3, doc="a number")
        with ig.scope("deep"):
            twice = ig.compute(double)
        rate = ig.const(2)
        ok = ig.guard("a", equals=3, message="no", gates="all")
        inner = ig.compose(Inner, inputs={"a": "twice"})
        part = ig.project("inner", key="total")
        shown = ig.output("part")
        ig.expose("rate", "twice")

    builder = ig.ContractBuilder("Price").input("a", int, default=3, doc="a number")
    with builder.scope("deep"):
        builder.compute("twice", double)
    builder.const("rate", 2).guard("ok", "a", equals=3, message="no", gates="all")
    builder.compose("inner", Inner, inputs={"a": "twice"}).project("part", "inner", key="total")
    builder.output("shown", source="part").expose("rate", "twice")

    assert builder.build().compiled_graph == Price.compiled_graph


def test_scopes_nest(builder: ig.ContractBuilder):
    """Scopes prefix paths only, and end with their block, however it is left."""
    with builder.scope("one"):
        builder.compute("b", lambda a: a)
        with suppress(RuntimeError), builder.scope("two"):
            builder.compute("c", lambda b: b)
            raise RuntimeError
        builder.compute("d", lambda c: c)
    builder.output("e", lambda d: d)

    graph = builder.build().compiled_graph

    assert [node.path for node in graph.nodes] == ["a", "one.b", "one.two.c", "one.d", "e"]


@pytest.mark.parametrize(
    ("depends_on", "expected"),
    [
        (None, None),
        ("a", ("a",)),
        (["a", "b"], ("a", "b")),
        (("a",), ("a",)),
        ([], ()),
        (iter(["a"]), ("a",)),
        ({"x": "a"}.keys(), ("x",)),
        ({"x": "a"}, {"x": "a"}),
        ({}, {}),
        ({"x": "a"}.values(), ("a",)),
    ],
)
def test_the_forms_of_depends_on(depends_on, expected):
    """A name, a collection of names in their order, or a mapping of parameters to names."""
    assert dependencies(depends_on) == expected


@pytest.mark.parametrize("wrong", [3, [3], {"a", "b"}, frozenset("a"), {"x": 3}, {3: "a"}, b"a"])
def test_other_forms_of_depends_on_are_refused(wrong):
    """Anything else is a TypeError; a set has no order in which it could be bound."""
    with pytest.raises(TypeError, match="depends_on expects the name of a node, a list of names"):
        dependencies(wrong)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda b: b.input("b", int, default=1, required=True),
            "'b' is required and has a default",
        ),
        (lambda b: b.input(3, int), "the name of a node is a text, got 3"),
        (lambda b: b.const(None, 3), "the name of a node is a text, got None"),
        (lambda b: b.compute(3, double), "the name of a node is a text, got 3"),
        (lambda b: b.expose(3), "the name of a node is a text, got 3"),
        (lambda b: b.compute("b", 3), "something that can be called"),
        (lambda b: b.compute("b", double, depends_on=3), "depends_on expects"),
        (lambda b: b.compute("b", double, capabilities="network"), r"write \['network'\]"),
        (
            lambda b: b.compute("b", double, dependson="a"),
            "an unexpected keyword argument 'dependson'; did you mean 'depends_on'",
        ),
        (lambda b: b.map("b", double), "missing 1 required keyword-only argument: 'over'"),
        (lambda b: b.project("b", "a"), "project 'b' expects one of key= and path="),
        (lambda b: b.project("b", "a", key="x", path=["y"]), "expects one of key= and path="),
        (lambda b: b.project("b", "a", key=1.5), "expects keys as text or whole numbers"),
        (lambda b: b.project("b", "a", path=[]), "expects keys as text or whole numbers"),
        (
            lambda b: b.project("b", 3, key="x"),
            "name of a node to project 'b' from is a text, got 3",
        ),
        (lambda b: b.guard("b", "a"), "exactly one of equals="),
        (lambda b: b.guard("b", double, equals=1), "equals needs the name of a node, not"),
        (lambda b: b.guard("b", "a", equals=1, depends_on=["a"]), "depends_on needs a function"),
        (lambda b: b.guard("b", 3), "something that can be called"),
        (
            lambda b: b.compose("b", Inner(a=1), inputs=["a"]),
            "'b' expects a contract class, got <Inner",
        ),
        (lambda b: b.compose("b", ig.Contract, inputs=["a"]), "expects a contract class"),
        (
            lambda b: b.compose("b", int, inputs=["a"]),
            "expects a contract class, got <class 'int'>",
        ),
        (lambda b: b.compose("b", Inner, inputs={"a": 3}), "inputs expects the name of a node"),
        (lambda b: b.output("b", double, source="a"), "expects a function or source=, not both"),
        (lambda b: b.output("b", source="a", pure=True), "output 'b': pure needs a function"),
        (lambda b: b.output("a", capabilities=[]), "output 'a': capabilities needs a function"),
        (lambda b: b.output("b", source=3), "the name of a node for output 'b' is a text, got 3"),
        (lambda b: b.build(3), "takes 1 positional argument"),
    ],
)
def test_a_wrong_call_is_refused_at_its_line(call, message, builder: ig.ContractBuilder):
    """What a single call gets wrong is a TypeError there, not later and not never."""
    with pytest.raises(TypeError, match=message):
        call(builder)


@pytest.mark.parametrize("name", [3, None, ""])
def test_a_contract_has_a_name(name):
    """A contract's name is a text that is not empty."""
    with pytest.raises(TypeError, match="the name of a contract"):
        ig.ContractBuilder(name)


def test_unknown_options_of_the_contract_are_refused():
    """An unknown option, or a wrong value of one, is refused where it is given."""
    with pytest.raises(TypeError, match=r"unknown option 'runer'.*did you mean 'runner'"):
        ig.ContractBuilder("Price", runer="threads")
    with pytest.raises(ValueError, match="runner"):
        ig.ContractBuilder("Price", runner="carrier pigeon")


def test_options_of_the_contract_hold(builder: ig.ContractBuilder):
    """Options given to the builder are options of the class."""
    made = ig.ContractBuilder("Price", policy=ig.Policy(denied=["network"]))
    contract = made.output("b", lambda: 1, capabilities=["network"]).build()

    with pytest.raises(ig.CapabilityViolationError):
        contract().resolve_all()


class Maker:
    def make(self):
        return "made"


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        (lambda: 1, 1),
        (dict, {}),
        (Maker().make, "made"),
        (functools.partial(int, "7"), 7),
        (3, 3),
        (None, None),
        ([1], [1]),
    ],
)
def test_a_default_is_a_value_or_made(default, expected):
    """A function, method, partial or class makes the default anew for each execution."""
    contract = ig.ContractBuilder("Price").input("a", default=default).expose("a").build()

    assert contract().result.a == expected
    assert contract(a=99).result.a == 99


def test_a_default_that_is_made_is_made_each_time():
    """Each execution has a default of its own; one that is a value is not shared either."""
    contract = (
        ig.ContractBuilder("Price")
        .input("id", uuid.UUID, default=uuid.uuid4)
        .input("rows", list, default=[])
        .expose("id", "rows")
        .build()
    )
    one, other = contract(), contract()

    assert one.result.id != other.result.id
    assert one.result.rows is not other.result.rows


def test_a_callable_object_is_a_value():
    """An object that happens to be callable is a default as it is."""

    class Rule:
        def __call__(self):
            raise AssertionError

    rule = Rule()
    contract = ig.ContractBuilder("Price").input("a", default=rule).expose("a").build()

    assert contract().result.a is rule


@pytest.mark.parametrize(
    ("options", "required", "value"),
    [
        ({}, True, None),
        ({"default": 1}, False, 1),
        ({"required": False}, False, None),
        ({"required": True}, True, None),
        ({"required": False, "default": 1}, False, 1),
    ],
)
def test_an_input_is_required_unless_it_has_a_default(options, required, value):
    """An input is required unless a default is given or required=False, which gives None."""
    contract = ig.ContractBuilder("Price").input("a", int, **options).expose("a").build()

    assert contract.compiled_graph.nodes[0].required is required
    if required:
        with pytest.raises(ig.InputError):
            contract()
    else:
        assert contract().result.a == value


@pytest.mark.parametrize("value", [None, False, 0, "", [1], {"a": 1}])
def test_any_value_can_be_constant(value):
    """A constant has exactly the value it was given, None and False included."""
    assert ig.ContractBuilder("Price").const("a", value).expose("a").build()().result.a == value


def test_a_made_constant_is_made_once():
    """A constant that is made is made once per execution, however many read it."""
    calls = []

    def make():
        calls.append(1)
        return len(calls)

    contract = (
        ig.ContractBuilder("Price")
        .const("a", make)
        .output("b", lambda a: a)
        .output("c", lambda a: a)
        .build()
    )

    assert contract().result.to_dict() == {"b": 1, "c": 1}
    assert contract().result.to_dict() == {"b": 2, "c": 2}


@pytest.mark.parametrize(
    "inputs",
    [["a"], ("a",), "a", {"a": "a"}, iter(["a"])],
    ids=["list", "tuple", "name", "map", "iter"],
)
def test_nested_inputs_are_listed_or_mapped(inputs, builder: ig.ContractBuilder):
    """Inputs of a nested contract are mapped, or listed where the names are the same."""
    contract = (
        builder.compose("inner", Inner, inputs=inputs).export("total", source="inner").build()
    )

    assert contract(a=1).result.total == 2


def test_a_function_does_the_work_of_many_nodes(builder: ig.ContractBuilder):
    """One function can be given to several nodes, each with dependencies of its own."""
    builder.compute("b", double).compute("c", double, depends_on="b")
    contract = builder.output("d", double, depends_on={"a": "c"}).build()

    assert contract(a=1).result.d == 8
    targets = {node.call.target for node in contract.compiled_graph.nodes[1:]}
    assert targets == {double}
