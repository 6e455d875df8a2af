"""Size, names and places, held by tests so that nobody has to remember them."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from tests.architecture.conftest import dotted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_LINES_MAX = 400
FILE_LINES_MEDIAN = 120
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_P95 = 40
FUNCTION_LINES_MEDIAN = 8
CONTRIBUTING_LINES_MAX = 150

SOURCE = {".py", ".ts", ".mjs", ".css"}
TEXT = SOURCE | {".md", ".toml", ".json", ".ipynb", ".yml", ".txt", ".cfg", ".lock", "", ".npmrc"}

# A name that says nothing attracts everything.
SAYS_NOTHING = {"base", "common", "core", "helper", "helpers", "misc", "tools", "util", "utils"}

# The field's own word: etcd, and every text on libraries without I/O, call it the core.
SAYS_SOMETHING = {Path("igniter_nb/raft/core.py")}

# A late import hides a circle, which tests/architecture/test_circles.py finds all the same.
IMPORTS_LATE = {
    Path("igniter_nb/__init__.py"),  # the front door loads a room when it is entered
    Path("igniter_nb/consensus/cluster/cluster.py"),  # tours, for whoever takes one
    Path("igniter_nb/consensus/cluster/drivers.py"),  # a simulator, when a cluster is started
    Path("igniter_nb/consensus/local/runs.py"),  # what tests clusters, to open a seed
    Path("igniter_nb/consensus/simulation.py"),  # the same
}

# With none of these begins a noun of the field.
SAYS_NOT_WHAT_IT_IS = {
    *("A", "All", "An", "Each", "Every", "How", "Is", "Several", "Some", "Somebody", "That"),
    *("The", "This", "What", "When", "Where", "Whether", "Which", "Who", "Whoever", "Why"),
}

# Written in two halves, so that this file does not name what it looks for.
PLACES = [
    "files.python" + "hosted.org",
    "pypi.org" + "/simple",
    "registry." + "npmjs.org",
    "deb." + "debian.org",
    '"resolved": "' + "http",
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/tmp" + "/w/",  # noqa: S108  looked for, not written to
]
WIDGET_STATE = "application/vnd.jupyter." + "widget-state+json"


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Find the functions of a module, nested ones on their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count lines of code from the signature on, without docstring and nested functions."""
    assert node.end_lineno is not None
    inner = [child for child in functions(node) if child is not node]
    nested = sum(child.end_lineno - child.lineno + 1 for child in inner if child.end_lineno)
    return max(node.end_lineno - node.lineno + 1 - nested - documented(node), 1)


def documented(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) -> int:
    """Count the lines of a docstring."""
    if ast.get_docstring(node, clean=False) is None:
        return 0
    text = node.body[0]
    assert text.end_lineno is not None
    return text.end_lineno - text.lineno + 1


def lines_of(path: Path, tree: ast.Module | None = None) -> int:
    """Count the lines of code of a file: docstrings and blank lines are none."""
    lines = sum(bool(line.strip()) for line in path.read_text("utf-8").splitlines())
    if tree is None:
        return lines
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    noted = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    blank = sum((ast.get_docstring(node, clean=False) or "").count("\n\n") for node in noted)
    return lines - sum(map(documented, noted)) + blank


def test_files_are_short(root: Path, files: list[Path], trees: dict[Path, ast.Module]) -> None:
    """No source file has more than 400 lines of code."""
    sources = [path for path in files if path.suffix in SOURCE]
    counted = {path: lines_of(root / path, trees.get(path)) for path in sources}

    long = [f"{path}: {count}" for path, count in counted.items() if count > FILE_LINES_MAX]

    assert not long, listed(
        long,
        f"a file has at most {FILE_LINES_MAX} lines of code, docstrings and blank lines apart",
        "give one of its subjects a file of its own",
    )


