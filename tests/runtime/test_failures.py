"""A failure is a state: kept, explained, handed on to readers, retried by the next run."""

from __future__ import annotations

import pickle

import pytest

import igniter_nb as ig
from igniter_nb.text import said
from tests.runtime.notes import Notes


class Division(ig.Contract):
    """``good`` and two independent failures; ``behind`` reads one, ``both`` reads both."""

    x = ig.input(int)

    @ig.output
    def good(x):
        return x

    @ig.output
    def first(x):
        return 1 // (x - x)

    @ig.output
    def second(x):
        return [][x]

    @ig.output
    def behind(first, good):
        return first + good

    @ig.output
    def both(second, first):
        return first + second


@pytest.fixture(params=["inline", "threads"])
def runner(request):
    """Name each runner in turn."""
    return request.param


@pytest.fixture
def failed(runner):
    """A contract that was asked for everything and failed, under each runner."""
    contract = Division.configured(runner=runner)(x=1)
    with pytest.raises(ig.ResolutionError):
        contract.resolve_all()
    return contract


def test_an_error_names_where_it_happened(failed):
    """The error of a node has graph, node, path, execution and the source line."""
    error = failed.result.errors["first"]

    assert error.context["graph"] == "Division"
    assert error.context["node"] == error.context["path"] == "first"
    assert error.context["execution"] == failed.id
    assert str(error.context["location"]).startswith(__file__)
    assert str(error).startswith("node 'first' failed: ZeroDivisionError: integer division")


def test_the_original_is_the_cause(failed):
    """What the function raised, its class and its traceback, is kept as the cause."""
    cause = failed.result.errors["first"].__cause__

    assert type(cause) is ZeroDivisionError
    assert cause.__traceback__ is not None
    trace = cause.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    assert trace.tb_frame.f_code.co_name == "first"


def test_dependants_fail_with_the_same_object(failed):
    """A reader of a failed node has the very same error."""
    errors = failed.result.errors

    assert errors["behind"] is errors["first"]
    with pytest.raises(ig.ResolutionError) as caught:
        failed.resolve("behind")
    assert caught.value.context["node"] == "first"


def test_of_two_failed_dependencies_the_first_in_order_counts(failed):
    """Whichever finished first, a reader takes over the error of the lower id."""
    graph, errors = failed.compiled_graph, failed.result.errors
    lower = min("first", "second", key=graph.index.__getitem__)

    assert errors["both"] is errors[lower]


def test_all_independent_failures_are_kept(failed):
    """``errors`` has every failed node; what could run has run."""
    assert set(failed.result.errors) == {"first", "second", "behind", "both"}
    assert failed.result.good == 1


def test_asking_never_raises(failed):
    """How it stands can be asked of a failed contract by every door."""
    assert (failed.failed, failed.succeeded, failed.pending) == (True, False, False)
    states = failed.result.states
    assert states["first"].status == states["behind"].status == "failed"
    assert states["first"].error is states["behind"].error
    assert states["first"].value is None
    assert states["good"].status == "succeeded"
    assert "failed" in repr(failed)
    assert "first: failed" in repr(failed.result)
    assert "by zero" in str(failed.result)
    assert set(failed.resolve_incrementally().failed_nodes) == set(failed.result.errors)


def test_resolve_all_raises_the_first_error(failed):
    """Of several failures the first in topological order is raised."""
    graph, errors = failed.compiled_graph, failed.result.errors
    first = min(errors, key=graph.index.__getitem__)

    with pytest.raises(ig.ResolutionError) as caught:
        failed.resolve_all()
    assert caught.value.context["node"] == first


def test_an_error_travels_between_processes(failed):
    """An error can be pickled with its context."""
    error = failed.result.errors["first"]

    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes

    assert (type(copied), str(copied)) == (type(error), str(error))


class Flaky(ig.Contract):
    """Fails for a negative ``x``; counts its runs."""

    x = ig.input(int)
    ran = ig.input(object)

    @ig.compute
    def root(x, ran):
        ran.append("root")
        if x < 0:
            message = "negative"
            raise ValueError(message)
        return x

    @ig.output
    def shown(root, ran):
        ran.append("shown")
        return root


def test_the_next_run_tries_again():
    """A failed node is not remembered as failed for ever: each reading tries it again."""
    ran = Notes()
    flaky = Flaky(x=-1, ran=ran)

    for _ in range(2):
        with pytest.raises(ig.ResolutionError):
            _ = flaky.result.shown

    assert [*ran] == ["root", "root"]


