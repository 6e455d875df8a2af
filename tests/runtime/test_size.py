"""Size is no obstacle: no recursion anywhere between declaring and explaining."""

from __future__ import annotations

import pytest

import igniter_nb as ig

LONG = 50_000


def increased(x):
    """Be the cheapest possible step."""
    return x + 1


@pytest.fixture(scope="module")
def chain():
    """A contract that is a chain of 50,000 nodes."""
    builder = ig.ContractBuilder("Chain").input("x", int)
    before = "x"
    for number in range(LONG):
        builder.compute(f"n{number}", increased, depends_on=[before])
        before = f"n{number}"
    return builder.output("last", source=before).build()


def test_a_chain_of_fifty_thousand_nodes_resolves(chain):
    """Recursion would end in a stack overflow at some 1,100."""
    long = chain(x=0)

    assert long.result.last == LONG
    assert long.update_inputs(x=1).result.last == LONG + 1
    assert long.cells[-1].value == LONG + 1


def test_a_failure_goes_down_a_long_chain(chain):
    """An error is handed on through 50,000 readers, and so is the way back."""
    long = chain(x=0)
    long.execution.values[0] = None

    with pytest.raises(ig.ResolutionError) as caught:
        long.resolve_all()
    assert caught.value.context["node"] == "n0"
    assert len(long.result.errors) == LONG + 1


def test_why_goes_down_a_long_chain(chain):
    """A report explains the last of 50,000 nodes without recursion."""
    long = chain(x=0).resolve_all()

    report = long.resolve_incrementally(x=5)
    assert len(report.recomputed_nodes) == LONG
    last = f"n{LONG - 1}"
    assert report.why(last).startswith(
        f"{last} ran (changed: {LONG} → {LONG + 5}) because x went 0 → 5, … {LONG - 4} more …,"
    )
    assert report.rows[-2].why.startswith(f"x → … {LONG - 4} more … → n{LONG - 4} →")


def test_a_hundred_thousand_nodes_in_layers_build_and_run():
    """A thousand layers of a hundred nodes compile, run and update."""
    builder = ig.ContractBuilder("Layers").input("x", int)
    before = ["x"] * 100
    for layer in range(1_000):
        now = [f"n{layer}_{column}" for column in range(100)]
        for column, name in enumerate(now):
            builder.compute(name, max, depends_on=[before[column], before[column - 1]])
        before = now
    for name in before:
        builder.output(name)
    layers = builder.build()

    assert len(layers.compiled_graph) == 100_001
    made = layers(x=3).resolve_all()
    assert set(made.result.to_dict().values()) == {3}


def test_a_long_chain_on_threads():
    """The threads runner walks a chain without recursion."""
    builder = ig.ContractBuilder("Chain", runner="threads", pool_size=2).input("x", int)
    before = "x"
    for number in range(3_000):
        builder.compute(f"n{number}", increased, depends_on=[before])
        before = f"n{number}"

    assert builder.output("last", source=before).build()(x=0).result.last == 3_000