def test_the_usual_file_is_short(root: Path, modules: dict[Path, ast.Module]) -> None:
    """Half of the package's files have at most 120 lines of code."""
    counted = {path: lines_of(root / path, tree) for path, tree in modules.items()}

    median = statistics.median(counted.values())

    longest = sorted(counted, key=counted.__getitem__, reverse=True)[:10]
    assert median <= FILE_LINES_MEDIAN, listed(
        [f"{path}: {counted[path]}" for path in longest],
        f"half of the files have at most {FILE_LINES_MEDIAN} lines of code, and it is {median:g}",
        "split by subject; the longest ten are those above",
    )


def test_functions_fit_a_screen(trees: dict[Path, ast.Module]) -> None:
    """No function, in tests neither, has more than 60 lines of code."""
    long = [
        f"{path}:{node.lineno} {node.name}: {count}"
        for path, tree in trees.items()
        for node in functions(tree)
        if node.end_lineno is not None and node.end_lineno - node.lineno >= FUNCTION_LINES_MAX
        if (count := length(node)) > FUNCTION_LINES_MAX
    ]

    assert not long, listed(
        long,
        f"a function has at most {FUNCTION_LINES_MAX} lines of code, docstring and inner functions"
        " apart",
        "take out a part that can be named",
    )


def test_the_usual_function_is_short(modules: dict[Path, ast.Module]) -> None:
    """Half of the package's functions have at most 8 lines, 95 in a hundred at most 40."""
    lengths = sorted(length(node) for tree in modules.values() for node in functions(tree))

    median, most = statistics.median(lengths), lengths[int(len(lengths) * 0.95)]

    assert median <= FUNCTION_LINES_MEDIAN, (
        f"half of the functions have at most {FUNCTION_LINES_MEDIAN} lines of code, and it is"
        f" {median:g}. To do: take parts out of what was written last"
    )
    assert most <= FUNCTION_LINES_P95, (
        f"95 functions in a hundred have at most {FUNCTION_LINES_P95} lines of code, and it is"
        f" {most}. To do: take parts out of what was written last"
    )


def test_own_imports_stand_at_the_top(modules: dict[Path, ast.Module]) -> None:
    """The package imports itself inside a function only where that is listed with its reason."""
    hidden = [
        f"{path}:{node.lineno}"
        for path, tree in modules.items()
        if path not in IMPORTS_LATE and path.parts[1] != "notebook"
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and imports_itself(node)
    ]

    assert not hidden, listed(
        hidden,
        "the package imports itself at the top of a file; only igniter_nb/notebook and what"
        " IMPORTS_LATE lists may wait",
        "move the import to the top; if that makes a circle, the two files share something that"
        " belongs below both; or list the file with its reason",
    )


def imports_itself(node: ast.Import | ast.ImportFrom) -> bool:
    """Say whether an import is of the package's own."""
    if isinstance(node, ast.ImportFrom):
        return str(node.module).split(".")[0] == "igniter_nb"
    return any(alias.name.split(".")[0] == "igniter_nb" for alias in node.names)


def test_names_say_something(files: list[Path]) -> None:
    """No source file or folder is called utils, helpers, common or the like."""
    sources = [path for path in files if path.suffix in SOURCE and path.parts[0] != "notebooks"]
    named = [path for path in sources if path not in SAYS_SOMETHING]
    stems = {path: {*path.parts[:-1], path.name.split(".")[0]} for path in named}

    wrong = [path for path, stem in stems.items() if stem & SAYS_NOTHING]
    assert not wrong, listed(
        wrong,
        f"no file or folder is called {', '.join(sorted(SAYS_NOTHING))}",
        "name it after what is in it",
    )


