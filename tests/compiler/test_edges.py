"""What each node depends on: parameters, depends_on, sources, nested inputs."""

from __future__ import annotations

import functools
import math

import pytest

import igniter_nb as ig
from igniter_nb.errors import ResolutionError
from tests.compiler.refusals import problem, problems


def add(a, b=10, *, c=100):
    """Add."""
    return a + b + c


def needs(a, *, c):
    """Need both."""
    return a, c


def rest(a, *more):
    """Take more."""
    return a, more


def anything(**named):
    """Take what is named."""
    return named


def everything(*more, **named):
    """Take whatever comes."""
    return more, named


def ordered(x, y, /):
    """Take two by position."""
    return x - y


class Scale:
    def __init__(self, by):
        self.by = by

    def __call__(self, a):
        return self.by * a

    def method(self, a):
        return self.by * a


class Double(ig.Executor):
    def call(self, a):
        return 2 * a


async def later(a):
    """Wait for it."""
    return a


def with_self(self, a):
    """Ask the contract."""
    return type(self).__name__, a


def result(function, depends_on=None, **inputs):
    """Run one function over inputs that are declared as they are given."""
    builder = ig.ContractBuilder("Price")
    for name in inputs:
        builder.input(name)
    found = builder.output("out", function, depends_on=depends_on)
    return found.build()(**inputs).result.out


@pytest.mark.parametrize(
    ("function", "depends_on", "inputs", "expected"),
    [
        (add, None, {"a": 1}, 111),
        (add, None, {"a": 1, "b": 2}, 103),
        (add, None, {"a": 1, "b": 2, "c": 3}, 6),
        (needs, None, {"a": 1, "c": 2}, (1, 2)),
        (lambda: 5, None, {}, 5),
        (lambda: 5, [], {}, 5),
        (add, "x", {"x": 1}, 111),
        (add, ["a"], {"a": 1}, 111),
        (add, ["c", "a"], {"a": 1, "c": 2}, 13),
        (add, ("x", "y"), {"x": 1, "y": 2}, 103),
        (add, {"a": "x", "c": "y"}, {"x": 1, "y": 2}, 13),
        (add, {"c": "y", "a": "x"}, {"x": 1, "y": 2}, 13),
        (needs, {"a": "x", "c": "x"}, {"x": 1}, (1, 1)),
        (ordered, ["p", "q"], {"p": 5, "q": 3}, 2),
        (ordered, {"y": "q", "x": "p"}, {"p": 5, "q": 3}, 2),
        (ordered, ["y", "x"], {"x": 5, "y": 3}, 2),
        (ordered, ["p", "p"], {"p": 5}, 0),
        (rest, ["p"], {"p": 1}, (1, ())),
        (rest, ["p", "q", "r"], {"p": 1, "q": 2, "r": 3}, (1, (2, 3))),
        (rest, ["a", "q", "r"], {"a": 1, "q": 2, "r": 3}, (1, (2, 3))),
        (rest, ["q", "a", "q"], {"a": 1, "q": 2}, (1, (2, 2))),
        (anything, ["p", "q"], {"p": 1, "q": 2}, {"p": 1, "q": 2}),
        (anything, {"x": "p"}, {"p": 1}, {"x": 1}),
        (everything, ["p"], {"p": 1}, ((), {"p": 1})),
        (anything, [], {}, {}),
        (everything, [], {}, ((), {})),
        (Scale(3), None, {"a": 2}, 6),
        (Scale(3).method, None, {"a": 2}, 6),
        (functools.partial(add, b=0, c=0), None, {"a": 2}, 2),
        (functools.partial(add, 1), None, {"b": 2}, 103),
        (Double, None, {"a": 2}, 4),
        (Double(), ["x"], {"x": 2}, 4),
        (later, None, {"a": 2}, 2),
        (with_self, None, {"a": 2}, ("Price", 2)),
        (with_self, ["x"], {"x": 2}, ("Price", 2)),
        (len, ["x"], {"x": [1]}, 1),
        (len, {"obj": "x"}, {"x": [1]}, 1),
        (math.sqrt, ["y"], {"y": 4.0}, 2.0),
        (max, ["p", "q"], {"p": 1, "q": 2}, 2),
        (dict, {"x": "p"}, {"p": 1}, {"x": 1}),
    ],
)
def test_values_reach_their_parameters(function, depends_on, inputs, expected):
    """By name, by list, by mapping; every kind of callable gets its values."""
    assert result(function, depends_on, **inputs) == expected


