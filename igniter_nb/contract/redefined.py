"""Classes that were declared anew since another contract took them in.

A cell that is run again makes a new class of the same name. Contracts that nest the old one, or are
derived from it, go on with it until their own cell runs again; nothing is wrong with that, but
nobody would guess it. What is the same as before, but for its place, is not worth a word.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from igniter_nb.graph import CompiledGraph
from igniter_nb.text import class_name

if TYPE_CHECKING:
    from collections.abc import Iterator


def held_by(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Return the contracts that a contract is made of: how it holds each, and which.

    Args:
        kind: a contract class.
    """
    nested = [
        (f"nests (node {node.path!r})", held.contract)
        for node in kind.compiled_graph.nodes
        for held in node.nested
    ]
    parents = [("is derived from", base) for base in kind.__mro__[1:] if _has_graph(base)]
    return (*nested, *parents)


def outdated(kind: Any) -> list[str]:
    """Say which contracts a contract, or one that it nests, holds as they were before.

    Args:
        kind: a contract class.

    Returns:
        One sentence for each, without its full stop.
    """
    return [*dict.fromkeys(_outdated(kind, set()))]


def _outdated(kind: Any, met: set[int]) -> Iterator[str]:
    for how, held in held_by(kind):
        if id(held) in met:
            continue
        met.add(id(held))
        if _was_replaced(held, kind):
            name = class_name(kind)
            yield (
                f"{name} {how} {class_name(held)} as it was before that was declared anew: run the"
                f" cell of {name} again"
            )
        yield from _outdated(held, met)


def _was_replaced(held: Any, holder: type) -> bool:
    """Tell whether another contract, with another content, stands now where a class stood."""
    found = _standing(held)
    if found is None or found is held or issubclass(holder, found):
        return False
    same = found.compiled_graph == held.compiled_graph and found.options == held.options
    return not same


def holders(new: Any, among: Any) -> list[Any]:
    """Return the contracts that hold one that stood where a new one is about to stand.

    Args:
        new: the class that was just made; its name is not bound to it yet.
        among: the class from which all contracts are derived.
    """
    if _standing(new) in {None, new}:  # nothing is declared anew: the usual case, at no cost
        return []
    every, pending = [], among.__subclasses__()
    while pending:
        every.append(each := pending.pop())
        pending += each.__subclasses__()
    return [each for each in dict.fromkeys(every) if _has_graph(each) and _holds(each, new)]


def _holds(kind: Any, new: Any) -> bool:
    """Tell whether a contract, or one inside it, holds one that was declared where another is."""
    home = (new.__module__, new.__qualname__)
    inside = [held for _, held in held_by(kind) if held is not new]
    return any((held.__module__, held.__qualname__) == home or _holds(held, new) for held in inside)


def _standing(kind: type) -> Any:
    """Return the contract that now stands where a class was declared, None if there is none."""
    found: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        found = getattr(found, part, None)
    return found if _has_graph(found) else None


def _has_graph(found: Any) -> bool:
    return isinstance(found, type) and isinstance(
        getattr(found, "compiled_graph", None), CompiledGraph
    )
