"""Runs a nested contract and keeps it, so that an update runs only what changed inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from igniter_nb.runtime.ports import UNCHANGED, Step

if TYPE_CHECKING:
    from igniter_nb.graph import Compose
    from igniter_nb.runtime.execution import Execution


@dataclass(frozen=True)
class Outputs(Mapping[str, Any]):
    """The outputs of a nested contract at one moment: by item or by attribute, never changing.

    Attributes:
        contract: name of the contract.
        values: output name to value.
        stamps: execution and run in which each output last changed; tells equal from equal-looking.
    """

    contract: str
    values: Mapping[str, Any] = field(default_factory=dict)
    stamps: tuple[object, ...] = field(default=(), repr=False, compare=False)

    def __getitem__(self, name: str) -> Any:
        """Return an output's value."""
        return self.values[name]

    def __getattr__(self, name: str) -> Any:
        """Return an output's value."""
        try:
            return self.__dict__["values"][name]
        except KeyError:
            msg = f"contract {self.__dict__.get('contract')} has no output {name!r}"
            raise AttributeError(msg) from None

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the outputs."""
        return iter(self.values)

    def __len__(self) -> int:
        """Count the outputs."""
        return len(self.values)


def make(node: Compose, position: int, deps: Sequence[int], params: Sequence[str]) -> Step:
    """Return the step of a nested contract; all its outputs are resolved before it succeeds."""
    pairs = tuple(zip(params, deps, strict=True))

    def step(values: list[Any], execution: Execution) -> Any:
        inputs = {name: values[source] for name, source in pairs}
        child = execution.nested(position, node, inputs)
        child.resolve_outputs()
        outputs = child.program.outputs
        stamps = (child.id, *(child.changed_at[source] for source in outputs.values()))
        before = values[position]
        if isinstance(before, Outputs) and before.stamps == stamps:
            return UNCHANGED
        found = {name: child.values[source] for name, source in outputs.items()}
        return Outputs(node.graph.name, found, stamps)

    return step