def test_a_parameter_without_source():
    """A parameter that no node feeds names the function, the known names and the nearest one."""
    found = problem(
        lambda builder: (
            builder.input("country", str)
            .input("rate", float)
            .output("x", lambda country, rte: 1)
            .expose("rate")
        )
    )

    assert found.rule == "parameter-without-source"
    assert found.node == "x"
    assert found.message.startswith("parameter 'rte' of ")
    assert found.expected == "a node of that name, a default, or an entry in depends_on"
    assert found.known == ("country", "rate")
    assert found.hint == "did you mean 'rate'?"
    assert found.place.startswith(__file__)


def test_a_parameter_unlike_any_name():
    """Where no name is near, the advice is to declare an input or to pass depends_on."""
    found = problem(lambda builder: builder.output("x", lambda *, quantity: 1))

    assert found.hint == "declare quantity = ig.input(…) or pass depends_on={'quantity': …}"


@pytest.mark.parametrize("depends_on", [{"a": "p"}, ["a"], ["p"]])
def test_depends_on_names_all_that_is_passed(depends_on):
    """With depends_on a parameter left out is not filled by name; the advice is to add it."""
    names = {"p", "c", *depends_on} - ({"a"} if isinstance(depends_on, dict) else set())

    def declare(builder):
        for name in sorted(names):
            builder.input(name)
        builder.output("x", needs, depends_on=depends_on)
        builder.expose(*sorted(names))

    found = problem(declare)

    assert found.rule == "parameter-without-source"
    assert found.expected == "a default, or an entry in depends_on"
    assert found.hint.startswith("add 'c' to depends_on")


def test_an_unknown_dependency():
    """A name in depends_on that no node has is told with the nearest known name."""
    found = problem(
        lambda builder: (
            builder.input("amount", int).output("x", anything, depends_on=["amuont"])
        ).expose("amount")
    )

    assert found.rule == "unknown-dependency"
    assert found.message == "there is no node 'amuont'"
    assert found.came == "'amuont'"
    assert found.known == ("amount",)
    assert found.hint == "did you mean 'amount'?"


def test_an_unknown_name_in_a_list_is_told_once():
    """A misspelt name in a list that binds by name is unknown, and not also unaccepted."""
    found = problems(lambda builder: builder.input("a").output("x", add, depends_on=["a", "bb"]))

    assert [each.rule for each in found] == ["unknown-dependency"]


@pytest.mark.parametrize(
    ("function", "depends_on", "hint"),
    [
        (add, {"a": "p", "bb": "q"}, "did you mean 'b'?"),
        (add, {"a": "p", "zzz": "q"}, "write depends_on={'parameter': 'q'} or drop it"),
        (add, ["p", "q", "q"], "write depends_on={'parameter': 'q'} or drop it"),
        (
            rest,
            {"a": "p", "more": "q"},
            "write depends_on as a list: what is no parameter is passed with *",
        ),
        (lambda: 1, ["p", "q"], "write depends_on={'parameter': 'p'} or drop it"),
    ],
)
def test_a_dependency_that_is_not_accepted(function, depends_on, hint):
    """A dependency that the callable does not take names what it takes."""
    found = problems(
        lambda builder: (
            builder.input("p")
            .input("q")
            .output("x", function, depends_on=depends_on)
            .expose("p", "q")
        )
    )[0]

    assert found.rule == "unaccepted-dependency"
    assert "does not take" in found.message
    assert found.expected.startswith("one of its parameters: ")
    assert found.hint == hint


def test_too_few_by_name_for_the_rest():
    """With *args the parameters before it have to be named, or nothing tells what is which."""

    def join(a, b=None, *more):
        return a, b, more

    found = problem(
        lambda builder: builder.input("a").input("p").output("x", join, depends_on=["a", "p"])
    )

    assert found.rule == "unaccepted-dependency"


def test_a_signature_that_cannot_be_read():
    """A builtin that does not tell its parameters needs depends_on."""
    found = problem(lambda builder: builder.output("x", max))

    assert found.rule == "unreadable-signature"
    assert found.message == "max does not tell its parameters"
    assert "depends_on=[…]" in found.hint


@pytest.mark.parametrize(
    ("declare", "came"),
    [
        (lambda builder: builder.const("x", lambda a, b=1, *, c: a).expose("x"), "(a, c)"),
        (lambda builder: builder.const("x", lambda self: self).expose("x"), "(self)"),
        (lambda builder: builder.input("x", default=lambda a: a).expose("x"), "(a)"),
    ],
)
def test_constants_and_defaults_read_nothing(declare, came):
    """A function that makes a constant or a default takes no dependencies."""
    found = problem(declare)

    assert found.rule == "const-with-parameters"
    assert "is made by a function without parameters" in found.message
    assert found.came.endswith(came)
    assert "ig.compute" in found.hint


