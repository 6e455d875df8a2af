"""What runs, and above all what does not: the work is counted, not only the answer."""

from __future__ import annotations

import pytest

import igniter_nb as ig
from igniter_nb.incremental import EVERY_OUTPUT
from igniter_nb.runtime.flags import CLEAN, DIRTY, UNASKED


@pytest.fixture
def ran():
    """Names of nodes in the order in which they ran."""
    return []


@pytest.fixture
def diamond(ran):
    """A contract ``x → left, right → bottom`` with an unrelated ``alone`` that reads ``y``."""

    class Diamond(ig.Contract):
        x = ig.input(int)
        y = ig.input(int, default=0)

        @ig.compute
        def left(x):
            ran.append("left")
            return x % 10

        @ig.compute
        def right(x):
            ran.append("right")
            return x // 10

        @ig.output
        def bottom(left, right):
            ran.append("bottom")
            return left, right

        @ig.output
        def alone(y):
            ran.append("alone")
            return y

    return Diamond(x=11)


def test_making_a_contract_runs_nothing(diamond, ran):
    """Nothing runs at construction."""
    assert ran == []
    assert diamond.pending


def test_a_result_runs_only_what_it_needs(diamond, ran):
    """Reading one output runs its ancestors, in topological order, and nobody else."""
    assert diamond.result.bottom == (1, 1)

    assert ran == ["left", "right", "bottom"]


def test_a_fresh_cell_is_never_computed_twice(diamond, ran):
    """Reading again, by any door, runs nothing."""
    diamond.resolve_all()
    ran.clear()

    diamond.resolve_all()
    assert diamond.result.bottom == diamond.result["bottom"] == diamond.resolve("bottom")
    assert diamond.result.to_dict() == {"bottom": (1, 1), "alone": 0}
    assert diamond.resolve_incrementally().fully_memoized
    assert ran == []


def test_an_update_runs_what_depends_on_it_and_no_more(diamond, ran):
    """An unrelated cell is never invalidated."""
    diamond.resolve_all()
    ran.clear()

    diamond.update_inputs(y=5)
    assert ran == []
    diamond.resolve_all()

    assert ran == ["alone"]


def test_an_update_marks_what_depends_on_it_and_nothing_else(diamond):
    """What reads the input, directly or not, is stale at once; everything else stays as it was."""
    diamond.resolve_all().update_inputs(y=5)
    assert {cell.name for cell in diamond.cells if cell.status == "stale"} == {"alone"}

    diamond.resolve_all().update_inputs(x=12)
    states = {cell.name: cell.status for cell in diamond.cells}
    assert states.pop("alone") == states.pop("x") == states.pop("y") == "succeeded"
    assert states == {"left": "stale", "right": "stale", "bottom": "stale"}


def test_a_cut_off_stops_at_the_first_equal_value(diamond, ran):
    """Of two changed branches one comes out equal: it is not what makes the bottom run."""
    diamond.resolve_all()
    ran.clear()

    diamond.update_inputs(x=21).resolve_all()
    assert ran == ["left", "right", "bottom"]
    ran.clear()
    report = diamond.resolve_incrementally(x=21 + 0)
    assert ran == []
    assert report.fully_memoized


def test_nobody_behind_an_equal_value_is_looked_at(ran):
    """A node that comes out equal, false and None included, ends the change there."""
    for value in (False, None, 0, "", ()):

        class Gate(ig.Contract):
            x = ig.input(int)

            @ig.compute
            def folded(x):
                return value  # noqa: B023 -- run within the turn of the loop

            @ig.output
            def behind(folded):
                ran.append("behind")
                return folded

        gate = Gate(x=1).resolve_all()
        report = gate.resolve_incrementally(x=2)

        assert ran == ["behind"]
        assert report.backdated_nodes == ("folded",)
        assert report.skipped_nodes == ("behind",)
        ran.clear()


def test_an_update_to_an_equal_value_runs_nothing(diamond, ran):
    """Values are compared, not counted as changes because they were given."""
    diamond.resolve_all()
    ran.clear()

    diamond.update_inputs(x=11, y=0).resolve_all()

    assert ran == []


def test_a_change_that_was_taken_back_runs_nothing(diamond, ran):
    """A → B → A before a run does nothing: the values at that moment are compared."""
    diamond.resolve_all()
    ran.clear()

    diamond.update_inputs(x=99).update_inputs(y=3).update_inputs(x=11, y=0)
    report = diamond.resolve_incrementally()

    assert ran == []
    assert report.written == ()


