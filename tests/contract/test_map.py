"""``Contract.map``: rows of a table, as executions would compute them."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig
from tests.runtime.model import World, build
from tests.runtime.test_machine import INPUTS, VALUES, contracts


class Price(ig.Contract):
    """A price out of numbers."""

    amount = ig.input(float)
    rate = ig.input(float, default=0.25)

    @ig.compute
    def tax(amount, rate):
        return amount * rate

    @ig.output
    def total(amount, tax):
        return amount + tax

    again = ig.output("total")


class Share(ig.Contract):
    """A contract that fails in several ways."""

    amount = ig.input(float)
    people = ig.input(int)

    @ig.guard(message="an amount is positive")
    def positive(amount):
        return amount > 0

    @ig.compute
    def each(amount, people, positive):
        return amount / people

    @ig.output
    def rounded(each):
        return round(each, 2)

    @ig.output
    def double(amount):
        return amount * 2


ROWS = [
    {"amount": 9.0, "people": 3},
    {"amount": 5.0, "people": 0},
    {"amount": -1.0, "people": 1},
    {"amount": "x", "people": 1},
    {"amount": 8.0},
    {"amount": 4.0, "people": 4},
]


# --- against executions ---------------------------------------------------------------------


def one_by_one(made: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compute rows the plain way: an execution each."""
    found = []
    for row in rows:
        contract = made(**row)
        errors = {}
        try:
            contract.resolve_all()
        except ig.IgniterError:
            errors = dict(contract.result.errors)
        found.append(
            {name: None if name in errors else contract.result[name] for name in contract.result}
        )
    return found


@given(data=st.data())
def test_rows_are_computed_as_executions_are(data: Any) -> None:
    """Any contract over any rows: the same values, and the same nodes run in the same order."""
    specs = data.draw(contracts(in_place=False))
    row = st.fixed_dictionaries({spec.name: VALUES for spec in INPUTS})
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    world, other = World(), World()
    expected = one_by_one(build(world, specs), rows)

    result = build(other, specs).map(rows, on_error="collect")

    assert other.ran == world.ran
    names = list(expected[0])
    assert list(result.frame.columns) == names
    for position, values in enumerate(expected):
        for name in names:
            came = result.frame[name].tolist()[position]
            wanted = values[name]
            assert pd.isna(came) if wanted is None else came == wanted, (position, name)


@given(data=st.data())
def test_errors_are_those_of_executions(data: Any) -> None:
    """What failed in a row is what fails in an execution, with the same text and place."""
    specs = data.draw(contracts(in_place=False))
    row = st.fixed_dictionaries({spec.name: VALUES for spec in INPUTS})
    rows = data.draw(st.lists(row, min_size=1, max_size=5))
    made = build(World(), specs)
    expected = set()
    for position, inputs in enumerate(rows):
        contract = made(**inputs)
        try:
            contract.resolve_all()
        except ig.IgniterError:
            for error in contract.result.errors.values():
                expected.add((position, error.context["path"], error.message))

    report = made.map(rows, on_error="collect").errors

    assert {(each.position, each.node, each.error.message) for each in report.rows} == expected


def test_what_can_be_changed_in_place_belongs_to_a_row() -> None:
    """A function that changes a list it is given changes nobody else's, in any row."""
    kept = [0]

    class Lists(ig.Contract):
        number = ig.input(int)

        @ig.output
        def shared(number):
            return kept if number else 7

        @ig.output
        def longer(shared):
            shared.append(1)
            return len(shared)

    result = Lists.map([{"number": n} for n in (0, 1, 1, 1)], on_error="collect")

    assert kept == [0]
    assert result.frame["longer"].tolist()[1:] == [2, 2, 2]
    assert result.frame["shared"].tolist()[1:] == [[0], [0], [0]]
    assert [row.node for row in result.errors.rows] == ["longer"]


def test_a_list_in_a_column_is_not_changed() -> None:
    """What the table holds stays as it is, whatever a function does to what it is given."""
    rows = [{"items": [1]}, {"items": [1, 2]}]

    class Count(ig.Contract):
        items = ig.input(list)

        @ig.output
        def count(items):
            items.append(0)
            return len(items)

    assert Count.map(rows)["count"].tolist() == [2, 3]
    assert rows == [{"items": [1]}, {"items": [1, 2]}]


def test_coroutines_executors_and_names_out_of_order() -> None:
    """Whatever can be a node can be one of a row's."""

    class Twice(ig.Executor):
        def call(self, *, number):
            return number * 2

    class All(ig.Contract):
        number = ig.input(int)
        three = ig.const(3)
        twice = ig.compute(Twice)

        @ig.const
        def four():
            return 4

        @ig.compute
        async def later(twice):
            await asyncio.sleep(0)
            return twice + 1

        @ig.output
        def total(*, later, three, four, number):
            return later + three + four + number

    assert All.map([{"number": n} for n in (1, 2, 3)])["total"].tolist() == [11, 14, 17]


