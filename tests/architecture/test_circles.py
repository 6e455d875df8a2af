"""Circles of files: there are none, imports for type checkers and late ones included."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# A door names its room's files; its own imports are lazy and make no order.
DOORS = {"igniter_nb", "igniter_nb.consensus"}


def dotted(path: Path) -> str:
    """Name a module by its path."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.Module, known: set[str]) -> set[str]:
    """Name the package's modules that one of them imports, wherever the statement stands."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(
                inner if (inner := f"{node.module}.{alias.name}") in known else node.module
                for alias in node.names
            )
    return found & known


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """Return modules that import one another in a circle, in order; empty if there are none."""
    done: set[str] = set()

    def walk(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for other in sorted(arrows[module]):
            if found := walk(other, [*path, module]):
                return found
        done.add(module)
        return []

    return next((found for module in sorted(arrows) if (found := walk(module, []))), [])


@pytest.mark.parametrize("room", ["igniter_nb.consensus", "igniter_nb.raft"])
def test_no_files_import_one_another_in_a_circle(
    modules: dict[Path, ast.Module], room: str
) -> None:
    """No file of a room comes back to itself by what it imports, for types or late."""
    named = {dotted(path): tree for path, tree in modules.items()}
    inside = {name for name in named if name.startswith(room)} - DOORS

    found = circle({name: imported(named[name], inside) for name in inside})

    assert not found, f"files in a circle; put a protocol below instead: {' -> '.join(found)}"


def test_a_circle_is_found() -> None:
    """Three modules in a circle are named in its order; a chain is none."""
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
