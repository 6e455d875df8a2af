"""What nodes hold: defaults of their type, honest capabilities, complete nested inputs, gates."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import typing
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Annotated, Any, Protocol

import pytest
from pydantic import Field

import igniter_nb as ig
from tests.compiler.refusals import compiled, problem, problems


class Plain:
    """A class that pydantic does not know."""


@dataclasses.dataclass
class Point:
    x: int


@pytest.mark.parametrize(
    ("kind", "default", "message"),
    [
        (int, "3", "Input should be a valid integer"),
        (float, "3", "Input should be a valid number"),
        (list[int], ["a"], "0: Input should be a valid integer"),
        (Annotated[int, Field(gt=0)], -1, "Input should be greater than 0"),
        (Plain, 3, "Input should be an instance of Plain"),
        (dt.date, "2024-01-01", "Input should be a valid date"),
    ],
)
def test_a_default_is_of_its_type(kind, default, message):
    """A default that is not of the declared type is found when the contract is declared."""
    found = problem(lambda builder: builder.input("a", kind, default=default).expose("a"))

    assert found.rule == "bad-default"
    assert message in found.message
    assert found.came == f"{default!r} ({type(default).__name__})"
    assert found.expected
    assert found.place.startswith(__file__)


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        (int, 3),
        (float, 3),
        (int, None),
        (Any, object),
        (object, 3),
        (Plain, Plain()),
        (Point, Point(1)),
        (list[int], [1]),
        (int | str, "a"),
        (dt.datetime, dt.datetime.now),
    ],
)
def test_a_fitting_default_is_fine(kind, default):
    """A default that fits, None, or something that is called for each execution, is accepted."""
    compiled(lambda builder: builder.input("a", kind, default=default).expose("a"))


def test_a_converting_input_takes_what_converts():
    """With strict=False a default may be what converts to the type."""
    compiled(lambda builder: builder.input("a", int, default="3", strict=False).expose("a"))


UNTYPED = [5, ..., "Unknown", list["Unknown"], list[5], {}]  # noqa: F821 -- unknown on purpose


@pytest.mark.parametrize("default", [5, None, dataclasses.MISSING])
@pytest.mark.parametrize("kind", UNTYPED)
def test_a_type_that_is_none(kind, default):
    """What cannot be a type is found when the contract is declared, not at the first value."""
    options = {} if default is dataclasses.MISSING else {"default": default}

    found = problem(lambda builder: builder.input("a", kind, **options).output("b", lambda a: a))

    assert found.rule == "bad-type"
    assert found.message.endswith("cannot be the type of an input")
    assert found.expected == "a type that pydantic can validate, or a class"
    assert found.came


def test_a_class_that_breaks_pydantic_is_a_problem():
    """A type for which pydantic fails in another way is a problem of the list as well."""

    class Base:
        pass

    found = problem(
        lambda builder: builder.input("a", Annotated[Base, Field(gt=1, discriminator="x")]).expose(
            "a"
        )
    )

    assert found.rule == "bad-type"


@ig.requires("network")
@ig.pure
def fetch(a):
    """Be dishonest."""
    return a


@ig.pure
class Calculator(ig.Executor):
    def call(self, a):
        return a


class Cheater(Calculator):
    @ig.requires("database")
    def call(self, a):
        return a


@ig.pure
@ig.requires("cache")
def make():
    """Be dishonest."""
    return 1


@pytest.mark.parametrize(
    "declare",
    [
        lambda builder: builder.output("x", fetch),
        lambda builder: builder.output("x", Calculator, capabilities=["network"]),
        lambda builder: builder.output("x", Cheater),
        lambda builder: builder.output("x", lambda a: a, capabilities=["network"], pure=True),
        lambda builder: builder.guard("x", fetch).expose("x"),
        lambda builder: builder.const("x", make).expose("x"),
        lambda builder: builder.input("x", default=make).expose("x"),
    ],
)
def test_pure_stands_alone(declare):
    """A step that is declared pure and to touch something is refused, whatever kind it is."""
    found = problem(lambda builder: declare(builder.input("a").expose("a")))

    assert found.rule == "impure-pure"
    assert found.node == "x"
    assert found.message.startswith("'x' is declared pure and declares ")
    assert "pure" in found.came


def test_honest_steps_are_fine():
    """A pure step, and one that touches several things, are accepted."""
    found = compiled(
        lambda builder: (
            builder.input("a")
            .output("x", Calculator, pure=True)
            .output("y", lambda a: a, capabilities=["network", "cache"])
        )
    )

    assert found.capabilities_for("x") == ("pure",)
    assert found.capabilities_for("y") == ("network", "cache")


class Inner(ig.Contract):
    amount = ig.input(float)
    country = ig.input(str)
    rate = ig.input(float, default=0.2)
    price = ig.output(lambda amount, country, rate: amount)


def test_nested_inputs_are_known_and_complete():
    """An unknown nested input and a missing required one are told, with the known names."""
    unknown, missing = problems(
        lambda builder: (
            builder.input("a", float)
            .compose("inner", Inner, inputs={"amount": "a", "contry": "a"})
            .expose("inner")
        )
    )

    assert unknown.rule == "unknown-nested-input"
    assert unknown.message == "contract Inner has no input 'contry'"
    assert unknown.came == "inputs={'contry': 'a'}"
    assert unknown.known == ("amount", "country", "rate")
    assert unknown.hint == "did you mean 'country'?"
    assert missing.rule == "missing-nested-input"
    assert missing.message == "contract Inner needs its input 'country'"
    assert missing.known == ("a",)


def test_an_unknown_nested_input_unlike_any():
    """Where no nested input is near, the advice says which side of inputs= is which."""
    found = problems(
        lambda builder: (
            builder.input("a").compose("inner", Inner, inputs={"zzz": "a"}).expose("inner")
        )
    )[0]

    assert found.hint == "inputs= maps the nested input to a node of ours"


def gated(builder: ig.ContractBuilder, gates: object) -> ig.ContractBuilder:
    """Declare a guard over three nodes."""
    return (
        builder.input("country", str)
        .input("amount", int)
        .const("limit", 3)
        .compute("checked", lambda country: country)
        .guard("ok", "checked", equals="UA", gates=gates)
        .guard("other", "amount", between=(0, 100))
        .compute("half", lambda amount, limit: amount / 2)
        .output("x", lambda half: half)
        .output("y", lambda amount, other: amount)
        .expose("checked")
    )


def test_a_gate_has_to_exist():
    """A guard that gates an unknown node offers the nearest name."""
    found = problem(lambda builder: gated(builder, ["halff", "y"]))

    assert found.rule == "unknown-gate"
    assert found.node == "ok"
    assert found.message == "there is no node 'halff' to gate"
    assert found.hint == "did you mean 'half'?"
    assert "ok" not in found.known


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        ((), {}),
        ("half", {"half": "ok"}),
        (["half", "y"], {"half": "ok", "y": "ok"}),
        ("all", {"half": "ok", "y": "ok"}),
    ],
)
def test_a_guard_gates_what_it_names(gates, expected):
    """A guard gates what it names, or all that have work to do and that it does not need."""
    graph = compiled(lambda builder: gated(builder, gates).expose("ok"))
    found = {
        node.name: graph.nodes[source].name
        for position, node in enumerate(graph.nodes)
        for source in graph.gates[position]
    }

    assert found == expected


def test_a_guard_that_is_read_needs_no_gate():
    """A node that already depends on the guard is not gated a second time."""
    graph = compiled(
        lambda builder: (
            builder.input("a", int)
            .guard("ok", "a", equals=1, gates=["x", "y"])
            .output("x", lambda a, ok: a)
            .output("y", lambda a: a, depends_on=["a", "ok"])
        )
    )

    assert [len(gates) for gates in graph.gates] == [0, 0, 0, 1]


def test_what_a_guard_needs_is_not_gated_by_it():
    """A guard of everything leaves alone what it needs, near or far, or nothing would ever run."""
    contract = (
        ig.ContractBuilder("Price")
        .input("a", int)
        .compute("b", lambda a: a)
        .compute("c", lambda b, a: b + a)
        .guard("ok", lambda c, b: c > 0, gates="all")
        .output("d", lambda a: a)
        .build()
    )

    assert contract(a=1).result.d == 1
    with pytest.raises(ig.GuardError):
        contract(a=-1).resolve("d")


def generator(a=1):
    """Yield."""
    yield a


async def asynchronous(a=1):
    """Yield later."""
    yield a


class Yielding(ig.Executor):
    def call(self, a=1):
        yield a


class Yields:
    def __call__(self, a=1):
        yield a

    def method(self, a=1):
        yield a


@functools.wraps(generator)
def collected(a=1):
    """Collect what a generator yields."""
    return list(generator(a))


GENERATORS = [
    *(generator, asynchronous, Yielding, Yielding(), Yields(), Yields().method),
    functools.partial(generator, a=1),
]


@pytest.mark.parametrize("function", GENERATORS, ids=lambda function: type(function).__name__)
def test_a_generator_function_is_refused(function):
    """What a generator function gives can be read only once: no node's work, no default."""
    for declare in (
        lambda builder: builder.output("x", function),
        lambda builder: builder.guard("x", function, gates="all").const("a", 1).expose("a"),
    ):
        found = problem(declare)

        assert found.rule == "generator-function"
        assert (found.node, found.came) == ("x", "yield")
        assert "collect" in found.hint
        assert found.place.startswith(__file__)