def test_names_that_the_code_uses_too() -> None:
    """Names of nodes may be those of builtins, and parameters what only a mapping can name."""
    builder = ig.ContractBuilder("Odd")
    builder.input("type", int)
    builder.compute("locals", lambda kind: kind + 1, depends_on={"kind": "type"})
    builder.output("zip", lambda **given: sum(given.values()), depends_on={"a b": "locals"})
    made = builder.build()

    assert made.map([{"type": n} for n in (1, 2, 3)])["zip"].tolist() == [2, 3, 4]


def test_contracts_that_have_no_straight_line() -> None:
    """Nested contracts, projections, and functions that are given the contract."""

    class Whole(ig.Contract):
        amount = ig.input(float)
        body = ig.input(dict)
        price = ig.compose(Price, inputs={"amount": "amount"})
        rate = ig.project("body", key="rate")

        @ig.output
        def total(self, price, rate):
            return type(self).__name__, price.total * rate

    rows = [{"amount": 4.0, "body": {"rate": r}} for r in (1, 2)]

    assert Whole.map(rows)["total"].tolist() == [("Whole", 5.0), ("Whole", 10.0)]
    source = Whole.compiled_graph.plan_source()
    assert source.startswith("# A row of Whole is run as an execution")
    assert "price (compose)" in source


def test_a_contract_that_does_more_when_it_is_made() -> None:
    """Where making an instance is more than taking inputs, one is made for each row."""
    made = []

    class Counted(Price):
        def __init__(self, **inputs):
            super().__init__(**inputs)
            made.append(inputs)

    Counted.map([{"amount": 1.0}] * 3)

    assert len(made) == 3


def test_defaults_that_are_made_are_made_for_each_row() -> None:
    """A default that a function makes is made anew for each row, one that stands is not."""
    numbers = iter(range(10))

    class Numbered(ig.Contract):
        amount = ig.input(float)
        number = ig.input(int, default=lambda: next(numbers))

        @ig.output
        def total(amount, number):
            return amount + number

    assert Numbered.map([{"amount": 1.0}] * 3)["total"].tolist() == [1.0, 2.0, 3.0]


def test_only_what_is_asked_for_runs() -> None:
    """Outputs that nobody wants are not computed, and neither is what only they need."""
    result = Share.map(ROWS[:3], outputs=["double"])

    assert list(result.columns) == ["double"]
    assert result["double"].tolist() == [18.0, 10.0, -2.0]
    assert "each" not in Share.compiled_graph.plan_source().partition("_add")[0]


def test_rows_of_a_contract_that_needs_no_input() -> None:
    """A contract of constants gives the same for each row."""

    class Same(ig.Contract):
        three = ig.const(3)

        @ig.output
        def six(three):
            return three * 2

    assert Same.map(pd.DataFrame(index=["a", "b", "c"]))["six"].tolist() == [6, 6, 6]


# --- tables ---------------------------------------------------------------------------------


def test_a_frame_keeps_its_index_and_its_order() -> None:
    """The outputs stand under the labels of the rows; other columns are left out."""
    frame = pd.DataFrame({"amount": [4.0, 8.0], "note": ["a", "b"]}, index=["second", "first"])

    result = Price.map(frame)

    assert result.to_dict("index") == {
        "second": {"total": 5.0, "again": 5.0},
        "first": {"total": 10.0, "again": 10.0},
    }
    assert list(frame.columns) == ["amount", "note"]


def test_frames_of_other_libraries_give_frames_of_theirs() -> None:
    """Polars gives polars, Arrow gives Arrow."""
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    columns = {"amount": [4.0, 8.0]}

    polars, arrow = Price.map(pl.DataFrame(columns)), Price.map(pa.table(columns))

    assert isinstance(polars, pl.DataFrame)
    assert isinstance(arrow, pa.Table)
    assert polars.to_dict(as_series=False) == {"total": [5.0, 10.0], "again": [5.0, 10.0]}
    assert arrow.to_pydict() == {"total": [5.0, 10.0], "again": [5.0, 10.0]}


def test_whole_numbers_among_floats_make_a_column_of_floats() -> None:
    """A function that rounds now and then does not break a frame whose columns have one type."""
    pl = pytest.importorskip("polars")

    class Rounded(ig.Contract):
        amount = ig.input(float)

        @ig.output
        def near(amount):
            if amount < 0:
                raise ValueError(amount)
            return int(amount) if amount > 2 else amount

    result = Rounded.map(pl.DataFrame({"amount": [1.5, 3.5, -1.0]}), on_error="collect")

    assert result.frame["near"].to_list() == [1.5, 3.0, None]


