"""Runs a nested contract and keeps it, so that an update runs only what changed inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from igniter_nb.runtime.ports import UNCHANGED, Step
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from igniter_nb.graph import Compose
    from igniter_nb.runtime.execution import Execution


class Outputs(Mapping[str, Any]):
    """The outputs of a nested contract at one moment: by item or by attribute, never changing.

    Args:
        contract: name of the nested contract.
        held: output name to value.
        stamps: execution and run in which each output last changed; what differs only in objects
            that look equal has equal stamps.
    """

    __slots__ = ("_contract", "_held", "_stamps")

    def __init__(
        self, contract: str, held: Mapping[str, Any], stamps: tuple[object, ...] = ()
    ) -> None:
        self._contract = contract
        self._held = dict(held)
        self._stamps = stamps

    def unchanged_since(self, stamps: tuple[object, ...]) -> bool:
        """Tell whether nothing changed between some stamps and these outputs."""
        return self._stamps == stamps

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
    pairs = tuple(sources.items())

    def step(values: list[Any], execution: Execution) -> Any:
        inputs = {name: values[source] for name, source in pairs}
        child = execution.nested(position, node, inputs)
        child.resolve_outputs()
        outputs = child.program.outputs
        stamps = (child.id, *(child.changed_at[source] for source in outputs.values()))
        before = values[position]
        if isinstance(before, Outputs) and before.unchanged_since(stamps):
            return UNCHANGED
        found = {name: child.values[source] for name, source in outputs.items()}
        return Outputs(node.graph.name, found, stamps)

    return step