def test_a_generator_function_is_no_default_and_no_constant():
    """A function that makes a default or a constant may not yield either."""
    assert (
        problem(lambda b: b.input("x", list, default=generator).expose("x")).rule
        == "generator-function"
    )
    assert problem(lambda b: b.const("x", generator).expose("x")).rule == "generator-function"
    compiled(lambda b: b.output("x", collected))


@pytest.mark.parametrize(
    "value", [iter([1]), {1: 2}.items(), [map(str, [1])], [*range(20), iter([1])]]
)
@pytest.mark.parametrize("borrow", [False, True])
def test_a_constant_that_does_not_last_is_refused(value, borrow):
    """A constant that can be read only once, or follows a mapping, is none."""
    found = problem(lambda builder: builder.const("x", value, borrow=borrow).expose("x"))

    assert found.rule == "bad-const"
    assert found.message.startswith("'x' is no constant: a")
    assert "list(…)" in found.message


@pytest.mark.parametrize("value", [iter([1]), [*range(20), iter([1])]])
def test_a_default_that_does_not_last_is_refused(value):
    """A default is looked at as a constant is, all of it."""
    found = problem(lambda builder: builder.input("x", object, default=value).expose("x"))

    assert found.rule == "bad-default"
    assert "can be read only once" in found.message