def test_a_null_is_none_but_among_floats() -> None:
    """An empty cell of an optional input is None; one of a column of floats is not a number."""

    class Named(ig.Contract):
        name = ig.input(str, required=False)
        weight = ig.input(float)

        @ig.output
        def said(name, weight):
            return f"{name} {weight}"

    frame = pd.DataFrame({"name": ["a", None], "weight": [1.0, None]})

    assert Named.map(frame)["said"].tolist() == ["a 1.0", "None nan"]


def test_columns_are_checked_as_inputs_are() -> None:
    """Whole numbers are floats where they can be; a bool, a text and too large a number are not."""
    rows = [{"amount": each} for each in (1, 2.5, True, 2**53 + 1, "4", 10**400)]

    report = Price.map(rows, on_error="collect").errors
    refused = []
    for position, row in enumerate(rows):
        try:
            Price(**row)
        except ig.InputError:
            refused.append(position)

    assert [row.position for row in report.rows] == refused
    assert [row.position for row in Price.map(rows[4:], on_error="collect").errors.rows] == [0, 1]
    only = [rows[0], rows[1], rows[5]]
    assert [row.position for row in Price.map(only, on_error="collect").errors.rows] == [2]
    assert Price.map([{"amount": 1}, {"amount": 3}])["total"].tolist() == [1.25, 3.75]


