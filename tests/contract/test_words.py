"""The words of a class body."""

from __future__ import annotations

import pytest

import igniter_nb as ig
from igniter_nb.contract.words import Body
from igniter_nb.errors import Location
from igniter_nb.graph import Kind


class Rate(ig.Executor):
    def call(self, country):
        return {"UA": 0.2}.get(country, 0.0)


class Inner(ig.Contract):
    amount = ig.input(float)
    price = ig.output(lambda amount: 2 * amount)
    eta = ig.output("amount")


class Price(ig.Contract):
    """Every word once."""

    amount = ig.input(float)
    country: str = ig.input(default="UA")
    limit = ig.const(100.0)
    notes = (1, 2)

    @ig.const
    def year():
        return 2024

    @ig.const(doc="how far we look ahead")
    def ahead():
        return 1

    rate = ig.lookup(Rate)

    with ig.scope("pricing"):

        @ig.compute
        def net(amount, limit):
            """Cap the amount."""
            return min(amount, limit)

        with ig.scope("tax"):

            @ig.compute(depends_on=["net", "rate"], doc="what the state takes")
            def tax(value, share):
                return value * share

    @ig.lookup
    def table(country):
        return {"rows": [{"a": country}]}

    @ig.map(over="net")
    def cents(value):
        return round(100 * value)

    half = ig.map(lambda value: value / 2, over=net)
    row = ig.project(table, path=["rows", 0, "a"])
    known = ig.guard("country", one_of=["UA", "PL"], message="unknown country")

    @ig.guard(message="nothing to pay", gates=["total"])
    def positive(amount):
        return amount > 0

    inner = ig.compose(Inner, inputs={"amount": net})

    @ig.output
    def total(self, net, tax, known):
        return (type(self).__name__, net + tax)

    @ig.output(pure=True)
    def later(year, ahead):
        return year + ahead

    again = ig.output("cents")
    once_more = ig.output(half)
    doubled = ig.output("inner.price")
    scaled = ig.output(Rate)
    ig.expose("row", positive)
    ig.export("eta", source=inner)


def test_every_word_declares():
    """All words of a class body work together, decorated or assigned, by name or declaration."""
    price = Price(amount=50.0)

    assert price.result.to_dict() == {
        "positive": True,
        "row": "UA",
        "total": ("Price", 60.0),
        "later": 2025,
        "again": 5000,
        "once_more": 25.0,
        "doubled": 100.0,
        "scaled": 0.2,
        "eta": 50.0,
    }


def test_words_are_kinds():
    """Each node has the kind of its word, and its path the scopes around it."""
    graph = Price.compiled_graph

    assert graph.node("rate").kind is Kind.LOOKUP
    assert graph.node("half").kind is Kind.MAP
    assert graph.node("cents").kind is Kind.MAP
    assert graph.node("year").kind is Kind.CONST
    assert graph.node("net").path == "pricing.net"
    assert graph.node("tax").path == "pricing.tax.tax"
    assert graph.node("table").path == "table"
    assert graph.node("tax").doc == "what the state takes"
    assert graph.node("ahead").doc == "how far we look ahead"
    assert graph.node("net").doc == "Cap the amount."


def test_functions_stay_functions():
    """A decorated function can be called on the class as it was written, without any contract."""
    assert Price.net(120.0, 100.0) == 100.0
    assert Price.year() == 2024
    assert Price(amount=1.0).net(1.0, 2.0) == 1.0
    assert Price.total("self", 1, 2, True) == ("str", 3)
    assert not hasattr(Price, "half")


def test_other_attributes_are_left_alone():
    """What is no declaration is an ordinary attribute of the class."""
    assert Price.notes == (1, 2)
    assert Price.__doc__ == "Every word once."
    assert not hasattr(Price, "amount")


def test_nodes_do_not_hide_what_contracts_have():
    """A node may be called like a method of contracts, which stays what it is."""

    class Odd(ig.Contract):
        inputs = ig.input(int)

        @ig.compute
        def resolve(inputs):
            return inputs + 1

        @ig.output
        def cells(resolve):
            return resolve + 1

        runner = ig.output("resolve")

    odd = Odd(inputs=1)

    assert odd.result.cells == 3
    assert odd.resolve("resolve") == 2
    assert odd.inputs == {"inputs": 1}
    assert len(odd.cells) == 4


def test_an_input_takes_its_annotation():
    """The type of an input is its annotation where ig.input is not given one."""

    class Typed(ig.Contract):
        a: int = ig.input()
        b: list[int] = ig.input(default=[1])
        c: str = ig.input(int)
        d = ig.input()
        e: int = 5
        shown = ig.output(lambda a, b, c, d: (a, b, c, d))

    types = {node.name: getattr(node, "type", None) for node in Typed.compiled_graph.nodes}
    assert types["a"] is int
    assert types["b"] == list[int]
    assert types["c"] is int
    assert Typed(a=1, c=2, d="x").result.shown == (1, [1], 2, "x")
    with pytest.raises(ig.InputError):
        Typed(a="1", c=2, d="x")


def test_an_annotation_may_be_local():
    """An annotation may name what is only known where the class is written."""

    class Local:
        pass

    class Typed(ig.Contract):
        a: Local = ig.input()
        shown = ig.output("a")

    assert Typed.compiled_graph.nodes[0].type is Local


