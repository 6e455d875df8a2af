"""The class a person derives from: options, instances, asking, listening."""

from __future__ import annotations

import copy
import enum
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import igniter_nb as ig
from igniter_nb import display

if TYPE_CHECKING:
    from collections.abc import Iterator


class Price(ig.Contract):
    """The contract of the design's example."""

    order_total = ig.input(float)
    country = ig.input(str)
    vat_rate = ig.input(float, default=0.2)

    @ig.compute
    def effective_vat_rate(country, vat_rate):
        return vat_rate if country == "UA" else 0.0

    @ig.output
    def gross_total(order_total, effective_vat_rate):
        return order_total * (1 + effective_vat_rate)

    total = ig.output("gross_total")


@pytest.fixture
def price():
    """An instance that has not run."""
    return Price(order_total=100.0, country="UA")


def test_the_example_of_the_design(price):
    """Lazy results, updates that return the contract, a report of what ran."""
    assert price.result.gross_total == 120.0
    assert price.update_inputs(order_total=150.0).result.total == pytest.approx(180.0)
    assert price.resolve_all() is price
    report = price.resolve_incrementally(country="PL")
    assert report.changed_outputs["total"] == (180.0, 150.0)


def test_one_node_is_a_contract():
    """The smallest contract has one node and no input."""

    class Answer(ig.Contract):
        @ig.output
        def value():
            return 42

    assert Answer().result.value == 42
    assert str(Answer().resolve_incrementally()).splitlines()[1].startswith("1 of 1 node ran")


def test_the_same_declaration_compiles_to_the_same_graph():
    """Two classes with one body have equal graphs, and a graph never changes."""

    def declared():
        class Twice(ig.Contract):
            x = ig.input(int)

            @ig.output
            def y(x):
                return x + 1

        return Twice.compiled_graph

    one, two = declared(), declared()
    assert one == two
    assert hash(one) == hash(two)
    with pytest.raises(AttributeError, match="never changes"):
        one.nodes = ()


def test_running_does_not_change_the_graph(price):
    """A graph is the same before and after any number of runs and updates."""
    before = Price.compiled_graph.to_dict()
    price.resolve_all().update_inputs(country="PL").resolve_all()

    assert Price.compiled_graph.to_dict() == before
    assert price.compiled_graph is Price.compiled_graph


def test_any_node_can_be_resolved_by_name_or_path(price):
    """Outputs, nodes behind them and inputs have values; unknown names are told with the known."""
    assert price.resolve("total") == 120.0
    assert price.resolve("effective_vat_rate") == 0.2
    assert price.resolve("country") == "UA"
    with pytest.raises(KeyError, match=r"no node 'totl'; known: .*gross_total"):
        price.resolve("totl")


