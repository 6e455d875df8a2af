"""Measurements of contracts: each function does one piece of work, checks it, returns rows.

The same functions run in two ways: with a :class:`Stopwatch` for the table, and with a
:class:`Rehearsal` and tiny sizes in every test run, where only answers and counts matter.
"""

from __future__ import annotations

import itertools
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import igniter_nb as ig
from tests.benchmarks.floors import Incremental, Loop
from tests.benchmarks.graphs import Work, chain, layers, update
from tests.benchmarks.isolation import isolating
from tests.benchmarks.mapped import mapping
from tests.benchmarks.peers import Peer, deep, installed
from tests.benchmarks.table import Row, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.stopwatch import Stopwatch


@dataclass(frozen=True)
class Sizes:
    """How much work is done.

    Attributes:
        chain: nodes of the chain.
        width: nodes in a layer.
        depths: layers of the graphs that are built and run for the first time.
        depth: layers of the graph that is run again.
        tail: nodes that the second input of the update graph dirties.
        grid: width and depth of what its third input dirties.
        calls: how often something short is done in one sample.
        nap: seconds that each of the independent nodes takes.
        drawn: nodes of the graph that is drawn.
        items: sizes of values that can be changed in place.
        mapped: rows of the table that is mapped.
    """

    chain: int = 1_000
    width: int = 100
    depths: tuple[int, ...] = (10, 100, 1_000)
    depth: int = 100
    tail: int = 100
    grid: tuple[int, int] = (99, 100)
    calls: int = 1_000
    nap: float = 0.1
    drawn: int = 500
    items: tuple[int, ...] = (1_000, 1_000_000)
    mapped: int = 100_000