def test_an_annotation_of_nothing_is_told():
    """An annotation that names nothing says what to write instead."""
    with pytest.raises(
        ig.CompileError, match=r"annotation 'Unknown' of input 'a' cannot"
    ) as caught:

        class Typed(ig.Contract):
            a: Unknown = ig.input()  # noqa: F821 -- that is the mistake
            shown = ig.output("a")

    assert "write ig.input(<type>)" in caught.value.problems[0].hint


def test_assigning_a_declaration_again_is_an_alias():
    """A second name for a declaration shows it under that name, as an output."""

    class Twice(ig.Contract):
        a = b = ig.input(int)

    assert Twice(a=1).result.to_dict() == {"b": 1}


def test_a_declaration_without_a_name_is_told():
    """A word that is assigned to nothing declares nothing; that is a problem, not silence."""
    with pytest.raises(ig.CompileError) as caught:

        class Lost(ig.Contract):
            a = ig.input(int)
            shown = ig.output("a")
            ig.output("a")
            ig.input(int)
            ig.const(None)
            ig.project("a", key="x")
            ig.compose(Inner, inputs={"amount": "a"})
            ig.compute(pure=True)

    messages = [found.message for found in caught.value.problems]
    assert messages == [
        f"ig.{word}(…) declares nothing: assign it to a name"
        for word in ("output", "input", "const", "project", "compose", "compute")
    ]
    assert len({found.place for found in caught.value.problems}) == 6


def test_a_word_without_its_function_is_told():
    """ig.compute(…) that decorates nothing but has a name says what is missing."""
    with pytest.raises(ig.CompileError) as caught:

        class Lost(ig.Contract):
            a = ig.compute(pure=True)
            b = ig.guard(message="no")
            shown = ig.output(lambda a, b: a)

    assert [found.message for found in caught.value.problems] == [
        "ig.compute(…) has no function: decorate one with it, or pass one to it first",
        "ig.guard(…) has no function: decorate one with it, or pass one to it first",
    ]


def test_a_declaration_used_before_its_name_is_told():
    """A declaration among the arguments of another needs a name first."""
    with pytest.raises(ig.CompileError, match="is used before it has a name: assign it first"):

        class Inline(ig.Contract):
            a = ig.output(ig.project("b", key="x"))
            b = ig.input(dict)


def test_wrong_options_are_told_by_word():
    """An option that a word does not have is a problem at that word."""
    with pytest.raises(ig.CompileError) as caught:

        class Wrong(ig.Contract):
            a = ig.input(int, default=1, required=True)
            b = ig.compute(lambda a: a, dependson="a")
            shown = ig.output("a")

    both, unknown = [found.message for found in caught.value.problems]
    assert both == "input 'a' is required and has a default: leave out one of the two"
    assert unknown == (
        "ig.compute() got an unexpected keyword argument 'dependson'; did you mean 'depends_on'?"
        " options: borrow, capabilities, depends_on, doc, equal, pure"
    )


@pytest.mark.parametrize(
    "statement",
    [
        lambda: ig.expose("a"),
        lambda: ig.export("a", source="b"),
        lambda: ig.scope("a"),
    ],
)
def test_statements_stand_in_a_body(statement):
    """expose, export and scope are for the body of a contract; elsewhere they say so."""
    with pytest.raises(TypeError, match="is a statement for the body of a class derived from"):
        statement()


def test_declarations_can_be_listed():
    """Declarations stand for names in lists and mappings as well, values stay what they are."""

    class Listed(ig.Contract):
        a = ig.input(int)
        b = ig.input(int)
        held = ig.const({"x": [1, (2, 3)]})
        c = ig.output(lambda x, y: x - y, depends_on=[b, a])
        d = ig.output(lambda x, y: x - y, depends_on={"x": a, "y": b})
        e = ig.output(lambda x, y: x + y, depends_on=(a, "b"))
        ig.expose(held)

    assert Listed(a=1, b=3).result.to_dict() == {
        "held": {"x": [1, (2, 3)]},
        "c": 2,
        "d": -2,
        "e": 4,
    }


def test_declarations_in_a_loop():
    """A body is Python: declarations can be made in a loop, under names that are computed."""

    class Chain(ig.Contract):
        n0 = ig.input(int)
        for number in range(3):
            locals()[f"n{number + 1}"] = ig.compute(
                lambda value: value + 1, depends_on=f"n{number}"
            )
        ig.expose("n3")

    assert Chain(n0=0).result.n3 == 3


def test_a_declaration_says_what_it_is():
    """While the body runs a declaration reads as its word and its name."""
    texts = []

    class Said(ig.Contract):
        a = ig.input(int)
        texts.append(repr(a))
        b = ig.output("a")
        texts.append(repr(b))

    assert texts == ["<ig.input a>", "<ig.output b>"]
    assert repr(ig.input(int)) == "<ig.input (no name yet)>"


def test_a_scope_ends_however_it_is_left():
    """What comes after a scope is outside of it, though its block was left by an exception."""

    class Scoped(ig.Contract):
        try:
            with ig.scope("deep"):
                a = ig.input(int)
                raise RuntimeError  # noqa: TRY301 -- leaving the block is the point
        except RuntimeError:
            b = ig.output("a")

    assert [node.path for node in Scoped.compiled_graph.nodes] == ["deep.a", "b"]


def test_a_body_is_a_namespace():
    """The namespace of a body works like any other: names can be read, replaced and deleted."""
    body = Body(Location("price.py", 1))
    body["a"] = declared = ig.input(int)
    body["b"] = 5

    assert body["a"] is declared
    assert body.declared == {"a": declared}
    assert [statement.name for statement in body.said()] == ["a"]
    del body["a"]
    assert "a" not in body
