"""Errors of using an instance in a way that it has not: names that are none, inputs by position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igniter_nb.compiler import nearest
from igniter_nb.graph import CompiledGraph, Input
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def by_name(contract: str, inputs: Iterable[str], misplaced: Sequence[object]) -> TypeError:
    """Return the error of inputs that were given by position."""
    names = ", ".join(f"{name}=…" for name in [*inputs][:5])
    given = ", ".join(abbreviate(value, 30) for value in misplaced[:5])
    return TypeError(f"{contract} takes its inputs by name, {contract}({names}); got {given}")


def no_input(graph: CompiledGraph, name: str) -> AttributeError:
    """Return the error of an assignment to something that is no input."""
    inputs = [node.name for node in graph.nodes if isinstance(node, Input)]
    position = graph.index.get(name)
    what = "" if position is None else f", {name!r} is {graph.nodes[position].kind}"
    advice = nearest(name, inputs) or "names of your own begin with _"
    told = f"{graph.name} has no input {name!r}{what}; inputs: {', '.join(inputs)}; {advice}"
    return AttributeError(told, name=name)


def no_attribute(graph: CompiledGraph, name: str, ours: Iterable[str]) -> AttributeError:
    """Return the error of reading something that is no attribute of an instance."""
    if name in graph.outputs:
        advice = f"outputs are read from its result: x.result.{name}"
    elif name in graph.index:
        advice = f"other nodes than inputs are read with x.resolve({name!r})"
    else:
        known = [*graph.index, *(each for each in ours if not each.startswith("_"))]
        advice = nearest(name, known) or "inputs are its attributes, outputs those of its result"
    return AttributeError(f"{graph.name} has no attribute {name!r}; {advice}", name=name)