def test_values_that_are_nested_too_deep_fail_their_row() -> None:
    """A column may hold what cannot be walked through; only that row fails."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    class Deep(ig.Contract):
        items = ig.input(list[Any] | int)

        @ig.output
        def same(items):
            return 1

    report = Deep.map([{"items": 1}, {"items": deep}, {"items": 2}], on_error="collect").errors

    assert [row.position for row in report.rows] == [1]
    while deep:  # what is nested so deep is taken apart from outside, or Python overflows
        deep = deep.pop()


def test_an_empty_table_gives_an_empty_one() -> None:
    """No row, no failure: the columns are there."""
    assert list(Price.map([]).columns) == ["total", "again"]
    assert len(Price.map(pd.DataFrame({"amount": []}))) == 0
    assert str(Price.map([], on_error="collect").errors).splitlines()[1] == "All 0 rows succeeded"


# --- failures -------------------------------------------------------------------------------


def test_collect_computes_the_other_rows() -> None:
    """Outputs that failed, or need what failed, are null; the others stand."""
    result = Share.map(ROWS, on_error="collect")

    assert result.frame["rounded"].fillna(-1).tolist() == [3.0, -1, -1, -1, -1, 1.0]
    assert result.frame["double"].fillna(0).tolist() == [18.0, 10.0, -2.0, 0, 0, 8.0]
    assert [(row.position, row.node) for row in result.errors.rows] == [
        (1, "each"),
        (2, "positive"),
        (3, "amount"),
        (4, "people"),
    ]
    assert repr(result) == "<MapResult of Share: 4 of 6 rows failed, most at each (1)>"
    assert len(result.errors.to_frame()) == 4


def test_the_first_failed_row_stops_it() -> None:
    """The error names row, label, node and cause, and travels between processes."""
    frame = pd.DataFrame(ROWS[:3], index=["a", "b", "c"])

    with pytest.raises(ig.MapError, match="row 1, labelled 'b', failed: node 'each'") as caught:
        Share.map(frame)

    error = caught.value
    assert (error.position, error.label, error.node) == (1, "b", "each")
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert "collect" in error.message
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert (back.position, back.label, back.node) == (1, "b", "each")
    assert isinstance(back.__cause__, ZeroDivisionError)


def test_rows_behind_a_failed_one_are_not_tried() -> None:
    """``raise`` stops at the row, not at the end of the table."""
    seen = []

    class Seen(ig.Contract):
        number = ig.input(int)

        @ig.output
        def inverse(number):
            seen.append(number)
            return 1 / number

    with pytest.raises(ig.MapError):
        Seen.map([{"number": n} for n in (2, 1, 0, 3)])

    assert seen == [2, 1, 0]


def test_a_row_whose_default_cannot_be_made_fails() -> None:
    """Inputs that are made for each row may fail for each row, the first one too."""
    numbers = iter([0, 1, 0])

    def inverse():
        return 1 / next(numbers)

    class Made(ig.Contract):
        amount = ig.input(float)
        number = ig.input(float, default=inverse)

        @ig.output
        def total(amount, number):
            return amount + number

    result = Made.map([{"amount": 1.0}] * 3, on_error="collect")

    assert [(row.position, row.node) for row in result.errors.rows] == [
        (0, "number"),
        (2, "number"),
    ]
    assert result.frame["total"].fillna(0).tolist() == [0, 2.0, 0]


def test_a_policy_that_permits_it_is_in_force_behind_a_failure_too() -> None:
    """What goes on as an execution is under the policy that holds for all rows."""

    class Asked(ig.Contract):
        number = ig.input(int)

        @ig.output
        @ig.requires("network")
        def inverse(number):
            return 1 / number

    with ig.policy(denied=["database"]):
        result = Asked.map([{"number": n} for n in (1, 0, 0, 2)], on_error="collect")

    assert [row.position for row in result.errors.rows] == [1, 2]


def test_an_interrupt_between_two_nodes_is_let_through() -> None:
    """A signal may strike where no node is at work."""

    class Struck(list):
        def append(self, value):
            if len(self) == 2:
                raise KeyboardInterrupt
            super().append(value)

    program = ig.contract.ContractMeta.prepared(Price)
    work = ig.runtime.Rows(
        program, [program.outputs["total"]], make=lambda row: Price(**row).execution, failed=print
    )
    work.found = [Struck()]

    with pytest.raises(KeyboardInterrupt):
        work.run(ig.runtime.Given({"amount": [1.0] * 4}, 4, plain=True, wrong={}))

    assert work.found == [[1.25, 1.25]]


def test_an_interrupt_is_no_failed_row() -> None:
    """Kernel → Interrupt ends it, whatever becomes of failed rows."""

    class Stopped(ig.Contract):
        number = ig.input(int)

        @ig.output
        def same(number):
            if number == 2:
                raise KeyboardInterrupt
            return number

    with pytest.raises(KeyboardInterrupt):
        Stopped.map([{"number": n} for n in (1, 2, 3)], on_error="collect")


def test_missing_columns_are_told_at_once() -> None:
    """All required inputs without a column are problems of one error, with the nearest column."""
    with pytest.raises(ig.InputError) as caught:
        Share.map(pd.DataFrame({"amont": [1.0]}))

    assert [problem.node for problem in caught.value.problems] == ["amount", "people"]
    assert "did you mean 'amont'?" in str(caught.value)


def test_columns_may_have_any_labels() -> None:
    """A frame without names of columns has none for the inputs; that is what is said."""
    with pytest.raises(ig.InputError, match="the table has no column 'amount'"):
        Price.map(pd.DataFrame([[1.0, 2.0]]))


@pytest.mark.parametrize("rows", ["amount", 5, [5], {"amount": [1.0]}])
def test_what_is_no_table_is_refused(rows: Any) -> None:
    """A text, a number and a mapping of columns are no tables; the text says what is."""
    with pytest.raises(TypeError, match="expected a frame of pandas or polars"):
        Price.map(rows)


def test_arguments_are_checked() -> None:
    """Unknown outputs and ways to treat errors are refused with the known ones."""
    with pytest.raises(KeyError, match="did you mean 'total'"):
        Price.map([], outputs=["totl"])
    with pytest.raises(TypeError, match=r"outputs=\['total'\]"):
        Price.map([], outputs="total")
    with pytest.raises(ValueError, match="expected 'raise' or 'collect'"):
        Price.map([], on_error="ignore")


# --- policies and progress ------------------------------------------------------------------


class Rates(ig.Contract):
    """One output that asks the network, one that does not."""

    currency = ig.input(str)

    @ig.output
    @ig.requires("network")
    def rate(currency):
        return 41.5

    @ig.output
    def lower(currency):
        return currency.lower()


def test_a_policy_is_asked_once_for_all_rows() -> None:
    """A denied node stops it before the first row, unless nobody wants what needs it."""
    rows = [{"currency": "EUR"}]

    with ig.policy(denied=["network"]):
        with pytest.raises(ig.CapabilityViolationError, match="'rate'"):
            Rates.map(rows)
        assert Rates.map(rows, outputs=["lower"])["lower"].tolist() == ["eur"]
    assert Rates.map(rows)["rate"].tolist() == [41.5]


def test_a_contracts_own_policy_holds_for_what_its_functions_use() -> None:
    """What a row's function runs is confined by the contract's policy too."""

    class Confined(ig.Contract, policy=ig.Policy(denied=["network"])):
        currency = ig.input(str)

        @ig.output
        def rate(currency):
            return Rates(currency=currency).result.rate

    with pytest.raises(ig.MapError, match="denied capabilities: network"):
        Confined.map([{"currency": "EUR"}] * 2)


def test_progress_is_told_now_and_then() -> None:
    """Whoever asks hears how far it is, every ten thousand rows and at the end."""
    heard = []

    Price.map(
        pd.DataFrame({"amount": [1.0] * 25_000}),
        progress=lambda done, size: heard.append((done, size)),
    )

    assert heard == [(10_000, 25_000), (20_000, 25_000), (25_000, 25_000)]
