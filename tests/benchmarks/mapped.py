"""Measurements of tables: rows through a contract, beside a loop that calls the same functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

import igniter_nb as ig
from igniter_nb.contract import ContractMeta
from igniter_nb.runtime import Given, Rows
from tests.benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.rows import Sizes
    from tests.benchmarks.stopwatch import Stopwatch

NODES = {3: (1.4, 3.0), 20: (1.2, 1.5)}
"""Nodes of a row, and how many loops the code and the whole of ``map`` may take."""


COLUMNS = 1.2
"""How many times the functions, called by hand with the same columns, ``vectorised`` may take."""


def mapping(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Compute rows of plain values by straight-line code, and as a frame."""
    size = sizes.mapped
    columns = {"a": [float(n) for n in range(size)], "b": [float(n % 7) for n in range(size)]}
    frame = pd.DataFrame(columns)
    for nodes, (by_code_target, target) in NODES.items():
        made, functions, loop = trivial(nodes)
        expected = loop(**columns)
        assert by_code(made, columns) == expected
        assert made.map(frame)["last"].tolist() == expected
        by_hand, code, whole = (
            partial(loop, **columns),
            partial(by_code, made, columns),
            partial(made.map, frame),
        )
        rows = f"{size:,} rows of {nodes} nodes"
        yield _row(watch, f"straight-line code, {rows}", (by_hand, code, size), by_code_target)
        yield _row(watch, f"a frame mapped, {rows}", (by_hand, whole, size), target)
        columns_by_hand = partial(chained, functions, frame["a"], frame["b"])
        assert made.vectorised(frame)["last"].tolist() == expected
        vectorised = (columns_by_hand, partial(made.vectorised, frame), size)
        yield _row(watch, f"whole columns, {rows}", vectorised, COLUMNS)
        yield others(watch, frame, functions, nodes)


def _row(
    watch: Stopwatch,
    title: str,
    works: tuple[Callable[[], object], Callable[[], object], int],
    target: float,
) -> Row:
    floor, ours, size = works
    times = watch.compare(floor, ours, per=size, apart=True)
    return Row(
        title,
        "µs a row",
        times.ours,
        times.floor,
        "by hand",
        times.ratio,
        target=target,
        times=True,
    )


def others(watch: Stopwatch, frame: pd.DataFrame, functions: list[Any], nodes: int) -> Row:
    """Compute the same with pandas alone: ``apply``, and ``itertuples``."""

    def each(row: Any) -> float:
        return float(chained(functions, row.a, row.b))

    size = len(frame)
    applied = watch.alone(lambda: frame.apply(each, axis=1), per=size)
    walked = watch.alone(lambda: [each(row) for row in frame.itertuples()], per=size)
    return Row(
        f"for comparison: the same {nodes} functions by itertuples, and by DataFrame.apply"
        f" ({applied:.3g} µs a row)",
        "µs a row",
        None,
        walked,
        "itertuples",
    )


def chained(functions: list[Any], a: Any, b: Any) -> Any:
    """Call one function after the other."""
    for function in functions:
        a = function(a, b)
    return a


def by_code(made: Any, columns: dict[str, list[float]]) -> list[Any]:
    """Compute rows without a frame around them."""
    program = made._program or ContractMeta.prepared(made)
    work = Rows(
        program, [program.outputs["last"]], make=lambda row: made(**row).execution, failed=print
    )
    work.run(Given(columns, len(columns["a"]), plain=True, wrong={}))
    return work.found[0]


def trivial(nodes: int) -> tuple[Any, list[Any], Callable[..., list[float]]]:
    """Make a chain of trivial nodes: a contract, its functions, and a loop that calls them."""
    named: dict[str, Any] = {}
    for at in range(nodes):
        exec(f"def f{at}(a, b):\n    return a * 1.5 + b", named)  # noqa: S102 -- code of the benchmark's own
    functions = [named[f"f{at}"] for at in range(nodes)]
    builder = ig.ContractBuilder("Trivial")
    builder.input("a", float)
    builder.input("b", float)
    names = ["a", *(f"n{at}" for at in range(nodes))]
    lines = ["def loop(a, b):", "    found = []", "    for a, b in zip(a, b):"]
    for at, function in enumerate(functions):
        builder.compute(names[at + 1], function, depends_on={"a": names[at], "b": "b"})
        lines.append(f"        {names[at + 1]} = f{at}({names[at]}, b)")
    builder.output("last", source=names[-1])
    exec("\n".join([*lines, f"        found.append({names[-1]})", "    return found"]), named)  # noqa: S102 -- the same
    return builder.build(), functions, named["loop"]
