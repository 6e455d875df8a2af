"""Step of a nested contract: its execution is kept, so that an update runs what changed inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from igniter_nb.incremental import record, same
from igniter_nb.runtime.ports import UNCHANGED, Instance, Nested, Place, Step, Turn
from igniter_nb.text import abbreviate, listed

if TYPE_CHECKING:
    from igniter_nb.graph import Compose


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


@record
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
        """Return an output's value.

        Raises:
            KeyError: there is no such output; the text names the known ones.
        """
        try:
            return self._held[name]
        except KeyError:
            raise KeyError(self._unknown(name)) from None

    def __getattr__(self, name: str) -> Any:
        """Return an output's value.

        Raises:
            AttributeError: there is no such output; the text names the known ones.
        """
        if name.startswith("_"):  # among them what is asked of one that is still being made
            msg = f"outputs have no attribute {name!r}"
            raise AttributeError(msg, name=name, obj=self)
        try:
            return self._held[name]
        except KeyError:
            raise AttributeError(self._unknown(name), name=name, obj=self) from None

    def _unknown(self, name: str) -> str:
        return listed(f"{self._contract} has no output", name, self._held)

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
    (held,) = node.nested
    place: Place = (position, held.key)
    path = node.path

    def step(values: list[Any], execution: Instance) -> Any:
        child = execution.nested(place, held, sources, path=path)
        before = values[position]
        known = before if isinstance(before, Outputs) else None
        found = partial(outputs, child, known, _unseen(child, known), execution.run)
        turn = execution.resolve_nested(place)
        return found() if turn is None else Nested(partial(_then, turn, found))

    def outputs(  # noqa: PLR0917 -- known before the nested run
        child: Instance, known: Outputs | None, unseen: frozenset[str], run: int
    ) -> Any:
        child.raise_first()
        held = {name: child.values[source] for name, source in child.program.outputs.items()}
        stamps = {
            name: _stamp(child, name, known, run=run, compared=name in unseen) for name in held
        }
        if known is not None and all(map(_no_later, stamps.values(), stamps_of(known).values())):
            return UNCHANGED
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

    turn.when_finished(over)


def stamps_of(outputs: Outputs) -> Mapping[str, Stamp]:
    """Return when each output last changed; names of attributes belong to the outputs."""
    return outputs._stamps  # noqa: SLF001 -- our own class


def handed_over(outputs: Outputs, old: int, new: int) -> Outputs:
    """Return outputs of one execution as those of another, which is at the same state.

    Args:
        outputs: what the first one gave.
        old: number of the first one.
        new: number of the other one.
    """
    stamps = {
        name: stamp._replace(execution=new) if stamp.execution == old else stamp
        for name, stamp in stamps_of(outputs).items()
    }
    return Outputs(outputs._contract, outputs._held, stamps)  # noqa: SLF001 -- our own class


def _no_later(new: Stamp, known: Stamp) -> bool:
    return new.outside == known.outside


def _unseen(child: Instance, known: Outputs | None) -> frozenset[str]:
    """Return outputs that changed in runs of the nested contract whose end nobody outside saw.

    The nested contract compares with what it had in its own run before. After a run that failed,
    was interrupted or was made by somebody else, that is not what we have.
    """
    if known is None:
        return frozenset()
    changed_at, outputs = child.changed_at, child.program.outputs
    return frozenset(
        name
        for name, stamp in stamps_of(known).items()
        if stamp[:2] != (child.number, changed_at[outputs[name]])
    )


def _stamp(child: Instance, name: str, known: Outputs | None, *, run: int, compared: bool) -> Stamp:
    """Return when an output last changed, as seen from outside."""
    source = child.program.outputs[name]
    new = Stamp(child.number, child.changed_at[source], run)
    if known is None:
        return new
    stamp = stamps_of(known)[name]
    if stamp[:2] == new[:2]:
        return stamp
    if compared and _equal(known[name], child.values[source]):
        return new._replace(outside=stamp.outside)
    return new


def _equal(old: object, new: object) -> bool:
    """Compare two values of an output, which may be the outputs of a contract further inside."""
    if not (isinstance(old, Outputs) and isinstance(new, Outputs)):
        return same(old, new)
    before, after = stamps_of(old), stamps_of(new)
    return before.keys() == after.keys() and all(
        before[name][:2] == after[name][:2] or _equal(old[name], new[name]) for name in old
    )


def untouched(execution: Instance, place: Place, position: int, *, name: str | int) -> bool:
    """Tell whether a part of a node's value is certainly the one that another node has taken.

    Known of outputs of our own nested contracts alone: those of somebody else's count other runs.
    A mutable object says nothing by itself, it may have been changed in place.

    Args:
        execution: whose nodes.
        place: where the nested execution is held whose outputs are taken apart.
        position: id of the node that took the part.
        name: the part.
    """
    value = execution.values[place[0]]
    stamp = stamps_of(value).get(str(name)) if isinstance(value, Outputs) else None
    return (
        stamp is not None
        and place in execution.children
        and stamp.execution == execution.children[place].number
        and stamp.outside <= execution.changed_at[position]
    )