def test_an_output_name_comes_before_a_node_name():
    """Where an output shows another node under a name, that name is the output's."""

    class Shown(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def inner(x):
            return x * 10

        value = ig.output("inner")

        @ig.output
        def reader(value):
            return value + 1

    shown = Shown(x=1)
    assert shown.resolve("value") == 10
    assert shown.update_inputs(x=2).result.reader == 21


def test_states_go_from_pending_to_succeeded_to_stale(price):
    """``pending``, ``succeeded`` and ``failed`` answer for the outputs, without running."""
    assert (price.pending, price.succeeded, price.failed) == (True, False, False)
    price.resolve_all()
    assert (price.pending, price.succeeded, price.failed) == (False, True, False)
    price.update_inputs(order_total=1.0)
    assert (price.pending, price.succeeded, price.failed) == (True, False, False)
    assert price.result.states["gross_total"].status == "stale"


def test_a_contract_writes_itself(price):
    """The text of an instance has its number, its inputs and how it stands."""
    text = repr(price)
    assert text == f"<{price.id}(order_total=100.0, country='UA', vat_rate=0.2): pending>"
    assert repr(price.resolve_all()).endswith("succeeded>")
    assert repr(Price) == "<contract Price>"


def test_inputs_show_what_waits_for_the_next_run(price):
    """An update is seen in ``inputs`` before any run has taken it."""
    price.resolve_all().update_inputs(country="PL")

    assert price.inputs["country"] == "PL"


def test_ids_are_unique(price):
    """Every execution has a name of its own in the process."""
    assert price.id.startswith("Price#")
    assert Price(order_total=1.0, country="UA").id != price.id


def test_options_of_the_class_are_options_of_its_instances():
    """Runner, pool and policy are said with the class; keywords of a call are inputs only."""

    class Threaded(ig.Contract, runner="threads", pool_size=2):
        runner = ig.input(str)

        @ig.output
        def shown(runner):
            return runner

    threaded = Threaded(runner="a value like any other")
    assert threaded.execution.options.runner == "threads"
    assert threaded.result.shown == "a value like any other"
    assert Threaded.options.pool_size == 2


def test_configured_makes_instances_with_other_options():
    """``configured`` changes what it names and nothing of the class."""
    threads = Price.configured(runner="threads", pool_size=3)

    made = threads(order_total=100.0, country="UA")
    assert isinstance(made, Price)
    assert (made.execution.options.runner, made.execution.options.pool_size) == ("threads", 3)
    assert made.result.total == 120.0
    assert Price(order_total=1.0, country="UA").execution.options.runner == "inline"


def test_an_unknown_option_is_refused_with_advice():
    """A misspelt option gets the nearest known one; an input among options is told as such."""
    with pytest.raises(TypeError, match=r"unknown option 'poolsize'; known: .*pool_size"):
        Price.configured(poolsize=2)
    with pytest.raises(TypeError, match="Inputs are given to the contract itself"):
        Price.configured(order_total=1.0)
    with pytest.raises(TypeError, match="unknown option 'runer'"):

        class Bad(ig.Contract, runer="threads"):
            x = ig.input(int)


def test_a_contract_that_declares_nothing_cannot_be_made():
    """An empty contract says what to add."""

    class Empty(ig.Contract):
        """Nothing yet."""

    with pytest.raises(ig.CompileError, match=r"declares nothing: add ig\.input"):
        Empty()
    with pytest.raises(ig.CompileError):
        Empty.configured(runner="threads")()


def test_inputs_are_given_by_name(price):
    """A value by position is refused with the names that there are."""
    with pytest.raises(TypeError, match=r"takes its inputs by name, Price\(order_total=….*got 100"):
        Price(100.0, "UA")


def test_an_execution_is_not_pickled(price):
    """It has a lock, listeners and identity: the text says what to do instead."""
    for refused in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match=r"copy\.copy\(x\) makes another.*Price\(\*\*x\.inputs"):
            refused(price)
    again = Price(**price.inputs)
    assert again.result.total == price.result.total


def test_an_attribute_that_hides_an_inherited_node_is_told():
    """Forgetting the word in front of a replaced node is a finding, not a silent old rule."""
    with pytest.raises(ig.CompileError, match=r"'total' is an inherited node.*declares nothing"):

        class Cheaper(Price):
            def total(gross_total):
                return gross_total / 2


def test_decorated_functions_stay_callable_on_the_class(price):
    """A rule can be called and tested by itself, as it was written."""
    assert Price.effective_vat_rate("UA", 0.3) == 0.3
    assert price.gross_total(100.0, 0.5) == 150.0


def test_annotations_declare_types():
    """``x: int = ig.input()`` is ``x = ig.input(int)``, also for a class of this function."""

    class Local:
        pass

    class Annotated(ig.Contract):
        x: int = ig.input()
        y: Local = ig.input()
        z: list[int] = ig.input(default=[1])
        w: str = ig.input(float, default=1.0)
        plain: int = 5

        @ig.output
        def shown(x, y, z, w):
            return x + len(z)

    assert Annotated(x=1, y=Local()).result.shown == 2
    with pytest.raises(ig.InputError):
        Annotated(x="1", y=Local())
    with pytest.raises(ig.InputError):
        Annotated(x=1, y=5)
    assert Annotated(x=1, y=Local()).inputs["w"] == 1.0


def test_annotations_that_are_no_text_declare_types_too():
    """Without postponed evaluation an annotation is the type itself."""

    class Evaluated(ig.Contract):
        x = ig.input()
        __annotations__ = {"x": int}

        @ig.output
        def shown(x):
            return x

    assert Evaluated(x=1).result.shown == 1
    with pytest.raises(ig.InputError):
        Evaluated(x="1")