def test_constants_and_defaults_may_have_defaults():
    """Parameters with defaults do not matter to a constant or a default."""
    builder = ig.ContractBuilder("Price").const("x", lambda a=1: a)
    contract = builder.input("y", default=lambda *, b=2: b).expose("x", "y").build()

    assert contract().result.to_dict() == {"x": 1, "y": 2}


def nested(builder, **inputs):
    """Declare a nested contract."""

    class Inner(ig.Contract):
        amount = ig.input(float)
        price = ig.output(lambda amount: 2 * amount)

    return builder.input("amount", float).compose("inner", Inner, inputs=inputs or ["amount"])


def test_a_nested_output_is_read_by_its_dotted_name():
    """What a nested contract puts out is read as child.output, and is followed on updates."""
    contract = (
        nested(ig.ContractBuilder("Price"))
        .output("x", lambda p: p + 1, depends_on={"p": "inner.price"})
        .output("y", lambda p: p - 1, depends_on="inner.price")
        .map("z", lambda p: p * 10, over="inner.price")
        .guard("ok", "inner.price", between=(0, 1000))
        .project("part", "inner", key="price")
        .expose("z", "ok", "part")
        .build()
    )
    price = contract(amount=1.0).resolve_all()

    assert price.result.to_dict() == {"x": 3.0, "y": 1.0, "z": 20.0, "ok": True, "part": 2.0}
    assert price.update_inputs(amount=10.0).result.x == 21.0
    hidden = [node.name for node in contract.compiled_graph.nodes if node.implied]
    assert hidden == ["inner.price"]


@pytest.mark.parametrize("name", ["amount.x", "nobody.price"])
def test_a_dotted_name_of_no_nested_contract(name):
    """A dotted name whose first part is no nested contract is an unknown dependency."""
    found = problem(
        lambda builder: nested(builder).expose("inner").output("x", anything, depends_on=[name])
    )

    assert found.rule == "unknown-dependency"
    assert found.came == repr(name)


def test_sources_have_to_exist():
    """What map, project, guard and compose name has to exist."""
    found = problems(
        lambda builder: (
            nested(builder, amount="amuont")
            .map("m", lambda v: v, over="amuont")
            .project("p", "amuont", key="x")
            .guard("g", "amuont", equals=1)
            .expose("m", "p", "g", "inner", "amount")
        )
    )

    assert [each.node for each in found] == ["inner", "m", "p", "g"]
    assert {each.rule for each in found} == {"unknown-dependency"}
    assert {each.hint for each in found} == {"did you mean 'amount'?"}


def test_a_guard_in_the_list_gates():
    """A guard in depends_on that is no parameter gates the node and passes nothing."""

    def declared(depends_on, function=lambda a: a):
        return (
            ig.ContractBuilder("Price")
            .input("a", int)
            .guard("ok", "a", equals=1)
            .output("x", function, depends_on=depends_on)
            .build()
        )

    for contract in (
        declared(["a", "ok"]),
        declared(["ok", "a"]),
        declared(["ok", "a"], anything),
        declared(["ok"], lambda b=1: b),
    ):
        graph = contract.compiled_graph
        assert graph.gates[graph.index["x"]] == (graph.index["ok"],)
        assert graph.index["ok"] not in graph.deps[graph.index["x"]]
        assert contract(a=1).resolve("x") in [1, {"a": 1}]
        with pytest.raises(ig.GuardError):
            contract(a=2).resolve("x")


def test_a_guard_as_a_parameter_passes_true():
    """A guard that is a parameter passes True, and gates all the same."""
    contract = (
        ig.ContractBuilder("Price")
        .input("a", int)
        .guard("ok", "a", equals=1)
        .output("x", lambda ok, a: (ok, a), depends_on=["ok", "a"])
        .build()
    )

    assert contract(a=1).result.x == (True, 1)
    with pytest.raises(ResolutionError):
        contract(a=2).resolve("x")


def test_what_was_not_understood_is_told_once():
    """Depending on a node whose declaration was refused is no further problem."""
    with pytest.raises(ig.CompileError) as caught:

        class Price(ig.Contract):
            broken = ig.compute(3)
            with ig.scope("deep"):
                worse = ig.project("broken", key="x", path=["x"])

            @ig.output
            def total(broken, worse):
                return broken + worse

            also = ig.output("broken")
            again = ig.map(lambda v: v, over=broken)
            ig.expose("again", "broken")

    found = caught.value.problems
    assert [each.path for each in found] == ["broken", "deep.worse"]
    assert {each.rule for each in found} == {"bad-declaration"}
    assert all(each.place.startswith(__file__) for each in found)
