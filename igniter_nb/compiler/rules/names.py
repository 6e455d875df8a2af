"""Names: unique, writable in Python, and not taken by results."""

from __future__ import annotations

import keyword
from collections import Counter
from typing import TYPE_CHECKING

from igniter_nb.compiler.draft import Draft, about
from igniter_nb.display import place
from igniter_nb.graph import Node, Output

if TYPE_CHECKING:
    from igniter_nb.errors import Problem


def check(draft: Draft) -> list[Problem]:
    """Return problems about the names of a draft."""
    problems: list[Problem] = []
    first: dict[str, Node] = {}
    twice: set[str] = set()
    for node in draft.nodes:
        name = node.name
        if name in first:
            twice.add(name)
            problems.append(_twice(node, first[name]))
            continue
        first[name] = node
        if not name.isidentifier() or name[0] == "_" or keyword.iskeyword(name) or name == "self":
            problems.append(_unwritable(node))
    exposed = Counter(name for name, _ in draft.exposed)
    problems += [
        about(
            first[name],
            "duplicate-output",
            f"{name!r} is made an output twice",
            hint="drop one of the two",
        )
        for name, count in exposed.items()
        if count > 1 and name in first and name not in twice
    ]
    shown = {*exposed}
    shown |= {node.name for node in draft.nodes if isinstance(node, Output)}
    problems += [_reserved(first[name]) for name in sorted(shown & draft.reserved & first.keys())]
    return problems


def _twice(node: Node, first: Node) -> Problem:
    return about(
        node,
        "duplicate-name",
        f"the name {node.name!r} is used twice",
        expected="every name once, scopes do not tell them apart",
        came=f"{node.kind} {node.path}, after {first.kind} {first.path} at {place(first.location)}",
        hint="rename one of them",
    )


def _unwritable(node: Node) -> Problem:
    return about(
        node,
        "bad-name",
        f"{node.name!r} cannot be the name of a node",
        expected="a Python name that is no keyword, not 'self', and does not start with '_'",
        came=repr(node.name),
        hint="parameters name their dependencies, so a node's name has to be writable as one",
    )


def _reserved(node: Node) -> Problem:
    return about(
        node,
        "reserved-name",
        f"an output cannot be called {node.name!r}: results have a method of that name",
        hint="give the output another name",
    )