def test_an_annotation_may_name_what_the_body_defines():
    """Classes and aliases of the body are types for its inputs, before and behind them."""

    class Own(ig.Contract):
        Rows = list[int]
        early: Rows = ig.input()
        late: Colour = ig.input()

        class Colour(enum.Enum):
            RED = 1

        def list(self):
            """Have the name of a type."""

        rows: list = ig.input(default=[])

        @ig.output
        def shown(early, late, rows):
            return early, late, rows

    assert Own(early=[1], late=Own.Colour.RED).result.shown == ([1], Own.Colour.RED, [])
    with pytest.raises(ig.InputError) as caught:
        Own(early=["1"], late=1, rows=1)
    assert [problem.node for problem in caught.value.problems] == ["early", "late", "rows"]


def test_annotations_that_cannot_be_resolved_are_told_with_everything_else():
    """Names that do not exist are problems of the contract, each with its node and its place."""
    with pytest.raises(ig.CompileError) as caught:

        class Bad(ig.Contract):
            x: Nowhere = ig.input()  # noqa: F821 -- what is tested
            y: int | text = ig.input()  # noqa: F821 -- what is tested
            z: int = ig.input(default="a")

            @ig.output
            def shown(x, y, z, other):
                return x

    found = {problem.node: problem for problem in caught.value.problems}
    assert {name: problem.rule for name, problem in found.items()} == {
        "x": "bad-type",
        "y": "bad-type",
        "z": "bad-default",
        "shown": "parameter-without-source",
    }
    assert "'Nowhere' of input 'x' cannot be resolved: name 'Nowhere'" in found["x"].message
    assert found["x"].place.startswith(__file__)
    assert found["x"].hint


def test_a_plain_metaclass_call_makes_a_class_without_declarations():
    """A class made without a body of declarations inherits what there is."""
    derived = type(Price)("Derived", (Price,), {"note": "plain"})

    assert derived.note == "plain"
    assert derived(order_total=100.0, country="UA").result.total == 120.0


class Touching(ig.Contract, policy=ig.Policy(denied=["filesystem"])):
    x = ig.input(int)

    @ig.output(capabilities=["network"])
    def fetched(x):
        return x

    @ig.output(capabilities=["filesystem"])
    def written(x):
        return x


def test_the_capability_report_of_a_class_asks_the_policies_in_force():
    """Without a policy given, those in force and the contract's own are asked."""
    assert dict(Touching.capability_report().violations) == {"written": ("filesystem",)}
    with ig.policy(denied=["network"]):
        assert dict(Touching.capability_report().violations) == {
            "fetched": ("network",),
            "written": ("filesystem",),
        }
    only = ig.Policy(allowed=["filesystem"])
    assert dict(Touching.capability_report(only).violations) == {"fetched": ("network",)}


class FakeDisplay:
    """Stands for the notebook room."""

    def mimebundle(self, shown: object) -> dict[str, str]:
        return {"text/plain": f"shown {shown!r}"}

    def live(self, contract: Any) -> Any:
        return "widget of", contract


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDisplay]:
    """Install a display of our own, and put the real one back."""
    fake = FakeDisplay()
    monkeypatch.setattr(display._port, "loader", lambda: fake)
    return fake


def test_showing_is_the_displays_work(price, fake):
    """A class, an instance, its result and ``live`` ask whatever display is installed."""
    assert Price._repr_mimebundle_() == {"text/plain": "shown <contract Price>"}
    assert price._repr_mimebundle_(include=None) == {"text/plain": f"shown {price!r}"}
    assert price.result._repr_mimebundle_()["text/plain"].startswith("shown <Result")
    assert price.live() == ("widget of", price)


def test_events_and_listeners_are_those_of_the_execution(price):
    """``events`` begins a log, ``subscribe`` returns a handle."""
    heard = []
    handle = price.subscribe(heard.append)
    log = price.events
    price.resolve_all()
    handle.cancel()

    assert [event.seq for event in heard] == [event.seq for event in log]
    assert price.events is log