def rerun(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Run everything again, because every input changed and every node with it."""
    yield rerun_of(watch, chain(sizes.chain))
    yield rerun_of(watch, layers(sizes.width, sizes.depth))


def rerun_of(watch: Stopwatch, work: Work) -> Row:
    """Run one graph again."""
    size, starts = len(work.steps), itertools.count(1)
    made, loop = work.contract()(**work.given(0)).resolve_all(), Loop(work)
    times = watch.compare(
        lambda: loop.run(work.given(next(starts))),
        lambda: made.update_inputs(**work.given(next(starts))).resolve_all(),
        per=size,
    )
    assert made.result.to_dict() == loop.run(made.inputs)
    assert counted(work, lambda twin: twin.update_inputs(**work.given(7))) == size
    return Row(
        f"{work.name.lower()} of {size:,} nodes, run again in full",
        "µs a node",
        times.ours,
        times.floor,
        "loop",
        times.ratio,
        target=3,
        times=True,
        peers=beside(watch, work, again=True),
    )


def counted(work: Work, change: Callable[[ig.Contract], object]) -> int:
    """Count the functions that a change makes run, on a twin whose functions count themselves."""
    tally: Counter[str] = Counter()
    twin = work.counted(tally).contract()(**work.given(0)).resolve_all()
    assert tally.total() == len(work.steps)
    tally.clear()
    change(twin)
    twin.resolve_all()
    assert not tally or set(tally.values()) == {1}
    return tally.total()


def beside(watch: Stopwatch, work: Work, *, again: bool, whole: bool = False) -> dict[str, str]:
    """Measure the peers that are installed, a smaller graph of the kind where ours is too large.

    Args:
        watch: takes the times.
        work: the graph.
        again: whether to run a graph that has run, or to build it and run it once.
        whole: whether the time is that of the whole graph, which may then not be smaller.
    """
    found = {}
    for peer in installed():
        if len(work.steps) <= peer.largest:
            found[peer.name] = figure(peer_time(watch, peer, work, again=again, whole=whole))
        elif not whole:
            few = peer.largest
            less = chain(few) if len(work.inputs) == 1 else layers(10, few // 10)
            took = peer_time(watch, peer, less, again=again, whole=whole)
            found[peer.name] = f"{figure(took)} ({few} nodes)"
    return found


def peer_time(watch: Stopwatch, peer: Peer, work: Work, *, again: bool, whole: bool) -> float:
    """Check what a peer computes, and measure it."""
    given = work.given(4)
    with deep():
        build = peer.prepare(work)
        run = build()
        assert run(given) == Loop(work).run(given)
        per = 1 if whole else len(work.steps)
        return watch.alone(lambda: run(given) if again else build()(given), per=per)


def updates(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Change one input of a large graph: what it costs follows what it dirties."""
    work = update(sizes.tail, *sizes.grid)
    cone = 1 + sizes.grid[0] * sizes.grid[1]
    cases = (
        ("one", 1, 1, 5),
        ("some", 1, sizes.tail, 100),
        ("everything", 1, cone, 12_000),
        ("cut", 2, 1, 5),
    )
    changing = Changing(watch, sizes, work)
    for name, step, ran, target in cases:
        said = f"{ran:,} to run" if step == 1 else f"cut off in front of {cone:,} nodes"
        yield from changing.rows(name, step, ran=ran, target=target, said=said)
    yield redone(watch, work)


def redone(watch: Stopwatch, work: Work) -> Row:
    """Compute the graph of the updates from the beginning, as do loops and peers without them."""
    loop, given = Loop(work), work.given(4)
    took = watch.alone(lambda: loop.run(given))
    peers = beside(watch, work, again=True, whole=True)
    title = f"for comparison: all {len(work.steps):,} nodes again, by hand and by peers"
    return Row(title, "µs", None, took, "loop", peers=peers)


class Changing:
    """One execution of the update graph, its counterpart by hand, and growing inputs."""

    def __init__(self, watch: Stopwatch, sizes: Sizes, work: Work) -> None:
        self.watch = watch
        self.sizes = sizes
        self.work = work
        self.start = work.given(0)
        self.made = work.contract()(**self.start).resolve_all()
        self.floor = Incremental(work, self.start)
        self.numbers = itertools.count(10)

    def rows(self, name: str, step: int, *, ran: int, target: float, said: str) -> Iterator[Row]:
        """Measure the change of one input, without and with a report."""
        calls = max(1, min(self.sizes.calls // 5, 5_000 // ran))
        repeated = range(calls)

        def by_hand() -> None:
            for _ in repeated:
                self.floor.update(name, self.value(name, step))

        def plainly() -> None:
            for _ in repeated:
                self.made.update_inputs(**{name: self.value(name, step)}).resolve_all()

        def reported() -> None:
            for _ in repeated:
                self.made.resolve_incrementally(**{name: self.value(name, step)})

        for how, ours, limit in (
            ("", plainly, target),
            (", with the report", reported, target * 2),
        ):
            times = self.watch.compare(by_hand, ours, per=calls)
            self.check(name, step, ran)
            title = f"one input changes, {said}{how}"
            floor = (times.floor, "heap", times.ratio)
            yield Row(title, "µs", times.ours, *floor, target=limit)

    def value(self, name: str, step: int) -> int:
        """Return a new value of an input, of the parity it had."""
        return self.start[name] + step * next(self.numbers)

    def check(self, name: str, step: int, ran: int) -> None:
        """Check answers and counts of ours and of the floor."""
        given = {**self.made.inputs, name: self.value(name, step)}
        report = self.made.resolve_incrementally(**given)
        assert len(report.recomputed_nodes) == ran
        assert self.floor.update(name, given[name]) == ran
        answers = Loop(self.work).run(given)
        assert self.made.result.to_dict() == answers
        assert self.floor.answers() == answers
        change = {name: self.start[name] + 2}
        assert counted(self.work, lambda twin: twin.update_inputs(**change)) == ran


def reading(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Read a result that is fresh."""
    work = chain(5)
    result, (name,) = work.contract()(start=1).resolve_all().result, work.outputs
    held = {name: result[name]}
    repeated = range(sizes.calls * 10)
    assert result.link_4 == result["link_4"] == 6

    def by_hand() -> None:
        for _ in repeated:
            held["link_4"]

    def by_item() -> None:
        for _ in repeated:
            result["link_4"]

    def by_attribute() -> None:
        for _ in repeated:
            result.link_4  # noqa: B018  what is measured

    for how, ours, target in (("item", by_item, 0.3), ("attribute", by_attribute, 1)):
        times = watch.compare(by_hand, ours, per=len(repeated))
        title = f"a fresh result read by {how}"
        floor = (times.floor, "dict", times.ratio)
        yield Row(title, "µs", times.ours, *floor, target=target)


def first(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Declare, compile, check and run once."""
    for depth in sizes.depths:
        work = layers(sizes.width, depth)
        target = 9 if depth == sizes.depth else None
        yield first_of(watch, work, "", target)
        if target:
            yield first_of(watch, work.typed(), ", functions annotated", target)
            yield first_of(watch, work.backwards(), ", declared back to front", target)


def first_of(watch: Stopwatch, work: Work, how: str, target: float | None) -> Row:
    """Build and run one graph."""
    size, given = len(work.steps), work.given(3)
    ordered = layers(len(work.inputs), size // len(work.inputs))
    answers = Loop(ordered).run(given)
    assert work.contract()(**given).result.to_dict() == answers
    assert counted(work, lambda twin: twin.update_inputs(**work.given(0))) == 0
    times = watch.compare(
        lambda: Loop(ordered).run(given),
        lambda: work.contract()(**given).resolve_all(),
        per=size,
        apart=True,
    )
    return Row(
        f"build and first run of {size:,} nodes in layers{how}",
        "µs a node",
        times.ours,
        times.floor,
        "loop",
        times.ratio,
        target=target,
        peers=beside(watch, work, again=False) if target and not how else {},
    )


def small(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Make and resolve a contract of five functions: what it costs besides calling them."""

    class Price(ig.Contract):
        amount = ig.input(int)
        rate = ig.input(int)

        @ig.compute
        def fee(amount, rate):
            return amount * rate

        @ig.compute
        def charged(amount, fee):
            return amount + fee

        @ig.compute
        def tax(charged):
            return charged // 5

        @ig.compute
        def rounded(tax):
            return tax - tax % 10

        @ig.output
        def total(charged, rounded):
            return charged + rounded

    repeated = range(sizes.calls)

    def by_hand() -> int:
        for _ in repeated:
            amount, rate = 100, 2
            fee = Price.fee(amount, rate)
            charged = Price.charged(amount, fee)
            rounded = Price.rounded(Price.tax(charged))
            total = Price.total(charged, rounded)
        return total

    def ours() -> None:
        for _ in repeated:
            Price(amount=100, rate=2).resolve_all()

    assert Price(amount=100, rate=2).result.total == by_hand()
    assert len(Price(amount=100, rate=2).resolve_incrementally().recomputed_nodes) == 5
    times = watch.compare(by_hand, ours, per=sizes.calls)
    yield Row(
        "a contract of 5 functions made and resolved, less the functions",
        "µs",
        times.ours - times.floor,
        times.floor,
        "functions",
        target=6,
    )


def side_by_side(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Let independent nodes wait at the same time."""
    builder = ig.ContractBuilder("Naps", runner="threads", pool_size=8).input("start", int)
    names = [f"nap_{spot}" for spot in range(8)]

    def nap(start):
        time.sleep(sizes.nap)
        return start + 1

    for name in names:
        builder.compute(name, nap)
    contract = builder.expose(*names).build()
    assert contract(start=1).result.to_dict() == dict.fromkeys(names, 2)
    assert len(contract(start=1).resolve_incrementally().recomputed_nodes) == len(names)

    def by_hand() -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(nap, range(8)))

    by = watch.wall(by_hand)
    took = watch.wall(lambda: contract(start=1).resolve_all())
    title = f"8 independent nodes of {sizes.nap * 1000:.0f} ms on 8 threads (on the wall)"
    yield Row(title, "ms", took / 1000, by / 1000, "pool", took / by if by else None, 250)


def importing(_: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Start an interpreter that imports the package, and one that imports nothing."""
    rounds = min(11, sizes.calls)
    bare, ours = [], []
    with TemporaryDirectory() as cache:
        child("import igniter_nb", cache)
        for _ in range(rounds):
            bare.append(child("pass", cache))
            ours.append(child("import igniter_nb", cache))
    before, after = statistics.median(bare) * 1000, statistics.median(ours) * 1000
    title = "import igniter_nb, less the bare interpreter"
    yield Row(title, "ms", after - before, before, "interpreter", after / before, target=100)


def child(code: str, cache: str) -> float:
    """Return the seconds of CPU that a fresh interpreter takes to run some code.

    Args:
        code: what it runs.
        cache: folder for compiled modules, which an installed package has.
    """
    env = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def drawing(watch: Stopwatch, sizes: Sizes) -> Iterator[Row]:
    """Draw a large contract as a notebook would."""
    graph: Any = layers(20, sizes.drawn // 20 - 1).contract().compiled_graph
    assert "<svg" in graph._repr_mimebundle_()["image/svg+xml"]
    took = watch.wall(graph._repr_mimebundle_)
    title = f"a picture of {len(graph):,} nodes (on the wall)"
    yield Row(title, "ms", took / 1000, target=2_000)


ALL = (rerun, updates, reading, first, small, side_by_side, importing, drawing, isolating, mapping)
