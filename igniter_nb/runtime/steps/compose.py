"""Runs a nested contract and keeps it, so that an update runs only what changed inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.runtime.ports import UNCHANGED, Nested, Step
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from igniter_nb.graph import Compose
    from igniter_nb.runtime.execution import Execution
    from igniter_nb.runtime.resolver import Turn


class Stamp(NamedTuple):
    """When an output of a nested contract last changed.

    Attributes:
        execution: number of the nested execution.
        inside: its run that changed the output.
        outside: run of the surrounding execution that noticed.
    """

    execution: int
    inside: int
    outside: int


class Outputs(Mapping[str, Any]):
    """The outputs of a nested contract at one moment: by item or by attribute, never changing.

    Args:
        contract: name of the nested contract.
        held: output name to value.
        stamps: output name to when it last changed.
    """

    __slots__ = ("_contract", "_held", "_stamps")

    def __init__(self, contract: str, held: Mapping[str, Any], stamps: Mapping[str, Stamp]) -> None:
        self._contract = contract
        self._held = dict(held)
        self._stamps = stamps

    def __getitem__(self, name: str) -> Any:
        """Return an output's value."""
        return self._held[name]

    def __getattr__(self, name: str) -> Any:
        """Return an output's value."""
        if name.startswith("_") or name not in self._held:
            msg = f"there is no output {name!r}"
            raise AttributeError(msg)
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the outputs."""
        return iter(self._held)

    def __len__(self) -> int:
        """Count the outputs."""
        return len(self._held)

    def __repr__(self) -> str:
        """Write the outputs on one line."""
        items = ", ".join(f"{name}={abbreviate(value, 30)}" for name, value in self._held.items())
        return f"{self._contract}({items})"


def make(node: Compose, position: int, sources: Mapping[str, int]) -> Step:
    """Return the step of a nested contract; all its outputs are resolved before it succeeds."""

    def step(values: list[Any], execution: Execution) -> Any:
        child = execution.nested(position, node, sources)
        turn = execution.resolve_nested(child)
        if turn is None:
            return outputs(values[position], child, execution.run)
        return Nested(partial(_then, turn, lambda: outputs(values[position], child, execution.run)))

    def outputs(before: Any, child: Execution, run: int) -> Any:
        child.raise_first()
        known = stamps_of(before) if isinstance(before, Outputs) else None
        stamps = _stamps(child, known or {}, run)
        if stamps == known:
            return UNCHANGED
        held = {name: child.values[source] for name, source in child.program.outputs.items()}
        return Outputs(node.graph.name, held, stamps)

    return step


def _then(turn: Turn, outputs: Callable[[], Any], tell: Callable[[bool, Any], object]) -> None:
    """Have it told what became of a nested contract when its run is over."""

    def over() -> None:
        try:
            turn.end()
            value = outputs()
        except BaseException as error:  # noqa: BLE001 -- settled, or raised again, by the outer run
            tell(False, error)  # noqa: FBT003 -- a pair like any other
        else:
            tell(True, value)  # noqa: FBT003 -- a pair like any other

    turn.schedule.over = over


def stamps_of(outputs: Outputs) -> Mapping[str, Stamp]:
    """Return when each output last changed; names of attributes belong to the outputs."""
    return outputs._stamps  # noqa: SLF001 -- our own class


def _stamps(child: Execution, known: Mapping[str, Stamp], run: int) -> dict[str, Stamp]:
    found = {}
    for name, source in child.program.outputs.items():
        stamp = known.get(name)
        new = Stamp(child.number, child.changed_at[source], run)
        found[name] = stamp if stamp is not None and stamp[:2] == new[:2] else new
    return found


def untouched(value: object, name: str | int, run: int) -> bool:
    """Tell whether a part of a node's value is certainly the one that it was in a run.

    Known of outputs of nested contracts alone. A mutable object says nothing by itself: it may
    have been changed in place.
    """
    stamp = stamps_of(value).get(str(name)) if isinstance(value, Outputs) else None
    return stamp is not None and stamp.outside <= run
