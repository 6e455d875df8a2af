"""Circles of files: none in the package, counting what is imported for type checkers too."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.conftest import dotted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DOORS = {"igniter_nb", "igniter_nb.consensus"}
"""Doors that name what lies in their rooms and load it late: their imports make no order."""

Arrows = dict[str, set[str]]


def arrows(modules: Mapping[str, ast.Module]) -> Arrows:
    """Return for each module those of the same package that it imports, anywhere in the file."""
    return {name: set(imported(tree, set(modules))) - {name} for name, tree in modules.items()}


def imported(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Yield the modules that a module imports: the one that a name is taken out of, or the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from {inner if inner in known else str(node.module)} & known
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & known


def circle(graph: Arrows) -> list[str]:
    """Return the modules of a shortest circle, the first one again at the end; empty if none."""
    ways = (way for start in sorted(graph) if (way := way_back(graph, start)))
    return min(ways, key=len, default=[])


def way_back(graph: Arrows, start: str) -> list[str]:
    """Return the shortest way from a module to itself; empty if there is none."""
    came_from = dict.fromkeys(graph[start], start)
    waiting = sorted(graph[start])
    for name in waiting:
        if name == start:
            break
        new = sorted(graph[name] - came_from.keys())
        came_from |= dict.fromkeys(new, name)
        waiting += new
    if start not in came_from:
        return []
    way = [start, came_from[start]]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def told(way: list[str]) -> str:
    """Write a circle file by file, and what to do about it."""
    steps = [*(f"{each} imports" for each in way[:-1]), way[0]]
    remedy = "put what two of them share, or a protocol of the upper one, into a file below both"
    return listed(steps, "no file imports itself by way of others, not even for types", remedy)


def test_no_file_imports_itself_by_way_of_others(modules: dict[Path, ast.Module]) -> None:
    """There is no circle of files, in no room and across none; imports for types count."""
    named = {dotted(path): tree for path, tree in modules.items()}

    found = circle(arrows({name: tree for name, tree in named.items() if name not in DOORS}))

    assert not found, told(found)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"p.a": "import p.b", "p.b": "from p import c", "p.c": "x = 1"}, []),
        ({"p.a": "from p.b import x", "p.b": "def f():\n    from p import a"}, ["p.a", "p.b"]),
        (
            {
                "p.a": "from p.b import x",
                "p.b": "if TYPE_CHECKING:\n    from p.c import Y",
                "p.c": "import p.a",
            },
            ["p.a", "p.b", "p.c"],
        ),
    ],
)
def test_a_circle_is_named_file_by_file(sources: dict[str, str], expected: list[str]) -> None:
    """The text names each file of the circle, in order, and the remedy."""
    found = circle(arrows({name: ast.parse(text) for name, text in sources.items()}))

    assert found[:-1] == expected
    if found:
        text = told(found)
        assert [line.split()[0] for line in text.splitlines()[1:-1]] == [*expected, expected[0]]
        assert text.endswith("into a file below both.")
