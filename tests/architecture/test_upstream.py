"""The page of rules by number and the tests that hold them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.conftest import listed

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = range(1, 299)
RULE = re.compile(r"^- \*\*C(\d+)\*\* [^—\n]*?(?: — (.*))?$", re.MULTILINE)
TEST = r"`tests/[\w/]+\.py::\w+`"
FILE = r"\[([\w/]+\.py)\]\(\1\)"
NUMBER = re.compile(r"\bC(\d{1,3})\b")


@pytest.fixture
def rules(root: Path) -> list[tuple[int, str]]:
    """Give each number of the page, in order, with what stands behind its rule."""
    found = RULE.findall((root / "tests/upstream.md").read_text("utf-8"))
    return [(int(number), held) for number, held in found]


@pytest.fixture
def citing(trees: dict[Path, ast.Module]) -> dict[str, set[int]]:
    """Give the numbers in the texts of each file of tests."""
    return {
        path.relative_to("tests").as_posix(): cited(tree) & {*NUMBERS}
        for path, tree in trees.items()
        if path.parts[0] == "tests" and path.name.startswith("test_")
    }


def test_the_page_has_each_number_once(rules: list[tuple[int, str]]) -> None:
    """tests/upstream.md has the numbers 1 to 298, in order, each with the tests that hold it."""
    numbers = [number for number, _ in rules]
    odd = {*NUMBERS} ^ {*numbers} | {each for each in numbers if numbers.count(each) > 1}
    vague = [
        f"C{number}: {each}"
        for number, held in rules
        for each in held.split(", ")
        if each and not re.fullmatch(f"{TEST}|{FILE}", each)
    ]

    assert numbers == [*NUMBERS], listed(
        sorted(odd), "tests/upstream.md has each number once, in order", "mend these lines"
    )
    assert not vague, listed(
        vague,
        "behind a rule stand tests (`tests/…py::test_…`), or files whose tests name its number",
        "name the test that holds the rule, write it, or leave the rule without one",
    )


def test_each_number_of_a_test_is_on_the_page(
    rules: list[tuple[int, str]], citing: dict[str, set[int]]
) -> None:
    """A file whose tests name a number is named by that rule, and a file that a rule links does."""
    named = {number: set(re.findall(r"[\w/]+\.py", held)) for number, held in rules}
    linked = {number: set(re.findall(FILE, held)) for number, held in rules}

    missing = [
        f"{file} proves C{number}"
        for file, numbers in citing.items()
        for number in sorted(numbers)
        if not {file, f"tests/{file}"} & named.get(number, set())
    ]
    silent = [
        f"C{number}: {file}"
        for number, files in linked.items()
        for file in sorted(files)
        if number not in citing.get(file, ())
    ]

    assert not missing, listed(
        missing,
        "the rule of a number names each file whose tests name the number",
        "add the test behind the rule in tests/upstream.md",
    )
    assert not silent, listed(
        silent,
        "a file that is linked behind a rule has a test that names the number",
        "name the test itself, or put the number into its docstring",
    )


def cited(tree: ast.Module) -> set[int]:
    """Find the numbers in the texts of a file."""
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {int(each) for text in texts if isinstance(text, str) for each in NUMBER.findall(text)}
