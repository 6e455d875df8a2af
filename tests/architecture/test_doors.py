"""The rooms' doors: what a room says others may rely on."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.architecture.conftest import listed

if TYPE_CHECKING:
    from types import ModuleType

PACKAGE = Path(__file__).resolve().parents[2] / "igniter_nb"
ROOMS = sorted(
    f"igniter_nb.{path.stem}"
    for path in PACKAGE.iterdir()
    if (path.suffix == ".py" and path.name != "__init__.py") or (path / "__init__.py").is_file()
)


@pytest.mark.parametrize("name", ["igniter_nb", *ROOMS])
def test_a_door_names_what_it_offers(name: str) -> None:
    """Each room has `__all__`, sorted and without doubles, and offers every name in it."""
    room = importlib.import_module(name)

    offered = list(room.__all__)

    twice = [each for each in offered if offered.count(each) > 1]
    missing = [each for each in offered if not hasattr(room, each)]
    assert not twice, listed(twice, f"{name}.__all__ names each thing once", "strike the double")
    assert not missing, listed(
        missing,
        f"{name}.__all__ names only what the room has",
        "import the name in the room's __init__.py, or strike it from __all__",
    )


def test_rooms_are_entered_by_their_doors(modules: dict[Path, ast.Module]) -> None:
    """A room imports from another through its door and only what the door offers."""
    offered = {name: offers(importlib.import_module(name)) for name in ROOMS}

    wrong = [
        f"{path}:{node.lineno} imports {', '.join(a.name for a in node.names)} from {node.module}"
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and is_wrong(node, room_of(path), offered)
    ]

    assert not wrong, listed(
        wrong,
        "a room takes from another only what its __all__ offers, from its door",
        "import from igniter_nb.<room>; if the name is not offered, either it is no other room's"
        " business or it belongs into that room's __all__",
    )


def offers(room: ModuleType) -> set[str]:
    """Name what a door offers: to everyone, and to other rooms of the package alone."""
    return {*room.__all__, *getattr(room, "FOR_ROOMS", ())}


def room_of(path: Path) -> str:
    """Name the room that a file is in; the front door is in none."""
    return f"igniter_nb.{Path(path.parts[1]).stem}"


def is_wrong(node: ast.ImportFrom, room: str, offered: dict[str, set[str]]) -> bool:
    """Say whether an import reaches past a door."""
    module = node.module or ""
    target = ".".join(module.split(".")[:2])
    if target not in offered or target == room:
        return False
    return module != target or any(alias.name not in offered[target] for alias in node.names)
