"""Graphs that are measured, by names: ours, the floors and the peers are built from these."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import igniter_nb as ig

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

MODULUS = 1_000_003


def inc(number):
    """Count one up."""
    return number + 1


def add(left, right):
    """Add, without growing for ever."""
    return (left + right) % MODULUS


def parity(number):
    """Tell odd from even."""
    return number % 2


def typed_inc(number: int) -> int:
    """Count one up, annotated."""
    return number + 1


def typed_add(left: int, right: int) -> int:
    """Add, annotated."""
    return (left + right) % MODULUS


TYPED = {inc: typed_inc, add: typed_add}


class Step(NamedTuple):
    """One computed node."""

    name: str
    function: Callable[..., Any]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """A graph by names; steps stand behind what they read.

    Attributes:
        name: what it is called.
        inputs: names of the inputs, each an int.
        steps: the computed nodes.
        outputs: names of those that are asked for.
    """

    name: str
    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]

    def given(self, start: int) -> dict[str, int]:
        """Give every input a value; another start changes every one."""
        return {name: start + spot for spot, name in enumerate(self.inputs)}

    def contract(self, **options: Any) -> type[ig.Contract]:
        """Declare and compile it."""
        builder = ig.ContractBuilder(self.name, **options)
        for name in self.inputs:
            builder.input(name, int)
        for name, function, sources in self.steps:
            builder.compute(name, function, depends_on=sources)
        return builder.expose(*self.outputs).build()

    def counted(self, tally: Counter[str]) -> Work:
        """Return the same work with functions that count their calls."""
        steps = tuple(
            step._replace(function=_counting(step.name, step.function, tally))
            for step in self.steps
        )
        return dataclasses.replace(self, steps=steps)

    def typed(self) -> Work:
        """Return the same work with annotated functions, so that types on arrows are checked."""
        steps = tuple(step._replace(function=TYPED[step.function]) for step in self.steps)
        return dataclasses.replace(self, steps=steps)

    def backwards(self) -> Work:
        """Return the same work declared back to front, so that it has to be sorted."""
        return dataclasses.replace(self, steps=self.steps[::-1])


def _counting(name: str, function: Callable[..., Any], tally: Counter[str]) -> Callable[..., Any]:
    def one(only):
        tally[name] += 1
        return function(only)

    def two(left, right):
        tally[name] += 1
        return function(left, right)

    return one if function.__code__.co_argcount == 1 else two


def chain(size: int) -> Work:
    """Each node reads the one before."""
    names = ["start", *(f"link_{spot}" for spot in range(size))]
    steps = tuple(Step(name, inc, (names[spot],)) for spot, name in enumerate(names[1:]))
    return Work("Chain", ("start",), steps, (names[-1],))


def layers(width: int, depth: int) -> Work:
    """Each node reads two of the layer before; the pairs differ from layer to layer."""
    inputs = tuple(f"start_{spot}" for spot in range(width))
    steps, last = _grid("cell", inputs, depth)
    return Work("Layers", inputs, steps, last)


def _grid(
    prefix: str, above: tuple[str, ...], depth: int
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    steps: list[Step] = []
    width = len(above)
    for row in range(depth):
        current = tuple(f"{prefix}_{row}_{spot}" for spot in range(width))
        steps += [
            Step(name, add, (above[spot], above[(spot + 1 + row % (width - 1)) % width]))
            for spot, name in enumerate(current)
        ]
        above = current
    return tuple(steps), above


def update(tail: int, width: int, depth: int) -> Work:
    """One input dirties one node, one a tail, one the rest, and one is cut off before the rest.

    The rest is a head and a grid behind it. The head reads ``everything`` and the parity of
    ``cut``, which stays the same when ``cut`` grows by two.
    """
    names = ["some", *(f"tail_{spot}" for spot in range(tail))]
    steps = [Step("single", inc, ("one",))]
    steps += [Step(name, inc, (names[spot],)) for spot, name in enumerate(names[1:])]
    steps += [Step("gate", parity, ("cut",)), Step("head", add, ("everything", "gate"))]
    first = tuple(f"grid_0_{spot}" for spot in range(width))
    steps += [Step(name, inc, ("head",)) for name in first]
    grid, last = _grid("row", first, depth - 1)
    steps += grid
    outputs = ("single", names[-1], *last)
    return Work("Update", ("one", "some", "everything", "cut"), tuple(steps), outputs)
