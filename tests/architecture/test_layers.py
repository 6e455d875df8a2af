"""The floors: who may import whom, by the contracts in pyproject.toml."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.architecture.conftest import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def lint(folder: Path) -> tuple[int, str]:
    """Check the import contracts of the project in a folder."""
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    _banner, _rule, findings = done.stdout.partition("---\n")
    return done.returncode, findings or done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path, root: Path) -> Path:
    """Give a copy of the package that a test may spoil."""
    ignored = shutil.ignore_patterns("static", "__pycache__")
    shutil.copytree(root / "igniter_nb", tmp_path / "igniter_nb", ignore=ignored)
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_down(root: Path) -> None:
    """Every floor imports only from below, and keeps away from what its contract forbids."""
    code, text = lint(root)

    assert code == 0, (
        f"{text}\nThe contracts stand in pyproject.toml under [tool.importlinter]. To do: turn the"
        " import round (a protocol below, the one who knows above), hand the value in as an"
        " argument, or give a new room its floor."
    )


@pytest.mark.parametrize(
    ("place", "line", "promise"),
    [
        ("errors.py", "import time", "know no clock"),
        ("text.py", "import random", "know no clock"),
        ("graph/__init__.py", "import igniter_nb.runtime", "from the floors below it"),
        ("compiler/__init__.py", "import os", "know no operating system"),
        ("runtime/__init__.py", "import IPython", "Only the notebook room"),
        ("gossip.py", "", "from the floors below it"),
        ("consensus/status/trace.py", "import igniter_nb.consensus.local.loop", "of consensus"),
        ("consensus/gossip.py", "", "of consensus"),
        ("runtime/ports.py", "import igniter_nb.runtime.cells", "steps and runners know no cells"),
        ("runtime/runners/threads.py", "import igniter_nb.runtime.cells", "know no cells"),
        ("graph/nodes.py", "import igniter_nb.graph.graph", "Inside graph"),
        ("compiler/draft.py", "import igniter_nb.compiler.compile", "Inside compiler"),
        ("contract/words.py", "import igniter_nb.contract.contract", "Inside contract"),
        ("incremental/isolation/closed.py", "import igniter_nb.incremental.equality", "isolation"),
    ],
)
def test_a_wrong_import_is_named(copy: Path, place: str, line: str, promise: str) -> None:
    """A wrong import, and a room that nobody gave a floor, break the promise that says so."""
    target = copy / "igniter_nb" / place
    before = target.read_text("utf-8") if target.exists() else ""
    target.write_text(f"{before}\n{line}\n", "utf-8")

    code, text = lint(copy)

    said = (
        f"{place} with the line {line!r} must break the promise {promise!r}; it was told:\n{text}\n"
        "To do: mend the contract in pyproject.toml under [tool.importlinter]."
    )
    broken = [row for row in text.splitlines() if row.endswith("BROKEN")]
    assert code != 0, said
    assert any(promise in row for row in broken), said


def test_capabilities_read_the_environment_in_one_place(modules: dict[Path, ast.Module]) -> None:
    """The capabilities use `os` for nothing but `os.environ`, in `from_env`."""
    tree = modules[Path("igniter_nb/capabilities.py")]
    owners = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "from_env"
    ]
    allowed = {id(child) for owner in owners for child in ast.walk(owner)}

    used = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]

    wrong = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in used
        if node.attr != "environ" or id(node) not in allowed
    ]
    assert not wrong, listed(
        wrong,
        "igniter_nb/capabilities.py uses os.environ in Policy.from_env and nothing else of `os`",
        "take what is needed as an argument, or read it there",
    )


def test_pandas_is_a_type_below_the_notebook_room(modules: dict[Path, ast.Module]) -> None:
    """Outside the notebook room pandas is imported for type checkers only."""
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in modules.items()
        if path.parts[1] != "notebook"
        for node in outside_type_checking(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and "pandas" in ast.unparse(node)
    ]

    assert not wrong, listed(
        wrong,
        "outside igniter_nb/notebook pandas is imported under `if TYPE_CHECKING` alone",
        "move the import there, or the code that needs pandas into the notebook room",
    )


def outside_type_checking(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree without what stands under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from outside_type_checking(child)
