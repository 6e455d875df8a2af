"""Files of the project and syntax trees of its modules, for the tests of its architecture."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Give every file that is in the project or about to be, relative to its folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    names = (Path(name) for name in done.stdout.split("\0") if name)
    return sorted({name for name in names if (ROOT / name).is_file()})


@pytest.fixture(scope="session")
def trees(files: list[Path]) -> dict[Path, ast.Module]:
    """Give the syntax tree of each Python file, read once."""
    python = [path for path in files if path.suffix == ".py"]
    return {path: ast.parse((ROOT / path).read_text("utf-8")) for path in python}


@pytest.fixture(scope="session")
def modules(trees: dict[Path, ast.Module]) -> dict[Path, ast.Module]:
    """Give the syntax tree of each module of the package."""
    return {path: tree for path, tree in trees.items() if path.parts[0] == "igniter_nb"}


def listed(found: Iterable[object], limit: str, remedy: str) -> str:
    """Say what a gate found, what it allows, and what to do; the text of its assertion."""
    return f"{limit}; found:\n" + "".join(f"  {each}\n" for each in found) + f"To do: {remedy}."


def dotted(path: Path) -> str:
    """Name a module by its path."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
