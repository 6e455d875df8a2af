"""Results and cells: reading runs what it needs, asking runs nothing and never raises."""

from __future__ import annotations

import pytest

import igniter_nb as ig
from igniter_nb.contract.contract import RESERVED


class Sample(ig.Contract):
    x = ig.input(int)

    @ig.compute
    def middle(x):
        return x % 10

    @ig.output
    def shown(middle):
        return middle * 2

    @ig.output
    def broken(x):
        return 1 // x


@pytest.fixture
def sample():
    """An instance that has not run."""
    return Sample(x=1)


def test_a_result_is_read_by_item_and_by_attribute(sample):
    """Both give the same value, fresh or not."""
    assert sample.result.shown == sample.result["shown"] == 2
    sample.update_inputs(x=3)
    assert sample.result["shown"] == 6
    sample.update_inputs(x=4)
    assert sample.result.shown == 8


def test_an_unknown_output_is_told_with_the_known_ones(sample):
    """A misspelt name gets the nearest known one, and is the usual kind of error."""
    with pytest.raises(
        AttributeError, match=r"Sample has no output 'shwn'; known: shown, broken; .*shown"
    ):
        _ = sample.result.shwn
    with pytest.raises(KeyError, match="no output 'zzzz'; known: shown, broken"):
        _ = sample.result["zzzz"]
    assert not hasattr(sample.result, "middle")


def test_a_result_is_a_small_collection_of_names(sample):
    """Names can be gone through, counted, looked up and completed; nothing runs."""
    result = sample.result

    assert [*result] == ["shown", "broken"]
    assert len(result) == 2
    assert "shown" in result
    assert "middle" not in result
    assert {"shown", "broken", "states", "to_frame"} <= {*dir(result)}
    assert result._ipython_key_completions_() == ["shown", "broken"]
    assert sample.pending


def test_names_of_results_cannot_be_outputs():
    """An output that would replace what results offer is refused when it is declared."""
    assert {"errors", "states", "to_dict", "to_frame"} <= RESERVED
    for name in sorted(RESERVED):
        builder = ig.ContractBuilder("Bad").input("x", int)
        with pytest.raises(ig.CompileError, match=name):
            builder.output(name, lambda x: x).build()


def test_a_fresh_value_that_cannot_be_changed_is_the_same_object(sample):
    """Reading gives the value that is kept, not a copy."""

    class Names(ig.Contract):
        x = ig.input(int)

        @ig.output
        def names(x):
            return (str(x),)

    names = Names(x=1)
    assert names.result.names is names.result["names"]


def test_to_dict_resolves_everything_and_raises_the_first_error(sample):
    """A dictionary has all outputs or none."""
    assert sample.result.to_dict() == {"shown": 2, "broken": 1}
    with pytest.raises(ig.ResolutionError):
        sample.update_inputs(x=0).result.to_dict()
    assert sample.result.shown == 0


def test_texts_and_tables_run_nothing(sample):
    """Looking at a result shows how it stands, whatever that is."""
    assert repr(sample.result) == f"<Result {sample.id}: shown: pending, broken: pending>"
    sample.resolve_incrementally(x=0)

    assert repr(sample.result) == f"<Result {sample.id}: shown=0, broken: failed>"
    text = str(sample.result)
    assert text.splitlines()[:2] == [f"{sample.id}: result", "1 succeeded, 1 failed"]
    frame = sample.result.to_frame()
    assert [*frame.columns] == ["output", "status", "value", "error"]
    assert [*frame["status"]] == ["succeeded", "failed"]
    assert frame["error"][1] == "ZeroDivisionError: integer division or modulo by zero"


def test_cells_are_every_node_at_one_moment(sample):
    """A cell is a frozen value: it does not follow the execution."""
    before = sample.cells
    sample.resolve("shown")
    after = sample.cells

    assert [cell.id for cell in before] == [0, 1, 2, 3]
    assert [cell.name for cell in after] == [node.name for node in sample.compiled_graph.nodes]
    cell = before[sample.compiled_graph.index["middle"]]
    assert (cell.status, cell.origin, cell.value, cell.version, cell.duration) == (
        "pending",
        None,
        None,
        0,
        None,
    )
    with pytest.raises(AttributeError):
        cell.status = "succeeded"


def test_a_cell_says_how_its_value_came_to_be(sample):
    """Computed, backdated or skipped in the latest run; never for an input."""
    sample.resolve_all()
    states = sample.result.states
    assert (states["middle"].origin, states["middle"].version) == ("computed", 1)
    assert states["middle"].duration > 0
    assert (states["x"].origin, states["x"].status) == (None, "succeeded")

    sample.update_inputs(x=11).resolve_all()
    states = sample.result.states
    assert states["middle"].origin == "backdated"
    assert states["middle"].version == 1
    assert states["shown"].origin == "skipped"
    assert (states["broken"].origin, states["broken"].version) == ("computed", 2)


def test_what_waits_makes_cells_stale(sample):
    """A queued update shows in the input and makes what depends on it stale, without a run."""
    sample.resolve_all().update_inputs(x=2)

    states = sample.result.states
    assert states["x"].value == 2
    assert states["middle"].status == states["shown"].status == "stale"
    assert states["shown"].value == 2
    sample.update_inputs(x=1)
    assert sample.result.states["shown"].status == "succeeded"


def test_an_update_makes_a_failed_cell_stale(sample):
    """A failure is told until an update might mend it."""
    sample.resolve_incrementally(x=0)
    assert sample.failed

    sample.update_inputs(x=1)
    assert sample.result.states["broken"].status == "stale"
    assert sample.result.errors == {}
    assert (sample.failed, sample.pending) == (False, True)


def test_partly_asked_is_partly_pending(sample):
    """What nobody asked for stays pending, whatever else ran."""
    _ = sample.result.shown

    states = sample.result.states
    assert states["broken"].status == "pending"
    assert states["broken"].origin is None
    assert sample.pending


def test_a_result_can_be_asked_for_private_names(sample):
    """Names that are no outputs are an AttributeError, which is what other tools expect."""
    assert getattr(sample.result, "__html__", None) is None