def test_a_module_says_first_what_it_is(trees: dict[Path, ast.Module]) -> None:
    """A docstring, but for tests, begins with a noun, not with a question word or an article."""
    first = {
        path: (ast.get_docstring(tree) or "(no docstring)").partition("\n")[0]
        for path, tree in trees.items()
        if not path.name.startswith("test_")
    }

    vague = [
        f"{path}: {said}"
        for path, said in first.items()
        if said.split(" ")[0] in {*SAYS_NOT_WHAT_IT_IS, "(no"}
    ]

    assert not vague, listed(
        vague,
        "the docstring of a module begins with a noun of the field, not with"
        f" {', '.join(sorted(SAYS_NOT_WHAT_IT_IS))}",
        'begin with what the module is: "Codec of messages as bytes: versioned, bounded"',
    )


def test_no_module_is_dead(root: Path, modules: dict[Path, ast.Module]) -> None:
    """Each module of the package is imported by another one."""
    imported = set().union(*(imports(path, tree) for path, tree in modules.items()))

    dead = [
        str(path)
        for path in modules
        if path.name not in {"__init__.py", "__main__.py"} and dotted(path) not in imported
    ]

    assert not dead, listed(
        dead, "each module is imported by another one", "delete it, or import it where it is used"
    )


def imports(path: Path, tree: ast.Module) -> set[str]:
    """Name what a module imports, by statement or lazily by a dotted name in a string."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = str(node.module)
            found.update([module, *(f"{module}.{alias.name}" for alias in node.names)])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update({node.value, f"igniter_nb{node.value}", f"igniter_nb.{node.value}"})
    return found - {dotted(path)}


def test_each_test_says_what_it_proves(trees: dict[Path, ast.Module]) -> None:
    """The docstring of a test is the sentence that it proves."""
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in trees.items()
        if path.parts[0] == "tests" and path.name.startswith("test_")
        for node in functions(tree)
        if node.name.startswith("test_") and ast.get_docstring(node) is None
    ]

    assert not silent, listed(
        silent, "a test has a docstring", "write the sentence that it proves, not what it does"
    )


def test_each_test_file_is_collected(root: Path, files: list[Path]) -> None:
    """A Python file under tests is a test, a conftest, or imported by one in its folder."""
    python = [path for path in files if path.parts[0] == "tests" and path.suffix == ".py"]
    names = re.compile(r"(test_|bench_)\w+|conftest|__init__")
    statement = re.compile(r"^\s*(?:from|import) ([\w., ]+)", re.MULTILINE)
    imported = {
        part
        for path in python
        for module in statement.findall((root / path).read_text("utf-8"))
        for part in re.findall(r"\w+", module)
    }

    odd = [path for path in python if not names.fullmatch(path.stem) and path.stem not in imported]

    assert not odd, listed(
        odd,
        "a Python file under tests is a test_*.py, a conftest.py, or imported by another one",
        "call it test_…, so that pytest finds it, or delete it",
    )


def test_no_place_is_named(root: Path, files: list[Path]) -> None:
    """No file names a package registry's host or a folder of the machine it was written on."""
    found = [
        f"{path}: {place}"
        for path in files
        if path.suffix in TEXT
        for place in PLACES
        if place in (root / path).read_text("utf-8")
    ]

    assert not found, listed(
        found,
        "no file names a package registry's host or a folder of one machine",
        "name packages, and folders relative to the project",
    )


def test_notebooks_carry_no_widget_state(root: Path, files: list[Path]) -> None:
    """A stored notebook has its outputs and no widget state."""
    books = [path for path in files if path.suffix == ".ipynb"]

    heavy = [path for path in books if WIDGET_STATE in (root / path).read_text("utf-8")]
    assert not heavy, listed(
        heavy,
        "a stored notebook has its outputs and no widget state",
        "store it again: python -m tests.notebooks.refresh",
    )


def test_the_contributor_page_is_short(root: Path) -> None:
    """CONTRIBUTING.md has at most 150 lines."""
    count = lines_of(root / "CONTRIBUTING.md")
    assert count <= CONTRIBUTING_LINES_MAX, (
        f"CONTRIBUTING.md has at most {CONTRIBUTING_LINES_MAX} lines, and it is {count}."
        " To do: cut what a check says when it fails, and what no check and no reason holds"
    )
