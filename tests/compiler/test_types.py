"""Types on an arrow that can never fit, where both ends are annotated."""

import pytest

import igniter_nb as ig
from igniter_nb.compiler.rules.types import fits
from tests.compiler.refusals import compiled, problem


def test_a_function_that_says_float_may_return_an_int():
    """A promise of a float, or a complex, that nobody checks may be kept with an int."""

    def mean(x: int) -> float:
        return 0 if x < 0 else x / 2

    def pair(x: int) -> tuple[complex, str]:
        return (x, "a")

    def whole(mean: int, pair: tuple[float, str]) -> str:
        return f"{mean} {pair}"

    assert fits(float, int, checked=False)
    assert fits(complex, float, checked=False)
    assert not fits(float, str, checked=False)
    contract = compiled(
        lambda builder: (
            builder.input("x", int).compute("mean", mean).compute("pair", pair).output("y", whole)
        )
    )
    assert contract


def takes_nothing_else(value: None) -> None:
    """Take None."""


@pytest.mark.parametrize(
    ("options", "fitting"),
    [
        ({"required": False}, True),
        ({"default": None}, True),
        ({"default": 1}, False),
        ({"required": False, "default": 1}, False),
        ({"default": lambda: 1}, False),
        ({}, False),
    ],
)
def test_an_input_may_be_none_where_leaving_it_out_gives_none(options, fitting):
    """None is what an optional input without another default holds, and no other input does."""

    def declare(builder: ig.ContractBuilder) -> ig.ContractBuilder:
        return builder.input("value", int, **options).output("x", takes_nothing_else)

    if fitting:
        compiled(declare)
    else:
        assert problem(declare).rule == "type-mismatch"


def offers_text() -> str:
    """Offer a text."""
    return "a"


async def offers_text_later() -> str:
    """Offer a text, later."""
    return "a"


def takes_number(value: int) -> int:
    """Take a number."""
    return value


def takes_text(value: str) -> str:
    """Take a text."""
    return value


def takes_truth(value: bool) -> bool:
    """Take a truth."""
    return value


def takes_optional(value: int | None = None) -> int | None:
    """Take a number or nothing."""
    return value


class Inner(ig.Contract):
    number = ig.input(int)
    maybe = ig.input(int, required=False)
    loose = ig.input(int, default=1, strict=False)
    nothing = ig.input(None, required=False)
    made = ig.output(offers_text)
    all = ig.output(lambda number, maybe, loose, nothing: number)


def nest(builder: ig.ContractBuilder, **more: str) -> ig.ContractBuilder:
    """Declare a nested contract."""
    inputs = {"number": "number", **more}
    return builder.input("number", int).compose("inner", Inner, inputs=inputs).expose("inner")


MISFITS = [
    (lambda builder: builder.input("value", str), "input value: str"),
    (lambda builder: builder.compute("value", offers_text), "compute value: str"),
    (lambda builder: builder.lookup("value", offers_text_later), "lookup value: str"),
    (lambda builder: builder.const("value", "a"), "const value: str"),
    (lambda builder: builder.const("value", offers_text), "const value: str"),
    (lambda builder: builder.const("value", None), "const value: NoneType"),
    (lambda builder: builder.const("value", 1.5), "const value: float"),
    (lambda builder: builder.input("value", float), "input value: float"),
    (
        lambda builder: builder.input("a", float).output("value", source="a"),
        "output value: float",
    ),
    (
        lambda builder: builder.const("a", "a").output("value", source="a"),
        "output value: str",
    ),
    (
        lambda builder: builder.const("a", "a").output("b", source="a").output("value", source="b"),
        "output value: str",
    ),
    (lambda builder: nest(builder).output("value", source="inner.made"), "output value: str"),
    (lambda builder: nest(builder).project("value", "inner", key="made"), "project value: str"),
]


@pytest.mark.parametrize(("declare", "came"), MISFITS)
def test_every_kind_of_source_is_checked(declare, came):
    """Inputs, functions, coroutines, constants, aliases and nested outputs have types."""
    found = problem(lambda builder: declare(builder).output("x", takes_number))

    assert found.rule == "type-mismatch"
    assert found.node == "x"
    assert found.message == "'value' can never be the int that 'value' expects"
    assert found.expected == "value: int"
    assert found.came == came
    assert found.place.startswith(__file__)
    assert found.hint


@pytest.mark.parametrize(
    "declare",
    [
        lambda builder: builder.input("value", int, default=None),
        lambda builder: builder.input("value"),
        lambda builder: builder.const("value", 1),
        lambda builder: builder.const("value", lambda: "unknown"),
        lambda builder: builder.compute("value", lambda: "unknown"),
        lambda builder: nest(builder).project("value", "inner", path=["made", 0]),
        lambda builder: nest(builder).output("value", source="inner.all"),
        lambda builder: builder.input("row", dict).project("value", "row", key="made"),
    ],
)
def test_what_is_not_annotated_is_let_through(declare):
    """Where nothing is known of one end, nothing is wrong."""
    compiled(lambda builder: declare(builder).output("x", takes_number))


def test_a_guard_is_true():
    """The value of a guard is True, which is a bool, a number, and never a text."""
    found = problem(
        lambda builder: (
            builder.input("a", int)
            .guard("ok", "a", equals=1)
            .output("fine", takes_truth, depends_on={"value": "ok"})
            .output("y", takes_text, depends_on={"value": "ok"})
        )
    )

    assert found.node == "y"
    assert found.came == "guard ok: bool"


def test_guards_take_typed_values():
    """What a guard's function is given is checked as for any other node."""
    found = problem(
        lambda builder: builder.input("value", str).guard("ok", takes_number).expose("ok")
    )

    assert found.node == "ok"


def test_nested_inputs_have_types():
    """A node that feeds a nested input of another type is refused."""
    found = problem(lambda builder: nest(builder.input("text", str).expose("text"), maybe="text"))

    assert found.rule == "type-mismatch"
    assert found.node == "inner"
    assert found.expected == "maybe: Optional[int]"


def test_nested_inputs_take_what_they_accept():
    """An optional nested input takes None, a converting one takes what it converts."""
    contract = nest(
        ig.ContractBuilder("Price").const("no", None).const("text", "3"),
        maybe="no",
        loose="text",
        nothing="no",
    ).build()

    assert contract(number=1).resolve("inner").all == 1


def test_a_parameter_with_a_default_that_is_not_fed_is_not_checked():
    """Only arrows are checked: a parameter left to its default has none."""
    compiled(lambda builder: builder.output("x", takes_optional))


def test_each_misfit_is_told():
    """Every arrow that cannot fit is a problem of its own."""

    def both(a: int, b: str) -> None:
        """Take both."""

    with pytest.raises(ig.CompileError) as caught:
        compiled(lambda builder: builder.input("a", str).input("b", int).output("x", both))

    assert [found.expected for found in caught.value.problems] == ["a: int", "b: str"]
