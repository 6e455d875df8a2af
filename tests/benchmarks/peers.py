"""Peers: the same graphs in libraries that a user could pick instead, where they are installed."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from tests.benchmarks.graphs import add, inc, parity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.benchmarks.graphs import Work

BODIES = {
    inc: "{0} + 1",
    add: "({0} + {1}) % 1_000_003",
    parity: "{0} % 2",
}


class Peer(Protocol):
    """A library that runs a graph.

    Attributes:
        name: what it is called.
        largest: nodes beyond which building takes too long to be measured here.
    """

    name: str
    largest: int

    def prepare(self, work: Work) -> Callable[[], Callable[[Mapping[str, int]], dict[str, int]]]:
        """Make what is not measured; return what builds a graph and returns what runs it."""


class PipeFunc:
    """pipefunc takes the same functions. Each node added checks the whole pipeline again."""

    name = "pipefunc"
    largest = 100

    def prepare(self, work: Work) -> Callable[[], Callable[[Mapping[str, int]], dict[str, int]]]:
        """Return what builds a pipeline."""
        from pipefunc import PipeFunc as Function
        from pipefunc import Pipeline

        def build() -> Callable[[Mapping[str, int]], dict[str, int]]:
            functions = [
                Function(
                    function, name, renames=dict(zip(parameters(function), sources, strict=True))
                )
                for name, function, sources in work.steps
            ]
            pipeline = Pipeline(functions)
            wanted = [*work.outputs]
            return lambda given: dict(
                zip(wanted, pipeline.run(wanted, kwargs=dict(given)), strict=True)
            )

        return build


class Hamilton:
    """Apache Hamilton reads dependencies from parameters: each node gets its own function."""

    name = "hamilton"
    largest = 20_000

    def prepare(self, work: Work) -> Callable[[], Callable[[Mapping[str, int]], dict[str, int]]]:
        """Write a module with one function per node; return what builds a driver of it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from hamilton import driver

        module = ModuleType("measured")
        lines = []
        for name, function, sources in work.steps:
            taken = ", ".join(f"{source}: int" for source in dict.fromkeys(sources))
            body = BODIES[function].format(*sources)
            lines.append(f"def {name}({taken}) -> int:\n    return {body}\n")
        sys.modules[module.__name__] = module
        exec("\n".join(lines), vars(module))  # noqa: S102  one function per node, as its users write

        def build() -> Callable[[Mapping[str, int]], dict[str, int]]:
            made = driver.Builder().with_modules(module).build()
            wanted = [*work.outputs]
            return lambda given: made.execute(wanted, inputs=dict(given))

        return build


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Name what a function takes."""
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def installed() -> list[Peer]:
    """Return the peers that can be measured here."""
    known: list[Peer] = [PipeFunc(), Hamilton()]
    return [peer for peer in known if find_spec(peer.name)]


@contextmanager
def deep() -> Iterator[None]:
    """Let peers recurse as deep as the longest chain; ours does not need it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