def test_a_failure_that_is_mended_leaves_no_trace():
    """Once it runs well, the error is gone and readers have values."""
    flaky = Flaky(x=-1, ran=[])
    with pytest.raises(ig.ResolutionError):
        flaky.resolve_all()

    assert flaky.update_inputs(x=3).result.shown == 3
    assert flaky.result.errors == {}
    assert flaky.succeeded
    assert all(view.error is None for view in flaky.cells)


def test_the_last_good_value_is_what_the_next_is_compared_with():
    """After a failure a node that gives its last good value again is backdated."""
    flaky = Flaky(x=1, ran=[]).resolve_all()
    flaky.resolve_incrementally(x=-1)

    report = flaky.resolve_incrementally(x=1)

    assert set(report.backdated_nodes) == {"root", "shown"}
    assert flaky.result.shown == 1


def test_an_error_of_ours_keeps_its_class_and_gets_its_place():
    """What a step raises from our own tree keeps class and text and gains the context."""

    class Own(ig.Contract):
        x = ig.input(int)

        @ig.output
        def shown(x):
            message = "not like this"
            raise ig.GuardError(message) from KeyError("why")

    own = Own(x=1)
    with pytest.raises(ig.GuardError, match="not like this") as caught:
        own.resolve_all()

    assert caught.value.context["execution"] == own.id
    assert isinstance(caught.value.__cause__, ig.GuardError)
    assert isinstance(caught.value.__cause__.__cause__, KeyError)


def test_a_guard_that_says_no_is_a_guard_error():
    """A guard's error says what it saw and has no inner error; gated nodes fail with it."""

    class Guarded(ig.Contract):
        age = ig.input(int)
        adult = ig.guard("age", between=(18, 150), message="too young", gates=["shown"])

        @ig.output
        def shown():
            return "beer"

    guarded = Guarded(age=17)
    with pytest.raises(
        ig.GuardError, match=r"too young \(got age=17, expected between 18"
    ) as caught:
        _ = guarded.result.shown

    assert caught.value.__cause__ is None
    assert guarded.result.errors["adult"] is guarded.result.errors["shown"]
    assert guarded.update_inputs(age=18).result.shown == "beer"


def test_a_contract_inside_a_function_is_named_in_the_path():
    """An error of another contract that a function uses gets the path from here to there."""

    class Inner(ig.Contract):
        x = ig.input(int)

        @ig.output
        def half(x):
            return x / 0

    class Outer(ig.Contract):
        x = ig.input(int)

        @ig.output
        def shown(x):
            return Inner(x=x).result.half

    outer = Outer(x=1)
    with pytest.raises(ig.ResolutionError) as caught:
        outer.resolve_all()

    assert (caught.value.context["graph"], caught.value.context["path"]) == ("Outer", "shown.half")
    root = caught.value
    while root.__cause__ is not None:
        root = root.__cause__
    assert isinstance(root, ZeroDivisionError)


