"""The benchmarks at tiny sizes and without a clock: their answers and counts, in every test run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.floors import Incremental, Loop
from tests.benchmarks.graphs import layers, update
from tests.benchmarks.rows import ALL, Sizes
from tests.benchmarks.stopwatch import Rehearsal, Stopwatch
from tests.benchmarks.table import Row, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TINY = Sizes(
    chain=7,
    width=5,
    depths=(2, 3),
    depth=3,
    tail=4,
    grid=(3, 4),
    calls=1,
    nap=0,
    drawn=60,
    items=(3,),
    mapped=5,
)


@pytest.mark.parametrize("measure", ALL)
def test_answers_and_counts(measure: Callable[[Stopwatch, Sizes], Iterator[Row]]) -> None:
    """What is measured computes what a loop computes, and runs as many nodes as it says."""
    rows = list(measure(Rehearsal(), TINY))

    assert all(row.work and row.unit for row in rows)


def test_the_incremental_floor() -> None:
    """The floor by hand runs the nodes behind a change and stops where a value comes out equal."""
    work = update(tail=4, width=3, depth=4)
    floor = Incremental(work, work.given(0))

    ran = [
        floor.update(*change) for change in (("one", 9), ("some", 9), ("everything", 9), ("cut", 5))
    ]

    assert ran == [1, 4, 13, 1]
    assert floor.answers() == Loop(work).run({"one": 9, "some": 9, "everything": 9, "cut": 5})


def test_layers_use_every_node() -> None:
    """Every node of the layers is read by two others of the next layer, by different pairs."""
    work = layers(4, 6)
    read = [source for step in work.steps for source in step.sources]

    assert {read.count(name) for name in {*read}} == {2}
    assert len({*read}) == 4 * 6


def test_the_stopwatch_measures_in_turn() -> None:
    """The floor is measured before and after every sample, and figures are per unit."""
    done: list[str] = []
    watch = Stopwatch(rounds=3)

    times = watch.compare(lambda: done.append("floor"), lambda: done.append("ours"), per=1)

    assert done == ["ours", "floor", *["ours", "floor"] * 3]
    assert times.ours >= 0


def test_the_quickest_pass_counts() -> None:
    """Of two measurements of one row the one in which ours took less is kept, with its ratio."""
    slow, quick = Row("a", "µs", 5.0, 0.9, ratio=5.6), Row("a", "µs", 4.0, 0.8, ratio=5.0)
    loops = Row("b", "µs", None, 2.0), Row("b", "µs", None, 1.0)

    assert slow.quicker(quick) is quick.quicker(slow) is quick
    assert loops[0].quicker(loops[1]) is loops[1]


def test_the_table_says_what_was_missed() -> None:
    """A row knows whether its figure, or its ratio, is within the target."""
    rows = [
        Row("a", "µs", 4.9, 0.8, "heap", 6.125, target=5, peers={"other": "131,890"}),
        Row("b", "µs a node", 1.0, 0.25, "loop", 4.0, target=3, times=True),
        Row("c", "µs", 1234.5),
    ]

    assert table(rows, ["other"]).splitlines() == [
        "| work | unit | floor | ours | ours ÷ floor | target | met | other |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| a | µs | 0.8 heap | 4.9 | 6.12 x | ≤ 5 | yes | 131,890 |",
        "| b | µs a node | 0.25 loop | 1 | 4 x | ≤ 3 x floor | **no** |  |",
        "| c | µs |  | 1,234 |  |  |  |  |",
    ]
