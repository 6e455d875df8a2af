"""The page of rules by number and the tests that name them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.architecture.conftest import listed

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = range(1, 299)
RULE = re.compile(r"^- \*\*C(\d+)\*\* (.*)$", re.MULTILINE)
FILE = re.compile(r"(?:\(|`tests/)([\w/]+\.py)")
NUMBER = re.compile(r"\bC(\d{1,3})\b")


def test_each_number_of_a_test_is_on_the_page(root: Path, trees: dict[Path, ast.Module]) -> None:
    """tests/upstream.md has each number once, and by it the files of the tests that name it."""
    rules = RULE.findall((root / "tests/upstream.md").read_text("utf-8"))
    named = {int(number): set(FILE.findall(line)) for number, line in rules}

    wrong = [
        f"{path} proves C{number}"
        for path, tree in trees.items()
        if path.parts[0] == "tests" and path.name.startswith("test_")
        for number in sorted(cited(tree) & {*NUMBERS})
        if path.relative_to("tests").as_posix() not in named.get(number, ())
    ]
    gone = [f"{file}" for files in named.values() for file in files if not is_there(root, file)]

    assert [int(number) for number, _ in rules] == [*NUMBERS]
    assert not wrong, listed(wrong, "a number's line names its tests' files", "add them there")
    assert not gone, listed(gone, "a line names files that exist", "name where the test is now")


def cited(tree: ast.Module) -> set[int]:
    """Find the numbers in the texts of a file."""
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {int(each) for text in texts if isinstance(text, str) for each in NUMBER.findall(text)}


def is_there(root: Path, file: str) -> bool:
    """Say whether a file of the tests exists."""
    return (root / "tests" / file).is_file()
