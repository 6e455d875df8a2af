"""Drafts of contracts: what was declared, before anything is known of whether it fits together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from igniter_nb.display import place
from igniter_nb.errors import NOWHERE, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from igniter_nb.graph import Node


@dataclass(slots=True)
class Draft:
    """Declarations in the order in which they were made.

    Attributes:
        name: name of the contract.
        nodes: declared nodes; names may still clash.
        problems: declarations that could not be understood at all; their nodes are missing.
        exposed: names of nodes that are outputs under their own name, with the place of that word.
        reserved: names that an output may not have, since results use them.
        location: where the contract itself was declared.
        home: module and qualified name of the contract class, if it has one.
        held: for each node the parameters whose default is a node, with its name.
        inheritable: whether others are derived from it: then inputs alone are enough.
    """

    name: str
    nodes: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    exposed: list[tuple[str, Location]] = field(default_factory=list)
    reserved: frozenset[str] = frozenset()
    location: Location = NOWHERE
    home: tuple[str, str] | None = None
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    inheritable: bool = False

    @property
    def unheard(self) -> frozenset[str]:
        """Names that were declared but not understood; depending on them is no further problem."""
        return frozenset(problem.node for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A draft with its names looked up: what the rules read.

    Attributes:
        draft: what was declared.
        nodes: declared nodes and those that dotted names stand for.
        index: name to position in ``nodes``; the first of two equal names.
        deps: for each node the positions it reads.
        params: for each node the parameter that each of ``deps`` is passed as.
        gates: for each node the positions of guards that gate it without passing a value.
        doubts: what compiles but is hardly meant; told as warnings.
    """

    draft: Draft
    nodes: Sequence[Node]
    index: dict[str, int]
    deps: list[tuple[int, ...]]
    params: list[tuple[str, ...]]
    gates: list[tuple[int, ...]]
    doubts: list[Problem]


def about(  # noqa: PLR0913 -- a problem has that many sides; all but two are keywords
    node: Node,
    rule: str,
    message: str,
    *,
    expected: str = "",
    came: str = "",
    known: Iterable[str] = (),
    hint: str = "",
    location: Location | None = None,
) -> Problem:
    """Return a problem about a node, with the place of its declaration."""
    return Problem(
        rule=rule,
        message=message,
        node=node.name,
        path=node.path,
        place=place(location or node.location),
        expected=expected,
        came=came,
        known=tuple(known),
        hint=hint,
    )