class MuteError(Exception):
    """An exception whose text cannot be had."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("error", "text"),
    [(MuteError(), "MuteError"), (KeyError(), "KeyError"), (ValueError("no"), "ValueError: no")],
)
def test_any_exception_can_be_told(error, text):
    """An exception that fails to say what it is still has a class."""
    assert said(error) == text


def test_a_hostile_exception_is_a_failure_like_any_other():
    """An exception with a failing ``__str__`` fails its node and nothing else."""

    class Mute(ig.Contract):
        x = ig.input(int)

        @ig.output
        def shown(x):
            raise MuteError

    with pytest.raises(ig.ResolutionError, match="node 'shown' failed: MuteError"):
        Mute(x=1).resolve_all()


def test_a_value_that_refuses_comparison_is_a_new_value():
    """A hostile ``__eq__`` costs a run and hurts nobody."""

    class Hostile:
        def __eq__(self, other):
            raise ArithmeticError

        def __hash__(self):
            return 1

    class Compared(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def made(x):
            return {Hostile()}

        @ig.output
        def size(made):
            return len(made)

    compared = Compared(x=1).resolve_all()

    assert compared.resolve_incrementally(x=2).changed_nodes == ("made",)
    assert compared.result.size == 1


def test_failing_again_keeps_other_cells_fresh():
    """Trying a failed node again runs nothing that is fresh."""
    ran: list[str] = []

    class Half(ig.Contract):
        x = ig.input(int)

        @ig.output
        def fine(x):
            ran.append("fine")
            return x

        @ig.output
        def broken(x):
            ran.append("broken")
            raise ValueError

    half = Half(x=1)
    for _ in range(3):
        with pytest.raises(ig.ResolutionError):
            half.resolve_all()

    assert ran.count("fine") == 1
    assert ran.count("broken") == 3
    half.execution.check_invariants()


def test_what_nobody_asked_for_fails_nobody():
    """A failure of a node that the question does not need is kept and not raised."""

    class Aside(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def aside(x):
            raise ValueError

        @ig.output
        def shown(x):
            return x

        @ig.output
        def unlucky(aside):
            return aside

    aside = Aside(x=1)
    with pytest.raises(ig.ResolutionError):
        aside.resolve("aside")

    assert aside.result.shown == 1
    assert set(aside.result.errors) == {"aside"}
    assert aside.failed


def test_resolve_all_does_not_raise_what_no_output_needs():
    """A node that was asked for by name and failed is no failure of the outputs."""
    builder = ig.ContractBuilder("Aside").input("x", int)
    builder.compute("aside", lambda x: 1 // 0, depends_on=["x"]).output("shown", lambda x: x)
    with pytest.warns(ig.errors.ContractWarning):
        aside = builder.build()(x=1)
    with pytest.raises(ig.ResolutionError):
        aside.resolve("aside")

    assert aside.resolve_all().result.shown == 1
    assert aside.succeeded
    assert aside.failed


def test_a_denied_capability_stops_a_node_before_it_is_entered():
    """A policy stops a node before its executor, and fresh cells stay; later it is retried."""
    entered: list[int] = []

    class Online(ig.Contract):
        x = ig.input(int)

        @ig.output(capabilities=["network"])
        def fetched(x):
            entered.append(x)
            return x

    online = Online(x=1).resolve_all()
    with ig.policy(denied=["network"]):
        assert online.result.fetched == 1
        with pytest.raises(ig.CapabilityViolationError) as caught:
            online.update_inputs(x=2).resolve_all()
        assert caught.value.context["execution"] == online.id
        assert caught.value.__cause__ is None
    assert entered == [1]

    assert online.result.fetched == 2


def test_reuse_comes_before_dependencies_then_the_policy_then_the_call(runner):
    """A fresh value is given out; else a failed dependency counts before what a policy denies."""
    entered: list[int] = []

    class Ordered(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def share(x):
            return 6 // x

        @ig.output(capabilities=["network"])
        def sent(share):
            entered.append(share)
            return share

    ordered = Ordered.configured(runner=runner)(x=1).resolve_all()
    with ig.policy(denied=["network"]):
        assert ordered.result.sent == 6
        with pytest.raises(ig.ResolutionError, match="ZeroDivisionError"):
            _ = ordered.update_inputs(x=0).result.sent
        with pytest.raises(ig.CapabilityViolationError):
            _ = ordered.update_inputs(x=2).result.sent
    assert entered == [6]

    assert ordered.result.sent == 3
    assert entered == [6, 3]


def test_policies_take_turns():
    """A program keeps what a policy denies, for some policies, and forgets the oldest."""

    class Online(ig.Contract):
        x = ig.input(int)

        @ig.output(capabilities=["network"])
        def fetched(x):
            return x

    online = Online(x=1)
    for number in range(40):
        with ig.policy(denied=["network", f"custom{number}"]):
            with pytest.raises(ig.CapabilityViolationError):
                _ = online.result.fetched
            with pytest.raises(ig.CapabilityViolationError):
                _ = online.result.fetched

    assert online.result.fetched == 1


def test_an_unknown_capability_is_warned_about_once():
    """A policy that warns of unknown names warns when it first meets the contract."""

    class Custom(ig.Contract):
        x = ig.input(int)

        @ig.output(capabilities=["teleport"])
        def moved(x):
            return x

        @ig.output
        def still(x):
            return x

    custom = Custom(x=1)
    with ig.policy(on_unknown="warn"):
        with pytest.warns(ig.errors.CapabilityWarning, match="teleport"):
            assert custom.result.moved == 1
        custom.update_inputs(x=2)
        assert custom.result.moved == 2
    custom.execution.check_invariants()


def test_a_warning_made_an_error_leaves_a_consistent_execution():
    """Where warnings are errors, the reading raises, and the next one goes on."""

    class Custom(ig.Contract):
        x = ig.input(int)

        @ig.output(capabilities=["teleport"])
        def moved(x):
            return x

    custom = Custom(x=1)
    with ig.policy(on_unknown="warn"), pytest.raises(ig.errors.CapabilityWarning):
        _ = custom.result.moved

    custom.execution.check_invariants()
    assert custom.result.moved == 1