def test_many_updates_are_one_change(diamond, ran):
    """Of several updates before a run only the last values count, and the first as old."""
    diamond.resolve_all()
    ran.clear()

    report = diamond.update_inputs(y=1).update_inputs(y=2).resolve_incrementally(y=3)

    assert ran == ["alone"]
    assert report.changed_outputs == {"alone": (0, 3)}
    assert "y went 0 → 3" in report.headline


def test_a_changed_type_is_a_changed_value():
    """1 and 1.0 and True are three values."""

    class Typed(ig.Contract):
        x = ig.input(object)

        @ig.output
        def name(x):
            return type(x).__name__

    typed = Typed(x=1)
    assert typed.result.name == "int"
    assert typed.update_inputs(x=1.0).result.name == "float"
    assert typed.update_inputs(x=True).result.name == "bool"


def test_nan_is_itself(ran):
    """A node that gives nan again has not changed."""

    class Ratio(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def ratio(x):
            return float("nan")

        @ig.output
        def behind(ratio):
            ran.append("behind")

    Ratio(x=1).resolve_all().update_inputs(x=2).resolve_all()

    assert ran == ["behind"]


def test_a_list_changed_in_place_is_seen():
    """A step that returns the same list with other contents changes its readers."""
    kept: list[int] = []

    class Growing(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def rows(x):
            kept.append(x)
            return kept

        @ig.output
        def total(rows):
            return sum(rows)

    growing = Growing(x=1)

    assert growing.result.total == 1
    assert growing.update_inputs(x=2).result.total == 3


@pytest.mark.parametrize("declared", [list, object, list[int]])
def test_an_input_changed_in_place_and_given_again_is_seen(declared):
    """The same list given again counts as changed, since it may be."""

    class Sum(ig.Contract):
        rows = ig.input(declared)

        @ig.output
        def total(rows):
            return sum(rows)

    rows = [1]
    summed = Sum(rows=rows)
    assert summed.result.total == 1
    rows.append(2)

    assert summed.update_inputs(rows=rows).result.total == 3


def test_a_node_may_read_an_output_by_its_name():
    """What reads an alias is invalidated with what the alias shows."""

    class Aliased(ig.Contract):
        x = ig.input(int)

        @ig.compute
        def node(x):
            return x * 10

        shown = ig.output("node")

        @ig.output
        def behind(shown):
            return shown + 1

    aliased = Aliased(x=1)

    assert aliased.result.behind == 11
    assert aliased.update_inputs(x=2).result.behind == 21


def test_a_fresh_value_is_read_without_a_run(diamond, ran):
    """Something else that was never asked for, or is stale, makes no run of a fresh reading."""
    assert diamond.result.alone == 0
    assert diamond.result.bottom == (1, 1)
    diamond.update_inputs(x=12)
    assert diamond.result.alone == 0
    runs = diamond.execution.run
    ran.clear()

    assert diamond.result.alone == diamond.result["alone"] == diamond.resolve("alone") == 0
    assert diamond.execution.run == runs
    assert diamond.result.bottom == (2, 1)
    assert diamond.result.alone == 0
    assert diamond.execution.run == runs + 1
    assert ran == ["left", "right", "bottom"]


def test_flags_say_what_is_fresh_dirty_and_unasked(diamond):
    """A cell is unasked until somebody needs it, dirty until it ran, then clean."""
    index = diamond.compiled_graph.index
    flags = diamond.execution.flags

    assert flags[index["alone"]] == UNASKED
    diamond.resolve("left")
    assert flags[index["left"]] == CLEAN
    assert flags[index["bottom"]] in (DIRTY, UNASKED)
    diamond.resolve_all()
    assert DIRTY not in flags
    diamond.execution.check_invariants()


def test_a_question_is_worked_out_once(diamond):
    """What an answer needs is looked up, not searched again, when it is asked for again."""
    program = diamond.execution.program

    assert program.demand(EVERY_OUTPUT) is program.demand(EVERY_OUTPUT)


def test_executions_of_one_contract_share_no_value(diamond, ran):
    """Two executions of a contract compute on their own."""
    other = type(diamond)(x=11).resolve_all()
    diamond.resolve_all()

    assert ran.count("bottom") == 2
    other.update_inputs(x=5)
    assert diamond.result.bottom == (1, 1)


def test_a_const_function_runs_once_per_execution(ran):
    """A const is computed once, whatever is updated."""

    class Constant(ig.Contract):
        x = ig.input(int)

        @ig.const
        def rate():
            ran.append("rate")
            return 2

        flat = ig.const(3)

        @ig.output
        def total(x, rate, flat):
            return x * rate + flat

    constant = Constant(x=1)
    assert constant.result.total == 5
    assert constant.update_inputs(x=2).result.total == 7
    assert ran == ["rate"]
    assert Constant(x=0).result.total == 3
    assert ran == ["rate", "rate"]
