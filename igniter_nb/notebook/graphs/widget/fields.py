"""Fields of the form for the inputs of a contract, and what was typed into them.

Each input has an editor (:mod:`igniter_nb.notebook.graphs.widget.editors`); a value that it cannot
write may still be edited as JSON, and what neither can write is shown and cannot be edited. Whether
what was read is allowed is the contract's to say.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from igniter_nb.graph import Input
from igniter_nb.notebook.graphs.widget.editors import (
    Editor,
    Json,
    Nullable,
    Raw,
    WrongRawError,
    editor,
    told,
)
from igniter_nb.runtime import Kept
from igniter_nb.text import abbreviate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from igniter_nb.contract import Contract
    from igniter_nb.graph import CompiledGraph

FIXED: Final = {"kind": "fixed"}

Facts = dict[str, Any]


class Fields:
    """The fields of one contract.

    Args:
        graph: declares the inputs.
    """

    def __init__(self, graph: CompiledGraph) -> None:
        self._graph = graph
        self._nodes = {node.name: node for node in graph.nodes if isinstance(node, Input)}
        self._editors: dict[str, tuple[Editor, ...]] = {}
        self._used: dict[str, Editor | None] = {}
        self._told: dict[str, tuple[object, Facts]] = {}

    def now(self, values: Mapping[str, object]) -> list[Facts]:
        """Return one field per input, in the order of the graph.

        A value that is the object it was before is not written again.

        Args:
            values: current value by input, as cells keep them; nobody changes them.
        """
        return [self._field(node, values.get(node.name)) for node in self._nodes.values()]

    def _field(self, node: Input, value: object) -> Facts:
        known = self._told.get(node.name)
        if known is not None and known[0] is value:
            return known[1]
        used, raw = self._written(node, value)
        self._used[node.name] = used
        facts = {
            "name": node.name,
            "annotation": told(node.type),
            "doc": node.doc,
            "of": FIXED if used is None else used.about(),
            "raw": raw,
            "text": abbreviate(value),
        }
        self._told[node.name] = value, facts
        return facts

    def _written(self, node: Input, value: object) -> tuple[Editor | None, Raw]:
        """Return the editor that can write a value, and what it writes.

        Fields are written while a run waits to be over, and a value's own class may raise anything.
        """
        for each in self._known(node):
            with suppress(Exception):  # what raises cannot be edited, like what does not come back
                return each, each.raw(value)
        return None, None

    def _known(self, node: Input) -> tuple[Editor, ...]:
        """Return what may edit an input, the best first."""
        found = self._editors.get(node.name)
        if found is None:
            best = editor(node.type)
            if node.nullable and not isinstance(best, Nullable):
                best = Nullable(best)
            found = self._editors[node.name] = (best, Json(node.type))
        return found

    def read(self, typed: Mapping[str, Raw]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the values of what was typed, and what is wrong by path.

        Args:
            typed: raw value by input.
        """
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for name, raw in typed.items():
            used = self._used.get(name)
            if name not in self._nodes:
                problems[name] = f"{self._graph.name} has no input {abbreviate(name)}"
            elif used is None:
                problems[name] = "this value cannot be edited here: give it in a cell"
            else:
                try:
                    values[name] = used.value(raw)
                except WrongRawError as wrong:
                    problems |= {
                        f"{name}.{at}".rstrip("."): told for at, told in wrong.problems.items()
                    }
        return values, problems


def held(contract: Contract) -> dict[str, Any]:
    """Return the inputs of a contract, updates that no run has seen included, as they are kept."""
    execution = contract.execution
    waiting, values = execution.queued(), execution.values
    found = {
        name: waiting.get(slot.id, values[slot.id])
        for name, slot in execution.program.inputs.items()
    }
    return {name: value.value if type(value) is Kept else value for name, value in found.items()}
