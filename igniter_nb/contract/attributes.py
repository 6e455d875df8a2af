"""Inputs as attributes of an instance, and the errors of names that are none.

Names that begin with an underscore, and attributes of the class that are not ours, are a subclass's
own; every other name is an input or a mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from igniter_nb.graph import CompiledGraph, Input
from igniter_nb.text import abbreviate, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


def assigned(instance: Any, name: str, value: object, *, ours: Collection[str]) -> bool:
    """Give an input a new value; say whether the name was that of an input.

    Raises:
        InputError: the value does not fit; then nothing is updated.
        AttributeError: the name is neither an input nor a subclass's own.
    """
    graph: CompiledGraph = type(instance).compiled_graph
    position = graph.index.get(name)
    if position is not None and isinstance(graph.nodes[position], Input):
        instance.execution.update({name: value})
        return True
    own = name.startswith("_") or _in_class(type(instance), name)
    if position is not None or name in ours or not own:
        raise no_input(graph, name)
    return False


def read(kind: type, instance: Any, name: str, *, ours: Collection[str]) -> Any:
    """Return the current value of an input, updates that no run has seen yet included.

    Of what can be changed in place it is a copy: change that, and assign it to the input.

    Raises:
        AttributeError: there is no such input; the text says where outputs are.
        ResolutionError: a step of the instance reads it past its parameters.
    """
    if _in_class(kind, name):  # a property failed: let it say why
        return object.__getattribute__(instance, name)
    if name.startswith("_"):
        raise AttributeError(f"{kind.__name__} has no attribute {name!r}", name=name, obj=instance)
    if (execution := vars(instance).get("execution")) is None:
        told = f"{kind.__name__} is not made yet: its __init__ calls super().__init__(…) first"
        raise AttributeError(told, name=name, obj=instance)
    if (slot := execution.program.inputs.get(name)) is None:
        raise no_attribute(execution.program.graph, name, ours)
    execution.look(repr(name))
    return execution.given_now(slot.id)


def _in_class(kind: type, name: str) -> bool:
    """Tell whether a class or a parent holds an attribute; the metaclass is not asked."""
    return any(name in vars(base) for base in kind.__mro__)


def refuse_positions(contract: str, inputs: Iterable[str], misplaced: Sequence[object]) -> NoReturn:
    """Refuse inputs that were given by position.

    Raises:
        TypeError: always.
    """
    names = ", ".join(f"{name}=…" for name in [*inputs][:5])
    given = ", ".join(abbreviate(value, 30) for value in misplaced[:5])
    raise TypeError(f"{contract} takes its inputs by name, {contract}({names}); got {given}")


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
