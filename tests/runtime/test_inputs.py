"""Inputs: validated strictly, all problems at once, updates all or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import pandas as pd
import pydantic
import pytest

import igniter_nb as ig
from igniter_nb.capabilities import requires


class Customer(pydantic.BaseModel):
    name: str
    age: int = 0


class Price(ig.Contract):
    order_total = ig.input(float)
    country = ig.input(str)
    vat_rate = ig.input(float, default=0.2)
    note = ig.input(str, required=False)

    @ig.output
    def gross(order_total, country, vat_rate, note):
        return order_total * (1 + vat_rate), country, note


def test_defaults_fill_what_is_left_out():
    """A default is used, an optional input without one is None, an int is a float."""
    price = Price(order_total=100, country="UA")

    assert dict(price.inputs) == {
        "order_total": 100.0,
        "country": "UA",
        "vat_rate": 0.2,
        "note": None,
    }
    assert type(price.inputs["order_total"]) is float


def test_all_problems_are_in_one_error():
    """Unknown, wrong and missing inputs are told together, at construction."""
    with pytest.raises(ig.InputError) as caught:
        Price(order_total="much", contry="UA", vat_rate="high")

    rules = {problem.node: problem.rule for problem in caught.value.problems}
    assert rules == {
        "order_total": "wrong-input",
        "contry": "unknown-input",
        "vat_rate": "wrong-input",
        "country": "missing-input",
    }
    text = str(caught.value)
    assert "4 problems" in text
    assert "country" in text
    assert "'much' (str)" in text
    assert caught.value.context == {"graph": "Price"}


def test_an_update_is_all_or_nothing():
    """One wrong value among several leaves every input as it was."""
    price = Price(order_total=100, country="UA").resolve_all()

    for wrong in ({"country": 5}, {"nowhere": 1}, {"vat_rate": "high"}):
        with pytest.raises(ig.InputError):
            price.update_inputs(order_total=1.0, **wrong)
        with pytest.raises(ig.InputError):
            price.resolve_incrementally(order_total=1.0, **wrong)
    assert price.inputs["order_total"] == 100.0
    assert price.resolve_incrementally().fully_memoized


def test_an_update_may_set_an_optional_input_to_none():
    """None is a value where leaving the input out gives None, and nowhere else."""
    price = Price(order_total=100, country="UA", note="x")

    assert price.update_inputs(note=None).result.gross[2] is None
    assert one_input(int, default=None)(x=None).result.seen is None
    for wrong in ({"country": None}, {"vat_rate": None}):
        with pytest.raises(ig.InputError, match=next(iter(wrong))):
            price.update_inputs(**wrong)
    for options in ({"default": 1}, {"default": lambda: 1}, {"required": False, "default": 1}):
        with pytest.raises(ig.InputError, match="None"):
            one_input(int, **options)(x=None)


HINTS = [
    (int, "3", "convert it, or declare the input with strict=False"),
    (float, 2**53 + 1, "convert it, or declare the input with strict=False"),
    (int, "three", ""),
    (Annotated[int, pydantic.Field(ge=0)], -1, ""),
    (Literal["a", "b"], "c", ""),
    (list[int], iter([1]), ""),
    (pd.DataFrame, [[1]], ""),
]


@pytest.mark.parametrize(("declared", "value", "hint"), HINTS)
def test_advice_is_given_only_where_it_helps(declared, value, hint):
    """``strict=False`` is advised for what it would accept, and for nothing else."""
    with pytest.raises(ig.InputError) as caught:
        one_input(declared)(x=value)

    (problem,) = caught.value.problems
    assert problem.hint == hint


def test_two_readers_of_an_input_see_the_same():
    """An Iterable is a list for every reader and every run; an iterator is refused."""
    declared = ig.ContractBuilder("Read").input("x", Iterable[int]).input("y", list, default=[1])
    read = declared.output("one", list, depends_on=["x"]).output("two", list, depends_on=["x"])
    contract = read.output("y2", list, depends_on=["y"]).build()(x=[1, 2]).resolve_all()

    assert (contract.result.one, contract.result.two) == ([1, 2], [1, 2])
    assert contract.update_inputs(y=[3]).result.to_dict() == {
        "one": [1, 2],
        "two": [1, 2],
        "y2": [3],
    }
    for wrong in (iter([1]), (x for x in [1])):
        with pytest.raises(ig.InputError, match="can be read only once"):
            contract.update_inputs(x=wrong)


@pytest.mark.parametrize("declared", [object, list, list[object]])
@pytest.mark.parametrize("options", [{}, {"borrow": True}])
def test_an_iterator_anywhere_in_a_value_is_refused(declared, options):
    """It is refused as one at the top is, past the first items and in what they hold too."""
    with pytest.raises(ig.InputError, match=r"at \[20\].*can be read only once") as caught:
        one_input(declared, **options)(x=[*range(20), iter([1])])

    (problem,) = caught.value.problems
    assert (problem.rule, problem.node, problem.hint) == ("wrong-input", "x", "")
    with pytest.raises(ig.InputError, match=r"at \[20\].*can be read only once"):
        one_input(declared, default=lambda: [*range(20), iter([1])], **options)()


def test_a_default_that_can_be_read_only_once_is_refused():
    """A default is read by every execution, so it must last as well."""
    with pytest.raises(ig.CompileError, match="can be read only once"):
        one_input(object, default=iter([1]))
    with pytest.raises(ig.InputError, match="can be read only once"):
        one_input(object, default=lambda: iter([1]))()


def test_an_update_converts_as_construction_does():
    """An int given for a float is a float after an update too."""
    price = Price(order_total=100, country="UA").update_inputs(order_total=5)

    assert type(price.inputs["order_total"]) is float


def one_input(declared, **options):
    """Build a contract with one input ``x`` that shows it."""
    builder = ig.ContractBuilder("One").input("x", declared, **options)
    return builder.output("seen", lambda x: x).build()


GOOD = [
    (int, 1),
    (str, "a"),
    (list[int], [1, 2]),
    (dict[str, float], {"a": 1.0}),
    (Literal["a", "b"], "a"),
    (Annotated[int, pydantic.Field(gt=0)], 1),
    (int | None, None),
    (Customer, Customer(name="Ann")),
    (pd.DataFrame, pd.DataFrame({"a": [1]})),
    (object, 5),
]
BAD = [
    (int, "1"),
    (int, True),
    (int, 1.0),
    (str, 1),
    (list[int], ["1"]),
    (list[int], (1,)),
    (Literal["a", "b"], "c"),
    (Annotated[int, pydantic.Field(gt=0)], 0),
    (Annotated[str, pydantic.StringConstraints(pattern="^a")], "b"),
    (Customer, {"name": "Ann", "age": "old"}),
    (Customer, ["Ann"]),
    (pd.DataFrame, [[1]]),
]


@pytest.mark.parametrize(("declared", "value"), GOOD, ids=repr)
def test_any_annotation_can_be_declared(declared, value):
    """Builtins, generics, literals, constraints, models and arbitrary classes take what fits."""
    seen = one_input(declared)(x=value).result.seen

    assert seen is value or getattr(seen, "equals", seen.__eq__)(value)


@pytest.mark.parametrize(("declared", "value"), BAD, ids=repr)
def test_nothing_is_converted_behind_ones_back(declared, value):
    """Strict by default: what does not fit is refused at construction and by an update."""
    with pytest.raises(ig.InputError) as caught:
        one_input(declared)(x=value)

    (problem,) = caught.value.problems
    assert problem.node == "x"
    assert problem.came.endswith(f"({type(value).__name__})")
    assert problem.place.startswith(__file__)


def test_conversion_can_be_asked_for():
    """With ``strict=False`` a text becomes a number, at construction and by an update."""
    loose = one_input(int, strict=False)

    assert loose(x="1").result.seen == 1
    assert loose(x=0).update_inputs(x="2").result.seen == 2
    with pytest.raises(ig.InputError):
        loose(x="one")


def test_a_factory_makes_a_default_for_each_execution():
    """A callable default is called per execution; a mutable default is copied."""
    made = one_input(list, default=list)
    shared = one_input(list, default=[1])

    first, second = made(), made()
    assert first.inputs["x"] is not second.inputs["x"]
    one, two = shared(), shared()
    one.inputs["x"].append(2)
    assert two.inputs["x"] == [1]
    assert shared().inputs["x"] == [1]


def test_what_a_factory_makes_is_validated():
    """A default of the wrong type is told like any wrong input."""
    with pytest.raises(ig.InputError, match="x"):
        one_input(int, default=lambda: "one")()


def test_a_factory_that_raises_is_told_with_its_input():
    """What the factory raised is the cause; the error says which input and what to do."""
    with pytest.raises(
        ig.InputError, match="its default could not be made: ZeroDivision"
    ) as caught:
        one_input(int, default=lambda: 1 // 0)()

    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.problems[0].hint == "give x=…, or mend the function"
    assert one_input(int, default=lambda: 1 // 0)(x=1).result.seen == 1


@requires("clock")
def now():
    """Stand for a function that reads the clock."""
    return 5


def test_a_policy_reaches_factories():
    """A denied default is not made, by the policy in force or by the contract's own."""
    stamped = one_input(int, default=now)
    assert stamped().result.seen == 5

    with ig.policy(denied=["clock"]):
        with pytest.raises(ig.CapabilityViolationError, match="clock") as caught:
            stamped()
        assert caught.value.context["node"] == "x"
        assert stamped(x=1).result.seen == 1
    with pytest.raises(ig.CapabilityViolationError):
        stamped.configured(policy=ig.Policy(denied=["clock"]))()


def test_inputs_cannot_be_written_through_the_view():
    """``inputs`` is for looking; ``update_inputs`` is for changing."""
    price = Price(order_total=1.0, country="UA")

    with pytest.raises(TypeError):
        price.inputs["country"] = "PL"


def test_an_input_is_an_output_too():
    """An input can be shown as an output and follows updates without a run."""

    class Echo(ig.Contract):
        x = ig.input(int)
        ig.expose("x")
        again = ig.output("x")

    echo = Echo(x=1)
    assert echo.result.to_dict() == {"x": 1, "again": 1}
    assert echo.update_inputs(x=2).result.to_dict() == {"x": 2, "again": 2}
    assert echo.resolve("x") == 2


def test_a_default_that_is_given_is_no_problem_to_leave_out_again():
    """Giving all inputs, some, or none of the optional ones comes to the same checks."""
    full = Price(order_total=1.0, country="UA", vat_rate=0.1, note="n")

    assert full.result.gross == (1.1, "UA", "n")