@pytest.mark.parametrize(
    "kind",
    [
        Iterator,
        Iterator[int],
        Generator[int, None, None],
        AsyncIterator[int],
        typing.Iterator,
        typing.Iterator[int],
        typing.AsyncGenerator[int, None],
    ],
)
def test_an_iterator_is_no_type_of_an_input(kind):
    """No value of such a type can be handed on, so it is refused before one is given."""
    found = problem(lambda builder: builder.input("rows", kind).expose("rows"))

    assert (found.rule, found.node) == ("bad-type", "rows")
    assert "Iterable" in found.hint


class Barks(Protocol):
    def bark(self) -> str: ...


def test_a_protocol_that_cannot_be_checked_is_refused_with_its_place():
    """An input of a Protocol without @runtime_checkable is a problem of that node."""
    found = problem(lambda builder: builder.input("dog", Barks).expose("dog"))

    assert (found.rule, found.node) == ("bad-type", "dog")
    assert "runtime_checkable" in found.came
    assert found.place.startswith(__file__)


@pytest.mark.parametrize("kind", [5, Barks, "Unknown", [int], (int, str)])
def test_an_optional_input_of_no_type_is_refused_too(kind):
    """Whatever stands in place of a type is told, also where None is a value."""
    for options in ({"required": False}, {"default": None}):
        declare = functools.partial(_optional, kind=kind, **options)
        assert problem(declare).rule == "bad-type"


def _optional(builder, *, kind, **options):
    def shown(x: int) -> int:
        return x

    return builder.input("x", kind, **options).output("y", shown)
